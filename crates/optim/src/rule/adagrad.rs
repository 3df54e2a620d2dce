//! Adagrad (Duchi, Hazan & Singer 2011), as PyTorch's, s_0 = 0:
//!
//! ```text
//! s ← s + g²
//! θ ← θ − α g / (√s + ε)
//! ```

use super::Rule;
use crate::Constant;
use crate::constant::Interval;
use crate::penalty::Pull;
use mlpsweep_real::{Buffer, Real, vectorised, zeros};
use std::ops::Range;

/// Gradients divided by the size of all gradients so far.
#[derive(Clone, Debug)]
pub(super) struct Adagrad<T> {
    epsilon: T,
    squares: Buffer<T>,
}

const EPSILON: Constant =
    Constant { key: "epsilon", default: 1e-10, range: Interval::POSITIVE, source: "PyTorch" };

impl<T: Real> Rule<T> for Adagrad<T> {
    const NAME: &'static str = "adagrad";
    const N_STATES: usize = 1;
    const CONSTANTS: &'static [Constant] = &[EPSILON];

    fn new(constants: &[f64], n_params: usize) -> Adagrad<T> {
        Adagrad { epsilon: T::from_f64(constants[0]), squares: zeros(n_params) }
    }

    fn update(
        &mut self,
        range: Range<usize>,
        learning_rate: T,
        params: &mut [T],
        gradient: &[T],
        penalty: impl Pull<T>,
    ) {
        vectorised(pass, (params, gradient, penalty, &mut self.squares[range], learning_rate, self.epsilon));
    }
}

#[inline(always)]
fn pass<T: Real, P: Pull<T>>(
    (params, gradient, penalty, squares, learning_rate, epsilon): (&mut [T], &[T], P, &mut [T], T, T),
) {
    for ((theta, &g), s) in params.iter_mut().zip(gradient).zip(squares) {
        let g = penalty.add_to(g, *theta);
        let square = *s + g * g;
        *theta -= learning_rate * g / (square.sqrt() + epsilon);
        *s = square;
    }
}

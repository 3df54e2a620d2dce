//! Adadelta (Zeiler 2012), as PyTorch's, s_0 = d_0 = 0:
//!
//! ```text
//! s ← ρ s + (1 − ρ) g²
//! Δ = √(d + ε) / √(s + ε) · g
//! d ← ρ d + (1 − ρ) Δ²
//! θ ← θ − α Δ
//! ```
//!
//! Its steps have the units of θ: the usual learning rate is 1.

use super::Rule;
use super::rmsprop::RHO;
use crate::Constant;
use crate::constant::Interval;
use crate::penalty::Pull;
use mlpsweep_real::{Buffer, Real, vectorised, zeros};
use std::ops::Range;

/// Steps as large as recent steps were, for gradients as large as recent gradients.
#[derive(Clone, Debug)]
pub(super) struct Adadelta<T> {
    rho: T,
    epsilon: T,
    squares: Buffer<T>,
    steps: Buffer<T>,
}

const EPSILON: Constant =
    Constant { key: "epsilon", default: 1e-6, range: Interval::POSITIVE, source: "Zeiler 2012; PyTorch" };

impl<T: Real> Rule<T> for Adadelta<T> {
    const NAME: &'static str = "adadelta";
    const N_STATES: usize = 2;
    const CONSTANTS: &'static [Constant] = &[RHO, EPSILON];

    fn new(constants: &[f64], n_params: usize) -> Adadelta<T> {
        Adadelta {
            rho: T::from_f64(constants[0]),
            epsilon: T::from_f64(constants[1]),
            squares: zeros(n_params),
            steps: zeros(n_params),
        }
    }

    fn update(
        &mut self,
        range: Range<usize>,
        learning_rate: T,
        params: &mut [T],
        gradient: &[T],
        penalty: impl Pull<T>,
    ) {
        let states = (&mut self.squares[range.clone()], &mut self.steps[range]);
        vectorised(pass, (params, gradient, penalty, states, learning_rate, self.rho, self.epsilon));
    }
}

type Pass<'a, T, P> = (&'a mut [T], &'a [T], P, (&'a mut [T], &'a mut [T]), T, T, T);

#[inline(always)]
fn pass<T: Real, P: Pull<T>>(
    (params, gradient, penalty, (squares, steps), learning_rate, rho, epsilon): Pass<'_, T, P>,
) {
    for (((theta, &g), s), d) in params.iter_mut().zip(gradient).zip(squares).zip(steps) {
        let g = penalty.add_to(g, *theta);
        let square = rho * *s + (T::one() - rho) * g * g;
        let step = (*d + epsilon).sqrt() / (square + epsilon).sqrt() * g;
        *theta -= learning_rate * step;
        (*s, *d) = (square.flush(), (rho * *d + (T::one() - rho) * step * step).flush());
    }
}

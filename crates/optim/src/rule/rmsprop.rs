//! RMSprop (Hinton, lecture 6e), s_0 = 0:
//!
//! ```text
//! s ← ρ s + (1 − ρ) g²
//! θ ← θ − α g / (√s + ε)
//! ```

use super::Rule;
use crate::Constant;
use crate::constant::Interval;
use crate::penalty::Pull;
use mlpsweep_real::{Buffer, Real, vectorised, zeros};
use std::ops::Range;

/// Gradients divided by their recent size.
#[derive(Clone, Debug)]
pub(super) struct RmsProp<T> {
    rho: T,
    epsilon: T,
    squares: Buffer<T>,
}

/// ρ of the rules that average squares alone.
pub(super) const RHO: Constant =
    Constant { key: "rho", default: 0.9, range: Interval::SHARE, source: "Hinton, lecture 6e" };

/// ε of the rules that divide by √s + ε.
pub(super) const EPSILON: Constant = Constant {
    key: "epsilon",
    default: 1e-8,
    range: Interval::POSITIVE,
    source: "Kingma & Ba 2015; PyTorch",
};

impl<T: Real> Rule<T> for RmsProp<T> {
    const NAME: &'static str = "rmsprop";
    const N_STATES: usize = 1;
    const CONSTANTS: &'static [Constant] = &[RHO, EPSILON];

    fn new(constants: &[f64], n_params: usize) -> RmsProp<T> {
        RmsProp {
            rho: T::from_f64(constants[0]),
            epsilon: T::from_f64(constants[1]),
            squares: zeros(n_params),
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
        let constants = (learning_rate, self.rho, self.epsilon);
        vectorised(pass, (params, gradient, penalty, &mut self.squares[range], constants));
    }
}

#[inline(always)]
fn pass<T: Real, P: Pull<T>>(
    (params, gradient, penalty, squares, constants): (&mut [T], &[T], P, &mut [T], (T, T, T)),
) {
    let (learning_rate, rho, epsilon) = constants;
    for ((theta, &g), s) in params.iter_mut().zip(gradient).zip(squares) {
        let g = penalty.add_to(g, *theta);
        let square = rho * *s + (T::one() - rho) * g * g;
        *theta -= learning_rate * g / (square.sqrt() + epsilon);
        *s = square.flush();
    }
}

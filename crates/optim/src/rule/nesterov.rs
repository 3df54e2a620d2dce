//! Nesterov momentum in the form of Sutskever et al. 2013, as PyTorch's SGD with `nesterov=True`, v_0 = 0:
//!
//! ```text
//! v ← β v + g
//! θ ← θ − α (g + β v)
//! ```

use super::Rule;
use super::momentum::MOMENTUM;
use crate::Constant;
use crate::penalty::Pull;
use mlpsweep_real::{Buffer, Real, vectorised, zeros};
use std::ops::Range;

/// A velocity that looks one step ahead.
#[derive(Clone, Debug)]
pub(super) struct Nesterov<T> {
    beta: T,
    velocity: Buffer<T>,
}

impl<T: Real> Rule<T> for Nesterov<T> {
    const NAME: &'static str = "nesterov";
    const N_STATES: usize = 1;
    const CONSTANTS: &'static [Constant] = &[MOMENTUM];

    fn new(constants: &[f64], n_params: usize) -> Nesterov<T> {
        Nesterov { beta: T::from_f64(constants[0]), velocity: zeros(n_params) }
    }

    fn update(
        &mut self,
        range: Range<usize>,
        learning_rate: T,
        params: &mut [T],
        gradient: &[T],
        penalty: impl Pull<T>,
    ) {
        vectorised(pass, (params, gradient, penalty, &mut self.velocity[range], learning_rate, self.beta));
    }
}

#[inline(always)]
fn pass<T: Real, P: Pull<T>>(
    (params, gradient, penalty, velocity, learning_rate, beta): (&mut [T], &[T], P, &mut [T], T, T),
) {
    for ((theta, &g), v) in params.iter_mut().zip(gradient).zip(velocity) {
        let g = penalty.add_to(g, *theta);
        let velocity = beta * *v + g;
        *theta -= learning_rate * (g + beta * velocity);
        *v = velocity.flush();
    }
}

//! Heavy ball (Polyak 1964), as PyTorch's SGD with momentum, v_0 = 0:
//!
//! ```text
//! v ← β v + g
//! θ ← θ − α v
//! ```

use super::Rule;
use super::momentum::MOMENTUM;
use crate::Constant;
use crate::penalty::Pull;
use mlpsweep_real::{Buffer, Real, vectorised, zeros};
use std::ops::Range;

/// A velocity that sums gradients.
#[derive(Clone, Debug)]
pub(super) struct HeavyBall<T> {
    beta: T,
    velocity: Buffer<T>,
}

impl<T: Real> Rule<T> for HeavyBall<T> {
    const NAME: &'static str = "heavy_ball";
    const N_STATES: usize = 1;
    const CONSTANTS: &'static [Constant] = &[MOMENTUM];

    fn new(constants: &[f64], n_params: usize) -> HeavyBall<T> {
        HeavyBall { beta: T::from_f64(constants[0]), velocity: zeros(n_params) }
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
        *theta -= learning_rate * velocity;
        *v = velocity.flush();
    }
}

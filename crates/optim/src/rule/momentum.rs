//! Momentum as an exponential average of gradients, v_0 = 0:
//!
//! ```text
//! v ← β v + (1 − β) g
//! θ ← θ − α v
//! ```
//!
//! The form taught with Adam in mind. PyTorch's momentum is `heavy_ball`: the same path at a learning rate (1 − β) times
//! this one.

use super::Rule;
use crate::Constant;
use crate::constant::Interval;
use crate::penalty::Pull;
use mlpsweep_real::{Buffer, Real, vectorised, zeros};
use std::ops::Range;

/// Exponentially averaged gradients.
#[derive(Clone, Debug)]
pub(super) struct Momentum<T> {
    beta: T,
    velocity: Buffer<T>,
}

/// β of all three kinds of momentum.
pub(super) const MOMENTUM: Constant = Constant {
    key: "momentum",
    default: 0.9,
    range: Interval::SHARE,
    source: "Sutskever et al. 2013; scikit-learn's and Keras's examples",
};

impl<T: Real> Rule<T> for Momentum<T> {
    const NAME: &'static str = "momentum";
    const N_STATES: usize = 1;
    const CONSTANTS: &'static [Constant] = &[MOMENTUM];

    fn new(constants: &[f64], n_params: usize) -> Momentum<T> {
        Momentum { beta: T::from_f64(constants[0]), velocity: zeros(n_params) }
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
        let velocity = beta * *v + (T::one() - beta) * g;
        *theta -= learning_rate * velocity;
        *v = velocity.flush();
    }
}

//! Lion (Chen et al. 2023, algorithm 2), v_0 = 0, with decoupled weight decay ω:
//!
//! ```text
//! c = β₁ v + (1 − β₁) g
//! θ ← θ − α (sign(c) + ω θ)
//! v ← β₂ v + (1 − β₂) g
//! ```
//!
//! Every parameter moves by α a step: learning rates are 3 to 10 times smaller than Adam's.

use super::Rule;
use super::moments::BETA1;
use crate::Constant;
use crate::constant::Interval;
use crate::penalty::Pull;
use mlpsweep_real::{Buffer, Real, vectorised, zeros};
use std::ops::Range;

/// The sign of an averaged gradient.
#[derive(Clone, Debug)]
pub(super) struct Lion<T> {
    beta1: T,
    beta2: T,
    weight_decay: T,
    mean: Buffer<T>,
}

const BETA2: Constant =
    Constant { key: "beta2", default: 0.99, range: Interval::SHARE, source: "Chen et al. 2023" };
const WEIGHT_DECAY: Constant = Constant {
    key: "weight_decay",
    default: 0.0,
    range: Interval::NOT_NEGATIVE,
    source: "none unless asked for",
};

impl<T: Real> Rule<T> for Lion<T> {
    const NAME: &'static str = "lion";
    const N_STATES: usize = 1;
    const CONSTANTS: &'static [Constant] = &[BETA1, BETA2, WEIGHT_DECAY];

    fn new(constants: &[f64], n_params: usize) -> Lion<T> {
        Lion {
            beta1: T::from_f64(constants[0]),
            beta2: T::from_f64(constants[1]),
            weight_decay: T::from_f64(constants[2]),
            mean: zeros(n_params),
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
        let constants = (learning_rate, self.beta1, self.beta2, self.weight_decay);
        vectorised(pass, (params, gradient, penalty, &mut self.mean[range], constants));
    }
}

#[inline(always)]
fn pass<T: Real, P: Pull<T>>(
    (params, gradient, penalty, mean, constants): (&mut [T], &[T], P, &mut [T], (T, T, T, T)),
) {
    let (learning_rate, beta1, beta2, weight_decay) = constants;
    for ((theta, &g), v) in params.iter_mut().zip(gradient).zip(mean) {
        let g = penalty.add_to(g, *theta);
        let direction = (beta1 * *v + (T::one() - beta1) * g).sign();
        *theta -= learning_rate * (direction + weight_decay * *theta);
        *v = (beta2 * *v + (T::one() - beta2) * g).flush();
    }
}

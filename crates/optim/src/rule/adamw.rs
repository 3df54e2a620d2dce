//! AdamW (Loshchilov & Hutter 2019): Adam with decoupled weight decay ω, as PyTorch's:
//!
//! ```text
//! θ ← (1 − α ω) θ − α v̂ / (√ŝ + ε)          v̂, ŝ as in Adam; all parameters, biases too
//! ```

use super::Rule;
use super::adam::pass;
use super::moments::{BETA1, BETA2, Moments};
use super::rmsprop::EPSILON;
use crate::Constant;
use crate::constant::Interval;
use crate::penalty::Pull;
use mlpsweep_real::{Real, vectorised};
use std::ops::Range;

/// Adam, and a shrinking of the parameters beside it.
#[derive(Clone, Debug)]
pub(super) struct AdamW<T> {
    moments: Moments<T>,
    weight_decay: f64,
}

const WEIGHT_DECAY: Constant =
    Constant { key: "weight_decay", default: 0.01, range: Interval::NOT_NEGATIVE, source: "PyTorch" };

impl<T: Real> Rule<T> for AdamW<T> {
    const NAME: &'static str = "adamw";
    const N_STATES: usize = 2;
    const CONSTANTS: &'static [Constant] = &[BETA1, BETA2, EPSILON, WEIGHT_DECAY];

    fn new(constants: &[f64], n_params: usize) -> AdamW<T> {
        AdamW { moments: Moments::new(constants, n_params), weight_decay: constants[3] }
    }

    fn begin_step(&mut self, learning_rate: T) {
        self.moments.begin_step(learning_rate);
    }

    fn update(
        &mut self,
        range: Range<usize>,
        learning_rate: T,
        params: &mut [T],
        gradient: &[T],
        penalty: impl Pull<T>,
    ) {
        let keep = T::from_f64(1.0 - learning_rate.to_f64() * self.weight_decay);
        vectorised(pass, (params, gradient, penalty, self.moments.at(range), keep));
    }
}

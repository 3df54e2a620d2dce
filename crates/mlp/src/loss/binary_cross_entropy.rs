//! Binary cross-entropy for two classes and one sigmoid unit, from its logit.
//!
//! With class y ∈ {0, 1} and p = σ(z):
//!
//! ```text
//! L(z, y) = −y ln p − (1−y) ln(1−p) = max(∓z, 0) + ln(1 + e^{−|z|})        − for y = 1
//! ∂L/∂z   = p − y
//! ```
//!
//! The right-hand form never takes the logarithm of a rounded 0.

use super::{Cost, LossOptions, RowTarget};
use crate::Activation;
use mlpsweep_real::Real;

pub(super) struct BinaryCrossEntropy;

impl Cost for BinaryCrossEntropy {
    const NAME: &'static str = "binary_cross_entropy";
    const CLASSIFIES: bool = true;

    fn n_outputs(_n: usize) -> usize {
        1
    }

    fn cost<T: Real>(_options: &LossOptions, z: &[T], target: RowTarget<'_, T>) -> f64 {
        let z = z[0].to_f64();
        let against = if target.class() == 1 { -z } else { z };
        // f64::max drops a NaN; adding 0·z keeps it, so that a diverged run shows.
        against.max(0.0) + (-z.abs()).exp().ln_1p() + 0.0 * z
    }

    fn cost_and_delta<T: Real>(
        options: &LossOptions,
        z: &mut [T],
        target: RowTarget<'_, T>,
        factor: T,
    ) -> f64 {
        let cost = BinaryCrossEntropy::cost(options, z, target);
        // σ(z) − 1 = −σ(−z), without the cancellation.
        let sign = if target.class() == 1 { -T::one() } else { T::one() };
        z[0] = factor * sign * Activation::Sigmoid.at(sign * z[0]).0;
        cost
    }

    fn output<T: Real>(z: &mut [T]) {
        z[0] = Activation::Sigmoid.at(z[0]).0;
    }
}

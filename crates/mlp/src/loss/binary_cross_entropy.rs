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

use super::{Cost, LossOptions, Rows};
use crate::Activation;
use mlpsweep_real::Real;

pub(super) struct BinaryCrossEntropy;

impl Cost for BinaryCrossEntropy {
    const NAME: &'static str = "binary_cross_entropy";
    const CLASSIFIES: bool = true;

    fn n_outputs(_n: usize) -> usize {
        1
    }

    #[inline(always)]
    fn costs<T: Real>(_options: &LossOptions, z: &[T], rows: Rows<'_, T>, costs: &mut [f64]) {
        for ((&z, &class), cost) in z.iter().zip(rows.classes()).zip(costs) {
            let z = z.to_f64();
            let against = if class == 1 { -z } else { z };
            // 0·z is NaN for a z that is not finite, so that a diverged run shows.
            *cost = Real::max(against, 0.0) + Real::ln_1p(Real::exp(-z.abs())) + 0.0 * z;
        }
    }

    #[inline(always)]
    fn costs_and_deltas<T: Real>(
        options: &LossOptions,
        z: &mut [T],
        rows: Rows<'_, T>,
        shares: &[T],
        costs: &mut [f64],
    ) {
        BinaryCrossEntropy::costs(options, z, rows, costs);
        for ((z, &class), &share) in z.iter_mut().zip(rows.classes()).zip(shares) {
            // σ(z) − 1 = −σ(−z), without the cancellation.
            let sign = if class == 1 { -T::one() } else { T::one() };
            *z = share * sign * Activation::Sigmoid.at(sign * *z).0;
        }
    }

    #[inline(always)]
    fn output<T: Real>(z: &mut [T], _n_outputs: usize) {
        for z in z {
            *z = Activation::Sigmoid.at(*z).0;
        }
    }
}

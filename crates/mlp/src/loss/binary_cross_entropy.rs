//! Binary cross-entropy for two classes and one sigmoid unit, from its logit.
//!
//! With class y ∈ {0, 1} and p = σ(z):
//!
//! ```text
//! L(z, y) = −y ln p − (1−y) ln(1−p) = max(z, 0) − y z + ln(1 + e^{−|z|})
//! ∂L/∂z   = p − y
//! ```
//!
//! The right-hand form never takes the logarithm of a rounded 0.

use super::{Cost, Targets};
use crate::Activation;
use mlpsweep_real::Real;

pub(super) struct BinaryCrossEntropy;

impl Cost for BinaryCrossEntropy {
    const NAME: &'static str = "binary_cross_entropy";
    const CLASSIFIES: bool = true;

    fn n_outputs(_n: usize) -> usize {
        1
    }

    fn total<T: Real>(logits: &[T], n_outputs: usize, targets: Targets<'_, T>) -> f64 {
        assert_eq!(n_outputs, 1, "binary_cross_entropy has one output");
        logits.iter().zip(targets.classes()).map(|(&z, &class)| cost(z, class)).sum()
    }

    fn total_and_delta<T: Real>(logits: &mut [T], n_outputs: usize, targets: Targets<'_, T>, scale: T) -> f64 {
        assert_eq!(n_outputs, 1, "binary_cross_entropy has one output");
        let mut total = 0.0;
        for (z, &class) in logits.iter_mut().zip(targets.classes()) {
            total += cost(*z, class);
            let (p, _) = Activation::Sigmoid.at(*z);
            *z = scale * (if class == 1 { p - T::one() } else { p });
        }
        total
    }

    fn output<T: Real>(logits: &mut [T], _n_outputs: usize) {
        for z in logits {
            *z = Activation::Sigmoid.at(*z).0;
        }
    }
}

fn cost<T: Real>(z: T, class: u32) -> f64 {
    let z = z.to_f64();
    let signed = if class == 1 { -z } else { z };
    // f64::max drops a NaN; adding 0·z keeps it, so that a diverged run shows.
    signed.max(0.0) + (-z.abs()).exp().ln_1p() + 0.0 * z
}

//! Softmax cross-entropy, with label smoothing s (Szegedy et al. 2016).
//!
//! For the logits `z` of a row, its class `t` and C classes:
//!
//! ```text
//! p_j  = exp(z_j − max z) / Σ_k exp(z_k − max z)
//! q_j  = (1 − s) [j = t] + s/C
//! L    = −Σ_j q_j ln p_j = ln Σ_k exp z_k − (1 − s) z_t − (s/C) Σ_j z_j
//! ∂L/∂z_j = p_j − q_j
//! ```
//!
//! Subtracting the row maximum changes nothing in exact arithmetic and keeps `exp` from overflowing.

use super::{Cost, LossOptions, RowTarget};
use mlpsweep_real::Real;

pub(super) struct CrossEntropy;

impl Cost for CrossEntropy {
    const NAME: &'static str = "cross_entropy";
    const CLASSIFIES: bool = true;

    fn n_outputs(n: usize) -> usize {
        n
    }

    fn cost<T: Real>(options: &LossOptions, z: &[T], target: RowTarget<'_, T>) -> f64 {
        let max = maximum(z).to_f64();
        let sum: f64 = z.iter().map(|z| (z.to_f64() - max).exp()).sum();
        sum.ln() - expected_logit(options, z, target) + max
    }

    fn cost_and_delta<T: Real>(
        options: &LossOptions,
        z: &mut [T],
        target: RowTarget<'_, T>,
        factor: T,
    ) -> f64 {
        let expected = expected_logit(options, z, target);
        let (max, sum) = exponentiate(z);
        let smoothing = T::from_f64(options.label_smoothing);
        let spread = factor * smoothing / T::from_f64(z.len() as f64);
        let scale = factor / sum;
        z.iter_mut().for_each(|e| *e = scale * *e - spread);
        z[target.class() as usize] -= factor * (T::one() - smoothing);
        sum.to_f64().ln() - expected + max.to_f64()
    }

    fn output<T: Real>(z: &mut [T]) {
        let (_, sum) = exponentiate(z);
        z.iter_mut().for_each(|e| *e /= sum);
    }
}

/// Σ_j q_j z_j
fn expected_logit<T: Real>(options: &LossOptions, z: &[T], target: RowTarget<'_, T>) -> f64 {
    let smoothing = options.label_smoothing;
    let certain = (1.0 - smoothing) * z[target.class() as usize].to_f64();
    if smoothing == 0.0 {
        certain
    } else {
        certain + smoothing / z.len() as f64 * z.iter().map(|z| z.to_f64()).sum::<f64>()
    }
}

/// The row becomes exp(z − max z); returns max z and the sum of the row.
fn exponentiate<T: Real>(row: &mut [T]) -> (T, T) {
    let max = maximum(row);
    let mut sum = T::zero();
    for z in row {
        *z = (*z - max).exp();
        sum += *z;
    }
    (max, sum)
}

fn maximum<T: Real>(row: &[T]) -> T {
    row.iter().copied().fold(row[0], Real::max)
}

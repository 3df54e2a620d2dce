//! Softmax cross-entropy.
//!
//! For logits `z` (m rows) and target classes `t`:
//!
//! ```text
//! p_ij    = exp(z_ij − max_j z_i) / Σ_k exp(z_ik − max_j z_i)
//! J       = −(1/m) Σ_i ln p_i,t_i
//! ∂J/∂z_ij = (p_ij − [j = t_i]) / m
//! ```
//!
//! Subtracting the row maximum changes nothing in exact arithmetic and keeps `exp` from overflowing.

use super::{Cost, Targets};
use mlpsweep_real::Real;

pub(super) struct CrossEntropy;

impl Cost for CrossEntropy {
    const NAME: &'static str = "cross_entropy";
    const CLASSIFIES: bool = true;

    fn n_outputs(n: usize) -> usize {
        n
    }

    fn total<T: Real>(logits: &[T], n_outputs: usize, targets: Targets<'_, T>) -> f64 {
        let rows = logits.chunks_exact(n_outputs).zip(targets.classes());
        rows.map(|(row, &class)| log_sum_exp(row) - row[class as usize].to_f64()).sum()
    }

    fn total_and_delta<T: Real>(logits: &mut [T], n_outputs: usize, targets: Targets<'_, T>, scale: T) -> f64 {
        let mut total = 0.0;
        for (row, &class) in logits.chunks_exact_mut(n_outputs).zip(targets.classes()) {
            let target_logit = row[class as usize].to_f64();
            let (max, sum) = exponentiate(row);
            total += max.to_f64() + sum.to_f64().ln() - target_logit;
            let factor = scale / sum;
            row.iter_mut().for_each(|e| *e *= factor);
            row[class as usize] -= scale;
        }
        total
    }

    fn output<T: Real>(logits: &mut [T], n_outputs: usize) {
        for row in logits.chunks_exact_mut(n_outputs) {
            let (_, sum) = exponentiate(row);
            row.iter_mut().for_each(|e| *e /= sum);
        }
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

/// ln Σ_j exp z_j
fn log_sum_exp<T: Real>(row: &[T]) -> f64 {
    let max = maximum(row).to_f64();
    max + row.iter().map(|z| (z.to_f64() - max).exp()).sum::<f64>().ln()
}

fn maximum<T: Real>(row: &[T]) -> T {
    row.iter().copied().fold(row[0], Real::max)
}

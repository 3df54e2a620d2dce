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
//! The rows of a block are brought to that form first, so that `exp` runs over all of them at once, however short they are.

use super::{BLOCK, Cost, LossOptions, Rows};
use mlpsweep_real::Real;

pub(super) struct CrossEntropy;

impl Cost for CrossEntropy {
    const NAME: &'static str = "cross_entropy";
    const CLASSIFIES: bool = true;

    fn n_outputs(n: usize) -> usize {
        n
    }

    #[inline(always)]
    fn costs<T: Real>(options: &LossOptions, z: &[T], rows: Rows<'_, T>, costs: &mut [f64]) {
        let mut rests = [0.0; BLOCK];
        let each = z.chunks_exact(rows.n_outputs).zip(rows.classes());
        for ((z, &class), (cost, rest)) in each.zip(costs.iter_mut().zip(&mut rests)) {
            let max = maximum(z).to_f64();
            *rest = max - expected_logit(options, z, class);
            *cost = sum_of_exponentials(z, max);
        }
        for (cost, rest) in costs.iter_mut().zip(rests) {
            *cost = Real::ln(*cost) + rest;
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
        let n = rows.n_outputs;
        let mut rests = [0.0; BLOCK];
        for ((z, &class), rest) in z.chunks_exact_mut(n).zip(rows.classes()).zip(&mut rests) {
            let max = maximum(z);
            *rest = max.to_f64() - expected_logit(options, z, class);
            z.iter_mut().for_each(|z| *z -= max);
        }
        exponentiate(z);
        let smoothing = T::from_f64(options.label_smoothing);
        let each = z.chunks_exact_mut(n).zip(rows.classes());
        for ((z, &class), (cost, &share)) in each.zip(costs.iter_mut().zip(shares)) {
            let sum: T = z.iter().copied().sum();
            let spread = share * smoothing / T::from_f64(n as f64);
            let scale = share / sum;
            z.iter_mut().for_each(|e| *e = scale * *e - spread);
            z[class as usize] -= share * (T::one() - smoothing);
            *cost = sum.to_f64();
        }
        for (cost, rest) in costs.iter_mut().zip(rests) {
            *cost = Real::ln(*cost) + rest;
        }
    }

    #[inline(always)]
    fn output<T: Real>(z: &mut [T], n_outputs: usize) {
        for row in z.chunks_exact_mut(n_outputs) {
            let max = maximum(row);
            row.iter_mut().for_each(|z| *z -= max);
        }
        exponentiate(z);
        for row in z.chunks_exact_mut(n_outputs) {
            let sum: T = row.iter().copied().sum();
            row.iter_mut().for_each(|e| *e /= sum);
        }
    }
}

/// Σ_j q_j z_j
#[inline(always)]
fn expected_logit<T: Real>(options: &LossOptions, z: &[T], class: u32) -> f64 {
    let smoothing = options.label_smoothing;
    let certain = (1.0 - smoothing) * z[class as usize].to_f64();
    if smoothing == 0.0 {
        certain
    } else {
        certain + smoothing / z.len() as f64 * z.iter().map(|z| z.to_f64()).sum::<f64>()
    }
}

/// Σ_j exp(z_j − max), in f64; what a row lacks to whole vectors is e^−∞ = 0.
#[inline(always)]
fn sum_of_exponentials<T: Real>(row: &[T], max: f64) -> f64 {
    let mut sum = 0.0;
    for z in row.chunks(8) {
        let mut e = [f64::NEG_INFINITY; 8];
        e.iter_mut().zip(z).for_each(|(e, z)| *e = z.to_f64() - max);
        exponentiate(&mut e);
        sum += e.iter().sum::<f64>();
    }
    sum
}

#[inline(always)]
fn exponentiate<T: Real>(values: &mut [T]) {
    for z in values {
        *z = z.exp();
    }
}

#[inline(always)]
fn maximum<T: Real>(row: &[T]) -> T {
    row.iter().copied().fold(row[0], Real::max)
}

//! Huber loss (Huber 1964), for numbers: squared near the target, absolute beyond δ; the output is the logit itself.
//!
//! For n outputs a row and e_j = ŷ_j − y_j, as PyTorch's `huber_loss`:
//!
//! ```text
//! L(ŷ, y) = (1/n) Σ_j ( ½ e_j² where |e_j| ≤ δ, else δ (|e_j| − ½ δ) )
//! ∂L/∂ŷ_j = (1/n) clamp(e_j, −δ, δ)
//! ```

use super::{Cost, LossOptions, Rows};
use mlpsweep_real::Real;

pub(super) struct Huber;

impl Cost for Huber {
    const NAME: &'static str = "huber";
    const CLASSIFIES: bool = false;

    fn n_outputs(n: usize) -> usize {
        n
    }

    #[inline(always)]
    fn costs<T: Real>(options: &LossOptions, z: &[T], rows: Rows<'_, T>, costs: &mut [f64]) {
        let (delta, n) = (options.huber_delta, rows.n_outputs);
        let each = z.chunks_exact(n).zip(rows.numbers().chunks_exact(n));
        for ((z, y), cost) in each.zip(costs) {
            let parts = z.iter().zip(y).map(|(&z, &y)| {
                let e = (z - y).to_f64().abs();
                if e <= delta { 0.5 * e * e } else { delta * (e - 0.5 * delta) }
            });
            *cost = parts.sum::<f64>() / n as f64;
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
        Huber::costs(options, z, rows, costs);
        let (delta, n) = (T::from_f64(options.huber_delta), rows.n_outputs);
        let each = z.chunks_exact_mut(n).zip(rows.numbers().chunks_exact(n));
        for ((z, y), &share) in each.zip(shares) {
            let slope = share * T::from_f64(1.0 / n as f64);
            z.iter_mut().zip(y).for_each(|(z, &y)| *z = slope * (*z - y).max(-delta).min(delta));
        }
    }

    fn output<T: Real>(_z: &mut [T], _n_outputs: usize) {}

    fn sides<T: Real>(options: &LossOptions, z: &[T], rows: Rows<'_, T>, sides: &mut Vec<bool>) {
        let errors = z.iter().zip(rows.numbers()).map(|(&z, &y)| (z - y).to_f64());
        sides.extend(errors.flat_map(|e| [e > options.huber_delta, e > -options.huber_delta]));
    }
}

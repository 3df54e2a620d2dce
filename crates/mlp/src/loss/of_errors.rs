//! Losses that are a mean over a row's errors, for numbers; the output is the logit itself.
//!
//! For n outputs a row, e_j = ŷ_j − y_j, and c a constant of the loss:
//!
//! ```text
//! L(ŷ, y) = (1/n) Σ_j ℓ(e_j)
//! ∂L/∂ŷ_j = (c/n) s(e_j)        c s = ℓ'
//! ```

use super::{Cost, LossOptions, Rows};
use mlpsweep_real::Real;

/// ℓ and its derivative.
pub(super) trait OfErrors {
    /// The word for it in sweep files.
    const NAME: &'static str;
    /// c
    const FACTOR: f64;

    /// ℓ(e)
    fn cost(options: &LossOptions, e: f64) -> f64;
    /// s(e)
    fn slope<T: Real>(options: &LossOptions, e: T) -> T;
    /// On which side of each of its kinks e is.
    fn sides(_options: &LossOptions, _e: f64, _sides: &mut Vec<bool>) {}
}

impl<L: OfErrors> Cost for L {
    const NAME: &'static str = L::NAME;
    const CLASSIFIES: bool = false;

    fn n_outputs(n: usize) -> usize {
        n
    }

    #[inline(always)]
    fn costs<T: Real>(options: &LossOptions, z: &[T], rows: Rows<'_, T>, costs: &mut [f64]) {
        let n = rows.n_outputs;
        let each = z.chunks_exact(n).zip(rows.numbers().chunks_exact(n));
        for ((z, y), cost) in each.zip(costs) {
            let parts = z.iter().zip(y).map(|(&z, &y)| L::cost(options, (z - y).to_f64()));
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
        <L as Cost>::costs(options, z, rows, costs);
        let n = rows.n_outputs;
        let each = z.chunks_exact_mut(n).zip(rows.numbers().chunks_exact(n));
        for ((z, y), &share) in each.zip(shares) {
            let factor = share * T::from_f64(L::FACTOR / n as f64);
            z.iter_mut().zip(y).for_each(|(z, &y)| *z = factor * L::slope(options, *z - y));
        }
    }

    fn output<T: Real>(_z: &mut [T], _n_outputs: usize) {}

    fn sides<T: Real>(options: &LossOptions, z: &[T], rows: Rows<'_, T>, sides: &mut Vec<bool>) {
        let errors = z.iter().zip(rows.numbers()).map(|(&z, &y)| (z - y).to_f64());
        errors.for_each(|e| <L as OfErrors>::sides(options, e, sides));
    }
}

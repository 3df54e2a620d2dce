//! Absolute error, for numbers; the output is the logit itself. Its minimum is the median.
//!
//! For n outputs a row:
//!
//! ```text
//! L(ŷ, y) = (1/n) Σ_j |ŷ_j − y_j|
//! ∂L/∂ŷ_j = (1/n) sign(ŷ_j − y_j)        0 at 0
//! ```

use super::{Cost, LossOptions, Rows};
use mlpsweep_real::Real;

pub(super) struct AbsoluteError;

impl Cost for AbsoluteError {
    const NAME: &'static str = "absolute_error";
    const CLASSIFIES: bool = false;

    fn n_outputs(n: usize) -> usize {
        n
    }

    #[inline(always)]
    fn costs<T: Real>(_options: &LossOptions, z: &[T], rows: Rows<'_, T>, costs: &mut [f64]) {
        let n = rows.n_outputs;
        let each = z.chunks_exact(n).zip(rows.numbers().chunks_exact(n));
        for ((z, y), cost) in each.zip(costs) {
            let distances = z.iter().zip(y).map(|(&z, &y)| (z - y).to_f64().abs());
            *cost = distances.sum::<f64>() / n as f64;
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
        AbsoluteError::costs(options, z, rows, costs);
        let n = rows.n_outputs;
        let each = z.chunks_exact_mut(n).zip(rows.numbers().chunks_exact(n));
        for ((z, y), &share) in each.zip(shares) {
            let slope = share * T::from_f64(1.0 / n as f64);
            z.iter_mut().zip(y).for_each(|(z, &y)| *z = slope * (*z - y).sign());
        }
    }

    fn output<T: Real>(_z: &mut [T], _n_outputs: usize) {}

    fn sides<T: Real>(_options: &LossOptions, z: &[T], rows: Rows<'_, T>, sides: &mut Vec<bool>) {
        sides.extend(z.iter().zip(rows.numbers()).map(|(&z, &y)| z > y));
    }
}

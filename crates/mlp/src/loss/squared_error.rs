//! Squared error, for numbers; the output is the logit itself.
//!
//! For n outputs a row:
//!
//! ```text
//! L(ŷ, y) = (1/n) Σ_j (ŷ_j − y_j)²
//! ∂L/∂ŷ_j = (2/n) (ŷ_j − y_j)
//! ```

use super::{Cost, LossOptions, Rows};
use mlpsweep_real::Real;

pub(super) struct SquaredError;

impl Cost for SquaredError {
    const NAME: &'static str = "squared_error";
    const CLASSIFIES: bool = false;

    fn n_outputs(n: usize) -> usize {
        n
    }

    #[inline(always)]
    fn costs<T: Real>(_options: &LossOptions, z: &[T], rows: Rows<'_, T>, costs: &mut [f64]) {
        let n = rows.n_outputs;
        let each = z.chunks_exact(n).zip(rows.numbers().chunks_exact(n));
        for ((z, y), cost) in each.zip(costs) {
            let squares = z.iter().zip(y).map(|(&z, &y)| (z - y).to_f64().powi(2));
            *cost = squares.sum::<f64>() / n as f64;
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
        SquaredError::costs(options, z, rows, costs);
        let n = rows.n_outputs;
        let each = z.chunks_exact_mut(n).zip(rows.numbers().chunks_exact(n));
        for ((z, y), &share) in each.zip(shares) {
            let slope = share * T::from_f64(2.0 / n as f64);
            z.iter_mut().zip(y).for_each(|(z, &y)| *z = slope * (*z - y));
        }
    }

    fn output<T: Real>(_z: &mut [T], _n_outputs: usize) {}
}

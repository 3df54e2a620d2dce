//! Squared error, for numbers; the output is the logit itself.
//!
//! For n outputs a row:
//!
//! ```text
//! L(ŷ, y) = (1/n) Σ_j (ŷ_j − y_j)²
//! ∂L/∂ŷ_j = (2/n) (ŷ_j − y_j)
//! ```

use super::{Cost, LossOptions, RowTarget};
use mlpsweep_real::Real;

pub(super) struct SquaredError;

impl Cost for SquaredError {
    const NAME: &'static str = "squared_error";
    const CLASSIFIES: bool = false;

    fn n_outputs(n: usize) -> usize {
        n
    }

    fn cost<T: Real>(_options: &LossOptions, z: &[T], target: RowTarget<'_, T>) -> f64 {
        let squares = z.iter().zip(target.numbers()).map(|(&z, &y)| (z - y).to_f64().powi(2));
        squares.sum::<f64>() / z.len() as f64
    }

    fn cost_and_delta<T: Real>(
        _options: &LossOptions,
        z: &mut [T],
        target: RowTarget<'_, T>,
        factor: T,
    ) -> f64 {
        let n = z.len() as f64;
        let slope = factor * T::from_f64(2.0 / n);
        let mut squares = 0.0;
        for (z, &y) in z.iter_mut().zip(target.numbers()) {
            let error = *z - y;
            squares += error.to_f64().powi(2);
            *z = slope * error;
        }
        squares / n
    }

    fn output<T: Real>(_z: &mut [T]) {}
}

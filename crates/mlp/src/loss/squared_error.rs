//! Squared error, for numbers; the output is the logit itself.
//!
//! For n outputs a row:
//!
//! ```text
//! L(ŷ, y) = (1/n) Σ_j (ŷ_j − y_j)²
//! ∂L/∂ŷ_j = (2/n) (ŷ_j − y_j)
//! ```

use super::{Cost, Targets};
use mlpsweep_real::Real;

pub(super) struct SquaredError;

impl Cost for SquaredError {
    const NAME: &'static str = "squared_error";
    const CLASSIFIES: bool = false;

    fn n_outputs(n: usize) -> usize {
        n
    }

    fn total<T: Real>(logits: &[T], n_outputs: usize, targets: Targets<'_, T>) -> f64 {
        let squares = logits.iter().zip(targets.numbers()).map(|(&z, &y)| (z - y).to_f64().powi(2));
        squares.sum::<f64>() / n_outputs as f64
    }

    fn total_and_delta<T: Real>(logits: &mut [T], n_outputs: usize, targets: Targets<'_, T>, scale: T) -> f64 {
        let slope = scale * T::from_f64(2.0 / n_outputs as f64);
        let mut squares = 0.0;
        for (z, &y) in logits.iter_mut().zip(targets.numbers()) {
            let error = *z - y;
            squares += error.to_f64().powi(2);
            *z = slope * error;
        }
        squares / n_outputs as f64
    }

    fn output<T: Real>(_logits: &mut [T], _n_outputs: usize) {}
}

//! Absolute error, for numbers; the output is the logit itself. Its minimum is the median.
//!
//! For n outputs a row:
//!
//! ```text
//! L(ŷ, y) = (1/n) Σ_j |ŷ_j − y_j|
//! ∂L/∂ŷ_j = (1/n) sign(ŷ_j − y_j)        0 at 0
//! ```

use super::{Cost, LossOptions, RowTarget};
use mlpsweep_real::Real;

pub(super) struct AbsoluteError;

impl Cost for AbsoluteError {
    const NAME: &'static str = "absolute_error";
    const CLASSIFIES: bool = false;

    fn n_outputs(n: usize) -> usize {
        n
    }

    fn cost<T: Real>(_options: &LossOptions, z: &[T], target: RowTarget<'_, T>) -> f64 {
        let distances = z.iter().zip(target.numbers()).map(|(&z, &y)| (z - y).to_f64().abs());
        distances.sum::<f64>() / z.len() as f64
    }

    fn cost_and_delta<T: Real>(
        options: &LossOptions,
        z: &mut [T],
        target: RowTarget<'_, T>,
        factor: T,
    ) -> f64 {
        let cost = AbsoluteError::cost(options, z, target);
        let slope = factor * T::from_f64(1.0 / z.len() as f64);
        for (z, &y) in z.iter_mut().zip(target.numbers()) {
            *z = slope * (*z - y).sign();
        }
        cost
    }

    fn output<T: Real>(_z: &mut [T]) {}

    fn sides<T: Real>(_options: &LossOptions, z: &[T], target: RowTarget<'_, T>, sides: &mut Vec<bool>) {
        sides.extend(z.iter().zip(target.numbers()).map(|(&z, &y)| z > y));
    }
}

//! Huber loss (Huber 1964), for numbers: squared near the target, absolute beyond δ; the output is the logit itself.
//!
//! For n outputs a row and e_j = ŷ_j − y_j, as PyTorch's `huber_loss`:
//!
//! ```text
//! L(ŷ, y) = (1/n) Σ_j ( ½ e_j² where |e_j| ≤ δ, else δ (|e_j| − ½ δ) )
//! ∂L/∂ŷ_j = (1/n) clamp(e_j, −δ, δ)
//! ```

use super::{Cost, LossOptions, RowTarget};
use mlpsweep_real::Real;

pub(super) struct Huber;

impl Cost for Huber {
    const NAME: &'static str = "huber";
    const CLASSIFIES: bool = false;

    fn n_outputs(n: usize) -> usize {
        n
    }

    fn cost<T: Real>(options: &LossOptions, z: &[T], target: RowTarget<'_, T>) -> f64 {
        let delta = options.huber_delta;
        let costs = z.iter().zip(target.numbers()).map(|(&z, &y)| {
            let e = (z - y).to_f64().abs();
            if e <= delta { 0.5 * e * e } else { delta * (e - 0.5 * delta) }
        });
        costs.sum::<f64>() / z.len() as f64
    }

    fn cost_and_delta<T: Real>(
        options: &LossOptions,
        z: &mut [T],
        target: RowTarget<'_, T>,
        factor: T,
    ) -> f64 {
        let cost = Huber::cost(options, z, target);
        let slope = factor * T::from_f64(1.0 / z.len() as f64);
        let delta = T::from_f64(options.huber_delta);
        for (z, &y) in z.iter_mut().zip(target.numbers()) {
            *z = slope * (*z - y).max(-delta).min(delta);
        }
        cost
    }

    fn output<T: Real>(_z: &mut [T]) {}

    fn sides<T: Real>(options: &LossOptions, z: &[T], target: RowTarget<'_, T>, sides: &mut Vec<bool>) {
        let errors = z.iter().zip(target.numbers()).map(|(&z, &y)| (z - y).to_f64());
        sides.extend(errors.flat_map(|e| [e > options.huber_delta, e > -options.huber_delta]));
    }
}

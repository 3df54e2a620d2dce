//! Huber loss (Huber 1964), for numbers: squared near the target, absolute beyond δ, as PyTorch's `huber_loss`.
//!
//! ```text
//! ℓ(e) = ½ e² where |e| ≤ δ, else δ (|e| − ½ δ)        ℓ'(e) = clamp(e, −δ, δ)
//! ```

use super::LossOptions;
use super::of_errors::OfErrors;
use mlpsweep_real::Real;

pub(super) struct Huber;

impl OfErrors for Huber {
    const NAME: &'static str = "huber";
    const FACTOR: f64 = 1.0;

    #[inline(always)]
    fn cost(options: &LossOptions, e: f64) -> f64 {
        let (delta, e) = (options.huber_delta, e.abs());
        if e <= delta { 0.5 * e * e } else { delta * (e - 0.5 * delta) }
    }

    #[inline(always)]
    fn slope<T: Real>(options: &LossOptions, e: T) -> T {
        let delta = T::from_f64(options.huber_delta);
        e.max(-delta).min(delta)
    }

    fn sides(options: &LossOptions, e: f64, sides: &mut Vec<bool>) {
        sides.extend([e > options.huber_delta, e > -options.huber_delta]);
    }
}

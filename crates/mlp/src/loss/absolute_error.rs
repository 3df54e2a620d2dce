//! Absolute error, for numbers. Its minimum is the median.
//!
//! ```text
//! ℓ(e) = |e|        ℓ'(e) = sign(e), 0 at 0
//! ```

use super::LossOptions;
use super::of_errors::OfErrors;
use mlpsweep_real::Real;

pub(super) struct AbsoluteError;

impl OfErrors for AbsoluteError {
    const NAME: &'static str = "absolute_error";
    const FACTOR: f64 = 1.0;

    #[inline(always)]
    fn cost(_options: &LossOptions, e: f64) -> f64 {
        e.abs()
    }

    #[inline(always)]
    fn slope<T: Real>(_options: &LossOptions, e: T) -> T {
        e.sign()
    }

    fn sides(_options: &LossOptions, e: f64, sides: &mut Vec<bool>) {
        sides.push(e > 0.0);
    }
}

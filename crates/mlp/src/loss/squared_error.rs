//! Squared error, for numbers.
//!
//! ```text
//! ℓ(e) = e²        ℓ'(e) = 2e
//! ```

use super::LossOptions;
use super::of_errors::OfErrors;
use mlpsweep_real::Real;

pub(super) struct SquaredError;

impl OfErrors for SquaredError {
    const NAME: &'static str = "squared_error";
    const FACTOR: f64 = 2.0;

    #[inline(always)]
    fn cost(_options: &LossOptions, e: f64) -> f64 {
        e * e
    }

    #[inline(always)]
    fn slope<T: Real>(_options: &LossOptions, e: T) -> T {
        e
    }
}

//! Gaussian error linear unit (Hendrycks & Gimpel 2016), with the exact error function:
//!
//! ```text
//! ψ(z) = z Φ(z)        ψ'(z) = Φ(z) + z φ(z)        Φ(z) = ½ erfc(−z/√2), φ(z) = e^{−z²/2}/√(2π)
//! ```

use super::Curve;
use mlpsweep_real::Real;
use std::f64::consts::FRAC_1_SQRT_2;

/// 1/√(2π)
const FRAC_1_SQRT_TAU: f64 = 0.398_942_280_401_432_7;

pub(super) struct Gelu;

impl Curve for Gelu {
    const NAME: &'static str = "gelu";
    const HAS_KINK: bool = false;

    #[inline(always)]
    fn at<T: Real>(z: T) -> (T, T) {
        let half = T::from_f64(0.5);
        let below = half * (-z * T::from_f64(FRAC_1_SQRT_2)).erfc();
        let density = T::from_f64(FRAC_1_SQRT_TAU) * (-half * z * z).exp();
        (z * below, below + z * density)
    }
}

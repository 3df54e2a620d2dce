//! Mish (Misra 2020), with s = softplus(z) = ln(1 + e^z):
//!
//! ```text
//! ψ(z) = z tanh s        ψ'(z) = tanh s + z (1 − tanh² s) σ(z)
//! ```

use super::Curve;
use super::softplus::Softplus;
use mlpsweep_real::Real;

pub(super) struct Mish;

impl Curve for Mish {
    const NAME: &'static str = "mish";
    const HAS_KINK: bool = false;

    #[inline(always)]
    fn at<T: Real>(z: T) -> (T, T) {
        let (softplus, sigma) = Softplus::at(z);
        let t = softplus.tanh();
        (z * t, t + z * (T::one() - t * t) * sigma)
    }
}

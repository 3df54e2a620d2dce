//! Softplus: ψ(z) = ln(1 + e^z) = max(z, 0) + ln(1 + e^{−|z|}), ψ'(z) = σ(z). The right-hand form does not overflow.

use super::Curve;
use super::sigmoid::Sigmoid;
use mlpsweep_real::Real;

pub(super) struct Softplus;

impl Curve for Softplus {
    const NAME: &'static str = "softplus";
    const HAS_KINK: bool = false;

    #[inline(always)]
    fn at<T: Real>(z: T) -> (T, T) {
        let (sigma, _) = Sigmoid::at(z);
        (z.max(T::zero()) + (-z.abs()).exp().ln_1p(), sigma)
    }
}

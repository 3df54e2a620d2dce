//! Rectified linear unit: ψ(z) = max(z, 0), ψ'(z) = [z > 0]. NaN stays NaN, so that a diverged run shows.

use super::Curve;
use mlpsweep_real::Real;

pub(super) struct Relu;

impl Curve for Relu {
    const NAME: &'static str = "relu";
    const HAS_KINK: bool = true;

    #[inline(always)]
    fn at<T: Real>(z: T) -> (T, T) {
        if z <= T::zero() { (T::zero(), T::zero()) } else { (z, T::one()) }
    }

    #[inline(always)]
    fn slope_of<T: Real>(a: T) -> Option<T> {
        Some(if a <= T::zero() { T::zero() } else { T::one() })
    }
}

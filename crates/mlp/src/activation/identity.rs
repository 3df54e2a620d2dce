//! Identity: ψ(z) = z, ψ'(z) = 1. A network of identities is a linear regression.

use super::Curve;
use mlpsweep_real::Real;

pub(super) struct Identity;

impl Curve for Identity {
    const NAME: &'static str = "identity";
    const HAS_KINK: bool = false;

    #[inline(always)]
    fn at<T: Real>(z: T) -> (T, T) {
        (z, T::one())
    }

    #[inline(always)]
    fn slope_of<T: Real>(_a: T) -> Option<T> {
        Some(T::one())
    }
}

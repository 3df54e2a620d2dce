//! Hyperbolic tangent: ψ(z) = tanh z, ψ'(z) = 1 − a².

use super::Curve;
use mlpsweep_real::Real;

pub(super) struct Tanh;

impl Curve for Tanh {
    const NAME: &'static str = "tanh";
    const HAS_KINK: bool = false;

    #[inline(always)]
    fn at<T: Real>(z: T) -> (T, T) {
        let a = z.tanh();
        (a, T::one() - a * a)
    }

    #[inline(always)]
    fn slope_of<T: Real>(a: T) -> Option<T> {
        Some(T::one() - a * a)
    }
}

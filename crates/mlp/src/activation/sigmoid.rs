//! Logistic sigmoid: ψ(z) = 1/(1 + e^{−z}), ψ'(z) = a(1 − a).
//!
//! With `t = e^{−|z|} ≤ 1` nothing overflows: a = 1/(1+t) for z ≥ 0 and t/(1+t) below; the slope is t/(1+t)² on both
//! sides, which stays exact where 1 − a would have rounded to 0.

use super::Curve;
use mlpsweep_real::Real;

pub(super) struct Sigmoid;

impl Curve for Sigmoid {
    const NAME: &'static str = "sigmoid";
    const HAS_KINK: bool = false;

    #[inline(always)]
    fn at<T: Real>(z: T) -> (T, T) {
        let t = (-z.abs()).exp();
        let share = T::one() / (T::one() + t);
        let a = if z < T::zero() { t * share } else { share };
        (a, t * share * share)
    }
}

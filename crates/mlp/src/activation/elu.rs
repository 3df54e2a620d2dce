//! Exponential linear unit (Clevert, Unterthiner & Hochreiter 2016), α = 1:
//!
//! ```text
//! ψ(z) = z for z > 0, else e^z − 1        ψ'(z) = 1, or e^z
//! ```
//!
//! The slope is continuous at 0, so differences can check it there.

use super::Curve;
use mlpsweep_real::Real;

pub(super) struct Elu;

impl Curve for Elu {
    const NAME: &'static str = "elu";
    const HAS_KINK: bool = false;

    #[inline(always)]
    fn at<T: Real>(z: T) -> (T, T) {
        let below = z.min(T::zero()).exp_m1();
        if z > T::zero() { (z, T::one()) } else { (below, below + T::one()) }
    }
}

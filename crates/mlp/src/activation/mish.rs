//! Mish (Misra 2020), with s = softplus(z) = ln(1 + e^z):
//!
//! ```text
//! ψ(z) = z tanh s        ψ'(z) = tanh s + z (1 − tanh² s) σ(z)
//! ```
//!
//! With u = 1 + e^z, tanh s = (u² − 1)/(u² + 1) and 1 − tanh s = 2/(u² + 1). Both are multiplied by t² above 0, t = e^{−|z|}, so
//! that nothing overflows:
//!
//! ```text
//! z ≤ 0:  u² − 1      = t (t + 2)     u² + 1      = t (t + 2) + 2
//! z > 0:  (u² − 1) t² = 2t + 1        (u² + 1) t² = 2t + 1 + 2t²
//! ```

use super::Curve;
use super::sigmoid::Sigmoid;
use mlpsweep_real::Real;

pub(super) struct Mish;

impl Curve for Mish {
    const NAME: &'static str = "mish";
    const HAS_KINK: bool = false;

    #[inline(always)]
    fn at<T: Real>(z: T) -> (T, T) {
        let (one, two) = (T::one(), T::one() + T::one());
        let (sigma, _) = Sigmoid::at(z);
        let t = (-z.abs()).exp();
        let above = if z > T::zero() { two * t + one } else { t * (t + two) };
        let rest = if z > T::zero() { two * t * t } else { two };
        let share = one / (above + rest);
        let (tanh, one_minus) = (above * share, rest * share);
        (z * tanh, tanh + z * (one_minus * (one + tanh)) * sigma)
    }
}

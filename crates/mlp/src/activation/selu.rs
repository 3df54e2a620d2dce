//! Scaled exponential linear unit (Klambauer et al. 2017):
//!
//! ```text
//! ψ(z) = λ z for z > 0, else λ α (e^z − 1)        ψ'(z) = λ, or λ α e^z
//! ```
//!
//! α and λ are the fixed point that keeps mean 0 and variance 1 from layer to layer.

use super::Curve;
use mlpsweep_real::Real;

const ALPHA: f64 = 1.673_263_242_354_377_2;
const LAMBDA: f64 = 1.050_700_987_355_480_5;

pub(super) struct Selu;

impl Curve for Selu {
    const NAME: &'static str = "selu";
    const HAS_KINK: bool = true;

    #[inline(always)]
    fn at<T: Real>(z: T) -> (T, T) {
        let (alpha, lambda) = (T::from_f64(ALPHA), T::from_f64(LAMBDA));
        let below = lambda * alpha * z.min(T::zero()).exp_m1();
        if z > T::zero() { (lambda * z, lambda) } else { (below, below + lambda * alpha) }
    }
}

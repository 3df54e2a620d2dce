//! Leaky ReLU: ψ(z) = z for z > 0, else 0.01·z; ψ'(z) = 1 or 0.01 (Maas, Hannun & Ng 2013, with PyTorch's slope).

use super::Curve;
use mlpsweep_real::Real;

const SLOPE: f64 = 0.01;

pub(super) struct LeakyRelu;

impl Curve for LeakyRelu {
    const NAME: &'static str = "leaky_relu";
    const HAS_KINK: bool = true;

    #[inline(always)]
    fn at<T: Real>(z: T) -> (T, T) {
        let slope = T::from_f64(SLOPE);
        if z <= T::zero() { (z * slope, slope) } else { (z, T::one()) }
    }

    #[inline(always)]
    fn slope_of<T: Real>(a: T) -> Option<T> {
        Some(if a <= T::zero() { T::from_f64(SLOPE) } else { T::one() })
    }
}

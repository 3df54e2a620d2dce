//! GELU's approximation by tanh (Hendrycks & Gimpel 2016), as PyTorch's `approximate="tanh"`:
//!
//! ```text
//! u = √(2/π) (z + 0.044715 z³)        ψ(z) = ½ z (1 + tanh u)
//! ψ'(z) = ½ (1 + tanh u) + ½ z (1 − tanh² u) u',   u' = √(2/π) (1 + 0.134145 z²)
//! ```
//!
//! For |z| > 10 tanh u is ±1 to the last bit of f64: z is cut there in u, so that no cube overflows.

use super::Curve;
use mlpsweep_real::Real;

/// √(2/π)
const FACTOR: f64 = 0.797_884_560_802_865_4;
const CUBIC: f64 = 0.044_715;

pub(super) struct GeluTanh;

impl Curve for GeluTanh {
    const NAME: &'static str = "gelu_tanh";
    const HAS_KINK: bool = false;

    #[inline(always)]
    fn at<T: Real>(z: T) -> (T, T) {
        let (half, one) = (T::from_f64(0.5), T::one());
        let near = z.max(T::from_f64(-10.0)).min(T::from_f64(10.0));
        let square = near * near;
        let t = (T::from_f64(FACTOR) * near * (one + T::from_f64(CUBIC) * square)).tanh();
        let inner_slope = T::from_f64(FACTOR) * (one + T::from_f64(3.0 * CUBIC) * square);
        (half * z * (one + t), half * (one + t) + half * near * (one - t * t) * inner_slope)
    }
}

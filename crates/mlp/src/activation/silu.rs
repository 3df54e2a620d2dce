//! Sigmoid linear unit, also called swish (Elfwing, Uchibe & Doya 2018; Ramachandran, Zoph & Le 2017):
//!
//! ```text
//! ψ(z) = z σ(z)        ψ'(z) = σ(z) + z σ(z)(1 − σ(z))
//! ```

use super::Curve;
use super::sigmoid::Sigmoid;
use mlpsweep_real::Real;

pub(super) struct Silu;

impl Curve for Silu {
    const NAME: &'static str = "silu";
    const HAS_KINK: bool = false;

    #[inline(always)]
    fn at<T: Real>(z: T) -> (T, T) {
        let (sigma, slope) = Sigmoid::at(z);
        (z * sigma, sigma + z * slope)
    }
}

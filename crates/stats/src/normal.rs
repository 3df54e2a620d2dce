//! The standard normal distribution, through statrs' complementary error function and its inverse.
//!
//! ```text
//! Φ(z) = erfc(−z/√2)/2      Φ⁻¹(p) = −√2 erfc⁻¹(2p)
//! ```

use statrs::function::erf::{erfc, erfc_inv};
use std::f64::consts::SQRT_2;

/// Φ(z), the share of a standard normal distribution below `z`; small tails keep their digits.
///
/// ```
/// assert!((mlpsweep_stats::normal_cdf(1.96) - 0.975_002_104_851_78).abs() < 1e-9);
/// assert_eq!(mlpsweep_stats::normal_cdf(f64::NEG_INFINITY), 0.0);
/// ```
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * erfc(-z / SQRT_2)
}

/// The z with Φ(z) = `p`; infinite for 0 and 1.
///
/// ```
/// assert!((mlpsweep_stats::normal_quantile(0.975) - 1.959_963_984_540_05).abs() < 1e-9);
/// ```
pub fn normal_quantile(p: f64) -> f64 {
    -SQRT_2 * erfc_inv(2.0 * p)
}

//! The correction of Benjamini & Hochberg (1995) for several comparisons.
//!
//! With the m p-values in ascending order, p₍₁₎ ≤ … ≤ p₍ₘ₎:
//!
//! ```text
//! adjusted₍ᵢ₎ = min(1, min_{j ≥ i} m/j · p₍ⱼ₎)
//! ```
//!
//! Rejecting where `adjusted ≤ q` keeps the expected share of false ones among the rejected at q or below.

/// The adjusted p-values, in the order of `p`. Equal ones stay equal.
///
/// ```
/// assert_eq!(mlpsweep_stats::benjamini_hochberg(&[0.04, 0.01, 0.5]), [0.06, 0.03, 0.5]);
/// ```
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut descending: Vec<usize> = (0..p.len()).collect();
    descending.sort_by(|&i, &j| p[j].total_cmp(&p[i]));

    let m = p.len() as f64;
    let mut adjusted = vec![0.0; p.len()];
    let mut running = 1.0_f64;
    for (place, idx) in (1..=p.len()).rev().zip(descending) {
        running = running.min(m / place as f64 * p[idx]);
        adjusted[idx] = running;
    }
    adjusted
}

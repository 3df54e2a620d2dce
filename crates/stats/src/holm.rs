//! Holm's correction for several comparisons (Holm 1979).
//!
//! With the m p-values in ascending order, p₍₁₎ ≤ … ≤ p₍ₘ₎:
//!
//! ```text
//! adjusted₍ᵢ₎ = min(1, max_{j ≤ i} (m − j + 1)·p₍ⱼ₎)
//! ```
//!
//! Rejecting where `adjusted < α` keeps the probability of *any* false rejection below α, whatever the dependence
//! between the comparisons, and rejects whatever Bonferroni's `m·p` rejects.

/// The adjusted p-values, in the order of `p`. Equal ones stay equal.
///
/// ```
/// assert_eq!(mlpsweep_stats::holm(&[0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02]);
/// ```
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut ascending: Vec<usize> = (0..p.len()).collect();
    ascending.sort_by(|&i, &j| p[i].total_cmp(&p[j]));

    let mut adjusted = vec![0.0; p.len()];
    let mut running = 0.0_f64;
    for (n_before, &idx) in ascending.iter().enumerate() {
        running = running.max((p.len() - n_before) as f64 * p[idx]).min(1.0);
        adjusted[idx] = running;
    }
    adjusted
}

//! Wilcoxon's signed-rank test, exact (Wilcoxon 1945).
//!
//! Of the n differences that are not 0 the absolute values have ranks 1 … n, equal ones the mean of theirs. With W the sum of
//! the ranks of the positive ones, and every sign as likely as the other,
//!
//! ```text
//! p = P(W' ≥ W),    W' = Σ_i b_i rank_i,    b_i ~ Bernoulli(1/2)
//! ```
//!
//! counted over all 2ⁿ choices of signs, by adding one rank after the other to the distribution of the sum. No shape of
//! the differences is assumed but that it is symmetric; the least p there can be is 2⁻ⁿ.

/// How probable it is by chance that differences around 0 are as far above it as these; 1 for none.
///
/// ```
/// use mlpsweep_stats::signed_rank_p;
/// assert_eq!(signed_rank_p(&[0.3, 0.1, 0.4, 0.2, 0.5]), 1.0 / 32.0);
/// ```
pub fn signed_rank_p(differences: &[f64]) -> f64 {
    let mut differences: Vec<f64> = differences.iter().copied().filter(|d| *d != 0.0).collect();
    differences.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
    // Twice the ranks, so that means of two are whole.
    let mut ranks = Vec::with_capacity(differences.len());
    for ties in differences.chunk_by(|a, b| a.abs() == b.abs()) {
        let first = ranks.len() + 1;
        let last = ranks.len() + ties.len();
        ranks.resize(last, first + last);
    }
    let signed = differences.iter().zip(&ranks);
    let observed: usize = signed.filter(|(d, _)| **d > 0.0).map(|(_, rank)| rank).sum();

    let largest: usize = ranks.iter().sum();
    let mut probability = vec![0.0; largest + 1];
    probability[0] = 1.0;
    let mut reached = 0;
    for rank in ranks {
        reached += rank;
        for sum in (0..=reached).rev() {
            let with = sum.checked_sub(rank).map_or(0.0, |before| probability[before]);
            probability[sum] = 0.5 * (probability[sum] + with);
        }
    }
    // From the far end, where the terms are small.
    probability[observed..].iter().rev().sum::<f64>().min(1.0)
}

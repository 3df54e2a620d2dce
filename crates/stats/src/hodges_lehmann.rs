//! The Hodges–Lehmann estimate of where differences lie (Hodges & Lehmann 1963).
//!
//! ```text
//! median of (d_i + d_j)/2 over all i ≤ j
//!
//! interval   from the k-th smallest of these means to the k-th largest,   k = ⌊n(n + 1)/4 − z·√(n(n + 1)(2n + 1)/24)⌋ + 1
//! ```
//!
//! It belongs to the signed-rank test as the mean to the t-test, and a wild value moves it little.

/// The estimate; `None` without values.
///
/// ```
/// assert_eq!(mlpsweep_stats::hodges_lehmann(&[1.0, 2.0, 9.0]), Some(3.5));
/// ```
pub fn hodges_lehmann(differences: &[f64]) -> Option<f64> {
    median(&mut means(differences))
}

/// The interval of the values that a signed-rank test at z standard deviations, in its normal approximation, does not refuse; `None`
/// without values.
///
/// ```
/// let differences: Vec<f64> = (1..=12).map(f64::from).collect();
/// // Of 78 means the 15th from either end: 14 is the sum of ranks that a table of the test has for n = 12 and 5 %.
/// assert_eq!(mlpsweep_stats::hodges_lehmann_interval(&differences, 1.96), Some((4.0, 9.0)));
/// ```
pub fn hodges_lehmann_interval(differences: &[f64], z: f64) -> Option<(f64, f64)> {
    let n = differences.len() as f64;
    let below = (n * (n + 1.0) / 4.0 - z * (n * (n + 1.0) * (2.0 * n + 1.0) / 24.0).sqrt()).max(0.0) as usize;
    let mut means = means(differences);
    let above = means.len().checked_sub(below + 1)?;
    means.sort_unstable_by(f64::total_cmp);
    Some((means[below], means[above]))
}

/// (d_i + d_j)/2 over all i ≤ j.
fn means(differences: &[f64]) -> Vec<f64> {
    let mut means = Vec::with_capacity(differences.len() * (differences.len() + 1) / 2);
    for (i, a) in differences.iter().enumerate() {
        means.extend(differences[i..].iter().map(|b| f64::midpoint(*a, *b)));
    }
    means
}

/// The median, halfway between the middle two of an even number; `None` without values. Reorders them.
pub fn median(values: &mut [f64]) -> Option<f64> {
    let n = values.len();
    if n == 0 {
        return None;
    }
    let (below, &mut upper, _) = values.select_nth_unstable_by(n / 2, f64::total_cmp);
    if n % 2 == 1 {
        return Some(upper);
    }
    let lower = below.iter().copied().max_by(f64::total_cmp).expect("half of them are below");
    Some(f64::midpoint(lower, upper))
}

//! The Hodges–Lehmann estimate of where differences lie (Hodges & Lehmann 1963).
//!
//! ```text
//! median of (d_i + d_j)/2 over all i ≤ j
//! ```
//!
//! It belongs to the signed-rank test as the mean to the t-test, and a wild value moves it little.

/// The estimate; `None` without values.
///
/// ```
/// assert_eq!(mlpsweep_stats::hodges_lehmann(&[1.0, 2.0, 9.0]), Some(3.5));
/// ```
pub fn hodges_lehmann(differences: &[f64]) -> Option<f64> {
    let mut means = Vec::with_capacity(differences.len() * (differences.len() + 1) / 2);
    for (i, a) in differences.iter().enumerate() {
        means.extend(differences[i..].iter().map(|b| f64::midpoint(*a, *b)));
    }
    median(&mut means)
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

//! Standard error, interval and paired test for scores of overlapping training sets.
//!
//! A configuration has J = k·r scores from k folds repeated r times. They are no independent sample: two folds share
//! most of their training rows. Nadeau & Bengio (2003) correct the variance of the mean for it; with ρ = rows
//! validated / rows trained on, which is 1/(k − 1) for k folds:
//!
//! ```text
//! se  = √(1/J + ρ)·sd                        the corrected standard error
//! CI  = mean ± t_{J−1, level}·se             P(|T| < t_{ν, level}) = level
//! t   = mean(a − b) / se(a − b),  df = J − 1,  p = P(|T| ≥ |t|)
//! ```
//!
//! ρ = 0 gives the textbook formulas for independent scores. The uncorrected error √(1/J)·sd is 1.5 times too small at
//! five folds.

use crate::describe::{mean, sd};
use crate::student::{t_critical, t_two_sided_p};

/// The standard error of the mean of `n_scores` scores with standard deviation `sd`, corrected by `rho`, the rows
/// validated per row trained on.
///
/// # Panics
/// When `n_scores` is 0.
pub fn corrected_se(sd: f64, n_scores: usize, rho: f64) -> f64 {
    assert!(n_scores >= 1, "no scores, no standard error");
    (1.0 / n_scores as f64 + rho).sqrt() * sd
}

/// A two-sided interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// The interval around `mean` that covers the truth with probability `level` (such as 0.95), from the standard error
/// `se` with `df` degrees of freedom: number of scores less one.
///
/// # Panics
/// When `df` is 0, that is for a single score, or `level` does not lie in (0, 1).
pub fn t_interval(mean: f64, se: f64, df: usize, level: f64) -> Interval {
    let half = t_critical(df, level) * se;
    Interval { low: mean - half, high: mean + half }
}

/// What a t-test found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TTest {
    /// The mean difference in standard errors; positive when the first is larger.
    pub t: f64,
    /// Degrees of freedom.
    pub df: usize,
    /// The two-sided p-value, in [0, 1].
    pub p: f64,
}

/// The two-sided corrected resampled t-test of `a` against `b`, scores of the same folds in the same order; `rho` as
/// in [`corrected_se`].
///
/// Where all differences are zero, t = 0 and p = 1; where they are all the same but not zero, t is infinite and p = 0.
/// `None` when there is nothing to test: fewer than two pairs, or differences that are no finite numbers.
///
/// # Panics
/// When `a` and `b` differ in length.
pub fn paired_corrected_t_test(a: &[f64], b: &[f64], rho: f64) -> Option<TTest> {
    assert_eq!(a.len(), b.len(), "paired scores come from the same folds");
    let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    let mean = mean(&differences)?;
    let sd = sd(&differences)?;
    if !mean.is_finite() || !sd.is_finite() {
        return None;
    }
    let df = differences.len() - 1;
    if mean == 0.0 && sd == 0.0 {
        return Some(TTest { t: 0.0, df, p: 1.0 });
    }
    let t = mean / corrected_se(sd, differences.len(), rho);
    Some(TTest { t, df, p: t_two_sided_p(t, df) })
}

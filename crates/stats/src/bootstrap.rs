//! The percentile bootstrap (Efron 1979): how much a statistic would scatter if the values were drawn again.

use crate::Interval;

/// The interval that holds the `level` of the middle of `n_resamples` statistics, each of as many values as there are, drawn
/// with replacement at the positions that `draw` gives; `None` without values. Percentiles lie between their
/// neighbours in proportion, as NumPy's.
///
/// `draw(n)` is a position below n.
pub fn bootstrap_interval(
    values: &[f64],
    statistic: impl Fn(&[f64]) -> f64,
    level: f64,
    n_resamples: usize,
    mut draw: impl FnMut(usize) -> usize,
) -> Option<Interval> {
    if values.is_empty() || n_resamples == 0 {
        return None;
    }
    let mut drawn = vec![0.0; values.len()];
    let mut statistics: Vec<f64> = (0..n_resamples)
        .map(|_| {
            drawn.iter_mut().for_each(|value| *value = values[draw(values.len())]);
            statistic(&drawn)
        })
        .collect();
    statistics.sort_unstable_by(f64::total_cmp);
    let tail = (1.0 - level) / 2.0;
    Some(Interval { low: quantile(&statistics, tail), high: quantile(&statistics, 1.0 - tail) })
}

/// The value below which a share of the sorted values lies, between its neighbours in proportion, as NumPy's.
///
/// # Panics
/// Without values.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = share * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    below + (above - below) * at.fract()
}

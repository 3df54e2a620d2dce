//! One trial's scores by one metric, over J splits.
//!
//! ```text
//! mean = (1/J) Σ_j s_j            std = √( Σ_j (s_j − mean)² / (J − 1) )
//! se   = √(1/J + ρ)·std           the corrected standard error (Nadeau & Bengio 2003)
//! ci   = mean ± t_{J−1, 0.95}·se
//! gap  = mean_train − mean        where more is better
//!      = mean − mean_train        where less is better
//! ```
//!
//! ρ is the mean over the splits of rows validated / rows trained on. A large positive gap means over-fitting,
//! whatever the metric's direction.

use mlpsweep_stats::{Interval, corrected_se, mean, sd, t_interval};
use mlpsweep_sweep::record::{FoldRecord, MetricInfo, SweepInfo};

/// The confidence level of all intervals.
const LEVEL: f64 = 0.95;

/// One trial's scores by one metric. All but `test` is `None` unless the trial is complete: a mean over some of the
/// folds does not stand beside means over all of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scores {
    /// The validation score of every split; `None` where there is none.
    pub test: Vec<Option<f64>>,
    /// Their mean.
    pub mean: Option<f64>,
    /// Their standard deviation, ddof = 1; `None` for a single split.
    pub std: Option<f64>,
    /// The corrected standard error of the mean; `None` for a single split.
    pub se: Option<f64>,
    /// The 95 % interval around the mean; `None` for a single split.
    pub interval: Option<Interval>,
    /// The mean score on the training rows.
    pub mean_train: Option<f64>,
    /// How much worse the validation rows were scored than the training rows.
    pub gap: Option<f64>,
}

impl Scores {
    /// Of the metric at `metric_idx`; `splits` has the record of every split.
    pub(crate) fn new(
        info: &SweepInfo,
        metric_idx: usize,
        splits: &[Option<&FoldRecord>],
        is_complete: bool,
    ) -> Scores {
        let test: Vec<Option<f64>> = splits.iter().map(|fold| test_score((*fold)?, metric_idx)).collect();
        let all = |scores: &[Option<f64>]| scores.iter().copied().collect::<Option<Vec<f64>>>();
        let Some(complete) = all(&test).filter(|_| is_complete) else {
            return Scores { test, ..Scores::default() };
        };
        let train: Vec<Option<f64>> = splits
            .iter()
            .map(|fold| fold.and_then(|fold| fold.train_scores.get(metric_idx).copied()))
            .collect();

        let mean_test = mean(&complete);
        let mean_train = all(&train).and_then(|train| mean(&train));
        let std = sd(&complete);
        let se = std.map(|std| corrected_se(std, complete.len(), rho(info)));
        let interval = mean_test.zip(se).map(|(mean, se)| t_interval(mean, se, complete.len() - 1, LEVEL));
        let sign = if is_maximized(&info.metrics[metric_idx]) { 1.0 } else { -1.0 };
        let gap = mean_train.zip(mean_test).map(|(train, test)| sign * (train - test) + 0.0);
        Scores { test, mean: mean_test, std, se, interval, mean_train, gap }
    }

    /// The mean over the splits there are.
    pub(crate) fn running_mean(&self) -> Option<f64> {
        let scored: Vec<f64> = self.test.iter().flatten().copied().collect();
        mean(&scored)
    }
}

/// A fold's validation score, if it ended with one.
fn test_score(fold: &FoldRecord, metric_idx: usize) -> Option<f64> {
    fold.test_scores.get(metric_idx).copied().filter(|_| fold.state.is_scored())
}

/// 1 where more is better by the metric that ranks, else −1: what turns a difference into a gain.
pub(crate) fn sign(info: &SweepInfo) -> f64 {
    if info.metrics.first().is_some_and(is_maximized) { 1.0 } else { -1.0 }
}

/// Whether more is better.
pub(crate) fn is_maximized(metric: &MetricInfo) -> bool {
    metric.goal == "maximize"
}

/// Rows validated per row trained on, averaged over the splits.
pub(crate) fn rho(info: &SweepInfo) -> f64 {
    let ratios: Vec<f64> =
        info.n_validation.iter().zip(&info.n_train).map(|(&m, &n)| m as f64 / n as f64).collect();
    mean(&ratios).unwrap_or(0.0)
}

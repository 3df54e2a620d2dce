//! The honest score: what the winner of this search is worth, from what is kept of the validation rows.
//!
//! The mean score of the best trial is the best of many, and so in part luck. [`BootstrapSelection`] repeats the choice on
//! drawn rows and judges it by those that were not drawn. Rows of one group are drawn together; a row that several repeats
//! validate is one row, and a trial's score of it the mean over the repeats. The score is that of all validation rows of a
//! repeat at once, where ranked.csv has the mean over its folds: for a mean over rows and folds of one size that is the same.
//!
//! The draws are those of the stream (seed, "honest"): they depend on no trial.

use crate::scores::is_maximized;
use mlpsweep_data::Task;
use mlpsweep_search::TrialNumber;
use mlpsweep_seed::Seed;
use mlpsweep_stats::{BootstrapSelection, HonestScore, Interval};
use mlpsweep_sweep::record::{DataInfo, OutOfFold, SweepInfo, ValidationRows};
use mlpsweep_sweep::store::{Store, StoreError};
use mlpsweep_train::{Counted, Metric, Predictions, Truth};
use rand::RngExt as _;
use std::collections::{BTreeMap, BTreeSet};

/// Bootstraps where memory allows: a count of a row and bootstrap is a byte.
const MOST_RESAMPLES: usize = 1000;
const FEWEST_RESAMPLES: usize = 100;
const COUNTS_AT_MOST: usize = 100_000_000;
/// Rows · trials · bootstraps, so that a ranking of very many trials takes seconds.
const SUMS_AT_MOST: usize = 5_000_000_000;

/// What the winner is worth, by rows that did not choose it.
#[derive(Clone, Debug, PartialEq)]
pub struct Honest {
    /// The expected score of the winner, by the metric that ranks.
    pub score: f64,
    /// The middle 95 % of the bootstraps.
    pub interval: Interval,
    /// Of each complete trial, the share of bootstraps in which it was the best.
    pub prob_best: BTreeMap<TrialNumber, f64>,
    /// Bootstraps: 1000, and fewer beyond 100,000 rows or 5,000,000 trials · rows, but 100 at least.
    pub n_resamples: usize,
}

/// The honest score of the sweep, whose complete trials are these; `None` without any, or where the metric has no value on
/// drawn rows.
pub(crate) fn honest(
    store: &Store,
    info: &SweepInfo,
    complete: &BTreeSet<TrialNumber>,
) -> Result<Option<Honest>, StoreError> {
    let fits = |metric: &Metric| {
        (metric.task() == Task::Classification) == info.data.is_classification()
            && (!metric.is_for_two_classes() || info.data.targets.len() == 2)
    };
    let metric = info.metrics.first().and_then(|metric| Metric::from_name(&metric.name));
    let Some(metric) = metric.filter(fits) else { return Ok(None) };
    let splits = store.validation_rows()?;
    if complete.is_empty() || splits.len() != info.n_splits() {
        return Ok(None);
    }
    let rows = Rows::new(info, &splits);
    let n_rows = rows.clusters.len().max(1);
    let n_resamples = (COUNTS_AT_MOST / n_rows).min(SUMS_AT_MOST / n_rows / complete.len());
    let n_resamples = n_resamples.clamp(FEWEST_RESAMPLES, MOST_RESAMPLES);
    let mut stream = Seed::new(info.seed).child("honest").stream();
    let maximize = is_maximized(&info.metrics[0]);
    let draw = |n| stream.random_range(0..n);
    let mut selection = BootstrapSelection::new(&rows.clusters, n_resamples, maximize, draw);
    let (mut added, mut waiting) = (Vec::new(), Vec::new());
    let add = |selection: &mut BootstrapSelection, waiting: &mut Vec<Vec<Counted>>| {
        let scores: Vec<_> =
            waiting.iter().map(|repeats| |counts: &[u8]| rows.score(repeats, counts)).collect();
        selection.add(&scores);
        waiting.clear();
    };
    let (mut trial, mut kept): (Option<TrialNumber>, Vec<OutOfFold>) = (None, Vec::new());
    store.each_out_of_fold(|unit, of_split| {
        if trial != Some(unit.trial) {
            (trial, kept) = (Some(unit.trial), Vec::new());
        }
        // They come in order, and without one the trial is none to choose from.
        if unit.split == kept.len() {
            kept.push(of_split);
        }
        if kept.len() == splits.len() && complete.contains(&unit.trial) {
            let repeats = counted(metric, info, &splits, &kept).ok_or_else(|| {
                format!("what is kept of the validation rows of trial {} does not fit the sweep", unit.trial)
            })?;
            added.push(unit.trial);
            waiting.push(repeats);
            if waiting.len() >= selection.at_a_time() {
                add(&mut selection, &mut waiting);
            }
            kept.clear();
        }
        Ok(())
    })?;
    add(&mut selection, &mut waiting);
    Ok(selection.honest_score().map(|HonestScore { score, interval, prob_best }| Honest {
        score,
        interval,
        prob_best: added.into_iter().zip(prob_best).collect(),
        n_resamples,
    }))
}

/// The rows that are validated, each once.
struct Rows {
    /// The group of each, or itself.
    clusters: Vec<u32>,
    /// Of each repeat, which of them it validates, in the order of its splits.
    repeats: Vec<Vec<u32>>,
}

impl Rows {
    fn new(info: &SweepInfo, splits: &[ValidationRows]) -> Rows {
        let (mut position, mut cluster) = (BTreeMap::new(), BTreeMap::new());
        let mut clusters = Vec::new();
        let mut repeats = Vec::new();
        for splits in splits.chunks(info.n_folds.max(1)) {
            let mut of_repeat = Vec::new();
            for ValidationRows { rows, groups, .. } in splits {
                for (row_idx, &row) in rows.iter().enumerate() {
                    let next = clusters.len() as u32;
                    let at = *position.entry(row).or_insert(next);
                    if at == next {
                        let group = groups.get(row_idx).map_or((1, row), |&group| (0, group));
                        let next_cluster = cluster.len() as u32;
                        clusters.push(*cluster.entry(group).or_insert(next_cluster));
                    }
                    of_repeat.push(at);
                }
            }
            repeats.push(of_repeat);
        }
        Rows { clusters, repeats }
    }

    /// The mean over the repeats of the score of the counted rows.
    fn score(&self, repeats: &[Counted], counts: &[u8]) -> f64 {
        if let ([counted], [positions]) = (repeats, &self.repeats[..])
            && positions.len() == counts.len()
        {
            // Of one repeat the rows stand as they are counted.
            return counted.score(counts);
        }
        let of_repeats = repeats.iter().zip(&self.repeats).map(|(counted, positions)| {
            let counts: Vec<u8> = positions.iter().map(|&at| counts[at as usize]).collect();
            counted.score(&counts)
        });
        of_repeats.sum::<f64>() / repeats.len() as f64
    }
}

/// A trial's score of each repeat as a function of how often its rows count; `None` when its splits do not fit.
fn counted(
    metric: Metric,
    info: &SweepInfo,
    splits: &[ValidationRows],
    kept: &[OutOfFold],
) -> Option<Vec<Counted>> {
    let n_folds = info.n_folds.max(1);
    let repeats = splits.chunks(n_folds).zip(kept.chunks(n_folds));
    repeats.map(|(splits, kept)| of_repeat(metric, info, splits, kept)).collect()
}

fn of_repeat(
    metric: Metric,
    info: &SweepInfo,
    splits: &[ValidationRows],
    kept: &[OutOfFold],
) -> Option<Counted> {
    let (mut scores, mut numbers, mut truth): (Vec<f64>, Vec<f64>, Vec<f64>) = Default::default();
    for (split, kept) in splits.iter().zip(kept) {
        match kept {
            OutOfFold::Scores(of_split) if of_split.len() == split.rows.len() => {
                scores.extend(of_split.iter().map(|&score| f64::from(score)));
            }
            OutOfFold::Predictions(of_split)
                if Some(of_split.len()) == split.rows.len().checked_mul(info.data.n_predicted())
                    && Some(split.truth.len()) == split.rows.len().checked_mul(info.data.n_true()) =>
            {
                numbers.extend(of_split);
                truth.extend(&split.truth);
            }
            _ => return None,
        }
    }
    match (scores.is_empty(), numbers.is_empty()) {
        (false, true) => Some(Counted::mean(scores)),
        (true, false) => {
            let (truth, predictions) = said(info, truth, numbers)?;
            Some(metric.counted(&truth, &predictions))
        }
        _ => None,
    }
}

/// Stored numbers as truth and predictions.
fn said(info: &SweepInfo, truth: Vec<f64>, numbers: Vec<f64>) -> Option<(Truth, Predictions)> {
    let DataInfo { targets, .. } = &info.data;
    if !info.data.is_classification() {
        let predictions = Predictions::Numbers { n_targets: targets.len(), values: numbers };
        return Some((Truth::Numbers(truth), predictions));
    }
    let n_classes = targets.len();
    // It is a part of what the sweep is where a metric asks for it.
    let positive = info.identity.get("data.positive_class").and_then(|label| label.as_str());
    let positive = positive.and_then(|label| targets.iter().position(|target| target == label)).unwrap_or(1);
    let codes: Vec<u32> = truth.into_iter().map(|class| class as u32).collect();
    if codes.iter().any(|&class| class as usize >= n_classes) {
        return None;
    }
    let values = match n_classes {
        2 => numbers.into_iter().flat_map(|p| [1.0 - p, p]).collect(),
        _ => numbers,
    };
    let truth = Truth::Classes { codes, positive: positive as u32 };
    Some((truth, Predictions::Probabilities { n_classes, values }))
}

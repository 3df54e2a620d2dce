//! What is found out when the search is over: how the incumbents do on the test share, and what the winner gets wrong.
//!
//! The folds of the trials in question are trained once more: they are functions of the sweep, so these are the same networks.
//!
//! ```text
//! each trial that was the best when it came    the mean prediction of its fold models on the test share, scored: the
//!                                              over-tuning curve
//! the default configuration                    its scores, for the winner to beat, where it is no trial of its own
//!                                              that has all its epochs
//! the winner                                   confusion matrix, or truth and prediction of validation rows;
//!                                              permutation importances of the features
//! ```

use crate::engine::fan_out;
use crate::examine::{Details, Examined, Wanted, examine};
use crate::plan::Plan;
use crate::record::{Closing, FoldRecord, Importance, Incumbent, Judged, Trial, UnitId};
use crate::unit::{guarded, run_config};
use mlpsweep_data::Target;
use mlpsweep_search::TrialNumber;
use mlpsweep_stats::{mean, sd};
use mlpsweep_train::{Predictions, TrainConfig, Truth, most_probable, score};
use std::collections::BTreeMap;

/// Validation rows of numbers that are kept with their predictions.
const MOST_ROWS: usize = 2000;

/// Examines `incumbents`, the trials that were the best when they came, and the `winner`; `None` when it was stopped. `show` is
/// told of each fold that is done, and of how many.
///
/// # Errors
/// When threads cannot be started.
pub fn closing(
    plan: &Plan,
    incumbents: &[Trial],
    winner: &Trial,
    jobs: usize,
    stop: &(dyn Fn() -> bool + Sync),
    mut show: impl FnMut(u64, u64),
) -> std::io::Result<Option<Closing>> {
    let has_test = !plan.test_rows.is_empty();
    let mut trials: BTreeMap<TrialNumber, (&Trial, Wanted)> = BTreeMap::new();
    for trial in incumbents.iter().filter(|_| has_test) {
        trials.insert(trial.number, (trial, Wanted { test: true, details: false }));
    }
    trials.entry(winner.number).or_insert((winner, Wanted { test: has_test, details: true })).1.details =
        true;
    let n_splits = plan.folds.len();
    let default =
        plan.default_config().filter(|_| !plan.has_default_trial() || plan.budget().is_shared_out());
    let of_default =
        default.iter().flat_map(|config| (0..n_splits).map(move |split| Unit::Default(config, split)));
    let units: Vec<Unit<'_>> = trials
        .values()
        .flat_map(|&(trial, wanted)| (0..n_splits).map(move |split| Unit::Examine(trial, wanted, split)))
        .chain(of_default)
        .collect();
    let n_units = units.len() as u64;
    let mut examined: BTreeMap<(TrialNumber, usize), Examined> = BTreeMap::new();
    let mut default_scores: BTreeMap<usize, Option<f64>> = BTreeMap::new();
    let mut n_done = 0;
    show(0, n_units);
    fan_out(
        jobs,
        units.into_iter().take_while(|_| !stop()),
        |unit| match unit {
            Unit::Examine(trial, wanted, split) => {
                Found::Examined((trial.number, split), examine(plan, trial, split, wanted, stop))
            }
            Unit::Default(config, split) => {
                let unit = UnitId { trial: TrialNumber::MAX, split };
                let record = guarded(unit, || run_config(plan, unit, config, &plan.folds.split(split), stop));
                Found::Default(split, record.map(Box::new))
            }
        },
        |batch| -> std::io::Result<()> {
            n_done += batch.len() as u64;
            for found in batch {
                match found {
                    Found::Examined(unit, found) => examined.extend(found.map(|found| (unit, found))),
                    Found::Default(split, record) => {
                        let score = |record: Box<FoldRecord>| record.test_scores.first().copied();
                        default_scores.extend(record.map(|record| (split, score(record))));
                    }
                }
            }
            show(n_done, n_units);
            Ok(())
        },
    )?;
    if stop() || ((examined.len() + default_scores.len()) as u64) < n_units {
        return Ok(None);
    }
    let mut details = Vec::new();
    let mut incumbents = Vec::new();
    for &number in trials.keys() {
        let mut tests = Vec::new();
        for split in 0..n_splits {
            let Some(found) = examined.remove(&(number, split)) else { continue };
            tests.extend(found.test);
            details.extend(found.details);
        }
        if has_test {
            incumbents.push(Incumbent { trial: number, holdout_scores: test_scores(plan, tests) });
        }
    }
    let importances = importances(plan, &details);
    let judged = judged(plan, &details);
    let default_scores: Option<Vec<f64>> = default_scores.into_values().collect();
    let default_scores = default_scores.filter(|scores| !scores.is_empty());
    Ok(Some(Closing { winner: winner.number, incumbents, default_scores, importances, judged }))
}

/// What is trained.
enum Unit<'a> {
    Examine(&'a Trial, Wanted, usize),
    Default(&'a TrainConfig, usize),
}

/// What comes of it; nothing when it was stopped.
enum Found {
    Examined((TrialNumber, usize), Option<Examined>),
    Default(usize, Option<Box<FoldRecord>>),
}

/// The scores of the mean of several predictions of the test share.
fn test_scores(plan: &Plan, tests: Vec<Predictions>) -> Vec<Option<f64>> {
    let Some(mean) = Predictions::mean(tests) else { return Vec::new() };
    let score = |&metric| score(&plan.data.target, &plan.test_rows, &mean, &[metric]).ok();
    plan.metrics.iter().map(|metric| score(metric).map(|scores| scores[0])).collect()
}

/// Of each feature, over the winner's folds and shuffles.
fn importances(plan: &Plan, details: &[Details]) -> Vec<Importance> {
    let of_feature = |(feature, name): (usize, &String)| {
        let lost = details.iter().filter_map(|of_fold| of_fold.losses.get(feature)).flatten();
        let lost: Vec<f64> = lost.copied().collect();
        // A single number does not scatter.
        Some(Importance { feature: name.clone(), mean: mean(&lost)?, std: sd(&lost).unwrap_or(0.0) })
    };
    plan.data.feature_names.iter().enumerate().filter_map(of_feature).collect()
}

/// What the winner's folds said of rows they were not trained on.
fn judged(plan: &Plan, details: &[Details]) -> Judged {
    match &plan.data.target {
        Target::Classes { labels, .. } => {
            let mut confusion = vec![vec![0; labels.len()]; labels.len()];
            for of_fold in details {
                if let (Truth::Classes { codes, .. }, Predictions::Probabilities { n_classes, values }) =
                    (&of_fold.truth, &of_fold.predictions)
                {
                    for (&class, probabilities) in codes.iter().zip(values.chunks_exact(*n_classes)) {
                        confusion[class as usize][most_probable(probabilities)] += 1;
                    }
                }
            }
            Judged::Classes { confusion }
        }
        Target::Numbers { names, .. } => {
            let mut rows = Vec::new();
            for of_fold in details {
                if let (Truth::Numbers(truth), Predictions::Numbers { values, .. }) =
                    (&of_fold.truth, &of_fold.predictions)
                {
                    let pairs = truth.chunks_exact(names.len()).zip(values.chunks_exact(names.len()));
                    rows.extend(pairs.map(|(truth, predicted)| (truth.to_vec(), predicted.to_vec())));
                }
            }
            let every = rows.len().div_ceil(MOST_ROWS).max(1);
            Judged::Numbers { n_rows: rows.len(), rows: rows.into_iter().step_by(every).collect() }
        }
    }
}

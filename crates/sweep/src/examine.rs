//! One fold of a trial once more, for what a search does not ask: a pure function of (sweep, data, trial, split), as its unit.
//!
//! ```text
//! the network of trial × split ─▶ predictions of the test share      what its fold models say together
//!                              ─▶ predictions of the validation rows where it was wrong, and how
//!                              ─▶ the score's loss per feature       its column shuffled among validation rows
//! ```

use crate::plan::Plan;
use crate::record::Trial;
use crate::unit;
use mlpsweep_data::Split;
use mlpsweep_mlp::Workspace;
use mlpsweep_real::Real;
use mlpsweep_seed::Seed;
use mlpsweep_train::{Ended, Estimator, Goal, Precision, Predictions, TrainConfig, Truth, score};
use ndarray::Axis;
use rand::seq::SliceRandom as _;

/// Validation rows of a fold on which columns are shuffled, at most: more would take longer than training did.
const SHUFFLED_ROWS: usize = 1000;
/// Shuffles of a column in a fold, as scikit-learn's `permutation_importance`; fewer where there are many columns.
const MOST_SHUFFLES: usize = 5;
const SHUFFLES_OF_ALL: usize = 250;

/// What is to be found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// What it predicts of its validation rows, and what it would lose without each feature.
    pub(crate) details: bool,
    /// What it predicts of the test share.
    pub(crate) test: bool,
}

/// What was found out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Examined {
    pub(crate) test: Option<Predictions>,
    pub(crate) details: Option<Details>,
}

/// Of the validation rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Details {
    pub(crate) truth: Truth,
    pub(crate) predictions: Predictions,
    /// How much worse the score gets when a feature's column is shuffled, feature by feature, a number a shuffle; none where
    /// the metric has no value on those rows.
    pub(crate) losses: Vec<Vec<f64>>,
}

/// Trains trial × split again; `None` when it was stopped or, as its unit did not, ends without a network.
pub(crate) fn examine(
    plan: &Plan,
    trial: &Trial,
    split_idx: usize,
    wanted: Wanted,
    stop: &(dyn Fn() -> bool + Sync),
) -> Option<Examined> {
    let config = plan.config(trial);
    let split = plan.folds.split(split_idx);
    match config.precision {
        Precision::F32 => fit::<f32>(plan, &config, &split, wanted, stop),
        Precision::F64 => fit::<f64>(plan, &config, &split, wanted, stop),
    }
}

fn fit<T: Real>(
    plan: &Plan,
    config: &TrainConfig,
    split: &Split,
    wanted: Wanted,
    stop: &(dyn Fn() -> bool + Sync),
) -> Option<Examined> {
    let mut fitted = unit::train_split::<T>(plan, split, config, stop).ok()?;
    if matches!(fitted.ended, Ended::Stopped | Ended::Diverged { .. }) {
        return None;
    }
    let test = wanted.test.then(|| fitted.predict(&plan.test_rows));
    let details = wanted.details.then(|| Details {
        truth: Truth::new(&plan.data.target, &split.validation),
        predictions: fitted.predict(&split.validation),
        losses: losses(plan, fitted.estimator(), &split.validation, unit::seed(plan, split).child("shuffle")),
    });
    Some(Examined { test, details })
}

/// Permutation importance (Breiman 2001) on the validation rows: score − score with the column shuffled, turned so that more is
/// lost where the number is larger.
fn losses<T: Real>(plan: &Plan, estimator: Estimator<'_, T>, rows: &[u32], seed: Seed) -> Vec<Vec<f64>> {
    let every = rows.len().div_ceil(SHUFFLED_ROWS).max(1);
    let rows: Vec<u32> = rows.iter().step_by(every).copied().collect();
    let at: Vec<usize> = rows.iter().map(|&row| row as usize).collect();
    let mut features = plan.data.features.select(Axis(0), &at);
    let positions: Vec<u32> = (0..rows.len() as u32).collect();
    let mut workspace = Workspace::new(estimator.network, rows.len().min(256));
    let mut scored = |features: &ndarray::Array2<f64>| {
        let predictions = estimator.predict(features, &positions, &mut workspace);
        score(&plan.data.target, &rows, &predictions, &plan.metrics[..1]).ok().map(|scores| scores[0])
    };
    let Some(whole) = scored(&features) else { return Vec::new() };
    let sign = if plan.metrics[0].goal() == Goal::Maximize { 1.0 } else { -1.0 };
    let n_features = features.ncols();
    let n_shuffles = (SHUFFLES_OF_ALL / n_features.max(1)).clamp(1, MOST_SHUFFLES);
    let of_feature = |feature: usize| {
        let column = features.column(feature).to_vec();
        let mut stream = seed.nth(feature as u64).stream();
        let mut shuffled = column.clone();
        let lost = (0..n_shuffles).filter_map(|_| {
            shuffled.shuffle(&mut stream);
            features.column_mut(feature).iter_mut().zip(&shuffled).for_each(|(cell, &value)| *cell = value);
            scored(&features).map(|score| sign * (whole - score))
        });
        let lost: Vec<f64> = lost.collect();
        features.column_mut(feature).iter_mut().zip(&column).for_each(|(cell, &value)| *cell = value);
        lost
    };
    (0..n_features).map(of_feature).collect()
}

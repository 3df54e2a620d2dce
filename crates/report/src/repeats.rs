//! Bias² and variance of each trial from its out-of-fold predictions, where rows are validated in several repeats.
//!
//! ```text
//! numbers   e = ŷ − y                  in the targets' own units
//! classes   e = p − onehot(y)          |e|² is the row's Brier score, for two classes twice `brier`
//! ```
//!
//! The equations are those of [`mlpsweep_stats::RepeatedErrors`]. Predictions are read one unit at a time, in the order of
//! trial and split, and of a trial only sums are kept: memory is that of one trial, however many there are, and the order
//! in which units were stored does not show.

use mlpsweep_search::TrialNumber;
use mlpsweep_stats::{Decomposition, RepeatedErrors};
use mlpsweep_sweep::record::{DataInfo, OutOfFold, SweepInfo, UnitId, ValidationRows};
use mlpsweep_sweep::store::{Store, StoreError};
use std::collections::BTreeMap;

/// Of every trial with predictions on all splits.
pub(crate) fn decompositions(
    store: &Store,
    info: &SweepInfo,
) -> Result<BTreeMap<TrialNumber, Decomposition>, StoreError> {
    let mut decompositions = BTreeMap::new();
    if info.repeats < 2 {
        return Ok(decompositions);
    }
    let splits = store.validation_rows()?;
    let n_outputs = info.data.targets.len();
    let mut errors = RepeatedErrors::new(info.data.n_rows, n_outputs);
    let (mut trial, mut n_splits) = (None, 0);
    let mut finish = |trial: Option<TrialNumber>, n_splits: usize, errors: &RepeatedErrors| {
        let parts = errors.decomposition().filter(|_| n_splits == info.n_splits());
        decompositions.extend(trial.zip(parts));
    };
    store.each_out_of_fold(|unit, kept| {
        let OutOfFold::Predictions(numbers) = kept else { return Err(fault(unit, "predictions")) };
        if trial != Some(unit.trial) {
            finish(trial, n_splits, &errors);
            errors.clear();
            (trial, n_splits) = (Some(unit.trial), 0);
        }
        n_splits += 1;
        let split = splits.get(unit.split).ok_or_else(|| fault(unit, "rows"))?;
        add(&mut errors, &info.data, split, &numbers).ok_or_else(|| fault(unit, "predictions"))
    })?;
    finish(trial, n_splits, &errors);
    Ok(decompositions)
}

fn fault(unit: UnitId, what: &str) -> String {
    format!("the {what} of split {} of trial {} do not fit the sweep", unit.split, unit.trial)
}

/// Takes in a unit's predictions; `None` when they, the rows and the data do not fit together.
fn add(errors: &mut RepeatedErrors, data: &DataInfo, split: &ValidationRows, numbers: &[f64]) -> Option<()> {
    let ValidationRows { rows, truth, .. } = split;
    let (n_predicted, n_true) = (data.n_predicted().max(1), data.n_true().max(1));
    let fits = |numbers: &[f64], per_row: usize| rows.len().checked_mul(per_row) == Some(numbers.len());
    if !fits(numbers, n_predicted) || !fits(truth, n_true) {
        return None;
    }
    let mut error = Vec::with_capacity(data.targets.len());
    let of_rows = numbers.chunks_exact(n_predicted).zip(truth.chunks_exact(n_true));
    for (&row, (predicted, truth)) in rows.iter().zip(of_rows) {
        if row as usize >= data.n_rows {
            return None;
        }
        error.clear();
        match predicted {
            _ if !data.is_classification() => {
                error.extend(predicted.iter().zip(truth).map(|(predicted, y)| predicted - y));
            }
            [p] if data.targets.len() == 2 => error.extend([1.0 - p, *p]),
            probabilities => error.extend_from_slice(probabilities),
        }
        if data.is_classification() {
            *error.get_mut(truth[0] as usize)? -= 1.0;
        }
        errors.add(row as usize, &error);
    }
    Some(())
}

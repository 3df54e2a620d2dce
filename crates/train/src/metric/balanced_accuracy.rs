//! Balanced accuracy: the mean over classes of recall_c, the share of the rows of class c that are predicted so.
//!
//! The predicted class is the most probable one. A class without rows has no recall and is left out of the mean, as in
//! scikit-learn.

use super::{Counted, Goal, Score, of_confusion};
use crate::{Predictions, Truth};
use mlpsweep_data::Task;

pub(super) struct BalancedAccuracy;

impl Score for BalancedAccuracy {
    const NAME: &'static str = "balanced_accuracy";
    const GOAL: Goal = Goal::Maximize;
    const TASK: Task = Task::Classification;

    fn counted(truth: &Truth, predictions: &Predictions) -> Counted {
        of_confusion(truth, predictions, |counts| {
            let sizes = counts.iter().map(|row| row.iter().sum::<f64>());
            let recalls =
                sizes.enumerate().filter(|&(_, size)| size > 0.0).map(|(c, size)| counts[c][c] / size);
            let (total, n_classes) = recalls.fold((0.0, 0.0), |(total, n), recall| (total + recall, n + 1.0));
            total / n_classes
        })
    }
}

//! Accuracy: the share of rows whose most probable class is the true one; of equally probable ones the first counts.

use super::{Goal, Score, classified, most_probable};
use crate::{Predictions, Truth};
use mlpsweep_data::Task;

pub(super) struct Accuracy;

impl Score for Accuracy {
    const NAME: &'static str = "accuracy";
    const GOAL: Goal = Goal::Maximize;
    const TASK: Task = Task::Classification;

    fn score(truth: &Truth, predictions: &Predictions) -> f64 {
        let (mut n_right, mut n_rows) = (0, 0);
        for (class, probabilities) in classified(truth, predictions) {
            n_right += usize::from(most_probable(probabilities) == class);
            n_rows += 1;
        }
        f64::from(n_right as u32) / f64::from(n_rows)
    }
}

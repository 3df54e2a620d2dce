//! Accuracy: the share of rows whose most probable class is the true one; of equally probable ones the first counts.

use super::{Counted, Goal, Score, classified, most_probable};
use crate::{Predictions, Truth};
use mlpsweep_data::Task;

pub(super) struct Accuracy;

impl Score for Accuracy {
    const NAME: &'static str = "accuracy";
    const GOAL: Goal = Goal::Maximize;
    const TASK: Task = Task::Classification;

    fn counted(truth: &Truth, predictions: &Predictions) -> Counted {
        let is_right = |(class, probabilities)| f64::from(u8::from(most_probable(probabilities) == class));
        Counted::mean(classified(truth, predictions).map(is_right).collect())
    }
}

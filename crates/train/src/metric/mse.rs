//! Mean squared error: the mean of (y − ŷ)² over rows and targets.

use super::{Counted, Goal, Score, mean_error};
use crate::{Predictions, Truth};
use mlpsweep_data::Task;

pub(super) struct Mse;

impl Score for Mse {
    const NAME: &'static str = "mse";
    const GOAL: Goal = Goal::Minimize;
    const TASK: Task = Task::Regression;

    fn counted(truth: &Truth, predictions: &Predictions) -> Counted {
        mean_error(truth, predictions, |y, predicted| (y - predicted).powi(2))
    }
}

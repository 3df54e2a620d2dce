//! Mean squared error: the mean of (y − ŷ)² over rows and targets.

use super::{Goal, Score, mean_error};
use crate::{Predictions, Truth};
use mlpsweep_data::Task;

pub(super) struct Mse;

impl Score for Mse {
    const NAME: &'static str = "mse";
    const GOAL: Goal = Goal::Minimize;
    const TASK: Task = Task::Regression;

    fn score(truth: &Truth, predictions: &Predictions) -> f64 {
        mean_error(truth, predictions, |y, predicted| (y - predicted).powi(2))
    }
}

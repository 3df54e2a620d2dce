//! Mean absolute error: the mean of |y − ŷ| over rows and targets.

use super::{Counted, Goal, Score, mean_error};
use crate::{Predictions, Truth};
use mlpsweep_data::Task;

pub(super) struct Mae;

impl Score for Mae {
    const NAME: &'static str = "mae";
    const GOAL: Goal = Goal::Minimize;
    const TASK: Task = Task::Regression;

    fn counted(truth: &Truth, predictions: &Predictions) -> Counted {
        mean_error(truth, predictions, |y, predicted| (y - predicted).abs())
    }
}

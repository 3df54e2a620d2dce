//! Mean absolute percentage error: the mean of |y − ŷ| / max(|y|, ε) over rows and targets, ε = 2⁻⁵².
//!
//! A share, not per cent, as in scikit-learn: 0.1 is a tenth off. A row whose y is 0 makes it huge.

use super::{Counted, Goal, Score, mean_error};
use crate::{Predictions, Truth};
use mlpsweep_data::Task;

pub(super) struct Mape;

impl Score for Mape {
    const NAME: &'static str = "mape";
    const GOAL: Goal = Goal::Minimize;
    const TASK: Task = Task::Regression;

    fn counted(truth: &Truth, predictions: &Predictions) -> Counted {
        mean_error(truth, predictions, |y, predicted| (y - predicted).abs() / y.abs().max(f64::EPSILON))
    }
}

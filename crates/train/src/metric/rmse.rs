//! Root mean squared error: √((1/m) Σ_i (y_i − ŷ_i)²) of each target, then the mean over targets.

use super::{Goal, Score, measured};
use crate::{Predictions, Truth};
use mlpsweep_data::Task;

pub(super) struct Rmse;

impl Score for Rmse {
    const NAME: &'static str = "rmse";
    const GOAL: Goal = Goal::Minimize;
    const TASK: Task = Task::Regression;

    fn score(truth: &Truth, predictions: &Predictions) -> f64 {
        let (numbers, values, n_targets) = measured(truth, predictions);
        let n_rows = (numbers.len() / n_targets) as f64;
        let root = |j: usize| {
            let pairs = numbers.iter().zip(values).skip(j).step_by(n_targets);
            (pairs.map(|(y, predicted)| (y - predicted).powi(2)).sum::<f64>() / n_rows).sqrt()
        };
        (0..n_targets).map(root).sum::<f64>() / n_targets as f64
    }
}

//! Root mean squared error: √((1/m) Σ_i (y_i − ŷ_i)²) of each target, then the mean over targets.

use super::{Counted, Goal, Score, measured};
use crate::{Predictions, Truth};
use mlpsweep_data::Task;

pub(super) struct Rmse;

impl Score for Rmse {
    const NAME: &'static str = "rmse";
    const GOAL: Goal = Goal::Minimize;
    const TASK: Task = Task::Regression;

    fn counted(truth: &Truth, predictions: &Predictions) -> Counted {
        let (numbers, values, n_targets) = measured(truth, predictions);
        let of_target = |j: usize| {
            let pairs = numbers.iter().zip(values).skip(j).step_by(n_targets);
            Counted::mean(pairs.map(|(y, predicted)| (y - predicted).powi(2)).collect())
        };
        let targets: Vec<Counted> = (0..n_targets).map(of_target).collect();
        Counted::function(numbers.len() / n_targets, move |counts| {
            targets.iter().map(|errors| errors.score(counts).sqrt()).sum::<f64>() / n_targets as f64
        })
    }
}

//! Coefficient of determination: 1 − Σ(y − ŷ)² / Σ(y − ȳ)² of each target, then the mean over targets.
//!
//! ȳ is the mean of the rows that are scored. Where they are all equal, a perfect prediction scores 1 and any other 0,
//! as in scikit-learn.

use super::{Goal, Score, measured};
use crate::{Predictions, Truth};
use mlpsweep_data::Task;

pub(super) struct R2;

impl Score for R2 {
    const NAME: &'static str = "r2";
    const GOAL: Goal = Goal::Maximize;
    const TASK: Task = Task::Regression;

    fn score(truth: &Truth, predictions: &Predictions) -> f64 {
        let (numbers, values, n_targets) = measured(truth, predictions);
        let n_rows = (numbers.len() / n_targets) as f64;
        let of_target = |j: usize| {
            let column = || numbers.iter().zip(values).skip(j).step_by(n_targets);
            let residual = column().map(|(y, predicted)| (y - predicted).powi(2)).sum::<f64>();
            if column().all(|(&y, _)| y == numbers[j]) {
                // The mean of equal numbers is rounded: the spread around it would be a tiny number instead of 0.
                return f64::from(u8::from(residual == 0.0));
            }
            let mean = column().map(|(y, _)| y).sum::<f64>() / n_rows;
            let spread = column().map(|(y, _)| (y - mean).powi(2)).sum::<f64>();
            1.0 - residual / spread
        };
        (0..n_targets).map(of_target).sum::<f64>() / n_targets as f64
    }
}

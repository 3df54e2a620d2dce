//! Coefficient of determination: 1 − Σ(y − ŷ)² / Σ(y − ȳ)² of each target, then the mean over targets.
//!
//! ȳ is the mean of the rows that are scored. Where they are all equal, a perfect prediction scores 1 and any other 0,
//! as in scikit-learn.

use super::{Counted, Goal, Score, measured};
use crate::{Predictions, Truth};
use mlpsweep_data::Task;

pub(super) struct R2;

impl Score for R2 {
    const NAME: &'static str = "r2";
    const GOAL: Goal = Goal::Maximize;
    const TASK: Task = Task::Regression;

    fn counted(truth: &Truth, predictions: &Predictions) -> Counted {
        let (numbers, values, n_targets) = measured(truth, predictions);
        let of_target = |j: usize| -> Vec<(f64, f64)> {
            let column = numbers.iter().zip(values).skip(j).step_by(n_targets);
            column.map(|(&y, &predicted)| (y, (y - predicted).powi(2))).collect()
        };
        let targets: Vec<Vec<(f64, f64)>> = (0..n_targets).map(of_target).collect();
        Counted::function(numbers.len() / n_targets, move |counts| {
            targets.iter().map(|rows| explained(rows, counts)).sum::<f64>() / n_targets as f64
        })
    }
}

/// Of one target: rows of y and squared error, and how often each counts.
fn explained(rows: &[(f64, f64)], counts: &[u8]) -> f64 {
    let counted = || rows.iter().zip(counts).map(|(row, &count)| (*row, f64::from(count)));
    let (mut n_rows, mut total, mut residual) = (0.0, 0.0, 0.0);
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for ((y, error), count) in counted() {
        n_rows += count;
        total += count * y;
        residual += count * error;
        if count > 0.0 {
            (low, high) = (low.min(y), high.max(y));
        }
    }
    if low == high {
        // The mean of equal numbers is rounded: the spread around it would be a tiny number instead of 0.
        return f64::from(u8::from(residual == 0.0));
    }
    let mean = total / n_rows;
    let spread = counted().map(|((y, _), count)| count * (y - mean).powi(2)).sum::<f64>();
    1.0 - residual / spread
}

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
        let targets: Vec<Target> = (0..n_targets)
            .map(|j| Target::new(numbers.iter().zip(values).skip(j).step_by(n_targets)))
            .collect();
        Counted::function(numbers.len() / n_targets, move |counts| {
            targets.iter().map(|target| target.explained(counts)).sum::<f64>() / n_targets as f64
        })
    }
}

/// The rows of one target.
struct Target {
    /// y less its mean over all rows, so that squares of it lose no digits.
    centred: Vec<f64>,
    /// (y − ŷ)²
    errors: Vec<f64>,
}

impl Target {
    fn new<'a>(rows: impl Iterator<Item = (&'a f64, &'a f64)> + Clone) -> Target {
        let n = rows.clone().count() as f64;
        let mean = rows.clone().map(|(y, _)| y).sum::<f64>() / n;
        let (centred, errors) = rows.map(|(y, predicted)| (y - mean, (y - predicted).powi(2))).unzip();
        Target { centred, errors }
    }

    /// Of rows of which each counts so often; in sums of eight rows side by side.
    fn explained(&self, counts: &[u8]) -> f64 {
        const LANES: usize = 8;
        // Where all counted y are equal, their spread is what rounding makes of 0, relative to their squares.
        const ROUNDING: f64 = 1e-13;
        let mut sums = [[0.0; LANES]; 4];
        let rows = self.centred.chunks(LANES).zip(self.errors.chunks(LANES)).zip(counts.chunks(LANES));
        for ((centred, errors), counts) in rows {
            for (lane, ((y, error), &count)) in centred.iter().zip(errors).zip(counts).enumerate() {
                let count = f64::from(count);
                sums[0][lane] += count;
                sums[1][lane] += count * y;
                sums[2][lane] += count * y * y;
                sums[3][lane] += count * error;
            }
        }
        let [n, total, squares, residual] = sums.map(|lanes| lanes.iter().sum::<f64>());
        let spread = squares - total * total / n;
        if n > 0.0 && spread <= ROUNDING * squares {
            return f64::from(u8::from(residual == 0.0));
        }
        1.0 - residual / spread
    }
}

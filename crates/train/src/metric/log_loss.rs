//! Log loss: −(1/m) Σ_i ln p_i,t_i, probabilities clipped to [ε, 1 − ε], ε = 2⁻⁵².

use super::{Goal, Score, classified};
use crate::{Predictions, Truth};
use mlpsweep_data::Task;

pub(super) struct LogLoss;

impl Score for LogLoss {
    const NAME: &'static str = "log_loss";
    const GOAL: Goal = Goal::Minimize;
    const TASK: Task = Task::Classification;

    fn score(truth: &Truth, predictions: &Predictions) -> f64 {
        let (mut total, mut n_rows) = (0.0, 0.0);
        for (class, probabilities) in classified(truth, predictions) {
            total -= probabilities[class].clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln();
            n_rows += 1.0;
        }
        total / n_rows
    }
}

//! Log loss: −(1/m) Σ_i ln p_i,t_i, probabilities clipped to [ε, 1 − ε], ε = 2⁻⁵².

use super::{Counted, Goal, Score, classified};
use crate::{Predictions, Truth};
use mlpsweep_data::Task;

pub(super) struct LogLoss;

impl Score for LogLoss {
    const NAME: &'static str = "log_loss";
    const GOAL: Goal = Goal::Minimize;
    const TASK: Task = Task::Classification;

    fn counted(truth: &Truth, predictions: &Predictions) -> Counted {
        let of_row = |(class, probabilities): (usize, &[f64])| {
            -probabilities[class].clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()
        };
        Counted::mean(classified(truth, predictions).map(of_row).collect())
    }
}

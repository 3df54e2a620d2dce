//! Brier score: the mean squared distance between probabilities and truth.
//!
//! ```text
//! two classes   (1/m) Σ_i (p_i − y_i)²                       p_i the probability of the second class, y_i 1 for its rows
//! more          (1/m) Σ_i Σ_c (p_ic − [c = t_i])²
//! ```
//!
//! The first is half the second: for two classes it lies in [0, 1] as is customary, for more in [0, 2]. These are the values of
//! scikit-learn's `brier_score_loss` since 1.7, where `scale_by_half = "auto"` halves for two classes alone.

use super::{Counted, Goal, Score, classified};
use crate::{Predictions, Truth};
use mlpsweep_data::Task;

pub(super) struct Brier;

impl Score for Brier {
    const NAME: &'static str = "brier";
    const GOAL: Goal = Goal::Minimize;
    const TASK: Task = Task::Classification;

    fn counted(truth: &Truth, predictions: &Predictions) -> Counted {
        let of_row = |(class, probabilities): (usize, &[f64])| {
            let distance = |c: usize| (probabilities[c] - f64::from(u8::from(c == class))).powi(2);
            match probabilities.len() {
                2 => distance(1),
                n_classes => (0..n_classes).map(distance).sum(),
            }
        };
        Counted::mean(classified(truth, predictions).map(of_row).collect())
    }
}

//! Matthews correlation coefficient, for any number of classes (Gorodkin 2004).
//!
//! With m rows, n of them predicted rightly, t_c truly of class c and p_c predicted to be:
//!
//! ```text
//! mcc = (n m − Σ t_c p_c) / √((m² − Σ p_c²)(m² − Σ t_c²))
//! ```
//!
//! The predicted class is the most probable one. Where all rows are of one class, or predicted to be, it is 0, as in
//! scikit-learn.

use super::{Counted, Goal, Score, of_confusion};
use crate::{Predictions, Truth};
use mlpsweep_data::Task;

pub(super) struct Mcc;

impl Score for Mcc {
    const NAME: &'static str = "mcc";
    const GOAL: Goal = Goal::Maximize;
    const TASK: Task = Task::Classification;

    fn counted(truth: &Truth, predictions: &Predictions) -> Counted {
        of_confusion(truth, predictions, |counts| {
            let of_truth: Vec<f64> = counts.iter().map(|row| row.iter().sum()).collect();
            let of_prediction: Vec<f64> =
                (0..counts.len()).map(|c| counts.iter().map(|row| row[c]).sum()).collect();
            let n_rows: f64 = of_truth.iter().sum();
            let n_right: f64 = (0..counts.len()).map(|c| counts[c][c]).sum();
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            let covariance = n_right * n_rows - dot(&of_truth, &of_prediction);
            let spread_of_prediction = n_rows * n_rows - dot(&of_prediction, &of_prediction);
            let spread_of_truth = n_rows * n_rows - dot(&of_truth, &of_truth);
            if spread_of_prediction == 0.0 || spread_of_truth == 0.0 {
                return 0.0;
            }
            covariance / (spread_of_prediction * spread_of_truth).sqrt()
        })
    }
}

//! Macro-averaged F₁: the mean over classes of the harmonic mean of precision and recall.
//!
//! ```text
//! F₁_c = 2 TP_c / (2 TP_c + FP_c + FN_c)
//! ```
//!
//! The predicted class is the most probable one. A class with neither true nor predicted rows is left out of the mean, as in
//! scikit-learn; one that is never predicted rightly counts 0.

use super::{Counted, Goal, Score, of_confusion};
use crate::{Predictions, Truth};
use mlpsweep_data::Task;

pub(super) struct F1Macro;

impl Score for F1Macro {
    const NAME: &'static str = "f1_macro";
    const GOAL: Goal = Goal::Maximize;
    const TASK: Task = Task::Classification;

    fn counted(truth: &Truth, predictions: &Predictions) -> Counted {
        of_confusion(truth, predictions, |counts| {
            let (mut total, mut n_classes) = (0.0, 0.0);
            for (c, row) in counts.iter().enumerate() {
                // (TP + FN) + (TP + FP)
                let seen = row.iter().sum::<f64>() + counts.iter().map(|row| row[c]).sum::<f64>();
                if seen > 0.0 {
                    total += 2.0 * counts[c][c] / seen;
                    n_classes += 1.0;
                }
            }
            total / n_classes
        })
    }
}

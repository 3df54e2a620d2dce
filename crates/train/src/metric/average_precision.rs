//! Average precision of the positive class, for two classes: the area under its precision–recall steps.
//!
//! Over the thresholds of its probability, from the highest down; rows of equal probability share one:
//!
//! ```text
//! P_i = TP_i / (TP_i + FP_i),   R_i = TP_i / TP_last,   AP = Σ_i (R_i − R_{i−1}) P_i,   R_0 = 0
//! ```
//!
//! Without interpolation, as in scikit-learn, and as there 0 where no row is of the positive class. Unlike the other scores it
//! is about one class: `[data] positive_class`, or the last one.

use super::{Counted, Goal, Score, Thresholds};
use crate::{Predictions, Truth};
use mlpsweep_data::Task;

pub(super) struct AveragePrecision;

impl Score for AveragePrecision {
    const NAME: &'static str = "average_precision";
    const GOAL: Goal = Goal::Maximize;
    const TASK: Task = Task::Classification;
    const TWO_CLASSES: bool = true;

    fn counted(truth: &Truth, predictions: &Predictions) -> Counted {
        let Truth::Classes { codes, positive } = truth else { panic!("this metric is for classes") };
        let thresholds = Thresholds::new(truth, predictions, *positive as usize);
        Counted::function(codes.len(), move |counts| {
            let n_positive = thresholds.steps(counts).last().map_or(0.0, |(right, _)| right);
            if n_positive == 0.0 {
                return 0.0;
            }
            let (mut area, mut before) = (0.0, 0.0);
            for (right, wrong) in thresholds.steps(counts).skip_while(|&(right, wrong)| right + wrong == 0.0)
            {
                area += (right - before) / n_positive * (right / (right + wrong));
                before = right;
            }
            // The shares add up to 1 but for rounding.
            area.min(1.0)
        })
    }
}

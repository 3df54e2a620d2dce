//! Area under the receiver operating characteristic: how likely a row of a class has a higher probability of it than a row
//! of another class has, a tie counting one half.
//!
//! ```text
//! AUC_c = (1/(n_c (m − n_c))) Σ_{i of c} Σ_{j not of c} ([p_ic > p_jc] + ½ [p_ic = p_jc])
//! ```
//!
//! For two classes that of the second one, by which neither is favoured; for more the mean of AUC_c over the classes, each
//! against the rest (scikit-learn's `multi_class="ovr"`, `average="macro"`). It is the sum of trapezoids below the curve
//! through the thresholds. Not defined where a class has no rows, and not a number in scikit-learn either: such rows lack it.

use super::{Counted, Goal, Lack, Score, Thresholds};
use crate::{Predictions, Truth};
use mlpsweep_data::Task;

pub(super) struct RocAuc;

impl Score for RocAuc {
    const NAME: &'static str = "roc_auc";
    const GOAL: Goal = Goal::Maximize;
    const TASK: Task = Task::Classification;

    fn counted(truth: &Truth, predictions: &Predictions) -> Counted {
        let (Truth::Classes { codes, .. }, Predictions::Probabilities { n_classes, .. }) =
            (truth, predictions)
        else {
            panic!("this metric is for classes")
        };
        let classes = if *n_classes == 2 { 1..2 } else { 0..*n_classes };
        let of_classes: Vec<Thresholds> =
            classes.map(|class| Thresholds::new(truth, predictions, class)).collect();
        Counted::function(codes.len(), move |counts| {
            let areas = of_classes.iter().map(|thresholds| area(thresholds.steps(counts)));
            areas.sum::<f64>() / of_classes.len() as f64
        })
    }

    fn lacks(n_rows: &[usize]) -> Option<Lack> {
        if n_rows.iter().filter(|&&n| n > 0).count() < 2 {
            return Some(Lack::OtherClass);
        }
        n_rows.iter().position(|&n| n == 0).map(Lack::Class)
    }
}

/// Between false positives (right) and true positives (up), both as shares; NaN without rows of either kind.
fn area(steps: impl Iterator<Item = (f64, f64)>) -> f64 {
    let (mut twice, mut before) = (0.0, (0.0, 0.0));
    for (right, wrong) in steps {
        twice += (wrong - before.1) * (right + before.0);
        before = (right, wrong);
    }
    twice / (2.0 * before.0 * before.1)
}

//! folds.csv: one row a unit, that is trial × split, in their order.
//!
//! ```text
//! trial repeat fold split state                split = repeat · folds + fold
//! test_<metric> … train_<metric> …             empty unless complete or paused
//! best_epoch epochs_run early_stopped          best_epoch: 0 when no epoch ended well
//! n_parameters n_train n_validation            n_parameters: 0 when no network could be made
//! message                                      what happened, unless complete
//! ```

use crate::cell::{Cell, csv_file, names};
use crate::study::{Study, message, position};
use mlpsweep_sweep::record::{FoldRecord, SweepInfo};

/// folds.csv.
pub fn folds_csv(study: &Study) -> String {
    let metrics = &study.info.metrics;
    let header = names(["trial", "repeat", "fold", "split", "state"])
        .chain(metrics.iter().map(|metric| format!("test_{}", metric.name)))
        .chain(metrics.iter().map(|metric| format!("train_{}", metric.name)))
        .chain(names([
            "best_epoch",
            "epochs_run",
            "early_stopped",
            "n_parameters",
            "n_train",
            "n_validation",
        ]))
        .chain(names(["message"]));
    csv_file(header, study.sorted_folds().into_iter().map(|fold| row(&study.info, fold)))
}

fn row<'a>(info: &SweepInfo, fold: &'a FoldRecord) -> Vec<Cell<'a>> {
    let split = fold.unit.split;
    let (repeat, fold_idx) = position(info, split);
    let (test, train) = if fold.state.is_scored() {
        (&fold.test_scores[..], &fold.train_scores[..])
    } else {
        (&[][..], &[][..])
    };
    let scores = |scores: &'a [f64]| (0..info.metrics.len()).map(move |m| scores.get(m).copied().into());
    let mut cells = vec![
        Cell::Count(fold.unit.trial),
        Cell::count(repeat),
        Cell::count(fold_idx),
        Cell::count(split),
        Cell::Text(fold.state.name().into()),
    ];
    cells.extend(scores(test));
    cells.extend(scores(train));
    cells.extend([
        Cell::count(fold.best_epoch),
        Cell::count(fold.epochs_run),
        Cell::Bool(fold.early_stopped),
        Cell::count(fold.n_parameters),
        info.n_train.get(split).copied().into(),
        info.n_validation.get(split).copied().into(),
        Cell::text(message(&fold.state)),
    ]);
    cells
}

//! curves.csv: one row an epoch.
//!
//! ```text
//! trial repeat fold epoch                                    epochs count from 1
//! learning_rate train_loss penalty validation_loss           the first empty for lbfgs, the last without early stopping
//! gradient_norm_1 … gradient_norm_L                          where recorded; L layers of the deepest network, empty above
//!                                                            the last layer of others
//! ```

use crate::cell::{Cell, csv_file, names};
use crate::study::{Study, position};
use mlpsweep_sweep::record::SweepInfo;

/// curves.csv. Of a study read without its curves, only the header.
pub fn curves_csv(study: &Study) -> String {
    let n_norms = study.folds.iter().flat_map(|fold| &fold.curve).map(|point| point.gradient_norms.len());
    let n_norms = n_norms.max().unwrap_or(0);
    let header = names([
        "trial",
        "repeat",
        "fold",
        "epoch",
        "learning_rate",
        "train_loss",
        "penalty",
        "validation_loss",
    ])
    .chain((1..=n_norms).map(|layer| format!("gradient_norm_{layer}")));
    let info: &SweepInfo = &study.info;
    let rows = study.sorted_folds().into_iter().flat_map(|fold| {
        let (repeat, fold_idx) = position(info, fold.unit.split);
        fold.curve.iter().enumerate().map(move |(epoch_idx, point)| {
            let mut row = vec![
                Cell::Count(fold.unit.trial),
                Cell::count(repeat),
                Cell::count(fold_idx),
                Cell::count(epoch_idx + 1),
                point.learning_rate.into(),
                Cell::Number(point.train_loss),
                Cell::Number(point.penalty),
                point.validation_loss.into(),
            ];
            row.extend(
                (0..n_norms).map(|layer_idx| Cell::from(point.gradient_norms.get(layer_idx).copied())),
            );
            row
        })
    });
    csv_file(header, rows)
}

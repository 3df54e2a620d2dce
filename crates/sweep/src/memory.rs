//! The memory a sweep needs at its peak, predicted.
//!
//! ```text
//! peak = process + table + jobs · largest unit + records
//!
//! unit = P (2 + states + [early stopping])                         parameters, gradient, optimizer, the best epoch's copy
//!        + R (Σ_l n_l + Σ_hidden n_l + 2 max_hidden n_l)           activations, slopes, deltas, R rows at a time
//!        + max_l n_{l−1} max(n_l, R)                               one operand of a matrix product, packed
//!        + predictions of all rows of the split                    in f64
//! ```
//!
//! Networks whose activations tell their slopes keep none: for them it is a little much.

use crate::networks::n_outputs;
use crate::plan::Plan;
use mlpsweep_data::{Dataset, Target};
use mlpsweep_train::{Precision, SCORING_ROWS, TrainConfig};

/// The program itself, its threads and SQLite's cache.
const PROCESS: f64 = 8e6;
/// A row of predictions, of truth and of row numbers in all the lists a unit has.
const LISTS_PER_ROW: f64 = 24.0;
/// A stored fold while reports are made.
const RECORD: f64 = 1000.0;
/// An epoch of its curve, and its line of curves.csv.
const EPOCH: f64 = 160.0;

/// Bytes of the run of one configuration.
pub(crate) fn unit_bytes(data: &Dataset, n_inputs: usize, config: &TrainConfig) -> f64 {
    let n_outputs = n_outputs(&data.target, config.loss);
    let hidden: Vec<f64> = config.hidden.iter().map(|&size| size as f64).collect();
    let sizes = [&[n_inputs as f64], &hidden[..], &[n_outputs as f64]].concat();
    let batch = config.batch_size.of(data.n_rows());
    let rows = batch.max(SCORING_ROWS.min(data.n_rows())) as f64;
    let widest = hidden.iter().copied().fold(0.0, f64::max);
    let pairs = || sizes.windows(2).map(|pair| (pair[0], pair[1]));
    let n_params: f64 = pairs().map(|(n_in, n_out)| (n_in + 1.0) * n_out).sum();
    let copies = 2 + config.optimizer.n_states() + usize::from(config.early_stopping.is_some());
    let workspace = rows * (sizes.iter().sum::<f64>() + hidden.iter().sum::<f64>() + 2.0 * widest);
    let packed = pairs().map(|(n_in, n_out)| n_in * n_out.max(rows)).fold(0.0, f64::max);
    let number_bytes = match config.precision {
        Precision::F32 => 4.0,
        Precision::F64 => 8.0,
    };
    let predictions = data.n_rows() as f64 * (16.0 * n_outputs as f64 + LISTS_PER_ROW);
    number_bytes * (n_params * copies as f64 + workspace + packed) + predictions
}

/// Bytes of the process at its peak, with `jobs` units of `unit_bytes` under way, and all of `n_units` of so many epochs
/// reported in the end.
pub(crate) fn peak_bytes(plan: &Plan, jobs: usize, unit_bytes: f64, n_units: f64, epochs: f64) -> f64 {
    let data = &plan.data;
    let n_targets = match &data.target {
        Target::Classes { .. } => 1.0,
        Target::Numbers { values, .. } => values.ncols() as f64,
    };
    let folds = 4.0 * plan.folds.repeats() as f64;
    let table = data.n_rows() as f64 * (8.0 * (data.n_features() as f64 + n_targets) + folds);
    PROCESS + table + jobs as f64 * unit_bytes + n_units * (RECORD + EPOCH * epochs)
}

//! Scaling of numeric targets, fitted on training rows, undone before a score is taken.
//!
//! ```text
//! y' = (y − μ)/σ,   ŷ = μ + σ ŷ'        σ with ddof 0; 1 for a constant target
//! ```

use crate::{TargetScale, TrainError};
use ndarray::Array2;

/// μ and σ of each target column.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetScaler {
    mean: Vec<f64>,
    deviation: Vec<f64>,
}

impl TargetScaler {
    /// No scaling, of no columns: for classes.
    pub fn identity() -> TargetScaler {
        TargetScaler { mean: Vec::new(), deviation: Vec::new() }
    }

    /// Fits the scaling on `rows` of `values` (n_rows × n_targets).
    ///
    /// # Errors
    /// Values so large that their mean or deviation is not finite.
    pub fn fit(kind: TargetScale, values: &Array2<f64>, rows: &[u32]) -> Result<TargetScaler, TrainError> {
        let n_targets = values.ncols();
        if kind == TargetScale::None {
            return Ok(TargetScaler { mean: vec![0.0; n_targets], deviation: vec![1.0; n_targets] });
        }
        let n = rows.len() as f64;
        let column = |j: usize| rows.iter().map(move |&row| values[[row as usize, j]]);
        let mean: Vec<f64> = (0..n_targets).map(|j| column(j).map(|y| y / n).sum()).collect();
        let deviation: Vec<f64> = (0..n_targets)
            .map(|j| {
                let variance = column(j).map(|y| (y - mean[j]).powi(2)).sum::<f64>() / n;
                if variance == 0.0 { 1.0 } else { variance.sqrt() }
            })
            .collect();
        if mean.iter().chain(&deviation).all(|value| value.is_finite()) {
            Ok(TargetScaler { mean, deviation })
        } else {
            Err(TrainError::TargetScale)
        }
    }

    /// y' of a value in column `j`.
    pub fn scale(&self, j: usize, y: f64) -> f64 {
        (y - self.mean[j]) / self.deviation[j]
    }

    /// y of a scaled value in column `j`.
    pub fn unscale(&self, j: usize, scaled: f64) -> f64 {
        self.mean[j] + self.deviation[j] * scaled
    }
}

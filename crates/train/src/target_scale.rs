//! Scaling of numeric targets, fitted on training rows, undone before a score is taken.
//!
//! ```text
//! y' = (y − μ)/σ,   ŷ = μ + σ ŷ'        as the features' standardisation
//! ```

use crate::{TargetScale, TrainError};
use mlpsweep_data::Standardiser;
use ndarray::Array2;

/// μ and σ of each target column.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetScaler(Standardiser);

impl TargetScaler {
    /// No scaling of `n_targets` columns; none for classes.
    pub fn identity(n_targets: usize) -> TargetScaler {
        TargetScaler(Standardiser::identity(n_targets))
    }

    /// Fits the scaling on `rows` of `values` (n_rows × n_targets).
    ///
    /// # Errors
    /// Values so large that their mean or deviation is not finite.
    pub fn fit(kind: TargetScale, values: &Array2<f64>, rows: &[u32]) -> Result<TargetScaler, TrainError> {
        match kind {
            TargetScale::None => Ok(TargetScaler::identity(values.ncols())),
            TargetScale::Standard => {
                Standardiser::fit(values, rows).map(TargetScaler).map_err(|_| TrainError::TargetScale)
            }
        }
    }

    /// y' of a value in column `j`.
    pub fn scale(&self, j: usize, y: f64) -> f64 {
        (y - self.0.mean()[j]) * self.0.inverse_deviation()[j]
    }

    /// y of a scaled value in column `j`.
    pub fn unscale(&self, j: usize, scaled: f64) -> f64 {
        self.0.mean()[j] + scaled / self.0.inverse_deviation()[j]
    }
}

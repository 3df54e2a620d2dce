//! Scaling of numeric targets, fitted on training rows, undone before a score is taken.
//!
//! ```text
//! standard   y' = (y − μ)/σ        ŷ = μ + σ ŷ'        as the features' standardisation
//! log1p      y' = ln(1 + y)        ŷ = exp(ŷ') − 1
//! ```

use crate::{TargetScale, TrainError};
use mlpsweep_data::Standardiser;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

/// What is fitted of each target column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetScaler {
    /// μ and σ, or 0 and 1.
    Linear(Standardiser),
    /// Nothing.
    Log1p,
}

impl TargetScaler {
    /// No scaling of `n_targets` columns; none for classes.
    pub fn identity(n_targets: usize) -> TargetScaler {
        TargetScaler::Linear(Standardiser::identity(n_targets))
    }

    /// Fits the scaling on `rows` of `values` (n_rows × n_targets).
    ///
    /// # Errors
    /// Values so large that their mean or deviation is not finite; for log1p values of −1 and less.
    pub fn fit(kind: TargetScale, values: &Array2<f64>, rows: &[u32]) -> Result<TargetScaler, TrainError> {
        match kind {
            TargetScale::None => Ok(TargetScaler::identity(values.ncols())),
            TargetScale::Standard => {
                Standardiser::fit(values, rows).map(TargetScaler::Linear).map_err(|_| TrainError::TargetScale)
            }
            TargetScale::Log1p if values.iter().all(|&y| y > -1.0) => Ok(TargetScaler::Log1p),
            TargetScale::Log1p => Err(TrainError::TargetScale),
        }
    }

    /// Whether it is one of `n_targets` numbers, as every fitted one is; what was read from a file may be anything.
    pub fn is_sound(&self, n_targets: usize) -> bool {
        match self {
            TargetScaler::Linear(scaler) => scaler.is_sound(n_targets),
            TargetScaler::Log1p => true,
        }
    }

    /// y' of a value in column `j`.
    pub fn scale(&self, j: usize, y: f64) -> f64 {
        match self {
            TargetScaler::Linear(scaler) => (y - scaler.mean()[j]) * scaler.inverse_deviation()[j],
            TargetScaler::Log1p => y.ln_1p(),
        }
    }

    /// y of a scaled value in column `j`.
    pub fn unscale(&self, j: usize, scaled: f64) -> f64 {
        match self {
            TargetScaler::Linear(scaler) => scaler.mean()[j] + scaled / scaler.inverse_deviation()[j],
            TargetScaler::Log1p => scaled.exp_m1(),
        }
    }
}

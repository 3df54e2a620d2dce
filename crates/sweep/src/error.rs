//! What keeps a sweep from running.

use crate::spec::{SpecError, Sweep};
use crate::store::StoreError;
use mlpsweep_data::{DataError, ErrorKind, FoldError};

/// Why a sweep cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The sweep file is wrong.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// The data are wrong.
    #[error("{message}")]
    Data {
        /// File, line, what was found.
        message: String,
        /// What would be right.
        hint: Option<String>,
    },
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SweepError {
    /// What would be right.
    pub fn hint(&self) -> Option<String> {
        match self {
            SweepError::Spec(error) => error.hint.clone(),
            SweepError::Data { hint, .. } => hint.clone(),
            SweepError::Store(error) => error.hint(),
        }
    }

    pub(crate) fn from_data(sweep: &Sweep, error: DataError) -> SweepError {
        match error.kind() {
            ErrorKind::Config => sweep.error(Some(&sweep.data.place), error.to_string(), error.hint()).into(),
            ErrorKind::Input => SweepError::Data { message: error.to_string(), hint: error.hint() },
        }
    }

    pub(crate) fn from_folds(sweep: &Sweep, what: &str, error: &FoldError) -> SweepError {
        let message = format!("{what}: {error}");
        match error.kind() {
            ErrorKind::Config => sweep.error(None, message, error.hint()).into(),
            ErrorKind::Input => SweepError::Data { message, hint: error.hint() },
        }
    }
}

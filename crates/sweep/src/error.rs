//! What keeps a sweep from running.

use crate::spec::{Place, SpecError, Sweep};
use crate::store::StoreError;
use mlpsweep_data::{DataError, ErrorKind, Fault, FoldError};

/// What would help where the system has no memory or no threads left.
pub const LESS_MEMORY: &str = "fewer --jobs take less memory; what was shown as done is stored";

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
    /// The system gives no threads.
    #[error("no thread could be started: {0}")]
    Threads(#[from] std::io::Error),
}

impl SweepError {
    /// What would be right.
    pub fn hint(&self) -> Option<String> {
        match self {
            SweepError::Spec(error) => error.hint.clone(),
            SweepError::Data { hint, .. } => hint.clone(),
            SweepError::Store(error) => error.hint(),
            SweepError::Threads(_) => Some(LESS_MEMORY.into()),
        }
    }

    pub(crate) fn from_data(sweep: &Sweep, error: DataError) -> SweepError {
        match error.kind() {
            ErrorKind::Config => {
                let place = match &error.fault {
                    Fault::UnknownColumn { key, .. } | Fault::TwoRoles { key, .. } => place_of(sweep, key),
                    _ => &sweep.data.place,
                };
                sweep.error(Some(place), error.to_string(), error.hint()).into()
            }
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

/// Where the sweep file names a column for `key`; else where `[data]` begins.
fn place_of<'a>(sweep: &'a Sweep, key: &str) -> &'a Place {
    let named = match key {
        "sample_weight" => &sweep.data.sample_weight,
        "group" => &sweep.cv.group,
        "time" => &sweep.cv.time,
        "column" => &sweep.cv.column,
        _ => &None,
    };
    named.as_ref().map_or(&sweep.data.place, |(_, place)| place)
}

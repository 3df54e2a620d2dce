//! What keeps a model or weights from being read.

use std::path::PathBuf;

/// Why a model or weights cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// There is none.
    #[error("{}: no model is here", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file holds something else.
    #[error("{}: {reason}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What was found, and what was expected.
        reason: String,
    },
}

impl ModelError {
    /// What would be right.
    pub fn hint(&self) -> Option<String> {
        match self {
            ModelError::Missing { .. } => Some(
                "name the folder a finished run has written, such as results/digits, or the file of a model"
                    .into(),
            ),
            ModelError::Io { .. } | ModelError::Content { .. } => None,
        }
    }
}

//! Why a store cannot be opened, read or written.

use super::migrate::OLDEST;
use super::schema::SCHEMA_VERSION;
use rusqlite::ErrorCode;
use std::io;
use std::path::PathBuf;

/// Why a store cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process owns it.
    #[error("{}: another mlpsweep is running this sweep{}", path.display(), owner(*.pid))]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// The process that wrote its number into it.
        pid: Option<u32>,
    },
    /// There is none.
    #[error("{}: no sweep has been run here", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A file that is no store of ours.
    #[error("{}: not a sweep store: {reason}", path.display())]
    NotAStore {
        /// The file.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// Written by a later version.
    #[error("{}: written{} with store schema {found}, and this is mlpsweep {}, which knows up to {SCHEMA_VERSION}", path.display(), by(writer.as_deref()), env!("CARGO_PKG_VERSION"))]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema version.
        found: i64,
        /// The version of mlpsweep that wrote it, if that can be told.
        writer: Option<String>,
    },
    /// Written by an earlier version, whose records lack what reports now need.
    #[error("{}: written with store schema {found}, and this mlpsweep {} reads schemas from {OLDEST} on", path.display(), env!("CARGO_PKG_VERSION"))]
    Older {
        /// The file.
        path: PathBuf,
        /// Its schema version.
        found: i64,
    },
    /// Of another sweep.
    #[error("{}: the results of another sweep: {}", path.display(), differences.join("; "))]
    OtherSweep {
        /// The file.
        path: PathBuf,
        /// What differs, a phrase per key.
        differences: Vec<String>,
    },
    /// What stands in it cannot be understood.
    #[error("{}: damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// Reading or writing failed.
    #[error("{}: {source}", path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The folder or the lock could not be made.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

fn by(writer: Option<&str>) -> String {
    writer.map(|version| format!(" by mlpsweep {version}")).unwrap_or_default()
}

fn owner(pid: Option<u32>) -> String {
    pid.map(|pid| format!(" (process {pid})")).unwrap_or_default()
}

impl StoreError {
    /// What would be right.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            StoreError::Locked { .. } => "wait for it, stop it, or give this run its own folder with --out".into(),
            StoreError::Missing { .. } => "name the folder a run has written, such as results/digits".into(),
            StoreError::NotAStore { .. } => "the file was left as it is; give the run another folder with --out".into(),
            StoreError::Newer { .. } => "the file was left as it is; use that version or a later one".into(),
            StoreError::Older { .. } => {
                "the file was left as it is; use the mlpsweep that wrote it, or begin anew with --fresh, \
                 which deletes these results"
                    .into()
            }
            StoreError::OtherSweep { .. } => {
                "give the sweep another `name` or --out, or begin anew with --fresh, which deletes these results".into()
            }
            StoreError::Damaged { .. } => {
                "the file was left as it is; restore a copy of it, or begin anew with --fresh".into()
            }
            StoreError::Sqlite { source, .. } => match source.sqlite_error_code() {
                Some(ErrorCode::DiskFull) => "make room on the disk and run again; what was shown as done is stored".into(),
                Some(ErrorCode::SystemIoFailure) => {
                    "is the disk full, or failing? what was shown as done is stored; run again to continue".into()
                }
                _ => return None,
            },
            StoreError::Io { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room on the disk".into(),
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    "it is closed to this user; open it, or name another folder".into()
                }
                _ => return None,
            },
        })
    }

    /// Whether writing failed, rather than what was found being wrong.
    pub fn is_output(&self) -> bool {
        match self {
            StoreError::Io { .. } => true,
            StoreError::Sqlite { source, .. } => !matches!(
                source.sqlite_error_code(),
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
            ),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::ffi;

    /// What the system refuses is output, what is found in a file is not; and each says what would be right, where that is known.
    #[test]
    fn what_the_system_refuses() {
        let sqlite = |code| {
            let source = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            StoreError::Sqlite { path: "study.db".into(), source }
        };
        let io = |kind: io::ErrorKind| StoreError::Io { path: "study.db".into(), source: kind.into() };
        for (error, is_output, hint) in [
            (sqlite(ffi::SQLITE_FULL), true, Some("make room on the disk and run again; ")),
            (sqlite(ffi::SQLITE_IOERR), true, Some("is the disk full, or failing? ")),
            (sqlite(ffi::SQLITE_READONLY), true, None),
            (sqlite(ffi::SQLITE_CORRUPT), false, None),
            (sqlite(ffi::SQLITE_NOTADB), false, None),
            (io(io::ErrorKind::StorageFull), true, Some("make room on the disk")),
            (io(io::ErrorKind::PermissionDenied), true, Some("it is closed to this user")),
            (io(io::ErrorKind::Interrupted), true, None),
        ] {
            assert_eq!(error.is_output(), is_output, "{error:?}");
            let (said, expected) = (error.hint().unwrap_or_default(), hint.unwrap_or_default());
            assert!(said.starts_with(expected) && said.is_empty() == hint.is_none(), "{error:?}: {said}");
        }
    }
}

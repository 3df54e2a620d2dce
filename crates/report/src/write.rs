//! Files that are whole or not there: written beside their place, synced, then renamed onto it.
//!
//! ```text
//! .ranked.csv.x7Qk2a.tmp ── write, fsync ─▶ ── rename ─▶ ranked.csv
//! ```
//!
//! Whoever reads meanwhile sees the old file or the new one. On any error the old file stays as it is and the temporary
//! one is removed; [`write_all`] renames nothing before everything is written, so a full disk leaves all earlier reports.
//! A temporary file left by a process that was killed is removed by the next report.

use crate::{Ranking, Study, curves_csv, folds_csv, report_html, summary_json, timings_csv, to_csv};
use mlpsweep_sweep::files::{self, beside, folder_of, sync_folder};
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A file or folder that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", path.display())]
pub struct OutputError {
    /// What was to be written.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl OutputError {
    /// What would be right.
    pub fn hint(&self) -> Option<String> {
        let what = match self.source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room on the disk",
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "make the folder writable, or write to another one"
            }
            io::ErrorKind::IsADirectory => "move the folder of that name away",
            _ => return None,
        };
        Some(format!("{what}; what stood there before is unchanged"))
    }
}

/// Writes ranked.csv, folds.csv, curves.csv, timings.csv, summary.json and report.html into `folder`, which is made if need be.
///
/// The study is to have been read with its curves, or curves.csv will have none; the ranking is the study's.
///
/// # Errors
/// When a file could not be written; every file is then the old or the new one, and all are the old ones unless it
/// was a rename that failed.
pub fn write_all(study: &Study, ranking: &Ranking<'_>, folder: &Path) -> Result<(), OutputError> {
    make_folder(folder)?;
    // Made one after the other, so that only one is in memory at a time.
    let files: [(&str, &dyn Fn() -> String); 6] = [
        ("ranked.csv", &|| to_csv(ranking, &study.info)),
        ("folds.csv", &|| folds_csv(study)),
        ("curves.csv", &|| curves_csv(study)),
        ("timings.csv", &|| timings_csv(study)),
        ("summary.json", &|| summary_json(ranking, &study.info)),
        ("report.html", &|| report_html(study, ranking)),
    ];
    let written: Result<Vec<Written>, OutputError> =
        files.into_iter().map(|(name, make)| Written::new(folder.join(name), make().as_bytes())).collect();
    written?.into_iter().try_for_each(Written::publish)?;
    sync_folder(folder);
    Ok(())
}

/// Makes a folder and those above it. Nothing happens when it is there.
///
/// # Errors
/// When it could not be made.
pub fn make_folder(folder: &Path) -> Result<(), OutputError> {
    files::make_folder(folder).map_err(|source| OutputError { path: folder.to_owned(), source })
}

/// Writes one file, whole or not at all. On Unix its permissions are what the umask leaves of `rw-rw-r--`.
///
/// A link is followed; a pipe or a device, which cannot be replaced, is written to.
///
/// # Errors
/// When it could not be written; what stood there before is unchanged.
pub fn write_file(path: &Path, content: &[u8]) -> Result<(), OutputError> {
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if target.metadata().is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        let written = File::options().write(true).open(&target).and_then(|mut file| file.write_all(content));
        return written.map_err(|source| OutputError { path: path.to_owned(), source });
    }
    let folder = folder_of(&target).to_owned();
    Written::new(target, content)?.publish()?;
    sync_folder(&folder);
    Ok(())
}

/// A file on the disk that does not have its name yet; removed when dropped.
struct Written {
    temporary: NamedTempFile<File>,
    path: PathBuf,
}

impl Written {
    fn new(path: PathBuf, content: &[u8]) -> Result<Written, OutputError> {
        match write_beside(&path, content) {
            Ok(temporary) => Ok(Written { temporary, path }),
            Err(source) => Err(OutputError { path, source }),
        }
    }

    fn publish(self) -> Result<(), OutputError> {
        let Written { temporary, path } = self;
        let renamed = mlpsweep_failpoint::reached("report.rename")
            .and_then(|()| temporary.persist(&path).map_err(|error| error.error));
        renamed.map(drop).map_err(|source| OutputError { path, source })
    }
}

fn write_beside(path: &Path, content: &[u8]) -> io::Result<NamedTempFile<File>> {
    let mut temporary = beside(path)?;
    mlpsweep_failpoint::reached("report.write")?;
    temporary.as_file_mut().write_all(content)?;
    mlpsweep_failpoint::reached("report.sync")?;
    temporary.as_file().sync_all()?;
    Ok(temporary)
}

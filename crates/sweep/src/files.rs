//! How files and folders are made: the umask decides who may read them, and under no umask may the world write. A file takes the
//! place of another whole or not at all.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use tempfile::NamedTempFile;

/// Makes a folder and those above it. Nothing happens when it is there.
///
/// # Errors
/// When the system says so.
pub fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o775);
    builder.recursive(true).create(path)
}

/// For a file that is written to, and made if need be.
pub(crate) fn writable() -> OpenOptions {
    let mut options = File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o664);
    options.write(true).create(true);
    options
}

/// A new file beside `path` that is to take its place, such as `.ranked.csv.x7Qk2a.tmp`, removed when it is dropped. What processes
/// that were killed have left of earlier ones is removed first.
///
/// It is locked while it is open, so that others know it for somebody's.
///
/// # Errors
/// When `path` names no file, or the system says so.
pub fn beside(path: &Path) -> io::Result<NamedTempFile<File>> {
    let name =
        path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not a file's name"))?;
    let (folder, prefix) = (folder_of(path), format!(".{}.", name.to_string_lossy()));
    remove_strays(folder, &prefix);
    loop {
        // tempfile's own way to make files closes them to all others.
        let make = |path: &Path| writable().create_new(true).open(path);
        let made = tempfile::Builder::new().prefix(&prefix).suffix(SUFFIX).make_in(folder, make)?;
        // Where there are no locks nobody takes it for a stray either.
        let _ = made.as_file().lock();
        // Before it was locked somebody may have.
        if made.path().exists() {
            return Ok(made);
        }
    }
}

/// How the names of files end that are to take another's place.
const SUFFIX: &str = ".tmp";

/// Removes what nobody holds any more. What cannot be removed disturbs nobody.
fn remove_strays(folder: &Path, prefix: &str) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|name| name.starts_with(prefix) && name.ends_with(SUFFIX));
        if !is_ours {
            continue;
        }
        // The lock is held until the file is gone.
        if let Ok(file) = File::open(entry.path())
            && file.try_lock().is_ok()
        {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// The folder of a file, or of a folder the one above.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Puts new names on the disk. Where folders cannot be synced there is nothing to do.
pub fn sync_folder(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_files() {
        for (path, folder) in [("a/b.csv", "a"), ("b.csv", "."), ("/b.csv", "/"), ("/", ".")] {
            assert_eq!(folder_of(Path::new(path)), Path::new(folder), "{path}");
        }
    }

    #[test]
    fn a_file_that_is_to_take_a_place() {
        let folder = tempfile::tempdir().expect("a folder for a test");
        let path = folder.path().join("deep/er/a.csv");
        make_folder(folder_of(&path)).expect("a folder");
        make_folder(folder_of(&path)).expect("it is there");
        let stray = |name: &str| std::fs::write(path.with_file_name(name), "half").expect("a file");
        ["a.csv", ".a.csv.1.tmp", ".a.csv.2", ".b.csv.3.tmp"].into_iter().for_each(stray);
        let (one, two) = (beside(&path).expect("a file"), beside(&path).expect("another"));
        let n_files = || std::fs::read_dir(folder_of(&path)).expect("a folder").count();
        assert_eq!(n_files(), 5, "the stray is gone, and neither has taken the other for one");
        assert!(one.path() != two.path() && one.path().exists() && two.path().exists());
        drop((one, two));
        assert_eq!(n_files(), 3);
        assert!(beside(Path::new("/")).is_err(), "no file's name");
    }
}

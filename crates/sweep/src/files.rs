//! How files and folders are made: the umask decides who may read them, and under no umask may the world write.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

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

/// Makes a file that is not there yet, such as a temporary one: tempfile's own are closed to all others.
///
/// # Errors
/// When it is there, or the system says so.
pub fn create_new(path: &Path) -> io::Result<File> {
    writable().create_new(true).open(path)
}

/// The folder of a file, or of a folder the one above.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Puts new names on the disk. Where folders cannot be synced there is nothing to do.
pub fn sync_folder(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

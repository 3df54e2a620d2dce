//! The file: made, locked, looked at and opened.

use super::error::StoreError;
use super::migrate::OLDEST;
use super::rows::{Clash, commit, insert, text};
use super::schema::{APPLICATION_ID, SCHEMA, SCHEMA_VERSION};
use super::{FILE_NAME, to_json};
use crate::files;
use crate::record::SweepInfo;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

/// Its name until it is whole.
const UNFINISHED: &str = "study.db.new";

/// Takes the sweep for this process, by a lock the kernel lets go of when the process ends, however it ends.
pub(super) fn lock(folder: &Path) -> Result<File, StoreError> {
    use std::io::{Read as _, Seek as _, Write as _};
    let path = folder.join("study.lock");
    let io = |source| StoreError::Io { path: path.clone(), source };
    let mut file = files::writable().truncate(false).read(true).open(&path).map_err(io)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            let pid = file.read_to_string(&mut text).ok().and_then(|_| text.trim().parse().ok());
            return Err(StoreError::Locked { path, pid });
        }
        Err(TryLockError::Error(source)) => return Err(io(source)),
    }
    file.set_len(0).and_then(|()| file.rewind()).map_err(io)?;
    writeln!(file, "{}", std::process::id()).map_err(io)?;
    Ok(file)
}

/// Makes an empty store for the sweep: under another name first, so that a file called study.db is always whole.
pub(super) fn create(folder: &Path, info: &SweepInfo) -> Result<(), StoreError> {
    let unfinished = folder.join(UNFINISHED);
    remove(&unfinished)?;
    remove_leftovers(folder, UNFINISHED)?;
    remove_leftovers(folder, FILE_NAME)?;
    write_new(&unfinished, info).inspect_err(|_| {
        // Nothing half done is left where somebody would wonder about it; that it cannot be removed either is not worth a word.
        let _ = remove(&unfinished).and_then(|()| remove_leftovers(folder, UNFINISHED));
    })?;
    let path = folder.join(FILE_NAME);
    let renamed =
        mlpsweep_failpoint::reached("store.rename").and_then(|()| std::fs::rename(&unfinished, &path));
    renamed.map_err(|source| StoreError::Io { path, source })?;
    // The name must be on the disk before the first fold is.
    files::sync_folder(folder);
    Ok(())
}

/// Writes an empty store, and syncs it.
fn write_new(unfinished: &Path, info: &SweepInfo) -> Result<(), StoreError> {
    let made: rusqlite::Result<()> = (|| {
        let mut connection = Connection::open(unfinished)?;
        connection.pragma_update(None, "journal_mode", "memory")?;
        // Synced below, once.
        connection.pragma_update(None, "synchronous", "off")?;
        let transaction = connection.transaction()?;
        transaction.execute_batch(SCHEMA)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        insert(&transaction, "meta", Clash::Fail, &[text("sweep"), text(&to_json(info))])?;
        commit(transaction)?;
        // Here and not when it is opened: a process killed during the change would leave it to be undone by a writer.
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.close().map_err(|(_, error)| error)
    })();
    made.map_err(|source| StoreError::Sqlite { path: unfinished.to_owned(), source })?;
    let synced = File::options().write(true).open(unfinished).and_then(|file| file.sync_all());
    synced.map_err(|source| StoreError::Io { path: unfinished.to_owned(), source })
}

/// Removes what SQLite keeps beside a file. Without the file it would be taken for a part of the next one.
pub(super) fn remove_leftovers(folder: &Path, name: &str) -> Result<(), StoreError> {
    ["-wal", "-shm"].iter().try_for_each(|suffix| remove(&folder.join(format!("{name}{suffix}"))))
}

/// Removes a file that may not be there.
pub(super) fn remove(path: &Path) -> Result<(), StoreError> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::Io { path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

/// The schema of a store that this version may touch; reads it, writes nothing.
pub(super) fn check_file(path: &Path) -> Result<i64, StoreError> {
    use std::io::Read as _;
    let io = |source| StoreError::Io { path: path.to_owned(), source };
    let not_a_store =
        |reason: &str| StoreError::NotAStore { path: path.to_owned(), reason: reason.to_owned() };
    let mut header = [0; 100];
    let n = File::open(path).and_then(|mut file| file.read(&mut header)).map_err(io)?;
    if n == 0 {
        return Err(not_a_store("the file is empty"));
    }
    if n < header.len() || &header[..16] != b"SQLite format 3\0" {
        return Err(not_a_store("the file is no SQLite database"));
    }
    let field = |at: usize| {
        i64::from(u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]))
    };
    let (version, application) = (field(60), field(68));
    if application != APPLICATION_ID {
        return Err(not_a_store("the database belongs to another program"));
    }
    if version > SCHEMA_VERSION {
        return Err(StoreError::Newer { path: path.to_owned(), found: version, writer: writer(path) });
    }
    if version < OLDEST {
        return Err(StoreError::Older { path: path.to_owned(), found: version });
    }
    // SQLite would fill a cut page with zeros. With a log beside it the page may stand there.
    let length = |path: &Path| std::fs::metadata(path).map_or(0, |data| data.len());
    let page = u64::from(u16::from_be_bytes([header[16], header[17]]));
    if page > 1 && length(path) % page != 0 && length(&path.with_extension("db-wal")) == 0 {
        let reason = "the file ends in the middle of a page".to_owned();
        return Err(StoreError::Damaged { path: path.to_owned(), reason });
    }
    Ok(version)
}

/// A store that is open.
pub(super) struct Opened {
    pub(super) connection: Connection,
    /// As a file that nobody writes to, since nothing may be written beside it.
    pub(super) is_immutable: bool,
}

pub(super) fn connect(path: &Path, read_only: bool) -> Result<Opened, StoreError> {
    let flags = if read_only { OpenFlags::SQLITE_OPEN_READ_ONLY } else { OpenFlags::SQLITE_OPEN_READ_WRITE };
    let mut is_immutable = false;
    let opened = open(path, flags, read_only).or_else(|error| {
        let address = unchanging(path).filter(|_| read_only && is_closed_to_us(&error)).ok_or(error)?;
        is_immutable = true;
        open(address.as_ref(), flags | OpenFlags::SQLITE_OPEN_URI, read_only)
    });
    match opened {
        Ok((connection, verdict)) if verdict == "ok" => Ok(Opened { connection, is_immutable }),
        Ok((_, verdict)) => Err(StoreError::Damaged { path: path.to_owned(), reason: verdict }),
        Err(source) => match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Err(StoreError::Damaged { path: path.to_owned(), reason: source.to_string() })
            }
            _ => Err(StoreError::Sqlite { path: path.to_owned(), source }),
        },
    }
}

/// Whether SQLite could not make its files beside the store.
fn is_closed_to_us(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly))
}

/// The address of a store that nobody writes to, so that none of SQLite's files are needed beside it: of one without a log.
fn unchanging(path: &Path) -> Option<String> {
    let has_log = std::fs::metadata(path.with_extension("db-wal")).is_ok_and(|log| log.len() > 0);
    let escaped = |c: char| match c {
        '%' | '?' | '#' => format!("%{:02x}", u32::from(c)),
        c => c.to_string(),
    };
    let path = std::path::absolute(path).ok()?;
    let path: String = path.to_str()?.chars().map(escaped).collect();
    (!has_log).then(|| format!("file:{path}?immutable=1"))
}

/// The version of mlpsweep that says in a store of any schema that it wrote it.
fn writer(path: &Path) -> Option<String> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(unchanging(path)?, flags).ok()?;
    let sql = "SELECT json_extract(value, '$.version') FROM meta WHERE key = 'sweep'";
    connection.query_row(sql, [], |row| row.get(0)).ok()
}

/// A copy of the whole database in another file, which takes the place of what was there when it is whole and on the disk.
pub(super) fn copy_to(connection: &Connection, path: &Path, to: &Path) -> Result<(), StoreError> {
    let io = |source| StoreError::Io { path: to.to_owned(), source };
    let folder = files::folder_of(to);
    let unfinished = files::beside(to).map_err(io)?;
    let copied: rusqlite::Result<()> = (|| {
        let mut copy = Connection::open(unfinished.path())?;
        // Synced below, once.
        copy.pragma_update(None, "synchronous", "off")?;
        rusqlite::backup::Backup::new(connection, &mut copy)?.run_to_completion(
            1024,
            Duration::ZERO,
            None,
        )?;
        // A file that stands alone: whoever copies it needs no other.
        copy.pragma_update(None, "journal_mode", "delete")?;
        copy.close().map_err(|(_, error)| error)
    })();
    copied.map_err(|source| match source.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt) => {
            StoreError::Damaged { path: path.to_owned(), reason: source.to_string() }
        }
        _ => StoreError::Sqlite { path: to.to_owned(), source },
    })?;
    unfinished.as_file().sync_all().map_err(io)?;
    unfinished.persist(to).map_err(|error| io(error.error))?;
    files::sync_folder(folder);
    Ok(())
}

/// A connection, and what `quick_check` says where the file is only read.
fn open(path: &Path, flags: OpenFlags, read_only: bool) -> rusqlite::Result<(Connection, String)> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    if !read_only {
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        // Every page would be looked at once more: what is written to was made, or opened to be read, just now.
        return Ok((connection, "ok".to_owned()));
    }
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    Ok((connection, verdict))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the promise stands on: a commit is on the disk when it returns, and what a stranger has put into the file is not run.
    #[test]
    fn how_a_store_is_opened() {
        let folder = tempfile::tempdir().expect("a folder for a test");
        let path = folder.path().join(FILE_NAME);
        let made = Connection::open(&path).expect("a database");
        made.execute_batch("PRAGMA journal_mode = delete; CREATE TABLE t (a)").expect("a table");
        drop(made);
        for read_only in [false, true] {
            let connection = connect(&path, read_only).expect("a store").connection;
            let pragma = |name: &str| -> String {
                let found =
                    connection.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0));
                format!("{name} {:?}", found.expect("a pragma"))
            };
            let found = ["journal_mode", "synchronous", "trusted_schema", "cell_size_check"].map(pragma);
            let expected = [
                "journal_mode Text(\"wal\")",
                "synchronous Integer(2)",
                "trusted_schema Integer(0)",
                "cell_size_check Integer(1)",
            ];
            assert_eq!(found, expected, "2 is FULL");
            let is_defensive = connection.db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_DEFENSIVE);
            assert!(is_defensive.expect("a setting"));
            let written = connection.execute("INSERT INTO t VALUES (1)", []);
            assert_eq!(written.is_err(), read_only);
        }
    }
}

//! Stores of earlier versions, brought to the tables of this one.
//!
//! ```text
//! schema 4   no checksums; curves in `folds`; no attempts   ─▶ 5
//! ```
//!
//! Who only reads has a copy in memory brought up, and the file stays as it is. Who runs the sweep on has a copy of the file put
//! beside it first, `study.db.schema4`, and then all tables changed in one transaction.

use super::error::StoreError;
use super::file::{connect, copy_to};
use super::rows::{Clash, insert, int};
use super::schema::{SCHEMA, SCHEMA_VERSION};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Transaction};
use std::path::{Path, PathBuf};

/// The earliest schema that is understood.
pub(super) const OLDEST: i64 = 4;

/// Where the copy of a store of schema `found` stays.
pub(super) fn copy_of(path: &Path, found: i64) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".schema{found}"));
    PathBuf::from(name)
}

/// Brings the store of schema `found` up, which this process owns.
pub(super) fn on_disk(path: &Path, found: i64) -> Result<(), StoreError> {
    let mut connection = connect(path, false)?.connection;
    copy_to(&connection, path, &copy_of(path, found))?;
    up(&mut connection, found).map_err(|source| StoreError::Sqlite { path: path.to_owned(), source })
}

/// A copy in memory of a store of schema `found`, brought up.
pub(super) fn in_memory(connection: &Connection, found: i64) -> rusqlite::Result<Connection> {
    let mut copy = Connection::open_in_memory()?;
    rusqlite::backup::Backup::new(connection, &mut copy)?.step(-1)?;
    up(&mut copy, found)?;
    Ok(copy)
}

/// Each step in turn, all or none.
fn up(connection: &mut Connection, found: i64) -> rusqlite::Result<()> {
    // Tables are dropped that others refer to.
    connection.pragma_update(None, "foreign_keys", false)?;
    let transaction = connection.transaction()?;
    if found < 5 {
        from_4(&transaction)?;
    }
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()?;
    connection.pragma_update(None, "foreign_keys", true)
}

fn from_4(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    const TABLES: [&str; 8] =
        ["meta", "trials", "folds", "pruned", "confirmations", "timings", "validation", "out_of_fold"];
    for table in TABLES {
        transaction.execute_batch(&format!("ALTER TABLE {table} RENAME TO {table}_4"))?;
    }
    transaction.execute_batch(SCHEMA)?;
    for table in TABLES {
        let mut rows = transaction.prepare(&format!("SELECT * FROM {table}_4"))?;
        let n_columns = rows.column_count();
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            let values: Vec<ValueRef<'_>> =
                (0..n_columns).map(|i| row.get_ref(i)).collect::<rusqlite::Result<_>>()?;
            match (table, &values[..]) {
                ("folds", [trial, split, record, curve]) => {
                    insert(transaction, "folds", Clash::Fail, &[*trial, *split, *record])?;
                    if *curve != ValueRef::Blob(&[]) {
                        insert(transaction, "curves", Clash::Fail, &[*trial, *split, *curve])?;
                    }
                }
                ("timings", _) => {
                    insert(transaction, table, Clash::Fail, &[&values[..], &[int(1)]].concat())?;
                }
                _ => insert(transaction, table, Clash::Fail, &values)?,
            }
        }
    }
    for table in TABLES.iter().rev() {
        transaction.execute_batch(&format!("DROP TABLE {table}_4"))?;
    }
    Ok(())
}

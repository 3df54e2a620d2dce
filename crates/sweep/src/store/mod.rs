//! The store: one SQLite file per sweep, the truth that reports are made from.
//!
//! ```text
//! meta(key, value)                                    what the sweep is: SweepInfo as JSON; the winner's Refit and Closing, if any
//! trials(number, point)                               the point as JSON
//! folds(trial, split, record)                         the record as JSON
//! curves(trial, split, epochs)                        the learning curve, as below; none of no epochs
//! pruned(trial, n_folds)                              trials that go no further, and the folds that they have at their last rung
//! confirmations(trial, split, record)                 the same of splits that the search has not seen, from its last one on
//! timings(trial, split, started_unix_ms, elapsed_us, attempt)   wall clock, one row per finished unit
//! validation(split, row_numbers, truth, row_groups)   of each split: u32 a row; f64 a row and target, or the class's position;
//!                                                     u32 a row, none where rows belong to no groups
//! out_of_fold(trial, split, kind, numbers)            of these rows: `scores`, f32 a row, or `predictions`, f64s row after row
//! ```
//!
//! Where the metric that ranks is the mean of the rows' own scores, these are all that is kept of a validation row, as f32. Else,
//! and where rows are validated in several repeats, predictions are kept, as f64: a score that is computed from them again is
//! the score of the fold to the bit, targets far from 0 keep their digits, and no two probabilities near 1 become equal. Of
//! two classes one is enough. Numbers are little-endian.
//!
//! Every row ends with a checksum, `rows.rs` says of what, and one that does not have it is damage. A store of an earlier schema is
//! brought up, `migrate.rs` says how.
//!
//! A curve begins with a u32, how many numbers an epoch has: the rate and three losses (NaN for a rate or a validation loss that
//! is not there), and the gradient norms of the layers where they are recorded; then come the epochs. No epochs, no bytes.
//!
//! `synchronous = FULL` in WAL mode: when [`Store::append`] returns, what it was given survives a crash of the process, and
//! of the machine as far as its disk keeps its word. The file carries an application id and a schema version; a file without
//! the first, or with a newer second, is refused unchanged. A kernel lock on a file beside it keeps a second writer out.

mod encoding;
mod error;
mod file;
mod migrate;
mod rows;
mod schema;

pub use error::StoreError;

use crate::record::{
    Closing, FoldRecord, Name, OutOfFold, Refit, SweepInfo, Timing, Trial, UnitId, ValidationRows,
};
use encoding::{curve_bytes, curve_points, number_bytes, numbers};
use file::{Opened, check_file, connect, copy_to, create, lock, remove, remove_leftovers};
use mlpsweep_search::{TrialNumber, Value};
use rows::{Clash, blob, commit, insert, int, text};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use schema::SCHEMA_VERSION;
use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// The file's name inside a results folder.
pub const FILE_NAME: &str = "study.db";

/// An open store.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
    is_immutable: bool,
    /// Held, and so locked, as long as the store is open for writing.
    _lock: Option<File>,
}

impl Store {
    /// Opens the store of `folder` for the sweep `info`, or makes it. A store of another sweep is refused; what one of the
    /// same sweep says of it stays until [`Store::put_info`].
    ///
    /// # Errors
    /// As [`StoreError`] says; what was found is left as it was.
    pub fn open(folder: &Path, info: &SweepInfo) -> Result<Store, StoreError> {
        crate::files::make_folder(folder)
            .map_err(|source| StoreError::Io { path: folder.to_owned(), source })?;
        let lock = lock(folder)?;
        let path = folder.join(FILE_NAME);
        if path.exists() {
            // Opened to be read only, so that what is refused stays as it was.
            let found = Store::read(folder)?.info()?;
            let differences = differences(&found.identity, &info.identity);
            if !differences.is_empty() {
                return Err(StoreError::OtherSweep { path, differences });
            }
            let schema = check_file(&path)?;
            if schema < SCHEMA_VERSION {
                migrate::on_disk(&path, schema)?;
            }
        } else {
            create(folder, info)?;
        }
        Ok(Store {
            connection: connect(&path, false)?.connection,
            path,
            is_immutable: false,
            _lock: Some(lock),
        })
    }

    /// Opens the store of `folder` to read it; a run may go on meanwhile.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    pub fn read(folder: &Path) -> Result<Store, StoreError> {
        let path = folder.join(FILE_NAME);
        if !path.exists() {
            return Err(StoreError::Missing { path });
        }
        let schema = check_file(&path)?;
        let Opened { mut connection, is_immutable } = connect(&path, true)?;
        if schema < SCHEMA_VERSION {
            connection = migrate::in_memory(&connection, schema).map_err(|error| sqlite(&path, error))?;
        }
        Ok(Store { connection, path, is_immutable, _lock: None })
    }

    /// Whether it was opened as a file that nobody writes to, since nothing may be written beside it.
    pub fn is_immutable(&self) -> bool {
        self.is_immutable
    }

    /// Where a copy stays of the store of `folder` once a run has brought it to this version's tables; `None` where it has them.
    pub fn copy_of_earlier(folder: &Path) -> Option<PathBuf> {
        let path = folder.join(FILE_NAME);
        let schema = check_file(&path).ok().filter(|&schema| schema < SCHEMA_VERSION)?;
        Some(migrate::copy_of(&path, schema))
    }

    /// Puts a copy of the store of `folder` into a file, whole or not at all; a run may go on meanwhile.
    ///
    /// # Errors
    /// The store cannot be read, or the copy cannot be written.
    pub fn copy(folder: &Path, to: &Path) -> Result<(), StoreError> {
        let Store { connection, path, .. } = Store::read(folder)?;
        copy_to(&connection, &path, to)
    }

    /// Whether a process is running the sweep of `folder` now.
    pub fn owner(folder: &Path) -> bool {
        let opened = File::options().read(true).open(folder.join("study.lock"));
        // A shared lock for a moment: two who ask do not disturb each other.
        opened.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// Deletes the store of `folder`, so that a run begins anew. Nothing happens when there is none.
    ///
    /// # Errors
    /// When another process owns it, when the file is no store of ours, or when it cannot be deleted.
    pub fn delete(folder: &Path) -> Result<(), StoreError> {
        let path = folder.join(FILE_NAME);
        if !path.exists() {
            return Ok(());
        }
        let _lock = lock(folder)?;
        match check_file(&path) {
            Ok(_) | Err(StoreError::Older { .. }) => {}
            Err(error) => return Err(error),
        }
        remove(&path)?;
        crate::attempts::forget(folder);
        remove_leftovers(folder, FILE_NAME)
    }

    /// Says what the sweep is now: it may have another name, and more trials.
    ///
    /// # Errors
    /// When it could not be written.
    pub fn put_info(&self, info: &SweepInfo) -> Result<(), StoreError> {
        self.put("sweep", info)
    }

    /// What the sweep is.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn info(&self) -> Result<SweepInfo, StoreError> {
        let info = self.entry("sweep", "the sweep's description")?;
        info.ok_or_else(|| self.damaged("it does not say which sweep it is of"))
    }

    /// Says how the winner was trained once more; what was said before is forgotten.
    ///
    /// # Errors
    /// When it could not be written.
    pub fn put_refit(&self, refit: &Refit) -> Result<(), StoreError> {
        self.put("refit", refit)
    }

    /// How the winner was trained once more, if it was.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn refit(&self) -> Result<Option<Refit>, StoreError> {
        self.entry("refit", "the winner's refit")
    }

    /// Says what was found out when the search was over; what was said before is forgotten.
    ///
    /// # Errors
    /// When it could not be written.
    pub fn put_closing(&self, closing: &Closing) -> Result<(), StoreError> {
        self.put("closing", closing)
    }

    /// What was found out when the search was over, if it was.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn closing(&self) -> Result<Option<Closing>, StoreError> {
        self.entry("closing", "what was found out at the end")
    }

    /// Adds units of a confirmation. When this returns, they are on the disk.
    ///
    /// # Errors
    /// When they could not be written.
    pub fn append_confirmations(&mut self, finished: &[FoldRecord]) -> Result<(), StoreError> {
        let written = (|| {
            let transaction = self.connection.transaction()?;
            for record in finished {
                let UnitId { trial, split } = record.unit;
                let json = to_json(record);
                let row = [int(trial as i64), int(split as i64), text(&json)];
                insert(&transaction, "confirmations", Clash::Fail, &row)?;
            }
            commit(transaction)
        })();
        written.map_err(|source| self.sqlite(source))
    }

    /// All finished units of the confirmation, in the order of trial and split.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn confirmations(&self) -> Result<Vec<FoldRecord>, StoreError> {
        self.query("confirmations", "trial, split", |row| Ok(fold(row.get_ref(2)?.as_str()?)))
    }

    /// Writes an entry of `meta` over what was there.
    fn put(&self, key: &str, value: &impl serde::Serialize) -> Result<(), StoreError> {
        let put = insert(&self.connection, "meta", Clash::Replace, &[text(key), text(&to_json(value))]);
        put.map_err(|source| self.sqlite(source))
    }

    /// Reads an entry of `meta`, which is called `what` where it cannot be understood.
    fn entry<T: serde::de::DeserializeOwned>(&self, key: &str, what: &str) -> Result<Option<T>, StoreError> {
        let sql = "SELECT * FROM meta WHERE key = ?1";
        let found = self
            .connection
            .query_row(sql, [key], |row| Ok((row.get::<_, String>(1)?, rows::fault("meta", row)?)))
            .optional();
        let Some((json, fault)) = found.map_err(|source| self.sqlite(source))? else { return Ok(None) };
        if let Some(fault) = fault {
            return Err(self.damaged(&format!("{what}: {fault}")));
        }
        serde_json::from_str(&json).map(Some).map_err(|error| self.damaged(&format!("{what}: {error}")))
    }

    /// Says which rows each split validates, in the order of the splits. What is there already stays: rows and truth are
    /// functions of the sweep and its data, and another sweep's store is not opened.
    ///
    /// # Errors
    /// When they could not be written.
    pub fn put_validation_rows(
        &mut self,
        splits: impl IntoIterator<Item = ValidationRows>,
    ) -> Result<(), StoreError> {
        let written = (|| {
            let transaction = self.connection.transaction()?;
            let whole =
                |numbers: Vec<u32>| numbers.into_iter().flat_map(u32::to_le_bytes).collect::<Vec<u8>>();
            for (split, ValidationRows { rows, truth, groups }) in splits.into_iter().enumerate() {
                let (rows, truth, groups) = (whole(rows), number_bytes(&truth), whole(groups));
                let row = [int(split as i64), blob(&rows), blob(&truth), blob(&groups)];
                insert(&transaction, "validation", Clash::Keep, &row)?;
            }
            commit(transaction)
        })();
        written.map_err(|source| self.sqlite(source))
    }

    /// Adds finished units, and trials that are stopped with so many of them, all or none. When this returns, they are on the disk.
    ///
    /// # Errors
    /// When they could not be written.
    pub fn append<'a>(
        &mut self,
        finished: impl IntoIterator<Item = (&'a Trial, &'a FoldRecord, &'a Timing)>,
        pruned: impl IntoIterator<Item = (TrialNumber, usize)>,
    ) -> Result<(), StoreError> {
        let written = (|| {
            let transaction = self.connection.transaction()?;
            for (trial, record, timing) in finished {
                let UnitId { trial: number, split } = record.unit;
                let unit = [int(number as i64), int(split as i64)];
                insert(&transaction, "trials", Clash::Keep, &[unit[0], text(&to_json(&trial.point))])?;
                if !record.earlier.is_empty() {
                    // What was stored at an earlier rung is replaced; anything else that is there already is a mistake.
                    let sql = "DELETE FROM folds WHERE trial = ?1 AND split = ?2";
                    transaction.prepare_cached(sql)?.execute(params![number as i64, split as i64])?;
                }
                let of_unit = |table: &str, values: &[ValueRef<'_>]| {
                    insert(&transaction, table, Clash::Fail, &[&unit, values].concat())
                };
                of_unit("folds", &[text(&to_json(record))])?;
                if !record.curve.is_empty() {
                    of_unit("curves", &[blob(&curve_bytes(&record.curve))])?;
                }
                match &record.out_of_fold {
                    OutOfFold::Nothing => {}
                    OutOfFold::Scores(scores) => {
                        let bytes: Vec<u8> = scores.iter().flat_map(|score| score.to_le_bytes()).collect();
                        of_unit("out_of_fold", &[text(SCORES), blob(&bytes)])?;
                    }
                    OutOfFold::Predictions(numbers) => {
                        of_unit("out_of_fold", &[text(PREDICTIONS), blob(&number_bytes(numbers))])?;
                    }
                }
                let timing = [timing.started_unix_ms, timing.elapsed_us, timing.attempt];
                of_unit("timings", &timing.map(|number| int(number as i64)))?;
            }
            for (trial, n_folds) in pruned {
                insert(&transaction, "pruned", Clash::Replace, &[int(trial as i64), int(n_folds as i64)])?;
            }
            commit(transaction)
        })();
        written.map_err(|source| self.sqlite(source))
    }

    /// All trials with a finished fold, in the order of their numbers.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn trials(&self) -> Result<Vec<Trial>, StoreError> {
        let mut names: BTreeSet<Name> = BTreeSet::new();
        let mut shared = |name: &str| {
            let known = names.get(name).cloned();
            known.unwrap_or_else(|| {
                let new = Name::from(name);
                names.insert(Name::clone(&new));
                new
            })
        };
        self.query("trials", "number", |row| {
            let (number, point) = (row.get::<_, i64>(0)?, row.get_ref(1)?.as_str()?);
            let point = serde_json::from_str(point);
            Ok(point
                .map(|point: Vec<(String, Value)>| {
                    let point = point.into_iter().map(|(name, value)| (shared(&name), value));
                    let mut point: Vec<(Name, Value)> = point.collect();
                    // There may be very many.
                    point.shrink_to_fit();
                    Trial { number: number as TrialNumber, point }
                })
                .map_err(|error| format!("the point of trial {number}: {error}")))
        })
    }

    /// The trials that go no further, in the order of their numbers, and the folds that each has.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn pruned(&self) -> Result<Vec<(TrialNumber, usize)>, StoreError> {
        self.query("pruned", "trial", |row| {
            let (trial, n_folds) = (row.get::<_, i64>(0)?, row.get::<_, i64>(1)?);
            Ok(Ok((trial as TrialNumber, n_folds as usize)))
        })
    }

    /// All finished folds, in the order of trial and split, with their curves where `with_curves`; these are of one
    /// [`moment`](Store::moment) only where that is asked for.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn folds(&self, with_curves: bool) -> Result<Vec<FoldRecord>, StoreError> {
        let mut folds = Vec::new();
        self.each_fold(|fold| {
            folds.push(fold);
            Ok(())
        })?;
        if !with_curves {
            return Ok(folds);
        }
        let mut rest = folds.iter_mut();
        self.each("curves", "trial, split", |row| {
            let (unit, bytes) = (unit_id(row.get(0)?, row.get(1)?), row.get_ref(2)?.as_blob()?);
            let fold = rest.find(|fold| fold.unit == unit);
            let set = fold.zip(curve_points(bytes)).map(|(fold, curve)| fold.curve = curve);
            Ok(set.ok_or_else(|| {
                format!("the curve of trial {}, split {}: {} bytes", unit.trial, unit.split, bytes.len())
            }))
        })?;
        Ok(folds)
    }

    /// Shows every finished fold without its curve, in the order of trial and split. What `visit` finds wrong with it is damage.
    ///
    /// # Errors
    /// When it cannot be read, or `visit` refuses it.
    pub fn each_fold(
        &self,
        mut visit: impl FnMut(FoldRecord) -> Result<(), String>,
    ) -> Result<(), StoreError> {
        self.each("folds", "trial, split", |row| Ok(fold(row.get_ref(2)?.as_str()?).and_then(&mut visit)))
    }

    /// Until it is dropped all that is read is of the same moment, whatever a run adds meanwhile.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn moment(&self) -> Result<impl Drop + '_, StoreError> {
        self.connection.unchecked_transaction().map_err(|source| self.sqlite(source))
    }

    /// Which rows each split validates, in the order of the splits.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn validation_rows(&self) -> Result<Vec<ValidationRows>, StoreError> {
        let whole = |bytes: &[u8]| -> Vec<u32> {
            let number = |bytes: &[u8]| u32::from_le_bytes(bytes.try_into().expect("four bytes"));
            bytes.chunks_exact(4).map(number).collect()
        };
        self.query("validation", "split", |row| {
            let (rows, truth) = (row.get_ref(1)?.as_blob()?, row.get_ref(2)?.as_blob()?);
            let groups = row.get_ref(3)?.as_blob()?;
            Ok(Ok(ValidationRows { rows: whole(rows), truth: numbers(truth), groups: whole(groups) }))
        })
    }

    /// Shows what is kept of every unit's validation rows, in the order of trial and split, one unit at a time: all of it may
    /// be more than memory holds. What `visit` finds wrong with it is damage.
    ///
    /// # Errors
    /// When it cannot be read, or `visit` refuses it.
    pub fn each_out_of_fold(
        &self,
        mut visit: impl FnMut(UnitId, OutOfFold) -> Result<(), String>,
    ) -> Result<(), StoreError> {
        self.each("out_of_fold", "trial, split", |row| {
            let unit = unit_id(row.get(0)?, row.get(1)?);
            let (kind, bytes) = (row.get_ref(2)?.as_str()?, row.get_ref(3)?.as_blob()?);
            let score = |bytes: &[u8]| f32::from_le_bytes(bytes.try_into().expect("four bytes"));
            Ok(match kind {
                SCORES => visit(unit, OutOfFold::Scores(bytes.chunks_exact(4).map(score).collect())),
                PREDICTIONS => visit(unit, OutOfFold::Predictions(numbers(bytes))),
                other => Err(format!("of split {} of trial {} `{other}` is kept", unit.split, unit.trial)),
            })
        })
    }

    /// When every unit ran, in the order they were stored.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn timings(&self) -> Result<Vec<Timing>, StoreError> {
        self.query("timings", "rowid", |row| {
            Ok(Ok(Timing {
                unit: unit_id(row.get(0)?, row.get(1)?),
                started_unix_ms: row.get::<_, i64>(2)? as u64,
                elapsed_us: row.get::<_, i64>(3)? as u64,
                attempt: row.get::<_, i64>(4)? as u64,
            }))
        })
    }

    /// What `read` makes of every row of a table; its own error says what is damaged.
    fn query<T>(
        &self,
        table: &str,
        order: &str,
        mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<Result<T, String>>,
    ) -> Result<Vec<T>, StoreError> {
        let mut all = Vec::new();
        self.each(table, order, |row| Ok(read(row)?.map(|one| all.push(one))))?;
        Ok(all)
    }

    /// Shows every row of a table while SQLite holds it, so that none is copied; all columns in their order.
    fn each(
        &self,
        table: &str,
        order: &str,
        mut visit: impl FnMut(&Row<'_>) -> rusqlite::Result<Result<(), String>>,
    ) -> Result<(), StoreError> {
        let sqlite = |source| self.sqlite(source);
        let sql = format!("SELECT * FROM {table} ORDER BY {order}");
        let mut statement = self.connection.prepare(&sql).map_err(sqlite)?;
        let mut rows = statement.query([]).map_err(sqlite)?;
        while let Some(row) = rows.next().map_err(sqlite)? {
            if let Some(fault) = rows::fault(table, row).map_err(sqlite)? {
                return Err(self.damaged(&fault));
            }
            visit(row).map_err(sqlite)?.map_err(|reason| self.damaged(&reason))?;
        }
        Ok(())
    }

    fn sqlite(&self, source: rusqlite::Error) -> StoreError {
        sqlite(&self.path, source)
    }

    /// What is said where records do not fit together.
    pub fn damaged(&self, reason: &str) -> StoreError {
        StoreError::Damaged { path: self.path.clone(), reason: reason.to_owned() }
    }
}

/// The kinds of [`OutOfFold`].
const SCORES: &str = "scores";
const PREDICTIONS: &str = "predictions";

/// A phrase for every key in which the two identities differ.
fn differences(
    stored: &serde_json::Map<String, serde_json::Value>,
    asked: &serde_json::Map<String, serde_json::Value>,
) -> Vec<String> {
    let keys: BTreeSet<&String> = stored.keys().chain(asked.keys()).collect();
    let missing = serde_json::Value::Null;
    keys.into_iter()
        .filter_map(|key| {
            let (old, new) = (stored.get(key).unwrap_or(&missing), asked.get(key).unwrap_or(&missing));
            (old != new).then(|| format!("`{key}` was {old} and is now {new}"))
        })
        .collect()
}

/// What SQLite said of a store.
fn sqlite(path: &Path, source: rusqlite::Error) -> StoreError {
    // Our own statements are right: what SQLite cannot make sense of are the tables.
    if source.sqlite_error_code() == Some(rusqlite::ErrorCode::Unknown) {
        return StoreError::Damaged { path: path.to_owned(), reason: source.to_string() };
    }
    StoreError::Sqlite { path: path.to_owned(), source }
}

/// A fold without its curve; what is wrong with it, where something is.
fn fold(record: &str) -> Result<FoldRecord, String> {
    serde_json::from_str(record).map_err(|error| format!("a fold: {error}"))
}

fn unit_id(trial: i64, split: i64) -> UnitId {
    UnitId { trial: trial as TrialNumber, split: split as usize }
}

fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("records hold finite numbers and have text keys")
}

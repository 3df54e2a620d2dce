//! A store in which bytes of the file have changed, or bytes of a row whose checksum was made to fit again: refused or read, never a panic,
//! and left as it is by who only reads.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mlpsweep_report::{Study, to_csv};
use mlpsweep_sweep::Plan;
use mlpsweep_sweep::runner::{RunOptions, run};
use mlpsweep_sweep::spec::Sweep;
use mlpsweep_sweep::store::{FILE_NAME, Store};
use rusqlite::types::ValueRef;
use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;

const SWEEP: &str = "
name = \"fuzz\"
[data]
builtin = \"moons\"
rows = 30
test = 0
[cv]
folds = 2
repeats = 2
[search]
sampler = \"random\"
trials = 3
[parameters]
learning_rate = { min = 1e-3, max = 1e-1 }
width = 2
epochs = 2
";

/// A good store, once.
static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let plan = Plan::new(Sweep::parse(SWEEP, Path::new("f.toml"), &[]).expect("a sweep")).expect("a plan");
    let folder = tempfile::tempdir().expect("a folder");
    let stop = AtomicBool::new(false);
    run(&plan, folder.path(), &RunOptions::new(1, &stop), |_| ()).expect("it runs");
    Store::copy(folder.path(), &folder.path().join("copy")).expect("a copy");
    std::fs::read(folder.path().join("copy")).expect("a file")
});

const TABLES: [&str; 8] =
    ["meta", "trials", "folds", "curves", "pruned", "timings", "validation", "out_of_fold"];

/// Changes a byte of a text or blob in some row, with the checksum that then belongs to it.
fn change_row(path: &Path, table: &str, nth: usize, at: usize, byte: u8) -> Option<()> {
    let connection = rusqlite::Connection::open(path).ok()?;
    let key = if ["meta", "folds"].contains(&table) { "sum" } else { "rowid" };
    let mut rows = connection.prepare(&format!("SELECT *, {key} FROM {table}")).ok()?;
    let n_columns = rows.column_count() - 2;
    let names: Vec<String> = rows.column_names().into_iter().map(str::to_owned).collect();
    let mut rows = rows.query([]).ok()?;
    for _ in 0..nth % 4 {
        rows.next().ok()??;
    }
    let row = rows.next().ok()??;
    let (mut sum, mut changed) = (0, None);
    for i in 0..n_columns {
        let value = row.get_ref(i).ok()?;
        let (kind, mut bytes) = match value {
            ValueRef::Integer(number) => (b'i', number.to_le_bytes().to_vec()),
            ValueRef::Text(text) => (b't', text.to_vec()),
            ValueRef::Blob(blob) => (b'b', blob.to_vec()),
            _ => return None,
        };
        if kind != b'i' && !bytes.is_empty() && i > 0 {
            let at = at % bytes.len();
            bytes[at] = byte;
            if kind == b't' {
                changed = Some((i, rusqlite::types::Value::Text(String::from_utf8(bytes.clone()).ok()?)));
            } else {
                changed = Some((i, rusqlite::types::Value::Blob(bytes.clone())));
            }
        }
        sum = crc32c::crc32c_append(sum, &[kind]);
        if kind != b'i' {
            sum = crc32c::crc32c_append(sum, &(bytes.len() as u64).to_le_bytes());
        }
        sum = crc32c::crc32c_append(sum, &bytes);
    }
    let (i, value) = changed?;
    let id: i64 = row.get(n_columns + 1).ok()?;
    let sql = format!("UPDATE {table} SET {} = ?1, sum = ?2 WHERE {key} = ?3", names[i]);
    connection.execute(&sql, rusqlite::params![value, i64::from(sum), id]).ok().map(drop)
}

fuzz_target!(|changes: &[u8]| {
    let Some((&kind, changes)) = changes.split_first() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(FILE_NAME);
    let mut bytes = GOOD.clone();
    let chunks = changes.chunks_exact(4);
    if kind % 2 == 0 {
        for chunk in chunks {
            let at =
                usize::from(u16::from_le_bytes([chunk[0], chunk[1]])) + 65536 * usize::from(chunk[2] % 2);
            let n = bytes.len();
            bytes[at % n] = chunk[3];
        }
        std::fs::write(&path, &bytes).expect("a file");
    } else {
        std::fs::write(&path, &bytes).expect("a file");
        for chunk in chunks {
            let at = usize::from(chunk[1]) + 256 * usize::from(chunk[2] % 4);
            change_row(&path, TABLES[usize::from(chunk[0]) % 8], usize::from(chunk[2] / 4), at, chunk[3]);
        }
        bytes = std::fs::read(&path).expect("a file");
    }
    let _ = Study::ranked(folder.path(), |study, ranking| to_csv(ranking, &study.info));
    let _ = Study::read(folder.path(), true);
    assert!(std::fs::read(&path).expect("a file") == bytes, "who reads has changed it");
});

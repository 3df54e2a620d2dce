//! Rows with checksums. SQLite notices a page that makes no sense, and not a bit that has turned over in a number.
//!
//! ```text
//! sum   CRC-32C of the row's other columns in their order: i and 8 bytes of an integer, little-endian; t or b, the length as 8
//!       bytes, and the bytes of a text or blob
//! ```

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, Row, Transaction, ffi, params_from_iter};

pub(super) fn int(number: i64) -> ValueRef<'static> {
    ValueRef::Integer(number)
}

pub(super) fn text(text: &str) -> ValueRef<'_> {
    ValueRef::Text(text.as_bytes())
}

pub(super) fn blob(bytes: &[u8]) -> ValueRef<'_> {
    ValueRef::Blob(bytes)
}

/// What is done where a row with the same key is there.
#[derive(Clone, Copy, Debug)]
pub(super) enum Clash {
    /// It is a mistake.
    Fail,
    /// The old one stays.
    Keep,
    /// The new one takes its place.
    Replace,
}

/// Puts a row into a table, all columns but the sum.
pub(super) fn insert(
    connection: &Connection,
    table: &str,
    clash: Clash,
    row: &[ValueRef<'_>],
) -> rusqlite::Result<()> {
    let verb = match clash {
        Clash::Fail => "INSERT",
        Clash::Keep => "INSERT OR IGNORE",
        Clash::Replace => "INSERT OR REPLACE",
    };
    pass("store.insert")?;
    let places = ", ?".repeat(row.len());
    let mut statement = connection.prepare_cached(&format!("{verb} INTO {table} VALUES (?{places})"))?;
    let values = row.iter().map(|&value| ToSqlOutput::Borrowed(value));
    let sum = ToSqlOutput::Owned(Value::Integer(sum(row.iter().copied())));
    statement.execute(params_from_iter(values.chain([sum]))).map(drop)
}

/// Puts what was inserted on the disk.
pub(super) fn commit(transaction: Transaction<'_>) -> rusqlite::Result<()> {
    pass("store.commit")?;
    transaction.commit()?;
    pass("store.committed")
}

/// Passes a place that tests make fail.
fn pass(place: &str) -> rusqlite::Result<()> {
    mlpsweep_failpoint::reached(place).map_err(|error| {
        let is_full = error.kind() == std::io::ErrorKind::StorageFull;
        let code = if is_full { ffi::SQLITE_FULL } else { ffi::SQLITE_IOERR };
        rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)
    })
}

/// What is wrong with a row of all columns, the sum last, if anything is.
pub(super) fn fault(table: &str, row: &Row<'_>) -> rusqlite::Result<Option<String>> {
    let n_columns = row.as_ref().column_count() - 1;
    let values: Vec<ValueRef<'_>> =
        (0..n_columns).map(|i| row.get_ref(i)).collect::<rusqlite::Result<_>>()?;
    if row.get_ref(n_columns)? == ValueRef::Integer(sum(values.iter().copied())) {
        return Ok(None);
    }
    let key = |value: &ValueRef<'_>| match value {
        ValueRef::Integer(number) => Some(number.to_string()),
        _ => None,
    };
    let key: Vec<String> = values.iter().take(2).map_while(key).collect();
    Ok(Some(format!("row {} of {table} does not have its checksum", key.join(", "))))
}

fn sum<'a>(values: impl Iterator<Item = ValueRef<'a>>) -> i64 {
    let bytes = |sum, kind: u8, bytes: &[u8]| {
        let sum = crc32c::crc32c_append(sum, &[kind]);
        let sum = crc32c::crc32c_append(sum, &(bytes.len() as u64).to_le_bytes());
        crc32c::crc32c_append(sum, bytes)
    };
    let sum = values.fold(0, |sum, value| match value {
        ValueRef::Null => crc32c::crc32c_append(sum, b"n"),
        ValueRef::Integer(number) => {
            crc32c::crc32c_append(crc32c::crc32c_append(sum, b"i"), &number.to_le_bytes())
        }
        ValueRef::Real(number) => {
            crc32c::crc32c_append(crc32c::crc32c_append(sum, b"r"), &number.to_le_bytes())
        }
        ValueRef::Text(text) => bytes(sum, b't', text),
        ValueRef::Blob(blob) => bytes(sum, b'b', blob),
    });
    i64::from(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Of the bytes `i` 3 `t` 1 `x`; the number is that of a CRC written down bit by bit, polynomial 0x82f63b78.
    #[test]
    fn a_sum_of_known_bytes() {
        assert_eq!(sum([int(3), text("x")].into_iter()), 0xe4c7_2ce9);
        assert_eq!(crc32c::crc32c(b"123456789"), 0xe306_9283, "the check value of CRC-32C");
    }

    #[test]
    fn a_row_whose_neighbours_have_swapped_bytes() {
        assert_ne!(sum([text("ab"), text("c")].into_iter()), sum([text("a"), text("bc")].into_iter()));
        assert_ne!(sum([text("a")].into_iter()), sum([blob(b"a")].into_iter()));
    }

    proptest! {
        /// Any single bit of any column that turns over is noticed.
        #[test]
        fn a_bit_that_turns_over(text in "[ -~]{1,40}", number in any::<i64>(), byte in any::<prop::sample::Index>(), bit in 0..7_u32) {
            let connection = Connection::open_in_memory().expect("memory");
            connection.execute_batch("CREATE TABLE t (a INTEGER, b TEXT, sum INTEGER)").expect("a table");
            insert(&connection, "t", Clash::Fail, &[int(number), super::text(&text)]).expect("a row");
            let found = || {
                connection.query_row("SELECT * FROM t", [], |row| fault("t", row)).expect("a row")
            };
            prop_assert_eq!(found(), None);
            let mut bytes = text.clone().into_bytes();
            let at = byte.index(bytes.len());
            bytes[at] ^= 1 << bit;
            let other = String::from_utf8(bytes).expect("ASCII");
            connection.execute("UPDATE t SET b = ?1", [&other]).expect("a change");
            prop_assert!(found().is_some());
            connection.execute("UPDATE t SET b = ?1, a = ?2", rusqlite::params![text, number ^ (1 << bit)]).expect("a change");
            prop_assert!(found().is_some_and(|fault| fault.starts_with("row ")));
        }
    }
}

//! The tables.

/// "mlps" in ASCII.
pub(super) const APPLICATION_ID: i64 = 0x6d6c_7073;
pub(super) const SCHEMA_VERSION: i64 = 5;

/// Every row ends with its checksum: see `rows.rs`.
pub(super) const SCHEMA: &str = "
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL, sum INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE trials (number INTEGER PRIMARY KEY, point TEXT NOT NULL, sum INTEGER NOT NULL) STRICT;
    CREATE TABLE folds (
        trial INTEGER NOT NULL REFERENCES trials (number),
        split INTEGER NOT NULL,
        record TEXT NOT NULL,
        sum INTEGER NOT NULL,
        PRIMARY KEY (trial, split)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE curves (
        trial INTEGER NOT NULL,
        split INTEGER NOT NULL,
        epochs BLOB NOT NULL,
        sum INTEGER NOT NULL,
        PRIMARY KEY (trial, split),
        FOREIGN KEY (trial, split) REFERENCES folds (trial, split) ON DELETE CASCADE
    ) STRICT;
    CREATE TABLE pruned (
        trial INTEGER PRIMARY KEY REFERENCES trials (number),
        n_folds INTEGER NOT NULL,
        sum INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE confirmations (
        trial INTEGER NOT NULL REFERENCES trials (number),
        split INTEGER NOT NULL,
        record TEXT NOT NULL,
        sum INTEGER NOT NULL,
        PRIMARY KEY (trial, split)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE timings (
        trial INTEGER NOT NULL,
        split INTEGER NOT NULL,
        started_unix_ms INTEGER NOT NULL,
        elapsed_us INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        sum INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE validation (
        split INTEGER PRIMARY KEY,
        row_numbers BLOB NOT NULL,
        truth BLOB NOT NULL,
        row_groups BLOB NOT NULL,
        sum INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE out_of_fold (
        trial INTEGER NOT NULL,
        split INTEGER NOT NULL,
        kind TEXT NOT NULL,
        numbers BLOB NOT NULL,
        sum INTEGER NOT NULL,
        PRIMARY KEY (trial, split),
        FOREIGN KEY (trial, split) REFERENCES folds (trial, split) ON DELETE CASCADE
    ) STRICT;
";

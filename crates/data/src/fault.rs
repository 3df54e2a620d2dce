//! What can be wrong with a table, and what would be right.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::category::Dropped;
use crate::columns;
use crate::printable::printable;

/// A table that could not be read: which file, and what is wrong with it.
///
/// As text it is one line, `data.csv: line 57: 4 fields, expected 5`; [`hint`](DataError::hint) says what would
/// be right.
#[derive(Debug, Error)]
#[error("{}: {fault}", path.display())]
pub struct DataError {
    /// The file as it was named.
    pub path: PathBuf,
    /// What is wrong.
    pub fault: Fault,
}

/// Who has to change something: whoever wrote the sweep file, or whoever made the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The sweep file asks for what the data do not have: exit code 2.
    Config,
    /// The data are not what they should be: exit code 6.
    Input,
}

/// What is wrong with a table. Lines and fields count from 1, byte offsets from 0; `found` is an excerpt, fit to
/// be shown in a terminal.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Fault {
    /// The operating system, or the decompressor, refused.
    #[error("cannot be read: {0}")]
    Unreadable(io::Error),
    /// No memory for so many rows.
    #[error("the table does not fit in memory; there was room for {n_rows} rows")]
    OutOfMemory {
        /// How many fit.
        n_rows: usize,
    },
    /// Not even a header.
    #[error("the file is empty")]
    Empty,
    /// A header and nothing below it.
    #[error("0 data rows")]
    NoRows,
    /// More rows than a row number can count.
    #[error("more than {} data rows", u32::MAX)]
    TooManyRows,
    /// More columns than any table has.
    #[error("more than {} columns", columns::COLUMN_LIMIT)]
    TooManyColumns,
    /// A byte that belongs to no character.
    #[error("line {line}: byte 0x{byte:02x} at offset {offset} is not UTF-8")]
    InvalidUtf8 {
        /// The line it stands on.
        line: u64,
        /// Bytes of the file before it.
        offset: u64,
        /// The byte.
        byte: u8,
        /// The file starts as UTF-16 does.
        utf16: bool,
    },
    /// CR without LF, outside quotes.
    #[error("line {line}: a carriage return without a line feed")]
    LoneCarriageReturn {
        /// The line it stands on.
        line: u64,
    },
    /// A quoted cell without an end.
    #[error("quote opened on line {line} never closed{}", if *within_limit { " within 1 MiB" } else { "" })]
    UnclosedQuote {
        /// The line it opened on.
        line: u64,
        /// The search ended at [`RECORD_LIMIT`](crate::RECORD_LIMIT), not at the end of the file.
        within_limit: bool,
    },
    /// `"1.5"x`.
    #[error("line {line}, {}: text after a closing quote: `{found}`", field_or_column(*field, column.as_deref()))]
    TextAfterQuote {
        /// The line of the closing quote.
        line: u64,
        /// The line the quote opened on.
        opened: u64,
        /// The position of the cell in its record.
        field: usize,
        /// The column's name, below the header.
        column: Option<String>,
        /// The cell.
        found: String,
    },
    /// Longer than [`RECORD_LIMIT`](crate::RECORD_LIMIT).
    #[error("line {line}: record over 1 MiB limit")]
    RecordTooLong {
        /// The line it starts on.
        line: u64,
    },
    /// A short or long row.
    #[error("line {line}: {found} {}, expected {expected}", if *found == 1 { "field" } else { "fields" })]
    FieldCount {
        /// The line the record starts on.
        line: u64,
        /// How many fields it has.
        found: usize,
        /// How many the header has.
        expected: usize,
    },
    /// An empty header cell.
    #[error("column {position} has no name")]
    UnnamedColumn {
        /// Which column.
        position: usize,
    },
    /// Two header cells alike.
    #[error("column name `{name}` is used twice, at positions {first} and {second}")]
    DuplicateColumn {
        /// The name.
        name: String,
        /// Where it stands first.
        first: usize,
        /// Where it stands again.
        second: usize,
    },
    /// One column, whose name looks like many.
    #[error("only one column, `{header}`, which looks separated by {}", separator_name(*separator))]
    Separator {
        /// The header.
        header: String,
        /// What seems to separate its parts.
        separator: char,
    },
    /// The sweep file names no target.
    #[error("no target column is named")]
    NoTarget,
    /// The sweep file names a column the file does not have.
    #[error("there is no column `{name}`, which `{key}` names")]
    UnknownColumn {
        /// The key of the sweep file that names it: `target`, `drop`, `categorical`,
        /// `numeric`, `ordinal`, `id`, `sample_weight`, `group`, `time` or `column`.
        key: &'static str,
        /// The name asked for.
        name: String,
        /// The nearest name there is.
        nearest: Option<String>,
        /// The first few names.
        columns: Vec<String>,
        /// How many columns there are.
        n_columns: usize,
    },
    /// The sweep file names a target twice.
    #[error("target `{name}` is named twice")]
    RepeatedTarget {
        /// The name.
        name: String,
    },
    /// The sweep file names one column as target and to be dropped.
    #[error("column `{name}` is both the target and dropped")]
    DroppedTarget {
        /// The name.
        name: String,
    },
    /// The sweep file names one column for two things.
    #[error("column `{name}` is named by `{other}` and by `{key}`")]
    TwoRoles {
        /// The name.
        name: String,
        /// The key that names it again.
        key: &'static str,
        /// The key that names it first.
        other: &'static str,
    },
    /// A column that the other file has.
    #[error("there is no column `{name}`, which is one of the features")]
    MissingColumn {
        /// The name.
        name: String,
        /// The name most like it.
        nearest: Option<String>,
    },
    /// The sweep file asks for classes of several columns at once.
    #[error("{n_targets} targets with `task = \"classification\"`")]
    SeveralClassTargets {
        /// How many.
        n_targets: usize,
    },
    /// Nothing to predict from.
    #[error("no feature columns are left")]
    NoFeatures {
        /// The sweep file dropped some.
        dropped: bool,
    },
    /// Nothing in the columns to predict from.
    #[error("no feature columns are left: {}", all_useless(columns))]
    NoUseful {
        /// The columns, and why they are of no use.
        columns: Vec<Dropped>,
    },
    /// A cell that holds nothing.
    #[error("line {line}, column `{column}`: {}", missing(found))]
    MissingCell {
        /// The line the record starts on.
        line: u64,
        /// The column's name.
        column: String,
        /// What stands there.
        found: String,
        /// The column is the target.
        target: bool,
    },
    /// A cell that is infinite, or too large for `f64`.
    #[error("line {line}, column `{column}`: `{found}` is {}", if *out_of_range { "beyond the range of numbers (±1.8e308)" } else { "not a finite number" })]
    NotFinite {
        /// The line the record starts on.
        line: u64,
        /// The column's name.
        column: String,
        /// What stands there.
        found: String,
        /// It is written as a number.
        out_of_range: bool,
    },
    /// A cell that should be a number.
    #[error("line {line}, column `{column}`: `{found}` is text, expected a number")]
    Text {
        /// The line the record starts on.
        line: u64,
        /// The column's name.
        column: String,
        /// What stands there.
        found: String,
        /// The column is a target.
        target: bool,
    },
    /// Numbers with commas for points.
    #[error("line {line}, column `{column}`: `{found}` is a number with a comma in it")]
    Comma {
        /// The line the record starts on.
        line: u64,
        /// The column's name.
        column: String,
        /// What stands there.
        found: String,
    },
    /// Text in a target column of measurements, with no task stated.
    #[error("line {line}, column `{column}`: `{found}` is text in a column of numbers")]
    TextAmongNumbers {
        /// The line the record starts on.
        line: u64,
        /// The column's name.
        column: String,
        /// What stands there.
        found: String,
    },
    /// A class that is none of those the sweep file lists.
    #[error("line {line}, column `{column}`: `{found}` is none of the listed classes")]
    UnlistedClass {
        /// The line the record starts on.
        line: u64,
        /// The column's name.
        column: String,
        /// What stands there.
        found: String,
        /// The nearest class there is.
        nearest: Option<String>,
    },
    /// A level that is none of those the sweep file lists.
    #[error("line {line}, column `{column}`: `{found}` is none of the listed levels")]
    UnlistedLevel {
        /// The line the record starts on.
        line: u64,
        /// The column's name.
        column: String,
        /// What stands there.
        found: String,
        /// The nearest level there is.
        nearest: Option<String>,
    },
    /// A cell that is no sample weight.
    #[error("line {line}, column `{column}`: {}", no_weight(found))]
    Weight {
        /// The line the record starts on.
        line: u64,
        /// The column's name.
        column: String,
        /// What stands there.
        found: String,
    },
    /// No row counts.
    #[error("column `{column}`: the sample weight is 0 in every row")]
    NoWeight {
        /// The column's name.
        column: String,
    },
    /// A row that belongs nowhere.
    #[error("line {line}, column `{column}`: {}", no_label(found, role))]
    NoLabel {
        /// The line the record starts on.
        line: u64,
        /// The column's name.
        column: String,
        /// What stands there.
        found: String,
        /// What the column is for: `group` or `fold`.
        role: &'static str,
    },
    /// A measurement where a fold should be named.
    #[error("line {line}, column `{column}`: `{found}` is neither a whole number nor a word")]
    FoldLabel {
        /// The line the record starts on.
        line: u64,
        /// The column's name.
        column: String,
        /// What stands there.
        found: String,
    },
    /// A cell that does not say when.
    #[error("line {line}, column `{column}`: {}", no_time(found))]
    Time {
        /// The line the record starts on.
        line: u64,
        /// The column's name.
        column: String,
        /// What stands there.
        found: String,
    },
    /// Times that cannot be compared with those above them.
    #[error("line {line}, column `{column}`: `{found}` is {is} in a column of {others}")]
    MixedTimes {
        /// The line the record starts on.
        line: u64,
        /// The column's name.
        column: String,
        /// What stands there.
        found: String,
        /// What kind of time it is.
        is: &'static str,
        /// What those above it are.
        others: &'static str,
    },
    /// All rows are of one class, or have one value.
    #[error("column `{column}`: the target is `{value}` in every row")]
    ConstantTarget {
        /// The column's name.
        column: String,
        /// What stands in every row.
        value: String,
    },
}

impl DataError {
    /// Who has to change something.
    pub fn kind(&self) -> ErrorKind {
        match &self.fault {
            Fault::NoTarget
            | Fault::UnknownColumn { .. }
            | Fault::RepeatedTarget { .. }
            | Fault::DroppedTarget { .. }
            | Fault::TwoRoles { .. }
            | Fault::SeveralClassTargets { .. }
            | Fault::NoFeatures { dropped: true } => ErrorKind::Config,
            _ => ErrorKind::Input,
        }
    }

    /// The line of the file, counted from 1, where one can be named.
    pub fn line(&self) -> Option<u64> {
        match self.fault {
            Fault::InvalidUtf8 { line, .. }
            | Fault::LoneCarriageReturn { line }
            | Fault::UnclosedQuote { line, .. }
            | Fault::TextAfterQuote { line, .. }
            | Fault::RecordTooLong { line }
            | Fault::FieldCount { line, .. }
            | Fault::MissingCell { line, .. }
            | Fault::NotFinite { line, .. }
            | Fault::Text { line, .. }
            | Fault::UnlistedClass { line, .. }
            | Fault::UnlistedLevel { line, .. }
            | Fault::TextAmongNumbers { line, .. }
            | Fault::Comma { line, .. }
            | Fault::Weight { line, .. }
            | Fault::NoLabel { line, .. }
            | Fault::FoldLabel { line, .. }
            | Fault::Time { line, .. }
            | Fault::MixedTimes { line, .. } => Some(line),
            _ => None,
        }
    }

    /// The column's name, where one can be named.
    pub fn column(&self) -> Option<&str> {
        match &self.fault {
            Fault::TextAfterQuote { column, .. } => column.as_deref(),
            Fault::MissingCell { column, .. }
            | Fault::NotFinite { column, .. }
            | Fault::Text { column, .. }
            | Fault::UnlistedClass { column, .. }
            | Fault::UnlistedLevel { column, .. }
            | Fault::TextAmongNumbers { column, .. }
            | Fault::Comma { column, .. }
            | Fault::ConstantTarget { column, .. }
            | Fault::Weight { column, .. }
            | Fault::NoWeight { column }
            | Fault::NoLabel { column, .. }
            | Fault::FoldLabel { column, .. }
            | Fault::Time { column, .. }
            | Fault::MixedTimes { column, .. } => Some(column),
            _ => None,
        }
    }

    /// A sentence that says what would be right, where there is more to say than the message does.
    pub fn hint(&self) -> Option<String> {
        Some(match &self.fault {
            Fault::Unreadable(_) | Fault::TooManyRows => return None,
            Fault::OutOfMemory { .. } => "give the machine more memory, or the sweep fewer rows".to_owned(),
            Fault::Empty | Fault::NoRows => {
                "the first line names the columns, each further line is a row".to_owned()
            }
            Fault::TooManyColumns => "the first line names the columns; is this one column per row?".to_owned(),
            Fault::InvalidUtf8 { utf16: true, .. } => {
                "this looks like UTF-16; save the file as UTF-8".to_owned()
            }
            Fault::InvalidUtf8 { .. } => {
                "save the file as UTF-8; single bytes above 0x7f are often Latin-1".to_owned()
            }
            Fault::LoneCarriageReturn { .. } => {
                "end lines with LF or CR LF, and put cells with line ends in quotes".to_owned()
            }
            Fault::UnclosedQuote { .. } => {
                "close the cell with a second `\"`; a quote inside a quoted cell is doubled".to_owned()
            }
            Fault::TextAfterQuote { line, opened, .. } if line != opened => {
                format!("the quote opened on line {opened}, and may lack its end there")
            }
            Fault::TextAfterQuote { .. } => {
                "end the cell after its closing quote; a quote inside a quoted cell is doubled".to_owned()
            }
            Fault::RecordTooLong { .. } => "a record ends with a line end; is this a CSV file?".to_owned(),
            Fault::FieldCount { .. } => {
                "every row has as many fields as the header; a cell with a separator in it needs quotes".to_owned()
            }
            Fault::UnnamedColumn { position: 1 } => {
                "name every column; a nameless first one is often an index that pandas wrote, left out by \
                 `to_csv(..., index=False)`"
                    .to_owned()
            }
            Fault::UnnamedColumn { .. } => {
                "name every column in the first line; a trailing separator makes a nameless one".to_owned()
            }
            Fault::DuplicateColumn { .. } => "give every column a name of its own in the first line".to_owned(),
            Fault::Separator { separator: '\t', .. } => {
                "a file with tabs between its cells is read when its name ends in .tsv".to_owned()
            }
            Fault::Separator { .. } => "leave out `delimiter`, and it is found".to_owned(),
            Fault::NoTarget => "name the column to predict: `target = \"...\"`".to_owned(),
            Fault::UnknownColumn { nearest: Some(name), .. } => format!("did you mean `{name}`?"),
            Fault::UnknownColumn { columns, n_columns, .. } => list_columns(columns, *n_columns),
            Fault::RepeatedTarget { .. } => "name each target once".to_owned(),
            Fault::DroppedTarget { .. } => "take it out of `target` or out of `drop`".to_owned(),
            Fault::TwoRoles { key, other, .. } => format!("take it out of `{other}` or out of `{key}`"),
            Fault::MissingColumn { nearest: Some(name), .. } => {
                format!("both files need the same columns, in any order; is `{name}` meant?")
            }
            Fault::MissingColumn { nearest: None, .. } => {
                "both files need the same columns, in any order".to_owned()
            }
            Fault::SeveralClassTargets { .. } => {
                "classes are predicted for one column; several targets are numbers".to_owned()
            }
            Fault::NoFeatures { dropped: true } => "leave at least one column out of `drop`".to_owned(),
            Fault::NoFeatures { dropped: false } => {
                "a table needs a column besides the target to predict from".to_owned()
            }
            Fault::NoUseful { columns } => {
                let remedy = columns.iter().find_map(Dropped::remedy);
                return remedy.map(|remedy| format!("a column stays if the sweep file names it: `{remedy}`"));
            }
            Fault::MissingCell { target: true, .. } => {
                "fill in the target, or leave out the rows that lack it".to_owned()
            }
            Fault::MissingCell { column, .. } => {
                format!(
                    "fill the cell in, let `missing = \"mean\"` do it in each fold, or leave the column out: \
                     `drop = [{column:?}]`"
                )
            }
            Fault::NotFinite { .. } => "write a finite number".to_owned(),
            Fault::Text { target: true, .. } => {
                "a regression target is a number in every row; classes want `task = \"classification\"` and one \
                 target"
                    .to_owned()
            }
            Fault::Text { column, .. } => {
                format!(
                    "write a number there; or if each value is a category, `categorical = [{column:?}]`, or \
                     `drop = [{column:?}]`"
                )
            }
            Fault::Comma { column, .. } => format!(
                "write decimal points, and no separators of thousands; or if each value is a category, \
                 `categorical = [{column:?}]`"
            ),
            Fault::TextAmongNumbers { .. } => {
                "write a number there, or `task = \"classification\"` if each value is a class".to_owned()
            }
            Fault::UnlistedClass { nearest: Some(label), .. } => {
                format!("did you mean `{label}`? else add it to `classes`")
            }
            Fault::UnlistedClass { nearest: None, .. } => {
                "add it to `classes`, or leave the row out".to_owned()
            }
            Fault::UnlistedLevel { nearest: Some(label), .. } => {
                format!("did you mean `{label}`? else add it to the levels of `ordinal`")
            }
            Fault::UnlistedLevel { nearest: None, .. } => {
                "add it to the levels of `ordinal`, or leave the row out".to_owned()
            }
            Fault::Weight { .. } => {
                "a sample weight is a finite number, 0 or more; 1 counts a row once, 0 not at all".to_owned()
            }
            Fault::NoWeight { .. } => "give the rows to learn from a weight above 0".to_owned(),
            Fault::NoLabel { role, .. } => format!("every row has its {role}; fill the cell in, or leave the row out"),
            Fault::FoldLabel { .. } => "name the folds by whole numbers, or by words".to_owned(),
            Fault::Time { .. } => {
                "times are numbers, or dates such as 2024-05-31, 2024-05-31T14:30 or 2024-05-31T14:30:05+02:00"
                    .to_owned()
            }
            Fault::MixedTimes { .. } => "write all times of the column in one way".to_owned(),
            Fault::ConstantTarget { .. } => "there is nothing to learn from a target that never changes".to_owned(),
        })
    }
}

fn field_or_column(field: usize, column: Option<&str>) -> String {
    column.map_or_else(|| format!("field {field}"), |name| format!("column `{name}`"))
}

fn separator_name(separator: char) -> String {
    if separator == '\t' { "tabs".to_owned() } else { format!("`{separator}`") }
}

fn missing(found: &str) -> String {
    if found.trim().is_empty() {
        "the cell is empty".to_owned()
    } else {
        format!("`{found}` is a missing value, expected a number")
    }
}

fn all_useless(columns: &[Dropped]) -> String {
    const SHOWN: usize = 4;
    let each = columns.iter().take(SHOWN).map(|Dropped { name, why }| format!("`{}`: {why}", excerpt(name)));
    let more = if columns.len() > SHOWN { "; …" } else { "" };
    format!("{}{more}", each.collect::<Vec<_>>().join("; "))
}

fn no_weight(found: &str) -> String {
    if found.trim().is_empty() {
        "the cell is empty".to_owned()
    } else {
        format!("`{found}` is no sample weight")
    }
}

fn no_label(found: &str, role: &str) -> String {
    if found.trim().is_empty() {
        "the cell is empty".to_owned()
    } else {
        format!("`{found}` names no {role}")
    }
}

fn no_time(found: &str) -> String {
    if found.trim().is_empty() {
        "the cell is empty".to_owned()
    } else {
        format!("`{found}` is neither a number nor an ISO 8601 date")
    }
}

fn list_columns(columns: &[String], n_columns: usize) -> String {
    let names: Vec<String> = columns.iter().map(|name| format!("`{name}`")).collect();
    let more = n_columns - columns.len();
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("the columns are {}{rest}", names.join(", "))
}

/// Text from a file as it can be shown: at most 40 characters of it.
pub(crate) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => printable(&text[..end]) + "…",
        None => printable(text),
    }
}

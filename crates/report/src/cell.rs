//! One cell of a result, and how CSV and JSON spell it; the rules stand at the crate's door.

use mlpsweep_search::Value;
use serde_json::Value as Json;
use std::borrow::Cow;
use std::fmt::Write as _;

/// What stands in a cell.
#[derive(Clone, Debug)]
pub(crate) enum Cell<'a> {
    /// Not known, or without meaning for the row.
    Empty,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Count(u64),
    /// A number.
    Number(f64),
    /// Words.
    Text(Cow<'a, str>),
    /// A hyperparameter.
    Value(&'a Value),
}

impl<'a> Cell<'a> {
    /// A count.
    pub(crate) fn count(n: usize) -> Cell<'a> {
        Cell::Count(n as u64)
    }

    /// Words that may be missing.
    pub(crate) fn text(text: Option<impl Into<Cow<'a, str>>>) -> Cell<'a> {
        text.map_or(Cell::Empty, |text| Cell::Text(text.into()))
    }

    /// As in CSV, before quoting.
    fn csv<'t>(&'t self, room: &'t mut String) -> Cow<'t, str> {
        room.clear();
        let written = match self {
            Cell::Empty => Ok(()),
            Cell::Bool(b) => write!(room, "{b}"),
            Cell::Count(n) => write!(room, "{n}"),
            Cell::Number(x) => write!(room, "{x:?}"),
            Cell::Text(text) => return formula_free(text),
            Cell::Value(Value::Text(text)) => return formula_free(text),
            Cell::Value(value) => write!(room, "{value}"),
        };
        written.expect("a text takes all that is written");
        Cow::Borrowed(room)
    }

    /// As people want it, a number to four decimals or digits.
    pub(crate) fn rounded(&self) -> String {
        match self {
            Cell::Number(x) if *x == 0.0 || (1e-3..1e6).contains(&x.abs()) => format!("{x:.4}"),
            Cell::Number(x) => format!("{x:.3e}"),
            Cell::Text(text) => text.to_string(),
            cell => cell.csv(&mut String::new()).into_owned(),
        }
    }

    /// As in JSON.
    pub(crate) fn json(&self) -> Json {
        match self {
            Cell::Empty => Json::Null,
            Cell::Bool(b) => Json::from(*b),
            Cell::Count(n) => Json::from(*n),
            Cell::Number(x) => Json::from(*x),
            Cell::Text(text) => Json::from(text.as_ref()),
            Cell::Value(value) => json_value(value),
        }
    }
}

impl From<Option<f64>> for Cell<'_> {
    fn from(number: Option<f64>) -> Self {
        number.map_or(Cell::Empty, Cell::Number)
    }
}

impl From<Option<usize>> for Cell<'_> {
    fn from(count: Option<usize>) -> Self {
        count.map_or(Cell::Empty, Cell::count)
    }
}

impl From<Option<bool>> for Cell<'_> {
    fn from(answer: Option<bool>) -> Self {
        answer.map_or(Cell::Empty, Cell::Bool)
    }
}

/// A hyperparameter as JSON; `null` for what JSON has no word for.
pub(crate) fn json_value(value: &Value) -> Json {
    serde_json::to_value(value).unwrap_or(Json::Null)
}

/// A text that no spreadsheet takes for a formula: behind a `'` where it would be one.
///
/// ```
/// use mlpsweep_report::formula_free;
/// assert_eq!(formula_free("=1+1"), "'=1+1");
/// assert_eq!(formula_free("a=1"), "a=1");
/// ```
pub fn formula_free(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// A whole CSV file.
pub(crate) fn csv_file<'a>(
    header: impl IntoIterator<Item = String>,
    rows: impl IntoIterator<Item = Vec<Cell<'a>>>,
) -> String {
    const IN_MEMORY: &str = "rows of one length go into memory without fail";
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header: Vec<String> = header.into_iter().map(|name| formula_free(&name).into_owned()).collect();
    writer.write_record(&header).expect(IN_MEMORY);
    let mut room = String::new();
    for row in rows {
        assert_eq!(row.len(), header.len(), "a cell per column");
        for cell in &row {
            writer.write_field(cell.csv(&mut room).as_bytes()).expect(IN_MEMORY);
        }
        writer.write_record(None::<&[u8]>).expect(IN_MEMORY);
    }
    String::from_utf8(writer.into_inner().expect(IN_MEMORY)).expect("text in, text out")
}

/// Names of columns.
pub(crate) fn names<const N: usize>(names: [&str; N]) -> impl Iterator<Item = String> + use<'_, N> {
    names.into_iter().map(str::to_owned)
}

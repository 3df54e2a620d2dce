//! A sweep file as a tree of values, each with the place it was written at.
//!
//! `--set key=value` changes the tree before it is read, so that an override is checked like anything in the file, and
//! named where it is wrong.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// On this line of the file, from 1.
    Line(usize),
    /// In a `--set` on the command line.
    Set(String),
}

/// What is wrong with a sweep file, where, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct SpecError {
    /// The sweep file.
    pub file: PathBuf,
    /// The place in it, where there is one.
    pub place: Option<Place>,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What would be right.
    pub hint: Option<String>,
}

impl fmt::Display for SpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            None => write!(f, "{}: {}", self.file.display(), self.message),
            Some(Place::Line(line)) => write!(f, "{}:{line}: {}", self.file.display(), self.message),
            Some(Place::Set(text)) => write!(f, "--set {text}: {}", self.message),
        }
    }
}

/// What is wrong, before the file's name is known to whoever found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) place: Option<Place>,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Fault {
    pub(crate) fn new(place: &Place, message: impl Into<String>) -> Fault {
        Fault { place: Some(place.clone()), message: message.into(), hint: None }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Fault {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn within(self, file: &Path) -> SpecError {
        SpecError { file: file.to_owned(), place: self.place, message: self.message, hint: self.hint }
    }
}

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    /// In the order of the file.
    Table(Vec<(String, Node)>),
}

impl Node {
    /// What a message calls it.
    pub(crate) fn describe(&self) -> String {
        match &self.kind {
            Kind::Bool(value) => value.to_string(),
            Kind::Int(value) => value.to_string(),
            Kind::Float(value) => value.to_string(),
            Kind::Text(text) => format!("{text:?}"),
            Kind::List(_) => "a list".into(),
            Kind::Table(_) => "a table".into(),
        }
    }
}

/// The tree of a file's text.
pub(crate) fn parse(text: &str) -> Result<Node, Fault> {
    let line = |span: Range<usize>| Place::Line(line_of(text, span.start));
    let table = DeTable::parse(text).map_err(|error| {
        let message = error.message().lines().collect::<Vec<_>>().join("; ");
        Fault { place: error.span().map(line), message: format!("not TOML: {message}"), hint: None }
    })?;
    convert_table(table.into_inner(), Place::Line(1), &line)
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.as_bytes()[..offset.min(text.len())].iter().filter(|&&byte| byte == b'\n').count()
}

fn convert_table(
    table: DeTable<'_>,
    place: Place,
    line: &dyn Fn(Range<usize>) -> Place,
) -> Result<Node, Fault> {
    let mut entries: Vec<(usize, String, Node)> = Vec::with_capacity(table.len());
    for (key, value) in table {
        let start = key.span().start;
        // A key's own line, not that of a long value's end: that is where a reader looks.
        entries.push((start, key.into_inner().into_owned(), convert(value, line)?));
    }
    entries.sort_by_key(|(start, ..)| *start);
    Ok(Node { place, kind: Kind::Table(entries.into_iter().map(|(_, key, node)| (key, node)).collect()) })
}

fn convert(value: Spanned<DeValue<'_>>, line: &dyn Fn(Range<usize>) -> Place) -> Result<Node, Fault> {
    let place = line(value.span());
    let kind = match value.into_inner() {
        DeValue::Boolean(value) => Kind::Bool(value),
        DeValue::String(text) => Kind::Text(text.into_owned()),
        DeValue::Integer(digits) => {
            let value = i64::from_str_radix(digits.as_str(), digits.radix());
            Kind::Int(value.map_err(|_| Fault::new(&place, format!("{digits} does not fit into 64 bits")))?)
        }
        DeValue::Float(digits) => {
            let text = digits.as_str();
            Kind::Float(text.parse().map_err(|_| Fault::new(&place, format!("{text} is no number")))?)
        }
        DeValue::Datetime(_) => {
            return Err(Fault::new(&place, "a date, but no key takes one").hint("put it in quotes"));
        }
        DeValue::Array(items) => {
            Kind::List(items.into_iter().map(|item| convert(item, line)).collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => return convert_table(table, place, line),
    };
    Ok(Node { place, kind })
}

/// Puts `key=value` into the tree; the key is dotted, the value is TOML, or text where it is not.
pub(crate) fn set(root: &mut Node, text: &str) -> Result<(), Fault> {
    let place = Place::Set(text.to_owned());
    let fault = |message: &str| {
        Fault::new(&place, message)
            .hint("for example --set search.trials=10 or --set parameters.optimizer=adam")
    };
    let (path, value) = text.split_once('=').ok_or_else(|| fault("not of the form key=value"))?;
    let parse_value = |value: &str| -> Option<Node> {
        let table = DeTable::parse_recoverable(value);
        table.1.is_empty().then_some(())?;
        let (_, spanned) = table.0.into_inner().into_iter().next()?;
        convert(spanned, &|_| place.clone()).ok()
    };
    let node = parse_value(&format!("value = {value}"))
        .unwrap_or_else(|| Node { place: place.clone(), kind: Kind::Text(value.trim().to_owned()) });

    let mut keys = path.split('.').map(str::trim).peekable();
    let mut here = root;
    while let Some(key) = keys.next() {
        if key.is_empty() {
            return Err(fault("the key has an empty part"));
        }
        let Kind::Table(entries) = &mut here.kind else { return Err(fault("a part of the key is no table")) };
        let position = entries.iter().position(|(name, _)| name == key).unwrap_or_else(|| {
            entries.push((key.to_owned(), Node { place: place.clone(), kind: Kind::Table(Vec::new()) }));
            entries.len() - 1
        });
        here = &mut entries[position].1;
        if keys.peek().is_none() {
            *here = node;
            return Ok(());
        }
    }
    Err(fault("the key is empty"))
}

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
    /// Here in the file, both from 1, the column in characters.
    At {
        /// The line.
        line: usize,
        /// The character in it.
        column: usize,
    },
    /// In a `--set` on the command line.
    Set(String),
}

impl Place {
    /// Within a sentence.
    pub(crate) fn words(&self) -> String {
        match self {
            Place::At { line, .. } => format!("in line {line}"),
            Place::Set(text) => format!("by --set {}", shortened(text)),
        }
    }
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
            Some(Place::At { line, column }) => {
                write!(f, "{}:{line}:{column}: {}", self.file.display(), self.message)
            }
            Some(Place::Set(text)) => {
                write!(f, "--set {}: {}", shortened(text).replace("\\\"", "\""), self.message)
            }
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

/// Longer texts are cut in messages.
const LONGEST_TEXT: usize = 60;
/// No key has more parts: the tree is never so deep that walking it could end the stack.
const LONGEST_KEY: usize = 16;
/// Longer lists are counted in messages.
const LONGEST_LIST: usize = 8;

/// A text as a message shows it: control characters escaped, cut when long.
pub(crate) fn shortened(text: &str) -> String {
    let mut chars = text.chars();
    let start: String = chars.by_ref().take(LONGEST_TEXT).collect();
    let quoted = format!("{start:?}");
    let dots = if chars.next().is_some() { "…" } else { "" };
    format!("{}{dots}", &quoted[1..quoted.len() - 1])
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
            Kind::Float(value) => format!("{value:?}"),
            Kind::Text(text) => format!("\"{}\"", shortened(text)),
            Kind::List(items) if items.len() > LONGEST_LIST => format!("a list of {}", items.len()),
            Kind::List(items) => {
                format!("[{}]", items.iter().map(Node::describe).collect::<Vec<_>>().join(", "))
            }
            Kind::Table(_) => "a table".into(),
        }
    }
}

impl Node {
    /// The same value, written elsewhere.
    fn moved_to(self, place: &Place) -> Node {
        let kind = match self.kind {
            Kind::List(items) => Kind::List(items.into_iter().map(|item| item.moved_to(place)).collect()),
            Kind::Table(entries) => {
                Kind::Table(entries.into_iter().map(|(key, node)| (key, node.moved_to(place))).collect())
            }
            kind => kind,
        };
        Node { place: place.clone(), kind }
    }
}

/// The tree of a file's text.
pub(crate) fn parse(text: &str) -> Result<Node, Fault> {
    let line_starts: Vec<usize> =
        std::iter::once(0).chain(text.match_indices('\n').map(|(end, _)| end + 1)).collect();
    let at = |span: Range<usize>| place_of(text, &line_starts, span.start);
    let table = DeTable::parse(text).map_err(|error| {
        let message = error.message().lines().collect::<Vec<_>>().join("; ");
        let found = error.span().and_then(|span| text.get(span)).unwrap_or_default();
        let fault =
            Fault { place: error.span().map(at), message: format!("not TOML: {message}"), hint: None };
        if error.message() == "duplicate key" {
            let message = format!("not TOML: `{}` is there twice", shortened(found));
            return Fault { message, ..fault }.hint("keep one of the two");
        }
        fault
    })?;
    convert_table(table.into_inner(), Place::At { line: 1, column: 1 }, &at)
}

fn place_of(text: &str, line_starts: &[usize], offset: usize) -> Place {
    let line = line_starts.partition_point(|&start| start <= offset);
    let before = text.get(line_starts[line - 1]..offset).unwrap_or_default();
    Place::At { line, column: 1 + before.chars().count() }
}

fn convert_table(
    table: DeTable<'_>,
    place: Place,
    at: &dyn Fn(Range<usize>) -> Place,
) -> Result<Node, Fault> {
    let mut entries: Vec<(usize, String, Node)> = Vec::with_capacity(table.len());
    for (key, value) in table {
        let start = key.span().start;
        // The key's own place, not the value's: that is where a reader looks.
        let node = Node { place: at(key.span()), ..convert(value, at)? };
        entries.push((start, key.into_inner().into_owned(), node));
    }
    entries.sort_by_key(|(start, ..)| *start);
    Ok(Node { place, kind: Kind::Table(entries.into_iter().map(|(_, key, node)| (key, node)).collect()) })
}

fn convert(value: Spanned<DeValue<'_>>, at: &dyn Fn(Range<usize>) -> Place) -> Result<Node, Fault> {
    let place = at(value.span());
    let kind = match value.into_inner() {
        DeValue::Boolean(value) => Kind::Bool(value),
        DeValue::String(text) => Kind::Text(text.into_owned()),
        DeValue::Integer(digits) => {
            let value = i64::from_str_radix(digits.as_str(), digits.radix());
            Kind::Int(value.map_err(|_| {
                let message = format!("{} is beyond the whole numbers of TOML", shortened(digits.as_str()));
                Fault::new(&place, message).hint(format!("they go from {} to {}", i64::MIN, i64::MAX))
            })?)
        }
        DeValue::Float(digits) => {
            let text = digits.as_str();
            Kind::Float(text.parse().map_err(|_| Fault::new(&place, format!("{text} is no number")))?)
        }
        DeValue::Datetime(_) => {
            return Err(Fault::new(&place, "a date, but no key takes one").hint("put it in quotes"));
        }
        DeValue::Array(items) => {
            Kind::List(items.into_iter().map(|item| convert(item, at)).collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => return convert_table(table, place, at),
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
    let node = match parse(&format!("value = {value}")).map(|root| root.kind) {
        Ok(Kind::Table(entries)) if entries.len() == 1 => {
            entries.into_iter().next().map(|(_, node)| node.moved_to(&place)).expect("one entry")
        }
        Ok(_) => return Err(fault("more than one key; repeat --set for each")),
        Err(error) if looks_like_toml(value) => {
            return Err(Fault { place: Some(place), ..error });
        }
        Err(_) => Node { place: place.clone(), kind: Kind::Text(value.trim().to_owned()) },
    };

    if path.split('.').count() > LONGEST_KEY {
        return Err(fault("the key has too many parts"));
    }
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

/// Whether a value that is no TOML was meant to be some, rather than text without quotes such as `adam` or `10m`.
fn looks_like_toml(value: &str) -> bool {
    value.trim_start().starts_with(['[', '{', '"', '\''])
}

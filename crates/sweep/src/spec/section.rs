//! A table of the sweep file, read key by key; what nobody asked for is an error.

use super::document::{Fault, Kind, Node, Place, shortened};
use std::cell::RefCell;

/// One table: hands out its keys, and knows in the end which were never asked for.
pub(crate) struct Section<'a> {
    /// Its dotted name; empty at the top.
    name: String,
    pub(crate) place: Place,
    entries: &'a [(String, Node)],
    known: RefCell<Vec<String>>,
}

impl<'a> Section<'a> {
    pub(crate) fn new(name: impl Into<String>, node: &'a Node) -> Result<Section<'a>, Fault> {
        let name = name.into();
        match &node.kind {
            Kind::Table(entries) => {
                Ok(Section { name, place: node.place.clone(), entries, known: RefCell::default() })
            }
            _ => {
                Err(Fault::new(&node.place, format!("`{name}` is {}, but must be a table", node.describe()))
                    .hint(format!("begin it with [{name}]")))
            }
        }
    }

    /// The tables below `[[key]]`, each with where it begins.
    pub(crate) fn tables(&self, key: &str) -> Result<Vec<(Place, &'a [(String, Node)])>, Fault> {
        let no_tables = |node: &Node| {
            Fault::new(&node.place, format!("`{key}` is {}, but must be a list of tables", node.describe()))
                .hint(format!("begin each with a line [[{key}]]"))
        };
        match self.get(key) {
            None => Ok(Vec::new()),
            Some(Node { kind: Kind::List(items), .. }) => {
                let table = |item: &'a Node| match &item.kind {
                    Kind::Table(entries) => Ok((item.place.clone(), &entries[..])),
                    _ => Err(no_tables(item)),
                };
                items.iter().map(table).collect()
            }
            Some(node) => Err(no_tables(node)),
        }
    }

    /// The dotted name of a key in here.
    pub(crate) fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    /// The value of `key`, which from now on is a known one.
    pub(crate) fn get(&self, key: &str) -> Option<&'a Node> {
        self.known.borrow_mut().push(key.to_owned());
        self.entries.iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// All entries, for tables whose keys are checked one by one.
    pub(crate) fn entries(&self) -> &'a [(String, Node)] {
        self.entries
    }

    /// The table below `key`.
    pub(crate) fn section(&self, key: &str) -> Result<Option<Section<'a>>, Fault> {
        self.get(key).map(|node| Section::new(self.path(key), node)).transpose()
    }

    /// The error for a value that does not fit.
    pub(crate) fn wrong(&self, key: &str, node: &Node, expected: &str) -> Fault {
        Fault::new(
            &node.place,
            format!("`{}` is {}, but must be {expected}", self.path(key), node.describe()),
        )
    }

    pub(crate) fn text(&self, key: &str) -> Result<Option<(&'a str, &'a Place)>, Fault> {
        match self.get(key) {
            None => Ok(None),
            Some(Node { kind: Kind::Text(text), place }) => Ok(Some((text, place))),
            Some(node) => Err(self.wrong(key, node, "text in quotes")),
        }
    }

    /// One text, or a list of them.
    pub(crate) fn texts(&self, key: &str) -> Result<Vec<(&'a str, &'a Place)>, Fault> {
        let one = |node: &'a Node| match &node.kind {
            Kind::Text(text) => Ok((text.as_str(), &node.place)),
            _ => Err(self.wrong(key, node, "text in quotes, or a list of them")),
        };
        match self.get(key) {
            None => Ok(Vec::new()),
            Some(Node { kind: Kind::List(items), .. }) => items.iter().map(one).collect(),
            Some(node) => Ok(vec![one(node)?]),
        }
    }

    /// A class, or a list of them, as their labels would stand in a file: text, a number, true or false.
    pub(crate) fn labels(&self, key: &str) -> Result<Vec<(String, &'a Place)>, Fault> {
        let one = |node: &'a Node| match &node.kind {
            Kind::Text(text) => Ok((text.clone(), &node.place)),
            Kind::Int(value) => Ok((value.to_string(), &node.place)),
            Kind::Float(value) => Ok((value.to_string(), &node.place)),
            Kind::Bool(value) => Ok((value.to_string(), &node.place)),
            _ => Err(self.wrong(key, node, "the label of a class")),
        };
        match self.get(key) {
            None => Ok(Vec::new()),
            Some(Node { kind: Kind::List(items), .. }) => items.iter().map(one).collect(),
            Some(node) => Ok(vec![one(node)?]),
        }
    }

    pub(crate) fn flag(&self, key: &str) -> Result<Option<bool>, Fault> {
        match self.get(key) {
            None => Ok(None),
            Some(Node { kind: Kind::Bool(value), .. }) => Ok(Some(*value)),
            Some(node) => Err(self.wrong(key, node, "true or false")),
        }
    }

    pub(crate) fn whole(&self, key: &str, least: i64) -> Result<Option<i64>, Fault> {
        match self.get(key) {
            None => Ok(None),
            Some(Node { kind: Kind::Int(value), .. }) if *value >= least => Ok(Some(*value)),
            Some(node) => Err(self.wrong(key, node, &format!("a whole number, at least {least}"))),
        }
    }

    pub(crate) fn number(
        &self,
        key: &str,
        expected: &str,
        fits: impl Fn(f64) -> bool,
    ) -> Result<Option<f64>, Fault> {
        let Some(node) = self.get(key) else { return Ok(None) };
        let value = match node.kind {
            Kind::Int(value) => value as f64,
            Kind::Float(value) => value,
            _ => return Err(self.wrong(key, node, expected)),
        };
        if fits(value) { Ok(Some(value)) } else { Err(self.wrong(key, node, expected)) }
    }

    /// One of the words that `all` names.
    pub(crate) fn word<T: Copy>(
        &self,
        key: &str,
        all: &[T],
        name: impl Fn(T) -> &'static str,
    ) -> Result<Option<T>, Fault> {
        let Some((text, place)) = self.text(key)? else { return Ok(None) };
        let names: Vec<&str> = all.iter().map(|&value| name(value)).collect();
        match names.iter().position(|&name| name == text) {
            Some(position) => Ok(Some(all[position])),
            None => Err(unknown_word(&self.path(key), text, &names, place)),
        }
    }

    /// An error for the first key nobody asked for.
    pub(crate) fn finish(self) -> Result<(), Fault> {
        let known = self.known.take();
        let mut names: Vec<&str> = known.iter().map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        self.only(&names)
    }

    /// An error for the first key that is none of `names`.
    pub(crate) fn only(&self, names: &[&str]) -> Result<(), Fault> {
        let Some((key, node)) = self.entries.iter().find(|(key, _)| !names.contains(&key.as_str())) else {
            return Ok(());
        };
        let path = self.path(key);
        let fault = Fault::new(&node.place, format!("unknown key `{}`", shortened(&path)));
        Err(fault.hint(did_you_mean(key, names)))
    }
}

/// The error for a word that is none of `names`.
pub(crate) fn unknown_word(path: &str, found: &str, names: &[&str], place: &Place) -> Fault {
    Fault::new(place, format!("`{path}` is \"{}\", which is not known", shortened(found)))
        .hint(did_you_mean(found, names))
}

/// The nearest of `names`, or all of them.
pub(crate) fn did_you_mean(found: &str, names: &[&str]) -> String {
    let nearest = names.iter().map(|name| (strsim::jaro_winkler(found, name), name));
    match nearest.max_by(|a, b| a.0.total_cmp(&b.0)) {
        Some((likeness, name)) if likeness > 0.8 => format!("did you mean `{name}`?"),
        _ => format!(
            "known are {}",
            names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        ),
    }
}

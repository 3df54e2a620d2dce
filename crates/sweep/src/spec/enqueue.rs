//! `[[enqueue]]`: configurations to try first; with `sampler = "list"` they are all there is.
//!
//! A value must be one that its key may hold. What `[parameters]` fixes no entry sets, and what it searches lies within
//! what is searched there. A list may name any other key; it leaves nothing open. Before another sampler an entry names
//! what is searched, all of it or some.

use super::document::{Fault, Kind, Node, Place};
use super::parameters::{Parameters, known, value};
use super::section::{Section, unknown_word};
use super::{SamplerKind, SearchSpec};
use mlpsweep_search::{Domain, Entry, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// `[[enqueue]]`
#[derive(Clone, Debug, Default)]
pub struct Enqueue {
    /// The values of each, in the file's order.
    pub entries: Arc<[Entry]>,
    places: Vec<Places>,
}

/// Where an entry begins, and where each of its values was written, by name.
#[derive(Clone, Debug)]
struct Places {
    entry: Place,
    values: Vec<Place>,
}

impl Enqueue {
    /// The configuration that the entry makes of what `[parameters]` fixes.
    pub(super) fn configuration(&self, entry_idx: usize, parameters: &Parameters) -> Parameters {
        parameters.with(&self.entries[entry_idx], &self.places[entry_idx].values)
    }

    /// The error for an entry whose points are all enqueued already: by the earlier one, where there is one such.
    pub(crate) fn repeated(&self, entry_idx: usize, earlier_idx: Option<usize>) -> Fault {
        let place = &self.places[entry_idx].entry;
        match earlier_idx.map(|earlier_idx| self.places[earlier_idx.min(entry_idx)].entry.words()) {
            Some(earlier) => {
                Fault::new(place, format!("`enqueue` has this configuration twice, {earlier} too"))
                    .hint("keep one of the two")
            }
            None => Fault::new(place, "`enqueue` has all that this entry leaves open already")
                .hint("leave it out, or search more values of what it does not name"),
        }
    }

    /// The error for an entry that is no configuration of what is searched.
    pub(crate) fn refused(&self, entry_idx: usize) -> Fault {
        Fault::new(&self.places[entry_idx].entry, "`enqueue` has a configuration that is not searched")
            .hint("a `when` leaves out what it names, or a [[constraint]] does not hold")
    }

    pub(super) fn read(
        top: &Section<'_>,
        search: &SearchSpec,
        parameters: &Parameters,
    ) -> Result<Enqueue, Fault> {
        let items = top.tables("enqueue")?;
        let is_list = search.sampler == SamplerKind::List;
        if is_list && items.is_empty() {
            return Err(Fault::new(&search.place, "`search.sampler = \"list\"` without `[[enqueue]]`")
                .hint("write each configuration below a line [[enqueue]]"));
        }
        let (mut entries, mut places) = (Vec::with_capacity(items.len()), Vec::with_capacity(items.len()));
        for (place, written) in items {
            let (entry, values) = entry(written, &place, is_list, parameters)?;
            entries.push(entry);
            places.push(Places { entry: place, values });
        }
        let enqueue = Enqueue { entries: entries.into(), places };
        if is_list {
            enqueue.check_list(parameters)?;
        }
        Ok(enqueue)
    }

    /// Every entry of a list is a configuration of its own.
    fn check_list(&self, parameters: &Parameters) -> Result<(), Fault> {
        let mut seen = BTreeMap::new();
        for (entry_idx, entry) in self.entries.iter().enumerate() {
            let places = &self.places[entry_idx];
            self.configuration(entry_idx, parameters).check_together().map_err(|fault| {
                let is_here = fault.place.as_ref().is_none_or(|place| places.values.contains(place));
                let whose = format!(" (the entry {})", places.entry.words());
                Fault { message: fault.message + if is_here { "" } else { &whose }, ..fault }
            })?;
            if let Some(earlier_idx) = seen.insert(entry, entry_idx) {
                return Err(self.repeated(entry_idx, Some(earlier_idx)));
            }
        }
        Ok(())
    }
}

/// The values of one entry, and where each of them was written, by name.
fn entry(
    written: &[(String, Node)],
    place: &Place,
    is_list: bool,
    parameters: &Parameters,
) -> Result<(Entry, Vec<Place>), Fault> {
    let mut values = BTreeMap::new();
    for (name, node) in written {
        let path = format!("enqueue.{name}");
        let value = if name == "group" && !parameters.groups().is_empty() {
            let names: Vec<&str> = parameters.groups().iter().map(String::as_str).collect();
            match &node.kind {
                Kind::Text(text) if names.contains(&text.as_str()) => Value::Text(text.clone()),
                Kind::Text(text) => return Err(unknown_word(&path, text, &names, &node.place)),
                _ => {
                    let message = format!("`{path}` is {}, but must be the name of a group", node.describe());
                    return Err(Fault::new(&node.place, message));
                }
            }
        } else {
            value(&path, node, &known(&path, name, node)?)?
        };
        let value = admitted(&path, name, value, node, is_list, parameters)?;
        values.insert(name.clone(), (value, node.place.clone()));
    }
    let is_open = |domain: &Domain| domain.count() != Some(1);
    let searched = parameters.space.parameters().iter().filter(|parameter| is_open(&parameter.domain));
    if is_list {
        if let Some(left_out) = searched.into_iter().find(|parameter| !values.contains_key(&parameter.name)) {
            let name = &left_out.name;
            return Err(Fault::new(
                place,
                format!("`enqueue` leaves `{name}` open, which [parameters] searches"),
            )
            .hint("with sampler = \"list\" nothing is searched: every entry gives it one value"));
        }
    } else if values.is_empty() {
        return Err(Fault::new(place, "`enqueue` says nothing here")
            .hint("give some of what is searched; what is not given is proposed as for any other trial"));
    }
    let places = values.values().map(|(_, place)| place.clone()).collect();
    Ok((values.into_iter().map(|(name, (value, _))| (name, value)).collect(), places))
}

/// The value as the space has it, if an entry may set it.
fn admitted(
    path: &str,
    name: &str,
    value: Value,
    node: &Node,
    is_list: bool,
    parameters: &Parameters,
) -> Result<Value, Fault> {
    let searched = || parameters.domains(name).filter(|domain| !matches!(domain, Domain::Fixed(_)));
    match parameters.domain(name) {
        Some(Domain::Fixed(_)) if searched().next().is_none() => {
            let place = parameters.place(name).map(Place::words).unwrap_or_default();
            Err(Fault::new(&node.place, format!("`{path}`, but [parameters] fixes `{name}` {place}"))
                .hint("what is fixed is the same in every configuration; take it out of one of the two"))
        }
        Some(_) => searched().find_map(|domain| domain.held(&value)).ok_or_else(|| {
            let place = parameters.place(name).map(Place::words).unwrap_or_default();
            let message = format!(
                "`{path}` is {}, which is not among what [parameters] searches {place}",
                node.describe()
            );
            Fault::new(&node.place, message).hint("widen what is searched, or enqueue what lies in it")
        }),
        None if is_list => Ok(value),
        None => Err(Fault::new(&node.place, format!("`{path}`, but [parameters] does not search `{name}`"))
            .hint("search it there; entries of any keys are for sampler = \"list\"")),
    }
}

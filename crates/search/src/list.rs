//! A list of configurations, and nothing else.
//!
//! ```text
//! proposal(n) = the values of entry n, and of each parameter that it does not name the one value the space fixes
//! ```
//!
//! An entry may name what the space does not have, and another entry leave it out: there the point has no value, and
//! the parameter is what it is by default. Names come in the space's order, then in their own.

use crate::enqueued::Entry;
use crate::sampler::{History, Sampler, TrialNumber};
use crate::space::{Parameter, Point, Space};
use std::sync::Arc;

/// Proposes what is listed, in its order.
#[derive(Clone, Debug)]
pub struct List {
    entries: Arc<[Entry]>,
}

impl List {
    /// The list of these entries.
    pub fn new(entries: impl Into<Arc<[Entry]>>) -> List {
        List { entries: entries.into() }
    }
}

impl Sampler for List {
    fn propose(&mut self, space: &Space, _history: History<'_>, number: TrialNumber) -> Option<Point> {
        let entry = self.entries.get(usize::try_from(number).ok()?)?;
        let value = |Parameter { name, domain, .. }: &Parameter| {
            let only = || if domain.count() == Some(1) { domain.nth(0) } else { None };
            Some((name.clone(), entry.get(name).cloned().or_else(only)?))
        };
        let is_beyond = |name: &str| space.parameters().iter().all(|parameter| parameter.name != name);
        let beyond = entry.iter().filter(|(name, _)| is_beyond(name));
        let beyond = beyond.map(|(name, value)| (name.clone(), value.clone()));
        Some(Point::listed(space.parameters().iter().filter_map(value).chain(beyond)))
    }
}

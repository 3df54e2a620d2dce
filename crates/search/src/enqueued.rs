//! Configurations to try first, and then what another sampler proposes.
//!
//! With E entries, d(n) the proposal n of the other sampler, and P_0 … P_{E−1} the points of the entries:
//!
//! ```text
//! P_i         = entry i; what it leaves open is as in d(i)
//! proposal(i) = P_i                                       i < E
//! proposal(n) = d(n);  while that is one of P, say P_i:  d(i) instead        n ≥ E
//! ```
//!
//! An enqueued point changes places with the one whose turn it was, and all others keep their numbers. Where d proposes
//! every point once, so does this: the way from n ≥ E leads over places below E to a point that is not in P, and since no
//! two places have the same point in d, no two ways meet, nor does one return to where it was. A first point that is none of the
//! space ([`Enqueued::after`]) comes before all that: every other number is then one higher.
//!
//! Where d(i) fills entry i up to a point that another entry is already, or that a constraint refuses, it is the first new one of
//! those that the entry leaves open, last parameter fastest; of a continuum, of the points of a Sobol sequence. Entries that leave nothing open come first in that, so that they are
//! never taken by chance.

use crate::domain::Domain;
use crate::sampler::{History, Sampler, TrialNumber};
use crate::sobol::Sobol;
use crate::space::{Parameter, Point, Space};
use crate::value::Value;
use mlpsweep_seed::Seed;
use std::collections::BTreeMap;

/// Values for some parameters, or all of them, by name.
pub type Entry = BTreeMap<String, Value>;

/// Proposes the enqueued points, then those of another sampler.
#[derive(Clone, Debug)]
pub struct Enqueued<S> {
    points: Vec<Point>,
    /// The number under which each of them is tried, but for what comes before all.
    numbers: BTreeMap<Point, TrialNumber>,
    /// What comes before all, if anything.
    first: Option<Point>,
    sampler: S,
}

/// Points of a continuum that are looked at for an entry.
const MOST_DRAWN: u64 = 10_000;
/// The same of what can be counted.
const MOST_COUNTED: u128 = 1_000_000;

impl<S: Sampler> Enqueued<S> {
    /// The entries, filled up to points of `space`, before the proposals of `sampler`.
    ///
    /// # Errors
    /// When an entry is no part of a point of the space, or there is no point for it that is not enqueued already.
    pub fn new(entries: &[Entry], mut sampler: S, space: &Space) -> Result<Enqueued<S>, EnqueueError> {
        let open = entries.iter().enumerate().map(|(entry_idx, entry)| narrowed(space, entry, entry_idx));
        let open = open.collect::<Result<Vec<Space>, EnqueueError>>()?;
        let (whole, partial): (Vec<usize>, Vec<usize>) =
            (0..open.len()).partition(|&entry_idx| open[entry_idx].count() == Some(1));
        let mut numbers = BTreeMap::new();
        for entry_idx in whole.into_iter().chain(partial) {
            let (open, entry) = (&open[entry_idx], &entries[entry_idx]);
            let is_whole = |point: &Point| entry.keys().all(|name| point.get(name).is_some());
            let drawn = sampler.propose(space, History::EMPTY, entry_idx as TrialNumber);
            let drawn = drawn.and_then(|drawn| filled(open, &drawn));
            let is_new = |point: &Point| is_whole(point) && !numbers.contains_key(point);
            let Some(point) = drawn.filter(is_new).or_else(|| points(open, entry_idx).find(is_new)) else {
                let Some(point) = points(open, entry_idx).find(is_whole) else {
                    return Err(EnqueueError::Refused { entry_idx });
                };
                let earlier = numbers.get(&point).copied().filter(|_| open.count() == Some(1));
                let earlier_idx = earlier.map(|idx| idx as usize);
                return Err(EnqueueError::Repeated { entry_idx, earlier_idx });
            };
            numbers.insert(point, entry_idx as TrialNumber);
        }
        let mut points: Vec<(TrialNumber, Point)> =
            numbers.iter().map(|(point, &number)| (number, point.clone())).collect();
        points.sort_unstable();
        let points = points.into_iter().map(|(_, point)| point).collect();
        Ok(Enqueued { points, numbers, first: None, sampler })
    }

    /// The same after a point that is none of the space, such as a default outside of what is searched.
    #[must_use]
    pub fn after(self, first: impl IntoIterator<Item = (String, Value)>) -> Enqueued<S> {
        Enqueued { first: Some(Point::listed(first.into_iter())), ..self }
    }
}

/// Points that an entry leaves open, as many as are looked at.
fn points(open: &Space, entry_idx: usize) -> impl Iterator<Item = Point> {
    let counted = open.count().map_or(0, |count| count.min(MOST_COUNTED));
    let n_drawn = if counted == 0 { MOST_DRAWN } else { 0 };
    let mut sobol = Sobol::new(Seed::new(entry_idx as u64));
    let drawn = (0..n_drawn).map_while(move |number| sobol.propose(open, History::EMPTY, number));
    (0..counted).map_while(|position| open.nth(position)).chain(drawn)
}

/// The part of the space that the entry leaves open.
fn narrowed(space: &Space, entry: &Entry, entry_idx: usize) -> Result<Space, EnqueueError> {
    let outside = |name: &str| EnqueueError::Outside { entry_idx, name: name.to_owned() };
    // Of several parameters of one name those that cannot take the value are not the one that is meant.
    let narrow = |parameter: &Parameter| {
        let Some(value) = entry.get(&parameter.name) else { return Some(parameter.clone()) };
        let domain = Domain::Fixed(parameter.domain.held(value)?);
        Some(Parameter { domain, ..parameter.clone() })
    };
    let parameters: Vec<Parameter> = space.parameters().iter().filter_map(narrow).collect();
    let is_known = |name: &str| parameters.iter().any(|parameter| parameter.name == name);
    if let Some(name) = entry.keys().find(|name| !is_known(name)) {
        return Err(outside(name));
    }
    Space::constrained(parameters, space.constraints().to_vec())
        .map_err(|_| EnqueueError::Refused { entry_idx })
}

/// The point of `open` that is as `drawn` where it is open and that one has a value.
fn filled(open: &Space, drawn: &Point) -> Option<Point> {
    let value = |Parameter { name, domain, .. }: &Parameter| {
        let drawn = drawn.get(name).filter(|value| domain.contains(value));
        match domain {
            Domain::Fixed(fixed) => fixed.clone(),
            _ => drawn.cloned().unwrap_or_else(|| domain.sample(0.5)),
        }
    };
    open.settle(open.parameters().iter().map(value).collect())
}

impl<S: Sampler> Sampler for Enqueued<S> {
    fn propose(&mut self, space: &Space, history: History<'_>, number: TrialNumber) -> Option<Point> {
        let number = match &self.first {
            Some(first) if number == 0 => return Some(first.clone()),
            first => number - u64::from(first.is_some()),
        };
        if let Some(point) = usize::try_from(number).ok().and_then(|number| self.points.get(number)) {
            return Some(point.clone());
        }
        let mut point = self.sampler.propose(space, history, number)?;
        // A continuum may be drawn from with repetition: then the way could go round, and is left after E steps.
        for _ in &self.points {
            let Some(&earlier) = self.numbers.get(&point) else { break };
            point = self.sampler.propose(space, history, earlier)?;
        }
        Some(point)
    }
}

/// What is wrong with an entry, counted from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnqueueError {
    /// It names what the space does not have, or a value that its parameter cannot take.
    #[error("`{name}` of entry {entry_idx} is not among what is searched")]
    Outside {
        /// The entry.
        entry_idx: usize,
        /// The parameter.
        name: String,
    },
    /// Conditions leave out what it names, or constraints refuse all that it stands for.
    #[error(
        "entry {entry_idx} is no point: a condition leaves out what it names, or a constraint does not hold"
    )]
    Refused {
        /// The entry.
        entry_idx: usize,
    },
    /// Every point that it stands for is enqueued already.
    #[error("entry {entry_idx} is enqueued already")]
    Repeated {
        /// The entry.
        entry_idx: usize,
        /// The entry that is the same point; `None` when it left something open and all of that is taken.
        earlier_idx: Option<usize>,
    },
}

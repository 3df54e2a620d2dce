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
//! two places have the same point in d, no two ways meet, nor does one return to where it was.
//!
//! Where d(i) fills entry i up to a point that another entry is already, it is the first new one of those that the
//! entry leaves open, last parameter fastest. Entries that leave nothing open come first in that, so that they are
//! never taken by chance.

use crate::domain::Domain;
use crate::sampler::{History, Sampler, TrialNumber};
use crate::space::{Parameter, Point, Space};
use crate::value::Value;
use std::collections::BTreeMap;

/// Values for some parameters, or all of them, by name.
pub type Entry = BTreeMap<String, Value>;

/// Proposes the enqueued points, then those of another sampler.
#[derive(Clone, Debug)]
pub struct Enqueued<S> {
    points: Vec<Point>,
    /// The number under which each of them is tried.
    numbers: BTreeMap<Point, TrialNumber>,
    sampler: S,
}

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
            let open = &open[entry_idx];
            let drawn = sampler.propose(space, History::EMPTY, entry_idx as TrialNumber);
            let drawn = drawn.map(|drawn| filled(open, &drawn));
            let is_new = |point: &Point| !numbers.contains_key(point);
            let in_order = || (0..).map_while(|position| open.nth(position)).find(is_new);
            let Some(point) = drawn.filter(is_new).or_else(in_order) else {
                let earlier = open.nth(0).and_then(|point| numbers.get(&point).copied());
                let earlier = earlier.filter(|_| open.count() == Some(1));
                return Err(EnqueueError::Repeated {
                    entry_idx,
                    earlier_idx: earlier.map(|idx| idx as usize),
                });
            };
            numbers.insert(point, entry_idx as TrialNumber);
        }
        let mut points: Vec<(TrialNumber, Point)> =
            numbers.iter().map(|(point, &number)| (number, point.clone())).collect();
        points.sort_unstable();
        Ok(Enqueued { points: points.into_iter().map(|(_, point)| point).collect(), numbers, sampler })
    }
}

/// The part of the space that the entry leaves open.
fn narrowed(space: &Space, entry: &Entry, entry_idx: usize) -> Result<Space, EnqueueError> {
    let outside = |name: &str| EnqueueError::Outside { entry_idx, name: name.to_owned() };
    let is_known = |name: &str| space.parameters().iter().any(|parameter| parameter.name == name);
    if let Some(name) = entry.keys().find(|name| !is_known(name)) {
        return Err(outside(name));
    }
    let narrow = |parameter: &Parameter| {
        let Some(value) = entry.get(&parameter.name) else { return Ok(parameter.clone()) };
        let value = parameter.domain.held(value).ok_or_else(|| outside(&parameter.name))?;
        Ok(Parameter::new(parameter.name.clone(), Domain::Fixed(value)))
    };
    let parameters = space.parameters().iter().map(narrow).collect::<Result<_, EnqueueError>>()?;
    Ok(Space::new(parameters).expect("the names and values of a space"))
}

/// The point of `open` that is as `drawn` where it is open.
fn filled(open: &Space, drawn: &Point) -> Point {
    let value = |(parameter, (_, value)): (&Parameter, (&str, &Value))| match &parameter.domain {
        Domain::Fixed(fixed) => fixed.clone(),
        _ => value.clone(),
    };
    open.point_of(open.parameters().iter().zip(drawn.iter()).map(value).collect())
}

impl<S: Sampler> Sampler for Enqueued<S> {
    fn propose(&mut self, space: &Space, history: History<'_>, number: TrialNumber) -> Option<Point> {
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
    /// Every point that it stands for is enqueued already.
    #[error("entry {entry_idx} is enqueued already")]
    Repeated {
        /// The entry.
        entry_idx: usize,
        /// The entry that is the same point; `None` when it left something open and all of that is taken.
        earlier_idx: Option<usize>,
    },
}

//! Draws of independent points, and how a finite space is drawn from without repetition.
//!
//! ```text
//! draw_j        = sample(u_j,p) for every parameter p that is used,   u_j,p in [0, 1) as the source of draws says
//! unrepeated_n  = the n-th of draw_0, draw_1, … that fulfils the constraints and repeats no earlier one
//! ```
//!
//! When 100 draws in a row are repeats, what is likely has been drawn; the next point is then the first new one in a random
//! order π of all points. So it is when 10,000 draws in a row break a constraint; where points cannot be counted there is no π, and
//! the space has nothing left. Which points came is remembered, but nothing else than the source, the space and n decides what
//! point n is. A continuum without conditions or constraints, and a space of 3·10³⁸ points or more, does not repeat: there point n is
//! draw n.

use crate::permutation::Permutation;
use crate::sampler::{History, TrialNumber};
use crate::space::{Point, Space};
use mlpsweep_seed::Seed;
use std::collections::HashSet;

/// A source of draws.
pub(crate) trait Draws: Clone {
    /// u of the parameter at `position` of the space, called `name`, in draw `draw`; in [0, 1).
    fn share(&self, draw: u64, position: usize, name: &str) -> f64;
}

/// Points of a source, none twice where points repeat.
#[derive(Clone, Debug)]
pub(crate) struct Unrepeated<D> {
    draws: D,
    seed: Seed,
    known: Option<Known>,
}

/// What has come of a space.
#[derive(Clone, Debug)]
struct Known {
    space: Space,
    /// π, where points can be counted.
    order: Option<Permutation>,
    /// In order of proposal.
    keys: Vec<Key>,
    /// The same as a set.
    seen: HashSet<Key>,
    n_drawn: u64,
    n_ordered: u128,
}

/// What a point is known by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    /// Its position, where points can be counted.
    Position(u128),
    Point(Point),
}

/// So many draws in a row may be repeats.
const PATIENCE: usize = 100;
/// So many draws in a row may break a constraint.
const MOST_REFUSED: usize = 10_000;

impl<D: Draws> Unrepeated<D> {
    /// Of the draws of `draws`; π is a function of `seed`.
    pub(crate) fn new(draws: D, seed: Seed) -> Unrepeated<D> {
        Unrepeated { draws, seed, known: None }
    }

    /// Point `number`; `None` when the space has no more.
    pub(crate) fn point(&mut self, space: &Space, number: TrialNumber) -> Option<Point> {
        let count = match space.count() {
            None | Some(u128::MAX) if space.is_product() => return draw(&self.draws, space, number),
            Some(count) if u128::from(number) >= count => return None,
            count => count.filter(|&count| count < u128::MAX),
        };
        if self.known.as_ref().is_none_or(|known| known.space != *space) {
            self.known = Some(Known::new(space.clone(), count.map(|count| order(self.seed, count))));
        }
        self.known.as_mut()?.point(&self.draws, number)
    }

    /// The first point from `number` on that the history does not hold; where none of 100 is new, the first in the order π.
    /// `None` when there is none.
    pub(crate) fn new_point(
        &mut self,
        space: &Space,
        history: History<'_>,
        number: TrialNumber,
    ) -> Option<Point> {
        let is_new = |point: &Point| !history.holds(point);
        let numbers = number..number.saturating_add(PATIENCE as u64);
        if let Some(point) = numbers.map_while(|number| self.point(space, number)).find(is_new) {
            return Some(point);
        }
        let count = space.count().filter(|&count| u128::from(number) < count)?;
        let order = order(self.seed, count);
        (0..).map_while(|idx| space.nth(order.at(idx)?)).find(is_new)
    }
}

/// Draw `number`; `None` where it breaks a constraint.
pub(crate) fn draw(draws: &impl Draws, space: &Space, number: u64) -> Option<Point> {
    let parameters = space.parameters().iter().enumerate();
    let value = parameters
        .map(|(position, parameter)| parameter.domain.sample(draws.share(number, position, &parameter.name)));
    space.settle(value.collect())
}

/// π.
pub(crate) fn order(seed: Seed, count: u128) -> Permutation {
    Permutation::new(seed.child("order"), count)
}

impl Known {
    fn new(space: Space, order: Option<Permutation>) -> Known {
        Known { space, order, keys: Vec::new(), seen: HashSet::new(), n_drawn: 0, n_ordered: 0 }
    }

    fn point(&mut self, draws: &impl Draws, number: TrialNumber) -> Option<Point> {
        let number = usize::try_from(number).ok()?;
        while self.keys.len() <= number {
            let key = self.next_draw(draws).or_else(|| self.next_in_order())?;
            self.keys.push(key);
        }
        match &self.keys[number] {
            Key::Position(position) => self.space.nth(*position),
            Key::Point(point) => Some(point.clone()),
        }
    }

    /// The next draw that is new; `None` after too many that are not.
    fn next_draw(&mut self, draws: &impl Draws) -> Option<Key> {
        let (mut n_repeats, mut n_refused) = (0, 0);
        while n_repeats < PATIENCE && n_refused < MOST_REFUSED {
            let drawn = draw(draws, &self.space, self.n_drawn);
            self.n_drawn += 1;
            let Some(point) = drawn else {
                n_refused += 1;
                continue;
            };
            let key = match self.order {
                Some(_) => Key::Position(self.space.position(&point)?),
                None => Key::Point(point),
            };
            if self.seen.insert(key.clone()) {
                return Some(key);
            }
            n_repeats += 1;
        }
        None
    }

    /// The next point in the order π that is new; `None` when there is none.
    fn next_in_order(&mut self) -> Option<Key> {
        loop {
            let key = Key::Position(self.order.as_ref()?.at(self.n_ordered)?);
            self.n_ordered += 1;
            if self.seen.insert(key.clone()) {
                return Some(key);
            }
        }
    }
}

//! Draws of independent points, and how a finite space is drawn from without repetition.
//!
//! ```text
//! draw_j        = sample(u_j,p) for every parameter p,   u_j,p in [0, 1) as the source of draws says
//! unrepeated_n  = the n-th of draw_0, draw_1, … that repeats no earlier one
//! ```
//!
//! When 100 draws in a row are repeats, what is likely has been drawn; the next point is then the first new one in a random
//! order π of all points. Which points came is remembered (about 50 bytes each), but nothing else than the source, the space
//! and n decides what point n is. A space of 3·10³⁸ points or more counts as a continuum, of which point n is draw n.

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

/// Points of a source, none of a finite space twice.
#[derive(Clone, Debug)]
pub(crate) struct Unrepeated<D> {
    draws: D,
    seed: Seed,
    known: Option<Known>,
}

/// What has come of a finite space.
#[derive(Clone, Debug)]
struct Known {
    space: Space,
    order: Permutation,
    /// Positions in the space, in order of proposal.
    positions: Vec<u128>,
    /// The same as a set.
    seen: HashSet<u128>,
    n_drawn: u64,
    n_ordered: u128,
}

/// So many draws in a row may be repeats.
const PATIENCE: usize = 100;

impl<D: Draws> Unrepeated<D> {
    /// Of the draws of `draws`; π is a function of `seed`.
    pub(crate) fn new(draws: D, seed: Seed) -> Unrepeated<D> {
        Unrepeated { draws, seed, known: None }
    }

    /// Point `number`; `None` when the space has no more.
    pub(crate) fn point(&mut self, space: &Space, number: TrialNumber) -> Option<Point> {
        let count = match space.count() {
            None | Some(u128::MAX) => return Some(draw(&self.draws, space, number)),
            Some(count) if u128::from(number) >= count => return None,
            Some(count) => count,
        };
        if self.known.as_ref().is_none_or(|known| known.space != *space) {
            self.known = Some(Known::new(space.clone(), order(self.seed, count)));
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

/// Draw `number` of every parameter.
pub(crate) fn draw(draws: &impl Draws, space: &Space, number: u64) -> Point {
    let parameters = space.parameters().iter().enumerate();
    let value = parameters
        .map(|(position, parameter)| parameter.domain.sample(draws.share(number, position, &parameter.name)));
    space.point_of(value.collect())
}

/// π.
pub(crate) fn order(seed: Seed, count: u128) -> Permutation {
    Permutation::new(seed.child("order"), count)
}

impl Known {
    fn new(space: Space, order: Permutation) -> Known {
        Known { space, order, positions: Vec::new(), seen: HashSet::new(), n_drawn: 0, n_ordered: 0 }
    }

    fn point(&mut self, draws: &impl Draws, number: TrialNumber) -> Option<Point> {
        let number = usize::try_from(number).ok()?;
        while self.positions.len() <= number {
            let position = self.next_draw(draws).or_else(|| self.next_in_order())?;
            self.positions.push(position);
        }
        self.space.nth(self.positions[number])
    }

    /// The next draw that is new; `None` after too many that are not.
    fn next_draw(&mut self, draws: &impl Draws) -> Option<u128> {
        for _ in 0..PATIENCE {
            let draw = self.n_drawn;
            self.n_drawn += 1;
            let position = self.space.sample_position(|position, name| draws.share(draw, position, name))?;
            if self.seen.insert(position) {
                return Some(position);
            }
        }
        None
    }

    /// The next point in the order π that is new; `None` when there is none.
    fn next_in_order(&mut self) -> Option<u128> {
        loop {
            let position = self.order.at(self.n_ordered)?;
            self.n_ordered += 1;
            if self.seen.insert(position) {
                return Some(position);
            }
        }
    }
}

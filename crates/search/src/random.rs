//! Random search.
//!
//! Draw j of a parameter is a function of the sweep's seed, j and the parameter's name alone:
//!
//! ```text
//! u_j,name = ⌊x/2¹¹⌋/2⁵³,  x the first output of the stream seed → "sampler" → j → name
//! draw_j   = sample(u_j,name) for every parameter
//! ```
//!
//! What is proposed depends on what the space can offer:
//!
//! - **A continuum somewhere**: proposal n is draw n. Adding, fixing or widening one parameter leaves the values of
//!   all others as they were, as long as there is a continuum.
//! - **Finite, all points equally likely**: proposal n is the point at position π(n), π a random order of all points
//!   that is computed, not stored. Every point comes once.
//! - **Finite, with integers on a log scale**: draws 0, 1, 2 … without those that repeat an earlier one, which is sampling
//!   without replacement with the scale's probabilities. When 100 draws in a row are repeats, what is likely has been
//!   proposed; the next point is then the first new one in the order π. Which points came is remembered (about 50
//!   bytes each), but nothing else than seed, space and n decides what proposal n is.
//!
//! A space of 3·10³⁸ points or more counts as a continuum.

use crate::permutation::Permutation;
use crate::sampler::{Sampler, TrialNumber, TrialRecord};
use crate::space::{Parameter, Point, Space};
use mlpsweep_seed::Seed;
use rand::Rng as _;
use std::collections::HashSet;

/// Proposes points at random, each parameter uniform in its scale; in a finite space none twice.
#[derive(Clone, Debug)]
pub struct Random {
    seed: Seed,
    unrepeated: Option<Unrepeated>,
}

impl Random {
    /// Random search with the seed of the sweep.
    pub fn new(seed: Seed) -> Random {
        Random { seed: seed.child("sampler"), unrepeated: None }
    }
}

impl Sampler for Random {
    fn propose(&mut self, space: &Space, _finished: &[TrialRecord], number: TrialNumber) -> Option<Point> {
        match space.count() {
            None | Some(u128::MAX) => Some(draw(self.seed, space, number)),
            Some(count) if u128::from(number) >= count => None,
            Some(count) if space.parameters().iter().all(|parameter| parameter.domain.is_even()) => {
                space.nth(order(self.seed, count).at(u128::from(number))?)
            }
            Some(count) => {
                if self.unrepeated.as_ref().is_none_or(|unrepeated| unrepeated.space != *space) {
                    self.unrepeated = Some(Unrepeated::new(self.seed, space.clone(), count));
                }
                self.unrepeated.as_mut()?.point(number)
            }
        }
    }
}

/// Draw `number` of every parameter.
fn draw(seed: Seed, space: &Space, number: u64) -> Point {
    let seed = seed.nth(number);
    let value = |parameter: &Parameter| parameter.domain.sample(uniform(seed.child(&parameter.name)));
    space.point_of(space.parameters().iter().map(value).collect())
}

/// The first number of a stream as a multiple of 2⁻⁵³ in [0, 1).
fn uniform(seed: Seed) -> f64 {
    (seed.stream().next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

fn order(seed: Seed, count: u128) -> Permutation {
    Permutation::new(seed.child("order"), count)
}

/// The draws from a finite space without repetitions, as far as they were asked for.
#[derive(Clone, Debug)]
struct Unrepeated {
    seed: Seed,
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

impl Unrepeated {
    fn new(seed: Seed, space: Space, count: u128) -> Unrepeated {
        let order = order(seed, count);
        Unrepeated {
            seed,
            space,
            order,
            positions: Vec::new(),
            seen: HashSet::new(),
            n_drawn: 0,
            n_ordered: 0,
        }
    }

    fn point(&mut self, number: TrialNumber) -> Option<Point> {
        let number = usize::try_from(number).ok()?;
        while self.positions.len() <= number {
            let position = self.next_draw().or_else(|| self.next_in_order())?;
            self.positions.push(position);
        }
        self.space.nth(self.positions[number])
    }

    /// The next draw that is new; `None` after too many that are not.
    fn next_draw(&mut self) -> Option<u128> {
        for _ in 0..PATIENCE {
            let seed = self.seed.nth(self.n_drawn);
            self.n_drawn += 1;
            let position = self.space.sample_position(|name| uniform(seed.child(name)))?;
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

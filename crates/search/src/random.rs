//! Random search.
//!
//! Draw j of a parameter is a function of the sweep's seed, j and the parameter's name alone:
//!
//! ```text
//! u_j,name = ⌊x/2¹¹⌋/2⁵³,  x the first output of the stream seed → "sampler" → j → name
//! ```
//!
//! What is proposed depends on what the space can offer:
//!
//! - **A continuum somewhere**: proposal n is draw n, or under conditions and constraints the n-th that fulfils them and is new. Adding, fixing or
//!   widening one parameter leaves the values of all others as they were, as long as there is a continuum and nothing is refused.
//! - **Finite, all points equally likely**: proposal n is the point at position π(n), π a random order of all points
//!   that is computed, not stored. Every point comes once.
//! - **Finite, with integers on a log scale, probabilities, conditions or constraints**: draws 0, 1, 2 … without those that repeat
//!   an earlier one, which is sampling without replacement with the probabilities they give.

use crate::draws::{Draws, Unrepeated, order};
use crate::sampler::{History, Sampler, TrialNumber};
use crate::space::{Point, Space};
use mlpsweep_seed::Seed;
use rand::Rng as _;

/// Proposes points at random, each parameter uniform in its scale; in a finite space none twice.
#[derive(Clone, Debug)]
pub struct Random {
    seed: Seed,
    unrepeated: Unrepeated<Independent>,
}

impl Random {
    /// Random search with the seed of the sweep.
    pub fn new(seed: Seed) -> Random {
        let seed = seed.child("sampler");
        Random { seed, unrepeated: Unrepeated::new(Independent(seed), seed) }
    }
}

impl Sampler for Random {
    fn propose(&mut self, space: &Space, _history: History<'_>, number: TrialNumber) -> Option<Point> {
        match space.count().filter(|&count| count < u128::MAX) {
            Some(count) if is_even(space) => space.nth(order(self.seed, count).at(u128::from(number))?),
            _ => self.unrepeated.point(space, number),
        }
    }
}

/// Whether draws give every point the same probability.
fn is_even(space: &Space) -> bool {
    space.is_product() && space.parameters().iter().all(|parameter| parameter.domain.is_even())
}

/// Every parameter has a stream of its own.
#[derive(Clone, Debug)]
struct Independent(Seed);

impl Draws for Independent {
    fn share(&self, draw: u64, _position: usize, name: &str) -> f64 {
        uniform(self.0.nth(draw).child(name))
    }
}

/// The first number of a stream as a multiple of 2⁻⁵³ in [0, 1).
pub(crate) fn uniform(seed: Seed) -> f64 {
    (seed.stream().next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

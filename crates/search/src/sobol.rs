//! Quasi-random search: a scrambled Sobol sequence covers the space more evenly than independent draws.
//!
//! ```text
//! u_j,p = coordinate p of point j of an Owen-scrambled Sobol sequence (Burley 2020; Joe & Kuo's direction numbers)
//! ```
//!
//! Of the first 2ᵏ points each half, quarter, … of each parameter's range holds as many as any other. A sequence has 2¹⁶ points
//! and 256 dimensions; what lies beyond comes from further ones, scrambled anew. A parameter of one value has a dimension,
//! too: fixing one leaves all others as they were. Draws that a finite space has had already are passed over.

use crate::draws::{Draws, Unrepeated};
use crate::sampler::{History, Sampler, TrialNumber};
use crate::space::{Point, Space};
use mlpsweep_seed::Seed;
use rand::Rng as _;
use sobol_burley::{NUM_DIMENSIONS, sample};

/// Proposes the points of a scrambled Sobol sequence; in a finite space none twice.
#[derive(Clone, Debug)]
pub struct Sobol {
    pub(crate) unrepeated: Unrepeated<Sequence>,
}

/// Trials that have ended before a sampler learns from them, as in Optuna; until then it proposes points of a sequence.
pub(crate) const N_STARTUP: usize = 10;

impl Sobol {
    /// The sequence that is scrambled by the seed of the sweep.
    pub fn new(seed: Seed) -> Sobol {
        let seed = seed.child("sampler").child("sobol");
        Sobol { unrepeated: Unrepeated::new(Sequence(seed), seed) }
    }
}

impl Sampler for Sobol {
    fn propose(&mut self, space: &Space, _history: History<'_>, number: TrialNumber) -> Option<Point> {
        self.unrepeated.point(space, number)
    }
}

/// Points of a sequence before the next one begins.
const LENGTH: u64 = 1 << 16;

#[derive(Clone, Debug)]
pub(crate) struct Sequence(Seed);

impl Draws for Sequence {
    fn share(&self, draw: u64, position: usize, _name: &str) -> f64 {
        let position = position as u64;
        let dimension = position % u64::from(NUM_DIMENSIONS);
        let sequence = self.0.nth(draw / LENGTH).nth(position / u64::from(NUM_DIMENSIONS));
        let scramble = sequence.stream().next_u32();
        f64::from(sample((draw % LENGTH) as u32, dimension as u32, scramble))
    }
}

//! Differential evolution (Storn & Price 1997), one trial after the other: for spaces and budgets that are too large for models.
//!
//! ```text
//! member i   the best of the trials i, i + N, i + 2N, … that have ended;  N = 10 members, the first N trials those of a Sobol sequence
//! mutant     v = x_best' + F·(x_a − x_b)    x_best' one of the best fifth of the members, a and b two others;  F = 0.5
//! proposal   of trial n, which challenges member n mod N:  v on each axis with probability 0.9, and on one at least; else as the
//!            member;  beyond an end half-way between the member and that end
//! ```
//!
//! The scheme is "best/1/bin" with some of the best in place of the best one (Zhang & Sanderson 2009), so that one lucky trial does not
//! draw all others to it. Positions are middles of shares, so that every axis is
//! [0, 1] in the parameter's scale; a list without an order is one, too, by its order. What has been tried is not tried again: another
//! mutant is made, and after 100 the next point of the Sobol sequence is taken.

use crate::cube::{Coordinate, Searched};
use crate::sampler::{History, Sampler, TrialNumber, TrialRecord};
use crate::sobol::Sobol;
use crate::space::{Point, Space};
use crate::tpe::{compare, has_rank};
use mlpsweep_seed::{Seed, Stream};
use rand::RngExt as _;
use std::cmp::Ordering;

/// Members of the population.
const N_MEMBERS: usize = 10;
/// Best members that a mutant may start from.
const N_BEST: usize = 2;
/// How much of the difference of two members is added.
const FACTOR: f64 = 0.5;
/// How likely a mutant's value is taken.
const CROSSOVER: f64 = 0.9;
/// Mutants until one is new.
const PATIENCE: usize = 100;

/// Proposes what lies between and beyond the best points so far.
#[derive(Clone, Debug)]
pub struct DifferentialEvolution {
    seed: Seed,
    sobol: Sobol,
}

impl DifferentialEvolution {
    /// With the seed of the sweep.
    pub fn new(seed: Seed) -> DifferentialEvolution {
        DifferentialEvolution {
            seed: seed.child("sampler").child("differential_evolution"),
            sobol: Sobol::new(seed),
        }
    }

    /// A point that challenges its member; `None` where there is no whole population yet, or nothing new is found.
    fn evolved(&self, space: &Space, history: History<'_>, number: TrialNumber) -> Option<Point> {
        let searched = Searched::new(space);
        let population = population(&searched, history)?;
        let own = &population[number as usize % N_MEMBERS];
        let mut best: Vec<&Member<'_>> = population.iter().collect();
        best.sort_by(|a, b| by_merit(a.record, b.record));
        let mut stream = self.seed.nth(number).stream();
        (0..PATIENCE).find_map(|_| {
            let start = &best[stream.random_range(0..N_BEST)].x;
            let (a, b) = two_of(&mut stream, N_MEMBERS);
            let (a, b) = (&population[a].x, &population[b].x);
            let certain = stream.random_range(0..own.x.len());
            let shares = (0..own.x.len()).map(|j| {
                let is_mutant = stream.random::<f64>() < CROSSOVER || j == certain;
                let mutant = start[j] + FACTOR * (a[j] - b[j]);
                if is_mutant { inside(mutant, own.x[j]) } else { own.x[j] }
            });
            let values = shares.zip(&searched.domains).map(|(u, domain)| domain.sample(u)).collect();
            searched.point(values).filter(|point| !history.holds(point))
        })
    }
}

impl Sampler for DifferentialEvolution {
    fn propose(&mut self, space: &Space, history: History<'_>, number: TrialNumber) -> Option<Point> {
        let point = self.evolved(space, history, number);
        point.or_else(|| self.sobol.unrepeated.new_point(space, history, number))
    }
}

struct Member<'a> {
    record: &'a TrialRecord,
    x: Vec<f64>,
}

/// The members by number; `None` where one is missing or nothing is searched.
fn population<'a>(searched: &Searched<'_>, history: History<'a>) -> Option<Vec<Member<'a>>> {
    if searched.domains.is_empty() {
        return None;
    }
    let member = |i: usize| {
        let own = history.finished.iter().filter(|record| record.number as usize % N_MEMBERS == i);
        let known = own.filter_map(|record| {
            let x = searched.all_coordinates(&record.point)?;
            Some(Member { record, x: x.into_iter().map(Coordinate::middle).collect() })
        });
        known.min_by(|a, b| by_merit(a.record, b.record))
    };
    (0..N_MEMBERS).map(member).collect()
}

/// The better trial first; what has no rank, since it failed or diverged, last.
fn by_merit(a: &TrialRecord, b: &TrialRecord) -> Ordering {
    has_rank(b).cmp(&has_rank(a)).then_with(|| compare(a, b))
}

/// Two different numbers below `n`.
fn two_of(stream: &mut Stream, n: usize) -> (usize, usize) {
    let a = stream.random_range(0..n);
    let b = stream.random_range(0..n - 1);
    (a, b + usize::from(b >= a))
}

/// The share; half-way between `own` and the end that it lies beyond.
fn inside(share: f64, own: f64) -> f64 {
    if share < 0.0 {
        own / 2.0
    } else if share >= 1.0 {
        f64::midpoint(own, 1.0 - f64::EPSILON)
    } else {
        share
    }
}

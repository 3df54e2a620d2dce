//! The sampler for whoever does not want to choose one.
//!
//! | trials that have ended | of | proposals are those of |
//! | --- | --- | --- |
//! | up to 200 | a space without conditions, at most 20 parameters searched | [`Gp`] and [`Tpe`] in turn, trials of even numbers the first |
//! | up to 2,000 | any other | [`Tpe`] |
//! | more | | [`DifferentialEvolution`] |
//!
//! Two models that see the same results err differently, and each learns from what the other has tried: on the twenty problems of
//! `benches/search` the mean regret after 100 trials is 0.51 in turn, 0.58 and 0.55 alone.
//!
//! A Gaussian process makes the most of a few results, but its cost rises with the cube of their number, and distances mean little in
//! many dimensions or where parameters come and go. Parzen estimators know about both, at a cost that rises with the number. Past some
//! thousand trials any model costs more than what it saves. Up to the limits a proposal takes a tenth of a second at most.
//!
//! What is chosen depends on the trials that have ended, not on how many are asked for, so that a sweep can be extended.

use crate::differential_evolution::DifferentialEvolution;
use crate::gp::Gp;
use crate::sampler::{History, Sampler, TrialNumber};
use crate::space::{Point, Space};
use crate::tpe::Tpe;
use mlpsweep_seed::Seed;

/// Trials a Gaussian process is made of at most.
const MOST_FOR_GP: usize = 200;
/// Parameters that it is good for.
const MOST_AXES: usize = 20;
/// Trials that Parzen estimators are made of at most.
const MOST_FOR_TPE: usize = 2_000;

/// Proposes what the sampler proposes that suits the space and the number of trials.
#[derive(Clone, Debug)]
pub struct Auto {
    gp: Gp,
    tpe: Tpe,
    differential_evolution: DifferentialEvolution,
}

impl Auto {
    /// With the seed of the sweep.
    pub fn new(seed: Seed) -> Auto {
        let differential_evolution = DifferentialEvolution::new(seed);
        Auto { gp: Gp::new(seed), tpe: Tpe::new(seed), differential_evolution }
    }

    /// What it does with this space and so many trials, and why, in words.
    pub fn reason(space: &Space, n_trials: u64) -> String {
        let n_axes = n_searched(space);
        let first = if suits_gp(space) {
            format!(
                "a Gaussian process and Parzen estimators in turn for up to {MOST_FOR_GP} trials, since {n_axes} parameters are few and none is conditional"
            )
        } else if space.is_product() {
            format!("Parzen estimators, since {n_axes} parameters are many for a Gaussian process")
        } else {
            "Parzen estimators, since conditions or constraints make a space that a Gaussian process knows little of".to_owned()
        };
        let then = [
            (suits_gp(space), MOST_FOR_GP, "Parzen estimators"),
            (true, MOST_FOR_TPE, "differential evolution"),
        ];
        let later = then.into_iter().filter(|(applies, most, _)| *applies && n_trials > *most as u64);
        later.fold(first, |words, (_, most, name)| format!("{words}; from trial {most} on {name}"))
    }
}

fn n_searched(space: &Space) -> usize {
    space.parameters().iter().filter(|parameter| parameter.domain.count() != Some(1)).count()
}

fn suits_gp(space: &Space) -> bool {
    space.is_product() && n_searched(space) <= MOST_AXES
}

impl Sampler for Auto {
    fn propose(&mut self, space: &Space, history: History<'_>, number: TrialNumber) -> Option<Point> {
        match history.finished.len() {
            n if n < MOST_FOR_GP && suits_gp(space) && number.is_multiple_of(2) => {
                self.gp.propose(space, history, number)
            }
            n if n < MOST_FOR_TPE => self.tpe.propose(space, history, number),
            _ => self.differential_evolution.propose(space, history, number),
        }
    }
}

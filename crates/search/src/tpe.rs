//! The tree-structured Parzen estimator (Bergstra et al. 2011), over all parameters at once.
//!
//! ```text
//! below     the min(⌈n/10⌉, 25) best of the n trials that have ended
//! above     the others: what was stopped, failed or diverged, and what still runs and may end as badly as any
//! l, g      Parzen estimators of the two
//! proposal  of 24 points drawn from l the one of the largest l(x)/g(x) that is new
//! ```
//!
//! Until ten trials have ended proposals are those of a scrambled [`Sobol`] sequence. Complete trials come in order of their
//! losses; behind them those that were stopped, the longer they went the better, then by their losses. Counting what still runs
//! among `above` (the constant liar) keeps trials that run side by side apart. These are the defaults of Optuna 5 with
//! `multivariate` and `constant_liar`, but for the Sobol sequence at the start.

use crate::cube::{Coordinate, Searched};
use crate::parzen::Parzen;
use crate::sampler::{History, Sampler, TrialNumber, TrialRecord, TrialState};
use crate::sobol::{N_STARTUP, Sobol};
use crate::space::{Point, Space};
use mlpsweep_seed::Seed;
use std::cmp::Ordering;

const N_CANDIDATES: usize = 24;
const MOST_BELOW: usize = 25;

/// Proposes where good trials lie more densely than others.
#[derive(Clone, Debug)]
pub struct Tpe {
    seed: Seed,
    sobol: Sobol,
}

impl Tpe {
    /// With the seed of the sweep.
    pub fn new(seed: Seed) -> Tpe {
        Tpe { seed: seed.child("sampler").child("tpe"), sobol: Sobol::new(seed) }
    }
}

impl Sampler for Tpe {
    fn propose(&mut self, space: &Space, history: History<'_>, number: TrialNumber) -> Option<Point> {
        if history.finished.len() < N_STARTUP {
            return self.sobol.unrepeated.new_point(space, history, number);
        }
        let searched = Searched::new(space);
        let (below, above) = split(&searched, history);
        let (below, above) = (Parzen::new(&searched.domains, &below), Parzen::new(&searched.domains, &above));
        let mut stream = self.seed.nth(number).stream();
        let mut candidates: Vec<(f64, Point)> = (0..N_CANDIDATES)
            .filter_map(|_| {
                let point = searched.point(space, below.draw(&searched.domains, &mut stream));
                let x = searched.coordinates(&point)?;
                Some((below.log_density(&x) - above.log_density(&x), point))
            })
            .collect();
        candidates.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let new = candidates.into_iter().map(|(_, point)| point).find(|point| !history.holds(point));
        new.or_else(|| self.sobol.unrepeated.new_point(space, history, number))
    }
}

/// The best trials and the others, each in order of their numbers.
fn split(searched: &Searched<'_>, history: History<'_>) -> (Vec<Vec<Coordinate>>, Vec<Vec<Coordinate>>) {
    let mut ranked: Vec<&TrialRecord> = history.finished.iter().filter(|record| has_rank(record)).collect();
    ranked.sort_by(|a, b| compare(a, b));
    let n_below = history.finished.len().div_ceil(10).min(MOST_BELOW).min(ranked.len());
    let below: Vec<TrialNumber> = ranked[..n_below].iter().map(|record| record.number).collect();
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for record in history.finished {
        let trials = if below.contains(&record.number) { &mut good } else { &mut bad };
        trials.extend(searched.coordinates(&record.point));
    }
    bad.extend(history.running.iter().filter_map(|point| searched.coordinates(point)));
    (good, bad)
}

/// Whether the trial is as good as its loss says.
fn has_rank(record: &TrialRecord) -> bool {
    record.loss.is_some() && matches!(record.state, TrialState::Complete | TrialState::Pruned)
}

/// The better trial first.
pub(crate) fn compare(a: &TrialRecord, b: &TrialRecord) -> Ordering {
    let is_pruned = |record: &TrialRecord| record.state == TrialState::Pruned;
    let loss = |record: &TrialRecord| record.loss.unwrap_or(f64::INFINITY);
    let by_length = if is_pruned(a) { b.n_folds.cmp(&a.n_folds) } else { Ordering::Equal };
    is_pruned(a)
        .cmp(&is_pruned(b))
        .then(by_length)
        .then(loss(a).total_cmp(&loss(b)))
        .then(a.number.cmp(&b.number))
}

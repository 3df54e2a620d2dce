//! A search replayed: the sampler proposes, the table answers.
//!
//! ```text
//! trial n     point = propose(trials ≤ n − lag),  config = nearest new one,  loss = its mean over the folds
//! incumbent   the configuration of the least loss so far
//! ```

use crate::table::Problem;
use mlpsweep_search::{History, Point, Sampler, TrialRecord, TrialState};
use serde::{Deserialize, Serialize};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Trials after which the incumbent is looked at.
pub const BUDGETS: [usize; 3] = [15, 50, 100];

/// A line of the results: how good a search's incumbent was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Who proposed.
    pub sampler: String,
    /// What was minimised.
    pub problem: String,
    /// The repetition.
    pub seed: u64,
    /// Trials so far.
    pub trials: usize,
    /// The incumbent's mean loss over its folds.
    pub loss: f64,
    /// Its loss on the rows held out.
    pub hidden: f64,
}

/// A search on a problem: what has been tried, and the best of it.
#[derive(Debug)]
pub struct Search<'a> {
    /// What is minimised.
    pub problem: Problem<'a>,
    is_tried: Vec<bool>,
    incumbent: Option<(f64, usize)>,
}

impl<'a> Search<'a> {
    /// Nothing has been tried.
    pub fn new(problem: Problem<'a>) -> Search<'a> {
        Search { problem, is_tried: vec![false; problem.table.cube.n_configs()], incumbent: None }
    }

    /// The configuration that a point is taken for: the nearest that is new; the nearest where all have been tried.
    pub fn config(&mut self, point: &Point) -> usize {
        let cube = &self.problem.table.cube;
        let new = cube.nearest(point, |config| !self.is_tried[config]);
        let config = new.or_else(|| cube.nearest(point, |_| true)).expect("a table has configurations");
        self.is_tried[config] = true;
        config
    }

    /// A configuration was trained on all folds to the end: its loss, if it has one.
    pub fn end(&mut self, config: usize) -> Option<f64> {
        let loss = self.problem.loss(config)?;
        if self.incumbent.is_none_or(|(least, _)| loss < least) {
            self.incumbent = Some((loss, config));
        }
        Some(loss)
    }

    /// The incumbent's loss and the one on the rows held out; the largest there are where every trial has diverged.
    pub fn incumbent(&self) -> (f64, f64) {
        let worst_hidden = || self.problem.held_out_range().1;
        match self.incumbent {
            Some((loss, config)) => (loss, self.problem.held_out_loss(config).unwrap_or_else(worst_hidden)),
            None => (self.problem.range().1, worst_hidden()),
        }
    }
}

/// Runs a search of `n_trials`, each proposed from those at least `lag` before it, and tells `(trials, loss, held-out loss)` of
/// the incumbents at [`BUDGETS`].
pub fn replay(
    problem: &Problem<'_>,
    sampler: &mut dyn Sampler,
    n_trials: usize,
    lag: usize,
) -> Vec<(usize, f64, f64)> {
    let space = problem.table.cube.space();
    let mut ended: Vec<TrialRecord> = Vec::new();
    let mut points: Vec<Point> = Vec::new();
    let mut search = Search::new(*problem);
    let mut told = Vec::new();
    for trial in 0..n_trials {
        let n_seen = (trial + 1).saturating_sub(lag);
        let history = History { finished: &ended[..n_seen], running: &points[n_seen..] };
        let point = sampler.propose(space, history, trial as u64).expect("a continuum never runs out");
        let config = search.config(&point);
        points.push(point.clone());
        ended.push(record(trial, point, search.end(config)));
        if BUDGETS.contains(&(trial + 1)) {
            let (loss, hidden) = search.incumbent();
            told.push((trial + 1, loss, hidden));
        }
    }
    told
}

fn record(trial: usize, point: Point, loss: Option<f64>) -> TrialRecord {
    let state = if loss.is_some() { TrialState::Complete } else { TrialState::Diverged };
    TrialRecord { number: trial as u64, point, state, n_folds: crate::training::N_FOLDS, loss }
}

/// `work(0)`, `work(1)`, … on so many threads, in that order.
///
/// # Panics
/// Where `work` does.
pub fn in_order<T: Send>(n_threads: usize, n_jobs: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(n_jobs));
    std::thread::scope(|scope| {
        for _ in 0..n_threads.max(1) {
            scope.spawn(|| {
                loop {
                    let job = next.fetch_add(1, Ordering::Relaxed);
                    if job >= n_jobs {
                        break;
                    }
                    let result = work(job);
                    done.lock().expect("no job has panicked").push((job, result));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no job has panicked");
    done.sort_unstable_by_key(|&(job, _)| job);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samplers::SAMPLERS;
    use crate::table::tests::made_up;
    use crate::training::TRAININGS;
    use mlpsweep_seed::Seed;

    #[test]
    fn incumbents_never_get_worse() {
        let table = made_up(TRAININGS[1], 60);
        let problem = Problem { table: &table, metric: 1 };
        for (name, make) in SAMPLERS {
            for lag in [1, 8] {
                let told = replay(&problem, &mut *make(Seed::new(3)), 16, lag);
                assert_eq!(told.len(), 1, "{name}: one budget of {BUDGETS:?} in 16 trials");
                assert!(told[0].1 >= problem.range().0, "{name}");
                assert_eq!(told, replay(&problem, &mut *make(Seed::new(3)), 16, lag), "{name}");
            }
        }
        let told = replay(&problem, &mut *SAMPLERS[0].1(Seed::new(3)), 100, 1);
        assert!(told.is_sorted_by(|a, b| a.0 < b.0 && a.1 >= b.1), "{told:?}");
    }

    #[test]
    fn results_come_in_order() {
        assert_eq!(in_order(4, 100, |job| job * job), (0..100).map(|job| job * job).collect::<Vec<_>>());
    }
}

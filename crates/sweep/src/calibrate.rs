//! How long each [`Term`] takes on this machine, from short runs of some of the sweep's own configurations.
//!
//! Run i, whose counts are known, took t_i; n_k is the typical time of a term, and c_ik how often run i did it. Then a_ik =
//! c_ik n_k s / t_i is the share of it that term k is expected to have, s being how much slower this machine is than the
//! typical one, in the geometric mean of all runs. The factors x_k ≥ 0 minimise
//!
//! ```text
//! Σ_i (Σ_k a_ik x_k − 1)² + μ Σ_k (x_k − 1)²
//! ```
//!
//! by one coordinate after the other. There are more terms than runs: what the runs do not tell stays at s n_k.

use crate::cost::{Costs, Rows, Term, Work};
use crate::engine::fan_out;
use crate::plan::Plan;
use crate::record::{FoldState, UnitId};
use crate::unit;
use mlpsweep_data::Split;
use mlpsweep_train::TrainConfig;
use std::time::{Duration, Instant};

/// All runs together may take so long; each is made at least once.
const LONGEST: Duration = Duration::from_millis(200);
/// One run is to take about so long, in nanoseconds: long beside the clock, short beside [`LONGEST`].
const ONE_RUN: f64 = 4e6;
/// Runs, at most.
const MOST_RUNS: usize = 12;
/// μ: how much a share of 0.1 may say against what is typical.
const STIFFNESS: f64 = 0.01;

/// How long each term takes on this machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Speed {
    /// s
    slowness: f64,
    /// x_k of the terms that were measured.
    factors: Vec<(Term, f64)>,
}

impl Speed {
    /// One of `term`, in nanoseconds.
    pub fn nanoseconds(&self, term: Term) -> f64 {
        let factor = self.factors.iter().find(|(known, _)| *known == term).map_or(1.0, |(_, factor)| *factor);
        term.nanoseconds() * self.slowness * factor
    }

    /// The speed by which runs of so much work took these times, in nanoseconds; `None` without any.
    pub fn fit(runs: &[(Work, f64)]) -> Option<Speed> {
        if runs.is_empty() {
            return None;
        }
        let logs = runs.iter().map(|(work, time)| (time / work.time(Term::nanoseconds)).ln());
        let slowness = (logs.sum::<f64>() / runs.len() as f64).exp();
        let mut factors: Vec<(Term, f64)> = Vec::new();
        for &(term, _) in runs.iter().flat_map(|(work, _)| &work.0) {
            if !factors.iter().any(|(known, _)| *known == term) {
                factors.push((term, 1.0));
            }
        }
        let share = |(work, time): &(Work, f64), term: Term| {
            let count: f64 = work.0.iter().filter(|(other, _)| *other == term).map(|(_, count)| count).sum();
            count * term.nanoseconds() * slowness / time
        };
        const SWEEPS: usize = 200;
        for _ in 0..SWEEPS {
            for k in 0..factors.len() {
                let (mut pull, mut weight) = (STIFFNESS, STIFFNESS);
                for run in runs {
                    let others = factors.iter().enumerate().filter(|(j, _)| *j != k);
                    let explained: f64 = others.map(|(_, (term, factor))| share(run, *term) * factor).sum();
                    let own = share(run, factors[k].0);
                    pull += own * (1.0 - explained);
                    weight += own * own;
                }
                factors[k].1 = (pull / weight).max(0.0);
            }
        }
        Some(Speed { slowness, factors })
    }

    /// Measures on `n_threads` at once, as a run will use them. `configs` are those of the sweep that are known of, one at
    /// least; the shortest, the longest, one between them and one for every further term are run for a moment.
    ///
    /// `None` when none of the runs came to its end.
    pub fn measure(costs: &Costs<'_>, configs: &[TrainConfig], n_threads: usize) -> Option<Speed> {
        let runs: Vec<Run> =
            chosen(costs, configs).into_iter().map(|config| Run::new(costs, config)).collect();
        let mut times = vec![0.0; runs.len()];
        let all = |_| shortest_times(costs.plan(), &runs);
        let done = fan_out(n_threads, 0..n_threads, all, |batch| {
            for of_thread in batch {
                times.iter_mut().zip(of_thread).for_each(|(sum, time)| *sum += time / n_threads as f64);
            }
            Ok::<(), std::io::Error>(())
        });
        done.ok()?;
        let measured = runs.into_iter().zip(times).filter(|(_, time)| time.is_finite());
        Speed::fit(&measured.map(|(run, time)| (run.work, time)).collect::<Vec<_>>())
    }
}

/// The shortest configuration, the longest, the one in the middle, then those that have terms of their own.
fn chosen<'c>(costs: &Costs<'_>, configs: &'c [TrainConfig]) -> Vec<&'c TrainConfig> {
    let work = |config| costs.unit(config, 0);
    let mut by_time: Vec<(&TrainConfig, f64)> =
        configs.iter().map(|config| (config, work(config).time(Term::nanoseconds))).collect();
    by_time.sort_by(|(_, time), (_, other)| time.total_cmp(other));
    let mut chosen: Vec<&TrainConfig> = Vec::new();
    let mut known: Vec<Term> = Vec::new();
    let last = by_time.len().saturating_sub(1);
    let ends = [0, last, last / 2].into_iter().filter_map(|i| by_time.get(i));
    for (i, (config, _)) in ends.chain(&by_time).enumerate() {
        let work = work(config);
        let has_more = work.0.iter().any(|(term, count)| *count > 0.0 && !known.contains(term));
        if chosen.len() < MOST_RUNS && (has_more || i < 3) && !chosen.contains(config) {
            chosen.push(config);
            known.extend(work.0.iter().filter(|(_, count)| *count > 0.0).map(|(term, _)| *term));
        }
    }
    chosen
}

/// A short run: a unit of fewer rows and epochs, and of fewer units a layer where one step would take too long.
struct Run {
    config: TrainConfig,
    split: Split,
    work: Work,
}

impl Run {
    fn new(costs: &Costs<'_>, config: &TrainConfig) -> Run {
        /// Rows that are trained on, and rows that validate.
        const MOST_ROWS: usize = 1024;
        let whole = costs.plan().folds.split(0);
        let some = |rows: &[u32]| {
            // From all over the table, so that classes and the cache are as they will be.
            rows.iter().copied().step_by(rows.len().div_ceil(MOST_ROWS).max(1)).collect::<Vec<u32>>()
        };
        let split = Split { train: some(&whole.train), validation: some(&whole.validation), ..whole };
        let rows = Rows { trained: split.train.len(), watched: 0, validated: split.validation.len() };
        let n_epochs = config.epochs;
        // All epochs are to be run, whatever becomes of the loss.
        let mut config =
            TrainConfig { early_stopping: None, learning_rate: 1e-9, epochs: 1, ..config.clone() };
        let time = |config: &TrainConfig| costs.work(config, rows).time(Term::nanoseconds);
        while time(&config) > 4.0 * ONE_RUN && config.hidden.iter().any(|&width| width > 1) {
            config.hidden.iter_mut().for_each(|width| *width = width.div_ceil(2));
        }
        let first = time(&config);
        let of_an_epoch = time(&TrainConfig { epochs: 2, ..config.clone() }) - first;
        config.epochs = (1 + ((ONE_RUN - first).max(0.0) / of_an_epoch) as usize).min(n_epochs);
        Run { work: costs.work(&config, rows), config, split }
    }

    /// How long it takes once, in nanoseconds; infinitely long when it did not come to its end.
    fn time(&self, plan: &Plan) -> f64 {
        let clock = Instant::now();
        let unit = UnitId { trial: 0, split: 0 };
        let run = || unit::run_config(plan, unit, &self.config, &self.split, &|| false);
        let record = unit::guarded(unit, run);
        let elapsed = clock.elapsed().as_nanos() as f64;
        if record.is_some_and(|record| record.state == FoldState::Complete) { elapsed } else { f64::INFINITY }
    }
}

/// The shortest time of each run: whatever else the machine does meanwhile only makes them longer.
fn shortest_times(plan: &Plan, runs: &[Run]) -> Vec<f64> {
    let began = Instant::now();
    let mut times = vec![f64::INFINITY; runs.len()];
    loop {
        for (time, run) in times.iter_mut().zip(runs) {
            *time = time.min(run.time(plan));
        }
        if began.elapsed() >= LONGEST || times.iter().all(|time| time.is_infinite()) {
            return times;
        }
    }
}

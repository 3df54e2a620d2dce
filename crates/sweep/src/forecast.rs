//! How long a sweep will take on this machine, and how much memory, before it is run.
//!
//! ```text
//! units in the order of the run ── each to the thread that is free first, for its counts × this machine's times ─▶ time
//! ```
//!
//! Every trial is looked at where there are few; of many a sample is, and the time is that of a mean trial for each, shared
//! out evenly. What [`Speed`] cannot know is not in it: what a run spends on starting, on its store and on reports.

use crate::calibrate::Speed;
use crate::cost::{Costs, Term};
use crate::longest_first::{Waiting, longest_first};
use crate::memory;
use crate::plan::{Plan, owned};
use crate::record::Trial;
use crate::spec::SamplerKind;
use mlpsweep_seed::Seed;
use mlpsweep_train::TrainConfig;
use rand::RngExt as _;

/// Trials that are looked at, at most.
const MOST_TRIALS: u64 = 2000;
/// Their units, at most.
const MOST_UNITS: u64 = 50_000;

/// What a sweep will need.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// Seconds on the clock for all trials; for one on one thread where their number is not settled.
    pub seconds: f64,
    /// Whether runs may end before their last epoch, or trials before their last fold, so that it is `seconds` at most.
    pub is_bound: bool,
    /// Trials it was computed from, where these are not all.
    pub n_sampled: Option<usize>,
    /// Memory at the peak.
    pub bytes: f64,
}

impl Forecast {
    /// Looks at the trials, runs a few of them for a moment, and adds up. `None` when no such run came to its end.
    pub fn new(plan: &Plan, jobs: usize) -> Option<Forecast> {
        let n_splits = plan.folds.len();
        let most = MOST_TRIALS.min(MOST_UNITS / n_splits as u64).max(1);
        let few = plan.n_trials.filter(|n_trials| *n_trials <= most);
        let is_whole = few.is_some();
        let trials = few.map_or_else(|| sample(plan, most), |n_trials| plan.trials(n_trials).collect());
        let configs: Vec<TrainConfig> = trials.iter().map(|trial| plan.config(trial)).collect();
        let costs = Costs::new(plan);

        // More threads than cores share them.
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let n_threads = jobs.min(cores);
        let speed = Speed::measure(&costs, &configs, n_threads)?;
        let times = |config| -> Vec<f64> {
            let times = costs.times(config, 0..n_splits, |term| speed.nanoseconds(term));
            times.map(|(_, time)| time).collect()
        };
        let times: Vec<Vec<f64>> = configs.iter().map(times).collect();
        let total: f64 = times.iter().flatten().sum();
        let of_a_trial = total / times.len() as f64;
        let nanoseconds = match plan.n_trials {
            None => of_a_trial,
            Some(_) if is_whole => {
                let typical = |(number, config): (u64, _)| Waiting {
                    number,
                    trial: number as usize,
                    splits: costs.times(config, 0..n_splits, Term::nanoseconds).collect(),
                };
                let order = longest_first((0..).zip(&configs).map(typical), plan.sweep.search.lag);
                last_end(order.map(|(trial, split)| times[trial][split]), n_threads)
            }
            Some(n_trials) => of_a_trial * n_trials as f64 / n_threads as f64,
        };
        // A rung is over when its last unit is: idle threads meanwhile are not in it.
        let budget = plan.budget();
        let nanoseconds = nanoseconds * budget.share(plan.n_trials.unwrap_or(1));
        let refit = if plan.sweep.select.refit && plan.n_trials.is_some() {
            // The winner once more, on the rows of all folds: a unit of any trial, as far as can be known.
            let n_train = plan.folds.iter().map(|split| split.train.len()).sum::<usize>() as f64;
            of_a_trial * (plan.data.n_rows() - plan.test_rows.len()) as f64 / n_train
        } else {
            0.0
        };
        let examined = if plan.sweep.select.examine && plan.n_trials.is_some() {
            // The winner's folds, and with a test share those of all that were the best when they came: of n in random order
            // 1 + 1/2 + … + 1/n.
            let n_trials = plan.n_trials.unwrap_or(1).min(1_000_000);
            let n_examined: f64 =
                if plan.test_rows.is_empty() { 1.0 } else { (1..=n_trials).map(|n| 1.0 / n as f64).sum() };
            of_a_trial * n_examined / n_threads as f64
        } else {
            0.0
        };
        let largest = configs
            .iter()
            .map(|config| memory::unit_bytes(&plan.data, plan.n_inputs, config))
            .fold(0.0, f64::max);
        let epochs = configs.iter().map(|config| config.epochs as f64).sum::<f64>() / configs.len() as f64;
        let n_units = plan.n_trials.unwrap_or(1) as f64 * n_splits as f64;
        Some(Forecast {
            seconds: (nanoseconds + refit + examined) / 1e9,
            is_bound: plan.sweep.early_stopping.is_some() || plan.is_raced() || budget.is_shared_out(),
            n_sampled: (!is_whole).then_some(trials.len()),
            bytes: memory::peak_bytes(plan, jobs.min(n_units as usize), largest, n_units, epochs),
        })
    }
}

/// So many trials: of a grid from all over it, since neighbours are alike; of others the first ones, which are as good as any.
fn sample(plan: &Plan, most: u64) -> Vec<Trial> {
    if plan.sweep.search.sampler != SamplerKind::Grid {
        return plan.trials(most).collect();
    }
    let space = &plan.sweep.parameters.space;
    let n_points = plan.n_trials.map_or(plan.n_points.unwrap_or(u128::MAX), u128::from);
    let mut stream = Seed::new(plan.sweep.seed).child("forecast").stream();
    let points = (0..most).filter_map(|number| {
        let point = space.nth(stream.random_range(0..n_points))?;
        Some(Trial { number, point: owned(&point) })
    });
    points.collect()
}

/// When the last of the jobs ends that are started in this order, each by the thread that is free first.
fn last_end(times: impl Iterator<Item = f64>, n_threads: usize) -> f64 {
    let mut ends = vec![0.0_f64; n_threads.max(1)];
    for time in times {
        let first = ends.iter_mut().min_by(|end, other| end.total_cmp(other)).expect("a thread");
        *first += time;
    }
    ends.into_iter().fold(0.0, f64::max)
}

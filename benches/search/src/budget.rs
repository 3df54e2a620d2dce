//! Racing over folds and halving over epochs, and what they save.
//!
//! ```text
//! racing     as in sweeps: mlpsweep_search::Racing
//! halving    at a rung a trial goes on if it is among the best third of all trials at that rung so far, rounded down, but at least
//!            one (asynchronous successive halving, Li et al. 2020, with stopping)
//!   all      at each rung but the last, on all folds
//!   first    at the last rung but one, on the first fold alone, before any other is trained
//! cost       epochs·folds that were trained, in units of a whole trial
//! ```
//!
//! What stops is the loss that is trained on, as in the sweeps themselves, whatever metric is searched by. The incumbent is the best
//! trial that was trained on all folds to the end.
//!
//! ```text
//! target     random search's mean incumbent after 100 trials
//! share      the least cost at which the method's mean incumbent over seeds is no worse, divided by 100
//! ```
//!
//! Shares are meaned over problems in their logarithms; the interval is of bootstraps that draw problems and seeds.

use crate::replay::{Search, in_order};
use crate::samplers::sampler;
use crate::table::Problem;
use crate::training::{N_FOLDS, N_METRICS, N_RUNGS};
use mlpsweep_search::{Field, History, Racing, Sampler, TrialRecord, TrialState, mean_loss};
use mlpsweep_seed::{Seed, Stream};
use mlpsweep_stats::{mean, quantile};
use rand::RngExt as _;
use std::fmt::Write as _;
use std::ops::Range;

/// Trials of random search.
const N_TRIALS: usize = 100;
/// At which costs incumbents are looked at, in parts of a trial.
const STEPS_A_TRIAL: usize = 4;
const N_STEPS: usize = N_TRIALS * STEPS_A_TRIAL;
const N_BOOTSTRAPS: usize = 500;
/// One in so many goes on.
const FACTOR: usize = 3;
/// What stops.
const BASE: usize = N_METRICS - 1;

/// Where trials are halved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Halving {
    None,
    All,
    First,
}

/// Which rules stop trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rules {
    racing: Racing,
    halving: Halving,
}

impl Rules {
    const ALL: [Rules; 7] = [
        Rules { racing: Racing::Off, halving: Halving::None },
        Rules { racing: Racing::Forgiving, halving: Halving::None },
        Rules { racing: Racing::Paired, halving: Halving::None },
        Rules { racing: Racing::Off, halving: Halving::All },
        Rules { racing: Racing::Forgiving, halving: Halving::All },
        Rules { racing: Racing::Forgiving, halving: Halving::First },
        Rules { racing: Racing::Paired, halving: Halving::First },
    ];

    fn name(self) -> String {
        let racing = match self.racing {
            Racing::Off => None,
            rule => Some(format!("racing ({})", rule.name())),
        };
        let halving = match self.halving {
            Halving::None => None,
            Halving::All => Some("halving (all)".to_owned()),
            Halving::First => Some("halving (first)".to_owned()),
        };
        let rules: Vec<String> = halving.into_iter().chain(racing).collect();
        if rules.is_empty() { "nothing".to_owned() } else { rules.join(" + ") }
    }
}

impl Halving {
    /// The rungs at which trials are halved, and the folds that are trained up to there.
    fn ground(self) -> (Range<usize>, Range<usize>) {
        match self {
            Halving::None => (0..0, 0..0),
            Halving::All => (0..N_RUNGS - 1, 0..N_FOLDS),
            Halving::First => (N_RUNGS - 2..N_RUNGS - 1, 0..1),
        }
    }
}

/// What has been seen of a search.
#[derive(Debug)]
struct Seen {
    /// The losses at each rung but the last; infinite where a training diverged.
    at_rung: [Vec<f64>; N_RUNGS - 1],
    /// What complete trials have reached.
    field: Field,
}

/// How far a trial came.
struct Course {
    /// Epochs·folds.
    n_epochs: usize,
    state: TrialState,
    /// The further the more.
    progress: usize,
    /// The metric's mean over what was trained.
    loss: Option<f64>,
}

impl Seen {
    /// Nothing.
    fn new(racing: Racing) -> Seen {
        Seen { at_rung: Default::default(), field: Field::new(racing) }
    }

    /// Trains a configuration until a rule stops it.
    fn run(&mut self, problem: &Problem<'_>, config: usize, rules: Rules) -> Course {
        let loss = |metric: usize, fold: usize, rung: usize| problem.table.loss(metric, config, fold, rung);
        let base = |fold: usize, rung: usize| loss(BASE, fold, rung).unwrap_or(f64::INFINITY);
        let ended = |n_epochs: usize, is_stopped: bool, folds: Range<usize>, rung: usize| {
            let n_folds = folds.len();
            let sum: Option<f64> = folds.map(|fold| loss(problem.metric, fold, rung)).sum();
            let state = match (sum, is_stopped) {
                (None, _) => TrialState::Diverged,
                (Some(_), true) => TrialState::Pruned,
                (Some(_), false) => TrialState::Complete,
            };
            let progress = rung * (N_FOLDS + 1) + n_folds;
            Course { n_epochs, state, progress, loss: sum.map(|sum| sum / n_folds as f64) }
        };
        let rungs = problem.table.training.rungs;
        let (mut n_epochs, mut epochs_before) = (0, 0);
        let (halved_at, halved_folds) = rules.halving.ground();
        for rung in halved_at {
            n_epochs += halved_folds.len() * (rungs[rung] - epochs_before);
            epochs_before = rungs[rung];
            let losses: Vec<f64> = halved_folds.clone().map(|fold| base(fold, rung)).collect();
            let loss = mean_loss(&losses);
            let seen = &mut self.at_rung[rung];
            seen.push(loss);
            let n_better = seen.iter().filter(|&&other| other < loss).count();
            if n_better >= (seen.len() / FACTOR).max(1) || loss.is_infinite() {
                return ended(n_epochs, true, halved_folds, rung);
            }
        }
        const LAST: usize = N_RUNGS - 1;
        let limits = self.field.limits(N_FOLDS);
        let mut losses: Vec<f64> = Vec::new();
        for fold in 0..N_FOLDS {
            n_epochs += rungs[LAST] - if halved_folds.contains(&fold) { epochs_before } else { 0 };
            losses.push(base(fold, LAST));
            if limits.get(fold).is_some_and(|&limit| mean_loss(&losses) > limit) {
                return ended(n_epochs, true, 0..losses.len(), LAST);
            }
        }
        if mean_loss(&losses).is_finite() {
            self.field.add(&losses);
        }
        ended(n_epochs, false, 0..N_FOLDS, LAST)
    }
}

/// The incumbent's loss at each step of the cost, 1 … [`N_STEPS`].
fn curve(problem: &Problem<'_>, sampler: &mut dyn Sampler, rules: Rules) -> Vec<f64> {
    let a_trial = N_FOLDS * problem.table.training.epochs();
    let mut seen = Seen::new(rules.racing);
    let mut finished: Vec<TrialRecord> = Vec::new();
    let mut search = Search::new(*problem);
    let (mut n_epochs, mut least) = (0, problem.range().1);
    let mut curve = Vec::with_capacity(N_STEPS);
    while curve.len() < N_STEPS {
        let number = finished.len() as u64;
        let history = History { finished: &finished, running: &[] };
        let point =
            sampler.propose(problem.table.cube.space(), history, number).expect("a continuum never runs out");
        let config = search.config(&point);
        let course = seen.run(problem, config, rules);
        n_epochs += course.n_epochs;
        // What has not been paid for yet is not known.
        let n_paid = (n_epochs * STEPS_A_TRIAL).div_ceil(a_trial) - 1;
        curve.resize(n_paid.clamp(curve.len(), N_STEPS), least);
        if course.state == TrialState::Complete {
            least = least.min(course.loss.unwrap_or(f64::INFINITY));
        }
        let Course { state, progress, loss, .. } = course;
        finished.push(TrialRecord { number, point, state, n_folds: progress, loss });
    }
    curve
}

/// The least share of random search's cost at which the mean of the curves is no worse than the target; `None` where none is.
fn share(curves: &[&[f64]], target: f64) -> Option<f64> {
    let mean_at = |step: usize| curves.iter().map(|curve| curve[step]).sum::<f64>() / curves.len() as f64;
    // A mean of equal losses may differ from them in its last bits.
    let target = target + 1e-12 * target.abs();
    (0..N_STEPS).find(|&step| mean_at(step) <= target).map(|step| (step + 1) as f64 / N_STEPS as f64)
}

/// A sampler with its rules on all problems: curves by problem and seed.
struct Method {
    name: String,
    curves: Vec<Vec<Vec<f64>>>,
}

impl Method {
    /// The geometric mean of shares over problems, and on how many the target is not reached, which count as 1. Problems and seeds
    /// are those that `draw` gives, all of them without it.
    fn share(&self, targets: &[f64], mut draw: Option<&mut Stream>) -> (f64, usize) {
        let n_problems = targets.len();
        let mut n_missed = 0;
        let logarithms: Vec<f64> = (0..n_problems)
            .map(|idx| {
                let problem = draw.as_mut().map_or(idx, |stream| stream.random_range(0..n_problems));
                let all = &self.curves[problem];
                let curves: Vec<&[f64]> = (0..all.len())
                    .map(|idx| draw.as_mut().map_or(idx, |stream| stream.random_range(0..all.len())))
                    .map(|seed| all[seed].as_slice())
                    .collect();
                let share = share(&curves, targets[problem]);
                n_missed += usize::from(share.is_none());
                share.unwrap_or(1.0).ln()
            })
            .collect();
        (mean(&logarithms).unwrap_or(f64::NAN).exp(), n_missed)
    }
}

/// A table of Markdown: what each sampler with each rule needs.
///
/// # Errors
/// A name that is no sampler.
pub fn markdown(
    problems: &[Problem<'_>],
    samplers: &[String],
    only: &[String],
    n_seeds: u64,
    n_threads: usize,
) -> Result<String, String> {
    let run = |make: crate::samplers::Make, rules: Rules, n_seeds: u64| -> Vec<Vec<Vec<f64>>> {
        let n_seeds = n_seeds as usize;
        let curves = in_order(n_threads, problems.len() * n_seeds, |job| {
            let seed = Seed::new((job % n_seeds) as u64 + 1);
            curve(&problems[job / n_seeds], &mut *make(seed), rules)
        });
        curves.chunks(n_seeds).map(<[_]>::to_vec).collect()
    };
    let reference = run(sampler("random")?, Rules::ALL[0], 200);
    let targets: Vec<f64> = reference
        .iter()
        .map(|curves| curves.iter().map(|curve| curve[N_STEPS - 1]).sum::<f64>() / curves.len() as f64)
        .collect();
    let mut text = String::new();
    let _ = writeln!(
        text,
        "| sampler | stops trials | share of random search's epochs | problems on which it is not reached |\n| --- | --- | --- | --- |"
    );
    for name in samplers {
        let make = sampler(name)?;
        let is_wanted = |rules: &Rules| only.is_empty() || only.contains(&rules.name());
        for rules in Rules::ALL.into_iter().filter(is_wanted) {
            let method =
                Method { name: format!("{name} | {}", rules.name()), curves: run(make, rules, n_seeds) };
            let (share, n_missed) = method.share(&targets, None);
            let mut stream = Seed::new(2).child(&method.name).stream();
            let mut shares: Vec<f64> =
                (0..N_BOOTSTRAPS).map(|_| method.share(&targets, Some(&mut stream)).0).collect();
            shares.sort_unstable_by(f64::total_cmp);
            let (low, high) = (quantile(&shares, 0.025), quantile(&shares, 0.975));
            let _ = writeln!(text, "| {} | {share:.2} [{low:.2}, {high:.2}] | {n_missed} |", method.name);
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::tests::made_up;
    use crate::training::TRAININGS;
    use mlpsweep_search::Random;

    #[test]
    fn costs_are_what_was_trained() {
        let table = made_up(TRAININGS[0], 60);
        let problem = Problem { table: &table, metric: BASE };
        let whole = N_FOLDS * table.training.epochs();
        for rules in Rules::ALL {
            let mut seen = Seen::new(rules.racing);
            let courses: Vec<Course> = (0..60).map(|config| seen.run(&problem, config, rules)).collect();
            assert_eq!(courses[0].n_epochs, whole, "the first trial has nothing to be worse than");
            for (config, course) in courses.iter().enumerate() {
                let is_complete = course.state == TrialState::Complete;
                assert_eq!(course.n_epochs == whole, is_complete, "{rules:?}: {config}");
                assert!(!is_complete || course.loss == problem.loss(config));
                assert!(course.n_epochs >= table.training.rungs[0]);
            }
            let n_stopped = courses.iter().filter(|course| course.state == TrialState::Pruned).count();
            assert_eq!(n_stopped > 0, rules != Rules::ALL[0], "{rules:?}");
        }
    }

    #[test]
    fn without_rules_a_hundred_trials_are_paid_for() {
        let table = made_up(TRAININGS[0], 60);
        let problem = Problem { table: &table, metric: 0 };
        let curve = curve(&problem, &mut Random::new(Seed::new(1)), Rules::ALL[0]);
        let told = crate::replay::replay(&problem, &mut Random::new(Seed::new(1)), N_TRIALS, 1);
        for (trials, loss, _) in told {
            assert_eq!(curve[trials * STEPS_A_TRIAL - 1], loss, "after {trials}");
        }
        assert_eq!(curve[0], problem.range().1, "no trial is over");
    }

    #[test]
    fn shares_of_a_constructed_example() {
        let falling: Vec<f64> = (0..N_STEPS).map(|step| 1.0 - step as f64 / N_STEPS as f64).collect();
        let flat = vec![0.5; N_STEPS];
        assert_eq!(share(&[&falling], 1.0), Some(1.0 / N_STEPS as f64));
        assert_eq!(share(&[&falling, &flat], 0.5), Some((N_STEPS / 2 + 1) as f64 / N_STEPS as f64));
        assert_eq!(share(&[&flat], 0.4), None);
    }
}

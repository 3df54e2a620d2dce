//! The run: what is not yet finished is fanned out, stored, and only then shown.

use crate::attempts::Attempts;
use crate::clock::{RunningClock, micros};
use crate::engine::fan_out;
use crate::plan::Plan;
use crate::queue::{Ended, Job, Queue, Settled, Stored};
use crate::record::{FoldRecord, FoldState, Timing, Trial, UnitId};
use crate::snapshots::Snapshots;
use crate::store::{FILE_NAME, Store, StoreError};
use crate::trial_times::{Stint, TrialTimes};
use crate::unit::Halt;
use crate::{SweepError, unit};
use mlpsweep_search::TrialNumber;
use mlpsweep_train::Goal;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How to run.
#[derive(Clone, Copy, Debug)]
pub struct RunOptions<'a> {
    /// Threads.
    pub jobs: usize,
    /// Time for this run: then no unit is started, and those that are under way are given up once one of this run is stored.
    pub max_time: Option<Duration>,
    /// Time that the folds of a trial may take together.
    pub max_trial_time: Option<Duration>,
    /// Set from outside to stop: units that are under way end at their next epoch and are not stored.
    pub stop: &'a AtomicBool,
    /// Units that may fail; one more stops the run.
    pub max_failures: Option<u64>,
    /// A unit that was under way at so many kills of the process is passed over as failed.
    pub max_attempts: Option<u64>,
}

impl<'a> RunOptions<'a> {
    /// So many threads, and no limits.
    pub fn new(jobs: usize, stop: &'a AtomicBool) -> RunOptions<'a> {
        RunOptions {
            jobs,
            max_time: None,
            max_trial_time: None,
            stop,
            max_failures: None,
            max_attempts: None,
        }
    }
}

/// How far a run is; shown only after what it counts is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// Units stored, those of earlier runs too.
    pub done: u64,
    /// Units of the whole sweep, without those of trials that were stopped.
    pub total: u64,
    /// Trials that were stopped since they fell behind.
    pub pruned: u64,
    /// Units whose trial had used up its time.
    pub timeout: u64,
    /// Units that diverged.
    pub diverged: u64,
    /// Units that failed.
    pub failed: u64,
    /// The best complete trial so far and its mean score.
    pub best: Option<(TrialNumber, f64)>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunEnd {
    /// All units are finished.
    Finished,
    /// The time was up.
    TimeUp,
    /// It was stopped from outside.
    Stopped,
    /// More units failed than may.
    TooManyFailures,
    /// A trial has reached the target score, and what was under way with it is finished.
    TargetReached,
}

/// Runs what the store in `folder` does not hold yet.
///
/// # Errors
/// The store cannot be opened or written, or the grid is too large to run unasked.
pub fn run(
    plan: &Plan,
    folder: &Path,
    options: &RunOptions<'_>,
    mut show: impl FnMut(&Progress),
) -> Result<RunEnd, SweepError> {
    let n_trials = plan.n_trials.ok_or_else(|| plan.too_many_points())?;
    let info = plan.info();
    let mut store = Store::open(folder, &info)?;
    check_points(plan, &store, n_trials, folder)?;
    store.put_info(&info)?;
    store.put_validation_rows(plan.validation_rows())?;
    let n_splits = plan.folds.len();
    let mut tally = Tally::new(plan, plan.n_units());
    let mut stored: Stored =
        store.trials()?.into_iter().map(|trial| (trial.number, (trial, Vec::new()))).collect();
    for record in store.folds(false)? {
        tally.add_stored(&record, n_trials);
        if let Some((_, records)) = stored.get_mut(&record.unit.trial) {
            let UnitId { trial, split } = record.unit;
            // Of a race folds are stored in their order.
            let reason = if split >= n_splits {
                Some(format!("split {split} of trial {trial}, where the sweep has {n_splits}"))
            } else if plan.is_raced() && record.earlier.is_empty() && split != records.len() {
                Some(format!("split {split} of trial {trial} without those before it"))
            } else {
                None
            };
            if let Some(reason) = reason {
                return Err(StoreError::Damaged { path: folder.join(FILE_NAME), reason }.into());
            }
            records.push(record);
        }
    }
    for (trial, n_folds) in store.pruned()? {
        tally.prune(trial, n_folds, n_trials);
    }
    show(&tally.progress);

    let clock = RunningClock::start()?;
    let trial_times = match options.max_trial_time {
        Some(limit) => Some(TrialTimes::new(&clock, limit, &store.timings()?)),
        None => None,
    };
    let too_many_failures =
        AtomicBool::new(options.max_failures.is_some_and(|most| tally.progress.failed > most));
    let time_is_up = || options.max_time.is_some_and(|time| clock.elapsed() >= time);
    let stop = || options.stop.load(Ordering::Relaxed) || too_many_failures.load(Ordering::Relaxed);
    let queue = Queue::new(plan, n_trials, stored);
    let units = std::iter::from_fn(|| queue.start(|| stop() || time_is_up()));
    let snapshots = Snapshots::default();
    let attempts = Attempts::open(folder);
    // When the time is up what runs is given up, but not before something is stored, or a unit longer than the time would never be.
    let is_something_stored = AtomicBool::new(false);
    let work = |job: Job| {
        let (started_unix_ms, started) = (unix_ms(), clock.elapsed());
        let unit = UnitId { trial: job.trial.number, split: job.split };
        let n_killed = attempts.n_killed(unit);
        attempts.begin(unit);
        let stint = trial_times.as_ref().map(|times| times.begin(job.trial.number));
        let halt = || {
            if stop() || (is_something_stored.load(Ordering::Relaxed) && time_is_up()) {
                Some(Halt::Stop)
            } else if stint.as_ref().is_some_and(Stint::is_over) {
                Some(Halt::Timeout)
            } else {
                None
            }
        };
        let ended = if options.max_attempts.is_some_and(|most| n_killed >= most) {
            Some((FoldRecord { earlier: job.earlier.clone(), ..unit::killed(unit, n_killed) }, None))
        } else {
            unit::run_job(plan, &job, snapshots.take(unit), &halt)
        };
        attempts.end(unit);
        let (record, kept) = ended?;
        if let Some(kept) = kept {
            snapshots.put(unit, kept);
        }
        let elapsed_us = micros(clock.elapsed().saturating_sub(started));
        let timing = Timing { unit, started_unix_ms, elapsed_us, attempt: n_killed + 1 };
        Some(Ended { trial: job.trial, record, timing })
    };
    fan_out(options.jobs, units, work, |batch| -> Result<(), SweepError> {
        // Here only a panic means something.
        let _ = mlpsweep_failpoint::reached("writer");
        let settled: Vec<Settled> = batch.into_iter().flatten().map(|ended| queue.end(ended)).collect();
        let units = || settled.iter().flat_map(|settled| &settled.units);
        let pruned = || settled.iter().flat_map(|settled| settled.pruned.iter().copied());
        for (trial, _) in pruned() {
            (0..n_splits).for_each(|split| drop(snapshots.take(UnitId { trial, split })));
        }
        if units().next().is_some() {
            let stored =
                store.append(units().map(|unit| (&unit.trial, &unit.record, &unit.timing)), pruned());
            // Who waits for the next unit waits in vain.
            stored.inspect_err(|_| queue.close())?;
            is_something_stored.store(true, Ordering::Relaxed);
        }
        units().for_each(|unit| tally.add(&unit.record, n_trials));
        pruned().for_each(|(trial, n_folds)| tally.prune(trial, n_folds, n_trials));
        if options.max_failures.is_some_and(|most| tally.progress.failed > most) {
            too_many_failures.store(true, Ordering::Relaxed);
        }
        show(&tally.progress);
        Ok(())
    })?;
    attempts.close();
    // The last rung's end is told by no unit.
    let is_finished = queue.is_finished();
    let pruned = queue.take_unsettled();
    store.append([], pruned.iter().copied())?;
    pruned.into_iter().for_each(|(trial, n_folds)| tally.prune(trial, n_folds, n_trials));

    Ok(if too_many_failures.load(Ordering::Relaxed) {
        RunEnd::TooManyFailures
    } else if is_finished && !queue.is_reached() {
        RunEnd::Finished
    } else if options.stop.load(Ordering::Relaxed) {
        RunEnd::Stopped
    } else if time_is_up() {
        RunEnd::TimeUp
    } else {
        RunEnd::TargetReached
    })
}

/// Runs what the store in `folder` does not hold yet of the confirmation of `trials`: their units on splits that the search has
/// not seen. True when all of it is there.
///
/// # Errors
/// The store cannot be opened or written, or there are no such splits.
pub fn confirm(
    plan: &Plan,
    folder: &Path,
    trials: &[Trial],
    jobs: usize,
    stop: &AtomicBool,
    mut show: impl FnMut(u64, u64),
) -> Result<bool, SweepError> {
    let folds = plan.confirm_folds()?;
    let mut store = Store::open(folder, &plan.info())?;
    let finished: BTreeSet<UnitId> = store.confirmations()?.iter().map(|record| record.unit).collect();
    let splits = plan.folds.len()..folds.len();
    let total = (trials.len() * splits.len()) as u64;
    let units = trials.iter().flat_map(|trial| splits.clone().map(move |split| (trial, split)));
    let units: Vec<(&Trial, usize)> =
        units.filter(|&(trial, split)| !finished.contains(&UnitId { trial: trial.number, split })).collect();
    let mut done = total - units.len() as u64;
    show(done, total);
    let stop = || stop.load(Ordering::Relaxed);
    let work = |(trial, split): (&Trial, usize)| unit::run_on(plan, &folds, trial, split, &stop);
    fan_out(jobs, units.into_iter().take_while(|_| !stop()), work, |batch| -> Result<(), SweepError> {
        let batch: Vec<FoldRecord> = batch.into_iter().flatten().collect();
        store.append_confirmations(&batch)?;
        done += batch.len() as u64;
        show(done, total);
        Ok(())
    })?;
    Ok(done == total)
}

/// The trials that are stored must be the ones the sampler proposes now: another version may draw others, and others may be
/// enqueued; folds of two configurations must not meet under one number. What a sampler has learnt from results is taken as it is
/// stored.
fn check_points(plan: &Plan, store: &Store, n_trials: u64, folder: &Path) -> Result<(), StoreError> {
    let mut stored = store.trials()?.into_iter().peekable();
    let mut proposed = plan.trials(if plan.is_adaptive() { plan.n_first().min(n_trials) } else { n_trials });
    while let (Some(old), Some(new)) = (stored.peek(), proposed.next()) {
        if old.number > new.number {
            continue;
        }
        if old.point != new.point {
            let shown = |trial: &Trial| {
                let values = trial.point.iter().map(|(name, value)| format!("{name} = {value}"));
                values.collect::<Vec<_>>().join(", ")
            };
            let difference = format!("trial {} was {} and is now {}", old.number, shown(old), shown(&new));
            return Err(StoreError::OtherSweep {
                path: folder.join(FILE_NAME),
                differences: vec![difference],
            });
        }
        stored.next();
    }
    Ok(())
}

/// What has come in so far.
struct Tally {
    progress: Progress,
    maximize: bool,
    n_splits: usize,
    /// Scores of trials that are not complete yet.
    open: BTreeMap<TrialNumber, Vec<f64>>,
    pruned: BTreeSet<TrialNumber>,
}

impl Tally {
    fn new(plan: &Plan, total: u64) -> Tally {
        Tally {
            progress: Progress { done: 0, total, pruned: 0, timeout: 0, diverged: 0, failed: 0, best: None },
            maximize: plan.metrics[0].goal() == Goal::Maximize,
            n_splits: plan.folds.len(),
            open: BTreeMap::new(),
            pruned: BTreeSet::new(),
        }
    }

    /// Counts a trial that is stopped after so many folds.
    fn prune(&mut self, trial: TrialNumber, n_folds: usize, n_trials: u64) {
        if trial < n_trials && self.pruned.insert(trial) {
            self.progress.pruned += 1;
            let left_out = self.n_splits.saturating_sub(n_folds) as u64;
            self.progress.total = self.progress.total.saturating_sub(left_out);
            self.open.remove(&trial);
        }
    }

    /// Counts what is stored of a unit.
    fn add_stored(&mut self, record: &FoldRecord, n_trials: u64) {
        if record.unit.trial < n_trials {
            self.progress.done += record.n_stops() - 1;
        }
        self.add(record, n_trials);
    }

    /// Counts a unit of the trials asked for; an earlier run may have had more.
    fn add(&mut self, record: &FoldRecord, n_trials: u64) {
        if record.unit.trial >= n_trials {
            return;
        }
        self.progress.done += 1;
        match record.state {
            FoldState::Complete => {}
            // Its scores are not its last.
            FoldState::Paused => return,
            FoldState::Timeout { .. } => self.progress.timeout += 1,
            FoldState::Diverged { .. } => self.progress.diverged += 1,
            FoldState::Failed { .. } => self.progress.failed += 1,
        }
        let Some(&score) = record.test_scores.first() else { return };
        let scores = self.open.entry(record.unit.trial).or_default();
        scores.push(score);
        if scores.len() < self.n_splits {
            return;
        }
        let mean = scores.iter().sum::<f64>() / self.n_splits as f64;
        self.open.remove(&record.unit.trial);
        let better =
            self.progress.best.is_none_or(|(_, best)| if self.maximize { mean > best } else { mean < best });
        if better {
            self.progress.best = Some((record.unit.trial, mean));
        }
    }
}

/// What the clock on the wall shows, which may be anything: it is for people to read, and nothing is decided by it.
fn unix_ms() -> u64 {
    // Tests that ask for it want a clock that was set back to 1970.
    let now = mlpsweep_failpoint::reached("clock").map_or(UNIX_EPOCH, |()| SystemTime::now());
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

//! One unit: a trial's network trained on one split and scored. A pure function of (sweep, data, trial, split).
//!
//! Streams are named by (seed, purpose, repeat, fold) and not by trial: every configuration of a fold starts from the
//! same draws, so that configurations are compared in pairs and any trial can be replayed alone.

use crate::plan::Plan;
use crate::queue::Job;
use crate::record::{BaseScores, CurvePoint, FoldRecord, FoldState, OutOfFold, Trial, UnitId};
use crate::snapshots::Kept;
use mlpsweep_data::{Folds, Split};
use mlpsweep_real::{OUT_OF_MEMORY, Real};
use mlpsweep_seed::Seed;
use mlpsweep_train::{
    Ended, EpochRecord, Fitted, Observer, Precision, Predictions, Run, ScoreError, TrainConfig, TrainError,
    Truth,
};
use std::cell::Cell;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Trains and scores one unit; `None` when `stop` said so before it was done. A panic inside is the unit's failure.
pub fn run(
    plan: &Plan,
    trial: &Trial,
    split_idx: usize,
    stop: &(dyn Fn() -> bool + Sync),
) -> Option<FoldRecord> {
    run_on(plan, &plan.folds, trial, split_idx, stop)
}

/// The same up to the end of a rung, from the end of the rung before where there is a snapshot of that, else from the first epoch;
/// with the snapshot to go on from, if there is more to come.
pub(crate) fn run_job(
    plan: &Plan,
    job: &Job,
    snapshot: Option<Kept>,
    halt: &dyn Fn() -> Option<Halt>,
) -> Option<(FoldRecord, Option<Kept>)> {
    let unit = UnitId { trial: job.trial.number, split: job.split };
    if halt() == Some(Halt::Timeout) {
        let record = without_scores(unit, FoldState::Timeout { epoch: 0 });
        return Some((FoldRecord { earlier: job.earlier.clone(), ..record }, None));
    }
    let (mut config, split) = (plan.config(&job.trial), plan.folds.split(job.split));
    // Tests that ask for it want a fold that leaves the finite numbers: with the largest rate there is, any does.
    if mlpsweep_failpoint::reached("fold").is_err() {
        config.learning_rate = f64::MAX;
    }
    let mut kept = None;
    let record = guarded(unit, || {
        let work = Work { plan, unit, split: &split, config: &config, until: job.until, halt };
        let (record, snapshot) = match config.precision {
            Precision::F32 => work.run::<f32>(snapshot),
            Precision::F64 => work.run::<f64>(snapshot),
        }?;
        kept = snapshot;
        Some(record)
    })?;
    Some((FoldRecord { earlier: job.earlier.clone(), ..record }, kept))
}

/// The same of a split of other folds, such as [`Plan::confirm_folds`].
pub fn run_on(
    plan: &Plan,
    folds: &Folds,
    trial: &Trial,
    split_idx: usize,
    stop: &(dyn Fn() -> bool + Sync),
) -> Option<FoldRecord> {
    let unit = UnitId { trial: trial.number, split: split_idx };
    guarded(unit, || run_config(plan, unit, &plan.config(trial), &folds.split(split_idx), stop))
}

/// The same for any configuration and split, panics aside.
pub(crate) fn run_config(
    plan: &Plan,
    unit: UnitId,
    config: &TrainConfig,
    split: &Split,
    stop: &(dyn Fn() -> bool + Sync),
) -> Option<FoldRecord> {
    let halt = || stop().then_some(Halt::Stop);
    let work = Work { plan, unit, split, config, until: usize::MAX, halt: &halt };
    let found = match config.precision {
        Precision::F32 => work.run::<f32>(None),
        Precision::F64 => work.run::<f64>(None),
    };
    found.map(|(record, _)| record)
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic on this thread is now the failure of a unit, which is reported as such and needs no other word.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// The record `work` makes, or a failed one with the message of its panic.
pub(crate) fn guarded(unit: UnitId, work: impl FnOnce() -> Option<FoldRecord>) -> Option<FoldRecord> {
    GUARDED.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        // Of the faults that tests ask for here only a panic means something.
        let _ = mlpsweep_failpoint::reached("unit");
        work()
    }));
    GUARDED.set(false);
    outcome.unwrap_or_else(|panic| {
        let message = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a panic without a message".into());
        let is_a_bug = !message.starts_with(OUT_OF_MEMORY);
        let message = if is_a_bug { format!("panic: {message}") } else { message };
        Some(without_scores(unit, FoldState::Failed { message }))
    })
}

/// Why a unit is to end before it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Halt {
    /// The run ends.
    Stop,
    /// Its trial has used up its time.
    Timeout,
}

/// Looks for that after every mini-batch.
struct Watch<'a> {
    halt: &'a dyn Fn() -> Option<Halt>,
    found: Option<Halt>,
}

impl Observer for Watch<'_> {
    fn epoch(&mut self, _: &EpochRecord) -> ControlFlow<()> {
        let _ = mlpsweep_failpoint::reached("epoch");
        self.batch()
    }

    fn batch(&mut self) -> ControlFlow<()> {
        self.found = (self.halt)();
        if self.found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// What is to be trained and scored.
struct Work<'a> {
    plan: &'a Plan,
    unit: UnitId,
    split: &'a Split,
    config: &'a TrainConfig,
    until: usize,
    halt: &'a dyn Fn() -> Option<Halt>,
}

impl Work<'_> {
    fn run<T: Real>(&self, snapshot: Option<Kept>) -> Option<(FoldRecord, Option<Kept>)> {
        let Work { plan, unit, split, config, until, halt } = *self;
        let job = job(plan, split, config);
        let run = match snapshot.and_then(Kept::of::<T>) {
            Some(snapshot) => Run::resume(job, snapshot),
            None => Run::new(job),
        };
        let mut kept = None;
        let mut watch = Watch { halt, found: None };
        let trained = run.map(|mut run| {
            let ended = run.watched(until, &mut watch);
            kept = (ended == Ended::Paused).then(|| Kept::new(run.snapshot()));
            run.finish(ended)
        });
        let is_timeout = watch.found == Some(Halt::Timeout);
        Some((scored(plan, unit, split, trained, is_timeout)?, kept))
    }
}

/// The record of a run that has ended; `None` when it was stopped, unless because its time was up.
fn scored<T: Real>(
    plan: &Plan,
    unit: UnitId,
    split: &Split,
    trained: Result<Fitted<'_, T>, TrainError>,
    is_timeout: bool,
) -> Option<FoldRecord> {
    let mut fitted = match trained {
        Ok(fitted) => fitted,
        // Values too large to be scaled are numbers that run away, not a fault of the configuration.
        Err(TrainError::Scale(_) | TrainError::TargetScale) => {
            return Some(without_scores(unit, FoldState::Diverged { epoch: 0 }));
        }
        Err(error) => return Some(without_scores(unit, FoldState::Failed { message: error.to_string() })),
    };
    let mut record = FoldRecord {
        unit,
        state: if fitted.ended == Ended::Paused { FoldState::Paused } else { FoldState::Complete },
        test_scores: Vec::new(),
        train_scores: Vec::new(),
        base: None,
        earlier: Vec::new(),
        out_of_fold: OutOfFold::Nothing,
        best_epoch: fitted.best_epoch,
        epochs_run: fitted.curve.len(),
        early_stopped: fitted.ended == Ended::EarlyStopped,
        n_parameters: fitted.params().len(),
        curve: fitted
            .curve
            .iter()
            .map(|epoch| CurvePoint {
                learning_rate: epoch.learning_rate,
                train_loss: epoch.train_loss,
                penalty: epoch.penalty,
                validation_loss: epoch.validation_loss,
                gradient_norms: epoch.gradient_norms.clone(),
            })
            .collect(),
    };
    match fitted.ended {
        Ended::Stopped if is_timeout => {
            (record.state, record.best_epoch) = (FoldState::Timeout { epoch: record.epochs_run }, 0);
            return Some(record);
        }
        Ended::Stopped => return None,
        Ended::Diverged { epoch } => {
            record.best_epoch = 0;
            record.state = FoldState::Diverged { epoch };
            return Some(record);
        }
        Ended::Completed | Ended::EarlyStopped | Ended::Converged | Ended::Paused => {}
    }
    let [validation, train] = [&split.validation, &split.train].map(|rows| (rows, fitted.predict(rows)));
    let score = |kind: &str, (rows, predictions): &(&Vec<u32>, Predictions)| {
        fitted.score_of(rows, predictions, &plan.metrics).map_err(|error| match error {
            // The parameters are finite, and yet a prediction or a score is not.
            ScoreError::NotFinite => FoldState::Diverged { epoch: record.best_epoch },
            ScoreError::Undefined { metric, rows } => {
                FoldState::Failed { message: format!("{metric} is not defined: the {kind} rows {rows}") }
            }
        })
    };
    let scored = score("validation", &validation);
    match scored.and_then(|test_scores| Ok((test_scores, score("training", &train)?))) {
        Ok(scores) => (record.test_scores, record.train_scores) = scores,
        Err(state) => {
            (record.state, record.best_epoch) = (state, 0);
            return Some(record);
        }
    }
    let base = plan.base_metric();
    record.base = if let Some(i) = plan.metrics.iter().position(|&metric| metric == base) {
        Some(BaseScores { train: record.train_scores[i], validation: record.test_scores[i] })
    } else {
        // It may overflow where the metrics asked for do not.
        let score = |(rows, predictions): &(&Vec<u32>, Predictions)| {
            fitted.score_of(rows, predictions, &[base]).ok().map(|scores| scores[0])
        };
        score(&train).zip(score(&validation)).map(|(train, validation)| BaseScores { train, validation })
    };
    if record.state == FoldState::Paused {
        // Rows are for what is compared in the end.
        return Some(record);
    }
    let truth = Truth::new(&plan.data.target, validation.0);
    let counted = plan.metrics[0].counted(&truth, &validation.1);
    record.out_of_fold = match counted.of_rows().filter(|_| !plan.keeps_predictions()) {
        Some(scores) => OutOfFold::Scores(scores.iter().map(|&score| score as f32).collect()),
        None => OutOfFold::Predictions(stored_numbers(validation.1)),
    };
    Some(record)
}

/// Trains a configuration on a split's training rows until it ends or `stop` says so.
///
/// # Errors
/// A configuration that makes no sense for this table.
pub(crate) fn train_split<'a, T: Real>(
    plan: &'a Plan,
    split: &'a Split,
    config: &'a TrainConfig,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<Fitted<'a, T>, TrainError> {
    let halt = || stop().then_some(Halt::Stop);
    let mut run = Run::new(job(plan, split, config))?;
    let ended = run.watched(usize::MAX, &mut Watch { halt: &halt, found: None });
    Ok(run.finish(ended))
}

/// The run of a configuration on a split's training rows.
fn job<'a>(plan: &'a Plan, split: &'a Split, config: &'a TrainConfig) -> mlpsweep_train::Job<'a> {
    mlpsweep_train::Job {
        data: &plan.data,
        rows: &split.train,
        config,
        preprocess: plan.sweep.preprocess,
        start: None,
        seed: seed(plan, split),
    }
}

/// Where the streams of a split's units start, the same for each trial.
pub(crate) fn seed(plan: &Plan, split: &Split) -> Seed {
    let seed = Seed::new(plan.sweep.seed).child("train");
    seed.child("repeat").nth(split.repeat as u64).child("fold").nth(split.fold as u64)
}

/// Predictions as they are stored; see [`OutOfFold::Predictions`].
fn stored_numbers(predictions: Predictions) -> Vec<f64> {
    match predictions {
        Predictions::Probabilities { n_classes: 2, values } => {
            values.chunks_exact(2).map(|row| row[1]).collect()
        }
        Predictions::Probabilities { values, .. } | Predictions::Numbers { values, .. } => values,
    }
}

/// The record of a unit that was under way each time the process was killed.
pub(crate) fn killed(unit: UnitId, n_killed: u64) -> FoldRecord {
    let times = if n_killed == 1 { "once".to_owned() } else { format!("{n_killed} times") };
    without_scores(unit, FoldState::Failed { message: format!("killed {times}") })
}

/// The record of a unit that has ended before it had any.
pub(crate) fn without_scores(unit: UnitId, state: FoldState) -> FoldRecord {
    FoldRecord {
        unit,
        state,
        test_scores: Vec::new(),
        train_scores: Vec::new(),
        base: None,
        earlier: Vec::new(),
        out_of_fold: OutOfFold::Nothing,
        best_epoch: 0,
        epochs_run: 0,
        early_stopped: false,
        n_parameters: 0,
        curve: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_the_failure_of_its_unit() {
        let unit = UnitId { trial: 3, split: 1 };
        let record = guarded(unit, || panic!("index {} out of range", 7)).expect("a record");
        assert_eq!(record.unit, unit);
        assert_eq!(record.state, FoldState::Failed { message: "panic: index 7 out of range".into() });
        assert!(guarded(unit, || None).is_none());
        let record = guarded(unit, || panic!("{OUT_OF_MEMORY}: 1.0 MB could not be had")).expect("a record");
        assert_eq!(
            record.state,
            FoldState::Failed { message: "out of memory: 1.0 MB could not be had".into() }
        );
    }
}

//! Small sweeps, and what is said when one is refused.

use mlpsweep_search::TrialNumber;
use mlpsweep_sweep::plan::Plan;
use mlpsweep_sweep::record::{FoldRecord, Timing, Trial, ValidationRows};
use mlpsweep_sweep::runner::{self, RunEnd, RunOptions};
use mlpsweep_sweep::spec::{SpecError, Sweep};
use mlpsweep_sweep::store::Store;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// Four trials on three folds, a moment each.
pub(crate) const SMALL: &str = r#"
name = "small"
seed = 3
[data]
builtin = "moons"
rows = 60
test = 0
[cv]
folds = 3
[score]
metric = "log_loss"
also = ["accuracy"]
[search]
trials = 4
default_trial = false
[parameters]
learning_rate = { min = 1e-3, max = 1e-1, scale = "log" }
dropout = { values = [0.0, 0.2] }
width = 4
epochs = 3
"#;

pub(crate) fn parse(text: &str, overrides: &[&str]) -> Result<Sweep, SpecError> {
    let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
    Sweep::parse(text, Path::new("s.toml"), &overrides)
}

/// The plan of `text` with `overrides`, which must be right.
#[track_caller]
pub(crate) fn plan(text: &str, overrides: &[&str]) -> Plan {
    let sweep = parse(text, overrides).unwrap_or_else(|error| panic!("{error}"));
    Plan::new(sweep).unwrap_or_else(|error| panic!("{error}"))
}

/// Runs the plan in `folder` to its end.
#[track_caller]
pub(crate) fn run(plan: &Plan, folder: &Path, jobs: usize) -> RunEnd {
    let stop = AtomicBool::new(false);
    let options = RunOptions::new(jobs, &stop);
    runner::run(plan, folder, &options, |_| {}).unwrap_or_else(|error| panic!("{error}"))
}

/// What reports are made of: trials and folds with their curves and what is kept of validation rows, no wall clock.
#[derive(Debug, PartialEq)]
pub(crate) struct Stored {
    pub(crate) trials: Vec<Trial>,
    pub(crate) folds: Vec<FoldRecord>,
    pub(crate) pruned: Vec<(TrialNumber, usize)>,
    pub(crate) validation_rows: Vec<ValidationRows>,
}

#[track_caller]
pub(crate) fn stored(folder: &Path) -> Stored {
    let store = Store::read(folder).unwrap_or_else(|error| panic!("{error}"));
    let mut folds = store.folds(true).expect("folds");
    let kept = store.each_out_of_fold(|unit, kept| {
        let fold = folds.iter_mut().find(|fold| fold.unit == unit).ok_or("rows of no fold")?;
        fold.out_of_fold = kept;
        Ok(())
    });
    kept.expect("what is kept of validation rows");
    let validation_rows = store.validation_rows().expect("validation rows");
    let pruned = store.pruned().expect("trials that were stopped");
    Stored { trials: store.trials().expect("trials"), folds, pruned, validation_rows }
}

/// What a run in a folder of its own leaves.
#[track_caller]
pub(crate) fn whole(plan: &Plan, jobs: usize) -> Stored {
    let folder = folder();
    assert_eq!(run(plan, folder.path(), jobs), RunEnd::Finished);
    stored(folder.path())
}

/// Makes a store in which these folds are finished, each after so long.
#[track_caller]
pub(crate) fn keep(plan: &Plan, folder: &Path, trials: &[Trial], folds: &[FoldRecord], elapsed_us: u64) {
    let mut store = Store::open(folder, &plan.info()).expect("a new store");
    for record in folds {
        let trial = trials.iter().find(|trial| trial.number == record.unit.trial).expect("its trial");
        let timing = Timing { unit: record.unit, started_unix_ms: 0, elapsed_us, attempt: 1 };
        store.append([(trial, record, &timing)], []).expect("room on the disk");
    }
}

pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder for a test")
}

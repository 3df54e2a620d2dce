//! Runs, stops, kills, readers and further trials in any order: nothing that is stored is lost, and the end is that of one run.

use crate::fixture::{SMALL, Stored, folder, plan, run, stored, whole};
use mlpsweep_sweep::plan::Plan;
use mlpsweep_sweep::record::FoldRecord;
use mlpsweep_sweep::runner::{self, RunEnd, RunOptions};
use mlpsweep_sweep::store::{FILE_NAME, Store};
use proptest::prelude::*;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::TempDir;

/// What happens to a sweep.
#[derive(Clone, Debug)]
enum Happening {
    /// It is run on so many threads until so many batches are stored.
    Stopped { jobs: usize, n_batches: usize },
    /// The same, and then the process is killed: what goes on is what was in the files at that moment.
    Killed { jobs: usize, n_batches: usize },
    /// It is wanted with more trials.
    Extended,
    /// Somebody looks.
    Read,
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let run = || (1..4_usize, 1..5_usize);
    let one = prop_oneof![
        3 => run().prop_map(|(jobs, n_batches)| Happening::Stopped { jobs, n_batches }),
        3 => run().prop_map(|(jobs, n_batches)| Happening::Killed { jobs, n_batches }),
        1 => Just(Happening::Extended),
        1 => Just(Happening::Read),
    ];
    prop::collection::vec(one, 1..6)
}

/// The sweep with so many trials, in one of the ways in which trials depend on each other.
fn sweep(kind: usize, n_trials: u64) -> Plan {
    let kinds: [&[&str]; 3] = [
        &["search.sampler=random", "search.racing=off"],
        &["search.sampler=tpe", "search.lag=2", "search.racing=paired"],
        &["search.sampler=tpe", "search.budget=halving", "search.factor=2", "search.min_epochs=1"],
    ];
    let trials = format!("search.trials={n_trials}");
    plan(SMALL, &[kinds[kind], &[&trials, "parameters.epochs=4"]].concat())
}

/// Runs until so many batches are stored, and copies the files at that moment into another folder.
fn run_until(plan: &Plan, folder: &Path, jobs: usize, n_batches: usize) -> TempDir {
    let stop = AtomicBool::new(false);
    let (copy, mut n_shown) = (crate::fixture::folder(), 0);
    runner::run(plan, folder, &RunOptions::new(jobs, &stop), |progress| {
        n_shown += 1;
        let folds = Store::read(folder).and_then(|store| store.folds(false)).expect("a store");
        // A fold counts at each rung that it has reached.
        let n_stored: u64 = folds.iter().map(FoldRecord::n_stops).sum();
        assert!(progress.done <= n_stored, "{} are shown as done, {n_stored} are stored", progress.done);
        // The first time it is shown nothing is done yet.
        if n_shown == n_batches + 1 {
            for name in [FILE_NAME, "study.db-wal", "study.attempts"] {
                if folder.join(name).exists() {
                    std::fs::copy(folder.join(name), copy.path().join(name)).expect("a copy");
                }
            }
            stop.store(true, Ordering::Relaxed);
        }
    })
    .expect("a run");
    copy
}

/// Every fold of before is there, or goes on from there.
fn none_is_lost(before: &[FoldRecord], now: &Stored) {
    for fold in before {
        let later = now.folds.iter().find(|other| other.unit == fold.unit);
        let is_later = later.is_some_and(|later| later == fold || later.epochs_run > fold.epochs_run);
        assert!(is_later, "{fold:?} has become {later:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn whatever_happens(kind in 0..3_usize, happenings in happenings()) {
        let (mut place, mut n_trials, mut before) = (folder(), 4, Vec::new());
        for happening in happenings {
            match happening {
                Happening::Stopped { jobs, n_batches } => {
                    run_until(&sweep(kind, n_trials), place.path(), jobs, n_batches);
                }
                Happening::Killed { jobs, n_batches } => {
                    let copy = run_until(&sweep(kind, n_trials), place.path(), jobs, n_batches);
                    if copy.path().join(FILE_NAME).exists() {
                        place = copy;
                    }
                }
                Happening::Extended => n_trials += 4,
                Happening::Read => {}
            }
            if place.path().join(FILE_NAME).exists() {
                let now = stored(place.path());
                none_is_lost(&before, &now);
                before = now.folds;
            }
        }
        let plan = sweep(kind, n_trials);
        prop_assert_eq!(run(&plan, place.path(), 2), RunEnd::Finished);
        let end = stored(place.path());
        none_is_lost(&before, &end);
        prop_assert_eq!(end, whole(&plan, 1));
    }
}

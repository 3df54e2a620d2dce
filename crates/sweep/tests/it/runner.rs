//! The same results on any number of threads, after any interruption, and in any number of portions.

use crate::fixture::{SMALL, folder, keep, plan, run, stored, whole};
use mlpsweep_sweep::plan::Plan;
use mlpsweep_sweep::record::{FoldRecord, FoldState, OutOfFold, UnitId};
use mlpsweep_sweep::runner::{self, Progress, RunEnd, RunOptions};
use mlpsweep_sweep::store::{FILE_NAME, Store};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Two of four trials run away.
const SOME_DIVERGE: &[&str] = &[
    "parameters.learning_rate={ values = [0.01, 1e30] }",
    "parameters.optimizer=sgd",
    "search.sampler=grid",
];

/// One training row each, of which none can be set aside.
const ALL_FAIL: &str = r#"
[data]
builtin = "moons"
rows = 10
test = 0
[cv]
kind = "holdout"
share = 0.9
repeats = 4
[early_stopping]
patience = 1
[parameters]
width = 2
epochs = 1
"#;

/// Runs until `show` has been called `n_calls` times.
fn run_until(plan: &Plan, folder: &Path, jobs: usize, n_calls: usize) -> RunEnd {
    let stop = AtomicBool::new(false);
    let options = RunOptions::new(jobs, &stop);
    let mut calls = 0;
    let end = runner::run(plan, folder, &options, |_| {
        calls += 1;
        stop.store(calls >= n_calls, Ordering::Relaxed);
    });
    end.expect("a run")
}

fn run_failing(plan: &Plan, folder: &Path, max_failures: Option<u64>) -> (RunEnd, Progress) {
    let stop = AtomicBool::new(false);
    let options = RunOptions { max_failures, ..RunOptions::new(1, &stop) };
    let mut last = None;
    let end = runner::run(plan, folder, &options, |progress| last = Some(progress.clone()));
    (end.expect("a run"), last.expect("shown at least once"))
}

#[test]
fn the_same_on_any_number_of_threads() {
    let enqueued = "enqueue=[{ dropout = 0.2 }, { learning_rate = 0.05 }]";
    let listed = "enqueue=[{ width = 3 }, { hidden = [2, 2] }, { l2 = 0.5 }, { l2 = 1 }]";
    for overrides in [
        &[][..],
        SOME_DIVERGE,
        &["cv.repeats=2", "parameters.precision=f64"],
        &[enqueued],
        &[LIST, "parameters={ epochs = 3 }", listed],
    ] {
        let plan = plan(SMALL, overrides);
        let alone = whole(&plan, 1);
        assert_eq!(alone.folds.len(), 4 * plan.folds.len());
        let is_kept = |fold: &FoldRecord| {
            let n_rows = plan.folds.split(fold.unit.split).validation.len();
            match &fold.out_of_fold {
                OutOfFold::Nothing => false,
                OutOfFold::Scores(scores) => scores.len() == n_rows && !plan.keeps_predictions(),
                OutOfFold::Predictions(numbers) => numbers.len() == n_rows && plan.keeps_predictions(),
            }
        };
        assert!(alone.folds.iter().all(|fold| is_kept(fold) || fold.state != FoldState::Complete));
        assert_eq!(alone.validation_rows.len(), plan.folds.len());
        for jobs in [2, 8] {
            assert_eq!(whole(&plan, jobs), alone, "{jobs} jobs, {overrides:?}");
        }
    }
}

/// A grid of four widths, so that trials take very different times.
const WIDTHS: &[&str] =
    &["parameters.width={ values = [100, 2, 3000, 900] }", "parameters.dropout=0.1", "search.sampler=grid"];

fn with_lag(lag: u64) -> Plan {
    let lag = format!("search.lag={lag}");
    plan(SMALL, &[WIDTHS, &["parameters.learning_rate=0.01", "search.racing=off", &lag]].concat())
}

#[test]
fn longest_first() {
    for (lag, expected) in [(1, [0, 1, 2, 3]), (2, [0, 2, 1, 3]), (3, [2, 0, 3, 1]), (8, [2, 3, 0, 1])] {
        let plan = with_lag(lag);
        let folder = folder();
        run(&plan, folder.path(), 1);
        let timings = Store::read(folder.path()).and_then(|store| store.timings()).expect("timings");
        // One thread stores units in the order in which they were started.
        let order: Vec<UnitId> = timings.iter().map(|timing| timing.unit).collect();
        let trials = expected.into_iter();
        let units = trials.flat_map(|trial| (0..plan.folds.len()).map(move |split| UnitId { trial, split }));
        assert!(order.iter().copied().eq(units), "lag {lag}: {order:?}");
    }
}

#[test]
fn the_same_with_any_lag() {
    let expected = whole(&with_lag(1), 1);
    for (lag, jobs) in [(1, 2), (2, 1), (8, 1), (8, 2), (10_000, 8)] {
        assert_eq!(whole(&with_lag(lag), jobs), expected, "lag {lag}, {jobs} jobs");
        // What one lag began another continues.
        let folder = folder();
        run_until(&with_lag(lag), folder.path(), jobs, 2);
        assert_eq!(run(&with_lag(1), folder.path(), 2), RunEnd::Finished);
        assert_eq!(stored(folder.path()), expected, "lag {lag}, {jobs} jobs, interrupted");
    }
}

/// An interrupted run leaves some of the units, whichever; from each such store it goes on to the same end.
#[test]
fn the_same_from_any_part_of_it() {
    for repeats in [&[][..], &["cv.folds=2", "cv.repeats=2"]] {
        from_any_part(&plan(SMALL, &[SOME_DIVERGE, &["search.racing=off"], repeats].concat()));
    }
}

fn from_any_part(plan: &Plan) {
    let all = folder();
    run(plan, all.path(), 1);
    let expected = stored(all.path());
    let units: Vec<UnitId> = expected.folds.iter().map(|fold| fold.unit).collect();
    let prefixes = (0..units.len()).map(|n| units[..n].to_vec());
    let others = (1..=12_usize).map(|salt| {
        let kept = units.iter().enumerate().filter(|(i, _)| (i * i + 5 * i * salt + salt) % 7 < 3);
        kept.map(|(_, unit)| *unit).collect()
    });
    for kept in prefixes.chain(others) {
        let folder = folder();
        let path = folder.path().join(FILE_NAME);
        std::fs::copy(all.path().join(FILE_NAME), &path).expect("a copy");
        let connection = rusqlite::Connection::open(&path).expect("a database");
        for unit in units.iter().filter(|unit| !kept.contains(unit)) {
            for table in ["folds", "timings"] {
                let sql = format!("DELETE FROM {table} WHERE trial = ?1 AND split = ?2");
                connection.execute(&sql, [unit.trial as i64, unit.split as i64]).expect("deleted");
            }
        }
        connection
            .execute("DELETE FROM trials WHERE number NOT IN (SELECT trial FROM folds)", [])
            .expect("deleted");
        drop(connection);
        assert_eq!(run(plan, folder.path(), 2), RunEnd::Finished);
        assert_eq!(stored(folder.path()), expected, "{kept:?}");
    }
}

/// Units that take longer than results wait for each other, so that a run can be stopped between them.
const SLOW: &[&str] = &["parameters.epochs=400", "parameters.width=16"];

#[test]
fn the_same_after_an_interruption() {
    let plan = plan(SMALL, SLOW);
    let uninterrupted = whole(&plan, 1);
    let n_units = uninterrupted.folds.len();
    for (jobs, n_calls) in [(1, 1), (1, 2), (1, 4), (2, 2), (2, 3)] {
        let folder = folder();
        let end = run_until(&plan, folder.path(), jobs, n_calls);
        let is_whole = stored(folder.path()).folds.len() == n_units;
        assert_eq!(
            end,
            if is_whole { RunEnd::Finished } else { RunEnd::Stopped },
            "{n_calls} calls, {jobs} jobs"
        );
        assert_eq!(run(&plan, folder.path(), 2), RunEnd::Finished);
        assert_eq!(stored(folder.path()), uninterrupted, "{n_calls} calls, {jobs} jobs");
    }
}

#[test]
fn the_same_when_interrupted_again_and_again() {
    let plan = plan(SMALL, SLOW);
    let folder = folder();
    let mut n_runs = 0;
    while run_until(&plan, folder.path(), 1, 2) == RunEnd::Stopped {
        n_runs += 1;
        assert!(n_runs <= 12, "every run finishes a unit");
    }
    assert_eq!(stored(folder.path()), whole(&plan, 2));
}

#[test]
fn the_same_in_portions() {
    for overrides in [&[][..], &["search.sampler=grid", "parameters.learning_rate={ values = [0.1, 0.01] }"]]
    {
        let with = |trials: &str| {
            let trials = format!("search.trials={trials}");
            plan(SMALL, &[overrides, &[trials.as_str()]].concat())
        };
        let folder = folder();
        for trials in ["1", "3", "2", "4"] {
            assert_eq!(run(&with(trials), folder.path(), 2), RunEnd::Finished);
        }
        assert_eq!(stored(folder.path()), whole(&with("4"), 1), "{overrides:?}");
    }
}

const LIST: &str = "search={ sampler = \"list\" }";

/// Entries may be added at the end, and left out there; of those that have been tried, none may become another.
#[test]
fn the_same_with_entries_added() {
    let with = |entries: &str| {
        let enqueue = format!("enqueue=[{entries}]");
        plan(SMALL, &[LIST, "parameters={ epochs = 3 }", &enqueue])
    };
    let all = "{ width = 3 }, { hidden = [2, 2] }, { width = 4, l2 = 0.5 }";
    let folder = folder();
    for entries in ["{ width = 3 }", "{ width = 3 }, { hidden = [2, 2] }", "{ width = 3 }", all] {
        assert_eq!(run(&with(entries), folder.path(), 2), RunEnd::Finished);
    }
    assert_eq!(stored(folder.path()), whole(&with(all), 1));
    let n_timings = Store::read(folder.path()).and_then(|store| store.timings()).expect("timings").len();
    assert_eq!(n_timings, 9, "nothing was trained twice");

    let before = std::fs::read(folder.path().join(FILE_NAME)).expect("a store");
    let stop = AtomicBool::new(false);
    let options = RunOptions::new(1, &stop);
    let refused = |entries: &str| {
        let error =
            runner::run(&with(entries), folder.path(), &options, |_| {}).expect_err(entries).to_string();
        error.split_once("of another sweep: ").map(|(_, difference)| difference.to_owned())
    };
    let said: String = [
        "{ width = 3 }, { hidden = [2, 3] }, { width = 4, l2 = 0.5, dropout = 0.1 }",
        "{ hidden = [2, 2] }, { width = 3 }",
    ]
    .iter()
    .map(|entries| refused(entries).expect("named") + "\n")
    .collect();
    insta::assert_snapshot!(said, @r"
    trial 1 was epochs = 3, hidden = [2, 2] and is now epochs = 3, hidden = [2, 3]
    trial 0 was epochs = 3, width = 3 and is now epochs = 3, hidden = [2, 2]
    ");
    assert!(std::fs::read(folder.path().join(FILE_NAME)).expect("a store") == before, "it was changed");
}

#[test]
fn what_is_finished_is_not_done_again() {
    let plan = plan(SMALL, &[]);
    let folder = folder();
    run(&plan, folder.path(), 2);
    let timings = || Store::read(folder.path()).and_then(|store| store.timings()).expect("timings");
    let before = timings();
    assert_eq!(before.len(), 12);
    assert_eq!(run(&plan, folder.path(), 2), RunEnd::Finished);
    assert_eq!(timings(), before);
}

#[test]
fn what_is_shown_is_stored() {
    let plan = plan(SMALL, &[]);
    let folder = folder();
    let stop = AtomicBool::new(false);
    let options = RunOptions::new(2, &stop);
    let mut shown = Vec::new();
    runner::run(&plan, folder.path(), &options, |progress| {
        let stored =
            Store::read(folder.path()).and_then(|store| store.folds(false)).expect("readable meanwhile");
        assert_eq!(stored.len() as u64, progress.done);
        shown.push(progress.clone());
    })
    .expect("a run");
    let (first, last) = (&shown[0], &shown[shown.len() - 1]);
    assert_eq!((first.done, first.total, first.best), (0, 12, None));
    assert_eq!((last.done, last.total, last.diverged, last.failed), (12, 12, 0, 0));
    let folds = stored(folder.path()).folds;
    let mean = |trial| {
        let scores: Vec<f64> =
            folds.iter().filter(|fold| fold.unit.trial == trial).map(|fold| fold.test_scores[0]).collect();
        scores.iter().sum::<f64>() / scores.len() as f64
    };
    let (best, score) = last.best.expect("a best trial");
    // The folds of a trial come in any order, so their sum may differ in the last place.
    assert!((score - mean(best)).abs() < 1e-12);
    assert!((0..4).all(|trial| mean(trial) >= score - 1e-12), "log loss is minimised");
}

#[test]
fn no_time() {
    let plan = plan(SMALL, &[]);
    let folder = folder();
    let stop = AtomicBool::new(false);
    let options = RunOptions { max_time: Some(Duration::from_nanos(1)), ..RunOptions::new(2, &stop) };
    assert_eq!(runner::run(&plan, folder.path(), &options, |_| {}).expect("a run"), RunEnd::TimeUp);
    assert_eq!(run(&plan, folder.path(), 1), RunEnd::Finished);
    assert_eq!(stored(folder.path()), whole(&plan, 1));
    // Nothing is left to do, so that time does not matter.
    assert_eq!(runner::run(&plan, folder.path(), &options, |_| {}).expect("a run"), RunEnd::Finished);
}

/// A trial's folds share its time, which a store keeps between runs.
#[test]
fn trials_run_out_of_time() {
    const HOUR: Duration = Duration::from_hours(1);
    let stop = AtomicBool::new(false);
    let options = RunOptions { max_trial_time: Some(HOUR), ..RunOptions::new(2, &stop) };
    for racing in ["off", "forgiving"] {
        let plan = plan(SMALL, &[&format!("search.racing={racing}")]);
        let folder = folder();
        let whole = whole(&plan, 1);
        // Trial 2 has one fold, which took long.
        let slow = 2;
        let first = whole.folds.iter().find(|fold| fold.unit == UnitId { trial: slow, split: 0 });
        keep(&plan, folder.path(), &whole.trials, &[first.expect("it is there").clone()], 3_600_000_001);
        let mut last = None;
        let end = runner::run(&plan, folder.path(), &options, |progress| last = Some(progress.clone()));
        assert_eq!(end.expect("a run"), RunEnd::Finished);
        let folds = stored(folder.path()).folds;
        let timeouts: Vec<&FoldRecord> =
            folds.iter().filter(|fold| fold.state == FoldState::Timeout { epoch: 0 }).collect();
        assert!(timeouts.iter().all(|fold| fold.unit.trial == slow), "{racing}");
        assert!((1..=2).contains(&timeouts.len()), "{racing}: {timeouts:?}");
        assert_eq!(last.expect("shown").timeout, timeouts.len() as u64);
        let untouched = |folds: Vec<FoldRecord>| -> Vec<FoldRecord> {
            folds.into_iter().filter(|fold| fold.unit.trial != slow).collect()
        };
        if racing == "off" {
            assert_eq!(untouched(folds), untouched(whole.folds), "others have their time");
        }
        // More time changes nothing of what has ended.
        let before = stored(folder.path());
        assert_eq!(run(&plan, folder.path(), 1), RunEnd::Finished);
        assert_eq!(stored(folder.path()), before);
    }
}

#[test]
fn some_run_away() {
    let plan = plan(SMALL, SOME_DIVERGE);
    let folder = folder();
    let (end, last) = run_failing(&plan, folder.path(), Some(0));
    assert_eq!(end, RunEnd::Finished, "divergence is no failure");
    assert_eq!((last.done, last.diverged, last.failed), (12, 6, 0));
    assert!(last.best.is_some());
}

#[test]
fn some_may_fail() {
    let plan = plan(ALL_FAIL, &[]);
    let n_units = 4;
    for (max_failures, expected, n_done) in [
        (None, RunEnd::Finished, n_units),
        (Some(n_units), RunEnd::Finished, n_units),
        (Some(n_units - 1), RunEnd::TooManyFailures, n_units),
        (Some(0), RunEnd::TooManyFailures, 1),
    ] {
        let folder = folder();
        let (end, last) = run_failing(&plan, folder.path(), max_failures);
        assert_eq!(end, expected, "{max_failures:?}");
        // With one thread a unit or two may be under way when the failure is seen.
        assert!((n_done..=n_units).contains(&last.failed), "{max_failures:?}: {last:?}");
        assert_eq!((last.done, last.best), (last.failed, None));
        for record in stored(folder.path()).folds {
            assert!(
                matches!(&record.state, FoldState::Failed { message } if !message.is_empty()),
                "{record:?}"
            );
        }
        // Once more: they are counted already, and none is tried again.
        assert_eq!(run_failing(&plan, folder.path(), max_failures), (end, last));
    }
}

#[test]
fn more_trials_than_can_be_counted() {
    let plan = plan(SMALL, &["search.trials=9223372036854775807"]);
    let folder = folder();
    assert_eq!(run_until(&plan, folder.path(), 1, 3), RunEnd::Stopped);
    assert!(stored(folder.path()).folds.len() >= 2);
}

#[test]
fn a_grid_that_is_too_large_is_not_begun() {
    let folder = folder();
    let at = folder.path().join("new");
    let axis = "{ min = 1, max = 1000000000 }";
    let plan = plan(
        SMALL,
        &[
            "search={ sampler = \"grid\" }",
            "parameters.learning_rate=0.1",
            &format!("parameters.batch_size={axis}"),
        ],
    );
    let stop = AtomicBool::new(false);
    let options = RunOptions::new(1, &stop);
    let error = runner::run(&plan, &at, &options, |_| {}).expect_err("too large");
    insta::assert_snapshot!(error, @r#"--set search={ sampler = "grid" }: the grid has 2000000000 points, and more than 1000000 are not run unasked"#);
    assert!(!at.exists(), "nothing is written");
}

/// A unit that was under way at as many kills as may be is passed over, one with fewer is trained again, and each says so.
#[test]
fn killed_often_enough() {
    let plan = plan(SMALL, &["search.racing=off"]);
    for (max_attempts, is_passed_over) in [(Some(2), true), (Some(3), true), (Some(4), false), (None, false)]
    {
        let folder = folder();
        std::fs::write(folder.path().join("study.attempts"), "killed 2 1 3\nbegin 0 0\n").expect("written");
        let stop = AtomicBool::new(false);
        let options = RunOptions { max_attempts, ..RunOptions::new(2, &stop) };
        assert_eq!(runner::run(&plan, folder.path(), &options, |_| {}).expect("a run"), RunEnd::Finished);
        let unit = UnitId { trial: 2, split: 1 };
        for fold in stored(folder.path()).folds {
            let expected = if is_passed_over && fold.unit == unit {
                FoldState::Failed { message: "killed 3 times".into() }
            } else {
                FoldState::Complete
            };
            assert_eq!(fold.state, expected, "{max_attempts:?}");
        }
        let timings = Store::read(folder.path()).and_then(|store| store.timings()).expect("timings");
        for timing in timings {
            let attempt = match timing.unit {
                UnitId { trial: 0, split: 0 } => 2,
                other if other == unit => 4,
                _ => 1,
            };
            assert_eq!(timing.attempt, attempt, "{:?}", timing.unit);
        }
    }
}

/// A confirmation that was stopped goes on where it was, and ends as one that was not.
#[test]
fn a_confirmation_goes_on() {
    let plan = plan(SMALL, &["parameters.epochs=100"]);
    let confirm = |folder: &Path, n_shown: usize| {
        let trials = &stored(folder).trials[1..3];
        let (stop, mut shown) = (AtomicBool::new(false), Vec::new());
        let is_whole = runner::confirm(&plan, folder, trials, 1, &stop, |done, total| {
            shown.push((done, total));
            stop.store(shown.len() == n_shown, Ordering::Relaxed);
        });
        (is_whole.expect("a confirmation"), shown)
    };
    let confirmed =
        |folder: &Path| Store::read(folder).and_then(|store| store.confirmations()).expect("confirmations");
    let (whole, parts) = (folder(), folder());
    for folder in [&whole, &parts] {
        run(&plan, folder.path(), 2);
    }
    let n_splits = plan.confirm_folds().expect("folds").len() - plan.folds.len();
    let total = 2 * n_splits as u64;
    assert!(n_splits > 2);
    let (is_whole, shown) = confirm(whole.path(), usize::MAX);
    assert!(is_whole && shown.first() == Some(&(0, total)) && shown.last() == Some(&(total, total)));
    let units: Vec<UnitId> = confirmed(whole.path()).iter().map(|record| record.unit).collect();
    let splits = || plan.folds.len()..plan.folds.len() + n_splits;
    let expected = [1, 2].into_iter().flat_map(|trial| splits().map(move |split| UnitId { trial, split }));
    assert_eq!(units, expected.collect::<Vec<_>>());

    assert_eq!(confirm(parts.path(), 1), (false, vec![(0, total)]));
    let mut before = 0;
    for n_runs in 1.. {
        let (is_whole, shown) = confirm(parts.path(), 2);
        assert_eq!(shown.first(), Some(&(before, total)), "what is there is not trained again");
        before = shown.last().expect("shown").0;
        assert_eq!(is_whole, before == total);
        if is_whole {
            break;
        }
        assert!(n_runs < 100, "a confirmation that never ends");
    }
    assert_eq!(confirmed(parts.path()), confirmed(whole.path()));
}

/// What is shown when a run is over is what is stored, and the next run shows the same before it begins.
#[test]
fn what_is_shown_is_what_is_stored() {
    for overrides in [
        &["search.trials=30", "search.sampler=tpe", "search.racing=forgiving", "parameters.epochs=10"][..],
        &["search.trials=40", "search.racing=median", "score.metric=accuracy", "score.also=[]"],
        SOME_DIVERGE,
    ] {
        let plan = plan(SMALL, overrides);
        let folder = folder();
        let shown = |plan: &Plan| {
            let stop = AtomicBool::new(false);
            let mut shown = Vec::new();
            let end = runner::run(plan, folder.path(), &RunOptions::new(2, &stop), |progress| {
                shown.push(progress.clone());
            });
            assert_eq!(end.expect("a run"), RunEnd::Finished);
            shown
        };
        let last = shown(&plan).pop().expect("shown");
        let found = stored(folder.path());
        assert_eq!((last.done, last.total), (found.folds.len() as u64, last.done), "{overrides:?}");
        assert_eq!(last.pruned, found.pruned.len() as u64, "{overrides:?}");
        assert!(last.pruned > 0 || overrides == SOME_DIVERGE, "{overrides:?}");
        let n_diverged = found.folds.iter().filter(|fold| fold.state.name() == "diverged").count();
        assert_eq!((last.diverged, last.failed, last.timeout), (n_diverged as u64, 0, 0), "{overrides:?}");
        let mean = |trial: u64| {
            let scores = found.folds.iter().filter(|fold| fold.unit.trial == trial);
            let scores: Vec<f64> = scores.filter_map(|fold| fold.test_scores.first().copied()).collect();
            (scores.len() == 3).then(|| scores.iter().sum::<f64>() / 3.0)
        };
        let means = found.trials.iter().filter_map(|trial| mean(trial.number));
        let best = if overrides.contains(&"score.metric=accuracy") {
            means.fold(f64::NEG_INFINITY, f64::max)
        } else {
            means.fold(f64::INFINITY, f64::min)
        };
        let (_, shown_best) = last.best.expect("a best trial");
        // Folds are added up in the order they were stored, which is another.
        assert!((shown_best - best).abs() < 1e-12, "{shown_best} and {best}, {overrides:?}");
        let again = shown(&plan);
        assert_eq!(again[0].best.map(|(_, score)| score.to_bits()), Some(shown_best.to_bits()));
        assert_eq!(again, [Progress { best: again[0].best, ..last }], "{overrides:?}");
    }
}

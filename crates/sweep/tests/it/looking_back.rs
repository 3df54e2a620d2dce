//! Sweeps in which results decide what is tried and for how long: the same on any number of threads, from wherever it goes on.

use crate::fixture::{SMALL, folder, keep, plan, run, stored, whole};
use mlpsweep_search::{TrialNumber, Value};
use mlpsweep_sweep::Plan;
use mlpsweep_sweep::record::{FoldRecord, UnitId};
use mlpsweep_sweep::runner::{self, RunEnd, RunOptions};
use mlpsweep_sweep::store::FILE_NAME;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;

/// Some configurations are far worse than others.
const UNEVEN: &[&str] = &[
    "search.trials=24",
    "search.lag=3",
    "cv.folds=4",
    "parameters.epochs=20",
    "parameters.learning_rate={ min = 1e-5, max = 1.0, scale = \"log\" }",
    "parameters.width={ min = 1, max = 32, scale = \"log\" }",
];

fn sweep(overrides: &[&str]) -> Plan {
    plan(SMALL, &[UNEVEN, overrides].concat())
}

#[test]
fn the_same_on_any_number_of_threads() {
    for overrides in [
        &["search.sampler=tpe"][..],
        &["search.sampler=tpe", "search.racing=off"],
        &["search.sampler=gp", "search.racing=paired"],
        &["search.sampler=random"],
        &["search.sampler=auto", "search.racing=median"],
        &["search.sampler=differential_evolution", "search.racing=paired"],
        &["search.sampler=sobol", "search.lag=1"],
        &["search.sampler=tpe", "enqueue=[{ dropout = 0.2 }, { learning_rate = 0.05, width = 7 }]"],
    ] {
        let plan = sweep(overrides);
        let alone = whole(&plan, 1);
        assert_eq!(alone.trials.len(), 24);
        for jobs in [2, 8, 16] {
            assert_eq!(whole(&plan, jobs), alone, "{jobs} jobs, {overrides:?}");
        }
    }
}

/// From every prefix of the units of every trial that a stopped run can leave, it goes on to the same end.
#[test]
fn the_same_from_any_part_of_it() {
    for overrides in [&["search.sampler=tpe"][..], &["search.sampler=random"]] {
        let plan = sweep(overrides);
        let all = folder();
        run(&plan, all.path(), 2);
        let expected = stored(all.path());
        // Trial n is begun when those up to n − lag have ended.
        for n_trials in [1, 4, 9, 17, 23_u64] {
            let kept = |unit: UnitId| match unit.trial {
                trial if trial + 3 <= n_trials => true,
                trial => trial < n_trials && unit.split < (trial as usize * 7 + n_trials as usize) % 4,
            };
            let folder = folder();
            let path = folder.path().join(FILE_NAME);
            std::fs::copy(all.path().join(FILE_NAME), &path).expect("a copy");
            let connection = rusqlite::Connection::open(&path).expect("a database");
            let execute = |sql: &str| connection.execute(sql, []).expect("deleted");
            for UnitId { trial, split } in
                expected.folds.iter().map(|fold| fold.unit).filter(|unit| !kept(*unit))
            {
                execute(&format!("DELETE FROM folds WHERE trial = {trial} AND split = {split}"));
                execute(&format!("DELETE FROM timings WHERE trial = {trial} AND split = {split}"));
                execute(&format!("DELETE FROM pruned WHERE trial = {trial}"));
            }
            execute("DELETE FROM trials WHERE number NOT IN (SELECT trial FROM folds)");
            drop(connection);
            assert_eq!(run(&plan, folder.path(), 2), RunEnd::Finished);
            assert_eq!(stored(folder.path()), expected, "{n_trials} trials, {overrides:?}");
        }
    }
}

/// Of a finite space in which what is enqueued would have come up anyway: what goes on is the same sweep.
#[test]
fn enqueued_points_of_a_finite_space() {
    let with = |trials: &str| {
        let domains = [
            "parameters.learning_rate={ values = [0.1, 0.01, 0.001] }",
            "parameters.width={ min = 1, max = 4 }",
        ];
        let entries = "enqueue=[{ width = 2 }, { width = 3, dropout = 0.2 }, { width = 4 }, { width = 1 }]";
        sweep(&[&domains[..], &["search.sampler=tpe", entries, trials]].concat())
    };
    let folder = folder();
    for trials in ["search.trials=3", "search.trials=11", "search.trials=24"] {
        assert_eq!(run(&with(trials), folder.path(), 2), RunEnd::Finished);
    }
    let all = stored(folder.path());
    assert_eq!(all, whole(&with("search.trials=24"), 1));
    let points: BTreeSet<String> = all.trials.iter().map(|trial| format!("{:?}", trial.point)).collect();
    assert_eq!(points.len(), 24, "the whole space, and nothing twice");
}

#[test]
fn the_same_in_portions() {
    let with = |trials: &str| sweep(&["search.sampler=tpe", trials]);
    let folder = folder();
    for trials in ["search.trials=2", "search.trials=13", "search.trials=24"] {
        assert_eq!(run(&with(trials), folder.path(), 2), RunEnd::Finished);
    }
    assert_eq!(stored(folder.path()), whole(&with("search.trials=24"), 1));
}

/// What racing stores is what no racing stores, up to the fold at which the rule stops a trial.
#[test]
fn racing_follows_its_rule() {
    let (raced, all) = (whole(&sweep(&[]), 2), whole(&sweep(&["search.racing=off"]), 2));
    assert_eq!(raced.trials, all.trials);
    let losses = |trial: TrialNumber| -> Vec<f64> {
        let folds = all.folds.iter().filter(|fold| fold.unit.trial == trial);
        folds.map(|fold| fold.base.expect("nothing diverges").validation).collect()
    };
    let mean = |losses: &[f64]| losses.iter().sum::<f64>() / losses.len() as f64;
    // The mean and the worst fold of the incumbent, by number of the trial from which on it counts.
    let mut incumbent: Option<(f64, f64)> = None;
    let mut ended: BTreeMap<TrialNumber, usize> = BTreeMap::new();
    for trial in 0..24 {
        if let Some(seen) = u64::checked_sub(trial, 3)
            && ended[&seen] == 4
            && incumbent.is_none_or(|(least, _)| mean(&losses(seen)) < least)
        {
            let worst = losses(seen).into_iter().fold(0.0, f64::max);
            incumbent = Some((mean(&losses(seen)), worst));
        }
        let stops = |n: &usize| incumbent.is_some_and(|(_, worst)| mean(&losses(trial)[..*n]) > worst);
        ended.insert(trial, (1..4).find(stops).unwrap_or(4));
    }
    let pruned: Vec<(TrialNumber, usize)> =
        ended.iter().filter(|(_, n)| **n < 4).map(|(t, n)| (*t, *n)).collect();
    assert_eq!(raced.pruned, pruned);
    assert!(pruned.len() >= 5, "{pruned:?}");
    let kept = all.folds.iter().filter(|fold| fold.unit.split < ended[&fold.unit.trial]);
    assert!(kept.eq(&raced.folds));
}

/// From results a sampler learns: of the last trials more are good than of the first.
#[test]
fn tpe_goes_where_trials_are_good() {
    let stored = whole(&sweep(&["search.sampler=tpe", "search.trials=60"]), 2);
    let rate = |number: usize| match stored.trials[number].point[0] {
        (_, Value::Float(rate)) => rate,
        _ => unreachable!("learning_rate is first"),
    };
    // 20 epochs are few: small rates learn nothing. Of the domain two fifths are below 1e-3; of twenty random trials two or fewer
    // would be there once in three hundred times.
    let n_small = |numbers: std::ops::Range<usize>| numbers.filter(|&number| rate(number) < 1e-3).count();
    assert!(n_small(0..10) >= 3 && n_small(40..60) <= 2, "{} {}", n_small(0..10), n_small(40..60));
}

/// What no run of a race would have left is refused in words.
#[test]
fn folds_that_no_race_leaves() {
    let plan = sweep(&["search.trials=4"]);
    let whole = whole(&plan, 1);
    for (unit, said) in [
        (UnitId { trial: 1, split: 1 }, "split 1 of trial 1 without those before it"),
        (UnitId { trial: 1, split: 9 }, "split 9 of trial 1, where the sweep has 4"),
    ] {
        let folder = folder();
        let one = FoldRecord { unit, ..whole.folds[0].clone() };
        keep(&plan, folder.path(), &whole.trials, &[one], 0);
        let stop = AtomicBool::new(false);
        let options = RunOptions::new(1, &stop);
        let error = runner::run(&plan, folder.path(), &options, |_| {}).expect_err("damaged");
        assert!(error.to_string().contains(said), "{error}");
    }
}

//! Sweeps whose epochs are shared out: the trials that go on are those of the rule, on any number of threads, from wherever a run
//! goes on; and what comes of them is what comes of runs that nobody paused.

use crate::fixture::{SMALL, Stored, folder, parse, plan, run, stored, whole};
use mlpsweep_search::TrialNumber;
use mlpsweep_sweep::Plan;
use mlpsweep_sweep::record::{FoldRecord, FoldState, OutOfFold};
use mlpsweep_sweep::runner::{self, RunEnd, RunOptions};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Brackets of nine trials: 2, 6 and 18 epochs.
const SHARED: &[&str] = &[
    "search.trials=27",
    "search.budget=halving",
    "search.min_epochs=2",
    "search.lag=4",
    "parameters.epochs=18",
    "parameters.learning_rate={ min = 1e-4, max = 0.3, scale = \"log\" }",
    "parameters.width={ min = 1, max = 32, scale = \"log\" }",
];

fn sweep(overrides: &[&str]) -> Plan {
    plan(SMALL, &[SHARED, overrides].concat())
}

#[test]
fn the_same_on_any_number_of_threads() {
    for overrides in [
        &["search.sampler=random"][..],
        &["search.sampler=random", "search.racing=off"],
        &["search.sampler=tpe", "search.budget=hyperband", "search.racing=paired"],
        &["search.sampler=gp", "search.racing=median"],
        &[
            "search.sampler=random",
            "early_stopping.patience=2",
            "search.budget=hyperband",
            "search.trials=40",
        ],
    ] {
        let plan = sweep(overrides);
        let alone = whole(&plan, 1);
        assert_eq!(alone.trials.len() as u64, plan.n_trials.expect("settled"), "{overrides:?}");
        for jobs in [2, 8] {
            assert_eq!(whole(&plan, jobs), alone, "{jobs} jobs, {overrides:?}");
        }
    }
}

/// Runs until so many batches are stored.
fn run_until(plan: &Plan, folder: &Path, n_batches: usize) -> RunEnd {
    let stop = AtomicBool::new(false);
    let options = RunOptions::new(2, &stop);
    let mut n = 0;
    let end = runner::run(plan, folder, &options, |_| {
        n += 1;
        // The first one tells what was there.
        stop.store(n > n_batches, Ordering::Relaxed);
    });
    end.unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_same_however_often_it_is_interrupted() {
    for overrides in [&["search.sampler=tpe"][..], &["search.sampler=random", "early_stopping.patience=2"]] {
        let plan = sweep(overrides);
        let expected = whole(&plan, 2);
        for n_batches in [1, 3] {
            let folder = folder();
            let mut n_runs = 1;
            while run_until(&plan, folder.path(), n_batches) == RunEnd::Stopped {
                n_runs += 1;
                assert!(n_runs < 1000, "a run that never ends");
            }
            assert!(n_runs > 1, "stopped at least once");
            assert_eq!(stored(folder.path()), expected, "{n_runs} runs, {overrides:?}");
        }
    }
}

#[test]
fn more_trials_are_further_brackets() {
    let folder = folder();
    for trials in ["search.trials=9", "search.trials=10", "search.trials=27"] {
        assert_eq!(run(&sweep(&["search.sampler=tpe", trials]), folder.path(), 2), RunEnd::Finished);
    }
    assert_eq!(stored(folder.path()), whole(&sweep(&["search.sampler=tpe"]), 1));
    assert_eq!(sweep(&["search.trials=10"]).n_trials, Some(18));
}

/// A sweep of whole runs of so many epochs: a constant learning rate makes them the beginnings of longer ones.
fn of_epochs(epochs: usize) -> Stored {
    let epochs = format!("parameters.epochs={epochs}");
    let full = ["search.budget=full", "search.racing=off", "search.trials=9", &epochs];
    let overrides: Vec<&str> = SHARED.iter().copied().filter(|text| !text.contains("min_epochs")).collect();
    whole(&plan(SMALL, &[&overrides[..], &full].concat()), 2)
}

#[test]
fn the_best_third_goes_on_and_nothing_is_lost_by_pausing() {
    let shared = whole(&sweep(&["search.racing=off", "search.trials=9"]), 2);
    let mean_loss = |stored: &Stored, trial: TrialNumber| {
        let folds = stored.folds.iter().filter(|fold| fold.unit.trial == trial);
        let losses: Vec<f64> = folds.map(|fold| fold.base.expect("nothing diverges").validation).collect();
        losses.iter().sum::<f64>() / losses.len() as f64
    };
    let mut alive: Vec<TrialNumber> = (0..9).collect();
    for (epochs, n_next) in [(2, 3), (6, 1), (18, 0)] {
        let full = of_epochs(epochs);
        alive.sort_by(|a, b| mean_loss(&full, *a).total_cmp(&mean_loss(&full, *b)));
        for trial in alive.split_off(n_next) {
            let of = |stored: &Stored| -> Vec<FoldRecord> {
                let folds = stored.folds.iter().filter(|fold| fold.unit.trial == trial);
                folds.map(|fold| FoldRecord { earlier: Vec::new(), ..fold.clone() }).collect()
            };
            let expected = of(&full).into_iter().map(|fold| match epochs {
                18 => fold,
                // What is paused keeps nothing of its rows.
                _ => FoldRecord { state: FoldState::Paused, out_of_fold: OutOfFold::default(), ..fold },
            });
            assert_eq!(of(&shared), expected.collect::<Vec<_>>(), "trial {trial} of {epochs} epochs");
            let is_pruned = shared.pruned.contains(&(trial, 3));
            assert_eq!(is_pruned, epochs < 18, "trial {trial}");
        }
    }
}

#[test]
fn the_losses_of_earlier_rungs_are_kept() {
    let shared = whole(&sweep(&["search.racing=off", "search.trials=9"]), 2);
    let winner = shared.folds.iter().find(|fold| fold.state == FoldState::Complete).expect("a whole run");
    let of = |epochs| of_epochs(epochs).folds.into_iter().find(|fold| fold.unit == winner.unit);
    let loss = |epochs| of(epochs).and_then(|fold| fold.base).map(|base| base.validation);
    assert_eq!(winner.earlier, [loss(2), loss(6)]);
    assert_eq!((winner.n_stops(), winner.curve.len()), (3, 18));
}

/// A fold that is passed over at its last rung keeps what it had reached at the ones before.
#[test]
fn killed_at_the_last_rung() {
    let plan = sweep(&["search.racing=off", "search.trials=9"]);
    let undisturbed = whole(&plan, 2);
    let winner = undisturbed.folds.iter().find(|fold| fold.earlier.len() == 2).expect("a last rung");
    let folder = folder();
    let now = || stored(folder.path()).folds.into_iter().find(|fold| fold.unit == winner.unit);
    let until_a_batch = || assert_eq!(run_until(&plan, folder.path(), 1), RunEnd::Stopped);
    until_a_batch();
    while now().is_none_or(|fold| fold.earlier.is_empty()) {
        until_a_batch();
    }
    let killed = format!("killed {} {} 3\n", winner.unit.trial, winner.unit.split);
    std::fs::write(folder.path().join("study.attempts"), killed).expect("written");
    let stop = AtomicBool::new(false);
    let options = RunOptions { max_attempts: Some(3), ..RunOptions::new(2, &stop) };
    assert_eq!(runner::run(&plan, folder.path(), &options, |_| {}).expect("a run"), RunEnd::Finished);
    let found = now().expect("a fold");
    assert_eq!(found.state, FoldState::Failed { message: "killed 3 times".into() });
    assert_eq!(found.earlier, winner.earlier);
}

#[test]
fn a_target_score_ends_the_search() {
    let plan = plan(
        SMALL,
        &[
            "search.trials=40",
            "search.lag=2",
            "search.racing=off",
            "search.target_score=0.6",
            "parameters.epochs=30",
        ],
    );
    let folder = folder();
    assert_eq!(run(&plan, folder.path(), 2), RunEnd::TargetReached);
    let found = stored(folder.path());
    let mean = |trial: TrialNumber| {
        let folds = found.folds.iter().filter(|fold| fold.unit.trial == trial);
        folds.map(|fold| fold.test_scores[0]).sum::<f64>() / 3.0
    };
    let first = (0..40).find(|&trial| mean(trial) <= 0.6).expect("a trial that is good enough");
    // The trial after it was under way when it ended, whatever it took.
    assert_eq!(found.trials.len() as u64, first + 2);
    assert_eq!(run(&plan, folder.path(), 1), RunEnd::TargetReached, "there is nothing left to do");
    assert_eq!(stored(folder.path()), found);
}

/// Where epochs are shared out the bracket in which the target is reached is the last one.
#[test]
fn a_target_score_ends_the_search_with_its_bracket() {
    let easy = sweep(&["search.target_score=10.0"]);
    let never = whole(&sweep(&["search.trials=9"]), 2);
    for jobs in [1, 2] {
        let folder = folder();
        for _ in 0..2 {
            assert_eq!(run(&easy, folder.path(), jobs), RunEnd::TargetReached);
            assert_eq!(stored(folder.path()), never, "nine of the 27 trials");
        }
    }
}

#[test]
fn budgets_that_make_no_sense_are_refused() {
    let message = |overrides: &[&str]| {
        let error = parse(SMALL, overrides).expect_err("refused");
        format!("{error}\n  {}", error.hint.as_deref().unwrap_or_default())
    };
    insta::assert_snapshot!(
        [
            message(&["search.budget=halving", "parameters.epochs=1"]),
            message(&["search.budget=halving", "parameters.epochs={ min = 1, max = 9 }"]),
            message(&["search.factor=4"]),
            message(&["search.budget=hyperband", "search.min_epochs=0"]),
            message(&["search.budget=sometimes"]),
            message(&["search.target_score=good"]),
        ]
        .join("\n"),
        @r#"
        --set parameters.epochs=1: `search.budget = "halving"` of 1 epochs has no rung before the last, with at least 1 a rung and a factor of 3
          take more `epochs`, or less of `min_epochs` or `factor`
        --set parameters.epochs={ min = 1, max = 9 }: `search.budget = "halving"` shares out `epochs`, which differ here
          fix `epochs` in [parameters]: how many a whole run has
        --set search.factor=4: `search.factor` beside `budget = "full"`
          it is for budget = "halving" or "hyperband"; take it out
        --set search.min_epochs=0: `search.min_epochs` is 0, but must be a whole number, at least 1
          
        --set search.budget=sometimes: `search.budget` is "sometimes", which is not known
          known are `full`, `halving`, `hyperband`
        --set search.target_score=good: `search.target_score` is "good", but must be a score
        "#
    );
}

//! What a sweep file and its data say together.

use crate::fixture::{SMALL, parse, plan};
use mlpsweep_sweep::{Plan, SweepError};
use std::time::{Duration, Instant};

fn error(text: &str, overrides: &[&str]) -> SweepError {
    Plan::new(parse(text, overrides).unwrap_or_else(|error| panic!("{error}"))).expect_err(text)
}

/// What is said of `SMALL` with each of the overrides.
fn refused(overrides: &[&[&str]]) -> String {
    let say = |error: &SweepError| {
        let hint = error.hint().map(|hint| format!("\n   hint: {hint}")).unwrap_or_default();
        format!("{error}{hint}\n")
    };
    overrides.iter().map(|overrides| say(&error(SMALL, overrides))).collect()
}

#[test]
fn networks_too_large_for_memory() {
    let started = Instant::now();
    insta::assert_snapshot!(refused(&[
        &["parameters.width=1000000000"],
        &["parameters.width={ min = 1, max = 9223372036854775807, scale = \"log\" }"],
        &["parameters.width={ values = [8, 1000000000, 4] }"],
        &["parameters.width=100000", "parameters.depth=2"],
        &["parameters.depth={ min = 0, max = 9223372036854775807 }"],
        &["parameters.depth=10000", "parameters.width=1000"],
    ]), @r"
    --set parameters.width=1000000000: 1000000000 hidden units need about 1043.1 GiB for one run, but 8 GiB is the limit
       hint: take fewer or smaller layers
    --set parameters.width={ min = 1, max = 9223372036854775807, scale…: 9223372036854745088 hidden units need about 9620726743040.0 GiB for one run, but 8 GiB is the limit
       hint: take fewer or smaller layers
    --set parameters.width={ values = [8, 1000000000, 4] }: 1000000000 hidden units need about 1043.1 GiB for one run, but 8 GiB is the limit
       hint: take fewer or smaller layers
    --set parameters.width=100000: 2 hidden layers of 100000 units need about 372.7 GiB for one run, but 8 GiB is the limit
       hint: take fewer or smaller layers
    --set parameters.depth={ min = 0, max = 9223372036854775807 }: `parameters.depth` reaches 9223372036854775807, but must be at most 10000
    --set parameters.width=1000: 10000 hidden layers of 1000 units need about 381.8 GiB for one run, but 8 GiB is the limit
       hint: take fewer or smaller layers
    ");
    let hidden = SMALL.replace("width = 4", "hidden = { values = [[4], [1000000000, 1000000000]] }");
    insta::assert_snapshot!(error(&hidden, &[]), @"s.toml:18:1: 2 hidden layers of 1000000000 units need about 37252904959.0 GiB for one run, but 8 GiB is the limit");
    assert!(started.elapsed() < Duration::from_secs(20), "found without allocating");
}

#[test]
fn losses_and_metrics_of_another_task() {
    insta::assert_snapshot!(refused(&[
        &["parameters.loss=squared_error"],
        &["parameters.loss={ values = [\"cross_entropy\", \"squared_error\"] }"],
        &["data={ builtin = \"iris\" }", "parameters.loss=binary_cross_entropy"],
        &["data={ builtin = \"diabetes\" }", "parameters.loss=cross_entropy", "score={}"],
        &["data={ builtin = \"diabetes\" }"],
        &["score={ metric = \"rmse\" }"],
    ]), @r#"
    --set parameters.loss=squared_error: `loss` is squared_error, which is for numbers, but the target holds classes
       hint: without `loss` it is chosen to fit the target
    --set parameters.loss={ values = ["cross_entropy", "squared_error"…: `loss` is squared_error, which is for numbers, but the target holds classes
       hint: without `loss` it is chosen to fit the target
    --set parameters.loss=binary_cross_entropy: `loss` is binary_cross_entropy, which is for classes, but the target holds 3 classes instead of 2
       hint: without `loss` it is chosen to fit the target
    --set parameters.loss=cross_entropy: `loss` is cross_entropy, which is for classes, but the target holds numbers
       hint: without `loss` it is chosen to fit the target
    s.toml:11:1: `score` names log_loss, but this is a regression
       hint: for a regression there are mse, rmse, mae, r2
    --set score={ metric = "rmse" }: `score` names rmse, but this is a classification
       hint: for a classification there are accuracy, log_loss
    "#);
}

#[test]
fn more_folds_than_rows() {
    insta::assert_snapshot!(refused(&[
        &["cv.folds=61"],
        &["cv.folds=31"],
        &["cv.folds=61", "cv.kind=kfold"],
        &["data.test=0.99"],
        &["data={ builtin = \"diabetes\" }", "score={}", "cv.kind=stratified"],
    ]), @r#"
    s.toml: the folds: 61 folds, but only 60 rows to share out
       hint: every fold validates at least one row, so 60 folds are the most
    the folds: class `0` has 30 rows, fewer than 31 folds
       hint: use at most 30 folds, collect more rows of that class, or use `kind = "kfold"`
    s.toml: the folds: 61 folds, but only 60 rows to share out
       hint: every fold validates at least one row, so 60 folds are the most
    s.toml: the folds: 3 folds, but only 1 row to share out
       hint: each part needs at least one row
    s.toml: the folds: `progression` holds numbers, but a stratified split needs classes
       hint: use `kind = "kfold"` for a regression, `kind = "group"` with groups
    "#);
}

#[test]
fn grids() {
    let grid = |text: &str| plan(text, &["search={ sampler = \"grid\" }"]);
    let axis = "{ min = 0.0, max = 0.99, step = 0.01 }";
    let keys = ["dropout", "input_dropout", "l1", "l2", "beta1", "beta2"];
    let overrides: Vec<String> = keys.iter().map(|key| format!("parameters.{key}={axis}")).collect();
    let mut overrides: Vec<&str> = overrides.iter().map(String::as_str).collect();
    overrides.extend(["parameters.learning_rate=0.1", "search={ sampler = \"grid\" }"]);

    let started = Instant::now();
    let huge = plan(SMALL, &overrides);
    assert_eq!((huge.n_points, huge.n_trials), (Some(1_000_000_000_000), None));
    insta::assert_snapshot!(huge.too_many_points(), @r#"--set search={ sampler = "grid" }: the grid has 1000000000000 points, and more than 1000000 are not run unasked"#);
    overrides.push("search.trials=5");
    let some = plan(SMALL, &overrides);
    assert_eq!((some.n_points, some.n_trials), (Some(1_000_000_000_000), Some(5)));
    assert_eq!(some.trials(5).count(), 5);
    assert!(started.elapsed() < Duration::from_secs(10), "counted, not built");

    insta::assert_snapshot!(refused(&[&["search={ sampler = \"grid\" }"]]), @r#"
    s.toml:16:1: `learning_rate` is a range without a step, but a grid needs values that can be counted
       hint: give it a `step` or a list of `values`, or take sampler = "random"
    "#);
    let two = grid(&SMALL.replace("{ min = 1e-3, max = 1e-1, scale = \"log\" }", "0.01"));
    assert_eq!((two.n_points, two.n_trials), (Some(2), Some(2)));
}

#[test]
fn no_more_trials_than_points() {
    let text = SMALL.replace("{ min = 1e-3, max = 1e-1, scale = \"log\" }", "0.01");
    for sampler in ["grid", "random"] {
        let plan = plan(&text, &[&format!("search={{ sampler = \"{sampler}\", trials = 1000 }}")]);
        assert_eq!(plan.n_trials, Some(2), "{sampler}");
        let points: Vec<_> = plan.trials(1000).map(|trial| trial.point).collect();
        assert_eq!(points.len(), 2, "{sampler}");
        assert_ne!(points[0], points[1], "{sampler}");
    }
}

/// A later trial does not depend on how many are asked for.
#[test]
fn more_trials_begin_with_the_same_ones() {
    for overrides in
        [&[][..], &["search.sampler=grid", "parameters.learning_rate={ values = [0.1, 0.2, 0.3] }"]]
    {
        let plan = plan(SMALL, overrides);
        let six: Vec<_> = plan.trials(6).collect();
        for n in 0..6 {
            assert!(plan.trials(n).eq(six[..n as usize].iter().cloned()), "{n} of {overrides:?}");
        }
    }
}

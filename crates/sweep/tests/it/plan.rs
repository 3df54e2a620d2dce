//! What a sweep file and its data say together.

use crate::fixture::{SMALL, parse, plan};
use mlpsweep_data::Target;
use mlpsweep_search::Value;
use mlpsweep_sweep::record::Name;
use mlpsweep_sweep::spec::Sweep;
use mlpsweep_sweep::{Plan, SweepError};
use std::collections::BTreeSet;
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
    insta::assert_snapshot!(error(&hidden, &[]), @r#"s.toml:19:1: 2 hidden layers of 1000000000 units need about 37252904959.0 GiB for one run, but 8 GiB is the limit"#);
    assert!(started.elapsed() < Duration::from_secs(20), "found without allocating");
}

/// Smoothing is of the softmax, weights are of classes.
#[test]
fn parameters_that_this_target_has_no_use_for() {
    insta::assert_snapshot!(refused(&[
        &["parameters.label_smoothing=0.1"],
        &["data={ builtin = \"diabetes\" }", "parameters.label_smoothing=0.1", "score={}"],
        &["data={ builtin = \"diabetes\" }", "parameters.class_weight=balanced", "score={}"],
    ]), @r#"
    --set parameters.label_smoothing=0.1: `parameters.label_smoothing` is not used by binary_cross_entropy, the default loss of this target
       hint: for two classes say loss = "cross_entropy" as well
    --set parameters.label_smoothing=0.1: `parameters.label_smoothing` is not used by squared_error, the default loss of this target
       hint: it is a constant of loss = "cross_entropy", which is for classes
    --set parameters.class_weight=balanced: `parameters.class_weight` is not used by a regression
       hint: numbers have no classes; leave it out
    "#);
    plan(SMALL, &["data={ builtin = \"iris\" }", "parameters.label_smoothing=0.1"]);
    plan(SMALL, &["parameters.loss=cross_entropy", "parameters.label_smoothing=0.1"]);
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
       hint: for a regression there are mse, rmse, mae, r2, mape
    --set score={ metric = "rmse" }: `score` names rmse, but this is a classification
       hint: for a classification there are accuracy, balanced_accuracy, f1_macro, mcc, average_precision, roc_auc, log_loss, brier
    "#);
}

#[test]
fn metrics_of_two_classes() {
    insta::assert_snapshot!(refused(&[
        &["data={ builtin = \"iris\" }", "score={ metric = \"average_precision\" }"],
        &["data={ builtin = \"iris\", positive_class = \"setosa\" }"],
        &["data={ builtin = \"breast_cancer\", positive_class = \"benigm\" }"],
        &["data={ builtin = \"breast_cancer\", positive_class = 1 }"],
        &["data={ builtin = \"diabetes\", positive_class = 1 }", "score={}"],
    ]), @r#"
    --set score={ metric = "average_precision" }: `score` names average_precision, which is for two classes, but there are 3
       hint: for 3 classes there are accuracy, balanced_accuracy, f1_macro, mcc, roc_auc, log_loss, brier
    --set data={ builtin = "iris", positive_class = "setosa" }: `data.positive_class`, but there are 3 classes
       hint: one of two classes is the positive one; scores of more classes treat all alike
    --set data={ builtin = "breast_cancer", positive_class = "benigm" …: `data.positive_class` is "benigm", which is not known
       hint: did you mean `benign`?
    --set data={ builtin = "breast_cancer", positive_class = 1 }: `data.positive_class` is "1", which is not known
       hint: known are `benign`, `malignant`
    --set data={ builtin = "diabetes", positive_class = 1 }: `data.positive_class`, but this is a regression
       hint: leave it out
    "#);
    let positive = |overrides: &[&str]| {
        let plan = plan(SMALL, overrides);
        let Target::Classes { positive, .. } = plan.data.target else { panic!("moons are classes") };
        let identity = plan.info().identity.get("data.positive_class").cloned();
        (positive, identity.map(|label| label.to_string()))
    };
    let metric = "score.metric=average_precision";
    assert_eq!(positive(&[metric]), (1, Some("\"1\"".into())));
    assert_eq!(positive(&[metric, "data.positive_class=0"]), (0, Some("\"0\"".into())));
    assert_eq!(positive(&[metric, "data.positive_class=0.0"]), (0, Some("\"0\"".into())));
    assert_eq!(positive(&["data.positive_class=0"]), (0, None), "other scores do not depend on it");
}

/// A fold of one row is of one class.
#[test]
fn metrics_without_a_value_on_a_fold() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows: String = (0..24).map(|row| format!("{row},{}\n", row % 2)).collect();
    std::fs::write(folder.path().join("d.csv"), format!("x,y\n{rows}")).expect("a file");
    let text = "[data]\npath = \"d.csv\"\ntarget = \"y\"\ntest = 0\n[cv]\nkind = \"kfold\"\nfolds = 24\n\
                [score]\nmetric = \"accuracy\"\n";
    let planned = |overrides: &[&str]| {
        let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
        Plan::new(Sweep::parse(text, &folder.path().join("s.toml"), &overrides).expect("a sweep"))
    };
    assert!(planned(&[]).is_ok(), "accuracy has a value on any row");
    let error = planned(&["score.also=roc_auc"]).expect_err("one row has no area");
    insta::assert_snapshot!(error, @"--set score.also=roc_auc: roc_auc is not defined in fold 0 of repeat 0: the validation rows hold one class only");
    let absent = ["score.also=roc_auc", "cv.folds=3", "cv.kind=stratified"];
    assert!(planned(&absent).is_ok());
    let error =
        planned(&[&absent[..], &["data.classes=[0, 1, \"rare\"]"]].concat()).expect_err("no row of it");
    insta::assert_snapshot!(error, @"--set score.also=roc_auc: roc_auc is not defined in fold 0 of repeat 0: the validation rows hold no row of class `rare`");
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
    s.toml:17:1: `learning_rate` is a range without a step, but a grid needs values that can be counted
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

/// What is enqueued comes first; no other trial is another for it.
#[test]
fn enqueued_before_others() {
    let enqueue =
        "enqueue=[{ dropout = 0.2, learning_rate = 0.05 }, { learning_rate = 1e-3 }, { dropout = 0.0 }]";
    let points = |plan: &Plan| plan.trials(6).map(|trial| trial.point).collect::<Vec<_>>();
    let value = |point: &[(Name, Value)], name: &str| {
        point.iter().find(|(known, _)| **known == *name).map(|(_, value)| value.clone()).expect("a value")
    };
    let drawn = points(&plan(SMALL, &[]));
    let enqueued = points(&plan(SMALL, &[enqueue]));
    assert_eq!(value(&enqueued[0], "learning_rate"), Value::Float(0.05));
    assert_eq!(value(&enqueued[0], "dropout"), Value::Float(0.2));
    assert_eq!(value(&enqueued[0], "width"), Value::Int(4));
    assert_eq!(value(&enqueued[1], "learning_rate"), Value::Float(1e-3));
    assert_eq!(value(&enqueued[1], "dropout"), value(&drawn[1], "dropout"));
    assert_eq!(value(&enqueued[2], "learning_rate"), value(&drawn[2], "learning_rate"));
    assert_eq!(enqueued[3..], drawn[3..]);

    let axes = ["parameters.learning_rate={ values = [0.1, 0.2, 0.3] }", "search={ sampler = \"grid\" }"];
    let grid = plan(SMALL, &[&axes[..], &["enqueue=[{ learning_rate = 0.3, dropout = 0.0 }]"]].concat());
    assert_eq!((grid.n_points, grid.n_trials), (Some(6), Some(6)), "enqueued points are of the grid");
    let points = points(&grid);
    assert_eq!(value(&points[0], "learning_rate"), Value::Float(0.3));
    assert_eq!(points.iter().collect::<BTreeSet<_>>().len(), 6, "each once");
    assert_eq!(grid.trials(7).count(), 6, "and no more");
}

#[test]
fn entries_that_stand_for_nothing_new() {
    let text = SMALL.replace("{ min = 1e-3, max = 1e-1, scale = \"log\" }", "{ values = [0.1, 0.2] }");
    let entries = "[[enqueue]]\nlearning_rate = 0.1\ndropout = 0.2\n[[enqueue]]\nlearning_rate = 0.1\n";
    let once_more = [
        format!("{text}{entries}[[enqueue]]\ndropout = 2e-1\nlearning_rate = 1e-1\n"),
        format!("{text}{entries}[[enqueue]]\nlearning_rate = 0.1\n"),
    ];
    let [random, grid] = ["search.sampler=random", "search.sampler=grid"].map(|sampler| {
        assert_eq!(plan(&format!("{text}{entries}"), &[sampler]).trials(9).count(), 4);
        once_more.iter().map(|text| format!("{}\n", error(text, &[sampler]))).collect::<String>()
    });
    insta::assert_snapshot!(random, @r#"
    s.toml:26:1: `enqueue` has this configuration twice, in line 21 too
    s.toml:26:1: `enqueue` has all that this entry leaves open already
    "#);
    assert_eq!(grid, random);
}

#[test]
fn listed() {
    let overrides = |entries| ["search={ sampler = \"list\" }", "parameters={ epochs = 3 }", entries];
    let two = plan(SMALL, &overrides("enqueue=[{ hidden = [4] }, { width = 3, l2 = 1 }]"));
    assert_eq!((two.n_points, two.n_trials), (Some(2), Some(2)));
    let point = |plan: &Plan, number| {
        let trial = plan.trials(9).nth(number).expect("a trial");
        trial.point.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(point(&two, 0), "epochs=3 hidden=[4]");
    assert_eq!(point(&two, 1), "epochs=3 l2=1.0 width=3");
    assert_eq!(two.trials(9).count(), 2);
    let columns = [("epochs", false), ("hidden", true), ("l2", true), ("width", true)];
    assert_eq!(two.info().parameters, columns.map(|(name, searched)| (name.to_owned(), searched)));

    let other = plan(SMALL, &overrides("enqueue=[{ hidden = [4] }, { width = 3, l2 = 2 }]"));
    assert_eq!(other.info().identity, two.info().identity, "trials are compared one by one");
    assert_ne!(other.info().sweep_hash, two.info().sweep_hash);

    let overrides =
        ["search={ sampler = \"list\", trials = 1 }", "parameters={}", "enqueue=[{ l2 = 1 }, { l2 = 2 }]"];
    let one = plan(SMALL, &overrides);
    assert_eq!((one.n_points, one.n_trials), (Some(2), Some(1)));
    assert_eq!(one.notes, ["2 configurations are enqueued; the first 1 are run, as `trials` says"]);
}

/// Found where they were written, in whichever entry.
#[test]
fn listed_networks_that_are_none() {
    let head = "[data]\nbuiltin = \"moons\"\n[search]\nsampler = \"list\"\n[parameters]\nepochs = 3\n\
                [[enqueue]]\nwidth = 3\n[[enqueue]]\n";
    let said: String = [
        "width = 1000000000",
        "depth = 20000",
        "loss = \"squared_error\"",
        "label_smoothing = 0.1",
        "l2 = 1\nhidden = [4, 1000000000]",
    ]
    .iter()
    .map(|entry| format!("{}\n", error(&format!("{head}{entry}"), &[])))
    .collect();
    insta::assert_snapshot!(said, @r"
    s.toml:10:1: 1000000000 hidden units need about 3963.7 GiB for one run, but 8 GiB is the limit
    s.toml:10:1: `enqueue.depth` reaches 20000, but must be at most 10000
    s.toml:10:1: `loss` is squared_error, which is for numbers, but the target holds classes
    s.toml:10:1: `enqueue.label_smoothing` is not used by binary_cross_entropy, the default loss of this target
    s.toml:11:1: hidden layers of [4, 1000000000] units need about 4038.2 GiB for one run, but 8 GiB is the limit
    ");
}

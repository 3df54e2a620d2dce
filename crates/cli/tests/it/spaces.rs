//! Conditions, groups, constraints and shared epochs, from the sweep file to the reports.

use crate::fixture::{Place, results};
use crate::validate::without_forecast;

const SWEEP: &str = r#"name = "spaces"
seed = 3
[data]
builtin = "moons"
rows = 60
test = 0
[cv]
folds = 3
[search]
sampler = "tpe"
trials = 10
budget = "halving"
racing = "off"
[parameters]
width = { min = 2, max = 16, scale = "log" }
depth = { values = [1, 2], ordered = true }
epochs = 9
[[group]]
name = "adam"
learning_rate = { min = 1e-3, max = 1e-1, scale = "log" }
[[group]]
name = "momentum"
optimizer = { values = ["momentum", "nesterov"], probabilities = [0.25, 0.75] }
learning_rate = { min = 1e-2, max = 1.0, scale = "log" }
momentum = { min = 0.5, max = 0.99, scale = "logit" }
[[constraint]]
expr = "depth * width <= 20"
"#;

#[test]
fn what_was_understood() {
    let place = Place::new(SWEEP);
    let said = place.say("validate s.toml").expect(0, "18 trials instead of 10");
    insta::assert_snapshot!(without_forecast(&said.stdout), @r#"
    sweep            spaces
    data             moons, 60 rows, 2 features
    target           class, 2 classes: 0 30 (50.0 %), 1 30 (50.0 %)
    held out         0 rows
    splits           3 stratified folds
    metric           log_loss, minimize
    sampler          tpe
    racing           off
    budget           halving, rungs of 1, 3, 9 epochs
    configurations   a continuum
    trial 0          the default configuration
    trials           18, 78 folds to train up to a rung
      group          in ["adam", "momentum"]
      width          in { min = 2, max = 16, scale = "log" }
      depth          in { values = [1, 2], ordered = true }
      epochs         = 9
      learning_rate  in { min = 0.001, max = 0.1, scale = "log" }, when group == 'adam'; in { min = 0.01, max = 1.0, scale = "log" }, when group == 'momentum'
      optimizer      in { values = ["momentum", "nesterov"], probabilities = [0.25, 0.75] }, when group == 'momentum'
      momentum       in { min = 0.5, max = 0.99, scale = "logit" }, when group == 'momentum'
      constraints    depth * width <= 20
    "#);
}

#[test]
fn a_whole_run() {
    let place = Place::new(SWEEP);
    for jobs in ["1", "3"] {
        place.say(&format!("run s.toml --jobs {jobs} --out o{jobs}")).expect(0, "results are in");
    }
    assert_eq!(results(&place.path("o1")), results(&place.path("o3")));
    let [ranked, folds, _] = results(&place.path("o1"));
    let header = ranked.lines().next().expect("a header");
    for column in ["param_group", "param_optimizer", "param_learning_rate", "param_momentum"] {
        assert_eq!(header.split(',').filter(|name| *name == column).count(), 1, "{column} in {header}");
    }
    // Two brackets of nine, of which one trial each has all its epochs, if none ends before.
    let n_in_state = |state: &str| ranked.lines().filter(|row| row.split(',').nth(2) == Some(state)).count();
    assert_eq!((n_in_state("complete"), n_in_state("pruned")), (2, 16), "{ranked}");
    assert_eq!(folds.matches(",paused,").count(), 16 * 3, "{folds}");
    let status = place.say("status o1").expect(0, "").stdout;
    assert!(status.contains("trials complete    2 of 18"), "{status}");
    place.say("run s.toml --out o1").expect(0, "78/78 folds");
    place.say("report o1").expect(0, "");
    place.say("export o1 --to optuna --out study.log").expect(0, "");
}

#[test]
fn a_grid_in_random_order_under_a_constraint() {
    let text = SWEEP
        .replace(
            "sampler = \"tpe\"\ntrials = 10\nbudget = \"halving\"",
            "sampler = \"grid\"\nshuffle = true\ntrials = 3",
        )
        .split("[[group]]")
        .next()
        .unwrap_or_default()
        .replace("epochs = 9", "epochs = 1\n[[constraint]]\nexpr = \"depth * width <= 20\"");
    let place = Place::new(&text);
    // Of 15 widths all with one layer, 9 with two.
    let said = place.say("validate s.toml").expect(0, "").stdout;
    assert!(said.contains("configurations  24\n"), "{said}");
    place.say("run s.toml").expect(0, "9/9 folds");
}

#[test]
fn a_target_that_is_reached() {
    let text = SWEEP.replace("budget = \"halving\"", "lag = 2\ntarget_score = 100.0");
    let place = Place::new(&text);
    let ran = place.say("run s.toml").expect(0, "the target score is reached");
    assert!(ran.stderr.contains("results are in"), "{}", ran.stderr);
    place.say("run s.toml").expect(0, "the target score is reached");
}

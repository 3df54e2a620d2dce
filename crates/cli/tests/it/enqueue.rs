//! Configurations that are named: tried first, or all there is.

use crate::fixture::{Place, SMALL, n_finished, results};
use crate::validate::without_forecast;
use mlpsweep_search::Value;
use mlpsweep_sweep::spec::Sweep;
use std::path::Path;

/// Three configurations of different keys.
const LIST: &str = r#"name = "list"
seed = 3
[data]
builtin = "moons"
rows = 60
test = 0
[cv]
folds = 3
[search]
sampler = "list"
[parameters]
epochs = 3
[[enqueue]]
hidden = [4, 3]
[[enqueue]]
width = 5
optimizer = "heavy_ball"
learning_rate = 0.01
[[enqueue]]
width = 5
l2 = 1
"#;

/// Before four trials of a random search.
const FIRST: &str = "[[enqueue]]\nlearning_rate = 0.05\n[[enqueue]]\nlearning_rate = 0.002\n";

/// The columns of ranked.csv whose names begin with `start`, then their cells, a line a trial in the order of numbers.
#[track_caller]
fn columns(place: &Place, out: &str, start: &str) -> Vec<String> {
    let rows = place.say(&format!("rank {out} --format json")).expect(0, "").stdout;
    let mut rows: Vec<serde_json::Map<String, serde_json::Value>> =
        serde_json::from_str(&rows).expect("JSON");
    rows.sort_by_key(|row| row["number"].as_u64());
    let wanted = |row: &serde_json::Map<String, serde_json::Value>| {
        row.iter()
            .filter(|(name, _)| name.starts_with(start))
            .map(|(name, cell)| (name.clone(), cell.to_string()))
            .unzip()
    };
    let (mut names, cells): (Vec<Vec<String>>, Vec<Vec<String>>) = rows.iter().map(wanted).unzip();
    names.truncate(1);
    names.iter().chain(&cells).map(|line| line.join(" | ")).collect()
}

#[test]
fn a_whole_list() {
    let place = Place::new(LIST);
    insta::assert_snapshot!(without_forecast(&place.say("validate s.toml").expect(0, "").stdout), @r"
    sweep            list
    data             moons, 60 rows, 2 features
    target           class, 2 classes: 0 30 (50.0 %), 1 30 (50.0 %)
    held out         0 rows
    splits           3 stratified folds
    metric           log_loss, minimize
    sampler          list
    racing           forgiving
    configurations   3
    trials           3, 9 folds to train
      epochs         = 3
      hidden         listed, [4, 3], else the default
      learning_rate  listed, 0.01, else the default
      optimizer      listed, heavy_ball, else the default
      width          listed, 5, else the default
      l2             listed, 1.0, else the default
    ");
    for jobs in ["1", "2"] {
        place.say(&format!("run s.toml --jobs {jobs} --out o{jobs}")).expect(0, "0/9 folds");
    }
    assert_eq!(results(&place.path("o1")), results(&place.path("o2")));
    insta::assert_snapshot!(columns(&place, "o1", "param_").join("\n"), @r#"
    param_epochs | param_hidden | param_learning_rate | param_optimizer | param_width | param_l2
    3 | [4,3] | null | null | null | null
    3 | null | 0.01 | "heavy_ball" | 5 | null
    3 | null | null | null | 5 | 1.0
    "#);
    let [ranked, folds, _] = results(&place.path("o1"));
    assert_eq!([ranked, folds].map(|csv| csv.lines().count()), [1 + 3, 1 + 9]);
    let summary: serde_json::Value = serde_json::from_slice(&place.read("o1/summary.json")).expect("JSON");
    assert_eq!(summary["sampler"], "list");
    // The first of them, with `trials`.
    let ran = place.say("run s.toml --set search.trials=2 --out two");
    ran.expect(0, "note: 3 configurations are enqueued; the first 2 are run, as `trials` says");
    assert_eq!(columns(&place, "two", "number"), ["number", "0", "1"]);
}

#[test]
fn a_longer_list_goes_on() {
    let place = Place::new(LIST);
    let longer = format!("{LIST}[[enqueue]]\ndropout = 0.1\n[[enqueue]]\nwidth = 7\n");
    place.say("run s.toml --out o").expect(0, "0/9 folds");
    place.write("s.toml", &longer);
    place.say("run s.toml --out o").expect(0, "9/15 folds");
    place.say("run s.toml --out whole").expect(0, "0/15 folds");
    assert_eq!(results(&place.path("o")), results(&place.path("whole")));

    // Another of those that were tried is another sweep; the store and what reports say of it stay.
    let before = (place.read("o/study.db"), results(&place.path("o")));
    place.write("s.toml", longer.replace("l2 = 1", "l2 = 2"));
    let ran = place.say("run s.toml --out o").expect(7, "trial 2 was ").expect(7, "--fresh");
    assert!(ran.stderr.contains("l2 = 1.0, width = 5 and is now "), "{}", ran.stderr);
    assert!((place.read("o/study.db"), results(&place.path("o"))) == before, "something was changed");

    // Without the last one, that one and its parameter are still shown.
    place.write("s.toml", LIST);
    place.say("run s.toml --out o").expect(0, "9/9 folds");
    let dropout = ["param_dropout", "null", "null", "null", "0.1", "null"];
    assert_eq!(columns(&place, "o", "param_dropout"), dropout);
}

#[test]
fn before_a_random_search() {
    let place = Place::new(&format!("{SMALL}{FIRST}"));
    let said = place.say("validate s.toml").expect(0, "").stdout;
    assert!(
        said.contains("enqueued         2, tried first\ntrials           4, 12 folds to train\n"),
        "{said}"
    );
    for jobs in ["1", "2"] {
        place.say(&format!("run s.toml --jobs {jobs} --out o{jobs}")).expect(0, "0/12 folds");
    }
    assert_eq!(results(&place.path("o1")), results(&place.path("o2")));
    place.write("s.toml", SMALL);
    place.say("run s.toml --out drawn").expect(0, "0/12 folds");
    let [rates, drawn] = ["o1", "drawn"].map(|out| columns(&place, out, "param_learning_rate"));
    assert_eq!(rates[1..4], ["0.001", "0.05", "0.002"], "the default configuration, then the entries");
    assert_eq!(rates[4..], drawn[4..], "all others are as they were");
    // Those are others than were tried there.
    place.write("s.toml", format!("{SMALL}{FIRST}"));
    place.say("run s.toml --out drawn").expect(7, "trial 1 was ");
}

#[test]
fn before_a_grid() {
    let axes = "{ values = [0.001, 0.01, 0.1] }";
    let grid = SMALL.replace("trials = 4", "sampler = \"grid\"");
    let grid = grid.replace("{ min = 1e-3, max = 1e-1, scale = \"log\" }", axes);
    let place = Place::new(&format!("{grid}[[enqueue]]\nlearning_rate = 0.1\n"));
    for jobs in ["1", "2"] {
        place.say(&format!("run s.toml --jobs {jobs} --out o{jobs}")).expect(0, "0/9 folds");
    }
    assert_eq!(results(&place.path("o1")), results(&place.path("o2")));
    assert_eq!(columns(&place, "o1", "param_learning_rate")[1..], ["0.1", "0.01", "0.001"]);
}

#[test]
fn one_configuration_is_no_list() {
    let place = Place::new(LIST);
    for verb in ["train", "gradcheck"] {
        let ran = place.say(&format!("{verb} s.toml")).expect(2, "s.toml: `enqueue` lists configurations: 3");
        assert!(ran.stderr.contains(&format!("hint: {verb} wants one")), "{}", ran.stderr);
    }
}

/// The searches that other programs are compared on: a short run of each, and λ from their alphas.
#[test]
fn comparisons_run() {
    let place = Place::new("");
    for name in ["G1.toml", "G2.toml"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../benches/peers").join(name);
        place.write(name, std::fs::read_to_string(path).expect("a sweep file"));
    }
    let row = |row: u32| {
        let x = (1..=8).map(|column| format!("{},", f64::from(row * column * 37 % 101) / 101.0));
        format!("{}{}\n", x.collect::<String>(), f64::from(row % 13) / 6.0 - 1.0)
    };
    let rows: String = (0..200).map(row).collect();
    place.write("G2-data.csv", format!("x1,x2,x3,x4,x5,x6,x7,x8,y\n{rows}"));

    // Alpha times rows trained on, over the batch; twice that for numbers.
    let cases =
        [("G1", 24, 1797.0 * 0.8 / 32.0, 1e-5..=1e-3), ("G2", 32, 2.0 * 20_640.0 * 0.8 / 256.0, 1e-6..=1e-2)];
    for (name, n_trials, lambda_per_alpha, alphas) in cases {
        let said = place.say(&format!("validate {name}.toml")).expect(0, "").stdout;
        let trials =
            format!("configurations   {n_trials}\ntrials           {n_trials}, {} folds", 5 * n_trials);
        for line in ["held out         0 rows\n", "sampler          list\n", &trials] {
            assert!(said.contains(line), "{line} is not in {said}");
        }
        let sweep = Sweep::read(&place.path(&format!("{name}.toml")), &[]).expect("a sweep");
        for entry in sweep.enqueue.entries.iter() {
            let Some(Value::Float(l2)) = entry.get("l2") else { panic!("{entry:?}") };
            // To the last place but one: both ends are products rounded once.
            let alpha = l2 / lambda_per_alpha;
            let is_within = |x: f64| alphas.contains(&x);
            assert!(is_within(alpha * (1.0 - 1e-15)) || is_within(alpha * (1.0 + 1e-15)), "{alpha}");
        }
        let short = format!("run {name}.toml --set search.trials=2 --set parameters.epochs=1 --out {name}");
        place.say(&short).expect(0, "0/10 folds");
        assert_eq!(n_finished(&place.path(name)), 10);
    }
}

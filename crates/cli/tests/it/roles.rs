//! Columns beside features and target, through the binary: what is understood, trained on, and refused.

use crate::fixture::{Place, entries, results};
use std::fmt::Write as _;

const SWEEP: &str = r#"name = "roles"
seed = 3
[data]
path = "d.csv"
target = "label"
[cv]
[search]
trials = 2
[parameters]
learning_rate = { min = 1e-3, max = 1e-1, scale = "log" }
width = 3
epochs = 3
"#;

/// 120 rows of three classes: 17 patients with 2 to 13 visits on 40 days, a weight that is sometimes 0, and three folds.
fn table() -> String {
    let mut csv = String::from("a,patient,b,day,weight,fold,label\n");
    for i in 0..120_u32 {
        let x = |k: u32| f64::from((i * 37 + k * 101) % 97) / 10.0;
        let patient = (i * i) % 137 % 17;
        let (month, day) = (1 + i % 40 / 20, 1 + i % 20);
        let fold = ["alpha", "beta", "gamma"][(i / 5 % 3) as usize];
        let weight = f64::from(i % 4) / 2.0;
        let _ =
            writeln!(csv, "{},p{patient},{},2024-{month:02}-{day:02},{weight},{fold},c{}", x(1), x(2), i % 3);
    }
    csv
}

/// The table with another weight in each row, made of its fold and its weight.
fn with_weights(weight: impl Fn(&str, &str) -> String) -> String {
    let with_weight = |line: &str| {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        if cells[4] != "weight" {
            cells[4] = weight(&cells[5], &cells[4]);
        }
        cells.join(",") + "\n"
    };
    table().lines().map(with_weight).collect()
}

fn place(cv: &str) -> Place {
    let place = Place::new(&SWEEP.replace("[cv]\n", cv));
    place.write("d.csv", table());
    place
}

const DROPPED: &str = "drop = [\"patient\", \"day\", \"weight\", \"fold\"]\n[cv]\n";

/// What `validate` says of data, roles and splits.
#[track_caller]
fn understood(cv: &str) -> String {
    let said = place(cv).say("validate s.toml").expect(0, "").stdout;
    let keys = ["data", "sample weight", "groups", "time", "fold column", "held out", "splits"];
    let lines = said.lines().filter(|line| keys.iter().any(|key| line.starts_with(key)));
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn what_is_understood() {
    let shown = [
        understood("drop = [\"patient\", \"day\", \"fold\"]\nsample_weight = \"weight\"\n"),
        understood("drop = [\"day\", \"weight\", \"fold\"]\n[cv]\ngroup = \"patient\"\n"),
        understood(
            "drop = [\"day\", \"fold\"]\nsample_weight = \"weight\"\n[cv]\nkind = \"stratified_group\"\ngroup = \"patient\"\nfolds = 3\nrepeats = 2\n",
        ),
        understood("drop = [\"patient\", \"weight\", \"fold\"]\n[cv]\ntime = \"day\"\n"),
        understood(
            "drop = [\"patient\", \"weight\", \"fold\"]\ntest = 0.3\n[cv]\nkind = \"holdout\"\ntime = \"day\"\n",
        ),
        understood("drop = [\"patient\", \"day\", \"weight\"]\n[cv]\nkind = \"column\"\ncolumn = \"fold\"\n"),
    ];
    insta::assert_snapshot!(shown.join("\n"), @r"
        data             d, 120 rows, 2 features
        sample weight    weight, 0 to 1.5, 0 in 30 rows
        held out         24 rows
        splits           5 stratified folds

        data             d, 120 rows, 2 features
        groups           patient, 17 groups of 2 to 10 rows
        held out         28 rows
        splits           5 group folds

        data             d, 120 rows, 2 features
        sample weight    weight, 0 to 1.5, 0 in 30 rows
        groups           patient, 17 groups of 2 to 10 rows
        held out         25 rows
        splits           3 stratified_group folds × 2 repeats

        data             d, 120 rows, 2 features
        time             day, 40 different times from 2024-01-01 to 2024-02-20
        held out         24 rows
        splits           5 timeseries folds

        data             d, 120 rows, 2 features
        time             day, 40 different times from 2024-01-01 to 2024-02-20
        held out         36 rows
        splits           1 holdout folds

        data             d, 120 rows, 2 features
        fold column      fold, 3 folds: alpha 40, beta 40, gamma 40
        held out         24 rows
        splits           3 column folds
        ");
}

/// Runs to the end, says so in summary.json, gives the same bytes again, and is then done.
#[track_caller]
fn check_run(cv: &str, kind: &str, n_folds: usize) {
    let place = place(cv);
    place.say("run s.toml --out o --jobs 2").expect(0, &format!("{0}/{0} folds", 2 * n_folds));
    let summary: serde_json::Value = serde_json::from_slice(&place.read("o/summary.json")).expect("JSON");
    assert_eq!(summary["cv"]["kind"], kind);
    assert_eq!(results(&place.path("o"))[1].lines().count(), 1 + 2 * n_folds, "a row a unit");
    place.say("run s.toml --out again --jobs 1").expect(0, "");
    assert_eq!(results(&place.path("o")), results(&place.path("again")));
    place.say("run s.toml --out o").expect(0, &format!("{0}/{0} folds", 2 * n_folds));
}

#[test]
fn every_kind_runs_to_its_end() {
    let early = "[early_stopping]\npatience = 2\nshare = 0.2\n";
    let rest = "drop = [\"day\", \"fold\"]\nsample_weight = \"weight\"\n[cv]\n";
    check_run(&format!("{rest}group = \"patient\"\nfolds = 4\n{early}"), "group", 4);
    check_run(
        &format!("{rest}kind = \"stratified_group\"\ngroup = \"patient\"\nfolds = 3\n"),
        "stratified_group",
        3,
    );
    check_run(&format!("{rest}kind = \"holdout\"\ngroup = \"patient\"\n{early}"), "holdout", 1);
    let rest = "drop = [\"patient\", \"weight\", \"fold\"]\n[cv]\n";
    check_run(&format!("{rest}time = \"day\"\nfolds = 3\n{early}"), "timeseries", 3);
    check_run(&format!("{rest}kind = \"holdout\"\ntime = \"day\"\n"), "holdout", 1);
    let rest = "drop = [\"patient\", \"weight\", \"day\"]\n[cv]\n";
    check_run(&format!("{rest}kind = \"column\"\ncolumn = \"fold\"\n{early}"), "column", 3);
}

/// A weight, a group and a time are no features, and each has its part in what is trained.
#[test]
fn roles_change_what_is_trained() {
    let scores = |cv: &str| {
        let place = place(cv);
        place.say("run s.toml --out o").expect(0, "");
        results(&place.path("o"))[1].clone()
    };
    let plain = scores(DROPPED);
    let weighted = scores("drop = [\"patient\", \"day\", \"fold\"]\nsample_weight = \"weight\"\n[cv]\n");
    assert_ne!(plain, weighted, "weights have a part in training");
    let place = place("drop = [\"patient\", \"day\", \"fold\"]\nsample_weight = \"weight\"\n[cv]\n");
    place.write("d.csv", with_weights(|_, _| "7".to_owned()));
    place.say("run s.toml --out o").expect(0, "");
    assert_eq!(results(&place.path("o"))[1], plain, "weights that are all the same are none");
}

#[test]
fn train_takes_weights_and_splits_off_whole_groups() {
    let text = "drop = [\"day\", \"fold\"]\nsample_weight = \"weight\"\n[cv]\ngroup = \"patient\"\n[early_stopping]\n";
    let place = place(text);
    let fixed = "--set parameters.learning_rate=0.01";
    place.say(&format!("train s.toml {fixed} --curve weighted.csv")).expect(0, "");
    place.say(&format!("train s.toml {fixed} --set data.sample_weight=a --curve other.csv")).expect(0, "");
    assert_ne!(place.read("weighted.csv"), place.read("other.csv"));
}

/// A change of role is a change of sweep, and the store is left alone.
#[test]
fn another_role_is_another_sweep() {
    let place = place(DROPPED);
    place.say("run s.toml --out o").expect(0, "");
    let before = place.read("o/study.db");
    let drop = |names: &str| format!("data.drop=[{names}]");
    for (sets, said) in [
        (
            &["data.sample_weight=weight", &drop("'patient','day','fold'")][..],
            "`data.sample_weight` was null and is now \"weight\"",
        ),
        (&["cv.group=patient", &drop("'weight','day','fold'")], "`cv.group` was null and is now \"patient\""),
        (
            &["cv.time=day", &drop("'weight','patient','fold'")],
            "`cv.kind` was \"stratified\" and is now \"timeseries\"",
        ),
    ] {
        let mut words = vec!["run", "s.toml", "--out", "o"];
        words.extend(sets.iter().flat_map(|set| ["--set", set]));
        place.run(&words).expect(7, said);
    }
    assert!(place.read("o/study.db") == before, "the results were changed");
    assert_eq!(entries(&place.folder), ["d.csv", "o", "s.toml"]);
}

#[track_caller]
fn refused(cv: &str, code: i32, said: &[&str]) {
    let place = place(cv);
    for line in ["run s.toml --out o", "validate s.toml"] {
        let ran = place.say(line).expect(code, "error: ");
        for words in said {
            assert!(ran.stderr.contains(words), "{words:?} is not in: {}", ran.stderr);
        }
    }
    assert!(!place.path("o").exists(), "no store is made");
}

#[test]
fn roles_that_make_no_sense() {
    refused("[cv]\ngroup = \"patiant\"\n", 2, &["s.toml:7:1:", "`group` names", "did you mean `patient`?"]);
    refused("sample_weight = \"wieght\"\n", 2, &["s.toml:6:1:", "did you mean `weight`?"]);
    refused("[cv]\ngroup = \"label\"\n", 2, &["s.toml:7:1:", "named by `target` and by `group`"]);
    refused("drop = \"day\"\n[cv]\ntime = \"day\"\n", 2, &["s.toml:8:1:", "named by `drop` and by `time`"]);
    refused("[cv]\nkind = \"kfold\"\ngroup = \"patient\"\n", 2, &["s.toml:8:1:", "hint: "]);
    refused("[cv]\nkind = \"timeseries\"\n", 2, &["s.toml:7:1:", "hint: "]);
    refused("[cv]\ncolumn = \"fold\"\n", 2, &["s.toml:7:1:", "hint: give `kind = \"column\"`"]);
    refused("[cv]\nkind = \"column\"\ncolumn = \"fold\"\nrepeats = 2\n", 2, &["s.toml:9:1:", "must be 1"]);
    let groups = "drop = [\"day\", \"weight\", \"fold\"]\ntest = 0\n[cv]\ngroup = \"patient\"\n";
    refused(&format!("{groups}folds = 18\n"), 2, &["18 folds, but only 17 groups", "17 folds are the most"]);
    let times = "drop = [\"patient\", \"weight\", \"fold\"]\ntest = 0\n[cv]\ntime = \"day\"\n";
    refused(&format!("{times}folds = 40\n"), 2, &["40 different times", "39 folds are the most"]);
}

#[test]
fn cells_that_do_not_fit_their_role() {
    let weights = "drop = [\"patient\", \"day\", \"weight\"]\nsample_weight = \"fold\"\n";
    refused(weights, 6, &["d.csv: line 2, column `fold`: `alpha` is no sample weight"]);
    let times = "drop = [\"day\", \"weight\", \"fold\"]\n[cv]\ntime = \"patient\"\n";
    refused(times, 6, &["d.csv: line 2, column `patient`: `p0` is neither a number nor an ISO 8601 date"]);
    let folds = "drop = [\"patient\", \"day\", \"fold\"]\n[cv]\nkind = \"column\"\ncolumn = \"weight\"\n";
    refused(folds, 6, &["column `weight`: `0.5` is neither a whole number nor a word"]);
    let spoilt = |sweep: &str, csv: String, said: &str| {
        let place = place(sweep);
        place.write("d.csv", csv);
        place.say("run s.toml --out o").expect(6, said);
    };
    let drop = |names: &str| format!("drop = [{names}]\n");
    let weights = drop("'patient', 'day', 'fold'") + "sample_weight = \"weight\"\n";
    let negative = with_weights(|_, weight| format!("-{weight}.5"));
    spoilt(&weights, negative, "d.csv: line 2, column `weight`: `-0.5` is no sample weight");
    spoilt(&weights, with_weights(|_, _| "0".into()), "column `weight`: the sample weight is 0 in every row");
    let groups = drop("'day', 'weight', 'fold'") + "[cv]\ngroup = \"patient\"\n";
    spoilt(&groups, table().replace("p0,", ","), "d.csv: line 2, column `patient`: the cell is empty");
    let times = drop("'patient', 'weight', 'fold'") + "[cv]\ntime = \"day\"\n";
    let mixed = table().replace("2024-01-01", "20240101");
    spoilt(&times, mixed, "`2024-01-02` is a date without an offset in a column of numbers");
}

/// Whoever gives weight 0 to all that a fold trains on is told so, fold by fold.
#[test]
fn folds_without_weight_fail() {
    let sweep = "drop = [\"patient\", \"day\"]\ntest = 0\nsample_weight = \"weight\"\n[cv]\nkind = \"column\"\ncolumn = \"fold\"\n";
    let place = place(sweep);
    let only_alpha = |fold: &str, weight: &str| if fold == "alpha" { weight } else { "0" }.to_owned();
    place.write("d.csv", with_weights(only_alpha));
    place.say("run s.toml --out o").expect(5, "no usable trial");
    let folds = results(&place.path("o"))[1].clone();
    assert_eq!(folds.matches("the sample weight of all rows trained on is 0").count(), 2, "{folds}");
}

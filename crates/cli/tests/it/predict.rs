//! The winner on new rows.

use crate::fixture::{Place, model};
use serde_json::Value as Json;
use std::fmt::Write as _;

const HEADER: &str = "who,age,job,size,risk\n";

/// Names, numbers with gaps, words with gaps, an order, and a class that depends on them.
fn people(n_rows: u32) -> String {
    let mut csv = String::new();
    for i in 0..n_rows {
        let age = if i % 13 == 5 { String::new() } else { format!("{}.5", 20 + i * 7 % 45) };
        let job = ["clerk", "nurse", "", "smith"][(i * 3 % 4) as usize];
        let size = ["S", "M", "L"][(i / 2 % 3) as usize];
        let risk = if (i * 7 % 45) + 10 * (i / 2 % 3) > 30 { "high" } else { "low" };
        let _ = writeln!(csv, "p{i},{age},{job},{size},{risk}");
    }
    csv
}

const SWEEP: &str = r#"name = "people"
[data]
path = "people.csv"
target = "risk"
id = "who"
ordinal = { size = ["S", "M", "L"] }
[cv]
folds = 3
[score]
metric = "log_loss"
also = ["accuracy"]
[search]
trials = 2
[parameters]
learning_rate = { min = 1e-3, max = 1e-1, scale = "log" }
width = 8
epochs = 10
"#;

/// A finished run in `o`, with a fifth of the rows held out.
fn ran() -> Place {
    let place = Place::new(SWEEP);
    place.write("people.csv", format!("{HEADER}{}", people(150)));
    let ran = place.say("run s.toml --out o").expect(0, "");
    assert!(
        ran.stdout.contains("trained once more on 120 rows, 10 epochs; on the 30 rows held out: log_loss")
    );
    place
}

fn json(text: &str) -> Json {
    serde_json::from_str(text).expect("JSON")
}

/// The numbers of a CSV to four decimals: their last digits are the machine's.
fn rounded(csv: &str) -> String {
    let cell = |cell: &str| match cell.parse::<f64>() {
        Ok(number) if cell.contains('.') => format!("{number:.3}"),
        _ => cell.to_owned(),
    };
    let line = |line: &str| line.split(',').map(cell).collect::<Vec<_>>().join(",");
    csv.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn new_rows() {
    let place = ran();
    // Other columns, another order, levels and gaps that are new, and no target.
    place.write(
        "new.csv",
        "size,town,who,job,age\nL,Ulm,a,smith,61.5\nS,Ulm,\"b, c\",pilot,\nM,,=1+1,,20.5\n",
    );
    let csv = place.say("predict o new.csv").expect(0, "").stdout;
    insta::assert_snapshot!(rounded(&csv), @r#"
    who,prediction,probability_high,probability_low,error
    a,high,1.000,0.000,
    "b, c",low,0.034,0.966,
    '=1+1,low,0.000,1.000,
    "#);
    let kept = place.say("predict o/model new.csv --keep town,who --out k.csv").expect(0, "");
    assert_eq!(kept.stdout, "");
    let kept = place.read_text("k.csv");
    assert!(kept.starts_with("who,town,prediction,"), "{kept}");
    let rows = json(&place.say("predict o new.csv --format json").expect(0, "").stdout);
    assert_eq!(rows[1]["who"], "b, c");
    assert_eq!(rows[0]["error"], Json::Null);
    let sum = rows[0]["probability_high"].as_f64().expect("a number")
        + rows[0]["probability_low"].as_f64().expect("a number");
    assert!((sum - 1.0).abs() < 1e-12, "{sum}");
    let table = place.say("predict o new.csv --format table").expect(0, "").stdout;
    assert!(table.lines().nth(2).is_some_and(|line| line.starts_with("a ")), "{table}");
}

#[test]
fn a_row_that_cannot_be_read_has_an_error_and_the_others_a_prediction() {
    let place = ran();
    place.write(
        "new.csv",
        "who,age,job,size\na,61.5,smith,L\nb,old,smith,L\nc,61.5,smith\nd,61.5,smith,XL\ne,61.5,smith,L\n",
    );
    let ran = place.say("predict o new.csv").expect(6, "new.csv: 3 of 5 rows without a prediction");
    assert!(ran.stderr.contains("note: the first is new.csv: line 3, column `age`: `old`"), "{}", ran.stderr);
    insta::assert_snapshot!(rounded(&ran.stdout), @r#"
    who,prediction,probability_high,probability_low,error
    a,high,1.000,0.000,
    b,,,,"line 3, column `age`: `old` is text, expected a number"
    c,,,,"line 4: 3 fields, expected 4"
    d,,,,"line 5, column `size`: `XL` is none of the listed levels"
    e,high,1.000,0.000,
    "#);
    let rows: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(rows[1].split_once(','), rows[5].split_once(',').map(|(_, rest)| ("a", rest)), "the same row");
}

#[test]
fn scores_of_held_out_rows_are_those_of_the_run() {
    let place = Place::new(&SWEEP.replace("id = \"who\"", "id = \"who\"\ntest_path = \"test.csv\""));
    let rows = people(160);
    let (train, test) = rows.split_at(rows.match_indices('\n').nth(119).expect("lines").0 + 1);
    place.write("people.csv", format!("{HEADER}{train}"));
    place.write("test.csv", format!("{HEADER}{test}"));
    place.say("run s.toml --out o").expect(0, "");
    let refit = json(&place.read_text("o/summary.json"))["refit"].clone();
    assert_eq!((&refit["n_rows"], &refit["epochs"]), (&120.into(), &10.into()));
    let scores = json(&place.say("predict o test.csv --score --format json").expect(0, "").stdout);
    assert_eq!(scores["n_rows"], 40);
    assert_eq!(scores["log_loss"], refit["holdout_score"]);
    assert_eq!(scores["accuracy"], refit["holdout_score_accuracy"]);
    // The ranking says it too, long after the run.
    let ranked = place.say("rank o").expect(0, "").stdout;
    assert!(ranked.contains("on the 40 rows held out: log_loss"), "{ranked}");

    place.write("bad.csv", format!("{HEADER}x,30.5,smith,L,high\ny,30.5,smith,L,\n"));
    let scores = place.say("predict o bad.csv --score").expect(6, "1 of 2 rows not scored").stdout;
    assert!(scores.starts_with("n_rows             1\n"), "{scores}");
    place.say("predict o new.csv --score").expect(6, "new.csv");
    place.write("new.csv", "who,age,job,size\na,61.5,smith,L\n");
    place.say("predict o new.csv --score").expect(2, "there is no column `risk`");
}

#[test]
fn numbers_are_predicted_in_their_own_units() {
    let place = Place::new(
        "[data]\npath = \"d.csv\"\ntarget = [\"u\", \"v\"]\ntest = 0\n[preprocess]\ntarget_scale = \"standard\"\n\
         [cv]\nfolds = 3\n[search]\ntrials = 1\n[parameters]\nwidth = 16\nlearning_rate = 0.02\nepochs = 200\nbatch_size = 16\n",
    );
    let rows = (0..90_u32).map(|i| {
        let x = f64::from(i * 37 % 90) / 45.0;
        format!("{x},{},{}\n", 1000.0 + 100.0 * x, -5.0 * x)
    });
    let rows: String = rows.collect();
    place.write("d.csv", format!("x,u,v\n{rows}"));
    let said = place.say("run s.toml --out o").expect(0, "").stdout;
    assert!(said.contains("trial 0 trained once more on 90 rows, 200 epochs\n"), "{said}");
    place.write("new.csv", "x\n1.0\n");
    let rows = json(&place.say("predict o new.csv --format json").expect(0, "").stdout);
    let number = |name: &str| rows[0][name].as_f64().expect("a number");
    assert!(
        (number("prediction_u") - 1100.0).abs() < 10.0 && (number("prediction_v") + 5.0).abs() < 0.5,
        "{rows}"
    );
    // What no 32 bits hold has no prediction that is a number.
    place.write("far.csv", "x\n1e308\n1.0\n");
    let far = place.say("predict o far.csv").expect(6, "far.csv: 1 of 2 rows without a prediction");
    let lines: Vec<&str> = far.stdout.lines().collect();
    assert_eq!(lines[1], ",,the prediction is no finite number");
    assert!(lines[2].ends_with(','), "{}", far.stdout);
}

#[test]
fn a_model_is_made_once_and_again_when_it_is_gone() {
    let place = ran();
    let (first, summary) = (model(&place.path("o")), place.read("o/summary.json"));
    place.write("o/model/model.safetensors", b"mine");
    place.say("run s.toml --out o").expect(0, "");
    assert_eq!(model(&place.path("o")), b"mine", "it is there");
    std::fs::remove_dir_all(place.path("o/model")).expect("a folder");
    place.say("run s.toml --out o").expect(0, "");
    assert!(model(&place.path("o")) == first && place.read("o/summary.json") == summary);
    place.say("run s.toml --out none --set select.refit=false").expect(0, "");
    assert!(!place.path("none/model").exists());
    assert_eq!(json(&place.read_text("none/summary.json"))["refit"], Json::Null);
    // It is no part of what makes two sweeps the same.
    place.say("run s.toml --out none").expect(0, "6/6 folds");
    assert!(model(&place.path("none")) == first);
}

#[test]
fn refusals() {
    let place = ran();
    place.write("new.csv", "who,age,job,size,error\na,61.5,smith,L,x\n");
    place.say("predict nowhere new.csv").expect(4, "nowhere: no model is here");
    place.say("predict s.toml new.csv").expect(6, "s.toml: no safetensors file");
    place.say("predict o none.csv").expect(6, "none.csv");
    place.say("predict o new.csv --keep wo").expect(2, "did you mean `who`?");
    place.say("predict o new.csv --keep error").expect(2, "a column of the result has that name");
    place.say("predict o new.csv --out no/such/folder.csv").expect(8, "no/such/folder.csv");
    place.write("lacking.csv", "who,age,jobb,size\na,61.5,smith,L\n");
    let hint = "there is no column `job`, which is one of the features";
    let said = place.say("predict o lacking.csv").expect(6, hint).stderr;
    assert!(said.contains("is `jobb` meant?"), "{said}");
    place.write("quote.csv", "who,age,job,size\n\"a,61.5,smith,L\n");
    place.say("predict o quote.csv").expect(6, "line 2");
    let config = SWEEP.replace("learning_rate = { min = 1e-3, max = 1e-1, scale = \"log\" }", "");
    place.write("c.toml", config);
    place.say("train c.toml --save w.safetensors").expect(0, "");
    place.say("predict w.safetensors new.csv").expect(6, "weights alone, without the preprocessing");
    place.say("train c.toml --init o/model/model.safetensors --set parameters.epochs=1").expect(0, "");
}

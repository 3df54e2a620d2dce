//! Two sweeps side by side, and the gate.

use crate::fixture::{Place, SMALL};

/// A sweep that learns, and one that does not.
fn two() -> Place {
    let place = Place::new(SMALL);
    let set = "--set parameters.epochs=60 --set cv.folds=5 --set data.rows=200";
    place.say(&format!("run s.toml --out good {set}")).expect(0, "");
    place.say(&format!("run s.toml --out bad {set} --set parameters.l2=1000000")).expect(0, "");
    place
}

#[test]
fn better_worse_and_the_same() {
    let place = two();
    let verdict = |a: &str, b: &str| -> serde_json::Value {
        let ran = place.say(&format!("compare {a} {b} --format json")).expect(0, "");
        serde_json::from_str(&ran.stdout).expect("JSON")
    };
    let found = verdict("bad", "good");
    assert_eq!((&found["verdict"], &found["paired"]), (&"better".into(), &true.into()), "{found}");
    assert!(found["difference"].as_f64() > Some(0.0) && found["ci_low"].as_f64() > Some(0.0), "{found}");
    let back = verdict("good", "bad");
    assert_eq!(back["verdict"], "worse");
    assert_eq!(back["difference"].as_f64(), found["difference"].as_f64().map(|d| -d));
    let same = verdict("good", "good");
    assert_eq!((&same["verdict"], &same["p"]), (&"no_difference".into(), &1.0.into()));

    let text = place.say("compare bad good").expect(0, "").stdout;
    assert!(text.contains("B is better: log_loss +") && text.contains("fold by fold"), "{text}");
    let csv = place.say("compare bad good --format csv").expect(0, "").stdout;
    assert_eq!(csv.lines().count(), 2);

    // Other folds: what is left is unpaired.
    place
        .say("run s.toml --out other --set cv.folds=4 --set data.rows=200 --set parameters.epochs=60")
        .expect(0, "");
    assert_eq!(verdict("good", "other")["paired"], false);
}

#[test]
fn what_cannot_be_compared() {
    let place = two();
    place.say("compare good nowhere").expect(4, "no sweep has been run here");
    place.say("run s.toml --out metric --set score.metric=accuracy").expect(0, "");
    place.say("compare good metric").expect(4, "one is ranked by log_loss, the other by accuracy");
    place.say("run s.toml --out data --set data.rows=100").expect(0, "");
    place.say("compare good data").expect(4, "they are about different data: moons and moons");
    place.say("check good --baseline data").expect(4, "hint: sweeps are compared that have the same data");
    place.say("check good --baseline bad --margin=-1").expect(2, "0 or more");
}

#[test]
fn the_gate_fails_on_what_is_worse_alone() {
    let place = two();
    place.say("check good --baseline bad").expect(0, "");
    place.say("check good --baseline good").expect(0, "");
    let failed = place.say("check bad --baseline good --out c").expect(3, "error: B is worse: log_loss -");
    assert!(failed.stdout.contains("B is worse: log_loss -"), "{}", failed.stdout);
    let report = String::from_utf8(place.read("c/report.md")).expect("text");
    assert!(
        report.starts_with("<!-- mlpsweep check -->\n### Quality of the best configuration: failed"),
        "{report}"
    );
    let junit = String::from_utf8(place.read("c/junit.xml")).expect("text");
    assert!(junit.contains("failures=\"1\"") && junit.contains("type=\"worse\""), "{junit}");
    let json: serde_json::Value = serde_json::from_slice(&place.read("c/check.json")).expect("JSON");
    assert_eq!(json["verdict"], "worse");
    // A loss that is put up with.
    place.say("check bad --baseline good --margin 10").expect(0, "");
}

/// Names that would be a formula, markup or a cell's end elsewhere.
#[test]
fn a_name_is_text_wherever_it_is_written() {
    let place = Place::new(&SMALL.replace("\"small\"", "\"=1+1|`x`<b>@me\""));
    place.say("run s.toml --out o").expect(0, "");
    let status = place.say("status o --format csv").expect(0, "").stdout;
    assert!(status.contains("sweep,'=1+1|`x`<b>@me\n"), "{status}");
    let compared = place.say("compare o o --format csv").expect(0, "").stdout;
    assert_eq!(compared.matches(",'=1+1|`x`<b>@me,").count(), 2, "{compared}");
    place.say("check o --baseline o --out c").expect(0, "");
    let report = place.read_text("c/report.md");
    let row = "| =1+1&#124;&#96;x&#96;&lt;b&gt;&#64;me | ";
    assert_eq!(report.matches(row).count(), 2, "{report}");
}

#[test]
fn a_single_split_tests_nothing() {
    let place = Place::new(&SMALL.replace("folds = 3", "kind = \"holdout\""));
    for (out, width) in [("a", 4), ("b", 5)] {
        place.say(&format!("run s.toml --out {out} --set parameters.width={width}")).expect(0, "4/4 folds");
    }
    place.say("check a --baseline b").expect(0, "");
    place.say("check a --baseline b --fail-inconclusive").expect(9, "not tested");
}

#[test]
fn status_and_reports_made_again() {
    let place = Place::new(SMALL);
    place.say("status nowhere").expect(4, "no sweep has been run here");
    place.say("run s.toml --out o").expect(0, "");
    let status: serde_json::Value =
        serde_json::from_str(&place.say("status o --format json").expect(0, "").stdout).expect("JSON");
    assert_eq!(
        (&status["folds_done"], &status["folds"], &status["is_running"]),
        (&12.into(), &12.into(), &false.into())
    );
    assert_eq!(status["has_model"], true);
    assert!(place.say("status o").expect(0, "").stdout.contains("12 of 12"));
    let files = ["ranked.csv", "folds.csv", "curves.csv", "timings.csv", "summary.json", "report.html"];
    let before: Vec<Vec<u8>> = files.iter().map(|name| place.read(&format!("o/{name}"))).collect();
    files
        .iter()
        .for_each(|name| std::fs::remove_file(place.path(&format!("o/{name}"))).expect("it was there"));
    place.say("report o").expect(0, "reports are in o");
    let after: Vec<Vec<u8>> = files.iter().map(|name| place.read(&format!("o/{name}"))).collect();
    assert!(before == after);
    place.say("report o --out copy").expect(0, "reports are in copy");
    assert!(place.read("copy/report.html") == before[5]);
}

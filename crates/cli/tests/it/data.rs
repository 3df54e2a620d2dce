//! Data that are wrong, and data that only look different.

use crate::fixture::{Place, as_nobody, results, set_mode};
use std::fmt::Write as _;

const SWEEP: &str = r#"name = "d"
[data]
path = "data/d.csv"
target = "label"
test = 0
[cv]
folds = 3
[search]
trials = 1
[parameters]
width = 2
epochs = 1
"#;

/// A good table: 150 rows, four numbers, three classes; from a formula, since it is the shape that counts.
fn table() -> String {
    let mut csv = String::from("a,b,c,d,label\n");
    for i in 0..150_u32 {
        let x = |k: u32| f64::from((i * 37 + k * 101) % 97) / 10.0;
        let _ = writeln!(csv, "{},{},{},{},class{}", x(1), x(2), x(3), x(4), i % 3);
    }
    csv
}

fn place(csv: impl AsRef<[u8]>) -> Place {
    let place = Place::new(SWEEP);
    std::fs::create_dir(place.path("data")).expect("a folder");
    place.write("data/d.csv", csv);
    place
}

/// The table with `change` done to line 57.
fn line_57(change: impl Fn(&str) -> String) -> String {
    let lines = table();
    let lines = lines.lines().enumerate();
    lines.map(|(i, line)| if i == 56 { change(line) } else { line.to_owned() } + "\n").collect()
}

/// The table with `cell` in the first column of line 57.
fn cell_57(cell: &str) -> String {
    line_57(|line| format!("{cell},{}", line.split_once(',').expect("cells").1))
}

#[track_caller]
fn refused(csv: impl AsRef<[u8]>, said: &str) {
    let place = place(csv);
    for line in ["run s.toml --out o", "validate s.toml", "train s.toml"] {
        let ran = place.say(line).expect(6, "data/d.csv");
        assert!(ran.stderr.contains(said), "{said:?} is not in: {}", ran.stderr);
        assert!(ran.stderr.lines().next().is_some_and(|line| line.starts_with("error: ")));
        assert!(ran.stderr.len() < 1000, "said in a few words: {}", ran.stderr);
    }
    assert!(!place.path("o").exists(), "no store is made for bad data");
}

#[test]
fn tables_that_are_none() {
    refused("", "empty");
    refused("a,b,c,d,label\n", "0 data rows");
    refused(
        line_57(|line| line.rsplit_once(',').expect("cells").0.to_owned()),
        "line 57: 4 fields, expected 5",
    );
    refused(line_57(|line| format!("{line},1")), "line 57: 6 fields, expected 5");
    refused(line_57(|line| line.replace(",class", ",\"class")), "quote");
    refused(line_57(|line| format!("\"1.5\"x{line}")), "line 57");
    refused(table().replace('\n', "\r"), "");
    refused(table().replacen("a,b", "a,a", 1), "`a`");
    refused("1".repeat(3 << 20), "1 MiB");
    let header: String = (0..1_000_000).map(|i| format!("x{i},")).collect();
    refused(format!("{header}label\n"), "1 MiB");
    let mut latin1 = table().into_bytes();
    let at = table().find("class2").expect("a class");
    latin1[at] = 0xe9;
    refused(&latin1, "UTF-8");
}

#[test]
fn cells_that_are_no_numbers() {
    for cell in ["inf", "-inf", "1e400", "oops"] {
        refused(cell_57(cell), "line 57");
    }
}

#[test]
fn missing_cells_are_filled_in_and_counted_or_refused() {
    for cell in ["NaN", "NA", "", "null", "?"] {
        let place = place(cell_57(cell));
        let refusing = place.say("run s.toml --out o --set data.missing=error");
        refusing.expect(6, "line 57, column `a`: ");
        assert!(!place.path("o").exists());
        place.say("run s.toml --out o").expect(0, "note: missing cells, filled in within each fold: a 1\n");
    }
}

#[test]
fn targets_that_teach_nothing() {
    let one_class = table().replace("class1", "class0").replace("class2", "class0");
    refused(one_class, "label");
    let mut rare = table();
    rare += "1,1,1,1,rare\n1,2,1,2,rare\n";
    let place = place(rare);
    place.say("run s.toml --out o").expect(6, "2 rows");
    assert!(!place.path("o").exists());
}

#[test]
fn files_that_are_not_there() {
    let place = Place::new(SWEEP);
    place.say("run s.toml").expect(6, "d.csv");
    std::fs::create_dir_all(place.path("data/d.csv")).expect("a folder of that name");
    place.say("run s.toml").expect(6, "d.csv");
}

#[test]
fn files_that_may_not_be_read() {
    let place = place(table());
    set_mode(&place.path("data"), 0o755);
    set_mode(&place.path("data/d.csv"), 0o000);
    if let Some(ran) = as_nobody(&place, "validate s.toml") {
        ran.expect(6, "Permission denied");
    }
}

#[test]
fn columns_that_are_not_there() {
    let place = place(table());
    place.say("run s.toml --set data.target=lable").expect(2, "did you mean").expect(2, "label");
    place.say("run s.toml --set data.drop=z").expect(2, "`z`");
    place.say("run s.toml --set cv.folds=200").expect(2, "200 folds, but only 150 rows");
    assert!(!place.path("results").exists());
}

#[test]
fn classes_of_the_users_choice() {
    let place = place(table());
    let with =
        |verb: &str, classes: &str| place.run(&[verb, "s.toml", "--set", &format!("data.classes={classes}")]);
    let ran = with("validate", r#"["class2", "class0", "rare", "class1"]"#).expect(0, "");
    assert!(
        ran.stdout.contains("class2 50 (33.3 %), class0 50 (33.3 %), rare 0 (0.0 %), class1 50 (33.3 %)"),
        "{}",
        ran.stdout
    );
    for verb in ["validate", "run", "train"] {
        with(verb, r#"["class0", "class1"]"#).expect(6, "d.csv: line 4, column `label`: `class2` is none");
        place
            .say(&format!("{verb} s.toml --set data.positive_class=class1"))
            .expect(2, "there are 3 classes");
        with(verb, r#"["class0"]"#).expect(2, "two classes or more");
    }
    place
        .say("run s.toml --set score.metric=average_precision")
        .expect(2, "for two classes, but there are 3");
    assert!(!place.path("results").exists());
}

#[test]
fn the_same_table_written_otherwise() {
    let plain = place(table());
    plain.say("run s.toml --out o").expect(0, "");
    let expected = results(&plain.path("o"));
    let bom = [b"\xef\xbb\xbf", table().as_bytes()].concat();
    let crlf = table().replace('\n', "\r\n");
    let no_end = table().trim_end().to_owned();
    let quoted: String =
        table().lines().map(|line| format!("\"{}\"\n", line.replace(',', "\",\""))).collect();
    for (name, csv) in
        [("bom", bom), ("crlf", crlf.into()), ("no end", no_end.into()), ("quoted", quoted.into())]
    {
        let place = place(csv);
        place.say("run s.toml --out o").expect(0, "");
        assert_eq!(results(&place.path("o")), expected, "{name}");
        // The same data, so the same sweep: nothing is left to do.
        plain.write("data/d.csv", place.read("data/d.csv"));
        plain.say("run s.toml --out o").expect(0, "3/3 folds");
    }
}

#[test]
fn other_data_are_another_sweep() {
    let place = place(table());
    place.say("run s.toml --out o").expect(0, "");
    let before = (results(&place.path("o")), place.read("o/study.db"));
    place.write("data/d.csv", table() + "1,2,3,4,class0\n");
    let ran = place.say("run s.toml --out o").expect(7, "`data hash` was \"");
    assert!(ran.stderr.contains("and is now \""), "{}", ran.stderr);
    assert!((results(&place.path("o")), place.read("o/study.db")) == before, "the results were changed");
}

#[test]
fn constant_columns_are_named() {
    let csv = table().replace("a,b,c,d,label", "a,b,c,d,same,label").replace(",class", ",1.0,class");
    let place = place(csv);
    place.say("run s.toml --out o").expect(0, "note: column \"same\" is left out: `1` in every row\n");
    let text = results(&place.path("o")).join("");
    assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
}

#[test]
fn numbers_too_large_to_scale() {
    let csv: String = table()
        .lines()
        .enumerate()
        .map(|(i, line)| format!("{},{line}\n", if i == 0 { "huge".into() } else { format!("{i}e306") }))
        .collect();
    let place = place(csv);
    let ran = place.say("run s.toml --out o").expect(5, "no usable trial");
    assert!(ran.stdout.contains("diverged"), "{}", ran.stdout);
}

//! `init`, and runs of what it writes.

use crate::fixture::{Place, results};
use std::fmt::Write as _;

/// Columns of every kind; the shape is what counts.
fn people() -> String {
    let mut csv = String::from("id,age,job,\"home, town\",joined,note,same,income\n");
    for i in 0..120_u32 {
        let age = if i % 17 == 0 { String::new() } else { (20 + i * 7 % 45).to_string() };
        let job = ["clerk", "nurse", "", "smith"][(i * 3 % 4) as usize];
        let town = ["Ulm", "Bonn", "Kiel"][(i % 3) as usize];
        let day = 1 + i % 28;
        let income = if (i * 7 % 45) + 10 * (i % 3) > 30 { "high" } else { "low" };
        let _ = writeln!(csv, "{},{age},{job},{town},2024-03-{day:02},note {i} {day},1,{income}", 1000 + i);
    }
    csv
}

#[test]
fn a_table_becomes_a_sweep_file_that_runs() {
    let place = Place::new("");
    place.write("people.csv", people());
    place.say("init people.csv").expect(0, "mlpsweep run people.toml");
    insta::assert_snapshot!(place.read_text("people.toml"));
    let quick = "--set search.trials=2 --set parameters.epochs=2";
    let ran = place.say(&format!("run people.toml --out a --jobs 1 {quick}"));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(!ran.stderr.contains("left out"), "what is dropped is said in the file: {}", ran.stderr);
    place.say(&format!("run people.toml --out b --jobs 3 {quick}")).expect(0, "");
    assert!(results(&place.path("a")) == results(&place.path("b")), "at any number of threads");
}

#[test]
fn numbers_with_gaps_and_words_become_a_regression() {
    let place = Place::new("");
    let rows = (0..60_u32).map(|i| {
        let size = if i % 9 == 0 { "NA".into() } else { format!("{}.5", i % 13) };
        format!("{size};{};{}\n", ["a", "b"][(i % 2) as usize], f64::from(i % 13) * 2.0 + f64::from(i % 2))
    });
    std::fs::create_dir(place.path("sub")).expect("a folder");
    place.write("sub/houses.csv", format!("size;kind;price\n{}", rows.collect::<String>()));
    place.say("init sub/houses.csv --target price --out houses.toml").expect(0, "");
    let text = place.read_text("houses.toml");
    for line in [
        "path = \"sub/houses.csv\"",
        "task = \"regression\"",
        "metric = \"r2\"",
        "# number    size, 7 missing",
    ] {
        assert!(text.contains(line), "{line:?} is not in {text}");
    }
    place.say("run houses.toml --set search.trials=1 --set parameters.epochs=1 --out o").expect(0, "size 7");
}

#[test]
fn refusals() {
    let place = Place::new("");
    place.write("people.csv", people());
    place.write("people.toml", "# mine\n");
    place.say("init people.csv").expect(2, "people.toml: the file is there already");
    assert_eq!(place.read_text("people.toml"), "# mine\n");
    place.say("init people.csv --force").expect(0, "");
    place.say("init people.csv --target incme --out x.toml").expect(2, "did you mean `income`?");
    place.say("init people.csv --target same --out x.toml").expect(6, "the target is `1` in every row");
    place
        .say("init people.csv --target age --out x.toml")
        .expect(6, "line 2, column `age`: the cell is empty");
    place.say("init none.csv --out x.toml").expect(6, "none.csv");
    place.write("empty.csv", "");
    place.say("init empty.csv --out x.toml").expect(6, "the file is empty");
    place.write("one.csv", "y\n1\n2\n");
    place.say("init one.csv --out x.toml").expect(6, "no feature columns are left");
    place.say("init people.csv --out no/such/folder.toml").expect(8, "no/such/folder.toml");
    assert!(!place.path("x.toml").exists());
}

/// Names that would be markup, formulas or escapes elsewhere are names here.
#[test]
fn any_name_is_a_name() {
    let place = Place::new("");
    let names = [
        "=a",
        "</script>",
        "\"\"q\"\"",
        "tab\tname",
        "\u{1b}[31m",
        "naïve 🎈",
        "#",
        "[x]",
        "\u{202e}\u{9b}2J",
    ];
    let header: String = names.iter().map(|name| format!("\"{name}\",")).collect();
    let rows = (0..40_u32).map(|i| {
        // With gaps in most columns, and the last one constant: both are said.
        let cells = (0..names.len() as u32).map(|j| match (i, j) {
            (7, 2..=6) => ",".to_owned(),
            _ if j + 1 == names.len() as u32 => "0.5,".to_owned(),
            _ => format!("{}.5,", (i * (j + 3)) % 11),
        });
        format!("{}{}\n", cells.collect::<String>(), i % 2)
    });
    place.write("odd.csv", format!("{header}y\n{}", rows.collect::<String>()));
    let keep = "--set data.missing=mean --set data.drop=[] --set data.numeric=[\"\u{202e}\u{9b}2J\"]";
    for line in [
        "init odd.csv",
        &format!("validate odd.toml {keep}"),
        &format!("run odd.toml {keep} --set search.trials=2 --set parameters.epochs=1 --out o"),
        "rank o",
        "status o",
        "predict o odd.csv --format table --keep \u{1b}[31m",
        "predict o odd.csv --keep \u{1b}[32m",
    ] {
        let ran = place.say(line);
        assert_eq!(ran.code, Some(if line.ends_with("32m") { 2 } else { 0 }), "{line}: {}", ran.stderr);
        for shown in [&ran.stdout, &ran.stderr] {
            let is_obeyed = |c: char| c != '\n' && !mlpsweep_data::is_printable(c);
            assert!(!shown.contains(is_obeyed), "{line}: {shown:?}");
        }
        if line.starts_with("run ") {
            assert!(
                ran.stderr.contains(r"\u{1b}[31m 1, ") && ran.stderr.contains(r"\u{202e}\u{9b}2J"),
                "{}",
                ran.stderr
            );
        }
    }
    let page = place.read_text("o/report.html");
    assert!(page.contains(r"\u003c/script\u003e"), "it is a feature that has been shuffled");
    assert_eq!(page.matches("</script").count(), page.matches("<script").count());
}

/// The test share is a file: as good as holding out the same rows, and what it does not have is said.
#[test]
fn a_test_file_is_what_is_held_out() {
    let place = Place::new("");
    let people = people();
    place.write("people.csv", &people);
    let (train, test) = people.split_at(people.match_indices('\n').nth(90).expect("lines").0 + 1);
    let header = people.lines().next().expect("a header");
    place.write("train.csv", train);
    place.write("test.csv", format!("{header}\n{test}"));
    place.say("init train.csv").expect(0, "");
    let text = place.read_text("train.toml");
    place.write("s.toml", text.replace("test = \"auto\"", "test_path = \"test.csv\""));
    let shown = place.say("validate s.toml");
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    assert!(shown.stdout.contains("held out         30 rows"), "{}", shown.stdout);
    place.say("run s.toml --set search.trials=1 --set parameters.epochs=1 --out o").expect(0, "");
    place.say("validate s.toml --set data.test=0.1").expect(2, "`data.test_path` beside `data.test`");
    place.write("test.csv", format!("{}\n{test}", header.replace("job", "occupation")));
    place
        .say("validate s.toml")
        .expect(6, "test.csv: there is no column `job`, which is one of the features");
    place.write("test.csv", format!("{header}\n{}", test.replace("low", "middling")));
    place.say("validate s.toml").expect(6, "`middling` is none of the listed classes");
}

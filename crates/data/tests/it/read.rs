//! What is read is what was written, however it was written.

use std::io::{self, Read, Write as _};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use mlpsweep_data::{
    CsvOptions, Dataset, Labels, Roles, Target, Task, Times, Weights, read_csv, read_csv_from,
};
use ndarray::array;
use proptest::prelude::*;

fn target(name: &str) -> CsvOptions {
    CsvOptions { target: vec![name.to_owned()], keep_all: true, ..CsvOptions::default() }
}

#[track_caller]
pub(crate) fn read(csv: &str, options: &CsvOptions) -> Dataset {
    match read_csv_from(csv.as_bytes(), Path::new("data.csv"), options) {
        Ok(data) => data,
        Err(error) => panic!("{error}"),
    }
}

/// A table with the cells in its target column.
fn column(cells: &[&str]) -> String {
    format!("x,y\n1,{}\n", cells.join("\n1,"))
}

fn task_of(cells: &[&str]) -> Task {
    read(&column(cells), &target("y")).target.task()
}

#[track_caller]
fn check_labels(cells: &[&str], expected: &[&str], expected_codes: &[u32]) {
    let options = CsvOptions { task: Some(Task::Classification), ..target("y") };
    let Target::Classes { labels, codes, .. } = read(&column(cells), &options).target else {
        panic!("classes were asked for")
    };
    assert_eq!(labels, expected);
    assert_eq!(codes, expected_codes);
}

#[test]
fn columns_keep_their_order_whatever_their_role() {
    let data = read(
        "c,y,note,a\n1,0.5,x,2\n3,1.5,,4\n",
        &CsvOptions { drop: vec!["note".to_owned()], ..target("y") },
    );
    assert_eq!(data.feature_names, ["c", "a"]);
    assert_eq!(data.features, array![[1.0, 2.0], [3.0, 4.0]]);
    assert_eq!(data.target, Target::Numbers { names: vec!["y".to_owned()], values: array![[0.5], [1.5]] });
    assert_eq!(data.name, "data");
}

/// A table whose every column has another role; times are written with a blank here and there.
const ROLES: &str =
    "w,who,x,when,fold,y\n2,b b,1,2024-03-01,10,0\n0,NA,2, 2023-12-31 ,9,1\n1.5,b b,3,2024-02-29T12:00,9,1\n";

fn all_roles() -> CsvOptions {
    let name = |name: &str| Some(name.to_owned());
    CsvOptions {
        sample_weight: name("w"),
        group: name("who"),
        time: name("when"),
        fold: name("fold"),
        ..target("y")
    }
}

#[test]
fn columns_beside_features_and_target() {
    let data = read(ROLES, &all_roles());
    assert_eq!(data.feature_names, ["x"]);
    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<String>>();
    let expected = Roles {
        weights: Some(Weights { name: "w".to_owned(), values: vec![2.0, 0.0, 1.5] }),
        groups: Some(Labels { name: "who".to_owned(), labels: owned(&["NA", "b b"]), codes: vec![1, 0, 1] }),
        times: Some(Times {
            name: "when".to_owned(),
            ranks: vec![2, 0, 1],
            first: "2023-12-31".to_owned(),
            last: "2024-03-01".to_owned(),
        }),
        // Numbers in the order of numbers.
        folds: Some(Labels { name: "fold".to_owned(), labels: owned(&["9", "10"]), codes: vec![1, 0, 0] }),
    };
    assert_eq!(data.roles, expected);
}

#[test]
fn the_fingerprint_covers_every_role() {
    let original = read(ROLES, &all_roles()).fingerprint();
    let same = ROLES.replace("2024-03-01,10", "2024-03-01T00:00:00,10").replace("1.5", "15e-1");
    assert_eq!(read(&same, &all_roles()).fingerprint(), original, "spelling");
    for (what, other) in [
        ("a weight", ROLES.replace("1.5,", "1.25,")),
        ("a weight's name", ROLES.replace("w,who", "v,who")),
        ("a group", ROLES.replace("NA", "b b")),
        ("a group's label", ROLES.replace("NA", "NB")),
        ("the order in time", ROLES.replace("2023-12-31", "2025-12-31")),
        ("a fold", ROLES.replace(",10,", ",9,")),
    ] {
        let mut options = all_roles();
        if what == "a weight's name" {
            options.sample_weight = Some("v".to_owned());
        }
        assert_ne!(read(&other, &options).fingerprint(), original, "{what}");
    }
    // The same cells in another role.
    let csv = "x,a,b,y\n1,1,1,0\n2,2,1,1\n";
    let name = || Some("a".to_owned());
    let roles = [
        CsvOptions { sample_weight: name(), ..target("y") },
        CsvOptions { group: name(), ..target("y") },
        CsvOptions { time: name(), ..target("y") },
        CsvOptions { fold: name(), ..target("y") },
        CsvOptions { drop: vec!["a".to_owned()], ..target("y") },
        target("y"),
    ];
    let mut fingerprints = roles.map(|options| read(csv, &options).fingerprint()).to_vec();
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), 6);
}

#[test]
fn several_targets_stand_in_the_order_asked_for() {
    let options = CsvOptions { target: vec!["v".to_owned(), "u".to_owned()], ..CsvOptions::default() };
    let data = read("u,x,v\n1,2,3\n4,5,6\n", &options);
    let names = vec!["v".to_owned(), "u".to_owned()];
    assert_eq!(data.target, Target::Numbers { names, values: array![[3.0, 1.0], [6.0, 4.0]] });
}

#[test]
fn the_task_is_inferred_as_documented() {
    let up_to = |n: u32| (0..n).map(|number| number.to_string()).collect::<Vec<_>>();
    let infer = |cells: &[String]| task_of(&cells.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(infer(&up_to(20)), Task::Classification);
    assert_eq!(infer(&up_to(21)), Task::Regression);
    assert_eq!(task_of(&["a", "b"]), Task::Classification);
    assert_eq!(task_of(&["1", "2", "unknown"]), Task::Classification);
    assert_eq!(task_of(&["1.0", "2.0"]), Task::Classification);
    assert_eq!(task_of(&["1", "2.5"]), Task::Regression);
    assert_eq!(task_of(&["inf", "fin"]), Task::Classification);
}

#[test]
fn a_stated_task_is_taken() {
    let stated =
        |task| read("x,y\n1,0\n2,1\n", &CsvOptions { task: Some(task), ..target("y") }).target.task();
    assert_eq!(stated(Task::Classification), Task::Classification);
    assert_eq!(stated(Task::Regression), Task::Regression);
}

#[test]
fn labels_are_sorted() {
    check_labels(&["10", "9", "-1", "9"], &["-1", "9", "10"], &[2, 1, 0, 1]);
    check_labels(&["b10", "b9", "B1"], &["B1", "b10", "b9"], &[1, 2, 0]);
    check_labels(&["10", "9", "x"], &["10", "9", "x"], &[0, 1, 2]);
    check_labels(&["ä", "z", "a"], &["a", "z", "ä"], &[2, 1, 0]);
}

#[test]
fn a_number_is_one_label_however_it_is_spelled() {
    check_labels(&["1.0", "2", "1", "01"], &["1", "2"], &[0, 1, 0, 0]);
    check_labels(&["0", "-0", "3"], &["0", "3"], &[0, 0, 1]);
    check_labels(&["007", "008"], &["007", "008"], &[0, 1]);
    check_labels(&["0E1", "0E2", "0A"], &["0A", "0E1", "0E2"], &[1, 2, 0]);
    check_labels(
        &["9007199254740993", "9007199254740992"],
        &["9007199254740992", "9007199254740993"],
        &[1, 0],
    );
}

/// In the order they are listed, spelled as they are listed, those without rows too; the last one is the positive one.
#[test]
fn listed_classes_stand_as_they_are_listed() {
    let check = |cells: &[&str], classes: &[&str], expected_codes: &[u32]| {
        let listed: Vec<String> = classes.iter().map(|label| (*label).to_owned()).collect();
        let data = read(&column(cells), &CsvOptions { classes: listed.clone(), ..target("y") });
        let Target::Classes { labels, codes, positive, .. } = &data.target else {
            panic!("classes are listed")
        };
        assert_eq!((labels, &codes[..], *positive as usize), (&listed, expected_codes, classes.len() - 1));
        for (position, label) in listed.iter().enumerate() {
            assert_eq!(data.target.class(label), Some(position as u32));
        }
        assert_eq!(data.target.class("nothing like it"), None);
    };
    check(&["b", "a", "b"], &["b", "a"], &[0, 1, 0]);
    check(&["b", "a", "b"], &["a", "c", "b"], &[2, 0, 2]);
    check(&["1.0", "0", "1", "1e0"], &["1", "0"], &[0, 1, 0, 0]);
    check(&["1.5", "0.5", "2.5"], &["2.5", "1.5", "0.5"], &[1, 2, 0]);
    check(&["NA", "x"], &["x", "NA"], &[1, 0]);
}

#[test]
fn cells_may_be_quoted_padded_and_odd() {
    let data = read(
        "\"a,b\",\"say \"\"hi\"\"\",y\n\"1.5\", 2 ,5\" pipe\n3,\"-4e-1\",\"two\nlines\"\n\n5,6,\"\"\"\"\n",
        &target("y"),
    );
    assert_eq!(data.feature_names, ["a,b", "say \"hi\""]);
    assert_eq!(data.features, array![[1.5, 2.0], [3.0, -0.4], [5.0, 6.0]]);
    let Target::Classes { labels, codes, .. } = data.target else { panic!("text is classes") };
    assert_eq!(labels, ["\"", "5\" pipe", "two\nlines"]);
    assert_eq!(codes, [1, 2, 0]);
}

#[test]
fn the_file_name_says_how_it_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let plain = "x,y\n1,a\n2,b\n";
    let gzip = |text: &str| {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(text.as_bytes()).expect("memory");
        packed.finish().expect("memory")
    };
    let tabs = plain.replace(',', "\t");
    let files = [
        ("t.csv", plain.as_bytes().to_vec()),
        ("t.CSV", plain.as_bytes().to_vec()),
        ("t.tsv", tabs.as_bytes().to_vec()),
        ("t.csv.gz", gzip(plain)),
        ("t.tsv.gz", gzip(&tabs)),
        // Two gzip members, as `cat a.gz b.gz` makes them.
        ("t.gz", [gzip("x,y\n1,a\n"), gzip("2,b\n")].concat()),
    ];
    let expected = read(plain, &target("y")).fingerprint();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        let data = read_csv(&path, &target("y")).expect(name);
        assert_eq!((data.name.as_str(), data.fingerprint()), ("t", expected.clone()), "{name}");
    }
}

/// Long enough for the buffer to be refilled many times and the matrix to grow by the file's length, with quoted
/// rows, so that record ends fall anywhere in a block.
#[test]
fn long_files_are_read_whole() {
    const N_ROWS: usize = 60_000;
    let mut csv = "a,b,y\n".to_owned();
    for row in 0..N_ROWS {
        let quoted = if row % 7 == 0 { format!("\"{row}\"") } else { row.to_string() };
        let label = ["x", "\"y\"\"\r\n\"", "z"][row % 3];
        csv.extend([&quoted, ",", &(row % 100).to_string(), ".25,", label, "\n"]);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("long.csv");
    std::fs::write(&path, &csv).expect("a file");
    let data = read_csv(&path, &target("y")).expect("a good file");
    assert_eq!(data.features.dim(), (N_ROWS, 2));
    for (row_idx, row) in data.features.rows().into_iter().enumerate() {
        assert_eq!([row[0], row[1]], [row_idx as f64, (row_idx % 100) as f64 + 0.25]);
    }
    assert_eq!(data, Dataset { name: "long".to_owned(), ..read(&csv, &target("y")) });
    let Target::Classes { labels, codes, .. } = data.target else { panic!("text is classes") };
    assert_eq!(labels, ["x", "y\"\r\n", "z"]);
    assert!((0..N_ROWS).all(|row| codes[row] as usize == row % 3));
}

/// A source that gives a byte at a time, and is interrupted before each.
struct Trickle<'a> {
    bytes: &'a [u8],
    interrupted: bool,
}

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.interrupted = !self.interrupted;
        if self.interrupted {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let length = buffer.len().min(1);
        self.bytes.read(&mut buffer[..length])
    }
}

#[test]
fn a_slow_source_gives_the_same_table() {
    let csv = "x,y\r\n1,\"a\"\r\n2,b";
    let source = Trickle { bytes: csv.as_bytes(), interrupted: false };
    let data = read_csv_from(source, Path::new("data.csv"), &target("y")).expect("a good file");
    assert_eq!(data, read(csv, &target("y")));
}

#[test]
fn the_fingerprint_covers_what_the_table_says() {
    let original = read("a,b,y\n1,0,p\n2,3,q\n", &target("y")).fingerprint();
    assert_eq!(original.len(), 64);
    for (what, same) in [
        ("spelling", "a,b,y\n1.0,-0.0,p\n 2,3e0,q\n"),
        ("quotes", "\"a\",b,\"y\"\n\"1\",0,\"p\"\n2,3,q\n"),
        ("empty lines", "a,b,y\n\n1,0,p\n2,3,q\n\n\n"),
    ] {
        assert_eq!(read(same, &target("y")).fingerprint(), original, "{what}");
    }
    for (what, other) in [
        ("a value", "a,b,y\n1,0,p\n2,3.0000000000000004,q\n"),
        ("a name", "a,B,y\n1,0,p\n2,3,q\n"),
        ("a boundary between names", "ab,_,y\n1,0,p\n2,3,q\n"),
        ("a label", "a,b,y\n1,0,p\n2,3,r\n"),
        ("a row's class", "a,b,y\n1,0,q\n2,3,p\n"),
        ("a row", "a,b,y\n1,0,p\n2,3,q\n2,3,q\n"),
        ("the order of rows", "a,b,y\n2,3,q\n1,0,p\n"),
        ("the target's name", "a,b,y\n1,0,p\n2,3,q\n".replace('y', "z").as_str()),
    ] {
        let name = if what == "the target's name" { "z" } else { "y" };
        assert_ne!(read(other, &target(name)).fingerprint(), original, "{what}");
    }
    let classes = read("x,y\n1,0\n2,1\n", &target("y"));
    let numbers = read("x,y\n1,0\n2,1\n", &CsvOptions { task: Some(Task::Regression), ..target("y") });
    assert_ne!(classes.fingerprint(), numbers.fingerprint(), "the kind of target");
}

/// A table as a user might have it: names and labels of any text, finite numbers.
#[derive(Clone, Debug)]
struct Written {
    names: Vec<String>,
    rows: Vec<(Vec<f64>, String)>,
}

fn written() -> impl Strategy<Value = Written> {
    let text = "[a-z\",\n;ä 5-]{0,6}";
    (1_usize..5, 2_usize..30).prop_flat_map(move |(n_features, n_rows)| {
        let names = prop::collection::vec(text, n_features);
        let number = prop_oneof![prop::num::f64::NORMAL, prop::num::f64::SUBNORMAL, (-1e6..1e6), Just(-0.0)];
        let row = (prop::collection::vec(number, n_features), text);
        (names, prop::collection::vec(row, n_rows)).prop_map(|(names, rows)| Written {
            // What makes a name or label good: not empty, not used twice; two labels at least, none a number.
            names: names.into_iter().enumerate().map(|(idx, name)| format!("{name}{idx}")).collect(),
            rows: rows
                .into_iter()
                .enumerate()
                .map(|(idx, (x, label))| (x, format!("{label}{}", ["p", "q"][idx % 2])))
                .collect(),
        })
    })
}

fn write(table: &Written, terminator: csv::Terminator, quotes: csv::QuoteStyle) -> Vec<u8> {
    let mut writer =
        csv::WriterBuilder::new().terminator(terminator).quote_style(quotes).from_writer(Vec::new());
    writer.write_record(table.names.iter().map(String::as_str).chain(["target"])).expect("memory");
    for (x, label) in &table.rows {
        writer.write_record(x.iter().map(f64::to_string).chain([label.clone()])).expect("memory");
    }
    writer.into_inner().expect("memory")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_the_csv_crate_writes_reads_back_equal(table in written()) {
        let bytes = write(&table, csv::Terminator::Any(b'\n'), csv::QuoteStyle::Necessary);
        let data = read_csv_from(&bytes[..], Path::new("t.csv"), &target("target")).expect("a good table");
        prop_assert_eq!(&data.feature_names, &table.names);
        for (row, (x, _)) in data.features.rows().into_iter().zip(&table.rows) {
            let bits = |values: &mut dyn Iterator<Item = f64>| values.map(f64::to_bits).collect::<Vec<_>>();
            prop_assert_eq!(bits(&mut row.iter().copied()), bits(&mut x.iter().copied()));
        }
        let Target::Classes { labels, codes, .. } = &data.target else { panic!("labels are text") };
        prop_assert!(labels.is_sorted());
        for (&code, (_, label)) in codes.iter().zip(&table.rows) {
            prop_assert_eq!(&labels[code as usize], label);
        }
    }

    #[test]
    fn how_it_is_written_does_not_reach_the_fingerprint(table in written()) {
        let read = |bytes: &[u8]| {
            read_csv_from(bytes, Path::new("t.csv"), &target("target")).expect("a good table").fingerprint()
        };
        let plain = write(&table, csv::Terminator::Any(b'\n'), csv::QuoteStyle::Necessary);
        let expected = read(&plain);
        prop_assert_eq!(read(&write(&table, csv::Terminator::CRLF, csv::QuoteStyle::Necessary)), expected.clone());
        prop_assert_eq!(read(&write(&table, csv::Terminator::CRLF, csv::QuoteStyle::Always)), expected.clone());
        prop_assert_eq!(read(&[b"\xef\xbb\xbf", &plain[..]].concat()), expected.clone());
        prop_assert_eq!(read(plain.strip_suffix(b"\n").expect("a last line end")), expected.clone());
        let crlf = write(&table, csv::Terminator::CRLF, csv::QuoteStyle::Always);
        prop_assert_eq!(read(crlf.strip_suffix(b"\n").expect("a last line end")), expected);
    }

    /// Whatever the bytes: a table or an error, never a panic; and what is accepted has the rows the csv crate finds.
    #[test]
    fn any_bytes_are_read_or_refused(body in "[\",\r\n1aé ]{0,40}", extra in prop::collection::vec(any::<u8>(), 0..4)) {
        let bytes = [b"x,y\n1,b\n", body.as_bytes(), &extra].concat();
        if let Ok(data) = read_csv_from(&bytes[..], Path::new("t.csv"), &target("y")) {
            let mut reader = csv::Reader::from_reader(&bytes[..]);
            prop_assert_eq!(reader.byte_records().count(), data.n_rows());
        }
    }
}

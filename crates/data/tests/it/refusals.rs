//! What is refused, and what the user is told: kind as exit code, message, hint.

use std::io::{self, Read};
use std::path::Path;

use mlpsweep_data::{
    CsvOptions, DataError, Dataset, ErrorKind, Fault, RECORD_LIMIT, Task, read_csv, read_csv_from,
};

fn options() -> CsvOptions {
    CsvOptions { target: vec!["y".to_owned()], ..CsvOptions::default() }
}

fn show(read: Result<Dataset, DataError>) -> String {
    let error = read.expect_err("a table that is refused");
    let code = match error.kind() {
        ErrorKind::Config => 2,
        ErrorKind::Input => 6,
    };
    let hint = error.hint().map(|hint| format!("\n   hint: {hint}")).unwrap_or_default();
    format!("{code}: {error}{hint}\n")
}

fn refuse(csv: &[u8], options: &CsvOptions) -> String {
    show(read_csv_from(csv, Path::new("d.csv"), options))
}

/// One message for each file.
fn refuse_all(files: &[&str]) -> String {
    files.iter().map(|csv| refuse(csv.as_bytes(), &options())).collect()
}

/// One message for each cell, which stands in the third line under `age`.
fn refuse_cells(cells: &[&str]) -> String {
    cells.iter().map(|cell| refuse(format!("age,y\n1.5,a\n{cell},b\n").as_bytes(), &options())).collect()
}

#[test]
fn nothing_there() {
    insta::assert_snapshot!(refuse_all(&["", "\n\n", "x,y\n", "x,y"]), @r"
        6: d.csv: the file is empty
           hint: the first line names the columns, each further line is a row
        6: d.csv: the file is empty
           hint: the first line names the columns, each further line is a row
        6: d.csv: 0 data rows
           hint: the first line names the columns, each further line is a row
        6: d.csv: 0 data rows
           hint: the first line names the columns, each further line is a row
        ");
}

#[test]
fn rows_of_another_length() {
    insta::assert_snapshot!(
        refuse_all(&["a,b,x,w,y\n1,2,3,4,p\n1,2,3,p\n", "x,y\n1,a,\n", "x,y\n1\n", "x,y\n\n\"1\",\"a\nb\"\nz,1,2\n"]),
        @r"
        6: d.csv: line 3: 4 fields, expected 5
           hint: every row has as many fields as the header; a cell with a separator in it needs quotes
        6: d.csv: line 2: 3 fields, expected 2
           hint: every row has as many fields as the header; a cell with a separator in it needs quotes
        6: d.csv: line 2: 1 field, expected 2
           hint: every row has as many fields as the header; a cell with a separator in it needs quotes
        6: d.csv: line 5: 3 fields, expected 2
           hint: every row has as many fields as the header; a cell with a separator in it needs quotes
        "
    );
}

#[test]
fn quotes() {
    insta::assert_snapshot!(
        refuse_all(&[
            "x,y\n1,\"a\n2,b\n3,c\n",
            "x,y\n1,a\n\"1.5\"x,b\n",
            "x,y\n1,\"a\n2,\"b\n",
            "x,\"y\"z\n",
            "x,y\n1,a\n\"2\" ,b\n",
        ]),
        @r#"
        6: d.csv: quote opened on line 2 never closed
           hint: close the cell with a second `"`; a quote inside a quoted cell is doubled
        6: d.csv: line 3, column `x`: text after a closing quote: `"1.5"x`
           hint: end the cell after its closing quote; a quote inside a quoted cell is doubled
        6: d.csv: line 3, column `y`: text after a closing quote: `"a\n2,"b`
           hint: the quote opened on line 2, and may lack its end there
        6: d.csv: line 1, field 2: text after a closing quote: `"y"z`
           hint: end the cell after its closing quote; a quote inside a quoted cell is doubled
        6: d.csv: line 3, column `x`: text after a closing quote: `"2" `
           hint: end the cell after its closing quote; a quote inside a quoted cell is doubled
        "#
    );
}

#[test]
fn line_ends() {
    insta::assert_snapshot!(refuse_all(&["x,y\r1,a\r2,b\r", "x,y\n1,a\n2,b\rc\n"]), @r"
        6: d.csv: line 1: a carriage return without a line feed
           hint: end lines with LF or CR LF, and put cells with line ends in quotes
        6: d.csv: line 3: a carriage return without a line feed
           hint: end lines with LF or CR LF, and put cells with line ends in quotes
        ");
}

#[test]
fn encodings() {
    let files: [&[u8]; 4] =
        [b"x,y\n1,a\n2,caf\xe9\n", b"x,y\n1,\"a\nb\xff\"\n", b"\xff\xfex\0,\0y\0\n\0", b"x\xf0\x9f,y\n"];
    let shown: String = files.iter().map(|csv| refuse(csv, &options())).collect();
    insta::assert_snapshot!(shown, @r"
        6: d.csv: line 3: byte 0xe9 at offset 13 is not UTF-8
           hint: save the file as UTF-8; single bytes above 0x7f are often Latin-1
        6: d.csv: line 3: byte 0xff at offset 10 is not UTF-8
           hint: save the file as UTF-8; single bytes above 0x7f are often Latin-1
        6: d.csv: line 1: byte 0xff at offset 0 is not UTF-8
           hint: this looks like UTF-16; save the file as UTF-8
        6: d.csv: line 1: byte 0xf0 at offset 1 is not UTF-8
           hint: save the file as UTF-8; single bytes above 0x7f are often Latin-1
        ");
}

#[test]
fn headers() {
    insta::assert_snapshot!(
        refuse_all(&["x,y,w,x\n", "x,,y\n", ",x,y\n", "x, ,y\n", "y\n1\n2\n"]),
        @r"
        6: d.csv: column name `x` is used twice, at positions 1 and 4
           hint: give every column a name of its own in the first line
        6: d.csv: column 2 has no name
           hint: name every column in the first line; a trailing separator makes a nameless one
        6: d.csv: column 1 has no name
           hint: name every column; a nameless first one is often an index that pandas wrote, left out by `to_csv(..., index=False)`
        6: d.csv: column 2 has no name
           hint: name every column in the first line; a trailing separator makes a nameless one
        6: d.csv: no feature columns are left
           hint: a table needs a column besides the target to predict from
        "
    );
}

#[test]
fn columns_that_are_not_there() {
    let csv = b"height,width,Label\n1,2,a\n";
    let ask = |target: &[&str], drop: &[&str], task| {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        refuse(csv, &CsvOptions { target: owned(target), drop: owned(drop), task, ..CsvOptions::default() })
    };
    let shown = [
        ask(&[], &[], None),
        ask(&["label"], &[], None),
        ask(&["nope"], &[], None),
        ask(&["Label"], &["heigth"], None),
        ask(&["Label", "Label"], &[], None),
        ask(&["Label"], &["Label"], None),
        ask(&["Label"], &["height", "width"], None),
        ask(&["height", "width"], &[], Some(Task::Classification)),
    ];
    insta::assert_snapshot!(shown.concat(), @r#"
        2: d.csv: no target column is named
           hint: name the column to predict: `target = "..."`
        2: d.csv: there is no column `label`, which `target` names
           hint: did you mean `Label`?
        2: d.csv: there is no column `nope`, which `target` names
           hint: the columns are `height`, `width`, `Label`
        2: d.csv: there is no column `heigth`, which `drop` names
           hint: did you mean `height`?
        2: d.csv: target `Label` is named twice
           hint: name each target once
        2: d.csv: column `Label` is both the target and dropped
           hint: take it out of `target` or out of `drop`
        2: d.csv: no feature columns are left
           hint: leave at least one column out of `drop`
        2: d.csv: 2 targets with `task = "classification"`
           hint: classes are predicted for one column; several targets are numbers
        "#);
    let wide = (0..20).map(|idx| format!("c{idx},")).collect::<Vec<_>>().concat();
    insta::assert_snapshot!(refuse(format!("{wide}z\n").as_bytes(), &options()), @r"
        2: d.csv: there is no column `y`, which `target` names
           hint: the columns are `c0`, `c1`, `c2`, `c3`, `c4`, `c5`, `c6`, `c7` and 13 more
        ");
}

#[test]
fn cells_that_are_no_numbers() {
    insta::assert_snapshot!(refuse_cells(&["", " ", "NA", "NaN", "null", "?", "-nan"]), @r#"
        6: d.csv: line 3, column `age`: the cell is empty
           hint: fill the cell in, let `missing = "mean"` do it in each fold, or leave the column out: `drop = ["age"]`
        6: d.csv: line 3, column `age`: the cell is empty
           hint: fill the cell in, let `missing = "mean"` do it in each fold, or leave the column out: `drop = ["age"]`
        6: d.csv: line 3, column `age`: `NA` is a missing value, expected a number
           hint: fill the cell in, let `missing = "mean"` do it in each fold, or leave the column out: `drop = ["age"]`
        6: d.csv: line 3, column `age`: `NaN` is a missing value, expected a number
           hint: fill the cell in, let `missing = "mean"` do it in each fold, or leave the column out: `drop = ["age"]`
        6: d.csv: line 3, column `age`: `null` is a missing value, expected a number
           hint: fill the cell in, let `missing = "mean"` do it in each fold, or leave the column out: `drop = ["age"]`
        6: d.csv: line 3, column `age`: `?` is a missing value, expected a number
           hint: fill the cell in, let `missing = "mean"` do it in each fold, or leave the column out: `drop = ["age"]`
        6: d.csv: line 3, column `age`: `-nan` is a missing value, expected a number
           hint: fill the cell in, let `missing = "mean"` do it in each fold, or leave the column out: `drop = ["age"]`
        "#);
    insta::assert_snapshot!(refuse_cells(&["inf", "-inf", "1e400", "-1e400"]), @r"
        6: d.csv: line 3, column `age`: `inf` is not a finite number
           hint: write a finite number
        6: d.csv: line 3, column `age`: `-inf` is not a finite number
           hint: write a finite number
        6: d.csv: line 3, column `age`: `1e400` is beyond the range of numbers (±1.8e308)
           hint: write a finite number
        6: d.csv: line 3, column `age`: `-1e400` is beyond the range of numbers (±1.8e308)
           hint: write a finite number
        ");
    insta::assert_snapshot!(refuse_cells(&["tall", "\"1,5\"", "0x10", "2024-01-31"]), @r#"
        6: d.csv: line 3, column `age`: `tall` is text, expected a number
           hint: write a number there; or if each value is a category, `categorical = ["age"]`, or `drop = ["age"]`
        6: d.csv: line 3, column `age`: `1,5` is a number with a comma in it
           hint: write decimal points, and no separators of thousands; or if each value is a category, `categorical = ["age"]`
        6: d.csv: line 3, column `age`: `0x10` is text, expected a number
           hint: write a number there; or if each value is a category, `categorical = ["age"]`, or `drop = ["age"]`
        6: d.csv: line 3, column `age`: `2024-01-31` is text, expected a number
           hint: write a number there; or if each value is a category, `categorical = ["age"]`, or `drop = ["age"]`
        "#);
}

#[test]
fn what_is_found_is_fit_to_be_shown() {
    let long = "é".repeat(100);
    insta::assert_snapshot!(refuse_cells(&[&long, "\x1b[31mred\x07", "\"two\nlines\"", "\u{202e}txt"]), @r#"
        6: d.csv: line 3, column `age`: `éééééééééééééééééééééééééééééééééééééééé…` is text, expected a number
           hint: write a number there; or if each value is a category, `categorical = ["age"]`, or `drop = ["age"]`
        6: d.csv: line 3, column `age`: `\u{1b}[31mred\u{7}` is text, expected a number
           hint: write a number there; or if each value is a category, `categorical = ["age"]`, or `drop = ["age"]`
        6: d.csv: line 3, column `age`: `two\nlines` is text, expected a number
           hint: write a number there; or if each value is a category, `categorical = ["age"]`, or `drop = ["age"]`
        6: d.csv: line 3, column `age`: `\u{202e}txt` is text, expected a number
           hint: write a number there; or if each value is a category, `categorical = ["age"]`, or `drop = ["age"]`
        "#);
}

#[test]
fn targets() {
    let with_task = |csv: &str, task| refuse(csv.as_bytes(), &CsvOptions { task, ..options() });
    let several = CsvOptions { target: vec!["y".to_owned(), "z".to_owned()], ..CsvOptions::default() };
    let shown = [
        with_task("x,y\n1,a\n2,\n", None),
        with_task("x,y\n1,2.5\n2,NA\n", Some(Task::Regression)),
        with_task("x,y\n1,2.5\n2,much\n", Some(Task::Regression)),
        with_task("x,y\n1,2.5\n2,-inf\n", None),
        with_task("x,y\n1,1e400\n2,1\n", Some(Task::Regression)),
        with_task("x,y\n1,2.5\n2,3.5\n3,4..5\n", None),
        with_task("x,y\n1,a\n2,a\n", None),
        with_task("x,y\n1,1\n2,1.0\n", None),
        with_task("x,y\n1,2.5\n2,2.5\n", None),
        refuse(b"x,y,z\n1,2,3\n4,5,six\n", &several),
        refuse(b"x,y,z\n1,2,3\n4,5,3\n", &several),
    ];
    insta::assert_snapshot!(shown.concat(), @r#"
        6: d.csv: line 3, column `y`: the cell is empty
           hint: fill in the target, or leave out the rows that lack it
        6: d.csv: line 3, column `y`: `NA` is a missing value, expected a number
           hint: fill in the target, or leave out the rows that lack it
        6: d.csv: line 3, column `y`: `much` is text, expected a number
           hint: a regression target is a number in every row; classes want `task = "classification"` and one target
        6: d.csv: line 3, column `y`: `-inf` is not a finite number
           hint: write a finite number
        6: d.csv: line 2, column `y`: `1e400` is beyond the range of numbers (±1.8e308)
           hint: write a finite number
        6: d.csv: line 4, column `y`: `4..5` is text in a column of numbers
           hint: write a number there, or `task = "classification"` if each value is a class
        6: d.csv: column `y`: the target is `a` in every row
           hint: there is nothing to learn from a target that never changes
        6: d.csv: column `y`: the target is `1` in every row
           hint: there is nothing to learn from a target that never changes
        6: d.csv: column `y`: the target is `2.5` in every row
           hint: there is nothing to learn from a target that never changes
        6: d.csv: line 3, column `z`: `six` is text, expected a number
           hint: a regression target is a number in every row; classes want `task = "classification"` and one target
        6: d.csv: column `z`: the target is `3` in every row
           hint: there is nothing to learn from a target that never changes
        "#);
}

#[test]
fn classes_that_are_not_listed() {
    let listed = |cells: &str, classes: &[&str]| {
        let classes = classes.iter().map(|label| (*label).to_owned()).collect();
        refuse(
            format!("x,y\n1,{}\n", cells.replace(' ', "\n1,")).as_bytes(),
            &CsvOptions { classes, ..options() },
        )
    };
    let shown = [
        listed("yes no yse", &["no", "yes"]),
        listed("1 0 2", &["0", "1"]),
        listed("yes no NA", &["no", "yes"]),
        listed("yes yes yes", &["no", "yes"]),
    ];
    insta::assert_snapshot!(shown.concat(), @r#"
        6: d.csv: line 4, column `y`: `yse` is none of the listed classes
           hint: did you mean `yes`? else add it to `classes`
        6: d.csv: line 4, column `y`: `2` is none of the listed classes
           hint: add it to `classes`, or leave the row out
        6: d.csv: line 4, column `y`: `NA` is a missing value, expected a number
           hint: fill in the target, or leave out the rows that lack it
        6: d.csv: column `y`: the target is `yes` in every row
           hint: there is nothing to learn from a target that never changes
        "#);
}

/// What is said of `cells` below `role`, a column with that role, from the second line on.
fn refuse_role(key: &str, cells: &[&str]) -> String {
    let rows = cells.iter().enumerate().map(|(row, cell)| format!("{row},{cell},{}\n", row % 2));
    let csv = format!("x,role,y\n{}", rows.collect::<String>());
    refuse(csv.as_bytes(), &with_role(key, "role"))
}

fn with_role(key: &str, column: &str) -> CsvOptions {
    let name = Some(column.to_owned());
    match key {
        "sample_weight" => CsvOptions { sample_weight: name, ..options() },
        "group" => CsvOptions { group: name, ..options() },
        "time" => CsvOptions { time: name, ..options() },
        _ => CsvOptions { fold: name, ..options() },
    }
}

#[test]
fn columns_beside_features_and_target() {
    let shown = [
        refuse_role("sample_weight", &["1", "-0.5"]),
        refuse_role("sample_weight", &["1", ""]),
        refuse_role("sample_weight", &["inf", "1"]),
        refuse_role("sample_weight", &["1", "NA"]),
        refuse_role("sample_weight", &["1", "heavy"]),
        refuse_role("sample_weight", &["0", "0.0", "-0"]),
        refuse_role("group", &["a", " ", "b"]),
        refuse_role("time", &["1", "soon"]),
        refuse_role("time", &["2024-01-01", ""]),
        refuse_role("time", &["2024-01-01", "2024-02-30"]),
        refuse_role("time", &["2024-01-01", "20240102"]),
        refuse_role("time", &["1", "2024-01-01"]),
        refuse_role("time", &["2024-01-01", "2024-01-01T00:00Z"]),
        refuse_role("column", &["1", "NA"]),
        refuse_role("column", &["1", "2.5"]),
    ];
    insta::assert_snapshot!(shown.concat(), @r"
        6: d.csv: line 3, column `role`: `-0.5` is no sample weight
           hint: a sample weight is a finite number, 0 or more; 1 counts a row once, 0 not at all
        6: d.csv: line 3, column `role`: the cell is empty
           hint: a sample weight is a finite number, 0 or more; 1 counts a row once, 0 not at all
        6: d.csv: line 2, column `role`: `inf` is no sample weight
           hint: a sample weight is a finite number, 0 or more; 1 counts a row once, 0 not at all
        6: d.csv: line 3, column `role`: `NA` is no sample weight
           hint: a sample weight is a finite number, 0 or more; 1 counts a row once, 0 not at all
        6: d.csv: line 3, column `role`: `heavy` is no sample weight
           hint: a sample weight is a finite number, 0 or more; 1 counts a row once, 0 not at all
        6: d.csv: column `role`: the sample weight is 0 in every row
           hint: give the rows to learn from a weight above 0
        6: d.csv: line 3, column `role`: the cell is empty
           hint: every row has its group; fill the cell in, or leave the row out
        6: d.csv: line 3, column `role`: `soon` is neither a number nor an ISO 8601 date
           hint: times are numbers, or dates such as 2024-05-31, 2024-05-31T14:30 or 2024-05-31T14:30:05+02:00
        6: d.csv: line 3, column `role`: the cell is empty
           hint: times are numbers, or dates such as 2024-05-31, 2024-05-31T14:30 or 2024-05-31T14:30:05+02:00
        6: d.csv: line 3, column `role`: `2024-02-30` is neither a number nor an ISO 8601 date
           hint: times are numbers, or dates such as 2024-05-31, 2024-05-31T14:30 or 2024-05-31T14:30:05+02:00
        6: d.csv: line 3, column `role`: `20240102` is a number in a column of dates without offsets
           hint: write all times of the column in one way
        6: d.csv: line 3, column `role`: `2024-01-01` is a date without an offset in a column of numbers
           hint: write all times of the column in one way
        6: d.csv: line 3, column `role`: `2024-01-01T00:00Z` is a time with an offset in a column of dates without offsets
           hint: write all times of the column in one way
        6: d.csv: line 3, column `role`: `NA` names no fold
           hint: every row has its fold; fill the cell in, or leave the row out
        6: d.csv: line 3, column `role`: `2.5` is neither a whole number nor a word
           hint: name the folds by whole numbers, or by words
        ");
    let csv = b"height,width,y\n1,2,0\n2,3,1\n";
    let ask = |options: CsvOptions| refuse(csv, &options);
    let shown = [
        ask(with_role("sample_weight", "y")),
        ask(with_role("group", "hight")),
        ask(CsvOptions { drop: vec!["width".to_owned()], ..with_role("time", "width") }),
        ask(CsvOptions { group: Some("width".to_owned()), ..with_role("sample_weight", "width") }),
        ask(CsvOptions { group: Some("width".to_owned()), ..with_role("column", "height") }),
    ];
    insta::assert_snapshot!(shown.concat(), @r"
        2: d.csv: column `y` is named by `target` and by `sample_weight`
           hint: take it out of `target` or out of `sample_weight`
        2: d.csv: there is no column `hight`, which `group` names
           hint: did you mean `height`?
        2: d.csv: column `width` is named by `drop` and by `time`
           hint: take it out of `drop` or out of `time`
        2: d.csv: column `width` is named by `sample_weight` and by `group`
           hint: take it out of `sample_weight` or out of `group`
        6: d.csv: no feature columns are left
           hint: a table needs a column besides the target to predict from
        ");
}

/// A byte for ever, and the count of how many were asked for.
struct Endless {
    byte: u8,
    n_read: usize,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        buffer.fill(self.byte);
        self.n_read += buffer.len();
        Ok(buffer.len())
    }
}

#[track_caller]
fn check_endless(start: &str, byte: u8) -> String {
    let mut endless = Endless { byte, n_read: 0 };
    let shown = show(read_csv_from(start.as_bytes().chain(&mut endless), Path::new("d.csv"), &options()));
    assert!(endless.n_read <= 4 * RECORD_LIMIT, "{} bytes were read", endless.n_read);
    shown
}

#[test]
fn records_without_an_end() {
    let shown = [
        check_endless("", b'1'),
        check_endless("x,y\n1,a\n", b','),
        check_endless("x,y\n1,\"a\n", b'\n'),
        check_endless("x,y\r", b'\r'),
    ];
    insta::assert_snapshot!(shown.concat(), @r#"
        6: d.csv: line 1: record over 1 MiB limit
           hint: a record ends with a line end; is this a CSV file?
        6: d.csv: line 3: record over 1 MiB limit
           hint: a record ends with a line end; is this a CSV file?
        6: d.csv: quote opened on line 2 never closed within 1 MiB
           hint: close the cell with a second `"`; a quote inside a quoted cell is doubled
        6: d.csv: line 1: a carriage return without a line feed
           hint: end lines with LF or CR LF, and put cells with line ends in quotes
        "#);
}

#[test]
fn the_limits_are_where_they_are_said_to_be() {
    let record = |length: usize| format!("x,y\n1,{}\n2,b\n", "a".repeat(length - 2));
    let read = |csv: &str| read_csv_from(csv.as_bytes(), Path::new("d.csv"), &options());
    assert_eq!(read(&record(RECORD_LIMIT)).expect("just short enough").n_rows(), 2);
    insta::assert_snapshot!(show(read(&record(RECORD_LIMIT + 1))), @r"
        6: d.csv: line 2: record over 1 MiB limit
           hint: a record ends with a line end; is this a CSV file?
        ");

    let header =
        |n_columns: usize| (1..n_columns).map(|idx| format!("{idx:x},")).collect::<Vec<_>>().concat() + "y\n";
    insta::assert_snapshot!(show(read(&header(100_000))), @r"
        6: d.csv: 0 data rows
           hint: the first line names the columns, each further line is a row
        ");
    insta::assert_snapshot!(show(read(&header(100_001))), @r"
        6: d.csv: more than 100000 columns
           hint: the first line names the columns; is this one column per row?
        ");
}

#[test]
fn files_that_cannot_be_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("none.csv");
    let error = read_csv(&path, &options()).expect_err("no such file");
    assert_eq!((error.kind(), &error.path), (ErrorKind::Input, &path));
    assert!(matches!(error.fault, Fault::Unreadable(error) if error.kind() == io::ErrorKind::NotFound));
    assert!(read_csv(folder.path(), &options()).is_err(), "a folder is no file");
    let shown = show(read_csv_from(&b"x,y\n1,a\n"[..], Path::new("d.csv.gz"), &options()));
    insta::assert_snapshot!(shown, @"6: d.csv.gz: cannot be read: unexpected end of file");
}

#[test]
fn errors_know_their_place() {
    let error =
        read_csv_from(&b"age,y\n1.5,a\n\nold,b\n"[..], Path::new("d.csv"), &options()).expect_err("text");
    assert_eq!((error.line(), error.column()), (Some(4), Some("age")));
    let error = read_csv_from(&b""[..], Path::new("d.csv"), &options()).expect_err("empty");
    assert_eq!((error.line(), error.column()), (None, None));
}

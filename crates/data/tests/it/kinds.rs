//! What a column is taken for.

use crate::read::read;
use mlpsweep_data::{CsvOptions, read_csv_from};
use std::path::Path;

fn options() -> CsvOptions {
    CsvOptions { target: vec!["y".into()], gaps: true, ..CsvOptions::default() }
}

/// A table whose column `x` has these cells, beside one that is a feature in any case.
fn table(cells: &[String]) -> String {
    let rows = cells.iter().enumerate().map(|(i, cell)| format!("{cell},{}.5,{i}.5\n", i % 7));
    format!("x,other,y\n{}", rows.collect::<String>())
}

/// What the column is taken for, in words.
fn kind_of(cells: &[String], options: &CsvOptions) -> String {
    let data = read(&table(cells), options);
    if let Some(dropped) = data.dropped.first() {
        return format!("{} | {}", dropped.why, dropped.remedy().unwrap_or_default());
    }
    match data.categories.get(&0) {
        Some(category) => {
            format!("{}{:?}", if category.is_ordinal { "ordered " } else { "" }, category.levels)
        }
        None => "number".into(),
    }
}

fn cells(text: &str) -> Vec<String> {
    text.split(' ').map(|cell| if cell == "_" { String::new() } else { cell.to_owned() }).collect()
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(kind_of(&cells(text), &options()), expected, "{text}");
}

#[test]
fn words_are_categories_in_byte_order_and_numbers_among_few_are_too() {
    check("red blue red blue", r#"["blue", "red"]"#);
    check("b _ a NA b", r#"["a", "b"]"#);
    check("1 2 3 1", "number");
    check("1 2 unknown 02 1.0 2", r#"["1", "2", "unknown"]"#);
    check("unknown 1 1.0 2", r#"["1", "2", "unknown"]"#);
    check("1.5 2.5 _ 1.5", "number");
    check("true false true", r#"["false", "true"]"#);
}

#[test]
fn what_says_nothing_or_names_rows_is_left_out() {
    check("7 7 7.0", "`7` in every row | ");
    check("u u u", "`u` in every row | ");
    check("u _ u", r#"["u"]"#);
    check("7 _ 7", "number");
    check("_ NA ?", "no value in any row | ");
    check("2024-01-31 2024-02-01 2024-02-01", r#"dates | categorical = ["x"]"#);
    let many = |cell: fn(usize) -> String, n: usize| (0..n).map(cell).collect::<Vec<String>>();
    let kind = |cells: &[String]| kind_of(cells, &options());
    assert_eq!(
        kind(&many(|i| (1000 + i).to_string(), 20)),
        r#"a whole number, different in every row: an identifier? | numeric = ["x"]"#
    );
    assert_eq!(kind(&many(|i| (1000 + i).to_string(), 19)), "number", "too few to tell");
    assert_eq!(kind(&many(|i| format!("{i}.25"), 100)), "number", "fractions never");
    assert_eq!(kind(&many(|i| (i / 2).to_string(), 100)), "number", "each of them twice");
    assert_eq!(
        kind(&many(|i| format!("id{i}"), 20)),
        r#"text, different in every row: an identifier? | categorical = ["x"]"#
    );
    assert_eq!(
        kind(&many(|i| format!("note {}", i * 2 / 3), 90)),
        r#"free text, 60 different ones | categorical = ["x"]"#
    );
}

#[test]
fn what_is_stated_holds() {
    let ids: Vec<String> = (0..30).map(|i| i.to_string()).collect();
    let named = || vec!["x".to_owned()];
    assert_eq!(kind_of(&ids, &CsvOptions { numeric: named(), ..options() }), "number");
    let kind = kind_of(&cells("10 9 10.0 9"), &CsvOptions { categorical: named(), ..options() });
    assert_eq!(kind, r#"["9", "10"]"#, "two spellings of one number are one level");
    let ordinal = |levels: &[&str]| {
        vec![("x".to_owned(), levels.iter().map(|level| (*level).to_owned()).collect::<Vec<_>>())]
    };
    let kind = |ordinal| kind_of(&cells("mid low mid"), &CsvOptions { ordinal, ..options() });
    assert_eq!(kind(ordinal(&["low", "mid", "high"])), r#"ordered ["low", "mid", "high"]"#);
    assert_eq!(kind(ordinal(&[])), r#"ordered ["low", "mid"]"#);
}

fn refusal(csv: &str, options: &CsvOptions) -> String {
    let error = read_csv_from(csv.as_bytes(), Path::new("d.csv"), options).expect_err("refused");
    format!("{error}\n   hint: {}\n", error.hint().unwrap_or_default())
}

#[test]
fn refusals() {
    let named = || vec!["x".to_owned()];
    let text = table(&cells("1.5 2.5 oops 3.5"));
    let both = CsvOptions { numeric: named(), categorical: named(), ..options() };
    let listed = vec![("x".to_owned(), vec!["low".to_owned(), "high".to_owned()])];
    let shown = [
        refusal(&text, &options()),
        refusal(&table(&cells("oops 1.5 2.5 3.5")), &options()),
        refusal(&text, &CsvOptions { numeric: named(), ..options() }),
        refusal(&text, &both),
        refusal(&text, &CsvOptions { id: Some("idd".into()), ..options() }),
        refusal(&text, &CsvOptions { id: Some("x".into()), drop: named(), ..options() }),
        refusal(&table(&cells("low hihg low")), &CsvOptions { ordinal: listed, ..options() }),
        refusal("x;y\n1,5;1\n2;2\n\"-0,25\";3\n", &options()),
        refusal("x,y\n2024-01-01,1.5\n2024-01-02,2.5\n", &options()),
    ];
    insta::assert_snapshot!(shown.concat(), @r#"
        d.csv: line 4, column `x`: `oops` is text, expected a number
           hint: write a number there; or if each value is a category, `categorical = ["x"]`, or `drop = ["x"]`
        d.csv: line 2, column `x`: `oops` is text, expected a number
           hint: write a number there; or if each value is a category, `categorical = ["x"]`, or `drop = ["x"]`
        d.csv: line 4, column `x`: `oops` is text, expected a number
           hint: write a number there; or if each value is a category, `categorical = ["x"]`, or `drop = ["x"]`
        d.csv: column `x` is named by `numeric` and by `categorical`
           hint: take it out of `numeric` or out of `categorical`
        d.csv: there is no column `idd`, which `id` names
           hint: the columns are `x`, `other`, `y`
        d.csv: column `x` is named by `drop` and by `id`
           hint: take it out of `drop` or out of `id`
        d.csv: line 3, column `x`: `hihg` is none of the listed levels
           hint: did you mean `high`? else add it to the levels of `ordinal`
        d.csv: line 2, column `x`: `1,5` is a number with a comma in it
           hint: write decimal points, and no separators of thousands; or if each value is a category, `categorical = ["x"]`
        d.csv: no feature columns are left: `x`: dates
           hint: a column stays if the sweep file names it: `categorical = ["x"]`
        "#);
}

#[test]
fn delimiters_are_found_or_stated() {
    let expected = read("a,b,y\n1.5,2,1\n2.5,3,2\n", &CsvOptions { keep_all: true, ..options() });
    for delimiter in [';', '\t', '|'] {
        let text = "a,b,y\n1.5,2,1\n2.5,3,2\n".replace(',', &delimiter.to_string());
        let found = read(&text, &CsvOptions { keep_all: true, ..options() });
        assert_eq!(found.fingerprint(), expected.fingerprint(), "{delimiter:?}");
    }
    let quoted = read("\"a;b\",\"c;d\",y\n1.5,2,1\n2.5,3,2\n", &options());
    assert_eq!(quoted.feature_names, ["a;b", "c;d"]);
    let stated = CsvOptions { delimiter: Some(b':'), ..options() };
    assert_eq!(read("a,b:c:y\n1.5:2:1\n2.5:3:2\n", &stated).feature_names, ["a,b", "c"]);
}

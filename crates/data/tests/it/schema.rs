//! Another file with the columns of a table.

use crate::read::read;
use mlpsweep_data::{CsvOptions, Dataset, Fault, Rows, Schema, Target, TargetSchema, read_csv_from};
use std::path::Path;

fn options() -> CsvOptions {
    CsvOptions { target: vec!["y".into()], gaps: true, ..CsvOptions::default() }
}

/// A number, a category, a constant that is dropped, and two classes.
fn table() -> Dataset {
    read("a,b,c,y\n1.5,u,7,no\n2.5,v,7,yes\n", &options())
}

fn rows_of(features: &ndarray::Array2<f64>) -> Vec<Vec<f64>> {
    features.rows().into_iter().map(|row| row.to_vec()).collect()
}

fn read_rows(text: &str, kept: &[(&str, bool)], with_target: bool) -> Result<Rows, Fault> {
    let schema = Schema::new(&table(), &options());
    schema
        .read_rows_from(text.as_bytes(), Path::new("new.csv"), kept, with_target)
        .map_err(|error| error.fault)
}

#[test]
fn rows_of_another_file_are_put_below() {
    let mut data = table();
    assert_eq!(data.dropped.len(), 1, "c is constant");
    let same = data.same_columns(&options());
    data.append(&read("y,b,z,a\nyes,w,8,3.5\nno,u,9,\n", &same));
    assert_eq!(data.categories[&1].levels, ["u", "v", "w"], "what is new comes last");
    let found = rows_of(&data.features);
    assert_eq!(found[..3], [[1.5, 0.0], [2.5, 1.0], [3.5, 2.0]]);
    assert!(found[3][0].is_nan() && found[3][1] == 0.0);
    assert!(matches!(&data.target, Target::Classes { codes, .. } if codes == &[0, 1, 1, 0]));
}

/// Whatever the number of rows: a table of two had its columns one behind the other, which none can work with.
#[test]
fn rows_are_row_major() {
    let mut text = "b,a\n".to_owned();
    for n_rows in 1..5 {
        text += ["u,0.5\n", "v,1.5\n"][n_rows % 2];
        let found = read_rows(&text, &[], false).expect("rows");
        assert_eq!(found.features.as_slice().map(<[f64]>::len), Some(2 * n_rows), "{n_rows} rows");
    }
}

#[test]
fn one_class_is_enough_to_be_scored() {
    let mut data = table();
    let same = data.same_columns(&options());
    data.append(&read("a,b,y\n1.5,u,yes\n2.5,v,yes\n", &same));
    assert!(matches!(&data.target, Target::Classes { codes, .. } if codes == &[0, 1, 1, 1]));

    let mut numbers = read("a,y\n1.5,0.5\n2.5,1.5\n", &options());
    let same = numbers.same_columns(&options());
    numbers.append(&read("a,y\n1.5,2.5\n2.5,2.5\n", &same));
    assert!(matches!(&numbers.target, Target::Numbers { values, .. } if values[[3, 0]] == 2.5));
}

#[test]
fn a_column_less_is_refused() {
    let same = table().same_columns(&options());
    let lacking = read_csv_from("y,b,aa\nyes,w,8\nno,u,9\n".as_bytes(), Path::new("d.csv"), &same);
    let Err(Fault::MissingColumn { name, nearest }) = lacking.map_err(|error| error.fault) else {
        panic!("read without a column")
    };
    assert_eq!((name.as_str(), nearest.as_deref()), ("a", Some("aa")));
}

#[test]
fn a_schema_says_what_the_columns_are() {
    let schema = Schema::new(&table(), &options());
    assert_eq!(schema.feature_names, ["a", "b"]);
    let TargetSchema::Classes { name, labels, positive } = &schema.target else { panic!("classes") };
    assert_eq!((name.as_str(), &labels[..], *positive), ("y", &["no".to_owned(), "yes".to_owned()][..], 1));
    let json = serde_json::to_string(&schema).expect("text");
    assert_eq!(serde_json::from_str::<Schema>(&json).expect("our own"), schema);
}

fn column(name: &str, cells: &[&str]) -> (String, Vec<String>) {
    (name.to_owned(), cells.iter().map(|cell| (*cell).to_owned()).collect())
}

#[test]
fn rows_need_no_target_and_keep_what_is_asked_for() {
    let rows = read_rows("b,id,a\nv,=1,0.5\nw, x ,\n", &[("id", true), ("a", false), ("who", false)], false)
        .expect("rows");
    assert_eq!(rows.n_rows(), 2);
    assert!(rows.target.is_none() && rows.refused.is_empty());
    assert_eq!(rows.kept, [column("id", &["=1", " x "]), column("a", &["0.5", ""])]);
    assert_eq!(rows.features.row(0).to_vec(), [0.5, 1.0]);
    assert!(rows.features[[1, 0]].is_nan());
    assert_eq!(rows.features[[1, 1]], 2.0, "a level that is new stands behind the others");
}

#[test]
fn a_row_that_cannot_be_read_is_noted_and_passed_over() {
    let text = "id,a,b,y\n1,0.5,u,no\n2,high,u,no\n3,0.5\n4,1.5,v,perhaps\n5,2.5,v,yes\n";
    let rows = read_rows(text, &[("id", true)], true).expect("rows");
    let refused: Vec<(usize, String)> =
        rows.refused.iter().map(|(row_idx, fault)| (*row_idx, fault.to_string())).collect();
    assert_eq!(refused.iter().map(|(row_idx, _)| *row_idx).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(refused[0].1.contains("`high`"), "{refused:?}");
    assert!(refused[1].1.contains("2 fields"), "{refused:?}");
    assert!(refused[2].1.contains("`perhaps`"), "{refused:?}");
    assert_eq!(rows.kept, [column("id", &["1", "2", "3", "4", "5"])]);
    assert_eq!(rows_of(&rows.features), [[0.5, 0.0], [2.5, 1.0]]);
    assert!(matches!(&rows.target, Some(Target::Classes { codes, .. }) if codes == &[0, 1]));

    let none = read_rows("a,b\nx,u\ny,u\n", &[], false).expect("rows");
    assert_eq!((none.n_rows(), none.features.nrows()), (2, 0));
}

#[test]
fn what_is_wrong_with_the_file_is_an_error_all_the_same() {
    assert!(matches!(read_rows("a,b\n", &[], false), Err(Fault::NoRows)));
    assert!(matches!(read_rows("", &[], false), Err(Fault::Empty)));
    assert!(matches!(read_rows("a,b\n1,\"u\n", &[], false), Err(Fault::UnclosedQuote { .. })));
    assert!(matches!(read_rows("a,b\n1,u\n", &[("id", true)], false), Err(Fault::UnknownColumn { .. })));
    assert!(matches!(read_rows("a,b\n1,u\n", &[], true), Err(Fault::UnknownColumn { .. })));
}

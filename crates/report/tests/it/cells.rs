//! What is written is read back: floats to the bit, texts as texts.

use crate::fixture::{add_fold, add_trial, cell, digits, parse, study, sweep_of};
use mlpsweep_report::{Ranking, Study, curves_csv, folds_csv, timings_csv, to_csv, to_json};
use mlpsweep_search::Value;
use mlpsweep_sweep::record::FoldState;
use proptest::prelude::*;

fn one_trial(score: f64, parameter: Value) -> Study {
    let mut study = study(sweep_of(1, 1, "minimize"));
    add_trial(&mut study, 0, 0.1, &[8], None);
    study.trials[0].point[0].1 = parameter;
    add_fold(&mut study, 0, 0, FoldState::Complete, [&[score], &[score]]);
    study.folds[0].curve[0].train_loss = score;
    study
}

fn same_number(got: &str, want: f64) -> bool {
    let got: f64 = got.parse().unwrap();
    got.to_bits() == want.to_bits() || got.is_nan() && want.is_nan()
}

proptest! {
    #[test]
    fn floats_are_read_back_to_the_bit(bits in any::<u64>(), x in any::<f64>(), small in -1.0..1.0) {
        for number in [f64::from_bits(bits), x, small] {
            let study = one_trial(number, Value::Float(number));
            let row = &parse(&to_csv(&Ranking::new(&study), &study.info))[0];
            prop_assert!(same_number(cell(row, "split0_test_score"), number));
            prop_assert!(same_number(cell(row, "param_learning_rate"), number));
            prop_assert!(same_number(cell(&parse(&folds_csv(&study))[0], "train_r2"), number));
            prop_assert!(same_number(cell(&parse(&curves_csv(&study))[0], "train_loss"), number));

            let json: serde_json::Value =
                serde_json::from_str(&to_json(&Ranking::new(&study), &study.info)).unwrap();
            let read = json[0]["split0_test_score"].as_f64();
            prop_assert_eq!(read.map(f64::to_bits), Some(number).filter(|x| x.is_finite()).map(f64::to_bits));
        }
    }

    #[test]
    fn texts_are_read_back_and_never_run(text in "[=+@\t\r\n',\"a\u{e9}-]{0,6}") {
        let study = one_trial(0.5, Value::Text(text.clone()));
        let ranking = Ranking::new(&study);
        let row = &parse(&to_csv(&ranking, &study.info))[0];
        let written = cell(row, "param_learning_rate");
        prop_assert!(!written.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']));
        prop_assert!(written == text || written.strip_prefix('\'') == Some(&text));

        let json: serde_json::Value = serde_json::from_str(&to_json(&ranking, &study.info)).unwrap();
        prop_assert_eq!(json[0]["param_learning_rate"].as_str(), Some(&*text));
    }
}

#[track_caller]
fn check_parameter(value: Value, csv: &str) {
    let study = one_trial(0.5, value);
    assert_eq!(cell(&parse(&to_csv(&Ranking::new(&study), &study.info))[0], "param_learning_rate"), csv);
}

#[test]
fn parameters_of_every_kind() {
    check_parameter(Value::Bool(true), "true");
    check_parameter(Value::Int(-5), "-5");
    check_parameter(Value::Float(-0.5), "-0.5");
    check_parameter(Value::Float(1.0), "1.0");
    check_parameter(Value::Text("-0.5".into()), "'-0.5");
    check_parameter(Value::Text("=1+1".into()), "'=1+1");
    check_parameter(Value::List(vec![Value::Int(64), Value::Int(32)]), "[64, 32]");
}

#[test]
fn json_has_the_columns_of_the_csv() {
    let study = digits();
    let ranking = Ranking::new(&study);
    let json: Vec<serde_json::Map<String, serde_json::Value>> =
        serde_json::from_str(&to_json(&ranking, &study.info)).unwrap();
    let csv = parse(&to_csv(&ranking, &study.info));
    assert_eq!(json.len(), csv.len());
    for (object, row) in json.iter().zip(&csv) {
        assert!(object.keys().eq(row.iter().map(|(name, _)| name)));
        for (name, cell) in row.iter().filter(|(name, _)| name != "message") {
            match &object[name] {
                serde_json::Value::Null => assert_eq!(cell, "", "{name}"),
                serde_json::Value::String(text) => assert_eq!(cell, text, "{name}"),
                serde_json::Value::Array(items) => assert_eq!(cell, &widths(items), "{name}"),
                serde_json::Value::Bool(answer) => assert_eq!(cell, &answer.to_string(), "{name}"),
                // The two spell small numbers differently: 0.00002 and 2e-5.
                number => assert_eq!(cell.parse().ok(), number.as_f64(), "{name}"),
            }
        }
    }
    let none = crate::fixture::study(study.info.clone());
    assert_eq!(to_json(&Ranking::new(&none), &none.info), "[]\n");
}

fn widths(items: &[serde_json::Value]) -> String {
    format!("[{}]", items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
}

#[track_caller]
fn check_moment(unix_ms: u64, text: &str) {
    let mut study = one_trial(0.5, Value::Int(1));
    study.timings[0].started_unix_ms = unix_ms;
    assert_eq!(cell(&parse(&timings_csv(&study))[0], "started"), text);
}

/// Beside `date -u`.
#[test]
fn moments() {
    check_moment(0, "1970-01-01T00:00:00.000Z");
    check_moment(1_772_368_496_789, "2026-03-01T12:34:56.789Z");
    check_moment(951_782_400_000, "2000-02-29T00:00:00.000Z");
    check_moment(4_107_542_399_999, "2100-02-28T23:59:59.999Z");
    check_moment(253_402_300_799_999, "9999-12-31T23:59:59.999Z");
    check_moment(u64::MAX, "9999-12-31T23:59:59.999Z");
}

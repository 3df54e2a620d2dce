//! Values as they are written, read, compared and sorted.

use crate::any;
use mlpsweep_search::Value;
use proptest::prelude::*;

#[track_caller]
fn check_written(value: Value, cell: &str, json: &str) {
    assert_eq!(value.to_string(), cell);
    assert_eq!(serde_json::to_string(&value).unwrap(), json);
    assert_eq!(serde_json::from_str::<Value>(json).unwrap(), value);
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[test]
fn in_a_cell_and_in_json() {
    check_written(Value::Bool(true), "true", "true");
    check_written(Value::Int(1), "1", "1");
    check_written(Value::Int(i64::MIN), "-9223372036854775808", "-9223372036854775808");
    check_written(Value::Float(1.0), "1.0", "1.0");
    check_written(Value::Float(-0.0), "-0.0", "-0.0");
    check_written(Value::Float(0.1 + 0.2), "0.30000000000000004", "0.30000000000000004");
    check_written(Value::Float(1e-6), "1e-6", "1e-6");
    check_written(text("relu"), "relu", "\"relu\"");
    check_written(Value::List(vec![]), "[]", "[]");
    check_written(Value::List(vec![Value::Int(64), Value::Int(32)]), "[64, 32]", "[64,32]");
    check_written(
        Value::List(vec![text("a, \"b\"\n"), Value::List(vec![Value::Float(0.5)])]),
        r#"["a, \"b\"\u000a", [0.5]]"#,
        r#"["a, \"b\"\n",[0.5]]"#,
    );
}

#[test]
fn what_json_cannot_say_is_an_error() {
    for value in [Value::Float(f64::NAN), Value::List(vec![Value::Float(f64::INFINITY)])] {
        assert!(serde_json::to_string(&value).is_err(), "{value}");
    }
    for json in ["null", "{}", "18446744073709551615", "[1, null]"] {
        assert!(serde_json::from_str::<Value>(json).is_err(), "{json}");
    }
}

#[test]
fn equality_is_of_bits_and_the_order_is_total() {
    let ascending = [
        Value::Bool(false),
        Value::Int(-1),
        Value::Int(2),
        Value::Float(-0.0),
        Value::Float(0.0),
        Value::Float(2.0),
        Value::Float(f64::NAN),
        text(""),
        text("relu"),
        Value::List(vec![]),
        Value::List(vec![Value::Int(1), Value::Int(0)]),
        Value::List(vec![Value::Int(2)]),
    ];
    for (i, a) in ascending.iter().enumerate() {
        for (j, b) in ascending.iter().enumerate() {
            assert_eq!(a.cmp(b), i.cmp(&j), "{a} {b}");
        }
    }
}

/// The bits of all floats in a value, which `==` does not tell from each other if it is wrong.
fn bits(value: &Value) -> Vec<u64> {
    match value {
        Value::Float(x) => vec![x.to_bits()],
        Value::List(items) => items.iter().flat_map(bits).collect(),
        _ => vec![],
    }
}

proptest! {
    #[test]
    fn json_keeps_every_bit(value in any::value()) {
        let json = serde_json::to_string(&value).unwrap();
        let back: Value = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(bits(&back), bits(&value));
        prop_assert_eq!(back, value);
    }

    #[test]
    fn a_cell_keeps_every_bit_of_a_float(bits: u64) {
        let x = f64::from_bits(bits);
        prop_assume!(!x.is_nan());
        prop_assert_eq!(Value::Float(x).to_string().parse::<f64>().unwrap().to_bits(), bits);
    }
}

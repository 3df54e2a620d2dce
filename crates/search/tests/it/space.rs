//! Spaces, their order and their points.

use crate::{any, fixed, floats, ints, space, texts};
use mlpsweep_search::Scale::Linear;
use mlpsweep_search::{Domain, Parameter, PointError, Space, SpaceError, Value};
use proptest::prelude::*;

#[test]
fn the_last_parameter_varies_fastest() {
    let space = space(&[texts(&["adam", "sgd"]), fixed(7), ints(1, 3, None, Linear)]);
    assert_eq!(space.count(), Some(6));
    let written = |idx| {
        let point = space.nth(idx)?;
        Some(point.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" "))
    };
    let all: Vec<String> = (0..6).filter_map(written).collect();
    assert_eq!(
        all,
        [
            "a=adam b=7 c=1",
            "a=adam b=7 c=2",
            "a=adam b=7 c=3",
            "a=sgd b=7 c=1",
            "a=sgd b=7 c=2",
            "a=sgd b=7 c=3"
        ]
    );
    assert_eq!(written(6), None);
    assert_eq!(written(u128::MAX), None);
}

#[test]
fn counting_never_overflows() {
    let hundred = ints(1, 100, None, Linear);
    assert_eq!(space(&vec![hundred; 6]).count(), Some(1_000_000_000_000));
    let all = ints(i64::MIN, i64::MAX, None, Linear);
    assert_eq!(space(std::slice::from_ref(&all)).count(), Some(1 << 64));
    let beyond = space(&[all.clone(), all.clone(), all]);
    assert_eq!(beyond.count(), Some(u128::MAX));
    assert!(beyond.nth(u128::MAX).is_some());
    assert_eq!(space(&[floats(0.0, 1.0, None, Linear), fixed(1)]).count(), None);
    assert_eq!(space(&[]).count(), Some(1), "nothing to choose: one way to do it");
}

#[test]
fn names_are_different_and_fixed_values_finite() {
    let twice = vec![Parameter::new("width", fixed(1)), Parameter::new("width", fixed(2))];
    let error = Space::new(twice).unwrap_err();
    assert_eq!(error, SpaceError::RepeatedName { name: "width".into() });
    assert_eq!(error.to_string(), "`width` stands twice among the parameters");

    let error = Space::new(vec![Parameter::new("l2", Domain::Fixed(Value::Float(f64::NAN)))]).unwrap_err();
    assert_eq!(error.to_string(), "`l2` is NaN, but must be a finite number");
}

#[test]
fn points_hold_one_value_of_each_domain() {
    let space = space(&[ints(1, 3, None, Linear), texts(&["relu"])]);
    let relu = || Value::Text("relu".into());
    let point = space.point([("a", &Value::Int(2)), ("b", &relu())]).unwrap();
    assert_eq!(point.get("a"), Some(&Value::Int(2)));
    assert_eq!(point.get("width"), None);

    let short = space.point([("a", &Value::Int(2))]);
    assert_eq!(short, Err(PointError::Missing { name: "b".into() }));
    let outside = space.point([("a", &Value::Int(4)), ("b", &relu())]).unwrap_err();
    assert_eq!(
        outside.to_string(),
        "`a` is 4, but must lie in the range, on the step or among the values that are searched"
    );
}

proptest! {
    /// A point is known by its position, and the values it is made of make it again.
    #[test]
    fn points_round_trip(domains in proptest::collection::vec(any::domain(), 0..6), a: u128, b: u128) {
        let space = space(&domains);
        if let Some(count) = space.count() {
            let (a, b) = (a % count, b % count);
            let point = space.nth(a).unwrap();
            prop_assert_eq!(point == space.nth(b).unwrap(), a == b);
            prop_assert_eq!(space.point(point.iter()).unwrap(), point);
        }
    }
}

//! Any value, any domain.

use mlpsweep_search::{Categorical, Domain, FloatRange, IntRange, Scale, Value};
use proptest::prelude::*;

/// Any value that can be stored: its numbers are finite.
pub(crate) fn value() -> impl Strategy<Value = Value> {
    let finite = any::<u64>().prop_map(f64::from_bits).prop_filter("finite", |x| x.is_finite());
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (-1_000_i64..1_000).prop_map(|i| Value::Float(i as f64)),
        finite.prop_map(Value::Float),
        any::<String>().prop_map(Value::Text),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| proptest::collection::vec(inner, 0..4).prop_map(Value::List))
}

/// Any domain, of moderate numbers such as people write and of extreme ones.
pub(crate) fn domain() -> impl Strategy<Value = Domain> {
    let float = prop_oneof![
        (-10_000_i32..10_000, 0..6).prop_map(|(digits, places)| f64::from(digits) / 10_f64.powi(places)),
        -1e308_f64..1e308,
    ];
    let int = prop_oneof![-1_000_i64..1_000, any::<i64>()];
    prop_oneof![
        (float.clone(), float.clone(), proptest::option::of(float), scale()).prop_filter_map(
            "not a range",
            |(a, b, step, scale)| {
                let step = step.filter(|_| scale == Scale::Linear).map(f64::abs);
                FloatRange::new(a.min(b), a.max(b), step, scale).ok().map(Domain::Float)
            }
        ),
        (int.clone(), int.clone(), proptest::option::of(int), scale()).prop_filter_map(
            "not a range",
            |(a, b, step, scale)| {
                let step = step.filter(|_| scale == Scale::Linear);
                IntRange::new(a.min(b), a.max(b), step, scale).ok().map(Domain::Int)
            }
        ),
        proptest::collection::vec(value(), 1..8)
            .prop_map(|values| Domain::Categorical(Categorical::new(values).unwrap().0)),
        value().prop_map(Domain::Fixed),
    ]
}

fn scale() -> impl Strategy<Value = Scale> {
    prop_oneof![Just(Scale::Linear), Just(Scale::Log)]
}

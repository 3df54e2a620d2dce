//! Domains: what they hold, how they are sampled, what is refused.

use crate::{any, fixed, floats, ints, texts};
use mlpsweep_search::Scale::{Linear, Log};
use mlpsweep_search::{Categorical, Domain, DomainError, FloatRange, IntRange, Value};
use proptest::prelude::*;

#[track_caller]
fn check_values(domain: &Domain, values: &[&str]) {
    let count = domain.count().unwrap();
    let listed: Vec<String> = (0..count).map(|idx| domain.nth(idx).unwrap().to_string()).collect();
    assert_eq!(listed, values);
    assert_eq!(domain.nth(count), None);
    assert_eq!(domain.nth(u128::MAX), None);
}

#[test]
fn grids_are_min_plus_i_steps() {
    check_values(&floats(0.0, 0.5, Some(0.1), Linear), &["0.0", "0.1", "0.2", "0.3", "0.4", "0.5"]);
    check_values(&floats(0.0, 0.3, Some(0.1), Linear), &["0.0", "0.1", "0.2", "0.3"]);
    check_values(&floats(0.0, 0.35, Some(0.1), Linear), &["0.0", "0.1", "0.2", "0.3"]);
    check_values(&floats(1000.1, 1000.3, Some(0.1), Linear), &["1000.1", "1000.2", "1000.3"]);
    check_values(&floats(-1.0, 1.0, Some(5.0), Linear), &["-1.0"]);
    check_values(&ints(1, 4, None, Linear), &["1", "2", "3", "4"]);
    check_values(&ints(-3, 4, Some(3), Linear), &["-3", "0", "3"]);
    check_values(&ints(2, 4, None, Log), &["2", "3", "4"]);
    check_values(&texts(&["relu", "tanh"]), &["relu", "tanh"]);
    check_values(&fixed(50), &["50"]);
}

#[test]
fn equal_ends_are_one_value() {
    check_values(&floats(0.1, 0.1, None, Linear), &["0.1"]);
    check_values(&floats(0.1, 0.1, None, Log), &["0.1"]);
    check_values(&floats(0.1, 0.1, Some(0.1), Linear), &["0.1"]);
    check_values(&ints(3, 3, Some(7), Linear), &["3"]);
    check_values(&ints(3, 3, None, Log), &["3"]);
}

#[test]
fn the_widest_ranges() {
    let all = ints(i64::MIN, i64::MAX, None, Linear);
    assert_eq!(all.count(), Some(1 << 64));
    assert_eq!(all.nth((1 << 64) - 1), Some(Value::Int(i64::MAX)));
    assert_eq!(all.sample(0.0), Value::Int(i64::MIN));
    assert_eq!(all.sample(0.5), Value::Int(0));
    let wide = floats(-f64::MAX, f64::MAX, None, Linear);
    assert_eq!(wide.count(), None);
    assert_eq!(wide.nth(0), None);
    assert_eq!(wide.sample(0.5), Value::Float(0.0));
    let steps = floats(-f64::MAX, f64::MAX, Some(f64::MAX / 2.0), Linear);
    assert_eq!(steps.count(), Some(5));
}

#[test]
fn what_a_domain_does_not_hold() {
    let steps = floats(0.0, 0.5, Some(0.1), Linear);
    assert!(steps.contains(&Value::Float(0.3)), "as a person writes it");
    assert!(!steps.contains(&Value::Float(0.25)));
    assert!(!steps.contains(&Value::Float(0.6)));
    assert!(!steps.contains(&Value::Float(-0.1)));
    assert!(!steps.contains(&Value::Int(0)), "of another kind");
    assert!(!floats(1.0, 2.0, None, Linear).contains(&Value::Float(f64::NAN)));
    assert!(!ints(1, 9, Some(2), Linear).contains(&Value::Int(4)));
    assert!(!ints(1, 9, None, Linear).contains(&Value::Float(4.0)));
    assert!(!texts(&["relu"]).contains(&Value::Text("tanh".into())));
    assert!(!fixed(3).contains(&Value::Int(4)));
}

/// The share of `u` on which every integer of a log range comes up, against the formula.
#[test]
fn integers_on_a_log_scale_have_their_share() {
    let (min, max, n) = (2_i64, 40_i64, 1_000_000_u32);
    let domain = ints(min, max, None, Log);
    let mut times = [0_u32; 41];
    for i in 0..n {
        let Value::Int(x) = domain.sample((f64::from(i) + 0.5) / f64::from(n)) else { panic!("an integer") };
        times[x as usize] += 1;
    }
    let whole = ((max as f64 + 0.5) / (min as f64 - 0.5)).ln();
    for x in min..=max {
        let share = ((x as f64 + 0.5) / (x as f64 - 0.5)).ln() / whole;
        let found = f64::from(times[x as usize]) / f64::from(n);
        assert!((found - share).abs() < 2.0 / f64::from(n), "{x}: {found}, not {share}");
    }
}

#[test]
fn a_log_scale_halves_at_the_geometric_mean() {
    let Value::Float(middle) = floats(1e-4, 1e-2, None, Log).sample(0.5) else { panic!("a float") };
    assert!(
        (middle / 1e-3 - 1.0).abs() < 1e-12,
        "{middle}: exp and ln are right to a few units in the last place"
    );
}

#[test]
fn repetitions_are_left_out_and_told() {
    let (values, repeated) = Categorical::new([0.1, 0.2, 0.1, 0.1].map(Value::Float).to_vec()).unwrap();
    check_values(&Domain::Categorical(values), &["0.1", "0.2"]);
    assert_eq!(repeated, [0.1, 0.1].map(Value::Float));
    let (values, repeated) = Categorical::new(vec![Value::Int(1), Value::Float(1.0)]).unwrap();
    check_values(&Domain::Categorical(values), &["1", "1.0"]);
    assert_eq!(repeated, []);
}

#[track_caller]
fn check_refused<T>(made: Result<T, DomainError>, message: &str) {
    let Err(error) = made else { panic!("not refused: {message}") };
    assert_eq!(error.to_string(), message);
    assert!(!error.hint().is_empty() && !error.hint().ends_with('.'));
}

#[test]
fn what_is_refused() {
    let float = FloatRange::new;
    check_refused(float(1.0, 0.0, None, Linear), "`min` is 1.0, but must not be above `max`, which is 0.0");
    check_refused(float(f64::NAN, 0.0, None, Linear), "`min` is NaN, but must be a finite number");
    check_refused(float(0.0, f64::INFINITY, None, Linear), "`max` is inf, but must be a finite number");
    check_refused(float(0.0, 1.0, Some(f64::NAN), Linear), "`step` is NaN, but must be a finite number");
    check_refused(float(0.0, 1.0, Some(0.0), Linear), "`step` is 0.0, but must be above 0");
    check_refused(float(0.0, 1.0, Some(-0.1), Linear), "`step` is -0.1, but must be above 0");
    check_refused(float(0.0, 1.0, None, Log), "`min` is 0.0, but must be above 0 for a log scale");
    check_refused(float(0.1, 1.0, Some(0.1), Log), "`step` is 0.1, but a log scale has none");
    check_refused(
        float(0.0, 1.0, Some(1e-20), Linear),
        "`step` is 1e-20, but must be at least 9.094947017729282e-13 to tell neighbouring values apart",
    );
    let int = IntRange::new;
    check_refused(int(4, 1, None, Linear), "`min` is 4, but must not be above `max`, which is 1");
    check_refused(int(1, 4, Some(0), Linear), "`step` is 0, but must be above 0");
    check_refused(int(1, 4, Some(-1), Linear), "`step` is -1, but must be above 0");
    check_refused(int(0, 4, None, Log), "`min` is 0, but must be above 0 for a log scale");
    check_refused(int(1, 4, Some(2), Log), "`step` is 2, but a log scale has none");
    check_refused(Categorical::new(vec![]), "`values` is empty, but must hold at least one value");
    check_refused(
        Categorical::new(vec![Value::List(vec![Value::Float(f64::NAN)])]),
        "`values` is NaN, but must be a finite number",
    );
}

proptest! {
    #[test]
    fn every_position_is_a_value_of_its_own(domain in any::domain(), start: u128) {
        if let Some(count) = domain.count() {
            // A hundred neighbours anywhere in the list, and its end.
            let start = start % count;
            let values: Vec<Value> = (start..count.min(start + 100)).map(|idx| domain.nth(idx).unwrap()).collect();
            prop_assert!(values.iter().all(|value| domain.contains(value)));
            if !matches!(domain, Domain::Categorical(_)) {
                prop_assert!(values.is_sorted_by(|a, b| a < b), "{values:?}");
            }
            prop_assert!(domain.contains(&domain.nth(count - 1).unwrap()));
        }
        let count = domain.count().unwrap_or(0);
        prop_assert_eq!(domain.nth(count), None);
    }

    #[test]
    fn shares_lead_back_to_the_value(domain in any::domain(), u in 0.0_f64..1.0) {
        let value = domain.sample(u);
        let (low, high) = domain.shares(&value).expect("its own value");
        prop_assert!((0.0..=1.0).contains(&low) && low <= high && high <= 1.0 + 1e-9, "{low} {high}");
        // Ranges of i64 are wider than a float has digits.
        prop_assert!(low - 1e-6 <= u && u <= high + 1e-6, "{value} has {low} to {high}, not {u}");
        if domain.count().is_some_and(|count| count < 1_000) {
            prop_assert_eq!(domain.sample(f64::midpoint(low, high)), value);
        }
    }

    #[test]
    fn what_is_sampled_is_held(domain in any::domain(), u in 0.0_f64..1.0) {
        let value = domain.sample(u);
        prop_assert!(domain.contains(&value), "{value}");
        prop_assert!(domain.contains(&domain.sample(0.0)));
        prop_assert!(domain.contains(&domain.sample(1.0 - f64::EPSILON / 2.0)));
        prop_assert!(domain.contains(&domain.sample(1.0)), "outside [0, 1) is its nearest end");
        prop_assert!(domain.contains(&domain.sample(-1.0)));
    }

    #[test]
    fn samples_never_fall_as_u_rises(domain in any::domain(), u in 0.0_f64..1.0, v in 0.0_f64..1.0) {
        if !matches!(domain, Domain::Categorical(_)) {
            prop_assert!(domain.sample(u.min(v)) <= domain.sample(u.max(v)));
        }
    }

    #[test]
    fn small_domains_are_sampled_whole(domain in any::domain()) {
        let Some(count) = domain.count().filter(|&count| count <= 50) else { return Ok(()) };
        let sampled: std::collections::BTreeSet<Value> =
            (0..20_000).map(|i| domain.sample((f64::from(i) + 0.5) / 20_000.0)).collect();
        prop_assert_eq!(sampled.len() as u128, count);
    }
}

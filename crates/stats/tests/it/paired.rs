//! Two builds in turn: the numbers of SciPy and NumPy (tests/fixtures/paired.py), and what must hold of any.

use mlpsweep_stats::{benjamini_hochberg, bootstrap_interval, hodges_lehmann, median, signed_rank_p};
use proptest::prelude::*;
use serde_json::Value as Json;

fn fixtures(name: &str) -> Json {
    let all: Json = serde_json::from_str(include_str!("../fixtures/paired.json")).expect("JSON");
    all[name].clone()
}

fn numbers(json: &Json) -> Vec<f64> {
    json.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
}

#[track_caller]
fn close(found: f64, expected: &Json) {
    let expected = expected.as_f64().expect("a number");
    assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{found} is not {expected}");
}

#[test]
fn as_scipy_has_them() {
    for case in fixtures("signed_rank").as_array().expect("cases") {
        let x = numbers(&case["x"]);
        close(signed_rank_p(&x), &case["greater"]);
        let negative: Vec<f64> = x.iter().map(|x| -x).collect();
        close(signed_rank_p(&negative), &case["less"]);
        close(hodges_lehmann(&x).expect("values"), &case["hl"]);
    }
    for case in fixtures("ties").as_array().expect("cases") {
        close(signed_rank_p(&numbers(&case["x"])), &case["greater"]);
    }
    for case in fixtures("bh").as_array().expect("cases") {
        let expected = case["adjusted"].as_array().expect("a list");
        let found = benjamini_hochberg(&numbers(&case["p"]));
        assert_eq!(found.len(), expected.len());
        found.iter().zip(expected).for_each(|(found, expected)| close(*found, expected));
    }
    let case = fixtures("bootstrap");
    let draws = numbers(&case["draws"]);
    let x = numbers(&case["x"]);
    let mut next = draws.iter().map(|&draw| draw as usize);
    let interval = bootstrap_interval(
        &x,
        |drawn| hodges_lehmann(drawn).expect("values"),
        0.95,
        draws.len() / x.len(),
        |_| next.next().expect("a draw"),
    );
    let interval = interval.expect("values");
    close(interval.low, &case["low"]);
    close(interval.high, &case["high"]);
    assert!(next.next().is_none());
}

#[test]
fn of_nothing() {
    assert_eq!(signed_rank_p(&[]), 1.0);
    assert_eq!(signed_rank_p(&[0.0, -0.0]), 1.0);
    assert_eq!(hodges_lehmann(&[]), None);
    assert_eq!(median(&mut []), None);
    assert_eq!(benjamini_hochberg(&[]), [0.0; 0]);
    assert_eq!(bootstrap_interval(&[], |_| 0.0, 0.95, 10, |_| 0), None);
}

proptest! {
    /// P(W ≥ w) + P(W ≤ w) = 1 + P(W = w), so the two one-sided p-values are at least 1 together.
    #[test]
    fn both_sides_together(x in prop::collection::vec(-3_i8..4, 0..25)) {
        let x: Vec<f64> = x.into_iter().map(f64::from).collect();
        let negative: Vec<f64> = x.iter().map(|x| -x).collect();
        let (above, below) = (signed_rank_p(&x), signed_rank_p(&negative));
        prop_assert!(above + below >= 1.0 - 1e-12 && above <= 1.0 && below <= 1.0);
        let n = x.iter().filter(|x| **x != 0.0).count() as i32;
        prop_assert!(above >= 0.5_f64.powi(n));
    }

    /// All 2ⁿ choices of signs, counted one by one.
    #[test]
    fn as_counted(x in prop::collection::vec(-4_i8..5, 1..9)) {
        let x: Vec<f64> = x.into_iter().map(f64::from).filter(|x| *x != 0.0).collect();
        let rank = |value: f64| {
            let below = x.iter().filter(|x| x.abs() < value.abs()).count();
            let equal = x.iter().filter(|x| x.abs() == value.abs()).count();
            below as f64 + f64::midpoint(equal as f64, 1.0)
        };
        let observed: f64 = x.iter().filter(|x| **x > 0.0).map(|x| rank(*x)).sum();
        let choices = 0..1_u32 << x.len();
        let sum = |signs: u32| (0..x.len()).filter(|i| signs >> i & 1 == 1).map(|i| rank(x[i])).sum::<f64>();
        let n_above = choices.clone().filter(|&signs| sum(signs) >= observed).count();
        let expected = n_above as f64 / choices.len() as f64;
        prop_assert!((signed_rank_p(&x) - expected).abs() < 1e-12);
    }

    /// It moves with the values and turns with their sign.
    #[test]
    fn where_differences_lie(x in prop::collection::vec(-100_i8..100, 1..30), by in -50_i8..50) {
        let x: Vec<f64> = x.into_iter().map(f64::from).collect();
        let found = hodges_lehmann(&x).expect("values");
        let moved: Vec<f64> = x.iter().map(|x| x + f64::from(by)).collect();
        prop_assert_eq!(hodges_lehmann(&moved), Some(found + f64::from(by)));
        let turned: Vec<f64> = x.iter().map(|x| -x).collect();
        prop_assert_eq!(hodges_lehmann(&turned), Some(-found));
    }

    #[test]
    fn never_below_the_p_values_and_in_their_order(p in prop::collection::vec(0.0..1.0_f64, 1..20)) {
        let adjusted = benjamini_hochberg(&p);
        for i in 0..p.len() {
            prop_assert!(adjusted[i] >= p[i] && adjusted[i] <= 1.0);
            for j in 0..p.len() {
                prop_assert!(p[i] > p[j] || adjusted[i] <= adjusted[j]);
            }
        }
    }
}

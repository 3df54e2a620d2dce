//! Holm's correction.

use mlpsweep_stats::holm;
use proptest::prelude::*;

#[track_caller]
fn check(p: &[f64], adjusted: &[f64]) {
    assert_eq!(holm(p), adjusted, "{p:?}");
}

#[test]
fn steps_down_keeps_the_order_and_stops_at_one() {
    check(&[], &[]);
    check(&[0.25], &[0.25]);
    check(&[0.5, 0.75], &[1.0, 1.0]);
    check(&[0.5, 0.0625, 0.125], &[0.5, 0.1875, 0.25]);
    check(&[0.125, 0.125, 0.125], &[0.375, 0.375, 0.375]);
    check(&[0.0, 1.0, 0.0], &[0.0, 1.0, 0.0]);
}

/// The closed testing procedure from which Holm's follows (Marcus, Peritz & Gabriel 1976): a comparison is as
/// significant as the least significant Bonferroni test among all sets of comparisons it belongs to.
fn closed_testing(p: &[f64]) -> Vec<f64> {
    let sets = 1..1_usize << p.len();
    (0..p.len())
        .map(|i| {
            sets.clone()
                .filter(|set| set >> i & 1 == 1)
                .map(|set| {
                    let inside = || (0..p.len()).filter(|j| set >> j & 1 == 1);
                    let smallest = inside().map(|j| p[j]).fold(1.0, f64::min);
                    (inside().count() as f64 * smallest).min(1.0)
                })
                .fold(0.0, f64::max)
        })
        .collect()
}

proptest! {
    #[test]
    fn is_closed_testing_with_bonferroni(p in proptest::collection::vec(0.0_f64..=1.0, 0..9)) {
        prop_assert_eq!(holm(&p), closed_testing(&p));
    }
}

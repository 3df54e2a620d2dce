//! Mean, deviation, corrected error, interval and test against numpy and scipy.

use crate::assert_close;
use mlpsweep_stats::{corrected_se, mean, paired_corrected_t_test, sd, t_interval};
use proptest::prelude::*;

const A: [f64; 10] = [0.912, 0.934, 0.905, 0.941, 0.922, 0.918, 0.937, 0.899, 0.928, 0.916];
const B: [f64; 10] = [0.898, 0.921, 0.907, 0.915, 0.909, 0.911, 0.920, 0.901, 0.917, 0.899];

/// Printed by `tests/fixtures/scipy_numbers.py`, from numpy's `std`, `scipy.stats.t.interval` and `ttest_rel` with
/// its statistic divided by √(1/J + ρ)/√(1/J): n, ρ, then mean, sd, se, low, high, t, p.
const RESAMPLED: &[(usize, f64, [f64; 7])] = &[
    (
        2,
        0.0,
        [
            0.923,
            0.01555634918610406,
            0.011000000000000012,
            0.7832317479020783,
            1.0627682520979218,
            27.0,
            0.023567737740682822,
        ],
    ),
    (
        2,
        0.25,
        [
            0.923,
            0.01555634918610406,
            0.01347219358530749,
            0.7518195500597037,
            1.0941804499402965,
            22.045407685048605,
            0.028857877370665815,
        ],
    ),
    (
        2,
        1.0,
        [
            0.923,
            0.01555634918610406,
            0.019052558883257666,
            0.6809142860813042,
            1.1650857139186959,
            15.588457268119898,
            0.04078329453683451,
        ],
    ),
    (
        3,
        0.0,
        [
            0.9170000000000001,
            0.015132745950421569,
            0.008736894948054111,
            0.8794081751022208,
            0.9545918248977795,
            1.6103915660020771,
            0.24860863777713982,
        ],
    ),
    (
        3,
        0.25,
        [
            0.9170000000000001,
            0.015132745950421569,
            0.011557825631723882,
            0.8672706899956951,
            0.9667293100043052,
            1.2173415991649585,
            0.3476164025754266,
        ],
    ),
    (
        3,
        1.0,
        [
            0.9170000000000001,
            0.015132745950421569,
            0.017473789896108222,
            0.8418163502044416,
            0.9921836497955587,
            0.8051957830010386,
            0.5052171916702005,
        ],
    ),
    (
        5,
        0.0,
        [
            0.9228,
            0.014923136399564248,
            0.006673829485385424,
            0.9042704787923769,
            0.941329521207623,
            2.880954474280605,
            0.04496991054957007,
        ],
    ),
    (
        5,
        0.25,
        [
            0.9228,
            0.014923136399564248,
            0.010010744228078136,
            0.8950057181885653,
            0.9505942818114346,
            1.9206363161870699,
            0.12717830795547425,
        ],
    ),
    (
        5,
        1.0,
        [
            0.9228,
            0.014923136399564248,
            0.01634747686953553,
            0.8774121278632439,
            0.9681878721367561,
            1.176144739029274,
            0.3047557778057814,
        ],
    ),
    (
        10,
        0.0,
        [
            0.9212000000000001,
            0.013862819979274695,
            0.004383808592739624,
            0.9112831359915978,
            0.9311168640084024,
            4.189465437052721,
            0.0023429728369182526,
        ],
    ),
    (
        10,
        0.25,
        [
            0.9212000000000001,
            0.013862819979274695,
            0.008201354901613646,
            0.9026472462646646,
            0.9397527537353356,
            2.2393634713117763,
            0.05189718282606753,
        ],
    ),
    (
        10,
        1.0,
        [
            0.9212000000000001,
            0.013862819979274695,
            0.014539448254853258,
            0.88830948298715,
            0.9540905170128503,
            1.2631713569878342,
            0.2382689264380748,
        ],
    ),
];

#[test]
fn intervals_and_tests_are_scipys() {
    for &(n, rho, [want_mean, want_sd, want_se, low, high, t, p]) in RESAMPLED {
        let what = |name: &str| format!("{name} of the first {n}, rho = {rho}");
        let (mean, sd) = (mean(&A[..n]).unwrap(), sd(&A[..n]).unwrap());
        assert_close(mean, want_mean, &what("mean"));
        assert_close(sd, want_sd, &what("sd"));
        let se = corrected_se(sd, n, rho);
        assert_close(se, want_se, &what("se"));
        let interval = t_interval(mean, se, n - 1, 0.95);
        assert_close(interval.low, low, &what("low"));
        assert_close(interval.high, high, &what("high"));
        let test = paired_corrected_t_test(&A[..n], &B[..n], rho).unwrap();
        assert_eq!(test.df, n - 1);
        assert_close(test.t, t, &what("t"));
        assert_close(test.p, p, &what("p"));
    }
}

#[test]
fn too_few_values_are_none() {
    assert_eq!(mean(&[]), None);
    assert_eq!(sd(&[1.0]), None);
    assert_eq!(paired_corrected_t_test(&[], &[], 0.25), None);
    assert_eq!(paired_corrected_t_test(&[1.0], &[2.0], 0.25), None);
}

#[test]
fn differences_without_scatter() {
    let same = paired_corrected_t_test(&A, &A, 0.25).unwrap();
    assert_eq!((same.t, same.p), (0.0, 1.0));
    let worse = paired_corrected_t_test(&[1.0, 2.0, 3.0], &[1.5, 2.5, 3.5], 0.25).unwrap();
    assert_eq!((worse.t, worse.df, worse.p), (f64::NEG_INFINITY, 2, 0.0));
}

#[test]
fn huge_values_do_not_overflow() {
    assert_eq!(mean(&[1e308, 1e308, 1e308]), Some(1e308));
    assert_eq!(mean(&[f64::MAX, f64::MIN, 3.0]), Some(1.0));
    assert_eq!(sd(&[0.0, 1e300, 2e300]), Some(1e300));
    assert_close(sd(&[0.0, 1e-300, 2e-300]).unwrap(), 1e-300, "sd");
    assert_eq!(paired_corrected_t_test(&[f64::MAX, 0.0], &[f64::MIN, 0.0], 0.25), None);
    let p = paired_corrected_t_test(&[1e308, 0.9e308], &[0.0, 0.2e308], 0.25).unwrap().p;
    assert!(0.0 < p && p < 1.0);
}

#[test]
fn a_mean_keeps_what_a_plain_sum_loses() {
    assert_eq!(mean(&[1e16, 1.0, -1e16]), Some(1.0 / 3.0));
    assert_eq!(mean(&[0.1; 10]), Some(0.1));
}

proptest! {
    #[test]
    fn equal_values_have_themselves_as_mean_and_no_deviation(x in -1e300_f64..1e300, n in 2_usize..200) {
        let values = vec![x; n];
        prop_assert_eq!(mean(&values), Some(x));
        prop_assert_eq!(sd(&values), Some(0.0));
    }

    #[test]
    fn a_test_is_antisymmetric(
        pairs in proptest::collection::vec((-1.0_f64..1.0, -1.0_f64..1.0), 2..30),
        rho in 0.0_f64..1.0,
    ) {
        let (a, b): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        let forth = paired_corrected_t_test(&a, &b, rho).unwrap();
        let back = paired_corrected_t_test(&b, &a, rho).unwrap();
        prop_assert_eq!(forth.t, -back.t);
        prop_assert_eq!(forth.p, back.p);
        prop_assert!((0.0..=1.0).contains(&forth.p));
    }

    /// An interval at 95 % holds 0 exactly when the two-sided test does not reject at 5 %.
    #[test]
    fn interval_and_test_agree(differences in proptest::collection::vec(-1.0_f64..1.5, 2..30), rho in 0.0_f64..1.0) {
        let n = differences.len();
        let test = paired_corrected_t_test(&differences, &vec![0.0; n], rho).unwrap();
        prop_assume!((test.p - 0.05).abs() > 1e-9);
        let se = corrected_se(sd(&differences).unwrap(), n, rho);
        let interval = t_interval(mean(&differences).unwrap(), se, n - 1, 0.95);
        prop_assert_eq!(interval.low <= 0.0 && 0.0 <= interval.high, test.p > 0.05);
    }
}

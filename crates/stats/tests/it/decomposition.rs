//! Bias² and variance: by hand, against the definition, and of numbers whose bias and variance are known.

use crate::assert_close;
use mlpsweep_stats::{Decomposition, RepeatedErrors};
use proptest::prelude::*;

/// `errors[i][j]` is the error of fit j on row i, a number per output.
fn decompose(errors: &[Vec<Vec<f64>>], n_outputs: usize) -> Option<Decomposition> {
    let mut repeated = RepeatedErrors::new(errors.len(), n_outputs);
    for (row, fits) in errors.iter().enumerate() {
        fits.iter().for_each(|error| repeated.add(row, error));
    }
    repeated.decomposition()
}

#[track_caller]
fn check(errors: &[&[f64]], bias2: f64, variance: f64) {
    let errors: Vec<Vec<Vec<f64>>> =
        errors.iter().map(|fits| fits.iter().map(|&error| vec![error]).collect()).collect();
    let parts = decompose(&errors, 1).expect("a row with two predictions");
    assert_close(parts.bias2, bias2, "bias²");
    assert_close(parts.variance, variance, "variance");
}

#[test]
fn by_hand() {
    check(&[&[1.0, 3.0]], 4.0 - 1.0, 2.0);
    check(&[&[2.0, 2.0, 2.0]], 4.0, 0.0);
    check(&[&[-1.0, 1.0]], -1.0, 2.0); // no bias: the correction takes it below 0
    check(&[&[1.0, 2.0, 3.0], &[0.0, 0.0]], f64::midpoint(4.0 - 1.0 / 3.0, 0.0), 0.5);
    // A row that was predicted once says nothing of a scatter, and one that never was, nothing at all.
    check(&[&[1.0, 3.0], &[100.0], &[]], 3.0, 2.0);
}

#[test]
fn nothing_to_part() {
    assert_eq!(decompose(&[], 1), None);
    assert_eq!(decompose(&[vec![vec![1.0]], vec![]], 1), None);
    assert_eq!(decompose(&[vec![vec![1e200], vec![-1e200]]], 1), None, "their squares overflow");
    let mut errors = RepeatedErrors::new(1, 1);
    errors.add(0, &[5.0]);
    errors.clear();
    errors.add(0, &[1.0]);
    assert_eq!(errors.decomposition(), None);
    errors.add(0, &[3.0]);
    assert_eq!(errors.decomposition(), Some(Decomposition { bias2: 3.0, variance: 2.0 }));
}

/// A large common error costs no digits: sums of squares would lose all of them.
#[test]
fn far_from_zero() {
    check(&[&[1e8 + 1.0, 1e8 + 3.0]], (1e8 + 2.0) * (1e8 + 2.0) - 1.0, 2.0);
}

/// ŷ_ij = f_i + b + s·z_ij and y_i = f_i + σ·w_i: bias² is b² + σ², the variance n·s², and both come out without bias.
/// z and w are the same few numbers with mean 0 and mean square 1 in every combination, so the means are exact.
#[test]
fn the_parts_of_a_known_error() {
    let (b, s, sigma) = (0.5, 0.25, 2.0);
    let scatter = [-1.5_f64.sqrt(), 0.0, 1.5_f64.sqrt()]; // mean 0, mean square 1
    let mut errors = Vec::new();
    for w in [-1.0, 1.0] {
        // All ordered samples of three fits: the mean over them is the expectation.
        for z in (0..27).map(|n| [n % 3, n / 3 % 3, n / 9].map(|k| scatter[k])) {
            errors.push(z.iter().map(|z| vec![b + s * z - sigma * w, b - s * z - sigma * w]).collect());
        }
    }
    let parts = decompose(&errors, 2).expect("three predictions a row");
    assert_close(parts.variance, 2.0 * s * s, "variance");
    assert_close(parts.bias2, 2.0 * (b * b + sigma * sigma), "bias²");
}

proptest! {
    /// The definition in two passes, and the sum: the mean squared error of one fit.
    #[test]
    fn as_defined_and_adding_up(
        errors in prop::collection::vec(
            prop::collection::vec(prop::collection::vec(-10.0..10.0_f64, 2), 2..6),
            1..8,
        ),
    ) {
        let parts = decompose(&errors, 2).expect("two predictions a row");
        let mut want = [0.0; 3];
        for fits in &errors {
            let r = fits.len() as f64;
            let mean = |j: usize| fits.iter().map(|error| error[j]).sum::<f64>() / r;
            let around = |error: &Vec<f64>, j: usize| (error[j] - mean(j)).powi(2);
            let variance = fits.iter().map(|e| around(e, 0) + around(e, 1)).sum::<f64>() / (r - 1.0);
            let squared = fits.iter().map(|e| e[0] * e[0] + e[1] * e[1]).sum::<f64>() / r;
            let of_row = [mean(0).powi(2) + mean(1).powi(2) - variance / r, variance, squared];
            want.iter_mut().zip(of_row).for_each(|(sum, x)| *sum += x / errors.len() as f64);
        }
        // The terms are up to 200 and bias² may cancel: absolute, 1e-13 of them.
        prop_assert!((parts.bias2 - want[0]).abs() < 2e-11, "{parts:?} {want:?}");
        prop_assert!((parts.variance - want[1]).abs() < 2e-11, "{parts:?} {want:?}");
        prop_assert!((parts.bias2 + parts.variance - want[2]).abs() < 2e-11, "{parts:?} {want:?}");
    }
}

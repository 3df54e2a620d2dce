//! Products beside the slow, clear way to make them.

use mlpsweep_kernels::{Element, Matrix, Packing, product, product_then};
use proptest::prelude::*;

/// C = A·B by the definition, in f64.
fn slow(a: &[f64], b: &[f64], (m, k, n): (usize, usize, usize)) -> Vec<f64> {
    let entry = |i: usize, j: usize| (0..k).map(|p| a[i * k + p] * b[p * n + j]).sum();
    (0..m * n).map(|at| entry(at / n, at % n)).collect()
}

fn transpose(values: &[f64], n_rows: usize, n_columns: usize) -> Vec<f64> {
    (0..values.len()).map(|at| values[at % n_rows * n_columns + at / n_rows]).collect()
}

/// Numbers between −1 and 1 that no two matrices share.
fn numbers(n: usize, salt: u64) -> Vec<f64> {
    let mix = |i: usize| (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15 ^ salt).rotate_left(29);
    (0..n).map(|i| (mix(i) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0).collect()
}

#[track_caller]
fn check<T: Element + Into<f64>>(shape: (usize, usize, usize), round: fn(f64) -> T, epsilon: f64) {
    let (m, k, n) = shape;
    // An interpreter takes a thousand times as long.
    if cfg!(miri) && m * k * n > 1500 {
        return;
    }
    let exact = |values: Vec<f64>| -> Vec<f64> { values.into_iter().map(|x| round(x).into()).collect() };
    let (a, b) = (exact(numbers(m * k, 1)), exact(numbers(k * n, 2)));
    let expected = slow(&a, &b, shape);
    let as_t = |values: &[f64]| -> Vec<T> { values.iter().map(|&x| round(x)).collect() };
    let (at, bt) = (as_t(&transpose(&a, m, k)), as_t(&transpose(&b, k, n)));
    let (a, b) = (as_t(&a), as_t(&b));
    let forms = [
        (Matrix::new(&a, m, k), Matrix::new(&b, k, n)),
        (Matrix::new(&at, k, m).transposed(), Matrix::new(&b, k, n)),
        (Matrix::new(&a, m, k), Matrix::new(&bt, n, k).transposed()),
        (Matrix::new(&at, k, m).transposed(), Matrix::new(&bt, n, k).transposed()),
    ];
    let mut packing = Packing::default();
    let mut first: Option<Vec<f64>> = None;
    for (form, (a, b)) in forms.into_iter().enumerate() {
        let mut c = vec![round(f64::NAN); m * n];
        product(a, b, &mut c, &mut packing);
        let c: Vec<f64> = c.into_iter().map(Into::into).collect();
        for (found, expected) in c.iter().zip(&expected) {
            // k roundings of sums that are at most k large.
            let bound = epsilon * (k * k) as f64;
            assert!(
                (found - expected).abs() <= bound,
                "{shape:?}, form {form}: {found} instead of {expected}"
            );
        }
        assert_eq!(first.get_or_insert_with(|| c.clone()), &c, "{shape:?}, form {form}: the same bits");
    }
}

#[track_caller]
fn check_both(shape: (usize, usize, usize)) {
    check::<f32>(shape, |x| x as f32, f64::from(f32::EPSILON));
    check::<f64>(shape, |x| x, f64::EPSILON);
}

#[test]
fn shapes_around_every_edge() {
    let step = if cfg!(miri) { 3 } else { 1 };
    for m in [0, 1, 2, 5, 6, 7, 8, 12, 13, 25].into_iter().step_by(step) {
        for k in [0, 1, 7, 8, 9, 64].into_iter().step_by(step) {
            for n in [0, 1, 3, 8, 15, 16, 17, 32, 33].into_iter().step_by(step) {
                check_both((m, k, n));
            }
        }
    }
}

/// More steps than go between two visits of C, rows of A that are packed, and more of them than at a time.
#[test]
fn shapes_that_are_cut() {
    for shape in [(7, 255, 17), (7, 256, 17), (7, 257, 17), (13, 600, 33), (300, 20, 5), (520, 300, 19)] {
        check_both(shape);
    }
}

/// One column, few columns, few rows: what is turned, and what is not packed.
#[test]
fn shapes_of_first_and_last_layers() {
    for shape in [
        (256, 128, 1),
        (300, 300, 1),
        (128, 256, 8),
        (100, 30, 2),
        (10, 600, 40),
        (1, 300, 50),
        (12, 20, 100),
    ] {
        check_both(shape);
    }
}

/// Every row comes by once, whole, in order, and what is made of it stays.
#[test]
fn rows_are_handed_over_as_they_are_done() {
    for shape in [(131, 300, 21), (131, 30, 1), (131, 30, 2), (9, 30, 40)] {
        rows_are_handed_over(shape);
    }
}

fn rows_are_handed_over((m, k, n): (usize, usize, usize)) {
    if cfg!(miri) && m * k * n > 12_000 {
        return;
    }
    let (a, b) = (numbers(m * k, 1), numbers(k * n, 2));
    let (a, b) = (Matrix::new(&a, m, k), Matrix::new(&b, k, n));
    let (mut plain, mut doubled) = (vec![0.0; m * n], vec![0.0; m * n]);
    let mut packing = Packing::default();
    product(a, b, &mut plain, &mut packing);
    let mut next = 0;
    product_then(a, b, &mut doubled, &mut packing, &mut |first, rows| {
        assert_eq!((first, rows.len() % n), (next, 0));
        assert_eq!(rows, &plain[first * n..][..rows.len()]);
        rows.iter_mut().for_each(|c| *c *= 2.0);
        next += rows.len() / n;
    });
    assert_eq!(next, m);
    assert!(doubled.iter().zip(&plain).all(|(doubled, plain)| *doubled == 2.0 * plain));
}

/// Not a number, and infinity, are passed on: a diverged run must show.
#[test]
fn what_is_not_finite_shows() {
    let (mut a, b) = (vec![1.0_f32; 6 * 40], vec![0.0_f32; 40 * 3]);
    (a[5], a[60]) = (f32::NAN, f32::INFINITY);
    let mut c = vec![0.0; 18];
    product(Matrix::new(&a, 6, 40), Matrix::new(&b, 40, 3), &mut c, &mut Packing::default());
    assert!(c[..6].iter().all(|c| c.is_nan()) && c[6..].iter().all(|&c| c == 0.0), "{c:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_shape(m in 0_usize..60, k in 0_usize..300, n in 0_usize..60) {
        check_both((m, k, n));
    }
}

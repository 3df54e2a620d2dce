//! Losses in closed form, and at the far ends.

use mlpsweep_mlp::{Loss, LossOptions, Targets};

const OPTIONS: LossOptions = LossOptions { huber_delta: 1.0, label_smoothing: 0.0 };

#[track_caller]
fn check(
    loss: Loss,
    logits: &[f64],
    n_outputs: usize,
    targets: Targets<'_, f64>,
    total: f64,
    output: &[f64],
) {
    let close = |a: f64, b: f64| (a - b).abs() <= 2e-15 * b.abs().max(1.0);
    let found = loss.total(&OPTIONS, logits, n_outputs, targets);
    assert!(close(found, total), "{loss:?}: {found} instead of {total}");
    let mut delta = logits.to_vec();
    let mean = loss.mean_and_delta(&OPTIONS, &mut delta, n_outputs, targets);
    assert!(close(mean * (logits.len() / n_outputs) as f64, total), "{loss:?}: mean {mean} beside delta");
    let mut found = logits.to_vec();
    loss.output(&mut found, n_outputs);
    assert!(found.iter().zip(output).all(|(&a, &b)| close(a, b)), "{loss:?}: {found:?}");
}

#[test]
fn closed_forms() {
    let ln2 = 2.0_f64.ln();
    check(
        Loss::SquaredError,
        &[1.0, 2.0, 3.0, 5.0],
        2,
        Targets::numbers(&[1.0, 0.0, 0.0, 1.0]),
        14.5,
        &[1.0, 2.0, 3.0, 5.0],
    );
    check(
        Loss::BinaryCrossEntropy,
        &[0.0, ln2, ln2],
        1,
        Targets::classes(&[1, 1, 0]),
        ln2 + 1.5_f64.ln() + 3.0_f64.ln(),
        &[0.5, 2.0 / 3.0, 2.0 / 3.0],
    );
    check(
        Loss::CrossEntropy,
        &[0.0, ln2, 0.0, 0.0],
        2,
        Targets::classes(&[1, 0]),
        1.5_f64.ln() + ln2,
        &[1.0 / 3.0, 2.0 / 3.0, 0.5, 0.5],
    );
}

/// Errors −2, 0.5, 0 and 3 with δ = 1: 1.5 + 0.125 + 0 + 2.5, meaned over the two outputs of a row.
#[test]
fn robust_losses_grow_linearly_far_away() {
    let (logits, targets) = ([-1.0, 1.0, 0.0, 5.0], Targets::numbers(&[1.0, 0.5, 0.0, 2.0]));
    check(Loss::AbsoluteError, &logits, 2, targets, 2.75, &logits);
    check(Loss::Huber, &logits, 2, targets, 2.0625, &logits);
    let mut delta = logits;
    Loss::Huber.mean_and_delta(&OPTIONS, &mut delta, 2, targets);
    assert_eq!(delta, [-0.25, 0.125, 0.0, 0.25]);
    let mut delta = logits;
    Loss::AbsoluteError.mean_and_delta(&OPTIONS, &mut delta, 2, targets);
    assert_eq!(delta, [-0.25, 0.25, 0.0, 0.25], "0 where the error is 0");
}

/// A weight counts a row as often as it says: 2 and 1 are three rows, one of them twice.
#[test]
fn weights_count_rows() {
    let logits = [0.3_f64, -0.1, 0.2, 1.0, 0.5, -0.7];
    let twice = [0.3_f64, -0.1, 0.2, 0.3, -0.1, 0.2, 1.0, 0.5, -0.7];
    for smoothing in [0.0, 0.2] {
        let options = LossOptions { label_smoothing: smoothing, ..OPTIONS };
        let (mut weighted, mut repeated) = (logits, twice);
        let a = Loss::CrossEntropy.mean_and_delta(
            &options,
            &mut weighted,
            3,
            Targets::classes(&[2, 0]).weighted(&[2.0, 1.0]),
        );
        let b = Loss::CrossEntropy.mean_and_delta(&options, &mut repeated, 3, Targets::classes(&[2, 2, 0]));
        assert!((a - b).abs() < 1e-15, "{a} {b}");
        for j in 0..3 {
            assert!((weighted[j] - 2.0 * repeated[j]).abs() < 1e-15);
            assert!((weighted[3 + j] - repeated[6 + j]).abs() < 1e-15);
        }
    }
}

#[test]
fn two_classes_cost_the_same_with_one_unit_as_with_two() {
    for z in [-30.0_f64, -1.0, 0.0, 0.5, 800.0] {
        for class in [0, 1] {
            let one = Loss::BinaryCrossEntropy.total(&OPTIONS, &[z], 1, Targets::classes(&[class]));
            let two = Loss::CrossEntropy.total(&OPTIONS, &[0.0, z], 2, Targets::classes(&[class]));
            assert!((one - two).abs() <= 1e-14 * two.max(1.0), "{z} {class}: {one} {two}");
        }
    }
}

#[test]
fn far_logits_cost_much_but_finitely() {
    let classes = Targets::classes(&[1]);
    assert_eq!(Loss::CrossEntropy.total(&OPTIONS, &[1e4_f32, 0.0], 2, Targets::classes(&[1])), 1e4);
    assert_eq!(Loss::BinaryCrossEntropy.total(&OPTIONS, &[-1e4_f64], 1, classes), 1e4);
    assert!(Loss::BinaryCrossEntropy.total(&OPTIONS, &[f64::NAN], 1, classes).is_nan(), "a NaN must show");
    assert!(Loss::CrossEntropy.total(&OPTIONS, &[f64::NAN, 0.0], 2, classes).is_nan(), "a NaN must show");
    assert!(Loss::CrossEntropy.total(&OPTIONS, &[0.0, f64::NAN], 2, classes).is_nan(), "a NaN must show");
}

//! Losses in closed form, and at the far ends.

use mlpsweep_mlp::{Loss, Targets};

#[track_caller]
fn check(
    loss: Loss,
    logits: &[f64],
    n_outputs: usize,
    targets: Targets<'_, f64>,
    total: f64,
    output: &[f64],
) {
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-15 * b.abs().max(1.0);
    assert!(
        close(loss.total(logits, n_outputs, targets), total),
        "{loss:?}: {}",
        loss.total(logits, n_outputs, targets)
    );
    let mut delta = logits.to_vec();
    assert!(
        close(loss.total_and_delta(&mut delta, n_outputs, targets), total),
        "{loss:?}: total beside delta"
    );
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
        Targets::Numbers(&[1.0, 0.0, 0.0, 1.0]),
        14.5,
        &[1.0, 2.0, 3.0, 5.0],
    );
    check(
        Loss::BinaryCrossEntropy,
        &[0.0, ln2, ln2],
        1,
        Targets::Classes(&[1, 1, 0]),
        ln2 + 1.5_f64.ln() + 3.0_f64.ln(),
        &[0.5, 2.0 / 3.0, 2.0 / 3.0],
    );
    check(
        Loss::CrossEntropy,
        &[0.0, ln2, 0.0, 0.0],
        2,
        Targets::Classes(&[1, 0]),
        1.5_f64.ln() + ln2,
        &[1.0 / 3.0, 2.0 / 3.0, 0.5, 0.5],
    );
}

#[test]
fn two_classes_cost_the_same_with_one_unit_as_with_two() {
    for z in [-30.0_f64, -1.0, 0.0, 0.5, 800.0] {
        for class in [0, 1] {
            let one = Loss::BinaryCrossEntropy.total(&[z], 1, Targets::Classes(&[class]));
            let two = Loss::CrossEntropy.total(&[0.0, z], 2, Targets::Classes(&[class]));
            assert!((one - two).abs() <= 1e-14 * two.max(1.0), "{z} {class}: {one} {two}");
        }
    }
}

#[test]
fn far_logits_cost_much_but_finitely() {
    let classes = Targets::Classes(&[1]);
    assert_eq!(Loss::CrossEntropy.total(&[1e4_f32, 0.0], 2, Targets::Classes(&[1])), 1e4);
    assert_eq!(Loss::BinaryCrossEntropy.total(&[-1e4_f64], 1, classes), 1e4);
    assert!(Loss::BinaryCrossEntropy.total(&[f64::NAN], 1, classes).is_nan(), "a NaN must show");
    assert!(Loss::CrossEntropy.total(&[f64::NAN, 0.0], 2, classes).is_nan(), "a NaN must show");
    assert!(Loss::CrossEntropy.total(&[0.0, f64::NAN], 2, classes).is_nan(), "a NaN must show");
}

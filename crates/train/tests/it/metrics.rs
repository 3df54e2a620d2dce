//! Scores beside scikit-learn 1.9's on the same numbers.

use mlpsweep_train::{Goal, Metric, Predictions, Truth};

#[track_caller]
fn check(metric: Metric, truth: &Truth, predictions: &Predictions, expected: f64) {
    let found = metric.score(truth, predictions);
    assert!(
        (found - expected).abs() <= 1e-15 * expected.abs(),
        "{}: {found} instead of {expected}",
        metric.name()
    );
}

#[test]
fn classes() {
    let truth = Truth::Classes(vec![0, 1, 1, 2, 1, 1]);
    let values =
        vec![0.7, 0.2, 0.1, 0.1, 0.8, 0.1, 0.3, 0.3, 0.4, 0.05, 0.05, 0.9, 0.5, 0.5, 0.0, 0.0, 1.0, 0.0];
    let predictions = Predictions::Probabilities { n_classes: 3, values };
    check(Metric::Accuracy, &truth, &predictions, 4.0 / 6.0);
    check(Metric::LogLoss, &truth, &predictions, 0.430_383_165_966_108_37);
}

#[test]
fn certainty_that_is_wrong_costs_much_but_finitely() {
    let predictions = Predictions::Probabilities { n_classes: 2, values: vec![1.0, 0.0] };
    let found = Metric::LogLoss.score(&Truth::Classes(vec![1]), &predictions);
    assert_eq!(found, -f64::EPSILON.ln());
}

#[test]
fn numbers() {
    let truth = Truth::Numbers(vec![3.0, -1.0, 0.5, 2.0, -2.0, 4.0, 7.0, 0.0]);
    let predictions =
        Predictions::Numbers { n_targets: 2, values: vec![2.5, -1.5, 0.0, 2.0, -2.0, 5.0, 8.0, 1.0] };
    check(Metric::Mse, &truth, &predictions, 0.468_75);
    check(Metric::Rmse, &truth, &predictions, 0.681_186_217_847_897_2);
    check(Metric::Mae, &truth, &predictions, 0.562_5);
    check(Metric::R2, &truth, &predictions, 0.906_755_687_675_305_1);
}

#[test]
fn constant_truth_has_no_r2_but_a_perfect_one() {
    let predicted = |values: &[f64]| Predictions::Numbers { n_targets: 1, values: values.to_vec() };
    // 0.1 is rounded, and so is the mean of ten of them.
    let truth = Truth::Numbers(vec![0.1; 10]);
    assert_eq!(Metric::R2.score(&truth, &predicted(&[0.1; 10])), 1.0);
    assert_eq!(Metric::R2.score(&truth, &predicted(&[0.2; 10])), 0.0);
}

#[test]
fn names_and_directions() {
    for &metric in Metric::ALL {
        assert_eq!(Metric::from_name(metric.name()), Some(metric));
        let larger_is_better = ["accuracy", "r2"].contains(&metric.name());
        assert_eq!(metric.goal() == Goal::Maximize, larger_is_better, "{}", metric.name());
    }
}

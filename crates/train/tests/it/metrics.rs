//! Scores beside scikit-learn 1.9's on the same numbers.
//!
//! tests/fixtures/metrics.json holds random predictions with ties and absent classes, made by make_metrics.py beside it.

use crate::{config, data, default_loss, job};
use mlpsweep_data::Target;
use mlpsweep_train::{Goal, Lack, Metric, Predictions, ScoreError, Truth, train};
use serde_json::Value as Json;
use std::ops::ControlFlow;

/// The same sums in another order: some forty roundings of 1e-16.
const BOUND: f64 = 1e-12;

#[track_caller]
fn check(metric: Metric, truth: &Truth, predictions: &Predictions, expected: f64) {
    let found = metric.score(truth, predictions);
    assert!(
        (found - expected).abs() <= BOUND * expected.abs(),
        "{}: {found} instead of {expected}",
        metric.name()
    );
}

fn fixture() -> Json {
    serde_json::from_str(include_str!("../fixtures/metrics.json")).expect("JSON")
}

fn list<T>(json: &Json, of: impl Fn(&Json) -> Option<T>) -> Vec<T> {
    json.as_array().expect("a list").iter().map(|item| of(item).expect("a number")).collect()
}

fn whole(json: &Json) -> usize {
    json.as_u64().expect("a whole number") as usize
}

/// Every score scikit-learn wrote down for the case, and how often each was compared.
fn check_case(case: &Json, truth: &Truth, predictions: &Predictions, n_compared: &mut [usize]) {
    for (name, expected) in case["scores"].as_object().expect("scores") {
        let metric = Metric::from_name(name).expect("a known metric");
        if let Some(expected) = expected.as_f64() {
            check(metric, truth, predictions, expected);
            n_compared[Metric::ALL.iter().position(|&known| known == metric).expect("one of all")] += 1;
        }
    }
}

#[test]
fn agree_with_scikit_learn() {
    let fixture = fixture();
    let mut n_compared = vec![0; Metric::ALL.len()];
    for case in fixture["classes"].as_array().expect("cases") {
        let codes: Vec<u32> = list(&case["codes"], |code| Some(code.as_u64()? as u32));
        let n_classes = whole(&case["n_classes"]);
        let mut n_rows = vec![0; n_classes];
        codes.iter().for_each(|&code| n_rows[code as usize] += 1);
        for &metric in Metric::ALL {
            let undefined = case["scores"].get(metric.name()).is_some_and(Json::is_null);
            assert_eq!(metric.lacks(&n_rows).is_some(), undefined, "{} of {n_rows:?}", metric.name());
        }
        let truth = Truth::Classes { codes, positive: whole(&case["positive"]) as u32 };
        let values = list(&case["probabilities"], Json::as_f64);
        check_case(case, &truth, &Predictions::Probabilities { n_classes, values }, &mut n_compared);
    }
    for case in fixture["numbers"].as_array().expect("cases") {
        let truth = Truth::Numbers(list(&case["y"], Json::as_f64));
        let values = list(&case["predicted"], Json::as_f64);
        let n_targets = whole(&case["n_targets"]);
        check_case(case, &truth, &Predictions::Numbers { n_targets, values }, &mut n_compared);
    }
    for (metric, n_compared) in Metric::ALL.iter().zip(n_compared) {
        assert!(n_compared >= 15, "{} was compared {n_compared} times", metric.name());
    }
}

#[test]
fn certainty_that_is_wrong_costs_much_but_finitely() {
    let predictions = Predictions::Probabilities { n_classes: 2, values: vec![1.0, 0.0] };
    let found = Metric::LogLoss.score(&Truth::Classes { codes: vec![1], positive: 1 }, &predictions);
    assert_eq!(found, -f64::EPSILON.ln());
}

#[test]
fn constant_truth_has_no_r2_but_a_perfect_one() {
    let predicted = |values: &[f64]| Predictions::Numbers { n_targets: 1, values: values.to_vec() };
    // 0.1 is rounded, and so is the mean of ten of them.
    let truth = Truth::Numbers(vec![0.1; 10]);
    assert_eq!(Metric::R2.score(&truth, &predicted(&[0.1; 10])), 1.0);
    assert_eq!(Metric::R2.score(&truth, &predicted(&[0.2; 10])), 0.0);
}

/// The direction is what a prediction of the truth itself says of it: no other one is better.
#[test]
fn names_and_directions() {
    let fixture = fixture();
    for &metric in Metric::ALL {
        assert_eq!(Metric::from_name(metric.name()), Some(metric));
        let kind = if metric.task() == mlpsweep_data::Task::Classification { "classes" } else { "numbers" };
        for case in fixture[kind].as_array().expect("cases") {
            let Some(score) = case["scores"].get(metric.name()).and_then(Json::as_f64) else { continue };
            let (truth, perfect) = perfect(case);
            let best = metric.score(&truth, &perfect);
            match metric.goal() {
                Goal::Maximize => assert!(best >= score, "{}: {best} and {score}", metric.name()),
                Goal::Minimize => assert!(best <= score, "{}: {best} and {score}", metric.name()),
            }
        }
    }
}

#[test]
fn a_row_that_counts_twice_is_two_rows() {
    let fixture = fixture();
    let (classes, numbers) = (fixture["classes"].as_array(), fixture["numbers"].as_array());
    let mut n_compared = vec![0; Metric::ALL.len()];
    for case in classes.into_iter().chain(numbers).flatten() {
        let (truth, predictions) = said(case);
        for (n_compared, &metric) in n_compared.iter_mut().zip(Metric::ALL) {
            if case["scores"].get(metric.name()).is_none() {
                continue;
            }
            let n_rows = match &truth {
                Truth::Classes { codes, .. } => codes.len(),
                Truth::Numbers(y) => y.len() / whole(&case["n_targets"]),
            };
            let counts: Vec<u8> = (0..n_rows).map(|row| (row * 7 % 5 % 3) as u8).collect();
            let found = metric.counted(&truth, &predictions).score(&counts);
            let (truth, predictions) = repeated(&truth, &predictions, &counts);
            let expected = metric.score(&truth, &predictions);
            let same = (found.is_nan() && expected.is_nan())
                || (found - expected).abs() <= BOUND * expected.abs().max(1.0);
            assert!(same, "{}: {found} instead of {expected}", metric.name());
            *n_compared += 1;
        }
    }
    assert!(n_compared.iter().all(|&n| n >= 15), "{n_compared:?}");
}

/// A case's truth and predictions.
fn said(case: &Json) -> (Truth, Predictions) {
    let (truth, _) = perfect(case);
    let predictions = match &truth {
        Truth::Classes { .. } => Predictions::Probabilities {
            n_classes: whole(&case["n_classes"]),
            values: list(&case["probabilities"], Json::as_f64),
        },
        Truth::Numbers(_) => Predictions::Numbers {
            n_targets: whole(&case["n_targets"]),
            values: list(&case["predicted"], Json::as_f64),
        },
    };
    (truth, predictions)
}

/// Each row as many times as it counts.
fn repeated(truth: &Truth, predictions: &Predictions, counts: &[u8]) -> (Truth, Predictions) {
    fn rows<T: Copy>(values: &[T], counts: &[u8]) -> Vec<T> {
        let per_row = values.len() / counts.len();
        let rows = values.chunks_exact(per_row).zip(counts);
        rows.flat_map(|(row, &count)| row.repeat(count.into())).collect()
    }
    let truth = match truth {
        Truth::Classes { codes, positive } => {
            Truth::Classes { codes: rows(codes, counts), positive: *positive }
        }
        Truth::Numbers(y) => Truth::Numbers(rows(y, counts)),
    };
    let predictions = match predictions {
        Predictions::Probabilities { n_classes, values } => {
            Predictions::Probabilities { n_classes: *n_classes, values: rows(values, counts) }
        }
        Predictions::Numbers { n_targets, values } => {
            Predictions::Numbers { n_targets: *n_targets, values: rows(values, counts) }
        }
    };
    (truth, predictions)
}

/// The truth of a case, and predictions that are right and certain.
fn perfect(case: &Json) -> (Truth, Predictions) {
    if case.get("y").is_some() {
        let y = list(&case["y"], Json::as_f64);
        let n_targets = whole(&case["n_targets"]);
        return (Truth::Numbers(y.clone()), Predictions::Numbers { n_targets, values: y });
    }
    let codes: Vec<u32> = list(&case["codes"], |code| Some(code.as_u64()? as u32));
    let n_classes = whole(&case["n_classes"]);
    let certain = |&code: &u32| (0..n_classes).map(move |class| f64::from(u8::from(class == code as usize)));
    let values = codes.iter().flat_map(certain).collect();
    let positive = whole(&case["positive"]) as u32;
    (Truth::Classes { codes, positive }, Predictions::Probabilities { n_classes, values })
}

#[test]
fn what_rows_lack_is_said() {
    let labels = ["ash".to_owned(), "elm".to_owned(), "oak".to_owned()];
    let say = |n_rows: &[usize]| Metric::RocAuc.lacks(n_rows).map(|lack| lack.describe(&labels));
    assert_eq!(say(&[3, 1]), None);
    assert_eq!(say(&[0, 4]).as_deref(), Some("hold one class only"));
    assert_eq!(say(&[0, 4, 0]).as_deref(), Some("hold one class only"));
    assert_eq!(say(&[2, 4, 0]).as_deref(), Some("hold no row of class `oak`"));
    assert_eq!(Metric::RocAuc.lacks(&[2, 0, 1]), Some(Lack::Class(1)));
}

#[test]
fn metrics_fit_their_targets() {
    let [two, three, numbers] = ["breast_cancer", "iris", "diabetes"].map(|name| data(name).target);
    for &metric in Metric::ALL {
        let classifies = metric.task() == two.task();
        assert_eq!(metric.fits(&two), classifies);
        assert_eq!(metric.fits(&three), classifies && !metric.is_for_two_classes());
        assert_eq!(metric.fits(&numbers), !classifies);
    }
    assert!(Metric::AveragePrecision.is_for_two_classes());
}

/// Average precision is about the positive class; the scores of all classes do not care which that is.
#[test]
fn one_score_knows_the_positive_class() {
    let mut cancer = data("breast_cancer");
    let rows: Vec<u32> = (0..cancer.n_rows() as u32).collect();
    let mut config = config(default_loss(&cancer));
    config.epochs = 1;
    let metrics: Vec<Metric> =
        Metric::ALL.iter().copied().filter(|metric| metric.fits(&cancer.target)).collect();
    let scores = [0, 1].map(|class| {
        if let Target::Classes { positive, .. } = &mut cancer.target {
            *positive = class;
        }
        let fitted = train::<f64>(job(&cancer, &rows, &config), |_| ControlFlow::Continue(()));
        fitted.expect("a valid run").score(&rows, &metrics).expect("scores")
    });
    for (i, metric) in metrics.iter().enumerate() {
        assert_eq!(scores[0][i] != scores[1][i], *metric == Metric::AveragePrecision, "{}", metric.name());
    }
}

#[test]
fn rows_of_one_class_have_no_area() {
    let iris = data("iris");
    let rows: Vec<u32> = (0..150).collect();
    let mut config = config(default_loss(&iris));
    config.epochs = 1;
    let fitted = train::<f32>(job(&iris, &rows, &config), |_| ControlFlow::Continue(()));
    let mut fitted = fitted.expect("a valid run");
    // The first fifty rows are of one class, the first hundred of two.
    let one_class = fitted.score(&rows[..50], &[Metric::Accuracy, Metric::RocAuc]).expect_err("no area");
    assert_eq!(one_class.to_string(), "roc_auc is not defined: the rows hold one class only");
    let two = fitted.score(&rows[..100], &[Metric::RocAuc]).expect_err("no area");
    assert!(
        matches!(two, ScoreError::Undefined { ref rows, .. } if rows == "hold no row of class `virginica`")
    );
    assert_eq!(fitted.score(&rows, &[Metric::RocAuc]).expect("an area").len(), 1);
}

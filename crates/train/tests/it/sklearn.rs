//! Whole runs beside scikit-learn's MLPClassifier and MLPRegressor: the same data, start weights and batches.
//!
//! tests/fixtures/sklearn.json holds what scikit-learn computed (make_sklearn.py beside it says how). Its penalty is
//! alpha/(2·batch) Σ w², so λ₂ = alpha·m_train/batch; its squared error is halved, so of a regression our J is twice its,
//! λ₂ doubles, the rate of plain descent and of momentum halves, and Adam's ε doubles.

use crate::parity::{flat, numbers, relative_error, text, worst_tensor};
use crate::{config, data, default_loss, job};
use mlpsweep_data::Dataset;
use mlpsweep_mlp::Activation;
use mlpsweep_optim::OptimizerKind;
use mlpsweep_train::{BatchSize, Job, Precision, Session, TrainConfig, train};
use serde_json::Value as Json;
use std::ops::ControlFlow;

fn fixture() -> Json {
    serde_json::from_str(include_str!("../fixtures/sklearn.json")).expect("JSON")
}

/// Our J of the same network is so many times scikit-learn's.
fn times(data: &Dataset) -> f64 {
    if default_loss(data).classifies() { 1.0 } else { 2.0 }
}

/// What both kinds of case have in common.
fn common(case: &Json, data: &Dataset) -> TrainConfig {
    let activation = match text(case, "activation") {
        "logistic" => "sigmoid",
        name => name,
    };
    TrainConfig {
        hidden: numbers(&case["hidden"]).into_iter().map(|width| width as usize).collect(),
        activation: Activation::from_name(activation).expect("a known activation"),
        shuffle: false,
        precision: Precision::F64,
        ..config(default_loss(data))
    }
}

fn curve_config(case: &Json, data: &Dataset) -> TrainConfig {
    let times = times(data);
    let option = |key: &str, default: f64| case["options"][key].as_f64().unwrap_or(default);
    let batch = case["batch"].as_u64().expect("a batch size") as usize;
    let l2 = times * case["alpha"].as_f64().expect("alpha") * data.n_rows() as f64 / batch as f64;
    let rate = option("learning_rate_init", f64::NAN);
    let mut config = TrainConfig {
        l2,
        batch_size: BatchSize::Rows(batch),
        epochs: numbers(&case["loss"]).len(),
        ..common(case, data)
    };
    if text(case, "solver") == "adam" {
        config.learning_rate = rate;
        config.constants = vec![
            ("beta1".into(), option("beta_1", 0.9)),
            ("beta2".into(), option("beta_2", 0.999)),
            ("epsilon".into(), times * option("epsilon", 1e-8)),
        ];
        return config;
    }
    config.learning_rate = rate / times;
    let momentum = option("momentum", f64::NAN);
    config.optimizer = match (momentum, case["options"]["nesterovs_momentum"].as_bool()) {
        (0.0, _) => OptimizerKind::Sgd,
        (_, Some(true)) => OptimizerKind::Nesterov,
        _ => OptimizerKind::HeavyBall,
    };
    if momentum > 0.0 {
        config.constants = vec![("momentum".into(), momentum)];
    }
    config
}

/// The same arithmetic in another order, some two hundred steps of it.
const BOUND: f64 = 1e-9;

/// scikit-learn adds Adam's ε before the bias correction, we and PyTorch after it: with an ε that counts, two paths that
/// differ where a gradient is as small as ε/√(1 − β₂). Twice what was seen: 2.5e-5 in the loss, 5.8e-4 in the weights.
const BOUNDS_WITH_EPSILON: (f64, f64) = (5e-5, 1.2e-3);

#[expect(clippy::print_stdout, reason = "the table of errors is read with --nocapture")]
#[test]
fn loss_curves_are_scikit_learns() {
    let fixture = fixture();
    let cases = fixture["curves"].as_array().expect("cases");
    assert_eq!(cases.len(), 10);
    for case in cases {
        let data = data(text(case, "data"));
        let config = curve_config(case, &data);
        let rows: Vec<u32> = (0..data.n_rows() as u32).collect();
        let start = flat(&case["start"]);
        let job = Job { start: Some(&start), ..job(&data, &rows, &config) };
        let mut session = Session::<f64>::new(job).expect("a valid case");
        let batch = config.batch_size.of(rows.len());
        assert_eq!(rows.len() % batch, 0, "whole batches only");

        let mut curve = Vec::new();
        for _ in 0..config.epochs {
            let losses: Vec<f64> =
                rows.chunks(batch).map(|batch| session.penalty() + session.step(batch)).collect();
            curve.push(losses.iter().sum::<f64>() / losses.len() as f64 / times(&data));
        }
        let error = relative_error(&curve, &numbers(&case["loss"]));
        let layout = session.network().layout();
        let weights = worst_tensor(layout, session.params(), &flat(&case["end"]));
        let name = format!("{} {} {}", text(case, "data"), config.optimizer.name(), config.activation.name());
        println!("{name:<32} loss {error:.1e}, weights {weights:.1e}");
        let has_default_epsilon = text(case, "solver") == "adam" && case["options"]["epsilon"].is_null();
        let bounds = if has_default_epsilon { BOUNDS_WITH_EPSILON } else { (BOUND, BOUND) };
        assert!(error <= bounds.0 && weights <= bounds.1, "{name}: loss {error:e}, weights {weights:e}");
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    0.5 * (values[(values.len() - 1) / 2] + values[values.len() / 2])
}

/// From ten starts each, some of which end in another minimum: the median is no higher.
#[expect(clippy::print_stdout, reason = "the table of minima is read with --nocapture")]
#[test]
fn lbfgs_comes_down_as_far_as_scikit_learns() {
    let fixture = fixture();
    let cases = fixture["minima"].as_array().expect("cases");
    assert_eq!(cases.len(), 6);
    for case in cases {
        let data = data(text(case, "data"));
        let times = times(&data);
        let config = TrainConfig {
            l2: times * case["alpha"].as_f64().expect("alpha"),
            optimizer: OptimizerKind::Lbfgs,
            batch_size: BatchSize::Full,
            epochs: 5000,
            ..common(case, &data)
        };
        let rows: Vec<u32> = (0..data.n_rows() as u32).collect();
        let mut epochs = Vec::new();
        let ours = case["starts"].as_array().expect("starts").iter().map(|start| {
            let start = flat(start);
            let job = Job { start: Some(&start), ..job(&data, &rows, &config) };
            let fitted = train::<f64>(job, |_| ControlFlow::Continue(())).expect("a valid case");
            let last = fitted.curve.last().expect("an epoch");
            epochs.push(fitted.curve.len() as f64);
            // The last epoch gained nothing any more: the loss before its step is that after it.
            (last.train_loss + last.penalty) / times
        });
        let (ours, theirs) = (ours.collect::<Vec<f64>>(), numbers(&case["loss"]));
        let (ours, theirs) = (median(ours), median(theirs));
        let name = format!("{} {}", text(case, "data"), config.activation.name());
        println!("{name:<14} median loss {ours:.9}, scikit-learn {theirs:.9}; {} epochs", median(epochs));
        assert!(ours <= theirs + 1e-6, "{name}: {ours}, scikit-learn {theirs}");
    }
}

//! Whole runs beside PyTorch's in float64: 55 small networks, every activation, loss, update rule, penalty and decay law.
//!
//! tests/fixtures/parity.json holds, per case, the start weights, the data, the mini-batches in order, and what PyTorch
//! computed: rate, loss and penalised loss of each step, the gradient of the first, parameters and outputs in the end.

use mlpsweep_data::{Dataset, Scale, Target};
use mlpsweep_mlp::{Activation, Init, Layout, Loss, LossOptions};
use mlpsweep_optim::{OptimizerKind, ScheduleKind};
use mlpsweep_real::Real;
use mlpsweep_seed::Seed;
use mlpsweep_train::{
    BatchSize, ClassWeight, Job, Precision, Predictions, Preprocess, Session, TargetScale, TrainConfig,
};
use ndarray::Array2;
use serde_json::Value as Json;

pub(crate) fn numbers(json: &Json) -> Vec<f64> {
    match json {
        Json::Array(items) => items.iter().flat_map(numbers).collect(),
        number => vec![number.as_f64().expect("a number")],
    }
}

pub(crate) fn text<'a>(case: &'a Json, key: &str) -> &'a str {
    case[key].as_str().expect("text")
}

/// W_1, b_1, W_2 … of a case as one vector in the network's layout.
pub(crate) fn flat(layers: &Json) -> Vec<f64> {
    let layers = layers.as_array().expect("layers").iter();
    layers.flat_map(|layer| [numbers(&layer["weight"]), numbers(&layer["bias"])].concat()).collect()
}

fn dataset(case: &Json, loss: Loss, sizes: &[usize]) -> Dataset {
    let x = numbers(&case["x"]);
    let y = numbers(&case["y"]);
    let n_rows = x.len() / sizes[0];
    let n_outputs = sizes[sizes.len() - 1];
    let target = if loss.classifies() {
        let labels = (0..n_outputs.max(2)).map(|class| class.to_string()).collect();
        let codes = y.iter().map(|&class| class as u32).collect();
        Target::Classes { name: "y".into(), labels, codes, positive: 1 }
    } else {
        let values = Array2::from_shape_vec((n_rows, n_outputs), y).expect("rows of outputs");
        Target::Numbers { names: (0..n_outputs).map(|j| format!("y{j}")).collect(), values }
    };
    let features = Array2::from_shape_vec((n_rows, sizes[0]), x).expect("rows of features");
    Dataset::of_numbers("parity", features, target)
}

/// PyTorch's names of constants, as ours.
fn constants(case: &Json) -> Vec<(String, f64)> {
    let optimizer = text(case, "optimizer");
    let rename = |key: &str| match (optimizer, key) {
        ("rmsprop", "beta") => "rho".to_owned(),
        (_, "beta") => "momentum".to_owned(),
        (_, key) => key.to_owned(),
    };
    let of_rule =
        case["constants"].as_object().expect("constants").iter().map(|(key, value)| (rename(key), value));
    let schedule = case["schedule"].as_object().expect("a schedule").iter().filter(|(key, _)| *key != "kind");
    let of_law = schedule.map(|(key, value)| (format!("schedule_{key}"), value));
    of_rule.chain(of_law).map(|(key, value)| (key, value.as_f64().expect("a number"))).collect()
}

fn config(case: &Json, sizes: &[usize]) -> TrainConfig {
    let number = |key: &str| case[key].as_f64().expect("a number");
    TrainConfig {
        hidden: sizes[1..sizes.len() - 1].to_vec(),
        activation: Activation::from_name(text(case, "activation")).expect("a known activation"),
        init: Init::Zeros,
        loss: Loss::from_name(text(case, "loss")).expect("a known loss"),
        loss_options: LossOptions {
            huber_delta: number("huber_delta"),
            label_smoothing: number("label_smoothing"),
        },
        class_weight: ClassWeight::None,
        optimizer: OptimizerKind::from_name(text(case, "optimizer")).expect("a known optimizer"),
        schedule: ScheduleKind::from_name(text(&case["schedule"], "kind")).expect("a known schedule"),
        constants: constants(case),
        learning_rate: number("learning_rate"),
        l1: number("l1"),
        l2: number("l2"),
        dropout: 0.0,
        input_dropout: 0.0,
        clip_norm: case["clip_norm"].as_f64(),
        clip_value: None,
        batch_size: BatchSize::Rows(number("batch_size") as usize),
        epochs: number("epochs") as usize,
        shuffle: false,
        precision: Precision::F64,
        early_stopping: None,
        gradient_norms: false,
    }
}

/// The largest difference, relative to the largest entry.
pub(crate) fn relative_error(found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let largest = expected.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let furthest = found.iter().zip(expected).fold(0.0_f64, |worst, (a, b)| worst.max((a - b).abs()));
    if furthest == 0.0 { 0.0 } else { furthest / largest }
}

/// The largest relative error of a vector in any of its tensors, W_l or b_l.
pub(crate) fn worst_tensor(layout: &Layout, found: &[f64], expected: &[f64]) -> f64 {
    let tensors = layout.blocks().iter().flat_map(|block| [block.weights.clone(), block.biases.clone()]);
    tensors.map(|tensor| relative_error(&found[tensor.clone()], &expected[tensor])).fold(0.0, f64::max)
}

/// Repeats a case; returns the worst relative error of anything PyTorch wrote down.
fn repeat<T: Real>(case: &Json) -> f64 {
    let sizes: Vec<usize> = numbers(&case["sizes"]).into_iter().map(|size| size as usize).collect();
    let config = config(case, &sizes);
    let data = dataset(case, config.loss, &sizes);
    let rows: Vec<u32> = (0..data.n_rows() as u32).collect();
    let start = flat(&case["init"]);
    let job = Job {
        data: &data,
        rows: &rows,
        config: &config,
        preprocess: Preprocess::scaled(Scale::None, TargetScale::None),
        start: Some(&start),
        seed: Seed::new(0),
    };
    let mut session = Session::<T>::new(job).expect("a valid case");
    let layout = session.network().layout().clone();
    let wide = |values: &[T]| -> Vec<f64> { values.iter().map(|value| value.to_f64()).collect() };
    let mut worst: f64 = 0.0;

    session.gradient_of(&rows[..config.batch_size.of(rows.len())]);
    let mut gradient = wide(session.gradient());
    let m_train = rows.len() as f64;
    for block in layout.blocks() {
        for i in block.weights.clone() {
            gradient[i] += config.l2 / m_train * start[i] + config.l1 / m_train * start[i].signum();
        }
    }
    worst = worst.max(worst_tensor(&layout, &gradient, &flat(&case["first_gradient"])));

    let mut steps = case["steps"].as_array().expect("steps").iter();
    for _ in 0..config.epochs {
        // An epoch by hand, to see each step's loss; the session counts its own epochs, so the schedule is asked for them.
        let mut whole = session.clone();
        whole.epoch();
        for batch in rows.chunks(config.batch_size.of(rows.len())) {
            let step = steps.next().expect("as many steps");
            let expected = |key: &str| vec![step[key].as_f64().expect("a number")];
            let (rate, penalty) = (session.learning_rate(), session.penalty());
            let loss = session.step(batch);
            worst = worst.max(relative_error(&[rate], &expected("learning_rate")));
            worst = worst.max(relative_error(&[loss], &expected("data_loss")));
            worst = worst.max(relative_error(&[loss + penalty], &expected("loss")));
        }
        assert_eq!(session.params(), whole.params(), "an epoch is its steps");
        session = whole;
    }
    assert!(steps.next().is_none(), "as many steps");
    worst = worst.max(worst_tensor(&layout, &wide(session.params()), &flat(&case["final"])));
    let outputs = match (session.predict(&rows), config.loss) {
        (Predictions::Numbers { values, .. }, _) => (values, numbers(&case["final_output"])),
        (Predictions::Probabilities { values, n_classes }, loss) => {
            let mut expected = numbers(&case["final_output"]);
            loss.output(&mut expected, loss.n_outputs(n_classes));
            if loss.n_outputs(n_classes) == 1 {
                expected = expected.into_iter().flat_map(|p| [1.0 - p, p]).collect();
            }
            (values, expected)
        }
    };
    worst.max(relative_error(&outputs.0, &outputs.1))
}

#[expect(clippy::print_stdout, reason = "the table of errors is read with --nocapture")]
fn check_all<T: Real>(bound: f64) {
    let fixture: Json = serde_json::from_str(include_str!("../fixtures/parity.json")).expect("JSON");
    let cases = fixture["cases"].as_array().expect("cases");
    assert_eq!(cases.len(), 55);
    for case in cases {
        let worst = repeat::<T>(case);
        println!("{} {:<32} {worst:.1e}", T::NAME, text(case, "name"));
        assert!(worst <= bound, "{} {}: {worst:e}", T::NAME, text(case, "name"));
    }
}

/// The same arithmetic in another order: a few hundred roundings of 1e-16 each, amplified by some fifty steps.
#[test]
fn agrees_with_pytorch_in_f64() {
    check_all::<f64>(1e-9);
}

/// The same in 24 bits beside PyTorch's 53.
#[test]
fn agrees_with_pytorch_in_f32() {
    check_all::<f32>(1e-4);
}

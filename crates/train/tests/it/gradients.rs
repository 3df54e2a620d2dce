//! The whole objective's gradient, activation × loss × penalty × dropout × depth, held against central differences.

use mlpsweep_data::{Dataset, Scale, Target};
use mlpsweep_mlp::gradcheck::{CORRECT, EPSILON, Verdict};
use mlpsweep_mlp::{Activation, Init, Loss, LossOptions};
use mlpsweep_seed::Seed;
use mlpsweep_train::{
    BatchSize, CheckOptions, ClassWeight, GradientCheck, Job, Preprocess, Session, TargetScale, TrainConfig,
};
use ndarray::Array2;
use rand::RngExt as _;

const OPTIONS: CheckOptions = CheckOptions { n_rows: None, epsilon: EPSILON, at_most: None };

/// 24 rows of 3 features far from standard, with a target for the loss: uneven classes, or two numbers of different sizes.
fn table(loss: Loss) -> Dataset {
    let mut stream = Seed::new(5).stream();
    let mut number = || 4.0 * stream.random::<f64>() - 2.0;
    let features = Array2::from_shape_fn((24, 3), |(_, j)| 10.0 * j as f64 + (1.0 + j as f64) * number());
    let target = if loss.classifies() {
        let n_classes = if loss == Loss::BinaryCrossEntropy { 2 } else { 3 };
        let codes = (0..24_u32).map(|row| if row % 4 == 0 { row / 4 % n_classes } else { 0 }).collect();
        let labels = (0..n_classes).map(|class| class.to_string()).collect();
        Target::Classes { name: "y".into(), labels, codes, positive: 1 }
    } else {
        let values = Array2::from_shape_fn((24, 2), |(_, j)| 100.0 + (1.0 + 9.0 * j as f64) * number());
        Target::Numbers { names: vec!["u".into(), "v".into()], values }
    };
    Dataset::of_numbers("table", features, target)
}

fn config(loss: Loss, activation: Activation, depth: usize) -> TrainConfig {
    TrainConfig {
        hidden: vec![6; depth],
        activation,
        init: Init::Glorot,
        loss_options: LossOptions {
            label_smoothing: if loss == Loss::CrossEntropy { 0.1 } else { 0.0 },
            huber_delta: 0.7,
        },
        class_weight: if loss.classifies() { ClassWeight::Balanced } else { ClassWeight::None },
        ..crate::config(loss)
    }
}

fn check(
    data: &Dataset,
    config: &TrainConfig,
    start: Option<&[f64]>,
    options: CheckOptions,
) -> GradientCheck {
    let rows: Vec<u32> = (0..data.n_rows() as u32).collect();
    let preprocess = Preprocess::scaled(Scale::Standard, TargetScale::Standard);
    let job = Job { data, rows: &rows, config, preprocess, start, seed: Seed::new(7) };
    Session::<f64>::new(job).expect("a valid job").check_gradient(options, |_, _| {})
}

#[test]
fn of_everything_there_is() {
    for &loss in Loss::ALL {
        let data = table(loss);
        for &activation in Activation::ALL {
            for depth in 0..=3 {
                for (l1, l2) in [(0.0, 0.0), (2.0, 0.0), (0.0, 3.0), (2.0, 3.0)] {
                    for (dropout, input_dropout) in [(0.0, 0.0), (0.3, 0.0), (0.0, 0.3), (0.3, 0.3)] {
                        let config =
                            TrainConfig { l1, l2, dropout, input_dropout, ..config(loss, activation, depth) };
                        for (l, layer) in check(&data, &config, None, OPTIONS).layers.iter().enumerate() {
                            let case = format!("{config:?} layer {}: {layer:?}", l + 1);
                            assert!(layer.ratio <= CORRECT, "{case}");
                            assert!(layer.n_compared > 0, "every parameter at a kink: {case}");
                        }
                    }
                }
            }
        }
    }
}

/// J is the data term as it is trained on, and the penalties as they are reported.
#[test]
fn the_objective_is_that_of_training() {
    let data = table(Loss::CrossEntropy);
    let config =
        TrainConfig { l1: 2.0, l2: 3.0, dropout: 0.3, ..config(Loss::CrossEntropy, Activation::Tanh, 2) };
    let rows: Vec<u32> = (0..24).collect();
    let mut session = Session::<f64>::new(crate::job(&data, &rows, &config)).expect("a valid job");
    let penalty = session.penalty();
    let mut untouched = session.clone();
    let check = session.check_gradient(OPTIONS, |_, _| {});
    assert_eq!(check.n_rows, 16, "a mini-batch, which is smaller than 32 rows");
    let check = session.check_gradient(CheckOptions { n_rows: Some(1000), ..OPTIONS }, |_, _| {});
    assert_eq!(check.n_rows, 24, "all there are");
    assert_eq!(session.epoch(), untouched.epoch(), "a check leaves nothing behind");
    // In batch gradient descent the first step is on the same rows, in the same order, with the same masks.
    let full = TrainConfig { batch_size: BatchSize::Full, ..config.clone() };
    let data_term = Session::<f64>::new(crate::job(&data, &rows, &full)).expect("a valid job").epoch().data;
    // Two sums of two numbers each, and no more.
    assert!((check.objective - (data_term + penalty)).abs() <= 1e-15 * check.objective, "{check:?}");
}

/// A weight at 0 has no derivative under an L1 penalty; it is left out and counted, and under L2 it is not.
#[test]
fn weights_at_the_kink_of_l1_are_left_out() {
    let data = table(Loss::SquaredError);
    let config = config(Loss::SquaredError, Activation::Tanh, 1);
    let rows: Vec<u32> = (0..24).collect();
    let session = Session::<f64>::new(crate::job(&data, &rows, &config)).expect("a valid job");
    let mut start = session.params().to_vec();
    let blocks = session.network().layout().blocks().to_vec();
    for weight in [blocks[0].weights.start + 1, blocks[0].weights.start + 5, blocks[1].weights.start] {
        start[weight] = 0.0;
    }
    start[blocks[1].weights.start + 3] = -0.5 * EPSILON;
    let at_kinks = |l1, l2| -> Vec<usize> {
        let config = TrainConfig { l1, l2, ..config.clone() };
        let check = check(&data, &config, Some(&start), OPTIONS);
        assert!(check.layers.iter().all(|layer| layer.verdict() == Verdict::Correct), "{check:?}");
        check.layers.iter().map(|layer| layer.n_at_kinks).collect()
    };
    assert_eq!(at_kinks(1.0, 0.0), [2, 2]);
    assert_eq!(at_kinks(0.0, 1.0), [0, 0]);
}

#[test]
fn progress_and_samples() {
    let data = table(Loss::SquaredError);
    let config = config(Loss::SquaredError, Activation::Tanh, 1);
    let rows: Vec<u32> = (0..24).collect();
    let mut session = Session::<f64>::new(crate::job(&data, &rows, &config)).expect("a valid job");
    let mut seen = Vec::new();
    let sample = CheckOptions { at_most: Some(10), ..OPTIONS };
    let check = session.check_gradient(sample, |done, total| seen.push((done, total)));
    // 6 × 3 + 6 and 2 × 6 + 2 parameters: ten of each.
    assert_eq!(check.layers.iter().map(|layer| layer.n_compared).collect::<Vec<_>>(), [10, 10]);
    assert!(seen.is_sorted() && seen.first() == Some(&(0, 20)) && seen.last() == Some(&(20, 20)), "{seen:?}");
}

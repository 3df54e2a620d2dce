//! What the theory says of networks, shown by training some. Each has a sweep file of its own in `sweeps/gallery/`.

use crate::gradient_norms::UNSCALED;
use crate::{config, data, job};
use mlpsweep_data::generate::{friedman1, moons, sine};
use mlpsweep_data::{Dataset, Scale, Target};
use mlpsweep_mlp::{Activation, Init, Loss};
use mlpsweep_optim::{OptimizerKind, ScheduleKind};
use mlpsweep_seed::Seed;
use mlpsweep_train::{
    BatchSize, EarlyStopping, Ended, Fitted, Job, Metric, Predictions, Preprocess, Session, TargetScale,
    TrainConfig, train,
};
use ndarray::Array2;
use std::ops::ControlFlow;

fn all_rows(data: &Dataset) -> Vec<u32> {
    (0..data.n_rows() as u32).collect()
}

#[track_caller]
fn fitted(job: Job<'_>) -> Fitted<'_, f64> {
    train::<f64>(job, |_| ControlFlow::Continue(())).expect("a valid job")
}

/// Units that start alike get the same gradients, and so stay alike: two hidden layers of sigmoids from zeros.
#[test]
fn zeros_keep_the_units_of_a_layer_equal_for_ever() {
    let data = data("iris");
    let rows = all_rows(&data);
    let run = |init| {
        let config = TrainConfig {
            hidden: vec![6, 4],
            activation: Activation::Sigmoid,
            init,
            epochs: 40,
            ..config(Loss::CrossEntropy)
        };
        let fitted = fitted(job(&data, &rows, &config));
        let loss = fitted.curve.last().expect("forty epochs").train_loss;
        (fitted.params().to_vec(), fitted.network().layout().clone(), loss)
    };
    // Whether all units of each hidden layer have the same bits, and how far the first weight has come.
    let alike = |params: &[f64], layout: &mlpsweep_mlp::Layout| {
        layout.blocks()[..2].iter().all(|block| {
            let mut units = params[block.weights.clone()].chunks(block.n_in);
            let first = units.next().expect("a unit");
            let biases = &params[block.biases.clone()];
            units.all(|unit| unit == first) && biases.iter().all(|bias| *bias == biases[0])
        })
    };
    let (zeros, layout, loss) = run(Init::Zeros);
    assert!(zeros[0].abs() > 0.01, "they learn, in step: {}", zeros[0]);
    assert!(alike(&zeros, &layout));
    let (glorot, layout, loss_of_glorot) = run(Init::Glorot);
    assert!(!alike(&glorot, &layout));
    assert!(loss_of_glorot < loss, "{loss_of_glorot} {loss}");
}

/// The least-squares prediction of every row: (X̃ᵀX̃) w = X̃ᵀy with X̃ = [1 X], features centred and scaled, by Cholesky.
fn normal_equations(data: &Dataset, rows: &[u32]) -> Vec<f64> {
    let Target::Numbers { values, .. } = &data.target else { panic!("a regression") };
    let n = rows.len() as f64;
    let x = data.features.select(ndarray::Axis(0), &rows.iter().map(|&row| row as usize).collect::<Vec<_>>());
    let mean = x.mean_axis(ndarray::Axis(0)).expect("rows");
    let sd = x.std_axis(ndarray::Axis(0), 0.0);
    let k = data.n_features() + 1;
    let design = |row: usize| -> Vec<f64> {
        let features = data.features.row(row);
        let scaled = features.iter().zip(&mean).zip(&sd).map(|((x, mean), sd)| (x - mean) / sd);
        std::iter::once(1.0).chain(scaled).collect()
    };
    let (mut a, mut b) = (Array2::<f64>::zeros((k, k)), vec![0.0; k]);
    for &row in rows {
        let x = design(row as usize);
        for i in 0..k {
            b[i] += x[i] * values[[row as usize, 0]] / n;
            for j in 0..k {
                a[[i, j]] += x[i] * x[j] / n;
            }
        }
    }
    // A = LLᵀ in place; then Lz = b and Lᵀw = z.
    for j in 0..k {
        for i in j..k {
            let dot: f64 = (0..j).map(|m| a[[i, m]] * a[[j, m]]).sum();
            let rest = a[[i, j]] - dot;
            a[[i, j]] = if i == j { rest.sqrt() } else { rest / a[[j, j]] };
        }
    }
    for i in 0..k {
        let dot: f64 = (0..i).map(|m| a[[i, m]] * b[m]).sum();
        b[i] = (b[i] - dot) / a[[i, i]];
    }
    for i in (0..k).rev() {
        let dot: f64 = (i + 1..k).map(|m| a[[m, i]] * b[m]).sum();
        b[i] = (b[i] - dot) / a[[i, i]];
    }
    (0..data.n_rows()).map(|row| design(row).iter().zip(&b).map(|(x, w)| x * w).sum()).collect()
}

/// With the identity for every activation a network of any depth is a linear regression: its predictions, on rows it never
/// saw too, are those of the normal equations.
#[test]
fn a_network_of_identities_is_linear_regression() {
    let data = data("diabetes");
    let (rows, _): (Vec<u32>, Vec<u32>) = all_rows(&data).iter().partition(|&&row| row % 4 != 0);
    let expected = normal_equations(&data, &rows);
    for hidden in [vec![], vec![6], vec![5, 3]] {
        let config = TrainConfig {
            hidden: hidden.clone(),
            activation: Activation::Identity,
            init: Init::Glorot,
            optimizer: OptimizerKind::Adam,
            learning_rate: 0.01,
            schedule: ScheduleKind::Cosine,
            batch_size: BatchSize::Full,
            epochs: 4000,
            ..config(Loss::SquaredError)
        };
        let mut fitted = fitted(job(&data, &rows, &config));
        let Predictions::Numbers { values, .. } = fitted.predict(&all_rows(&data)) else { panic!("numbers") };
        let worst = values.iter().zip(&expected).map(|(found, expected)| (found - expected).abs());
        let worst = worst.fold(0.0, f64::max);
        // The target runs from 25 to 346.
        assert!(worst < 1e-3, "hidden {hidden:?}: off by {worst}");
    }
}

/// sin 2πx on [−1, 1]: the error falls as the only hidden layer grows wider.
#[test]
fn a_wider_layer_comes_closer_to_a_continuous_function() {
    let data = sine(200, 0.0, Seed::new(7));
    let rows = all_rows(&data);
    let best_rmse = |width: usize| {
        let runs = (0..3).map(|seed| {
            let config = TrainConfig {
                hidden: vec![width],
                activation: Activation::Gelu,
                learning_rate: 0.03,
                schedule: ScheduleKind::Cosine,
                batch_size: BatchSize::Rows(20),
                epochs: 400,
                ..config(Loss::SquaredError)
            };
            let job = Job { seed: Seed::new(seed), ..job(&data, &rows, &config) };
            fitted(job).score(&rows, &[Metric::Rmse]).expect("finite")[0]
        });
        runs.fold(f64::INFINITY, f64::min)
    };
    let [one, four, many] = [1, 4, 32].map(best_rmse);
    // The function's own root mean square is 0.7.
    assert!(one > 0.4 && four < one / 2.0 && many < four / 4.0, "{one} {four} {many}");
}

/// Four features through L − 1 layers of four units, W_l = cI, and an output layer of I: ŷ = c^(L−1) x.
fn scaled_identities(c: f64, n_layers: usize) -> Vec<f64> {
    let layer = |c: f64| (0..20).map(move |i| if i < 16 && i % 5 == 0 { c } else { 0.0 });
    (1..n_layers).flat_map(|_| layer(c)).chain(layer(1.0)).collect()
}

/// One row of four features, and four targets.
fn four_features(x: [f64; 4], y: [f64; 4]) -> Dataset {
    let four = |letter: &str| (1..=4).map(|i| format!("{letter}{i}")).collect::<Vec<_>>();
    Dataset::of_numbers(
        "four",
        Array2::from_shape_vec((1, 4), x.into()).expect("four"),
        Target::Numbers { names: four("y"), values: Array2::from_shape_vec((1, 4), y.into()).expect("four") },
    )
}

fn linear(n_layers: usize) -> TrainConfig {
    TrainConfig {
        hidden: vec![4; n_layers - 1],
        activation: Activation::Identity,
        optimizer: OptimizerKind::Sgd,
        epochs: 1,
        gradient_norms: true,
        ..config(Loss::SquaredError)
    }
}

/// 0.5^(L−1) to the bit, 1.5^(L−1) up to a rounding a layer.
#[test]
fn outputs_of_linear_layers_vanish_or_explode_with_depth() {
    let x = [1.0, -3.0, 0.7, 1e-3];
    let data = four_features(x, [0.0; 4]);
    for n_layers in [1, 2, 10, 50, 100] {
        let config = linear(n_layers);
        let outputs = |c: f64| {
            let start = scaled_identities(c, n_layers);
            let job = Job { preprocess: UNSCALED, start: Some(&start), ..job(&data, &[0], &config) };
            let mut session = Session::<f64>::new(job).expect("a valid job");
            let Predictions::Numbers { values, .. } = session.predict(&[0]) else { panic!("numbers") };
            values
        };
        let depth = n_layers as i32 - 1;
        assert_eq!(outputs(0.5), x.map(|x| x * 0.5_f64.powi(depth)), "{n_layers} layers");
        for (found, x) in outputs(1.5).iter().zip(x) {
            let expected = x * 1.5_f64.powi(depth);
            let tolerance = f64::from(depth + 1) * f64::EPSILON * expected.abs();
            assert!((found - expected).abs() <= tolerance, "{n_layers} layers: {found} {expected}");
        }
    }
}

/// The first layer's norm grows or shrinks with every layer more by c² where y = 0: by c for ŷ, by c for the way back.
#[test]
fn gradient_norms_show_it() {
    let data = four_features([1.0, -3.0, 0.7, 1e-3], [0.0; 4]);
    for c in [0.5, 1.5] {
        let norms = |n_layers: usize| {
            let config = linear(n_layers);
            let start = scaled_identities(c, n_layers);
            let job = Job { preprocess: UNSCALED, start: Some(&start), ..job(&data, &[0], &config) };
            let mut session = Session::<f64>::new(job).expect("a valid job");
            session.step(&[0]);
            session.gradient_norms()
        };
        for n_layers in 3..40 {
            let ratio = norms(n_layers + 1)[0] / norms(n_layers)[0];
            // Two products of 40 roundings.
            assert!((ratio - c * c).abs() < 1e-13, "c = {c}, {n_layers} layers: {ratio}");
        }
        let (first, last) = (norms(40)[0], norms(2)[0]);
        assert!(if c < 1.0 { first < 1e-20 * last } else { first > 1e12 * last }, "{first} {last}");
    }
}

/// How much larger the first layer's norm is at the start of a run with thirty hidden layers than with one.
fn growth_with_depth(init: Init, activation: Activation) -> f64 {
    let data = data("digits");
    let rows: Vec<u32> = (0..256).collect();
    let first_norm = |n_hidden: usize| {
        let config = TrainConfig {
            hidden: vec![64; n_hidden],
            activation,
            init,
            batch_size: BatchSize::Full,
            gradient_norms: true,
            ..config(Loss::CrossEntropy)
        };
        let mut session = Session::<f64>::new(job(&data, &rows, &config)).expect("a valid job");
        session.step(&rows);
        session.gradient_norms()[0]
    };
    first_norm(30) / first_norm(1)
}

/// Weights that keep the variance of what passes them keep the first layer learning under thirty others, within a factor of
/// ten; with weights too small or too large its gradient is next to nothing or beyond all use.
#[test]
fn he_and_glorot_keep_gradients_alive() {
    for (init, activation) in [(Init::He, Activation::Relu), (Init::Glorot, Activation::Tanh)] {
        let growth = growth_with_depth(init, activation);
        assert!((0.1..10.0).contains(&growth), "{init:?} {activation:?}: {growth}");
    }
    for activation in [Activation::Relu, Activation::Tanh, Activation::Identity] {
        let growth = growth_with_depth(Init::Normal { scale: 0.05 }, activation);
        assert!(growth < 1e-6, "{activation:?}: {growth}");
    }
    for activation in [Activation::Relu, Activation::Identity] {
        let growth = growth_with_depth(Init::Normal { scale: 0.5 }, activation);
        assert!(growth > 1e6, "{activation:?}: {growth}");
    }
}

/// What explodes without a limit on the gradient's norm ends with finite numbers under one.
#[test]
fn clipping_keeps_an_exploding_run_finite() {
    let data = four_features([1.0, -3.0, 0.7, 1e-3], [1.0; 4]);
    let start = scaled_identities(1.5, 40);
    let run = |clip_norm| {
        let config = TrainConfig { clip_norm, epochs: 200, learning_rate: 0.01, ..linear(40) };
        let job = Job { preprocess: UNSCALED, start: Some(&start), ..job(&data, &[0], &config) };
        let fitted = fitted(job);
        (fitted.ended, fitted.curve)
    };
    assert!(matches!(run(None).0, Ended::Diverged { .. }));
    let (ended, curve) = run(Some(1.0));
    assert_eq!(ended, Ended::Completed);
    assert!(curve[199].train_loss < curve[0].train_loss / 2.0);
    assert!(curve[0].gradient_norms[0] > 1e10, "the recorded norms are those before clipping");
}

/// Wine's features have deviations from 0.12 to 314: descent on them as they are needs a rate for the largest, and is slow
/// along all others.
#[test]
fn standardised_features_need_fewer_epochs() {
    const MOST: usize = 400;
    let data = data("wine");
    let rows = all_rows(&data);
    let epochs_to = |scale: Scale, loss: f64| {
        let rates = (-7..=0).map(|exponent| 10.0_f64.powi(exponent));
        let epochs = rates.map(|learning_rate| {
            let config = TrainConfig {
                hidden: Vec::new(),
                optimizer: OptimizerKind::Sgd,
                learning_rate,
                epochs: MOST,
                ..config(Loss::CrossEntropy)
            };
            let preprocess = Preprocess::scaled(scale, TargetScale::None);
            let fitted = fitted(Job { preprocess, ..job(&data, &rows, &config) });
            fitted.curve.iter().position(|epoch| epoch.train_loss < loss).map_or(MOST, |i| i + 1)
        });
        epochs.min().expect("eight rates")
    };
    let (scaled, raw) = (epochs_to(Scale::Standard, 0.1), epochs_to(Scale::None, 0.1));
    assert!(20 * scaled <= raw, "{scaled} epochs scaled, {raw} raw");
}

/// Σw² of the trained network falls with every step of λ₂.
#[test]
fn a_stronger_penalty_makes_smaller_weights() {
    let data = data("breast_cancer");
    let rows = all_rows(&data);
    let ladder = [0.0, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0];
    let squares = ladder.map(|l2| {
        let config = TrainConfig {
            l2,
            epochs: 60,
            batch_size: BatchSize::Rows(64),
            ..config(Loss::BinaryCrossEntropy)
        };
        let fitted = fitted(job(&data, &rows, &config));
        let blocks = fitted.network().layout().blocks().iter();
        blocks.flat_map(|block| &fitted.params()[block.weights.clone()]).map(|w| w * w).sum::<f64>()
    });
    assert!(squares.windows(2).all(|pair| pair[1] < pair[0]), "{squares:?}");
    assert!(squares[6] < 0.05 * squares[0], "{squares:?}");
}

/// Few and noisy rows, a wide network: the watched loss has its minimum while the training loss goes on falling, and that is
/// where early stopping stops.
#[test]
fn early_stopping_stops_where_the_losses_part() {
    let data = moons(200, 0.5, Seed::new(7));
    let rows = all_rows(&data);
    let run = |patience| {
        let config = TrainConfig {
            hidden: vec![64, 64],
            epochs: 300,
            early_stopping: Some(EarlyStopping { patience, share: 0.25, min_delta: 0.0 }),
            ..config(Loss::BinaryCrossEntropy)
        };
        let fitted = fitted(job(&data, &rows, &config));
        (fitted.ended, fitted.best_epoch, fitted.curve)
    };
    let watched = |curve: &[mlpsweep_train::EpochRecord]| -> Vec<f64> {
        curve.iter().map(|epoch| epoch.validation_loss.expect("watched")).collect()
    };
    let (ended, best, curve) = run(300);
    assert_eq!((ended, curve.len()), (Ended::Completed, 300));
    let losses = watched(&curve);
    assert_eq!(losses[best - 1], losses.iter().copied().fold(f64::INFINITY, f64::min));
    let (at_best, at_end) = (&curve[best - 1], &curve[299]);
    assert!(at_end.train_loss < 0.7 * at_best.train_loss, "{at_best:?} {at_end:?}");
    assert!(losses[299] > 2.0 * losses[best - 1], "{at_best:?} {at_end:?}");

    let (ended, kept, curve) = run(50);
    assert_eq!((ended, curve.len()), (Ended::EarlyStopped, kept + 50));
    let losses = watched(&curve);
    assert_eq!(losses[kept - 1], losses.iter().copied().fold(f64::INFINITY, f64::min));
}

/// rmse on unseen rows and on those trained on, meaned over five folds.
fn errors_of(width: usize, l2: f64) -> [f64; 2] {
    let data = friedman1(120, 10, 2.0, Seed::new(7));
    let mut means = [0.0; 2];
    for fold in 0..5 {
        let (rows, unseen): (Vec<u32>, Vec<u32>) = all_rows(&data).iter().partition(|&&row| row % 5 != fold);
        let config = TrainConfig { hidden: vec![width], l2, epochs: 200, ..config(Loss::SquaredError) };
        let mut fitted = fitted(job(&data, &rows, &config));
        for (mean, rows) in means.iter_mut().zip([&unseen, &rows]) {
            *mean += fitted.score(rows, &[Metric::Rmse]).expect("finite")[0] / 5.0;
        }
    }
    means
}

/// A network held down has a high error and next to no gap; one let loose on few rows a low training error and a large gap;
/// in between lies the lowest error on unseen rows. The noise alone has a deviation of 2.
#[test]
fn high_bias_and_high_variance() {
    let [biased, biased_train] = errors_of(4, 100.0);
    let [between, between_train] = errors_of(16, 10.0);
    let [varied, varied_train] = errors_of(64, 0.0);
    assert!(biased_train > 3.0 && biased - biased_train < 0.1 * biased, "{biased} {biased_train}");
    assert!(varied_train < 0.5 && varied - varied_train > 0.8 * varied, "{varied} {varied_train}");
    assert!(between < varied && between < biased, "{between}, {between_train} {biased} {varied}");
}

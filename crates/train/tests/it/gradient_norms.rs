//! Recorded gradient norms: what the chain rule says, what the gradient itself says, and nothing when nobody asks.

use crate::{config, data, default_loss, job};
use mlpsweep_data::{Dataset, Scale, Target};
use mlpsweep_mlp::{Activation, Layout, Loss};
use mlpsweep_optim::OptimizerKind;
use mlpsweep_train::{
    BatchSize, Ended, Job, Precision, Preprocess, Session, TargetScale, TrainConfig, train,
};
use ndarray::Array2;
use std::ops::ControlFlow;

/// One row of one feature and its target, as they are.
fn single_row(x: f64, y: f64) -> Dataset {
    Dataset::of_numbers(
        "one row",
        Array2::from_elem((1, 1), x),
        Target::Numbers { names: vec!["y".into()], values: Array2::from_elem((1, 1), y) },
    )
}

pub(crate) const UNSCALED: Preprocess = Preprocess::scaled(Scale::None, TargetScale::None);

fn norms_of(layout: &Layout, gradient: &[f64]) -> Vec<f64> {
    let layers = layout.blocks().iter().map(|block| &gradient[block.weights.start..block.biases.end]);
    layers.map(|layer| layer.iter().map(|g| g * g).sum::<f64>().sqrt()).collect()
}

#[track_caller]
fn check_close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (l, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() <= tolerance * expected, "layer {}: {found} {expected}", l + 1);
    }
}

/// A chain of L single units, W_l = c, b_l = 0, on one row x with y = 0: ŷ = cᴸx, and with ∂J/∂ŷ = 2ŷ
///
/// ```text
/// ∂J/∂W_l = 2ŷ · c^(L−l) · c^(l−1) x        ∂J/∂b_l = 2ŷ · c^(L−l)
/// ```
#[track_caller]
fn check_chain(c: f64, n_layers: i32) {
    let x = 3.0;
    let data = single_row(x, 0.0);
    let config = TrainConfig {
        hidden: vec![1; n_layers as usize - 1],
        activation: Activation::Identity,
        optimizer: OptimizerKind::Sgd,
        precision: Precision::F64,
        epochs: 1,
        gradient_norms: true,
        ..config(Loss::SquaredError)
    };
    let start = [c, 0.0].repeat(n_layers as usize);
    let job = Job { preprocess: UNSCALED, start: Some(&start), ..job(&data, &[0], &config) };
    let fitted = train::<f64>(job, |_| ControlFlow::Continue(())).expect("a valid job");
    let y = c.powi(n_layers) * x;
    let expected: Vec<f64> =
        (1..=n_layers).map(|l| 2.0 * y * (c.powi(n_layers - 1) * x).hypot(c.powi(n_layers - l))).collect();
    // Products of at most 2L + 2 roundings, a square root of a sum of two.
    check_close(&fitted.curve[0].gradient_norms, &expected, 1e-13);
}

#[test]
fn a_chain_of_units_has_the_norms_of_the_chain_rule() {
    for n_layers in [1, 2, 5, 30] {
        for c in [0.5, 1.0, 1.5] {
            check_chain(c, n_layers);
        }
    }
}

/// The mean of what `Session::gradient` shows after every mini-batch, a short last one among them, masks and all.
#[test]
fn an_epoch_has_the_mean_of_its_mini_batches() {
    for name in ["iris", "diabetes"] {
        let data = data(name);
        let rows: Vec<u32> = (0..100).collect();
        let config = TrainConfig {
            hidden: vec![7, 5],
            dropout: 0.3,
            l2: 10.0,
            l1: 1.0,
            shuffle: false,
            precision: Precision::F64,
            gradient_norms: true,
            ..config(default_loss(&data))
        };
        let mut epochs = Session::<f64>::new(job(&data, &rows, &config)).expect("a valid job");
        let mut steps = epochs.clone();
        for _ in 0..3 {
            epochs.epoch();
            let mut expected = vec![0.0; 3];
            let n_batches = 100_usize.div_ceil(16) as f64;
            for batch in rows.chunks(16) {
                steps.step(batch);
                let norms = norms_of(steps.network().layout(), steps.gradient());
                expected.iter_mut().zip(norms).for_each(|(sum, norm)| *sum += norm / n_batches);
            }
            // The same numbers, summed in another order.
            check_close(&epochs.gradient_norms(), &expected, 1e-13);
        }
    }
}

/// Clipped to next to nothing and penalised heavily, the recorded norm is that of the data term alone.
#[test]
fn norms_are_taken_before_penalties_and_clipping() {
    let data = data("diabetes");
    let rows: Vec<u32> = (0..100).collect();
    let plain = TrainConfig { batch_size: BatchSize::Full, shuffle: false, ..config(Loss::SquaredError) };
    let mut session = Session::<f64>::new(job(&data, &rows, &plain)).expect("a valid job");
    session.gradient_of(&rows);
    let expected = norms_of(session.network().layout(), session.gradient());
    for (clip_norm, clip_value) in [(None, None), (Some(1e-9), None), (None, Some(1e-9))] {
        let config =
            TrainConfig { clip_norm, clip_value, l1: 1e3, l2: 1e3, gradient_norms: true, ..plain.clone() };
        let mut session = Session::<f64>::new(job(&data, &rows, &config)).expect("a valid job");
        session.epoch();
        assert_eq!(session.gradient_norms(), expected);
    }
}

/// Asking changes no number of a run, and who does not ask gets none.
#[test]
fn asking_changes_nothing_else() {
    let data = data("iris");
    let rows: Vec<u32> = (0..150).collect();
    let quiet = TrainConfig { epochs: 5, dropout: 0.2, ..config(Loss::CrossEntropy) };
    let asking = TrainConfig { gradient_norms: true, ..quiet.clone() };
    let run = |config| {
        let fitted = train::<f32>(job(&data, &rows, config), |_| ControlFlow::Continue(()));
        let fitted = fitted.expect("a valid job");
        (fitted.params().to_vec(), fitted.curve)
    };
    let ((quiet_params, quiet), (params, mut asking)) = (run(&quiet), run(&asking));
    assert_eq!(quiet_params, params);
    assert!(asking.iter().all(|epoch| epoch.gradient_norms.len() == 2));
    assert!(quiet.iter().all(|epoch| epoch.gradient_norms.is_empty()));
    asking.iter_mut().for_each(|epoch| epoch.gradient_norms.clear());
    assert_eq!(quiet, asking);
}

/// ŷ = 1e-20 · 1e20 · x with |ŷ − y| for loss: ∂J/∂W_1 = 1e20 · x is beyond f32, while loss and clipped step are not.
#[test]
fn a_norm_that_is_not_finite_is_divergence() {
    let data = single_row(1e25, 0.0);
    let start = [1e-20, 0.0, 1e20, 0.0];
    let run = |gradient_norms| {
        let config = TrainConfig {
            hidden: vec![1],
            activation: Activation::Identity,
            optimizer: OptimizerKind::Sgd,
            learning_rate: 1e-30,
            clip_value: Some(1e-3),
            epochs: 2,
            gradient_norms,
            ..config(Loss::AbsoluteError)
        };
        let job = Job { preprocess: UNSCALED, start: Some(&start), ..job(&data, &[0], &config) };
        train::<f32>(job, |_| ControlFlow::Continue(())).expect("a valid job").ended
    };
    assert_eq!(run(false), Ended::Completed);
    assert_eq!(run(true), Ended::Diverged { epoch: 1 });
}

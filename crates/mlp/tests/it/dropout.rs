//! Dropout's expectation is the network without it, since p · (1/p) = 1.
//!
//! A linear network of one hidden layer without biases, with keep probability p for its hidden units and p₀ for its
//! features, and independent masks r, s:
//!
//! ```text
//! ŷ = Σ_j v_j (r_j/p) Σ_i w_ji (s_i/p₀) x_i        E ŷ = Σ_j v_j Σ_i w_ji x_i
//! ```
//!
//! Without input dropout, with a_j = Σ_i w_ji x_i:  Var ŷ = (1 − p)/p · Σ_j (v_j a_j)²

use crate::normals;
use mlpsweep_mlp::{Activation, Loss, LossOptions, Network, NetworkConfig, Targets, Workspace};
use mlpsweep_seed::Seed;

const N_MASKS: usize = 20_000;

/// ŷ of one row under `N_MASKS` masks: with the target 0 and squared error, ∂J/∂b_L = 2ŷ.
fn outputs(sizes: &[usize], rates: [f64; 2], params: &[f64], x: &[f64]) -> (Vec<f64>, f64) {
    let network = Network::new(NetworkConfig {
        sizes: sizes.to_vec(),
        activation: Activation::Identity,
        loss: Loss::SquaredError,
        loss_options: LossOptions::default(),
        dropout: rates[0],
        input_dropout: rates[1],
    });
    let network = network.expect("a valid network");
    let mut workspace = Workspace::new(&network, 1);
    let mut masks = Seed::new(11).child("dropout").stream();
    let mut gradient = vec![0.0; params.len()];
    let outputs = (0..N_MASKS)
        .map(|_| {
            workspace.input(1).copy_from_slice(x);
            let targets = Targets::numbers(&[0.0]);
            network.loss_and_gradient(params, &mut workspace, targets, &mut masks, &mut gradient);
            gradient[params.len() - 1] / 2.0
        })
        .collect();
    workspace.input(1).copy_from_slice(x);
    (outputs, network.predict(params, &mut workspace)[0])
}

fn mean_and_variance(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0))
}

/// Four standard errors of the mean are exceeded once in 16,000 draws; the stream is fixed.
#[track_caller]
fn check_expectation(rates: [f64; 2]) {
    let (n_in, n_hidden) = (5, 8);
    let mut stream = Seed::new(3).stream();
    let w = normals::<f64>(n_hidden * n_in, &mut stream);
    let v = normals::<f64>(n_hidden, &mut stream);
    let x = normals::<f64>(n_in, &mut stream);
    let params = [&w[..], &[0.0; 8], &v, &[0.0]].concat();
    let (outputs, without) = outputs(&[n_in, n_hidden, 1], rates, &params, &x);
    let (mean, variance) = mean_and_variance(&outputs);
    let standard_error = (variance / N_MASKS as f64).sqrt();
    assert!(standard_error > 0.0, "the masks have an effect");
    assert!((mean - without).abs() < 4.0 * standard_error, "{rates:?}: {mean} instead of {without}");
    if rates[1] == 0.0 {
        let a = w.chunks(n_in).map(|row| row.iter().zip(&x).map(|(w, x)| w * x).sum::<f64>());
        let spread: f64 = a.zip(&v).map(|(a, v)| (v * a).powi(2)).sum();
        let expected = rates[0] / (1.0 - rates[0]) * spread;
        // A variance from 20,000 draws of a sum of eight terms: its relative standard error is √((kurtosis − 1)/20,000), and
        // the kurtosis is at most a single unit's, 8.2 at rates of 0.1: 1.9 %, four times over.
        assert!((variance - expected).abs() < 0.076 * expected, "{rates:?}: {variance} {expected}");
    }
}

#[test]
fn the_mean_over_masks_is_the_network_without() {
    for dropout in [0.1, 0.5, 0.8] {
        check_expectation([dropout, 0.0]);
        check_expectation([0.0, dropout]);
        check_expectation([dropout, dropout]);
    }
}

/// One unit of weight 1: 0, or x/p with probability p, and nothing else.
#[test]
fn a_unit_is_dropped_or_divided_by_its_probability() {
    for rate in [0.25, 0.5, 0.875] {
        let p = 1.0 - rate;
        let (outputs, without) = outputs(&[1, 1, 1], [rate, 0.0], &[1.0, 0.0, 1.0, 0.0], &[3.0]);
        assert_eq!(without, 3.0);
        let kept = outputs.iter().filter(|&&y| y != 0.0).count();
        // x/p and x · (1/p) round differently, once.
        assert!(outputs.iter().all(|&y| y == 0.0 || (y - 3.0 / p).abs() <= 1e-15 * y), "{rate}");
        // A share of 20,000: four standard errors.
        let standard_error = (p * rate / N_MASKS as f64).sqrt();
        assert!((kept as f64 / N_MASKS as f64 - p).abs() < 4.0 * standard_error, "{rate}: {kept} kept");
    }
}

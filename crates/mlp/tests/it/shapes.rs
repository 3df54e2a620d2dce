//! What cannot be built is refused, and a batch is a batch whatever its size.

use crate::{Answers, network, normals};
use mlpsweep_mlp::{Activation, Init, Loss, LossOptions, Network, NetworkConfig, NetworkError, Workspace};
use mlpsweep_seed::Seed;

fn config(sizes: &[usize], dropout: f64) -> NetworkConfig {
    NetworkConfig {
        sizes: sizes.to_vec(),
        activation: Activation::Relu,
        loss: Loss::SquaredError,
        loss_options: LossOptions::default(),
        dropout,
        input_dropout: 0.0,
    }
}

#[test]
fn impossible_networks_are_refused() {
    for sizes in [&[][..], &[3], &[3, 0, 1], &[0, 1]] {
        assert_eq!(Network::new(config(sizes, 0.0)), Err(NetworkError::Sizes { found: sizes.to_vec() }));
    }
    for rate in [-0.1, 1.0, f64::NAN] {
        let error = Network::new(config(&[3, 1], rate)).expect_err("no such rate");
        assert!(error.to_string().contains("`dropout`"), "{error}");
    }
}

/// The gradient of a batch is the mean of the gradients of its rows, in one workspace used again and again.
#[test]
fn a_batch_is_the_mean_of_its_rows() {
    for &loss in Loss::ALL {
        let n_outputs = loss.n_outputs(3);
        let network = network(&[4, 6, 5, n_outputs], Activation::Tanh, loss, 0.0);
        let mut stream = Seed::new(5).stream();
        let params: Vec<f64> = Init::Xavier.draw(network.layout(), &mut stream);
        let x = normals::<f64>(9 * 4, &mut stream);
        let answers = Answers::<f64>::new(9, n_outputs, Seed::new(6));
        let mut workspace = Workspace::new(&network, 9);
        let mut gradient_at = |rows: std::ops::Range<usize>| {
            let mut gradient = vec![0.0; params.len()];
            workspace.input(rows.len()).copy_from_slice(&x[rows.start * 4..rows.end * 4]);
            let part = Answers {
                classes: answers.classes[rows.clone()].to_vec(),
                numbers: answers.numbers[rows.start * n_outputs..rows.end * n_outputs].to_vec(),
            };
            let loss = network.loss_and_gradient(
                &params,
                &mut workspace,
                part.of(loss),
                &mut stream.clone(),
                &mut gradient,
            );
            (loss, gradient)
        };
        let (whole_loss, whole) = gradient_at(0..9);
        let single: Vec<_> = (0..9).map(|row| gradient_at(row..row + 1)).collect();
        let mean_loss = single.iter().map(|(loss, _)| loss).sum::<f64>() / 9.0;
        assert!((whole_loss - mean_loss).abs() < 1e-13, "{loss:?}: {whole_loss} {mean_loss}");
        for (i, &g) in whole.iter().enumerate() {
            let mean = single.iter().map(|(_, gradient)| gradient[i]).sum::<f64>() / 9.0;
            assert!((g - mean).abs() < 1e-13, "{loss:?} parameter {i}: {g} {mean}");
        }
    }
}

#[test]
fn prediction_and_training_pass_agree_without_dropout() {
    for &loss in Loss::ALL {
        let n_outputs = loss.n_outputs(4);
        let network = network(&[3, 7, n_outputs], Activation::Sigmoid, loss, 0.0);
        let mut stream = Seed::new(8).stream();
        let params: Vec<f32> = Init::Glorot.draw(network.layout(), &mut stream);
        let x = normals::<f32>(5 * 3, &mut stream);
        let answers = Answers::<f32>::new(5, n_outputs, Seed::new(6));
        let mut workspace = Workspace::new(&network, 8);
        workspace.input(5).copy_from_slice(&x);
        let mut gradient = vec![0.0; params.len()];
        let trained =
            network.loss_and_gradient(&params, &mut workspace, answers.of(loss), &mut stream, &mut gradient);
        let total = network.total_loss(&params, &mut workspace, answers.of(loss));
        // f32 logits, the same in both passes; the sums run in f32 in one and in f64 in the other.
        assert!((trained - total / 5.0).abs() < 1e-6, "{loss:?}: {trained} {}", total / 5.0);
        let outputs = network.predict(&params, &mut workspace);
        if loss.classifies() && n_outputs > 1 {
            assert!(outputs.chunks(n_outputs).all(|row| (row.iter().sum::<f32>() - 1.0).abs() < 1e-6));
        }
    }
}

//! Every activation × loss × depth × dropout, held against central differences.

use crate::{Answers, network, normals};
use mlpsweep_mlp::{Activation, Init, Loss, gradcheck};
use mlpsweep_seed::Seed;
use proptest::prelude::*;

#[track_caller]
fn check_gradients(hidden: &[usize], activation: Activation, loss: Loss, dropout: f64, seed: Seed) {
    let n_rows = 7;
    let n_outputs = loss.n_outputs(3);
    let sizes = [&[4], hidden, &[n_outputs]].concat();
    let network = network(&sizes, activation, loss, dropout);
    let mut stream = seed.stream();
    let mut params: Vec<f64> = Init::Xavier.draw(network.layout(), &mut stream);
    params
        .iter_mut()
        .zip(normals::<f64>(network.layout().n_params(), &mut stream))
        .for_each(|(p, z)| *p += 0.1 * z);
    let x = normals::<f64>(n_rows * 4, &mut stream);
    let answers = Answers::new(n_rows, n_outputs, seed);

    let layers = gradcheck::check(&network, &params, &x, answers.of(loss), &stream, gradcheck::EPSILON);
    for (l, layer) in layers.iter().enumerate() {
        // 1e-6 is the textbook's "correct"; a layer whose whole gradient is tiny is allowed its rounding noise.
        let bound = gradcheck::CORRECT.max(10.0 * layer.noise_floor);
        assert!(layer.ratio <= bound, "{sizes:?} {activation:?} {loss:?} layer {}: {layer:?}", l + 1);
        assert!(
            layer.n_compared > 0,
            "{sizes:?} {activation:?} {loss:?}: every parameter of layer {} at a kink",
            l + 1
        );
    }
}

#[test]
fn every_activation_with_every_loss() {
    for &activation in Activation::ALL {
        for &loss in Loss::ALL {
            for hidden in [&[][..], &[5], &[6, 5], &[5, 1, 4]] {
                for dropout in [0.0, 0.4] {
                    check_gradients(hidden, activation, loss, dropout, Seed::new(7));
                }
            }
        }
    }
}

#[test]
fn a_wrong_derivative_is_seen() {
    let network = network(&[4, 5, 3], Activation::Tanh, Loss::CrossEntropy, 0.0);
    let mut stream = Seed::new(3).stream();
    let params: Vec<f64> = Init::Xavier.draw(network.layout(), &mut stream);
    let x = normals::<f64>(4 * 6, &mut stream);
    let targets = mlpsweep_mlp::Targets::classes(&[0, 1, 2, 0, 1, 2]);
    let mut layers = gradcheck::check(&network, &params, &x, targets, &stream, gradcheck::EPSILON);
    assert!(layers.iter().all(|layer| !layer.is_suspect()));
    // A step so large that the difference is no derivative any more must be called suspect, not passed.
    layers = gradcheck::check(&network, &params, &x, targets, &stream, 0.5);
    assert!(layers.iter().any(gradcheck::LayerCheck::is_suspect), "{layers:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Smooth activations without dropout: with a kink or a mask a narrow layer may be silent altogether.
    #[test]
    fn any_shape(
        hidden in prop::collection::vec(1_usize..8, 0..4),
        activation in prop::sample::select(vec![Activation::Identity, Activation::Sigmoid, Activation::Tanh]),
        loss in prop::sample::select(Loss::ALL),
        seed: u64,
    ) {
        check_gradients(&hidden, activation, loss, 0.0, Seed::new(seed));
    }
}

//! Every activation × loss × depth × dropout, held against central differences.

use crate::oracle::by_graph;
use crate::{Answers, network, normals};
use mlpsweep_mlp::gradcheck::{LayerCheck, Objective, Verdict};
use mlpsweep_mlp::{Activation, Init, Loss, Network, gradcheck};
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

/// A network of three layers, its parameters, a batch, and what the batch should come out as.
fn three_layers(activation: Activation) -> (Network, Vec<f64>, Vec<f64>, Answers<f64>) {
    let network = network(&[4, 5, 6, 3], activation, Loss::SquaredError, 0.0);
    let mut stream = Seed::new(3).stream();
    let params = Init::Xavier.draw(network.layout(), &mut stream);
    let x = normals(4 * 6, &mut stream);
    (network, params, x, Answers::new(6, 3, Seed::new(4)))
}

fn verdicts(layers: &[LayerCheck]) -> Vec<Verdict> {
    layers.iter().map(LayerCheck::verdict).collect()
}

/// A step so large that the difference is no derivative any more is called suspect, not passed.
#[test]
fn a_step_too_large_is_seen() {
    let (network, params, x, answers) = three_layers(Activation::Tanh);
    let masks = Seed::new(5).stream();
    let check =
        |epsilon| gradcheck::check(&network, &params, &x, answers.of(Loss::SquaredError), &masks, epsilon);
    assert_eq!(verdicts(&check(gradcheck::EPSILON)), [Verdict::Correct; 3]);
    assert!(check(0.5).iter().any(LayerCheck::is_suspect));
}

/// One entry off by a hundredth of the layer's norm: its layer alone is suspect, and it alone is named.
#[test]
fn one_wrong_entry_is_found() {
    let (network, params, x, answers) = three_layers(Activation::Tanh);
    let masks = Seed::new(5).stream();
    let mut objective = Objective::new(&network, &x, answers.of(Loss::SquaredError), &masks);
    let mut gradient = vec![0.0; params.len()];
    objective.gradient(&params, &mut gradient);
    let layout = network.layout();
    let all = gradcheck::choose(layout, None, &mut masks.clone());
    for (l, block) in layout.blocks().iter().enumerate() {
        let layer = block.weights.start..block.biases.end;
        let norm = gradient[layer.clone()].iter().map(|g| g * g).sum::<f64>().sqrt();
        for param_idx in [layer.start, layer.start + 7, layer.end - 1] {
            let mut wrong = gradient.clone();
            wrong[param_idx] += norm / 100.0;
            let layers =
                gradcheck::compare(layout, &params, &wrong, &all, gradcheck::EPSILON, |p| objective.value(p));
            let mut expected = [Verdict::Correct; 3];
            expected[l] = Verdict::Suspect;
            assert_eq!(verdicts(&layers), expected, "parameter {param_idx}");
            let worst = layers[l].worst.expect("a compared parameter");
            assert_eq!((worst.param_idx, worst.analytic), (param_idx, wrong[param_idx]));
        }
    }
}

/// 1 − a instead of 1 − a² for tanh: whatever is below an activation is wrong, and the layer above all of them is right.
#[test]
fn a_wrong_slope_is_found() {
    let (network, params, x, answers) = three_layers(Activation::Tanh);
    let masks = Seed::new(5).stream();
    let mut objective = Objective::new(&network, &x, answers.of(Loss::SquaredError), &masks);
    let mut check = |slope: fn(f64) -> f64| {
        let tanh = |a: f64| (a, slope(a));
        let (_, gradient) = by_graph(&network, &params, &x, &answers, |z, _| {
            let (a, slope) = tanh(z.value().tanh());
            z.function(a, slope)
        });
        let all = gradcheck::choose(network.layout(), None, &mut masks.clone());
        gradcheck::compare(network.layout(), &params, &gradient, &all, gradcheck::EPSILON, |p| {
            objective.value(p)
        })
    };
    assert_eq!(verdicts(&check(|a| 1.0 - a * a)), [Verdict::Correct; 3]);
    let layers = check(|a| 1.0 - a);
    assert_eq!(verdicts(&layers), [Verdict::Suspect, Verdict::Suspect, Verdict::Correct]);
    for (layer, block) in layers.iter().zip(network.layout().blocks()).take(2) {
        let worst = layer.worst.expect("a compared parameter");
        assert!(block.parameter(worst.param_idx).is_some(), "the worst is one of its layer's");
    }
}

/// A sample is of the asked size, of its layer, without repetition, and finds what it contains.
#[test]
fn a_sample_of_each_layer() {
    let (network, params, x, answers) = three_layers(Activation::Relu);
    let masks = Seed::new(5).stream();
    let layout = network.layout();
    let chosen = gradcheck::choose(layout, Some(21), &mut Seed::new(1).stream());
    for (block, chosen) in layout.blocks().iter().zip(&chosen) {
        let layer = block.weights.start..block.biases.end;
        assert_eq!(chosen.len(), layer.len().min(21));
        assert!(chosen.is_sorted_by(|a, b| a < b) && chosen.iter().all(|i| layer.contains(i)));
    }
    assert_ne!(chosen, gradcheck::choose(layout, Some(21), &mut Seed::new(2).stream()));
    let mut objective = Objective::new(&network, &x, answers.of(Loss::SquaredError), &masks);
    let mut gradient = vec![0.0; params.len()];
    objective.gradient(&params, &mut gradient);
    let layers =
        gradcheck::compare(layout, &params, &gradient, &chosen, gradcheck::EPSILON, |p| objective.value(p));
    for ((layer, chosen), block) in layers.iter().zip(&chosen).zip(layout.blocks()) {
        assert_eq!(layer.n_compared + layer.n_at_kinks, chosen.len());
        assert_eq!(layer.n_params, block.biases.end - block.weights.start);
    }
}

#[test]
fn verdicts_by_ratio_and_noise() {
    let layer = |ratio, noise_floor, n_compared| LayerCheck {
        ratio,
        noise_floor,
        n_params: 9,
        n_compared,
        n_at_kinks: 9 - n_compared,
        worst: None,
    };
    assert_eq!(layer(1e-6, 1e-9, 9).verdict(), Verdict::Correct);
    assert_eq!(layer(1e-5, 1e-9, 9).verdict(), Verdict::Unclear);
    assert_eq!(layer(1e-4, 1e-9, 9).verdict(), Verdict::Suspect);
    assert_eq!(layer(5e-6, 1e-6, 9).verdict(), Verdict::Correct, "rounding may cause as much, and no more");
    assert_eq!(layer(1e-3, 1e-2, 9).verdict(), Verdict::Unclear, "rounding could hide anything");
    assert_eq!(layer(2e-4, 1.9e-4, 9).verdict(), Verdict::Unclear, "hardly above the noise");
    assert_eq!(layer(f64::NAN, 1e-2, 9).verdict(), Verdict::Suspect);
    assert_eq!(layer(0.0, 0.0, 0).verdict(), Verdict::Unclear, "nothing was compared");
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

/// Where rounding could hide a wrong derivative the check says that it does not know; where squares of gradients overflow
/// it knows all the same.
#[test]
fn what_rounding_hides_is_unclear_and_large_numbers_are_no_alarm() {
    let network = network(&[4, 5, 3], Activation::Tanh, Loss::CrossEntropy, 0.0);
    let mut stream = Seed::new(3).stream();
    let params: Vec<f64> = Init::Xavier.draw(network.layout(), &mut stream);
    let x = normals::<f64>(4 * 6, &mut stream);
    let targets = mlpsweep_mlp::Targets::classes(&[0, 1, 2, 0, 1, 2]);
    let blind = gradcheck::check(&network, &params, &x, targets, &stream, 1e-300);
    assert!(blind.iter().all(|layer| layer.verdict() == gradcheck::Verdict::Unclear), "{blind:?}");

    // J = 1e200 Σ θ_i²/2, whose gradient is 1e200 θ; one entry wrong by a tenth.
    let chosen: Vec<Vec<usize>> = network
        .layout()
        .blocks()
        .iter()
        .map(|block| (block.weights.start..block.biases.end).collect())
        .collect();
    let value = |params: &[f64]| (0.5e200 * params.iter().map(|p| p * p).sum::<f64>(), Vec::new());
    let right: Vec<f64> = params.iter().map(|p| 1e200 * p).collect();
    let layers = gradcheck::compare(network.layout(), &params, &right, &chosen, 1e-5, value);
    assert!(layers.iter().all(|layer| layer.verdict() == gradcheck::Verdict::Correct), "{layers:?}");
    let mut wrong = right;
    wrong[2] *= 1.1;
    let layers = gradcheck::compare(network.layout(), &params, &wrong, &chosen, 1e-5, value);
    assert!(layers[0].is_suspect() && !layers[1].is_suspect(), "{layers:?}");
}

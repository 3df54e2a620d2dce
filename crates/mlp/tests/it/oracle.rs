//! The gradients of small networks, computed a second time by the graph of scalars, from the textbook's formulas.

use crate::{Answers, network, normals};
use mlpsweep_mlp::graph::{Graph, Scalar};
use mlpsweep_mlp::{Activation, Init, Loss, Network, Workspace};
use mlpsweep_seed::Seed;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_PI, PI};

/// ψ(z) from sums, products, exp and ln, as it is defined and not as it is computed.
fn activate<'g>(activation: Activation, z: Scalar<'g>, one: Scalar<'g>) -> Scalar<'g> {
    let number = |x: f64| z.function(x, 0.0);
    let sigmoid = |u: Scalar<'g>| one / (one + (-u).exp());
    let tanh = |u: Scalar<'g>| (u.exp() - (-u).exp()) / (u.exp() + (-u).exp());
    let softplus = |u: Scalar<'g>| (one + u.exp()).ln();
    let alpha_lambda = number(1.673_263_242_354_377_2 * 1.050_700_987_355_480_5);
    match activation {
        Activation::Identity => z,
        Activation::Sigmoid => sigmoid(z),
        Activation::Tanh => one - (one + one) / (one + (z + z).exp()),
        Activation::Relu | Activation::LeakyRelu | Activation::Elu if z.value() > 0.0 => z,
        Activation::Relu => z * number(0.0),
        Activation::LeakyRelu => z * number(0.01),
        Activation::Elu => z.exp() - one,
        Activation::Selu if z.value() > 0.0 => z * number(1.050_700_987_355_480_5),
        Activation::Selu => alpha_lambda * (z.exp() - one),
        Activation::Gelu => {
            // erf itself is the one function the graph is told: its slope is 2/√π e^{−u²}.
            let u = z.value() * FRAC_1_SQRT_2;
            let erf = z.function(libm::erf(u), 2.0 / PI.sqrt() * (-u * u).exp() * FRAC_1_SQRT_2);
            number(0.5) * z * (one + erf)
        }
        Activation::GeluTanh => {
            let u = number(FRAC_2_PI.sqrt()) * (z + number(0.044_715) * z * z * z);
            number(0.5) * z * (one + tanh(u))
        }
        Activation::Silu => z * sigmoid(z),
        Activation::Mish => z * tanh(softplus(z)),
        Activation::Softplus => softplus(z),
    }
}

/// L of one row with its default options.
fn cost<'g>(loss: Loss, z: &[Scalar<'g>], class: u32, numbers: &[f64]) -> Scalar<'g> {
    let number = |x: f64| z[0].function(x, 0.0);
    let one = number(1.0);
    let mean = |terms: Vec<Scalar<'g>>| {
        let n = number(terms.len() as f64);
        terms.into_iter().reduce(|a, b| a + b).expect("an output") / n
    };
    let errors = || z.iter().zip(numbers).map(|(&z, &y)| z - number(y));
    match loss {
        Loss::SquaredError => mean(errors().map(|e| e * e).collect()),
        Loss::AbsoluteError => mean(errors().map(|e| if e.value() < 0.0 { -e } else { e }).collect()),
        Loss::Huber => mean(
            errors()
                .map(|e| match e.value() {
                    near if near.abs() <= 1.0 => number(0.5) * e * e,
                    below if below < 0.0 => -e - number(0.5),
                    _ => e - number(0.5),
                })
                .collect(),
        ),
        Loss::BinaryCrossEntropy => {
            let p = one / (one + (-z[0]).exp());
            if class == 1 { -p.ln() } else { -(one - p).ln() }
        }
        Loss::CrossEntropy => {
            let sum = z.iter().map(|z| z.exp()).reduce(|a, b| a + b).expect("an output");
            -(z[class as usize].exp() / sum).ln()
        }
    }
}

/// J of the batch `x` and its gradient, scalar by scalar, with ψ as `activate(z, 1)` has it.
pub(crate) fn by_graph(
    network: &Network,
    params: &[f64],
    x: &[f64],
    answers: &Answers<f64>,
    activate: impl for<'g> Fn(Scalar<'g>, Scalar<'g>) -> Scalar<'g>,
) -> (f64, Vec<f64>) {
    let sizes = &network.config().sizes;
    let n_outputs = network.n_outputs();
    let graph = Graph::new();
    let theta: Vec<Scalar<'_>> = params.iter().map(|&param| graph.variable(param)).collect();
    let one = graph.variable(1.0);
    let mut total = graph.variable(0.0);
    for (row, x) in x.chunks(sizes[0]).enumerate() {
        let mut a: Vec<Scalar<'_>> = x.iter().map(|&x| graph.variable(x)).collect();
        for (l, block) in network.layout().blocks().iter().enumerate() {
            let unit = |o: usize| {
                let weights = &theta[block.weights.start + o * block.n_in..][..block.n_in];
                let bias = theta[block.biases.start + o];
                let z = weights.iter().zip(&a).fold(bias, |z, (&w, &a)| z + w * a);
                if l + 2 == sizes.len() { z } else { activate(z, one) }
            };
            a = (0..block.n_out).map(unit).collect();
        }
        let numbers = &answers.numbers[row * n_outputs..(row + 1) * n_outputs];
        total = total + cost(network.config().loss, &a, answers.classes[row], numbers);
    }
    let mean = total / graph.variable((x.len() / sizes[0]) as f64);
    let slopes = mean.gradient();
    (mean.value(), theta.into_iter().map(|param| slopes.by(param)).collect())
}

#[track_caller]
fn check(sizes: &[usize], activation: Activation, loss: Loss) {
    let n_rows = 5;
    let network = network(sizes, activation, loss, 0.0);
    let n_outputs = network.n_outputs();
    let mut stream = Seed::new(11).stream();
    let params: Vec<f64> = Init::Glorot.draw(network.layout(), &mut stream);
    let x = normals::<f64>(n_rows * sizes[0], &mut stream);
    let answers = Answers::<f64>::new(n_rows, n_outputs, Seed::new(12));
    let mut workspace = Workspace::new(&network, n_rows);
    workspace.input(n_rows).copy_from_slice(&x);
    let mut gradient = vec![0.0; params.len()];
    let j = network.loss_and_gradient(&params, &mut workspace, answers.of(loss), &mut stream, &mut gradient);

    let (mean, slopes) = by_graph(&network, &params, &x, &answers, |z, one| activate(activation, z, one));
    // The same numbers in another order, and through formulas that cancel where ours do not: some hundred roundings.
    assert!((j - mean).abs() <= 1e-13 * j.abs(), "{activation:?} {loss:?}: {j} and {mean}");
    let largest = gradient.iter().fold(0.0_f64, |largest, g| largest.max(g.abs()));
    for (i, (&g, &slope)) in gradient.iter().zip(&slopes).enumerate() {
        let error = (g - slope).abs() / largest;
        assert!(error <= 1e-12, "{activation:?} {loss:?} parameter {i}: {g} and {slope}");
    }
}

#[test]
fn the_chain_rule_scalar_by_scalar_gives_the_same_gradients() {
    for &activation in Activation::ALL {
        for &loss in Loss::ALL {
            for hidden in [&[][..], &[4], &[4, 3]] {
                check(&[&[3], hidden, &[loss.n_outputs(3)]].concat(), activation, loss);
            }
        }
    }
}

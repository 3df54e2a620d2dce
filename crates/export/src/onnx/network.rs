//! The layers and their activation.

use super::builder::{Builder, Name, float, int};
use mlpsweep_mlp::Activation;
use mlpsweep_model::Member;

/// The logits of the network for those inputs.
pub(super) fn build(graph: &mut Builder, member: &Member, inputs: &str) -> Name {
    let network = &member.network;
    let params = member.params();
    let blocks = network.layout().blocks();
    let mut values = inputs.to_owned();
    for (layer_idx, block) in blocks.iter().enumerate() {
        let weights = graph.floats(&[block.n_out, block.n_in], params[block.weights.clone()].iter().copied());
        let biases = graph.floats(&[block.n_out], params[block.biases.clone()].iter().copied());
        values = graph.op("Gemm", &[&values, &weights, &biases], vec![int("transB", 1)]);
        if layer_idx + 1 < blocks.len() {
            values = activate(graph, network.config().activation, &values);
        }
    }
    values
}

fn activate(graph: &mut Builder, activation: Activation, z: &str) -> Name {
    let none = Vec::new;
    let scalar = |graph: &mut Builder, x: f64| graph.floats(&[1, 1], [x].into_iter());
    match activation {
        Activation::Identity => z.to_owned(),
        Activation::Relu => graph.op("Relu", &[z], none()),
        Activation::LeakyRelu => graph.op("LeakyRelu", &[z], vec![float("alpha", 0.01)]),
        Activation::Sigmoid => graph.op("Sigmoid", &[z], none()),
        Activation::Tanh => graph.op("Tanh", &[z], none()),
        Activation::Elu => graph.op("Elu", &[z], vec![float("alpha", 1.0)]),
        Activation::Selu => {
            let constants = vec![float("alpha", 1.673_263_2), float("gamma", 1.050_701)];
            graph.op("Selu", &[z], constants)
        }
        Activation::Softplus => graph.op("Softplus", &[z], none()),
        Activation::Silu => {
            let gate = graph.op("Sigmoid", &[z], none());
            graph.op("Mul", &[z, &gate], none())
        }
        Activation::Mish => {
            let soft = graph.op("Softplus", &[z], none());
            let gate = graph.op("Tanh", &[&soft], none());
            graph.op("Mul", &[z, &gate], none())
        }
        Activation::Gelu => {
            let root = scalar(graph, std::f64::consts::FRAC_1_SQRT_2);
            let scaled = graph.op("Mul", &[z, &root], none());
            let error = graph.op("Erf", &[&scaled], none());
            half_of_one_plus(graph, z, &error)
        }
        Activation::GeluTanh => {
            let three = scalar(graph, 3.0);
            let cube = graph.op("Pow", &[z, &three], none());
            let small = scalar(graph, 0.044_715);
            let cube = graph.op("Mul", &[&cube, &small], none());
            let sum = graph.op("Add", &[z, &cube], none());
            let root = scalar(graph, std::f64::consts::FRAC_2_SQRT_PI * std::f64::consts::FRAC_1_SQRT_2);
            let inner = graph.op("Mul", &[&sum, &root], none());
            let gate = graph.op("Tanh", &[&inner], none());
            half_of_one_plus(graph, z, &gate)
        }
    }
}

/// ½ z (1 + gate)
fn half_of_one_plus(graph: &mut Builder, z: &str, gate: &str) -> Name {
    let (half, one) = (graph.floats(&[1, 1], [0.5].into_iter()), graph.floats(&[1, 1], [1.0].into_iter()));
    let gate = graph.op("Add", &[gate, &one], Vec::new());
    let gated = graph.op("Mul", &[z, &gate], Vec::new());
    graph.op("Mul", &[&gated, &half], Vec::new())
}

//! The gradient check: derivatives held against central differences, in f64.
//!
//! ```text
//! ĝ_i   = (J(θ + ε e_i) − J(θ − ε e_i)) / 2ε
//! ratio = ‖g − ĝ‖₂ / (‖g‖₂ + ‖ĝ‖₂)      per layer; 0/0 counts as 0
//! ```
//!
//! A ratio over the whole vector would hide a small layer behind a large one. The truncation error of ĝ falls with ε²,
//! its rounding error grows with |J|·1e-16/ε: [`EPSILON`] balances the two. The *noise floor* of a layer is the ratio that
//! rounding alone may cause.
//!
//! A difference across a kink (relu at 0, say) is no derivative: a parameter whose ±ε moves any unit to the other side of
//! one is left out and counted.

use crate::{Layout, Network, Targets, Workspace};
use mlpsweep_seed::Stream;

/// The default step ε.
pub const EPSILON: f64 = 1e-5;

/// A ratio up to this is a correct derivative.
pub const CORRECT: f64 = 1e-6;

/// A ratio from this on, and above the noise floor, is a wrong derivative.
pub const SUSPECT: f64 = 1e-4;

/// The check of one layer's weights and biases.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerCheck {
    /// ‖g − ĝ‖₂ / (‖g‖₂ + ‖ĝ‖₂)
    pub ratio: f64,
    /// The ratio rounding alone may cause.
    pub noise_floor: f64,
    /// Parameters compared.
    pub n_compared: usize,
    /// Parameters left out since their ±ε crosses a kink.
    pub n_at_kinks: usize,
    /// The parameter whose derivatives differ most.
    pub worst: Option<Difference>,
}

impl LayerCheck {
    /// Whether the layer's derivatives are wrong beyond what rounding explains.
    pub fn is_suspect(&self) -> bool {
        !(self.ratio < SUSPECT || self.ratio <= self.noise_floor)
    }
}

/// The two derivatives by one parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// Position in the parameter vector.
    pub param_idx: usize,
    /// g, by back-propagation.
    pub analytic: f64,
    /// ĝ, by differences.
    pub numeric: f64,
}

/// Checks the network's gradient at `params` on the batch `x` (rows × n_0), layer by layer.
///
/// Dropout masks are drawn from `masks`, the same for each evaluation.
pub fn check(
    network: &Network,
    params: &[f64],
    x: &[f64],
    targets: Targets<'_, f64>,
    masks: &Stream,
    epsilon: f64,
) -> Vec<LayerCheck> {
    let mut gradient = vec![0.0; params.len()];
    let mut objective = Objective::new(network, x, targets, masks);
    objective.gradient(params, &mut gradient);
    compare(network.layout(), params, &gradient, epsilon, |params| objective.value(params))
}

/// J of one batch with its masks held fixed.
#[derive(Clone, Debug)]
pub struct Objective<'a> {
    network: &'a Network,
    x: &'a [f64],
    targets: Targets<'a, f64>,
    masks: &'a Stream,
    workspace: Workspace<f64>,
}

impl<'a> Objective<'a> {
    /// J of the batch `x` (rows × n_0).
    pub fn new(
        network: &'a Network,
        x: &'a [f64],
        targets: Targets<'a, f64>,
        masks: &'a Stream,
    ) -> Objective<'a> {
        let workspace = Workspace::new(network, x.len() / network.config().sizes[0]);
        Objective { network, x, targets, masks, workspace }
    }

    fn load(&mut self) {
        let n_rows = self.workspace.max_rows();
        self.workspace.input(n_rows).copy_from_slice(self.x);
    }

    /// J, and its gradient by back-propagation.
    pub fn gradient(&mut self, params: &[f64], gradient: &mut [f64]) -> f64 {
        self.load();
        self.network.loss_and_gradient(
            params,
            &mut self.workspace,
            self.targets,
            &mut self.masks.clone(),
            gradient,
        )
    }

    /// J by the forward pass alone, and the side of each kink that each unit and output is on.
    pub fn value(&mut self, params: &[f64]) -> (f64, Vec<bool>) {
        self.load();
        let config = self.network.config();
        let n_outputs = self.network.n_outputs();
        let mut logits = self.network.forward(params, &mut self.workspace, &mut self.masks.clone()).to_vec();
        let mut sides = config.loss.sides(&config.loss_options, &logits, n_outputs, self.targets);
        if config.activation.has_kink() {
            sides.extend(self.workspace.hidden().flatten().map(|&a| a > 0.0));
        }
        (config.loss.mean_and_delta(&config.loss_options, &mut logits, n_outputs, self.targets), sides)
    }
}

/// Compares `gradient` with central differences of `value`, which gives J and the sides of its kinks, layer by layer.
pub fn compare(
    layout: &Layout,
    params: &[f64],
    gradient: &[f64],
    epsilon: f64,
    mut value: impl FnMut(&[f64]) -> (f64, Vec<bool>),
) -> Vec<LayerCheck> {
    let (loss, _) = value(params);
    let mut shifted = params.to_vec();
    let layers = layout.blocks().iter().map(|block| {
        let mut differences = Vec::with_capacity(block.biases.end - block.weights.start);
        let mut n_at_kinks = 0;
        for param_idx in block.weights.start..block.biases.end {
            shifted[param_idx] = params[param_idx] + epsilon;
            let (above, sides_above) = value(&shifted);
            shifted[param_idx] = params[param_idx] - epsilon;
            let (below, sides_below) = value(&shifted);
            shifted[param_idx] = params[param_idx];
            if sides_above == sides_below {
                let numeric = (above - below) / (2.0 * epsilon);
                differences.push(Difference { param_idx, analytic: gradient[param_idx], numeric });
            } else {
                n_at_kinks += 1;
            }
        }
        summarise(&differences, n_at_kinks, loss, epsilon)
    });
    layers.collect()
}

fn summarise(differences: &[Difference], n_at_kinks: usize, loss: f64, epsilon: f64) -> LayerCheck {
    let norm =
        |value: fn(&Difference) -> f64| differences.iter().map(|d| value(d).powi(2)).sum::<f64>().sqrt();
    let distance = norm(|d| d.analytic - d.numeric);
    let size = norm(|d| d.analytic) + norm(|d| d.numeric);
    let rounding = f64::EPSILON * loss.abs() / epsilon * (differences.len() as f64).sqrt();
    let ratio_to = |value: f64| if size == 0.0 { 0.0 } else { value / size };
    let error = |d: &Difference| (d.analytic - d.numeric).abs();
    LayerCheck {
        ratio: ratio_to(distance),
        noise_floor: ratio_to(rounding),
        n_compared: differences.len(),
        n_at_kinks,
        worst: differences.iter().copied().max_by(|a, b| error(a).total_cmp(&error(b))),
    }
}

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

use crate::{Network, Targets, Workspace};
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
    let n_rows = x.len() / network.config().sizes[0];
    let mut workspace = Workspace::new(network, n_rows);
    let mut scratch = vec![0.0; params.len()];
    let mut at = |params: &[f64], gradient: &mut [f64]| {
        workspace.input(n_rows).copy_from_slice(x);
        let loss = network.loss_and_gradient(params, &mut workspace, targets, &mut masks.clone(), gradient);
        let sides: Vec<bool> = if network.config().activation.has_kink() {
            workspace.hidden().flatten().map(|&a| a > 0.0).collect()
        } else {
            Vec::new()
        };
        (loss, sides)
    };

    let mut gradient = vec![0.0; params.len()];
    let (loss, _) = at(params, &mut gradient);
    let mut shifted = params.to_vec();
    let blocks = network.layout().blocks().iter();
    let layers = blocks.map(|block| {
        let mut differences = Vec::with_capacity(block.biases.end - block.weights.start);
        let mut n_at_kinks = 0;
        for param_idx in block.weights.start..block.biases.end {
            shifted[param_idx] = params[param_idx] + epsilon;
            let (above, sides_above) = at(&shifted, &mut scratch);
            shifted[param_idx] = params[param_idx] - epsilon;
            let (below, sides_below) = at(&shifted, &mut scratch);
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

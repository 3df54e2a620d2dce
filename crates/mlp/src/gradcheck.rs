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
//!
//! [`check`] is for the data term of one batch. Whoever adds to J, a penalty say, gives [`compare`] the whole of it: a
//! gradient, and a function for J and its kinks.

use crate::{Layout, Network, Targets, Workspace};
use mlpsweep_seed::Stream;
use rand::seq::SliceRandom as _;

/// The default step ε.
pub const EPSILON: f64 = 1e-5;

/// A ratio up to this is a correct derivative.
pub const CORRECT: f64 = 1e-6;

/// A ratio from this on, and clearly above the noise floor, is a wrong derivative.
pub const SUSPECT: f64 = 1e-4;

/// So many times the noise floor are still rounding: the floor is what one rounding of J makes, and a forward pass has many.
const ROUNDING_MARGIN: f64 = 10.0;

/// The check of one layer's weights and biases.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerCheck {
    /// ‖g − ĝ‖₂ / (‖g‖₂ + ‖ĝ‖₂)
    pub ratio: f64,
    /// The ratio rounding alone may cause.
    pub noise_floor: f64,
    /// Parameters of the layer.
    pub n_params: usize,
    /// Parameters compared.
    pub n_compared: usize,
    /// Parameters left out since their ±ε crosses a kink.
    pub n_at_kinks: usize,
    /// The parameter whose derivatives differ most.
    pub worst: Option<Difference>,
}

/// What the comparison says of a layer's derivatives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They agree to [`CORRECT`], or as well as rounding lets them.
    Correct,
    /// Neither correct nor suspect, or nothing could be compared.
    Unclear,
    /// They differ by [`SUSPECT`] or more, beyond what rounding explains.
    Suspect,
}

impl Verdict {
    /// The word for it in reports.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Correct => "correct",
            Verdict::Unclear => "unclear",
            Verdict::Suspect => "suspect",
        }
    }
}

impl LayerCheck {
    /// What the comparison says; a ratio that is no number is suspect.
    pub fn verdict(&self) -> Verdict {
        let explained = ROUNDING_MARGIN * self.noise_floor;
        if self.n_compared == 0 {
            Verdict::Unclear
        } else if self.ratio <= CORRECT {
            Verdict::Correct
        } else if self.ratio <= explained {
            // Where rounding could hide a wrong derivative, nothing is known of it.
            if explained < SUSPECT { Verdict::Correct } else { Verdict::Unclear }
        } else if self.ratio < SUSPECT {
            Verdict::Unclear
        } else {
            Verdict::Suspect
        }
    }

    /// Whether the layer's derivatives are wrong beyond what rounding explains.
    pub fn is_suspect(&self) -> bool {
        self.verdict() == Verdict::Suspect
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
    let chosen = choose(network.layout(), None, &mut masks.clone());
    compare(network.layout(), params, &gradient, &chosen, epsilon, |params| objective.value(params))
}

/// The parameters to compare, layer by layer, ascending: all of them, or `at_most` of each layer, drawn from `stream`.
pub fn choose(layout: &Layout, at_most: Option<usize>, stream: &mut Stream) -> Vec<Vec<usize>> {
    let of_layer = |block: &crate::Block| {
        let mut all: Vec<usize> = (block.weights.start..block.biases.end).collect();
        let Some(at_most) = at_most.filter(|&at_most| at_most < all.len()) else { return all };
        let (drawn, _) = all.partial_shuffle(stream, at_most);
        drawn.sort_unstable();
        drawn.to_vec()
    };
    layout.blocks().iter().map(of_layer).collect()
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

/// Compares `gradient` with central differences of `value`, which gives J and the sides of its kinks, at the parameters
/// [chosen](choose) of each layer. J is computed once, then twice for each of them.
pub fn compare(
    layout: &Layout,
    params: &[f64],
    gradient: &[f64],
    chosen: &[Vec<usize>],
    epsilon: f64,
    mut value: impl FnMut(&[f64]) -> (f64, Vec<bool>),
) -> Vec<LayerCheck> {
    let (loss, _) = value(params);
    let mut shifted = params.to_vec();
    let layers = layout.blocks().iter().zip(chosen).map(|(block, chosen)| {
        let mut differences = Vec::with_capacity(chosen.len());
        let mut n_at_kinks = 0;
        for &param_idx in chosen {
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
        let n_params = block.biases.end - block.weights.start;
        LayerCheck { n_params, n_at_kinks, ..summarise(&differences, loss, epsilon) }
    });
    layers.collect()
}

/// The check of a layer of which just these parameters were looked at.
fn summarise(differences: &[Difference], loss: f64, epsilon: f64) -> LayerCheck {
    // In units of the largest, so that squares of large numbers do not overflow, nor those of small ones vanish.
    let largest = differences.iter().fold(0.0_f64, |max, d| max.max(d.analytic.abs()).max(d.numeric.abs()));
    let unit = if largest > 0.0 { largest } else { 1.0 };
    let norm = |value: fn(&Difference) -> f64| {
        let of_unit =
            |d: &Difference| Difference { analytic: d.analytic / unit, numeric: d.numeric / unit, ..*d };
        differences.iter().map(|d| value(&of_unit(d)).powi(2)).sum::<f64>().sqrt()
    };
    let distance = norm(|d| d.analytic - d.numeric);
    let size = norm(|d| d.analytic) + norm(|d| d.numeric);
    let rounding = f64::EPSILON * loss.abs() / unit / epsilon * (differences.len() as f64).sqrt();
    let ratio_to = |value: f64| if size == 0.0 { 0.0 } else { value / size };
    let error = |d: &Difference| (d.analytic - d.numeric).abs();
    LayerCheck {
        ratio: ratio_to(distance),
        noise_floor: ratio_to(rounding),
        n_params: differences.len(),
        n_compared: differences.len(),
        n_at_kinks: 0,
        worst: differences.iter().copied().max_by(|a, b| error(a).total_cmp(&error(b))),
    }
}

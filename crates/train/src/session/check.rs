//! The gradient check of a training run: its whole objective, as training has it.
//!
//! ```text
//! J(θ) = Σ_i w_i L(ŷ_i, y_i) / Σ_i w_i + λ₂/(2 m_train) Σ w² + λ₁/m_train Σ|w|     over one mini-batch, its masks held fixed
//! ```
//!
//! The gradient that is checked is the one a step would take, before it is clipped; what it is held against are differences
//! of J by the forward pass alone. The mini-batch is the first one of the first epoch, in that epoch's order.

use super::{Session, targets};
use mlpsweep_mlp::Workspace;
use mlpsweep_mlp::gradcheck::{self, LayerCheck, Objective};

/// Rows of the mini-batch when none are asked for, at most: a few show every path through a network.
const DEFAULT_ROWS: usize = 32;

/// How a gradient is checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CheckOptions {
    /// Rows of the mini-batch, at most those trained on; `None` for 32, or a mini-batch where that is smaller.
    pub n_rows: Option<usize>,
    /// ε, above 0.
    pub epsilon: f64,
    /// Parameters compared of each layer, at most, drawn from the seed; `None` for all.
    pub at_most: Option<usize>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientCheck {
    /// Rows of the mini-batch.
    pub n_rows: usize,
    /// J, with its penalties.
    pub objective: f64,
    /// One entry a layer.
    pub layers: Vec<LayerCheck>,
}

impl Session<'_, f64> {
    /// Checks the gradient at the parameters as they are; `progress` hears of each parameter how many are done, and of how many.
    pub fn check_gradient(
        &mut self,
        options: CheckOptions,
        mut progress: impl FnMut(usize, usize),
    ) -> GradientCheck {
        let n_rows = options.n_rows.unwrap_or(DEFAULT_ROWS.min(self.batch_size)).clamp(1, self.rows.len());
        let batch = self.first_rows(n_rows);
        if n_rows > self.workspace.max_rows() {
            self.workspace = Workspace::new(&self.network, n_rows);
        }
        let masks = self.masks.clone();
        self.gradient_of(&batch);
        self.masks = masks.clone();
        for segment in &self.segments {
            let range = segment.range.clone();
            segment.penalty.add_to_gradient(&self.params[range.clone()], &mut self.gradient[range]);
        }

        let mut x = vec![0.0; n_rows * self.pipeline.n_inputs()];
        self.pipeline.gather(&self.job.data.features, &batch, &mut x);
        let targets = targets(self.network.config().loss, &self.classes, &self.numbers, &self.weights);
        let mut data_term = Objective::new(&self.network, &x, targets, &masks);
        let mut value = |params: &[f64]| {
            let (mut objective, mut sides) = data_term.value(params);
            for segment in &self.segments {
                let weights = &params[segment.range.clone()];
                objective += segment.penalty.value(weights);
                if segment.penalty.l1 > 0.0 {
                    sides.extend(weights.iter().map(|&weight| weight > 0.0));
                }
            }
            (objective, sides)
        };
        let (objective, _) = value(&self.params);

        let layout = self.network.layout();
        let mut chance = self.job.seed.child("gradcheck").stream();
        let chosen = gradcheck::choose(layout, options.at_most, &mut chance);
        let total = chosen.iter().map(Vec::len).sum();
        let mut n_values: usize = 0;
        let counted = |params: &[f64]| {
            // Once where it stands, then twice a parameter.
            progress(n_values.saturating_sub(1) / 2, total);
            n_values += 1;
            value(params)
        };
        let layers =
            gradcheck::compare(layout, &self.params, &self.gradient, &chosen, options.epsilon, counted);
        progress(total, total);
        GradientCheck { n_rows, objective, layers }
    }

    /// The first rows of the first epoch, in its order.
    fn first_rows(&mut self, n_rows: usize) -> Vec<u32> {
        self.find_order(0);
        self.order[..n_rows.min(self.order.len())].to_vec()
    }
}

//! How large each layer's gradient is, meaned over an epoch.
//!
//! ```text
//! norm_l = (1/B) Σ_b ‖∂J_b/∂(W_l, b_l)‖₂        l = 1 … L from the input up, b = 1 … B the mini-batches of the epoch
//! ```
//!
//! J_b is the data term of mini-batch b: penalties and clipping come after, so these are the gradients that would explode
//! or vanish, not what was made of them. A short last batch counts as one like the others, and of L-BFGS every place that
//! its line search looked at.

use mlpsweep_mlp::Layout;
use mlpsweep_real::Real;

/// The norms of the mini-batches since the epoch began, a sum a layer.
#[derive(Clone, Debug)]
pub(crate) struct GradientNorms {
    totals: Vec<f64>,
    n_batches: usize,
}

impl GradientNorms {
    /// For networks of this layout, before the first mini-batch.
    pub(crate) fn new(layout: &Layout) -> GradientNorms {
        GradientNorms { totals: vec![0.0; layout.blocks().len()], n_batches: 0 }
    }

    /// An epoch begins.
    pub(crate) fn begin_epoch(&mut self) {
        self.totals.fill(0.0);
        self.n_batches = 0;
    }

    /// One mini-batch more; allocates nothing.
    pub(crate) fn add<T: Real>(&mut self, layout: &Layout, gradient: &[T]) {
        for (total, block) in self.totals.iter_mut().zip(layout.blocks()) {
            let layer = &gradient[block.weights.start..block.biases.end];
            *total += layer.iter().map(|g| g.to_f64().powi(2)).sum::<f64>().sqrt();
        }
        self.n_batches += 1;
    }

    /// norm_1 … norm_L; 0 before the first mini-batch.
    pub(crate) fn means(&self) -> Vec<f64> {
        self.totals.iter().map(|total| total / self.n_batches.max(1) as f64).collect()
    }
}

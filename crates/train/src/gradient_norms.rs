//! How large each layer's gradient is, meaned over an epoch.
//!
//! ```text
//! norm_l = (1/B) Σ_b ‖∂J_b/∂(W_l, b_l)‖₂        l = 1 … L from the input up, b = 1 … B the mini-batches of the epoch
//! ```
//!
//! J_b is the data term of mini-batch b: penalties and clipping come after, so these are the gradients that would explode
//! or vanish, not what was made of them. A short last batch counts as one like the others. Update rules look at the gradient
//! where a step begins, and so does J_b; of L-BFGS, whose line search looks at several places, it is the gradient where the
//! step ends.

use mlpsweep_mlp::Layout;
use mlpsweep_real::Real;

/// The norms of the mini-batches since the epoch began, a sum a layer.
#[derive(Clone, Debug)]
pub(crate) struct GradientNorms {
    totals: Vec<f64>,
    n_batches: usize,
    /// Of the gradient that was looked at last.
    latest: Vec<f64>,
    /// Of the last mini-batch.
    last: Vec<f64>,
}

impl GradientNorms {
    /// For networks of this layout, before the first mini-batch.
    pub(crate) fn new(layout: &Layout) -> GradientNorms {
        let zeros = vec![0.0; layout.blocks().len()];
        GradientNorms { totals: zeros.clone(), n_batches: 0, latest: zeros.clone(), last: zeros }
    }

    /// An epoch begins.
    pub(crate) fn begin_epoch(&mut self) {
        self.totals.fill(0.0);
        self.n_batches = 0;
    }

    /// The optimizer looks at this gradient; allocates nothing.
    pub(crate) fn look<T: Real>(&mut self, layout: &Layout, gradient: &[T]) {
        for (norm, block) in self.latest.iter_mut().zip(layout.blocks()) {
            let layer = &gradient[block.weights.start..block.biases.end];
            *norm = layer.iter().map(|g| g.to_f64().powi(2)).sum::<f64>().sqrt();
        }
    }

    /// One mini-batch more: its step was made from or to what was looked at last.
    pub(crate) fn end_step(&mut self) {
        self.last.copy_from_slice(&self.latest);
        self.totals.iter_mut().zip(&self.last).for_each(|(total, norm)| *total += norm);
        self.n_batches += 1;
    }

    /// norm_1 … norm_L; those of the last mini-batch where an epoch had none, since L-BFGS was at rest.
    pub(crate) fn means(&self) -> Vec<f64> {
        if self.n_batches == 0 {
            return self.last.clone();
        }
        self.totals.iter().map(|total| total / self.n_batches as f64).collect()
    }
}

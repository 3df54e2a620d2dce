//! What training leaves behind: rows of a table → predictions.
//!
//! ```text
//! features ── pipeline ─▶ X ── network ─▶ logits ── output ─▶ probabilities, or numbers in the target's own units
//! ```

use crate::{Predictions, TargetScaler};
use mlpsweep_data::Pipeline;
use mlpsweep_mlp::{Network, Workspace};
use mlpsweep_real::Real;
use ndarray::Array2;

/// A pipeline, a network and its parameters that belong together.
#[derive(Clone, Copy, Debug)]
pub struct Estimator<'a, T> {
    /// Features → inputs.
    pub pipeline: &'a Pipeline,
    /// Outputs → the target's units.
    pub target_scaler: &'a TargetScaler,
    /// The network.
    pub network: &'a Network,
    /// Its parameters, in its layout.
    pub params: &'a [T],
}

impl<T: Real> Estimator<'_, T> {
    /// Predictions for those rows of a table, as many at a time as the workspace has room for.
    pub fn predict(self, features: &Array2<f64>, rows: &[u32], workspace: &mut Workspace<T>) -> Predictions {
        let Estimator { pipeline, target_scaler, network, params } = self;
        let n_outputs = network.n_outputs();
        let loss = network.config().loss;
        let mut values = Vec::with_capacity(rows.len() * n_outputs);
        for batch in rows.chunks(workspace.max_rows()) {
            pipeline.gather(features, batch, workspace.input(batch.len()));
            values.extend(network.logits(params, workspace).iter().map(|z| z.to_f64()));
        }
        // From the logits on in f64: a probability near 1 keeps its distance from it.
        loss.output(&mut values, n_outputs);
        if loss.classifies() && n_outputs > 1 {
            return Predictions::Probabilities { n_classes: n_outputs, values };
        }
        if loss.classifies() {
            let values = values.into_iter().flat_map(|p| [1.0 - p, p]).collect();
            return Predictions::Probabilities { n_classes: 2, values };
        }
        for row in values.chunks_exact_mut(n_outputs) {
            for (j, value) in row.iter_mut().enumerate() {
                *value = target_scaler.unscale(j, *value);
            }
        }
        Predictions::Numbers { n_targets: n_outputs, values }
    }
}

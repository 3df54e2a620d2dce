//! The winner once more: its configuration trained on all rows that are not held out, as a model to use.
//!
//! It is trained for the median of its folds' best epochs: there is nothing left to stop it by. The learning rate falls as it
//! did in the folds, over the configured epochs. Then, once, the rows held out before any fold are predicted and scored.

use crate::plan::Plan;
use crate::record::{Refit, Trial};
use mlpsweep_model::{Model, Origin};
use mlpsweep_real::Real;
use mlpsweep_seed::Seed;
use mlpsweep_train::{Ended, Job, Precision, TrainConfig, score, train};
use std::ops::ControlFlow;

/// How training the winner once more ended.
#[derive(Clone, Debug, PartialEq)]
pub enum RefitEnd {
    /// With a model.
    Done(Box<Model>, Refit),
    /// It was stopped from outside.
    Stopped,
    /// There is no model, and why.
    Failed(String),
}

/// Trains the configuration of `trial` for so many epochs on all rows that are not held out; `go_on` is asked after each epoch.
pub fn refit(plan: &Plan, trial: &Trial, epochs: usize, go_on: impl FnMut(usize) -> bool) -> RefitEnd {
    let config = TrainConfig { early_stopping: None, gradient_norms: false, ..plan.config(trial) };
    match config.precision {
        Precision::F32 => fit::<f32>(plan, trial, &config, epochs, go_on),
        Precision::F64 => fit::<f64>(plan, trial, &config, epochs, go_on),
    }
}

fn fit<T: Real>(
    plan: &Plan,
    trial: &Trial,
    config: &TrainConfig,
    epochs: usize,
    mut go_on: impl FnMut(usize) -> bool,
) -> RefitEnd {
    let rows = plan.rest_rows();
    let job = Job {
        data: &plan.data,
        rows: &rows,
        config,
        preprocess: plan.sweep.preprocess,
        start: None,
        seed: Seed::new(plan.sweep.seed).child("train").child("refit"),
    };
    let mut is_stopped = false;
    let trained = train::<T>(job, |epoch| {
        is_stopped = !go_on(epoch.epoch);
        if is_stopped || epoch.epoch >= epochs { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let mut fitted = match trained {
        Ok(fitted) => fitted,
        Err(error) => return RefitEnd::Failed(error.to_string()),
    };
    match fitted.ended {
        Ended::Diverged { epoch } => return RefitEnd::Failed(format!("it diverged in epoch {epoch}")),
        _ if is_stopped => return RefitEnd::Stopped,
        _ => {}
    }
    let mut holdout_scores = Vec::new();
    if !plan.test_rows.is_empty() {
        let predictions = fitted.predict(&plan.test_rows);
        let score = |&metric| score(&plan.data.target, &plan.test_rows, &predictions, &[metric]);
        holdout_scores = plan.metrics.iter().map(|metric| score(metric).ok().map(|s| s[0])).collect();
    }
    let n_rows = rows.len();
    let refit = Refit { trial: trial.number, epochs, n_rows, holdout_scores };
    let model =
        Model::new(fitted.estimator(), plan.schema(), origin(plan, trial, fitted.curve.len(), n_rows));
    RefitEnd::Done(Box::new(model), refit)
}

fn origin(plan: &Plan, trial: &Trial, epochs: usize, n_rows: usize) -> Origin {
    let json = |value| serde_json::to_value(value).unwrap_or_default();
    Origin {
        sweep: plan.sweep.name.clone(),
        trial: trial.number,
        parameters: trial.point.iter().map(|(name, value)| (name.clone(), json(value))).collect(),
        epochs,
        n_rows,
        data: plan.data.fingerprint(),
        id: plan.sweep.data.columns.id.clone(),
        metrics: plan.metrics.iter().map(|metric| metric.name().to_owned()).collect(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

//! The winner as a model to use.
//!
//! ```text
//! none      its configuration trained once more on all rows that are not held out
//! folds     its fold networks, as they were scored; their predictions are averaged
//! top-K     the K best configurations, each trained once more; their predictions are averaged
//! ```
//!
//! On all rows a configuration is trained for the median of its folds' best epochs: there is nothing left to stop it by. The
//! learning rate falls as it did in the folds, over the configured epochs. Then, once, the rows held out before any fold are
//! predicted and scored.

use crate::engine::fan_out;
use crate::plan::Plan;
use crate::record::{Refit, Trial};
use crate::spec::Ensemble;
use crate::unit;
use mlpsweep_model::{Member, Model, Origin};
use mlpsweep_real::Real;
use mlpsweep_seed::Seed;
use mlpsweep_train::{Ended, Job, Precision, TrainConfig, score, train};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// How making the model ended.
#[derive(Clone, Debug, PartialEq)]
pub enum RefitEnd {
    /// With a model.
    Done(Box<Model>, Refit),
    /// It was stopped from outside.
    Stopped,
    /// There is no model, and why.
    Failed(String),
}

/// What becomes of one network.
enum Fit {
    Done { member: Box<Member>, n_rows: usize },
    Stopped,
    Failed(String),
}

/// One network to be trained.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    trial: &'a Trial,
    /// On this split's training rows, as its unit; else on all rows for so many epochs.
    split: Option<usize>,
    epochs: usize,
}

/// Makes the model of `best`: the winner and, for `top-K`, those after it, each with the epochs it is trained for. `go_on` is asked
/// after each epoch, with the epochs done of all.
///
/// # Errors
/// When threads cannot be started.
///
/// # Panics
/// Without a trial.
pub fn refit(
    plan: &Plan,
    best: &[(Trial, usize)],
    jobs: usize,
    go_on: &(dyn Fn(usize) -> bool + Sync),
) -> std::io::Result<RefitEnd> {
    let (winner, epochs) = best.first().expect("a winner");
    let n_networks = match plan.sweep.select.ensemble {
        Ensemble::Top(n) => n.min(best.len()),
        _ => 1,
    };
    let wanted: Vec<Wanted<'_>> = match plan.sweep.select.ensemble {
        Ensemble::Folds => (0..plan.folds.len())
            .map(|split| Wanted { trial: winner, split: Some(split), epochs: *epochs })
            .collect(),
        _ => best[..n_networks]
            .iter()
            .map(|(trial, epochs)| Wanted { trial, split: None, epochs: *epochs })
            .collect(),
    };
    let done = std::sync::atomic::AtomicUsize::new(0);
    let one_more = || go_on(done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1);
    let mut fitted: BTreeMap<usize, Fit> = BTreeMap::new();
    fan_out(
        jobs.min(wanted.len()),
        wanted.iter().enumerate(),
        |(idx, wanted)| (idx, one(plan, *wanted, &one_more)),
        |batch| -> std::io::Result<()> {
            fitted.extend(batch);
            Ok(())
        },
    )?;
    let (mut members, mut n_rows) = (Vec::new(), 0);
    for fit in fitted.into_values() {
        match fit {
            Fit::Done { member, n_rows: own } => {
                members.push(*member);
                n_rows = n_rows.max(own);
            }
            Fit::Stopped => return Ok(RefitEnd::Stopped),
            Fit::Failed(why) => return Ok(RefitEnd::Failed(why)),
        }
    }
    let model = Model::ensemble(members, plan.schema(), origin(plan, winner, *epochs, n_rows));
    let mut holdout_scores = Vec::new();
    if !plan.test_rows.is_empty() {
        let predictions = model.predict_rows(&plan.data.features, &plan.test_rows);
        let score = |&metric| score(&plan.data.target, &plan.test_rows, &predictions, &[metric]);
        holdout_scores = plan.metrics.iter().map(|metric| score(metric).ok().map(|s| s[0])).collect();
    }
    let refit = Refit {
        trial: winner.number,
        epochs: *epochs,
        n_rows,
        ensemble: plan.sweep.select.ensemble.name(),
        trials: best[..n_networks].iter().map(|(trial, _)| trial.number).collect(),
        holdout_scores,
    };
    Ok(RefitEnd::Done(Box::new(model), refit))
}

fn one(plan: &Plan, wanted: Wanted<'_>, go_on: &(dyn Fn() -> bool + Sync)) -> Fit {
    let config = plan.config(wanted.trial);
    match config.precision {
        Precision::F32 => fit::<f32>(plan, wanted, config, go_on),
        Precision::F64 => fit::<f64>(plan, wanted, config, go_on),
    }
}

fn fit<T: Real>(
    plan: &Plan,
    wanted: Wanted<'_>,
    config: TrainConfig,
    go_on: &(dyn Fn() -> bool + Sync),
) -> Fit {
    let split = wanted.split.map(|split| plan.folds.split(split));
    let (rows, seed, config) = match &split {
        Some(split) => (split.train.clone(), unit::seed(plan, split), config),
        None => (
            plan.rest_rows(),
            Seed::new(plan.sweep.seed).child("train").child("refit"),
            TrainConfig { early_stopping: None, ..config },
        ),
    };
    let config = TrainConfig { gradient_norms: false, ..config };
    let job = Job {
        data: &plan.data,
        rows: &rows,
        config: &config,
        preprocess: plan.sweep.preprocess,
        start: None,
        seed,
    };
    let last = if split.is_some() { usize::MAX } else { wanted.epochs };
    let mut is_stopped = false;
    let trained = train::<T>(job, |epoch| {
        is_stopped = !go_on();
        if is_stopped || epoch.epoch >= last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let fitted = match trained {
        Ok(fitted) => fitted,
        Err(error) => return Fit::Failed(error.to_string()),
    };
    match fitted.ended {
        Ended::Diverged { epoch } => Fit::Failed(format!("it diverged in epoch {epoch}")),
        _ if is_stopped => Fit::Stopped,
        _ => Fit::Done { member: Box::new(Member::new(fitted.estimator())), n_rows: rows.len() },
    }
}

fn origin(plan: &Plan, trial: &Trial, epochs: usize, n_rows: usize) -> Origin {
    let json = |value| serde_json::to_value(value).unwrap_or_default();
    Origin {
        sweep: plan.sweep.name.clone(),
        trial: trial.number,
        parameters: trial.point.iter().map(|(name, value)| (name.to_string(), json(value))).collect(),
        epochs,
        n_rows,
        data: plan.data.fingerprint(),
        id: plan.sweep.data.columns.id.clone(),
        metrics: plan.metrics.iter().map(|metric| metric.name().to_owned()).collect(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

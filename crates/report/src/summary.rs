//! summary.json: the sweep and its best trial, for programs.
//!
//! Keys stand in the order of [`Summary`]'s fields; scores have the names they have in ranked.csv. Nothing in it depends
//! on the clock or the number of threads.

use crate::cell::json_value;
use crate::diagnosis::Diagnosis;
use crate::honest::Honest;
use crate::ranking::{Overtuning, RankedTrial, Ranking, TrialState};
use crate::selection::Selection;
use mlpsweep_sweep::record::{DataInfo, Importance, MetricInfo, Refit, SweepInfo};
use serde::Serialize;
use serde_json::{Map, Value as Json};

/// Raised when a key changes its meaning or goes; new keys do not raise it.
const SCHEMA_VERSION: u32 = 1;

/// summary.json.
pub fn summary_json(ranking: &Ranking<'_>, info: &SweepInfo) -> String {
    let summary = Summary {
        schema_version: SCHEMA_VERSION,
        name: &info.name,
        version: &info.version,
        seed: info.seed,
        sweep_hash: &info.sweep_hash,
        data: Data::new(info),
        cv: Cv { kind: &info.cv_kind, folds: info.n_folds, repeats: info.repeats },
        metric: info.metrics.first().map(Metric::new),
        metrics: info.metrics.iter().map(Metric::new).collect(),
        sampler: &info.sampler,
        trials: Trials {
            asked: info.n_trials,
            complete: ranking.count(TrialState::Complete),
            running: ranking.count(TrialState::Running),
            pruned: ranking.count(TrialState::Pruned),
            timeout: ranking.count(TrialState::Timeout),
            diverged: ranking.count(TrialState::Diverged),
            failed: ranking.count(TrialState::Failed),
        },
        best: ranking.best().map(BestTrial::new),
        honest: ranking.honest.map(HonestScore::new),
        selection: ranking.selection.as_ref().map(|selection| Chosen::new(selection, ranking)),
        overtuning: ranking.overtuning().into_iter().map(OvertuningPoint::new).collect(),
        importances: importances(ranking),
        warnings: &ranking.warnings,
        refit: ranking.refit.map(|refit| WinnerAgain::new(refit, info)),
        identity: &info.identity,
        machine: Machine { os: std::env::consts::OS, arch: std::env::consts::ARCH },
    };
    let mut text = serde_json::to_string_pretty(&summary).expect("keys are text");
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Summary<'a> {
    schema_version: u32,
    name: &'a str,
    /// Of mlpsweep, as it last wrote the store.
    version: &'a str,
    seed: u64,
    sweep_hash: &'a str,
    data: Data<'a>,
    cv: Cv<'a>,
    /// The one that ranks.
    metric: Option<Metric<'a>>,
    metrics: Vec<Metric<'a>>,
    sampler: &'a str,
    trials: Trials,
    /// `null` while no trial is complete.
    best: Option<BestTrial>,
    /// What the winner is worth by rows that did not choose it; `null` while no trial is complete.
    honest: Option<HonestScore>,
    /// How the winner was chosen; `null` while no trial is complete.
    selection: Option<Chosen>,
    /// The trials that were the best when they came, on the rows held out; empty without these.
    overtuning: Vec<OvertuningPoint>,
    /// Of the winner's features, the most important first; empty before the search is over.
    importances: Vec<FeatureImportance<'a>>,
    /// What should not be overlooked.
    warnings: &'a [String],
    /// `null` while the winner has not been trained once more.
    refit: Option<WinnerAgain>,
    /// What makes two sweeps the same sweep.
    identity: &'a Map<String, Json>,
    /// The one the report was made on.
    machine: Machine,
}

#[derive(Serialize)]
struct Data<'a> {
    name: &'a str,
    fingerprint: &'a str,
    n_rows: usize,
    n_features: usize,
    task: &'a str,
    targets: &'a [String],
    n_test_rows: usize,
}

impl<'a> Data<'a> {
    fn new(info: &'a SweepInfo) -> Data<'a> {
        let DataInfo { name, fingerprint, n_rows, n_features, task, targets } = &info.data;
        let (n_rows, n_features, n_test_rows) = (*n_rows, *n_features, info.n_test_rows);
        Data { name, fingerprint, n_rows, n_features, task, targets, n_test_rows }
    }
}

#[derive(Serialize)]
struct Cv<'a> {
    kind: &'a str,
    folds: usize,
    repeats: usize,
}

#[derive(Serialize)]
struct Metric<'a> {
    name: &'a str,
    goal: &'a str,
}

impl<'a> Metric<'a> {
    fn new(metric: &'a MetricInfo) -> Metric<'a> {
        Metric { name: &metric.name, goal: &metric.goal }
    }
}

#[derive(Serialize)]
struct Trials {
    asked: u64,
    complete: usize,
    running: usize,
    pruned: usize,
    timeout: usize,
    diverged: usize,
    failed: usize,
}

#[derive(Serialize)]
struct BestTrial {
    number: u64,
    mean_test_score: Option<f64>,
    std_test_score: Option<f64>,
    se_test_score: Option<f64>,
    ci_low: Option<f64>,
    ci_high: Option<f64>,
    mean_train_score: Option<f64>,
    gap: Option<f64>,
    diagnosis: Option<&'static str>,
    n_parameters: Option<usize>,
    best_epoch: Option<usize>,
    aic: Option<f64>,
    bic: Option<f64>,
    bias2: Option<f64>,
    variance: Option<f64>,
    parameters: Map<String, Json>,
}

impl BestTrial {
    fn new(row: &RankedTrial<'_>) -> BestTrial {
        let scores = row.scores.first().cloned().unwrap_or_default();
        BestTrial {
            number: row.trial.number,
            mean_test_score: scores.mean,
            std_test_score: scores.std,
            se_test_score: scores.se,
            ci_low: scores.interval.map(|ci| ci.low),
            ci_high: scores.interval.map(|ci| ci.high),
            mean_train_score: scores.mean_train,
            gap: scores.gap,
            diagnosis: row.diagnosis.map(Diagnosis::as_str),
            n_parameters: row.n_parameters,
            best_epoch: row.best_epoch,
            aic: row.criteria.map(|criteria| criteria.aic),
            bic: row.criteria.map(|criteria| criteria.bic),
            bias2: row.decomposition.map(|parts| parts.bias2),
            variance: row.decomposition.map(|parts| parts.variance),
            parameters: row
                .trial
                .point
                .iter()
                .map(|(name, value)| (name.to_string(), json_value(value)))
                .collect(),
        }
    }
}

/// BBC-CV.
#[derive(Serialize)]
struct HonestScore {
    score: f64,
    ci_low: f64,
    ci_high: f64,
    n_resamples: usize,
}

impl HonestScore {
    fn new(honest: &Honest) -> HonestScore {
        HonestScore {
            score: honest.score,
            ci_low: honest.interval.low,
            ci_high: honest.interval.high,
            n_resamples: honest.n_resamples,
        }
    }
}

#[derive(Serialize)]
struct Chosen {
    rule: String,
    number: Option<u64>,
    /// Whether the first of the ranking stands; `null` without a confirmation.
    stands: Option<bool>,
    confirmed: Vec<ConfirmedTrial>,
}

#[derive(Serialize)]
struct ConfirmedTrial {
    number: u64,
    mean_test_score: f64,
    ci_low: Option<f64>,
    ci_high: Option<f64>,
}

impl Chosen {
    fn new(selection: &Selection, ranking: &Ranking<'_>) -> Chosen {
        let number = |row_idx: usize| ranking.rows[row_idx].trial.number;
        let confirmed = selection.confirmed.iter().map(|confirmed| ConfirmedTrial {
            number: number(confirmed.row_idx),
            mean_test_score: confirmed.mean,
            ci_low: confirmed.interval.map(|ci| ci.low),
            ci_high: confirmed.interval.map(|ci| ci.high),
        });
        Chosen {
            rule: selection.rule.clone(),
            number: Some(number(selection.row_idx)),
            stands: selection.stands,
            confirmed: confirmed.collect(),
        }
    }
}

#[derive(Serialize)]
struct OvertuningPoint {
    number: u64,
    mean_test_score: f64,
    holdout_score: Option<f64>,
}

impl OvertuningPoint {
    fn new(point: Overtuning) -> OvertuningPoint {
        let Overtuning { trial, mean, holdout } = point;
        OvertuningPoint { number: trial, mean_test_score: mean, holdout_score: holdout }
    }
}

#[derive(Serialize)]
struct FeatureImportance<'a> {
    feature: &'a str,
    mean: f64,
    std: f64,
}

fn importances<'a>(ranking: &'a Ranking<'_>) -> Vec<FeatureImportance<'a>> {
    let found = ranking.closing.map_or(&[][..], |closing| &closing.importances);
    let mut importances: Vec<FeatureImportance<'_>> = found
        .iter()
        .map(|Importance { feature, mean, std }| FeatureImportance { feature, mean: *mean, std: *std })
        .collect();
    importances.sort_by(|a, b| b.mean.total_cmp(&a.mean));
    importances
}

/// The winner on all rows that are not held out.
#[derive(Serialize)]
struct WinnerAgain {
    number: u64,
    epochs: usize,
    n_rows: usize,
    ensemble: String,
    trials: Vec<u64>,
    /// `holdout_score`, and `holdout_score_<metric>` of further metrics; none without held-out rows, `null` for one without a
    /// value there.
    #[serde(flatten)]
    scores: Map<String, Json>,
}

impl WinnerAgain {
    fn new(refit: &Refit, info: &SweepInfo) -> WinnerAgain {
        let names = info.metrics.iter().enumerate().map(|(metric_idx, metric)| match metric_idx {
            0 => "holdout_score".to_owned(),
            _ => format!("holdout_score_{}", metric.name),
        });
        let scores = names.zip(&refit.holdout_scores).map(|(name, score)| (name, (*score).into()));
        WinnerAgain {
            number: refit.trial,
            epochs: refit.epochs,
            n_rows: refit.n_rows,
            ensemble: refit.ensemble.clone(),
            trials: refit.trials.clone(),
            scores: scores.collect(),
        }
    }
}

#[derive(Serialize)]
struct Machine {
    os: &'static str,
    arch: &'static str,
}

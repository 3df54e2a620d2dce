//! What the page's script draws, as JSON: numbers to six digits, `null` for what is not known.

use crate::diagnosis::Diagnosis;
use crate::ped_anova::parameter_importances;
use crate::ranked::parameter;
use crate::ranking::{RankedTrial, Ranking, TrialState};
use crate::scores::is_maximized;
use crate::study::Study;
use mlpsweep_search::{TrialNumber, Value};
use mlpsweep_sweep::record::{CurvePoint, DomainInfo, FoldRecord, Judged, SweepInfo, Timing};
use serde::Serialize;
use serde_json::{Value as Json, json};

/// Learning curves that can be looked at, and points of each.
const MOST_CURVES: usize = 20;
const MOST_POINTS: usize = 120;
/// Units in the timeline.
const MOST_UNITS: usize = 10_000;
/// A time without any unit that is cut out of the timeline, in milliseconds.
const BREAK: u64 = 2_000;

#[derive(Serialize)]
pub(super) struct PlotData<'a> {
    metric: &'a str,
    maximize: bool,
    splits: usize,
    targets: &'a [String],
    params: Vec<Parameter<'a>>,
    rows: Vec<Row>,
    winner: Option<TrialNumber>,
    importances: Vec<Named>,
    overtuning: Vec<Json>,
    curves: Vec<Curve>,
    features: Vec<Feature<'a>>,
    judged: Option<&'a Judged>,
    /// Trial, split, milliseconds of start and of length.
    units: Vec<[u64; 4]>,
}

#[derive(Serialize)]
struct Parameter<'a> {
    name: &'a str,
    searched: bool,
    numeric: bool,
    log: bool,
}

#[derive(Serialize)]
struct Row {
    rank: Option<usize>,
    n: TrialNumber,
    state: &'static str,
    mean: Option<f64>,
    low: Option<f64>,
    p: Option<f64>,
    prob: Option<f64>,
    train: Option<f64>,
    gap: Option<f64>,
    diagnosis: Option<&'static str>,
    size: Option<usize>,
    folds: Vec<Option<f64>>,
    x: Vec<Json>,
}

#[derive(Serialize)]
struct Named {
    name: String,
    value: f64,
}

#[derive(Serialize)]
struct Curve {
    n: TrialNumber,
    rank: Option<usize>,
    epochs: Vec<usize>,
    train: Vec<Option<f64>>,
    watched: Vec<Option<f64>>,
}

#[derive(Serialize)]
struct Feature<'a> {
    name: &'a str,
    mean: f64,
    std: f64,
}

impl<'a> PlotData<'a> {
    pub(super) fn new(study: &'a Study, ranking: &'a Ranking<'_>, shown: &[RankedTrial<'_>]) -> PlotData<'a> {
        let info = &study.info;
        let names = info.parameters.iter();
        let params = names.enumerate().map(|(i, (name, searched))| {
            let values = shown.iter().filter_map(|row| parameter(row.trial, i, name));
            let domain = info.domains.iter().find(|(known, _)| known == name).map(|(_, domain)| domain);
            Parameter {
                name,
                searched: *searched,
                numeric: { values }.all(|value| matches!(value, Value::Int(_) | Value::Float(_))),
                log: matches!(domain, Some(DomainInfo::Range { log: true, .. })),
            }
        });
        let overtuning = ranking.overtuning().into_iter().map(|point| {
            json!({ "n": point.trial, "mean": short(point.mean), "holdout": point.holdout.map(short) })
        });
        let mut features: Vec<Feature<'_>> = ranking
            .closing
            .map_or(&[][..], |closing| &closing.importances)
            .iter()
            .map(|found| Feature { name: &found.feature, mean: short(found.mean), std: short(found.std) })
            .collect();
        features.sort_by(|a, b| b.mean.total_cmp(&a.mean));
        PlotData {
            metric: info.metrics.first().map_or("", |metric| &metric.name),
            maximize: info.metrics.first().is_some_and(is_maximized),
            splits: info.n_splits(),
            targets: &info.data.targets,
            params: params.collect(),
            rows: shown.iter().map(|row| Row::new(row, info)).collect(),
            winner: ranking.winner().map(|row| row.trial.number),
            importances: parameter_importances(ranking, info)
                .into_iter()
                .map(|(name, value)| Named { name, value: short(value) })
                .collect(),
            overtuning: overtuning.collect(),
            curves: curves(study, shown),
            features,
            judged: ranking.closing.map(|closing| &closing.judged),
            units: units(&study.timings),
        }
    }
}

impl Row {
    fn new(row: &RankedTrial<'_>, info: &SweepInfo) -> Row {
        let scores = row.scores.first().cloned().unwrap_or_default();
        let x =
            info.parameters.iter().enumerate().map(|(i, (name, _))| match parameter(row.trial, i, name) {
                Some(Value::Float(x)) => json!(short(*x)),
                Some(value) => json!(value),
                None => Json::Null,
            });
        Row {
            rank: row.rank,
            n: row.trial.number,
            state: row.state.as_str(),
            mean: scores.mean.map(short),
            low: scores.interval.map(|ci| short(ci.low)),
            p: row.p_vs_best.map(short),
            prob: row.prob_best.map(short),
            train: scores.mean_train.map(short),
            gap: scores.gap.map(short),
            diagnosis: row.diagnosis.map(Diagnosis::as_str),
            size: row.n_parameters,
            folds: scores.test.iter().map(|score| score.map(short)).collect(),
            x: x.collect(),
        }
    }
}

/// To six digits.
fn short(x: f64) -> f64 {
    format!("{x:.5e}").parse().unwrap_or(x)
}

/// The means over the folds, of the first complete trials that have curves.
fn curves(study: &Study, shown: &[RankedTrial<'_>]) -> Vec<Curve> {
    let folds = study.sorted_folds();
    let complete = shown.iter().filter(|row| row.state == TrialState::Complete).take(MOST_CURVES);
    complete
        .filter_map(|row| {
            let number = row.trial.number;
            let start = folds.partition_point(|fold| fold.unit.trial < number);
            let end = folds.partition_point(|fold| fold.unit.trial <= number);
            let of_trial = &folds[start..end];
            let n_epochs = of_trial.iter().map(|fold| fold.curve.len()).max().filter(|&n| n > 0)?;
            let every = n_epochs.div_ceil(MOST_POINTS);
            let mut epochs: Vec<usize> = (1..=n_epochs).step_by(every).collect();
            if epochs.last() != Some(&n_epochs) {
                epochs.push(n_epochs);
            }
            let means = |of: fn(&CurvePoint) -> Option<f64>| {
                epochs.iter().map(|&epoch| mean_at(of_trial, epoch, of)).collect()
            };
            Some(Curve {
                n: number,
                rank: row.rank,
                train: means(|point| Some(point.train_loss)),
                watched: means(|point| point.validation_loss),
                epochs,
            })
        })
        .collect()
}

/// Over the folds that came so far.
fn mean_at(folds: &[&FoldRecord], epoch: usize, of: fn(&CurvePoint) -> Option<f64>) -> Option<f64> {
    let values: Vec<f64> = folds.iter().filter_map(|fold| of(fold.curve.get(epoch - 1)?)).collect();
    mlpsweep_stats::mean(&values).filter(|mean| mean.is_finite()).map(short)
}

/// The units in the order of their start, breaks between runs cut out.
fn units(timings: &[Timing]) -> Vec<[u64; 4]> {
    let mut timings: Vec<&Timing> = timings.iter().collect();
    timings.sort_by_key(|timing| (timing.started_unix_ms, timing.unit));
    timings.truncate(MOST_UNITS);
    let (mut cut, mut busy_until) = (timings.first().map_or(0, |first| first.started_unix_ms), 0);
    let of_unit = |timing: &&Timing| {
        let length = timing.elapsed_us / 1000;
        let start = timing.started_unix_ms;
        if busy_until > 0 && start > busy_until + BREAK {
            cut += start - busy_until;
        }
        busy_until = busy_until.max(start + length);
        [timing.unit.trial, timing.unit.split as u64, start - cut, length]
    };
    timings.iter().map(of_unit).collect()
}

//! A sweep as a study in Optuna's journal storage: JSON, a line an operation.
//!
//! ```text
//! {"op_code": 0, "study_name", "directions"}                                       create a study
//! {"op_code": 2, "study_id", "user_attr"}                                          say something of it
//! {"op_code": 4, "state", "value", "params", "distributions", "intermediate_values", …}   a trial, whole
//! ```
//!
//! Trials come in the order of their numbers, so that these are Optuna's numbers too; one that never began is a failed one without
//! parameters. A trial's value is its mean score; a running one is left out of the comparison as Optuna's `RUNNING`, and what diverged
//! or failed is `FAIL`. Intermediate values are the scores of its folds. A parameter that is a list stands as text, since Optuna's
//! choices hold no lists.
//!
//! Read it with `JournalStorage(JournalFileBackend(FILE))`, or `optuna-dashboard FILE`.

use mlpsweep_report::{RankedTrial, Ranking, Study, TrialState};
use mlpsweep_search::Value;
use mlpsweep_sweep::record::{DomainInfo, Timing};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

const WORKER: &str = "mlpsweep";

/// The journal of a study.
pub fn optuna_journal(study: &Study, ranking: &Ranking<'_>) -> String {
    let info = &study.info;
    let maximize = info.metrics.first().is_some_and(|metric| metric.goal == "maximize");
    let mut lines = vec![json!({
        "op_code": 0, "worker_id": WORKER, "study_name": info.name, "directions": [if maximize { 2 } else { 1 }],
    })];
    let metric = info.metrics.first().map_or("", |metric| &metric.name);
    for (key, value) in [
        ("mlpsweep:metric", json!(metric)),
        ("mlpsweep:sweep_hash", json!(info.sweep_hash)),
        ("mlpsweep:data", json!(info.data.fingerprint)),
        ("mlpsweep:version", json!(info.version)),
    ] {
        lines.push(json!({ "op_code": 2, "worker_id": WORKER, "study_id": 0, "user_attr": { key: value } }));
    }
    lines.push(json!({
        "op_code": 3, "worker_id": WORKER, "study_id": 0, "system_attr": { "study:metric_names": [metric] },
    }));
    let domains = domains(study);
    let rows: BTreeMap<u64, &RankedTrial<'_>> =
        ranking.rows.iter().map(|row| (row.trial.number, row)).collect();
    let timings = study.timings_of_trials();
    let last = rows.keys().last().copied();
    for number in last.map_or(0..0, |last| 0..last + 1) {
        lines.push(match rows.get(&number) {
            Some(row) => trial(row, timings.get(&number).map_or(&[], Vec::as_slice), &domains),
            None => json!({
                "op_code": 4, "worker_id": WORKER, "study_id": 0, "state": 3, "value": null, "values": null,
                "datetime_start": time(0), "datetime_complete": time(0),
            }),
        });
    }
    lines.into_iter().map(|line| format!("{line}\n")).collect()
}

fn trial(row: &RankedTrial<'_>, timings: &[&Timing], domains: &BTreeMap<String, DomainInfo>) -> Json {
    let start = timings.iter().map(|timing| timing.started_unix_ms).min().unwrap_or(0);
    let ends = timings.iter().map(|timing| timing.started_unix_ms.saturating_add(timing.elapsed_us / 1000));
    let end = ends.max().unwrap_or(start);
    let (mut params, mut distributions) = (Map::new(), Map::new());
    for (name, value) in &row.trial.point {
        let Some(domain) = domains.get(&**name) else { continue };
        if let Some(inner) = inner(domain, value) {
            params.insert(name.to_string(), inner);
            distributions.insert(name.to_string(), json!(distribution(domain)));
        }
    }
    let scores = row.scores.first();
    let state = match row.state {
        TrialState::Complete => 1,
        TrialState::Running => 0,
        TrialState::Pruned => 2,
        TrialState::Timeout | TrialState::Diverged | TrialState::Failed => 3,
    };
    let folds: Map<String, Json> = scores
        .iter()
        .flat_map(|scores| scores.test.iter().enumerate())
        .filter_map(|(split, score)| Some((split.to_string(), json!((*score)?))))
        .collect();
    let mut attributes = Map::new();
    let mut note = |key: &str, value: Option<Json>| {
        attributes.extend(value.map(|value| (format!("mlpsweep:{key}"), value)));
    };
    note("se", scores.and_then(|scores| scores.se).map(|x| json!(x)));
    note("gap", scores.and_then(|scores| scores.gap).map(|x| json!(x)));
    note("n_parameters", row.n_parameters.map(|n| json!(n)));
    note("diagnosis", row.diagnosis.map(|diagnosis| json!(diagnosis.as_str())));
    note("message", row.message.as_ref().map(|message| json!(message)));
    let mut found = json!({
        "op_code": 4, "worker_id": WORKER, "study_id": 0,
        "datetime_start": time(start),
        "state": state,
        "value": scores.and_then(|scores| scores.mean).filter(|_| state == 1),
        "values": null,
        "distributions": distributions, "params": params, "user_attrs": attributes, "system_attrs": {},
        "intermediate_values": folds,
    });
    if state != 0 {
        found["datetime_complete"] = json!(time(end));
    }
    found
}

fn time(unix_ms: u64) -> String {
    mlpsweep_report::moment(unix_ms).replace('Z', "+00:00")
}

/// The value as Optuna stores it: a number, or a position among choices; `None` for one that is none of the domain's.
fn inner(domain: &DomainInfo, value: &Value) -> Option<Json> {
    match (domain, value) {
        (DomainInfo::Range { is_int: false, .. }, Value::Float(x)) => Some(json!(x)),
        (DomainInfo::Range { .. }, Value::Int(i)) => Some(json!(*i as f64)),
        (DomainInfo::Categorical { values }, value) => {
            values.iter().position(|known| known == value).map(|position| json!(position))
        }
        _ => None,
    }
}

/// The domain as Optuna's distribution.
fn distribution(domain: &DomainInfo) -> String {
    let (name, attributes) = match domain {
        &DomainInfo::Range { min, max, step, log, is_int: true } => {
            let (low, high) = (min as i64, max as i64);
            // Optuna wants a step to end at the upper bound, and none on a log scale.
            let step = if log { 1 } else { step.unwrap_or(1.0) as i64 };
            let high = low + (high - low) / step * step;
            ("IntDistribution", json!({ "log": log, "step": step, "low": low, "high": high }))
        }
        DomainInfo::Range { min, max, step, log, .. } => {
            ("FloatDistribution", json!({ "step": step, "low": min, "high": max, "log": log }))
        }
        DomainInfo::Categorical { values } => {
            let choice = |value: &Value| match value {
                Value::List(_) => json!(value.to_string()),
                value => json!(value),
            };
            let choices: Vec<Json> = values.iter().map(choice).collect();
            ("CategoricalDistribution", json!({ "choices": choices }))
        }
    };
    json!({ "name": name, "attributes": attributes }).to_string()
}

/// The searched parameters; one of which a list has other values gets those there are as its choices.
fn domains(study: &Study) -> BTreeMap<String, DomainInfo> {
    let mut domains: BTreeMap<String, DomainInfo> = study.info.domains.iter().cloned().collect();
    for (name, _) in study.info.parameters.iter().filter(|(_, is_searched)| *is_searched) {
        let points = study.trials.iter().flat_map(|trial| &trial.point);
        let values: Vec<&Value> =
            points.filter(|(known, _)| **known == **name).map(|(_, value)| value).collect();
        let fits = |domain: &DomainInfo| values.iter().all(|value| inner(domain, value).is_some());
        if !domains.get(&**name).is_some_and(fits) {
            let mut choices: Vec<Value> = Vec::new();
            for value in values {
                if !choices.contains(value) {
                    choices.push(value.clone());
                }
            }
            domains.insert(name.clone(), DomainInfo::Categorical { values: choices });
        }
    }
    domains
}

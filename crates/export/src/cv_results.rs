//! scikit-learn's `cv_results_`: the dictionary of lists that a fitted `GridSearchCV` has.
//!
//! ```text
//! mean_fit_time std_fit_time              seconds a fold took, training and scoring together
//! param_<name> … params
//! split0_test_score … mean_test_score std_test_score rank_test_score
//! split0_train_score … mean_train_score std_train_score        the same with _<metric> of further metrics
//! ```
//!
//! As scikit-learn has it, more is better: scores that are minimised are negated, as those of its `neg_…` scorers, and std has
//! ddof = 0. Rows stand in the order of the trials. What did not become complete has NaN in CSV, `null` in JSON, and the
//! last rank. `mean_score_time` is not known apart.

use mlpsweep_report::{RankedTrial, Ranking, Study, formula_free};
use mlpsweep_stats::mean;
use mlpsweep_sweep::record::{FoldRecord, SweepInfo, UnitId};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// A column and its cell in each row.
type Column = (String, Vec<Json>);

/// The dictionary as JSON: an object of lists.
pub fn cv_results_json(study: &Study, ranking: &Ranking<'_>) -> String {
    let mut object: Map<String, Json> =
        columns(study, ranking).into_iter().map(|(name, cells)| (name, Json::Array(cells))).collect();
    let params = rows(ranking).into_iter().map(|row| {
        let pairs = row.trial.point.iter().map(|(name, value)| (name.to_string(), json!(value)));
        Json::Object(pairs.collect())
    });
    object.insert("params".into(), Json::Array(params.collect()));
    format!("{:#}\n", Json::Object(object))
}

/// The table that `pandas.DataFrame(cv_results_)` would be.
pub fn cv_results_csv(study: &Study, ranking: &Ranking<'_>) -> String {
    let columns = columns(study, ranking);
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = columns.iter().map(|(name, _)| name);
    writer.write_record(header).expect("text goes into memory without fail");
    for row_idx in 0..ranking.rows.len() {
        let cells = columns.iter().map(|(name, cells)| match &cells[row_idx] {
            Json::Null if name.starts_with("param_") => String::new(),
            Json::Null => "NaN".to_owned(),
            Json::String(text) => formula_free(text).into_owned(),
            Json::Array(items) => {
                let items: Vec<String> = items.iter().map(ToString::to_string).collect();
                format!("[{}]", items.join(", "))
            }
            cell => cell.to_string(),
        });
        writer.write_record(cells).expect("text goes into memory without fail");
    }
    let bytes = writer.into_inner().expect("text goes into memory without fail");
    String::from_utf8(bytes).expect("text in, text out")
}

fn rows<'a>(ranking: &'a Ranking<'_>) -> Vec<&'a RankedTrial<'a>> {
    let mut rows: Vec<&RankedTrial<'_>> = ranking.rows.iter().collect();
    rows.sort_by_key(|row| row.trial.number);
    rows
}

fn columns(study: &Study, ranking: &Ranking<'_>) -> Vec<Column> {
    let info = &study.info;
    let rows = rows(ranking);
    let timings = study.timings_of_trials();
    let times: Vec<Vec<f64>> = rows
        .iter()
        .map(|row| {
            let of_trial = timings.get(&row.trial.number).into_iter().flatten();
            of_trial.map(|timing| timing.elapsed_us as f64 / 1e6).collect()
        })
        .collect();
    let mut columns: Vec<Column> = vec![
        ("mean_fit_time".into(), times.iter().map(|times| number(mean(times))).collect()),
        ("std_fit_time".into(), times.iter().map(|times| number(spread(times))).collect()),
    ];
    for (name, _) in &info.parameters {
        let value = |row: &&RankedTrial<'_>| {
            let found = row.trial.point.iter().find(|(known, _)| **known == **name);
            found.map_or(Json::Null, |(_, value)| json!(value))
        };
        columns.push((format!("param_{name}"), rows.iter().map(value).collect()));
    }
    let folds: BTreeMap<UnitId, &FoldRecord> = study.folds.iter().map(|fold| (fold.unit, fold)).collect();
    for metric_idx in 0..info.metrics.len() {
        columns.extend(score_columns(&rows, info, metric_idx, &folds));
    }
    columns
}

fn score_columns(
    rows: &[&RankedTrial<'_>],
    info: &SweepInfo,
    metric_idx: usize,
    folds: &BTreeMap<UnitId, &FoldRecord>,
) -> Vec<Column> {
    let metric = &info.metrics[metric_idx];
    let sign = if metric.goal == "maximize" { 1.0 } else { -1.0 };
    let suffix = if metric_idx == 0 { "score" } else { &metric.name };
    let test = |row: &RankedTrial<'_>| -> Vec<Option<f64>> {
        let scores = row.scores.get(metric_idx);
        scores.map_or(Vec::new(), |scores| scores.test.iter().map(|s| s.map(|s| sign * s)).collect())
    };
    let mut columns: Vec<Column> = (0..info.n_splits())
        .map(|split| {
            let cells = rows.iter().map(|row| number(test(row).get(split).copied().flatten()));
            (format!("split{split}_test_{suffix}"), cells.collect())
        })
        .collect();
    // A mean of a part of the folds is none.
    let whole = |row: &RankedTrial<'_>| {
        test(row).into_iter().collect::<Option<Vec<f64>>>().filter(|_| row.rank.is_some())
    };
    let means: Vec<Option<f64>> =
        rows.iter().map(|row| Some(sign * row.scores.get(metric_idx)?.mean?)).collect();
    columns.push((format!("mean_test_{suffix}"), means.iter().map(|&mean| number(mean)).collect()));
    columns.push((
        format!("std_test_{suffix}"),
        rows.iter().map(|row| number(whole(row).and_then(|scores| spread(&scores)))).collect(),
    ));
    let n_complete = means.iter().flatten().count();
    let rank = |mean: &Option<f64>| match mean {
        Some(mean) => 1 + means.iter().flatten().filter(|other| *other > mean).count(),
        None => n_complete + 1,
    };
    columns.push((format!("rank_test_{suffix}"), means.iter().map(|mean| json!(rank(mean))).collect()));
    let train: Vec<Vec<Option<f64>>> = rows
        .iter()
        .map(|row| {
            let score = |split| {
                let unit = UnitId { trial: row.trial.number, split };
                folds.get(&unit).and_then(|fold| fold.train_scores.get(metric_idx)).map(|score| sign * score)
            };
            (0..info.n_splits()).map(score).collect()
        })
        .collect();
    for split in 0..info.n_splits() {
        let cells = train.iter().map(|scores| number(scores[split]));
        columns.push((format!("split{split}_train_{suffix}"), cells.collect()));
    }
    let whole: Vec<Option<Vec<f64>>> = train
        .iter()
        .zip(rows)
        .map(|(scores, row)| {
            scores.iter().copied().collect::<Option<Vec<f64>>>().filter(|_| row.rank.is_some())
        })
        .collect();
    columns.push((
        format!("mean_train_{suffix}"),
        rows.iter()
            .map(|row| {
                number(row.scores.get(metric_idx).and_then(|scores| scores.mean_train).map(|x| sign * x))
            })
            .collect(),
    ));
    columns.push((
        format!("std_train_{suffix}"),
        whole.iter().map(|scores| number(scores.as_deref().and_then(spread))).collect(),
    ));
    columns
}

fn number(x: Option<f64>) -> Json {
    x.map_or(Json::Null, |x| json!(x))
}

/// The standard deviation with ddof = 0.
fn spread(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
    Some((squares / values.len() as f64).sqrt())
}

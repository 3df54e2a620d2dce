//! ranked.csv: one row a trial, the best first.
//!
//! ```text
//! rank_test_score number state
//! mean_test_score std_test_score se_test_score ci_low ci_high       of the metric that ranks
//! p_vs_best p_holm tied_with_best prob_best                         against the best
//! mean_train_score gap diagnosis split0_test_score …
//! folds_done best_epoch n_parameters aic bic
//! bias2 variance                                                    where rows are validated in several repeats
//! mean_test_<m> std_test_<m> se_test_<m> ci_low_<m> ci_high_<m> mean_train_<m> gap_<m> split0_test_<m> …
//!                                                                   the same of every further metric m
//! param_<name> …                                                    in the sweep file's order, fixed ones too
//! message                                                           what happened in which fold, if anything did
//! ```
//!
//! In JSON every row is an object with these keys, in this order.

use crate::cell::{Cell, csv_file};
use crate::diagnosis::Diagnosis;
use crate::ranking::{RankedTrial, Ranking};
use crate::scores::Scores;
use mlpsweep_search::Value;
use mlpsweep_sweep::record::{Name, SweepInfo, Trial};
use serde_json::{Map, Value as Json};

/// ranked.csv.
pub fn to_csv(ranking: &Ranking<'_>, info: &SweepInfo) -> String {
    let columns = columns(info);
    csv_file(
        columns.iter().map(|column| column.name.clone()),
        ranking.rows.iter().map(|row| columns.iter().map(|column| (column.cell)(row)).collect()),
    )
}

/// The same as a JSON array, one object and line per trial.
pub fn to_json(ranking: &Ranking<'_>, info: &SweepInfo) -> String {
    let columns = columns(info);
    let objects: Vec<String> = ranking
        .rows
        .iter()
        .map(|row| {
            let cells = columns.iter().map(|column| (column.name.clone(), (column.cell)(row).json()));
            Json::Object(cells.collect::<Map<String, Json>>()).to_string()
        })
        .collect();
    if objects.is_empty() { "[]\n".into() } else { format!("[\n  {}\n]\n", objects.join(",\n  ")) }
}

/// A hyperparameter of a trial; `None` where it has none of that name. `parameter_idx` is where to look first.
pub(crate) fn parameter<'a>(trial: &'a Trial, parameter_idx: usize, name: &str) -> Option<&'a Value> {
    let is_it = |(candidate, _): &&(Name, Value)| **candidate == *name;
    let found = trial.point.get(parameter_idx).filter(is_it).or_else(|| trial.point.iter().find(is_it));
    found.map(|(_, value)| value)
}

/// A column: its name, and its cell in a row.
struct Column {
    name: String,
    cell: Box<dyn for<'r> Fn(&'r RankedTrial<'_>) -> Cell<'r>>,
}

fn column(
    name: impl Into<String>,
    cell: impl for<'r> Fn(&'r RankedTrial<'_>) -> Cell<'r> + 'static,
) -> Column {
    Column { name: name.into(), cell: Box::new(cell) }
}

/// A column with a number about one metric.
fn score(name: String, metric_idx: usize, number: impl Fn(&Scores) -> Option<f64> + 'static) -> Column {
    column(name, move |row| row.scores.get(metric_idx).and_then(&number).into())
}

fn columns(info: &SweepInfo) -> Vec<Column> {
    let mut columns = vec![
        column("rank_test_score", |row| row.rank.into()),
        column("number", |row| Cell::Count(row.trial.number)),
        column("state", |row| Cell::Text(row.state.as_str().into())),
    ];
    columns.extend(mean_columns(0, "score", ""));
    columns.extend([
        column("p_vs_best", |row| row.p_vs_best.into()),
        column("p_holm", |row| row.p_holm.into()),
        column("tied_with_best", |row| row.tied_with_best.into()),
        column("prob_best", |row| row.prob_best.into()),
    ]);
    columns.extend(train_columns(0, "score", ""));
    columns.push(column("diagnosis", |row| Cell::text(row.diagnosis.map(Diagnosis::as_str))));
    columns.extend(split_columns(0, "score", info.n_splits()));
    columns.extend([
        column("folds_done", |row| Cell::count(row.folds_done)),
        column("best_epoch", |row| row.best_epoch.into()),
        column("n_parameters", |row| row.n_parameters.into()),
        column("aic", |row| row.criteria.map(|criteria| criteria.aic).into()),
        column("bic", |row| row.criteria.map(|criteria| criteria.bic).into()),
        column("bias2", |row| row.decomposition.map(|parts| parts.bias2).into()),
        column("variance", |row| row.decomposition.map(|parts| parts.variance).into()),
    ]);
    for (metric_idx, metric) in info.metrics.iter().enumerate().skip(1) {
        let suffix = format!("_{}", metric.name);
        columns.extend(mean_columns(metric_idx, &metric.name, &suffix));
        columns.extend(train_columns(metric_idx, &metric.name, &suffix));
        columns.extend(split_columns(metric_idx, &metric.name, info.n_splits()));
    }
    for (parameter_idx, (name, _)) in info.parameters.iter().enumerate() {
        let wanted = name.clone();
        columns.push(column(format!("param_{name}"), move |row| {
            parameter(row.trial, parameter_idx, &wanted).map_or(Cell::Empty, Cell::Value)
        }));
    }
    columns.push(column("message", |row| Cell::text(row.message.as_deref())));
    columns
}

/// The mean and how sure it is. `metric` ends the names that scikit-learn's users know, `suffix` the others.
fn mean_columns(metric_idx: usize, metric: &str, suffix: &str) -> [Column; 5] {
    [
        score(format!("mean_test_{metric}"), metric_idx, |scores| scores.mean),
        score(format!("std_test_{metric}"), metric_idx, |scores| scores.std),
        score(format!("se_test_{metric}"), metric_idx, |scores| scores.se),
        score(format!("ci_low{suffix}"), metric_idx, |scores| scores.interval.map(|ci| ci.low)),
        score(format!("ci_high{suffix}"), metric_idx, |scores| scores.interval.map(|ci| ci.high)),
    ]
}

/// The training scores beside it.
fn train_columns(metric_idx: usize, metric: &str, suffix: &str) -> [Column; 2] {
    [
        score(format!("mean_train_{metric}"), metric_idx, |scores| scores.mean_train),
        score(format!("gap{suffix}"), metric_idx, |scores| scores.gap),
    ]
}

/// The scores it is the mean of.
fn split_columns(metric_idx: usize, metric: &str, n_splits: usize) -> impl Iterator<Item = Column> {
    (0..n_splits).map(move |split| {
        let of_split = move |scores: &Scores| scores.test.get(split).copied().flatten();
        score(format!("split{split}_test_{metric}"), metric_idx, of_split)
    })
}

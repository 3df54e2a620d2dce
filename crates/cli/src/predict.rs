//! `mlpsweep predict`: what the winner of a sweep says of the rows of a table.

use crate::args::{Format, PredictArguments};
use crate::exit::{BAD_DATA, NO_USABLE_TRIAL, Problem, USAGE, print, tell};
use crate::train::figures;
use mlpsweep_data::{DataError, Rows, Target};
use mlpsweep_model::Model;
use mlpsweep_report::{PredictedRows, write_file};
use mlpsweep_train::{Metric, Predictions, score};
use serde_json::Number;

pub(crate) fn predict(arguments: &PredictArguments) -> Result<(), Problem> {
    let model = Model::load(&arguments.model)?;
    let asked = arguments.keep.iter().map(|name| (name.as_str(), true));
    let mut kept: Vec<(&str, bool)> = Vec::new();
    for (name, must_be_there) in model.origin.id.iter().map(|id| (id.as_str(), false)).chain(asked) {
        if let Some(known) = kept.iter_mut().find(|(known, _)| *known == name) {
            known.1 |= must_be_there;
        } else {
            kept.push((name, must_be_there));
        }
    }
    let rows = model.schema.read_rows(&arguments.data, &kept, arguments.score)?;
    let predictions = model.predict(&rows.features);
    let predicted = PredictedRows {
        kept: &rows.kept,
        target: &model.schema.target,
        predictions: &predictions,
        refused: &rows.refused,
    };
    let header = predicted.header();
    if let Some((name, _)) = rows.kept.iter().find(|(name, _)| header[rows.kept.len()..].contains(name)) {
        let message = format!("--keep {name}: a column of the result has that name");
        return Err(Problem::new(USAGE, message).hint(Some("give the column of the table another".into())));
    }
    let text = match (&rows.target, arguments.format) {
        (Some(target), format) => figures(&scores(target, &predictions)?, format.unwrap_or(Format::Table)),
        (None, None | Some(Format::Csv)) => predicted.to_csv(),
        (None, Some(Format::Json)) => predicted.to_json(),
        (None, Some(Format::Table)) => predicted.to_table(),
    };
    match &arguments.out {
        Some(path) => write_file(path, text.as_bytes())?,
        None => print(&text)?,
    }
    let n_errors = predicted.n_errors();
    if n_errors == 0 { Ok(()) } else { Err(left_out(arguments, rows, n_errors)) }
}

/// What is to be said when rows have no prediction.
fn left_out(arguments: &PredictArguments, mut rows: Rows, n_errors: usize) -> Problem {
    let n_rows = rows.n_rows();
    let what = if arguments.score { "not scored" } else { "without a prediction" };
    let message = format!("{}: {n_errors} of {n_rows} rows {what}", arguments.data.display());
    let first = (!rows.refused.is_empty()).then(|| rows.refused.swap_remove(0).1);
    let Some(fault) = first else { return Problem::new(BAD_DATA, message) };
    let first = DataError { path: arguments.data.clone(), fault };
    tell(&format!("note: the first is {first}"));
    Problem::new(BAD_DATA, message).hint(first.hint())
}

/// A score per metric that has a value.
fn scores(target: &Target, predictions: &Predictions) -> Result<Vec<(&'static str, Number)>, Problem> {
    let every: Vec<u32> = (0..target.n_rows() as u32).collect();
    let has_value = |metric: &Metric| {
        !every.is_empty() && metric.fits(target) && metric.lacks_in(target, &every).is_none()
    };
    let metrics: Vec<Metric> = Metric::ALL.iter().copied().filter(has_value).collect();
    let mut found: Vec<(&str, Number)> = vec![("n_rows", every.len().into())];
    for metric in metrics {
        let scores = score(target, &every, predictions, &[metric]);
        let number = scores.ok().and_then(|scores| Number::from_f64(scores[0])).ok_or_else(|| {
            let message = format!("{} has no value: a prediction is no finite number", metric.name());
            Problem::new(NO_USABLE_TRIAL, message)
        })?;
        found.push((metric.name(), number));
    }
    Ok(found)
}

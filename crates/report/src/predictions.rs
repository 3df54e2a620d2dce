//! What a model says of the rows of a table.
//!
//! ```text
//! classes   <kept columns …>  prediction  probability_<class> …  error
//! numbers   <kept columns …>  prediction                         error     prediction_<target> … for several targets
//! ```
//!
//! A row a row of the table, in its order. `error` says why a row has no prediction and is empty for those that have one.

use crate::cell::{Cell, csv_file};
use crate::table::plain_table;
use mlpsweep_data::{Fault, TargetSchema};
use mlpsweep_train::{Predictions, most_probable};
use serde_json::{Map, Value as Json};
use std::borrow::Cow;

/// Predictions for the rows of a table.
#[derive(Clone, Copy, Debug)]
pub struct PredictedRows<'a> {
    /// Columns of that table, with a cell for each of its rows.
    pub kept: &'a [(String, Vec<String>)],
    /// What is predicted.
    pub target: &'a TargetSchema,
    /// Of the rows that could be read, one after the other.
    pub predictions: &'a Predictions,
    /// The other rows, by their position among all, ascending.
    pub refused: &'a [(usize, Fault)],
}

impl PredictedRows<'_> {
    /// Rows without a prediction: those that could not be read, and those the network has no finite number for.
    pub fn n_errors(&self) -> usize {
        let (values, n) = self.values();
        let is_finite = |row: &&[f64]| row.iter().all(|value| value.is_finite());
        self.refused.len() + values.chunks_exact(n).filter(|row| !is_finite(row)).count()
    }

    /// As CSV.
    pub fn to_csv(&self) -> String {
        csv_file(self.header(), self.rows())
    }

    /// As a JSON array, an object a row.
    pub fn to_json(&self) -> String {
        let header = self.header();
        let object = |cells: Vec<Cell<'_>>| -> Json {
            let cells = header.iter().cloned().zip(cells.iter().map(Cell::json));
            Json::Object(cells.collect::<Map<String, Json>>())
        };
        format!("{:#}\n", Json::Array(self.rows().map(object).collect()))
    }

    /// As a table for people, its numbers rounded.
    pub fn to_table(&self) -> String {
        let rows = self.rows().map(|cells| cells.iter().map(Cell::rounded).collect());
        plain_table(&self.header(), rows.collect())
    }

    /// The names of the columns.
    pub fn header(&self) -> Vec<String> {
        let mut header: Vec<String> = self.kept.iter().map(|(name, _)| name.clone()).collect();
        match self.target {
            TargetSchema::Classes { labels, .. } => {
                header.push("prediction".to_owned());
                header.extend(labels.iter().map(|label| format!("probability_{label}")));
            }
            TargetSchema::Numbers { names } if names.len() == 1 => header.push("prediction".to_owned()),
            TargetSchema::Numbers { names } => {
                header.extend(names.iter().map(|name| format!("prediction_{name}")));
            }
        }
        header.push("error".to_owned());
        header
    }

    /// Numbers, and how many of them a row has.
    fn values(&self) -> (&[f64], usize) {
        match self.predictions {
            Predictions::Probabilities { n_classes, values } => (values, *n_classes),
            Predictions::Numbers { n_targets, values } => (values, *n_targets),
        }
    }

    fn rows(&self) -> impl Iterator<Item = Vec<Cell<'_>>> {
        let (values, n) = self.values();
        let n_rows = values.len() / n + self.refused.len();
        let mut predicted = values.chunks_exact(n);
        let mut refused = self.refused.iter().peekable();
        let n_cells = self.header().len() - self.kept.len();
        (0..n_rows).map(move |row_idx| {
            let mut cells: Vec<Cell<'_>> =
                self.kept.iter().map(|(_, cells)| Cell::Text(Cow::Borrowed(&cells[row_idx]))).collect();
            let error = if let Some((_, fault)) = refused.next_if(|(idx, _)| *idx == row_idx) {
                Some(fault.to_string())
            } else {
                let row = predicted.next().expect("a prediction for every row that is not refused");
                let is_finite = row.iter().all(|value| value.is_finite());
                if is_finite {
                    if let TargetSchema::Classes { labels, .. } = self.target {
                        cells.push(Cell::Text(Cow::Borrowed(&labels[most_probable(row)])));
                    }
                    cells.extend(row.iter().map(|&value| Cell::Number(value)));
                }
                (!is_finite).then(|| "the prediction is no finite number".to_owned())
            };
            cells.resize(self.kept.len() + n_cells - 1, Cell::Empty);
            cells.push(Cell::text(error));
            cells
        })
    }
}

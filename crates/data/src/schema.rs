//! What the columns of a table are, and another file with the same ones.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::category::{Categories, Category};
use crate::dataset::{Dataset, Target};
use crate::fault::{DataError, Fault};
use crate::read::{self, CsvOptions, Table};
use crate::target::position_of_label;

/// What the columns of a table are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// The features, in their order.
    pub feature_names: Vec<String>,
    /// Which of them are not numbers but levels.
    pub categories: Categories,
    /// Whether cells of features may be missing.
    pub gaps: bool,
    /// What stands between cells of such files; found when `None`.
    pub delimiter: Option<u8>,
    /// What is predicted.
    pub target: TargetSchema,
}

/// What is predicted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetSchema {
    /// One of several classes.
    Classes {
        /// The column's name.
        name: String,
        /// The classes, in their order.
        labels: Vec<String>,
        /// The class that scores of one class are about, by its position.
        positive: u32,
    },
    /// One number or several.
    Numbers {
        /// The columns' names.
        names: Vec<String>,
    },
}

impl TargetSchema {
    /// The names of the target's columns.
    pub fn names(&self) -> &[String] {
        match self {
            TargetSchema::Classes { name, .. } => std::slice::from_ref(name),
            TargetSchema::Numbers { names } => names,
        }
    }
}

/// Rows of a file that a model is to predict.
#[derive(Debug)]
pub struct Rows {
    /// The features of the rows that can be read, `n × n_features` in the schema's order. A level that is not the schema's has
    /// a position behind those that are.
    pub features: Array2<f64>,
    /// What is true of the same rows, where that was asked for.
    pub target: Option<Target>,
    /// The rows that cannot be read, by their position among all rows of the file.
    pub refused: Vec<(usize, Fault)>,
    /// The columns asked for that are there, each with its name and its cells in all rows of the file.
    pub kept: Vec<(String, Vec<String>)>,
}

impl Rows {
    /// How many rows the file has.
    pub fn n_rows(&self) -> usize {
        self.features.nrows() + self.refused.len()
    }
}

impl Schema {
    /// The schema of `data`, which was read with `options`.
    pub fn new(data: &Dataset, options: &CsvOptions) -> Schema {
        let target = match &data.target {
            Target::Classes { name, labels, positive, .. } => {
                TargetSchema::Classes { name: name.clone(), labels: labels.clone(), positive: *positive }
            }
            Target::Numbers { names, .. } => TargetSchema::Numbers { names: names.clone() },
        };
        Schema {
            feature_names: data.feature_names.clone(),
            categories: data.categories.clone(),
            gaps: options.gaps,
            delimiter: options.delimiter,
            target,
        }
    }

    /// How to read another file with these columns: what each is is stated, and any other is left out.
    pub fn options(&self) -> CsvOptions {
        let mut options = CsvOptions {
            target: self.target.names().to_vec(),
            keep_all: true,
            only_named: true,
            gaps: self.gaps,
            delimiter: self.delimiter,
            ..CsvOptions::default()
        };
        match &self.target {
            TargetSchema::Classes { labels, .. } => options.classes.clone_from(labels),
            TargetSchema::Numbers { .. } => options.task = Some(crate::Task::Regression),
        }
        for (feature_idx, name) in self.feature_names.iter().enumerate() {
            match self.categories.get(&feature_idx) {
                None => options.numeric.push(name.clone()),
                Some(Category { is_ordinal: false, .. }) => options.categorical.push(name.clone()),
                Some(Category { levels, .. }) => options.ordinal.push((name.clone(), levels.clone())),
            }
        }
        options
    }

    /// Reads the rows of the file at `path`, and the cells of the columns `kept` as they stand, each of which may be missing unless
    /// it is said that it must be there; the target too if `with_target`. Columns may stand in any order, and others beside them.
    ///
    /// # Errors
    /// A file that is no table, or lacks a column. What is wrong with a row is said in [`Rows::refused`].
    pub fn read_rows(
        &self,
        path: &Path,
        kept: &[(&str, bool)],
        with_target: bool,
    ) -> Result<Rows, DataError> {
        let file = File::open(path).and_then(|file| Ok((file.metadata()?.len(), file)));
        let (n_bytes, file) =
            file.map_err(|error| DataError { path: path.to_owned(), fault: Fault::Unreadable(error) })?;
        self.read(file, Some(n_bytes), path, (kept, with_target))
    }

    /// Reads rows from any source, as [`read_rows`](Schema::read_rows) would from a file called `path`.
    ///
    /// # Errors
    /// As [`read_rows`](Schema::read_rows).
    pub fn read_rows_from(
        &self,
        source: impl Read,
        path: &Path,
        kept: &[(&str, bool)],
        with_target: bool,
    ) -> Result<Rows, DataError> {
        self.read(source, None, path, (kept, with_target))
    }

    fn read(
        &self,
        source: impl Read,
        n_bytes: Option<u64>,
        path: &Path,
        (kept, with_target): (&[(&str, bool)], bool),
    ) -> Result<Rows, DataError> {
        let mut options = self.options();
        if !with_target {
            options.target.clear();
        }
        let table = read::read_rows(source, n_bytes, path, &options, kept)
            .map_err(|fault| DataError { path: path.to_owned(), fault })?;
        let Table { feature_names, features, categories, target, refused, kept, .. } = table;
        let mut known = self.categories.clone();
        let features = aligned(&self.feature_names, &mut known, (&feature_names, &features, &categories));
        let target = target.map(|target| match (target, &self.target) {
            (Target::Classes { name, labels, codes, .. }, TargetSchema::Classes { positive, .. }) => {
                Target::Classes { name, labels, codes, positive: *positive }
            }
            (target, _) => target,
        });
        Ok(Rows { features, target, refused, kept })
    }
}

/// The columns called `names` of another table, in this order, each category's levels at the positions `categories` say; new
/// ones come behind them there.
///
/// # Panics
/// When the other table lacks one of the columns, or has a number for a category.
pub(crate) fn aligned(
    names: &[String],
    categories: &mut Categories,
    (other_names, other_values, other_categories): (&[String], &Array2<f64>, &Categories),
) -> Array2<f64> {
    let places: HashMap<&String, usize> = other_names.iter().zip(0..).collect();
    let places: Vec<usize> = names.iter().map(|name| places[name]).collect();
    // `select` would leave columns one behind the other where there is more than one row: tables are row-major.
    let mut values = Array2::from_shape_fn((other_values.nrows(), places.len()), |(row_idx, feature_idx)| {
        other_values[[row_idx, places[feature_idx]]]
    });
    for (feature_idx, category) in categories {
        let theirs = &other_categories[&places[*feature_idx]].levels;
        let codes: Vec<usize> = theirs
            .iter()
            .map(|label| {
                position_of_label(&category.levels, label).unwrap_or_else(|| {
                    category.levels.push(label.clone());
                    category.levels.len() - 1
                })
            })
            .collect();
        values
            .column_mut(*feature_idx)
            .mapv_inplace(|code| if code.is_nan() { code } else { codes[code as usize] as f64 });
    }
    values
}

//! The rows of another file with the same columns below those of a table.

use ndarray::Axis;

use crate::dataset::{Dataset, Target};
use crate::read::CsvOptions;
use crate::schema::{Schema, aligned};

impl Dataset {
    /// How to read another file with the columns of this one, which was read with `options`: what each column was found to be
    /// is stated, and any other is left out.
    pub fn same_columns(&self, options: &CsvOptions) -> CsvOptions {
        CsvOptions { sample_weight: options.sample_weight.clone(), ..Schema::new(self, options).options() }
    }

    /// Puts the rows of `other`, read as [`same_columns`](Dataset::same_columns) says, below these. Levels that are new come
    /// behind the others; groups, times and folds, which nobody asks of such rows, are those of the first row.
    ///
    /// # Panics
    /// When `other` was read in another way.
    pub fn append(&mut self, other: &Dataset) {
        let theirs = (&other.feature_names[..], &other.features, &other.categories);
        let values = aligned(&self.feature_names, &mut self.categories, theirs);
        self.features.append(Axis(0), values.view()).expect("as many features");
        match (&mut self.target, &other.target) {
            (Target::Classes { codes, .. }, Target::Classes { codes: theirs, .. }) => codes.extend(theirs),
            (Target::Numbers { values, .. }, Target::Numbers { values: theirs, .. }) => {
                values.append(Axis(0), theirs.view()).expect("as many targets");
            }
            _ => unreachable!("read with the same task"),
        }
        let n_rows = self.n_rows();
        if let (Some(weights), Some(theirs)) = (&mut self.roles.weights, &other.roles.weights) {
            weights.values.extend(&theirs.values);
        }
        for labels in [&mut self.roles.groups, &mut self.roles.folds].into_iter().flatten() {
            labels.codes.resize(n_rows, labels.codes[0]);
        }
        if let Some(times) = &mut self.roles.times {
            times.ranks.resize(n_rows, times.ranks[0]);
        }
    }
}

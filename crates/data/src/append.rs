//! Another file with the same columns, and its rows below those of a table.

use ndarray::Axis;

use crate::category::Category;
use crate::dataset::{Dataset, Target};
use crate::fault::{Fault, excerpt};
use crate::read::CsvOptions;
use crate::target::position_of_label;

impl Dataset {
    /// How to read another file with the columns of this one, which was read with `options`: what each column was found to be
    /// is stated, and what was left out is left out.
    pub fn same_columns(&self, options: &CsvOptions) -> CsvOptions {
        let beside = [&options.group, &options.time, &options.fold].into_iter().flatten().cloned();
        let dropped = self.dropped.iter().map(|dropped| dropped.name.clone());
        let mut same = CsvOptions {
            task: Some(self.target.task()),
            drop: options.drop.iter().cloned().chain(dropped).chain(beside).collect(),
            keep_all: true,
            group: None,
            time: None,
            fold: None,
            categorical: Vec::new(),
            numeric: Vec::new(),
            ordinal: Vec::new(),
            ..options.clone()
        };
        if let Target::Classes { labels, .. } = &self.target {
            same.classes.clone_from(labels);
        }
        for (feature_idx, name) in self.feature_names.iter().enumerate() {
            match self.categories.get(&feature_idx) {
                None => same.numeric.push(name.clone()),
                Some(Category { is_ordinal: false, .. }) => same.categorical.push(name.clone()),
                Some(Category { levels, .. }) => same.ordinal.push((name.clone(), levels.clone())),
            }
        }
        same
    }

    /// Puts the rows of `other`, read as [`same_columns`](Dataset::same_columns) says, below these. Levels that are new come
    /// behind the others; groups, times and folds, which nobody asks of such rows, are those of the first row.
    ///
    /// # Errors
    /// A column that only one of the two has.
    pub fn append(&mut self, other: &Dataset) -> Result<(), Fault> {
        let position = |name: &String| other.feature_names.iter().position(|other| other == name);
        let only_one = |name: &String, is_extra| Fault::OtherColumns { name: excerpt(name), is_extra };
        let positions: Result<Vec<usize>, Fault> = self
            .feature_names
            .iter()
            .map(|name| position(name).ok_or_else(|| only_one(name, false)))
            .collect();
        let positions = positions?;
        if let Some(extra) = other.feature_names.iter().find(|name| !self.feature_names.contains(name)) {
            return Err(only_one(extra, true));
        }
        let mut values = other.features.select(Axis(1), &positions);
        for (feature_idx, category) in &mut self.categories {
            let theirs = &other.categories[&positions[*feature_idx]].levels;
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
        Ok(())
    }
}

//! The features of a table once all of it is read: which columns are numbers, which levels, which of no use.

use ndarray::Array2;

use crate::category::{Categories, Dropped};
use crate::fault::Fault;
use crate::feature_column::{FeatureColumn, Found};

/// The features, as they have turned out.
pub(crate) struct Features {
    pub(crate) names: Vec<String>,
    pub(crate) values: Array2<f64>,
    pub(crate) categories: Categories,
    pub(crate) dropped: Vec<Dropped>,
}

/// What `columns` are, and their values without those of no use.
pub(crate) fn features(
    columns: Vec<FeatureColumn>,
    names: Vec<String>,
    mut values: Vec<f64>,
    n_rows: usize,
) -> Result<Features, Fault> {
    let n_columns = columns.len();
    let mut found = Vec::with_capacity(n_columns);
    for (column_idx, column) in columns.into_iter().enumerate() {
        found.push(column.finish(values.get_mut(column_idx..).unwrap_or_default(), n_columns)?);
    }
    // Where nothing else is left, a number is better than nothing.
    if found.iter().all(|found| matches!(found, Found::Useless(_))) {
        found
            .iter_mut()
            .filter(|found| matches!(found, Found::Useless(why) if why.is_number()))
            .for_each(|found| *found = Found::Number);
    }
    let (mut kept, mut kept_names) = (Vec::new(), Vec::new());
    let (mut categories, mut dropped) = (Categories::new(), Vec::new());
    for ((column_idx, found), name) in found.into_iter().enumerate().zip(names) {
        match found {
            Found::Useless(why) => {
                dropped.push(Dropped { name, why });
                continue;
            }
            Found::Category(category) => _ = categories.insert(kept.len(), category),
            Found::Number => {}
        }
        kept.push(column_idx);
        kept_names.push(name);
    }
    if kept.is_empty() {
        return Err(Fault::NoUseful { columns: dropped });
    }
    if kept.len() < n_columns {
        for row_idx in 0..n_rows {
            for (place, &column_idx) in kept.iter().enumerate() {
                values[row_idx * kept.len() + place] = values[row_idx * n_columns + column_idx];
            }
        }
        values.truncate(n_rows * kept.len());
    }
    values.shrink_to_fit();
    let values = Array2::from_shape_vec((n_rows, kept.len()), values).expect("every row has all features");
    Ok(Features { names: kept_names, values, categories, dropped })
}

//! How much of each feature is missing, and the mean of the rest, in one pass over the rows: a table is read as it lies.

use crate::standardise::{row_major, row_of};
use mlpsweep_real::vectorised;
use ndarray::Array2;

/// Of each feature, over the rows it was made for.
pub(super) struct Gaps {
    n_rows: usize,
    n_missing: Vec<u64>,
    sums: Vec<f64>,
}

impl Gaps {
    /// Of these rows, summed in their order.
    pub(super) fn of(features: &Array2<f64>, rows: &[u32]) -> Gaps {
        let (values, n_features) = row_major(features);
        let mut n_missing = vec![0; n_features];
        let mut sums = vec![0.0; n_features];
        vectorised(count_and_add, (values, rows, &mut n_missing[..], &mut sums[..]));
        Gaps { n_rows: rows.len(), n_missing, sums }
    }

    /// Whether any is missing.
    pub(super) fn any(&self, feature_idx: usize) -> bool {
        self.n_missing[feature_idx] > 0
    }

    /// The mean of what is there, 0 where nothing is.
    pub(super) fn mean(&self, feature_idx: usize) -> f64 {
        match self.n_rows - self.n_missing[feature_idx] as usize {
            0 => 0.0,
            n => self.sums[feature_idx] / n as f64,
        }
    }
}

#[inline(always)]
fn count_and_add((values, rows, n_missing, sums): (&[f64], &[u32], &mut [u64], &mut [f64])) {
    for &row_idx in rows {
        let row = row_of(values, sums.len(), row_idx);
        for ((n, sum), &x) in n_missing.iter_mut().zip(&mut *sums).zip(row) {
            *n += u64::from(x.is_nan());
            *sum += if x.is_nan() { 0.0 } else { x };
        }
    }
}

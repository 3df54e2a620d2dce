//! How much each row counts in the loss.
//!
//! ```text
//! w_i = s_i / max s · m/(C·m_c)
//! ```
//!
//! s are the sample weights of the table, 1 where it has none; m/(C·m_c) is the balanced weight of the row's class c, m_c
//! of the m rows trained on being of it, by counts, and 1 without `class_weight`. The data term Σ wᵢLᵢ / Σ wᵢ does not
//! change with the scale of all weights; divided by the largest they fit into any precision.

use crate::{ClassWeight, Job, TrainError};
use mlpsweep_data::Target;
use mlpsweep_real::Real;

/// The weights of the rows of a table.
#[derive(Clone, Debug)]
pub(crate) struct RowWeights<'a> {
    /// s of every row of the table; empty where all rows count the same.
    samples: &'a [f64],
    largest: f64,
    /// The weight of each class; empty where all classes count the same.
    classes: Vec<f64>,
    codes: &'a [u32],
}

impl<'a> RowWeights<'a> {
    /// The weights for a run that is trained on `rows` and watches `watched`.
    ///
    /// # Errors
    /// Rows that all weigh 0: nothing can be learned from them, or stopped by them.
    pub(crate) fn new<T: Real>(
        job: Job<'a>,
        rows: &[u32],
        watched: &[u32],
    ) -> Result<RowWeights<'a>, TrainError> {
        let samples = job.data.roles.weights.as_ref().map_or(&[][..], |weights| &weights.values);
        let codes = match &job.data.target {
            Target::Classes { codes, .. } => &codes[..],
            Target::Numbers { .. } => &[],
        };
        let mut weights = RowWeights { samples, largest: 1.0, classes: class_weights(job, rows), codes };
        if samples.is_empty() {
            return Ok(weights);
        }
        weights.largest = job.rows.iter().map(|&row| samples[row as usize]).fold(0.0, f64::max);
        let count =
            |rows: &[u32]| weights.largest > 0.0 && rows.iter().any(|&row| weights.of::<T>(row) > T::zero());
        if !count(rows) {
            return Err(TrainError::NoWeight { what: "trained on" });
        }
        if !watched.is_empty() && !count(watched) {
            return Err(TrainError::NoWeight { what: "set aside for early stopping" });
        }
        Ok(weights)
    }

    /// Whether all rows count the same.
    pub(crate) fn are_even(&self) -> bool {
        self.samples.is_empty() && self.classes.is_empty()
    }

    /// w of a row.
    pub(crate) fn of<T: Real>(&self, row: u32) -> T {
        let row = row as usize;
        let sample = self.samples.get(row).map_or(1.0, |weight| weight / self.largest);
        let class = if self.classes.is_empty() { 1.0 } else { self.classes[self.codes[row] as usize] };
        T::from_f64(sample * class)
    }
}

/// m/(C·m_c) of each class over the rows trained on, for balanced weights. A class without such rows, which only
/// those that early stopping watches can be of, counts 1.
fn class_weights(job: Job<'_>, rows: &[u32]) -> Vec<f64> {
    let (ClassWeight::Balanced, Target::Classes { labels, codes, .. }) =
        (job.config.class_weight, &job.data.target)
    else {
        return Vec::new();
    };
    let mut counts = vec![0_u32; labels.len()];
    rows.iter().for_each(|&row| counts[codes[row as usize] as usize] += 1);
    let even = rows.len() as f64 / labels.len() as f64;
    counts.into_iter().map(|count| if count == 0 { 1.0 } else { even / f64::from(count) }).collect()
}

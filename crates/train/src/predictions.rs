//! What a network says of rows, and what is true of them.

use mlpsweep_data::Target;

/// Predictions for some rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Predictions {
    /// A probability per class and row, row after row.
    Probabilities {
        /// C
        n_classes: usize,
        /// rows × C
        values: Vec<f64>,
    },
    /// A number per target and row, row after row, in the target's own units.
    Numbers {
        /// Targets per row.
        n_targets: usize,
        /// rows × targets
        values: Vec<f64>,
    },
}

/// The true targets of the same rows, in the same order.
#[derive(Clone, Debug, PartialEq)]
pub enum Truth {
    /// A class per row.
    Classes {
        /// The position of each row's class in the target's labels.
        codes: Vec<u32>,
        /// The class that scores of one class are about, as the target says.
        positive: u32,
    },
    /// A number per target and row, row after row.
    Numbers(Vec<f64>),
}

impl Truth {
    /// What `target` says of those rows.
    pub fn new(target: &Target, rows: &[u32]) -> Truth {
        match target {
            Target::Classes { codes, positive, .. } => Truth::Classes {
                codes: rows.iter().map(|&row| codes[row as usize]).collect(),
                positive: *positive,
            },
            Target::Numbers { values, .. } => {
                Truth::Numbers(rows.iter().flat_map(|&row| values.row(row as usize).to_vec()).collect())
            }
        }
    }
}

/// The most probable class; of equally probable ones the first.
pub fn most_probable(probabilities: &[f64]) -> usize {
    let best = probabilities.iter().fold(f64::NEG_INFINITY, |best, &p| best.max(p));
    probabilities.iter().position(|&p| p == best).unwrap_or(0)
}

impl Predictions {
    /// The mean of several networks' predictions of the same rows; `None` of none.
    ///
    /// # Panics
    /// When they are not of the same rows and targets.
    pub fn mean(all: impl IntoIterator<Item = Predictions>) -> Option<Predictions> {
        let mut all = all.into_iter();
        let mut mean = all.next()?;
        let mut n = 1.0;
        for mut other in all {
            let (values, others) = (mean.values_mut(), other.values_mut());
            assert_eq!(values.len(), others.len(), "predictions of the same rows");
            values.iter_mut().zip(others).for_each(|(sum, value)| *sum += *value);
            n += 1.0;
        }
        if n > 1.0 {
            mean.values_mut().iter_mut().for_each(|value| *value /= n);
        }
        Some(mean)
    }

    fn values_mut(&mut self) -> &mut Vec<f64> {
        let (Predictions::Probabilities { values, .. } | Predictions::Numbers { values, .. }) = self;
        values
    }

    /// Whether all of them are finite numbers.
    pub fn are_finite(&self) -> bool {
        let (Predictions::Probabilities { values, .. } | Predictions::Numbers { values, .. }) = self;
        values.iter().all(|value| value.is_finite())
    }
}

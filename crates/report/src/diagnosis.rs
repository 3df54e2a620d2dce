//! What is wrong with a configuration, bias or variance, if anything is.
//!
//! From the base score (log_loss or mse: 0 is perfect, less is better), whatever the metrics are. Per trial, means over
//! the folds: J_train on the training rows, J_dev on the validation rows; T_train and T_dev are those of the trivial
//! predictor, which knows the class shares or the mean of the training rows; J*_dev is the lowest J_dev in the sweep.
//!
//! ```text
//! high_bias       J_train > 0.9 T_train                                     too little is learned
//!                 or J_train > J*_dev + max(0.05 T_train, t se(J*_dev))     another does better on rows it never saw
//! high_variance   J_dev > 1.5 J_train
//!                   and J_dev − J_train > max(0.05 T_train, t se(J_dev − J_train))
//!                 or J_dev ≥ T_dev                                          what is learned holds for no other rows
//! ok              else
//! ```
//!
//! se is the corrected standard error over the folds (Nadeau & Bengio 2003) and t Student's at one-sided 5 %, J − 1 degrees
//! of freedom (the direction is known beforehand): one odd fold decides nothing. A single split has no such error, and the
//! other numbers decide.
//!
//! Where these come from:
//!
//! - 0.9: a share explained, (T − J)/T, is R² for mse and McFadden's pseudo-R² for log_loss, of which he calls 0.2 to 0.4
//!   an excellent fit. Less than 0.1 *on the training rows* has hardly begun.
//! - J*_dev and not the lowest J_train: that one belongs to whoever memorised the noise, and beside it every sound
//!   configuration would under-fit. The best configuration's J_train is exceeded *by far* when it is by more than the gap
//!   of that configuration, which leads to its J_dev.
//! - 1.5: a least-squares fit of p parameters on m rows has J_dev/J_train ≈ (1 + p/m)/(1 − p/m) (Akaike 1969, the final
//!   prediction error). 1.5 is p/m = 1/5, five rows a parameter, and fewer are few.
//! - 0.05: near 0 every ratio is large. Differences of less than a twentieth of what there was to explain are let be.
//!
//! `high_bias` goes first where both hold: as long as not even the training rows are fitted the gap says little, and what
//! helps against variance would make the bias worse.

use crate::ranking::RankedTrial;
use crate::scores::rho;
use mlpsweep_stats::{corrected_se, mean, sd, t_critical};
use mlpsweep_sweep::record::{BaseScores, SweepInfo};
use std::fmt;

/// The share of the trivial loss that the training rows must have lost.
const LEAST_EXPLAINED: f64 = 0.1;
/// The share of the trivial loss below which a difference does not count.
const LEAST_DIFFERENCE: f64 = 0.05;
/// J_dev/J_train from which on a gap is large.
const LARGE_RATIO: f64 = 1.5;
/// A one-sided 5 % has the critical value of a two-sided 10 %.
const LEVEL: f64 = 0.90;

/// What a configuration suffers from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Diagnosis {
    /// It does not fit the training rows: under-fitting.
    HighBias,
    /// It fits the training rows much better than others: over-fitting.
    HighVariance,
    /// Neither.
    Ok,
}

impl Diagnosis {
    /// As in ranked.csv.
    pub fn as_str(self) -> &'static str {
        match self {
            Diagnosis::HighBias => "high_bias",
            Diagnosis::HighVariance => "high_variance",
            Diagnosis::Ok => "ok",
        }
    }

    /// What usually helps; `None` where nothing needs to.
    pub fn advice(self) -> Option<&'static str> {
        match self {
            Diagnosis::HighBias => {
                Some("more units or layers, more epochs, another learning rate, less l2, l1 and dropout")
            }
            Diagnosis::HighVariance => Some("more rows, more l2 or dropout, early stopping, fewer units"),
            Diagnosis::Ok => None,
        }
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Fills in the diagnoses of the rows that have their base scores.
pub(crate) fn diagnose(rows: &mut [RankedTrial<'_>], info: &SweepInfo) {
    let trivial: Option<Vec<BaseScores>> = info.trivial.iter().copied().collect();
    let Some(trivial) = trivial.and_then(|splits| means(&splits)).filter(|trivial| trivial.train > 0.0)
    else {
        return;
    };
    let best = rows
        .iter()
        .filter_map(|row| Some((means(&row.base)?.validation, row)))
        .min_by(|(a, row), (b, other)| a.total_cmp(b).then(row.trial.number.cmp(&other.trial.number)));
    let Some((best, row)) = best else { return };
    let rho = rho(info);
    let best_scores: Vec<f64> = row.base.iter().map(|split| split.validation).collect();
    let far_above_best = best + least_difference(&best_scores, trivial, rho);
    for row in rows {
        row.diagnosis = diagnosis(&row.base, trivial, far_above_best, rho);
    }
}

fn diagnosis(splits: &[BaseScores], trivial: BaseScores, far_above_best: f64, rho: f64) -> Option<Diagnosis> {
    let BaseScores { train, validation } = means(splits)?;
    if train > (1.0 - LEAST_EXPLAINED) * trivial.train || train > far_above_best {
        return Some(Diagnosis::HighBias);
    }
    let gaps: Vec<f64> = splits.iter().map(|split| split.validation - split.train).collect();
    let is_wide = validation > LARGE_RATIO * train
        && mean(&gaps).is_some_and(|gap| gap > least_difference(&gaps, trivial, rho));
    Some(if is_wide || validation >= trivial.validation { Diagnosis::HighVariance } else { Diagnosis::Ok })
}

/// max(0.05 T_train, t se): what a difference must exceed to count, by its scale and by the scatter of the folds.
fn least_difference(of_folds: &[f64], trivial: BaseScores, rho: f64) -> f64 {
    let n = of_folds.len();
    let error = sd(of_folds).map_or(0.0, |sd| t_critical(n - 1, LEVEL) * corrected_se(sd, n, rho));
    error.max(LEAST_DIFFERENCE * trivial.train)
}

/// The means over the splits; `None` without splits, or where they are not finite.
fn means(splits: &[BaseScores]) -> Option<BaseScores> {
    let mean_of = |score: fn(&BaseScores) -> f64| mean(&splits.iter().map(score).collect::<Vec<_>>());
    let means =
        BaseScores { train: mean_of(|split| split.train)?, validation: mean_of(|split| split.validation)? };
    Some(means).filter(|means| means.train.is_finite() && means.validation.is_finite())
}

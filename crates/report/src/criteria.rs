//! Information criteria: how well the training rows are described, and what for in parameters. Less is better.
//!
//! With P parameters and m training rows, the base score of which is NLL (log_loss, natural logarithm) or mse:
//!
//! ```text
//! classes   AIC = 2 m NLL + 2 P              BIC = 2 m NLL + P ln m
//! numbers   AIC = m n ln(mse) + 2 P          BIC = m n ln(mse) + P ln(m n)      n targets
//! ```
//!
//! Akaike 1974, Schwarz 1978. For one target m ln(mse) is the usual m ln(RSS/m): −2 ln of the normal likelihood with its
//! best σ², but for the constant m(1 + ln 2π), which no comparison needs. Several targets are taken as m·n observations
//! with a σ² in common, which mse is the estimate of.
//!
//! A perfect fit would be infinitely likely. As log_loss clips probabilities at ε = 2⁻⁵², residuals count as no smaller
//! than ε of the target's deviation on those rows: mse ≥ ε²·(mse of their mean). Where the target is constant as well
//! there is no scale, and no figure.
//!
//! Both are made for fits that maximise the likelihood with P free numbers. Networks stopped early or held by a penalty
//! have fewer, so the figures stand beside cross-validation and not in its place.

use mlpsweep_stats::mean;
use mlpsweep_sweep::record::{FoldRecord, SweepInfo};

/// AIC and BIC, each the mean over the folds of the folds' values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Criteria {
    /// Akaike's.
    pub aic: f64,
    /// Schwarz's, the Bayesian one.
    pub bic: f64,
}

/// Of a complete trial's folds; `None` where one of them has no base score, or no finite figure comes out.
pub(crate) fn criteria(info: &SweepInfo, folds: &[&FoldRecord]) -> Option<Criteria> {
    let of_folds: Vec<Criteria> = folds.iter().map(|fold| of_fold(info, fold)).collect::<Option<_>>()?;
    let mean_of = |figure: fn(&Criteria) -> f64| mean(&of_folds.iter().map(figure).collect::<Vec<_>>());
    let criteria = Criteria { aic: mean_of(|fold| fold.aic)?, bic: mean_of(|fold| fold.bic)? };
    Some(criteria).filter(|criteria| criteria.aic.is_finite() && criteria.bic.is_finite())
}

fn of_fold(info: &SweepInfo, fold: &FoldRecord) -> Option<Criteria> {
    let base = fold.base?.train;
    let n_rows = *info.n_train.get(fold.unit.split)? as f64;
    let n_parameters = fold.n_parameters as f64;
    let n_targets = if info.data.is_classification() { 1 } else { info.data.targets.len() };
    let n_observations = n_rows * n_targets as f64;
    let misfit = if info.data.is_classification() {
        2.0 * n_observations * base
    } else {
        let trivial = (*info.trivial.get(fold.unit.split)?)?.train;
        let mse = base.max(f64::EPSILON * f64::EPSILON * trivial);
        n_observations * mse.ln()
    };
    Some(Criteria { aic: misfit + 2.0 * n_parameters, bic: misfit + n_parameters * n_observations.ln() })
}

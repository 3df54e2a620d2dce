//! Which of the complete trials is the winner, by the rule of the sweep file.
//!
//! ```text
//! best        the first of the ranking
//! one_se      of those whose mean lies within one corrected standard error of the best one's, the one with the fewest
//!             parameters (Breiman et al. 1984); of equally many the better
//! confirmed   the few best are trained on further repeats of the folds, on splits and draws the search has not seen; of them
//!             the one with the best mean there
//! ```
//!
//! A confirmation says whether the first of the ranking *stands*: it is the best there too, or no worse than the best by more
//! than chance (corrected resampled t-test, p ≥ 0.05).

use crate::ranking::{ALPHA, RankedTrial, TrialState};
use crate::scores::{rho, sign};
use mlpsweep_stats::{Interval, corrected_se, mean, paired_corrected_t_test, sd, t_interval};
use mlpsweep_sweep::record::{FoldRecord, FoldState, SweepInfo};

/// The winner, and how it was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// `best`, `one_se` or `confirmed`.
    pub rule: String,
    /// Its position in the ranking.
    pub row_idx: usize,
    /// The trials that were confirmed, in the order of the ranking; none by another rule, or while folds are missing.
    pub confirmed: Vec<Confirmed>,
    /// Whether the first of the ranking stands; `None` without a confirmation.
    pub stands: Option<bool>,
}

/// A trial on splits that the search has not seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Confirmed {
    /// Its position in the ranking.
    pub row_idx: usize,
    /// Its scores there by the metric that ranks.
    pub scores: Vec<f64>,
    /// Their mean.
    pub mean: f64,
    /// The 95 % interval around it; `None` for a single split.
    pub interval: Option<Interval>,
}

/// The winner among ranked rows; `None` while none is complete. `confirmations` are in the order of trial and split.
pub(crate) fn select(
    rows: &[RankedTrial<'_>],
    info: &SweepInfo,
    confirmations: &[FoldRecord],
) -> Option<Selection> {
    let complete = &rows[..rows.partition_point(|row| row.state == TrialState::Complete)];
    complete.first()?;
    let rule = info.select.rule.clone();
    let chosen = |row_idx| Selection { rule: rule.clone(), row_idx, confirmed: Vec::new(), stands: None };
    Some(match &rule[..] {
        "one_se" => chosen(simplest_within_one_se(complete, info)),
        "confirmed" => confirm(complete, info, confirmations).unwrap_or_else(|| chosen(0)),
        _ => chosen(0),
    })
}

fn simplest_within_one_se(complete: &[RankedTrial<'_>], info: &SweepInfo) -> usize {
    let score = |row: &RankedTrial<'_>| row.scores.first().and_then(|scores| scores.mean);
    let best = complete.first().and_then(|best| Some((score(best)?, best.scores.first()?.se?)));
    let Some((best, se)) = best else { return 0 };
    let is_close = |row: &RankedTrial<'_>| score(row).is_some_and(|mean| sign(info) * (best - mean) <= se);
    let close = complete.iter().enumerate().filter(|(_, row)| is_close(row));
    close.min_by_key(|&(row_idx, row)| (row.n_parameters, row_idx)).map_or(0, |(row_idx, _)| row_idx)
}

fn confirm(
    complete: &[RankedTrial<'_>],
    info: &SweepInfo,
    confirmations: &[FoldRecord],
) -> Option<Selection> {
    let splits = info.n_splits()..info.n_splits() + info.n_folds * info.select.confirm_repeats;
    let of_trial = |row: &RankedTrial<'_>| -> Vec<&FoldRecord> {
        let is_asked =
            |fold: &&FoldRecord| fold.unit.trial == row.trial.number && splits.contains(&fold.unit.split);
        confirmations.iter().filter(is_asked).collect()
    };
    let asked = &complete[..info.select.confirm_top.min(complete.len())];
    if asked.iter().any(|row| of_trial(row).len() < splits.len()) {
        return None;
    }
    let confirmed: Vec<Confirmed> = asked
        .iter()
        .enumerate()
        .filter_map(|(row_idx, row)| {
            // One that diverges there is none to choose.
            let scores: Vec<f64> = of_trial(row)
                .into_iter()
                .map(|fold| fold.test_scores.first().copied().filter(|_| fold.state == FoldState::Complete))
                .collect::<Option<_>>()?;
            let mean = mean(&scores)?;
            let se = sd(&scores).map(|sd| corrected_se(sd, scores.len(), rho(info)));
            let interval = se.map(|se| t_interval(mean, se, scores.len() - 1, 0.95));
            Some(Confirmed { row_idx, scores, mean, interval })
        })
        .collect();
    let loss = |confirmed: &Confirmed| -sign(info) * confirmed.mean;
    // The first of equal ones, which is the better ranked.
    let best = confirmed.iter().min_by(|a, b| loss(a).total_cmp(&loss(b)))?;
    let first = confirmed.first().filter(|first| first.row_idx == 0);
    let stands = first.is_some_and(|first| {
        let test = paired_corrected_t_test(&first.scores, &best.scores, rho(info));
        first.row_idx == best.row_idx || test.is_some_and(|test| test.p >= ALPHA)
    });
    let row_idx = best.row_idx;
    Some(Selection { rule: info.select.rule.clone(), row_idx, confirmed, stands: Some(stands) })
}

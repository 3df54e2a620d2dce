//! What a user should not overlook, in words.

use crate::ranking::{ALPHA, Ranking, TrialState};
use crate::scores::{is_maximized, rho};
use mlpsweep_stats::{mean, paired_corrected_t_test};
use mlpsweep_sweep::record::{BaseScores, SweepInfo};

/// The warnings of a ranking, the gravest first.
pub(crate) fn warnings(ranking: &Ranking<'_>, info: &SweepInfo) -> Vec<String> {
    let mut warnings = Vec::new();
    warnings.extend(trivial(ranking, info));
    warnings.extend(default(ranking, info));
    warnings.extend(optimistic(ranking, info));
    warnings.extend(overtuned(ranking, info));
    let n_lost = ranking.count(TrialState::Diverged) + ranking.count(TrialState::Failed);
    if 2 * n_lost > ranking.rows.len() {
        warnings.push(format!("{n_lost} of {} trials diverged or failed", ranking.rows.len()));
    }
    warnings
}

/// The winner beside who knows nothing but the class shares or the mean.
fn trivial(ranking: &Ranking<'_>, info: &SweepInfo) -> Option<String> {
    let winner = ranking.winner()?;
    let known: Vec<BaseScores> = info.trivial.iter().copied().collect::<Option<_>>()?;
    let validation =
        |splits: &[BaseScores]| splits.iter().map(|split| split.validation).collect::<Vec<f64>>();
    let (ours, theirs) = (validation(&winner.base), validation(&known));
    if ours.len() != theirs.len() {
        return None;
    }
    let (our_mean, their_mean) = (mean(&ours)?, mean(&theirs)?);
    let test = paired_corrected_t_test(&ours, &theirs, rho(info));
    let is_better = our_mean < their_mean && test.is_none_or(|test| test.p < ALPHA);
    let (what, name) =
        if info.data.is_classification() { ("the class shares", "log_loss") } else { ("the mean", "mse") };
    (!is_better).then(|| {
        let p = test.map(|test| format!(", p = {:.2}", test.p)).unwrap_or_default();
        format!(
            "trial {} is not better than predicting {what} beyond chance: {name} {our_mean:.4} against {their_mean:.4}{p}",
            winner.trial.number
        )
    })
}

/// The winner beside the default configuration.
fn default(ranking: &Ranking<'_>, info: &SweepInfo) -> Option<String> {
    let winner = ranking.winner()?;
    let theirs = ranking.closing?.default_scores.as_ref()?;
    let scores = winner.scores.first()?;
    let ours: Vec<f64> = scores.test.iter().copied().collect::<Option<_>>()?;
    if ours.len() != theirs.len() {
        return None;
    }
    let (our_mean, their_mean) = (mean(&ours)?, mean(theirs)?);
    let metric = info.metrics.first()?;
    let sign = if is_maximized(metric) { 1.0 } else { -1.0 };
    let test = paired_corrected_t_test(&ours, theirs, rho(info));
    let is_better = sign * (our_mean - their_mean) > 0.0 && test.is_none_or(|test| test.p < ALPHA);
    (!is_better).then(|| {
        let p = test.map(|test| format!(", p = {:.2}", test.p)).unwrap_or_default();
        format!(
            "trial {} is not better than the default configuration beyond chance: {} {our_mean:.4} against {their_mean:.4}{p}",
            winner.trial.number, metric.name
        )
    })
}

/// The best mean outside of the honest interval.
fn optimistic(ranking: &Ranking<'_>, info: &SweepInfo) -> Option<String> {
    let honest = ranking.honest?;
    let best = ranking.best()?.scores.first()?.mean?;
    let promises_more = if is_maximized(info.metrics.first()?) {
        best > honest.interval.high
    } else {
        best < honest.interval.low
    };
    promises_more.then(|| {
        format!(
            "the best mean {best:.4} is better than the whole honest interval, {:.4} to {:.4}: it is the best of many by luck",
            honest.interval.low, honest.interval.high
        )
    })
}

/// An earlier incumbent that does better on the test share than the last one, which its folds call better, by more than two
/// standard errors of a score of so many rows: that of a fold, by the ratio of rows.
fn overtuned(ranking: &Ranking<'_>, info: &SweepInfo) -> Option<String> {
    let curve = ranking.overtuning();
    let sign = if is_maximized(info.metrics.first()?) { 1.0 } else { -1.0 };
    let (last, earlier) = curve.split_last()?;
    let last_score = last.holdout?;
    let better = earlier.iter().filter_map(|point| Some((point, point.holdout?)));
    let (point, score) = better.max_by(|a, b| (sign * a.1).total_cmp(&(sign * b.1)))?;
    let of_fold = ranking.best()?.scores.first()?.std?;
    let n_validated = info.n_validation.iter().sum::<usize>() as f64 / info.n_splits() as f64;
    let error = of_fold * (n_validated / info.n_test_rows as f64).sqrt();
    (sign * (score - last_score) > 2.0 * error).then(|| {
        format!(
            "over-tuning: on the rows held out trial {} ({score:.4}) is better than trial {} ({last_score:.4}), \
             which later seemed better",
            point.trial, last.trial
        )
    })
}

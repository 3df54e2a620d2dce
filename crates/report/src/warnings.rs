//! What a user should not overlook, in words.

use crate::ranking::{ALPHA, RankedTrial, Ranking, TrialState};
use crate::scores::{rho, sign};
use mlpsweep_stats::{mean, paired_corrected_t_test};
use mlpsweep_sweep::record::{BaseScores, SweepInfo};

/// The warnings of a ranking, the gravest first.
pub(crate) fn warnings(ranking: &Ranking<'_>, info: &SweepInfo) -> Vec<String> {
    let mut warnings = Vec::new();
    warnings.extend(trivial(ranking, info));
    warnings.extend(default(ranking, info));
    warnings.extend(optimistic(ranking, info));
    warnings.extend(overtuned(ranking, info));
    let [timeout, diverged, failed] =
        [TrialState::Timeout, TrialState::Diverged, TrialState::Failed].map(|state| ranking.count(state));
    if 2 * (diverged + failed) > ranking.rows.len() {
        warnings.push(format!("{} of {} trials diverged or failed", diverged + failed, ranking.rows.len()));
    }
    if 2 * timeout > ranking.rows.len() {
        warnings.push(format!("{timeout} of {} trials ran out of time", ranking.rows.len()));
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
    let (what, metric) =
        if info.data.is_classification() { ("the class shares", "log_loss") } else { ("the mean", "mse") };
    no_better(winner, info, (&ours, &theirs), -1.0, &format!("predicting {what}"), metric)
}

/// The winner beside the default configuration.
fn default(ranking: &Ranking<'_>, info: &SweepInfo) -> Option<String> {
    let winner = ranking.winner()?;
    let scores =
        |row: &RankedTrial<'_>| row.scores.first()?.test.iter().copied().collect::<Option<Vec<f64>>>();
    let metric = &info.metrics.first()?.name;
    if info.default_trial && winner.trial.number == 0 {
        return Some(format!(
            "trial 0, the default configuration, is the winner: no {metric} of what was searched is better"
        ));
    }
    let own = ranking.rows.iter().find(|row| info.default_trial && row.trial.number == 0);
    let own = own.filter(|row| row.state == TrialState::Complete).and_then(scores);
    let theirs = match own {
        Some(own) => own,
        None => ranking.closing?.default_scores.clone()?,
    };
    no_better(winner, info, (&scores(winner)?, &theirs), sign(info), "the default configuration", metric)
}

/// What is to be said where the winner's scores of the splits are better than others' by no more than chance.
fn no_better(
    winner: &RankedTrial<'_>,
    info: &SweepInfo,
    (ours, theirs): (&[f64], &[f64]),
    sign: f64,
    whom: &str,
    metric: &str,
) -> Option<String> {
    if ours.len() != theirs.len() {
        return None;
    }
    let (our_mean, their_mean) = (mean(ours)?, mean(theirs)?);
    let test = paired_corrected_t_test(ours, theirs, rho(info));
    let is_better = sign * (our_mean - their_mean) > 0.0 && test.is_none_or(|test| test.p < ALPHA);
    let p = test.map(|test| format!(", p = {:.2}", test.p)).unwrap_or_default();
    (!is_better).then(|| {
        format!(
            "trial {} is not better than {whom} beyond chance: {metric} {our_mean:.4} against {their_mean:.4}{p}",
            winner.trial.number
        )
    })
}

/// The best mean outside of the honest interval.
fn optimistic(ranking: &Ranking<'_>, info: &SweepInfo) -> Option<String> {
    let honest = ranking.honest?;
    let best = ranking.best()?.scores.first()?.mean?;
    let end = if sign(info) > 0.0 { honest.interval.high } else { honest.interval.low };
    let promises_more = sign(info) * (best - end) > 0.0;
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
    let sign = sign(info);
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

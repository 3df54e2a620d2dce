//! The order of trials, and what may be said about their differences.
//!
//! ```text
//! complete   by the mean of the first metric, the better first; equal means share the lowest rank    1 2 2 4
//! running    folds are missing: more folds first, then the mean of those there are                   no rank
//! pruned     it was stopped since it fell behind: of a later rung first, more folds first, then the mean of those there are   no rank
//! diverged   at least one fold left the finite numbers                                               no rank
//! failed     at least one fold could not be trained, and none diverged                               no rank
//! ```
//!
//! What is still equal stands in the order of the trials' numbers. −0 equals 0. A mean that is no number (no run
//! stores one) is worse than every number, in both directions.
//!
//! The best, the first row, is compared with every other complete trial over the same folds, by the corrected
//! resampled t-test: `p_vs_best` for that comparison alone, `p_holm` for all of them at once. With a single split
//! there is nothing to test.

use crate::criteria::{Criteria, criteria};
use crate::diagnosis::{Diagnosis, diagnose};
use crate::honest::Honest;
use crate::scores::{Scores, rho, sign};
use crate::selection::{Selection, select};
use crate::study::{Study, message, position};
use crate::warnings::warnings;
use mlpsweep_search::TrialNumber;
use mlpsweep_stats::{Decomposition, holm, paired_corrected_t_test};
use mlpsweep_sweep::record::{BaseScores, Closing, FoldRecord, FoldState, Refit, SweepInfo, Trial};
use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A trial counts as tied with the best when chance alone would separate them as far with at least this probability.
pub(crate) const ALPHA: f64 = 0.05;

/// All trials of a sweep in order, the best first.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking<'a> {
    /// A row a trial.
    pub rows: Vec<RankedTrial<'a>>,
    /// What the best one is worth by rows that did not choose it.
    pub honest: Option<&'a Honest>,
    /// Which of them is the winner; `None` while none is complete.
    pub selection: Option<Selection>,
    /// What was found out of the winner when the search was over.
    pub closing: Option<&'a Closing>,
    /// The winner trained once more, if it was.
    pub refit: Option<&'a Refit>,
    /// What a user should not overlook.
    pub warnings: Vec<String>,
}

/// A trial that was the best when it came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overtuning {
    /// Which.
    pub trial: TrialNumber,
    /// Its mean score over the folds.
    pub mean: f64,
    /// The score of its fold models together on the rows held out.
    pub holdout: Option<f64>,
}

/// One trial and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedTrial<'a> {
    /// What was tried.
    pub trial: &'a Trial,
    /// From 1, the lowest of those with the same mean; `None` unless complete.
    pub rank: Option<usize>,
    /// How far it came.
    pub state: TrialState,
    /// Its scores, an entry per metric of the sweep, the one that ranks first.
    pub scores: Vec<Scores>,
    /// How probable so large a difference from the best is by chance; `None` for the best itself.
    pub p_vs_best: Option<f64>,
    /// The same, corrected for there being many comparisons (Holm 1979).
    pub p_holm: Option<f64>,
    /// Whether `p_vs_best` ≥ 0.05; true for the best itself.
    pub tied_with_best: Option<bool>,
    /// In which share of the bootstraps of the validation rows it was the best; `None` unless complete.
    pub prob_best: Option<f64>,
    /// Folds that ended with scores.
    pub folds_done: usize,
    /// Epochs of the last rung it has reached, where it goes no further than that; else 0.
    pub rung_epochs: usize,
    /// The median over the folds of the epoch whose parameters were scored, halves rounded up; `None` unless complete.
    pub best_epoch: Option<usize>,
    /// Parameters of the network, in the largest fold where they differ; `None` when no network could be made.
    pub n_parameters: Option<usize>,
    /// The base score of every split; empty unless complete and finite.
    pub base: Vec<BaseScores>,
    /// Whether it suffers from bias or variance; `None` without base scores.
    pub diagnosis: Option<Diagnosis>,
    /// AIC and BIC; `None` unless complete.
    pub criteria: Option<Criteria>,
    /// Bias² and variance of its out-of-fold predictions; `None` unless complete and repeated.
    pub decomposition: Option<Decomposition>,
    /// What happened in which fold, the first one of those that gave a trial its state that was not trained to its end.
    pub message: Option<String>,
}

/// How far a trial came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TrialState {
    /// Every fold has scores.
    Complete,
    /// Folds are missing, and nothing went wrong with the others: it is being trained, or was interrupted.
    Running,
    /// It was stopped after some folds, since it fell behind.
    Pruned,
    /// It ran out of its time.
    Timeout,
    /// A fold left the finite numbers.
    Diverged,
    /// A fold could not be trained.
    Failed,
}

impl TrialState {
    /// As in ranked.csv.
    pub fn as_str(self) -> &'static str {
        match self {
            TrialState::Complete => "complete",
            TrialState::Running => "running",
            TrialState::Pruned => "pruned",
            TrialState::Timeout => "timeout",
            TrialState::Diverged => "diverged",
            TrialState::Failed => "failed",
        }
    }
}

impl fmt::Display for TrialState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Ranking<'_> {
    /// Ranks the trials of a study: a pure function of its records, whatever their order.
    pub fn new(study: &Study) -> Ranking<'_> {
        let folds = study.sorted_folds();
        let rows = study.trials.iter().map(|trial| {
            let start = folds.partition_point(|fold| fold.unit.trial < trial.number);
            let end = folds.partition_point(|fold| fold.unit.trial <= trial.number);
            RankedTrial::new(study, trial, &folds[start..end])
        });
        Ranking::of(study, rows.collect(), &study.decompositions, study.honest.as_ref())
    }

    /// The same of rows that are made already, in any order, and of what single rows of the data say.
    pub(crate) fn of<'a>(
        study: &'a Study,
        mut rows: Vec<RankedTrial<'a>>,
        decompositions: &BTreeMap<TrialNumber, Decomposition>,
        honest: Option<&'a Honest>,
    ) -> Ranking<'a> {
        rows.sort_by_cached_key(|row| Standing::new(&study.info, row));
        let (mut rank, mut before) = (0, None);
        for (row_idx, row) in rows.iter_mut().enumerate() {
            let standing = Standing::new(&study.info, row);
            if before.is_none_or(|before| !standing.is_tied(&before)) {
                rank = row_idx + 1;
            }
            row.rank = Some(rank).filter(|_| row.state == TrialState::Complete);
            before = Some(standing);
        }
        compare_with_best(&mut rows, rho(&study.info));
        diagnose(&mut rows, &study.info);
        for row in rows.iter_mut().filter(|row| row.state == TrialState::Complete) {
            row.decomposition = decompositions.get(&row.trial.number).copied();
            row.prob_best = honest.and_then(|honest| honest.prob_best.get(&row.trial.number).copied());
        }
        let selection = select(&rows, &study.info, &study.confirmations);
        let mut ranking =
            Ranking { rows, honest, selection, closing: None, refit: None, warnings: Vec::new() };
        let winner = ranking.winner().map(|winner| (winner.trial.number, winner.best_epoch));
        let top = study.info.select.ensemble.strip_prefix("top-").and_then(|n| n.parse().ok());
        let trials: Vec<TrialNumber> = match top {
            Some(n) => ranking.top(n).into_iter().map(|row| row.trial.number).collect(),
            None => winner.iter().map(|(trial, _)| *trial).collect(),
        };
        let is_of_winner = |refit: &&Refit| {
            winner == Some((refit.trial, Some(refit.epochs)))
                && refit.ensemble == study.info.select.ensemble
                && refit.trials == trials
        };
        ranking.refit = study.refit.as_ref().filter(is_of_winner);
        let mut examined: BTreeSet<TrialNumber> =
            ranking.incumbents().into_iter().map(|(row, _)| row.trial.number).collect();
        examined.extend(winner.map(|(trial, _)| trial));
        let is_of_now = |closing: &&Closing| {
            let tested: BTreeSet<TrialNumber> =
                closing.incumbents.iter().map(|incumbent| incumbent.trial).collect();
            winner.is_some_and(|(trial, _)| trial == closing.winner)
                && (study.info.n_test_rows == 0 || tested == examined)
        };
        ranking.closing = study.closing.as_ref().filter(is_of_now);
        ranking.warnings = warnings(&ranking, &study.info);
        ranking
    }

    /// The winner, by the sweep's rule.
    pub fn winner(&self) -> Option<&RankedTrial<'_>> {
        self.rows.get(self.selection.as_ref()?.row_idx)
    }

    /// The winner and the best complete trials beside it, `n` in all or as many as there are.
    pub fn top(&self, n: usize) -> Vec<&RankedTrial<'_>> {
        let Some(winner) = self.winner() else { return Vec::new() };
        let others = self.rows.iter().filter(|row| row.state == TrialState::Complete);
        let others = others.filter(|row| row.trial.number != winner.trial.number);
        std::iter::once(winner).chain(others).take(n).collect()
    }

    /// The complete trials that were the best when they came, in the order of their numbers, with their mean scores.
    pub fn incumbents(&self) -> Vec<(&RankedTrial<'_>, f64)> {
        let mut complete: Vec<&RankedTrial<'_>> =
            self.rows.iter().filter(|row| row.state == TrialState::Complete).collect();
        complete.sort_by_key(|row| row.trial.number);
        let mut incumbents = Vec::new();
        let mut best = usize::MAX;
        for row in complete {
            // Equal means have the same rank, and the one that came first stays.
            if let (Some(rank), Some(mean)) = (row.rank, row.scores.first().and_then(|scores| scores.mean))
                && rank < best
            {
                best = rank;
                incumbents.push((row, mean));
            }
        }
        incumbents
    }

    /// The over-tuning curve: each incumbent's mean over the folds beside its score on the rows held out; empty without these.
    pub fn overtuning(&self) -> Vec<Overtuning> {
        let Some(closing) = self.closing.filter(|closing| !closing.incumbents.is_empty()) else {
            return Vec::new();
        };
        let point = |(row, mean): (&RankedTrial<'_>, f64)| {
            let trial = row.trial.number;
            let found = closing.incumbents.iter().find(|incumbent| incumbent.trial == trial);
            Overtuning { trial, mean, holdout: found.and_then(|found| *found.holdout_scores.first()?) }
        };
        self.incumbents().into_iter().map(point).collect()
    }

    /// The first row, if it is complete.
    pub fn best(&self) -> Option<&RankedTrial<'_>> {
        self.rows.first().filter(|row| row.state == TrialState::Complete)
    }

    /// How many trials are in a state.
    pub fn count(&self, state: TrialState) -> usize {
        self.rows.iter().filter(|row| row.state == state).count()
    }
}

impl<'a> RankedTrial<'a> {
    /// A row without rank and comparison; `folds` are the trial's.
    pub(crate) fn new(study: &Study, trial: &'a Trial, folds: &[&FoldRecord]) -> RankedTrial<'a> {
        let info = &study.info;
        let is_pruned = study.pruned.contains_key(&trial.number);
        let mut splits: Vec<Option<&FoldRecord>> = vec![None; info.n_splits()];
        for fold in folds {
            if let Some(split) = splits.get_mut(fold.unit.split) {
                *split = Some(fold);
            }
        }
        let is_complete = |fold: &FoldRecord| fold.state == FoldState::Complete;
        let n_complete = splits.iter().flatten().filter(|fold| is_complete(fold)).count();
        let folds_done = splits.iter().flatten().filter(|fold| fold.state.is_scored()).count();

        let first = |wanted: fn(&FoldState) -> bool| folds.iter().find(|fold| wanted(&fold.state));
        let diverged = first(|state| matches!(state, FoldState::Diverged { .. }));
        let failed = first(|state| matches!(state, FoldState::Failed { .. }));
        let timeout = first(|state| matches!(state, FoldState::Timeout { .. }));
        let lost =
            [(diverged, TrialState::Diverged), (failed, TrialState::Failed), (timeout, TrialState::Timeout)];
        let lost = lost.into_iter().find_map(|(fold, state)| Some((fold?, state)));
        let state = match lost {
            Some((_, state)) => state,
            None if n_complete == splits.len() => TrialState::Complete,
            None if is_pruned => TrialState::Pruned,
            None => TrialState::Running,
        };
        let is_complete = state == TrialState::Complete;
        let complete: Vec<&FoldRecord> =
            if is_complete { splits.iter().flatten().copied().collect() } else { Vec::new() };
        let base: Option<Box<[BaseScores]>> = complete.iter().map(|fold| fold.base).collect();
        let at_rung = |fold: &&&FoldRecord| fold.state == FoldState::Paused || !fold.earlier.is_empty();
        let rung_epochs = folds.iter().filter(at_rung).map(|fold| fold.epochs_run).max();
        let mut best_epochs: Vec<usize> = splits.iter().flatten().map(|fold| fold.best_epoch).collect();
        RankedTrial {
            trial,
            rank: None,
            state,
            scores: (0..info.metrics.len()).map(|m| Scores::new(info, m, &splits, is_complete)).collect(),
            p_vs_best: None,
            p_holm: None,
            tied_with_best: None,
            prob_best: None,
            folds_done,
            rung_epochs: rung_epochs.filter(|_| !is_complete).unwrap_or(0),
            best_epoch: median_rounded_up(&mut best_epochs).filter(|_| is_complete),
            n_parameters: folds.iter().map(|fold| fold.n_parameters).max().filter(|&n| n > 0),
            base: base.unwrap_or_default().into_vec(),
            diagnosis: None,
            criteria: criteria(info, &complete),
            decomposition: None,
            message: lost.and_then(|(fold, _)| message_with_place(info, fold)),
        }
    }

    /// The scores that rank, where there is one for every split.
    fn ranking_scores(&self) -> Option<Vec<f64>> {
        self.scores.first()?.test.iter().copied().collect()
    }
}

/// What decides a row's place, the smaller first.
#[derive(Clone, Copy, Debug)]
struct Standing {
    state: TrialState,
    /// Epochs of the last rung that a trial has reached which goes no further there; 0 of all others. More come first.
    epochs: Reverse<usize>,
    folds_missing: usize,
    /// The mean score, turned so that less is better; positive NaN, which comes last, where there is none.
    loss: f64,
    number: u64,
}

impl Standing {
    fn new(info: &SweepInfo, row: &RankedTrial<'_>) -> Standing {
        let by_score = matches!(row.state, TrialState::Complete | TrialState::Running | TrialState::Pruned);
        let score = row.scores.first().and_then(Scores::running_mean);
        let sign = -sign(info);
        Standing {
            state: row.state,
            epochs: Reverse(if by_score { row.rung_epochs } else { 0 }),
            folds_missing: if by_score { info.n_splits() - row.folds_done } else { 0 },
            loss: match score {
                // −0 + 0 = 0
                Some(score) if by_score && !score.is_nan() => sign * score + 0.0,
                _ => f64::NAN,
            },
            number: row.trial.number,
        }
    }

    fn is_tied(&self, other: &Standing) -> bool {
        self.cmp_merit(other).is_eq()
    }

    fn cmp_merit(&self, other: &Standing) -> Ordering {
        (self.state, self.epochs, self.folds_missing)
            .cmp(&(other.state, other.epochs, other.folds_missing))
            .then(self.loss.total_cmp(&other.loss))
    }
}

impl Ord for Standing {
    fn cmp(&self, other: &Standing) -> Ordering {
        self.cmp_merit(other).then(self.number.cmp(&other.number))
    }
}

impl PartialOrd for Standing {
    fn partial_cmp(&self, other: &Standing) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Eq for Standing {}

impl PartialEq for Standing {
    fn eq(&self, other: &Standing) -> bool {
        self.cmp(other).is_eq()
    }
}

/// Fills in the columns that compare complete rows with the first one.
fn compare_with_best(rows: &mut [RankedTrial<'_>], rho: f64) {
    let n_complete = rows.partition_point(|row| row.state == TrialState::Complete);
    let Some((best, others)) = rows[..n_complete].split_first_mut() else { return };
    let Some(best_scores) = best.ranking_scores().filter(|scores| scores.len() > 1) else { return };
    best.tied_with_best = Some(true);
    for row in &mut *others {
        let test =
            row.ranking_scores().and_then(|scores| paired_corrected_t_test(&scores, &best_scores, rho));
        row.p_vs_best = test.map(|test| test.p);
        row.tied_with_best = row.p_vs_best.map(|p| p >= ALPHA);
    }
    let p: Vec<f64> = others.iter().filter_map(|row| row.p_vs_best).collect();
    let tested = others.iter_mut().filter(|row| row.p_vs_best.is_some());
    for (row, adjusted) in tested.zip(holm(&p)) {
        row.p_holm = Some(adjusted);
    }
}

/// The middle of the values, the mean of the middle two for an even number of them, a half rounded up.
fn median_rounded_up(values: &mut [usize]) -> Option<usize> {
    values.sort_unstable();
    let n = values.len();
    let (low, high) = (*values.get(n.checked_sub(1)? / 2)?, *values.get(n / 2)?);
    Some(low + (high - low).div_ceil(2))
}

/// What happened, and in which fold.
fn message_with_place(info: &SweepInfo, fold: &FoldRecord) -> Option<String> {
    let (repeat, fold_idx) = position(info, fold.unit.split);
    let repeat = if info.repeats > 1 { format!("repeat {repeat}, ") } else { String::new() };
    message(&fold.state).map(|message| format!("{repeat}fold {fold_idx}: {message}"))
}

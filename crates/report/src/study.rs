//! All that reports are made from: one sweep's records, read from its store.

use crate::honest::{Honest, honest};
use crate::ranking::{RankedTrial, Ranking, TrialState};
use crate::repeats::decompositions;
use mlpsweep_search::TrialNumber;
use mlpsweep_stats::Decomposition;
use mlpsweep_sweep::record::{Closing, FoldRecord, FoldState, Refit, SweepInfo, Timing, Trial, UnitId};
use mlpsweep_sweep::store::{self, Store, StoreError};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Far more trials than are ever under way beside the last one that has a fold: a number beyond is none that a run gave.
const MOST_GAPS: TrialNumber = 1_000_000;

/// One sweep's records. Reports do not depend on their order.
#[derive(Clone, Debug, PartialEq)]
pub struct Study {
    /// What the sweep is.
    pub info: SweepInfo,
    /// What was tried.
    pub trials: Vec<Trial>,
    /// What came out, a record per finished unit.
    pub folds: Vec<FoldRecord>,
    /// Trials that were stopped since they fell behind, and the folds that each has.
    pub pruned: BTreeMap<TrialNumber, usize>,
    /// When units ran.
    pub timings: Vec<Timing>,
    /// Bias² and variance of trials whose rows are validated in several repeats.
    pub decompositions: BTreeMap<TrialNumber, Decomposition>,
    /// What the winner is worth; `None` while no trial is complete.
    pub honest: Option<Honest>,
    /// The best few on splits that the search has not seen, in the order of trial and split.
    pub confirmations: Vec<FoldRecord>,
    /// What was found out when the last run was over.
    pub closing: Option<Closing>,
    /// The winner trained once more, as the last run left it.
    pub refit: Option<Refit>,
    /// Whether it was read where nothing may be written, as a file that nobody writes to.
    pub is_immutable: bool,
}

impl Study {
    /// Reads the store in `folder`, the folds' curves only where `with_curves`: they are most of the bytes, and only
    /// curves.csv shows them. A run may go on meanwhile.
    ///
    /// # Errors
    /// As [`StoreError`] says; records that do not fit together are [`StoreError::Damaged`].
    pub fn read(folder: &Path, with_curves: bool) -> Result<Study, StoreError> {
        let (store, mut study) = Study::records(folder, with_curves)?;
        // Last, so that a trial whose folds are all there has all its predictions.
        study.decompositions = decompositions(&store, &study.info)?;
        study.honest = honest(&store, &study.info, &study.complete_trials())?;
        Ok(study)
    }

    /// The same without what is computed from single rows: no honest score, no bias and variance, no curves. Quick, however many
    /// rows there are.
    ///
    /// # Errors
    /// As [`read`](Study::read).
    pub fn read_scores(folder: &Path) -> Result<Study, StoreError> {
        Study::records(folder, false).map(|(_, study)| study)
    }

    /// Shows the ranking of the sweep in `folder` without ever having all its folds in memory; neither they nor timings are in the
    /// study that is shown beside it.
    ///
    /// # Errors
    /// As [`read`](Study::read).
    pub fn ranked<T>(folder: &Path, show: impl FnOnce(&Study, &Ranking<'_>) -> T) -> Result<T, StoreError> {
        let store = Store::read(folder)?;
        let moment = store.moment()?;
        let study = Study::without_folds(&store)?;
        let check = |fault: Option<String>| match fault {
            Some(reason) => Err(StoreError::Damaged { path: folder.join(store::FILE_NAME), reason }),
            None => Ok(()),
        };
        check(study.fault())?;
        let mut rows = Vec::with_capacity(study.trials.len());
        each_trial(&store, |number, folds| {
            let trial = study.trial(number);
            if let Some(fault) = folds.iter().find_map(|fold| study.fault_of(fold, trial.is_some())) {
                return Err(fault);
            }
            let folds: Vec<&FoldRecord> = folds.iter().collect();
            rows.extend(trial.map(|trial| RankedTrial::new(&study, trial, &folds)));
            Ok(())
        })?;
        let complete = rows.iter().filter(|row| row.state == TrialState::Complete);
        let complete: BTreeSet<TrialNumber> = complete.map(|row| row.trial.number).collect();
        let decompositions = decompositions(&store, &study.info)?;
        let honest = honest(&store, &study.info, &complete)?;
        drop(moment);
        drop(store);
        Ok(show(&study, &Ranking::of(&study, rows, &decompositions, honest.as_ref())))
    }

    /// When the units of each trial ran, in the order they were stored.
    pub fn timings_of_trials(&self) -> BTreeMap<TrialNumber, Vec<&Timing>> {
        let mut of_trials = BTreeMap::<_, Vec<_>>::new();
        for timing in &self.timings {
            of_trials.entry(timing.unit.trial).or_default().push(timing);
        }
        of_trials
    }

    fn records(folder: &Path, with_curves: bool) -> Result<(Store, Study), StoreError> {
        let store = Store::read(folder)?;
        let moment = store.moment()?;
        let study = Study {
            timings: store.timings()?,
            folds: store.folds(with_curves)?,
            ..Study::without_folds(&store)?
        };
        drop(moment);
        if let Some(reason) = study.fault() {
            return Err(StoreError::Damaged { path: folder.join(store::FILE_NAME), reason });
        }
        Ok((store, study))
    }

    fn without_folds(store: &Store) -> Result<Study, StoreError> {
        let mut info = store.info()?;
        let (refit, closing) = (store.refit()?, store.closing()?);
        let confirmations = store.confirmations()?;
        let pruned = store.pruned()?.into_iter().collect();
        let trials = store.trials()?;
        // A list may have lost entries since, which alone had some parameter: what was tried is shown all the same.
        let mut known: BTreeSet<String> = info.parameters.iter().map(|(name, _)| name.clone()).collect();
        for (name, _) in trials.iter().flat_map(|trial| &trial.point) {
            if !known.contains(&**name) {
                known.insert(name.to_string());
                info.parameters.push((name.to_string(), true));
            }
        }
        Ok(Study {
            info,
            trials,
            folds: Vec::new(),
            pruned,
            timings: Vec::new(),
            decompositions: BTreeMap::new(),
            honest: None,
            confirmations,
            closing,
            refit,
            is_immutable: store.is_immutable(),
        })
    }

    /// The trial of this number; they are in the order of their numbers.
    fn trial(&self, number: TrialNumber) -> Option<&Trial> {
        self.trials.binary_search_by_key(&number, |trial| trial.number).ok().map(|at| &self.trials[at])
    }

    /// The first thing found that no run would have written, in words; `None` for records that fit together.
    pub fn fault(&self) -> Option<String> {
        let SweepInfo { n_train, n_validation, trivial, metrics, .. } = &self.info;
        let n_splits = self.info.n_folds.checked_mul(self.info.repeats).unwrap_or(0);
        if n_splits == 0
            || n_train.len() != n_splits
            || n_validation.len() != n_splits
            || trivial.len() != n_splits
            || n_train.contains(&0)
        {
            return Some("the sweep's splits and their sizes do not agree".into());
        }
        if metrics.is_empty() {
            return Some("the sweep has no metric".into());
        }
        if let Some(metric) = metrics.iter().find(|metric| !["maximize", "minimize"].contains(&&*metric.goal))
        {
            return Some(format!("the metric `{}` has the goal `{}`", metric.name, metric.goal));
        }
        let trials: BTreeSet<TrialNumber> = self.trials.iter().map(|trial| trial.number).collect();
        let n_trials = trials.len() as TrialNumber;
        if let Some(last) = trials.last().filter(|&&last| last >= n_trials + MOST_GAPS) {
            return Some(format!("a trial {last}, where {n_trials} are there"));
        }
        let mut seen = BTreeSet::new();
        self.folds.iter().find_map(|fold| {
            let UnitId { trial, split } = fold.unit;
            let is_twice = !seen.insert(fold.unit);
            self.fault_of(fold, trials.contains(&trial))
                .or_else(|| is_twice.then(|| format!("split {split} of trial {trial} is there twice")))
        })
    }

    /// The same of a single fold.
    fn fault_of(&self, fold: &FoldRecord, has_trial: bool) -> Option<String> {
        let (n_splits, n_metrics) = (self.info.n_splits(), self.info.metrics.len());
        let UnitId { trial, split } = fold.unit;
        let n_scores = [fold.test_scores.len(), fold.train_scores.len()];
        if !has_trial {
            Some(format!("a fold of trial {trial}, which is not there"))
        } else if split >= n_splits {
            Some(format!("split {split} of trial {trial}, where the sweep has {n_splits}"))
        } else if fold.state.is_scored() && n_scores != [n_metrics; 2] {
            Some(format!("split {split} of trial {trial} has not a score for every metric"))
        } else {
            None
        }
    }

    /// Units that the sweep is to have when it is finished, at most: racing leaves some out, and where epochs are shared out a fold
    /// counts at every rung that it reaches, those that end before their time not at all.
    pub fn n_units(&self) -> u64 {
        let n_splits = self.info.n_splits();
        let left_out = self.pruned.iter().filter(|(trial, _)| **trial < self.info.n_trials);
        let left_out: u64 = left_out.map(|(_, n_folds)| n_splits.saturating_sub(*n_folds) as u64).sum();
        self.info.n_units.saturating_sub(left_out)
    }

    /// Units that are done, counted likewise.
    pub fn n_done(&self) -> u64 {
        self.folds.iter().map(FoldRecord::n_stops).sum()
    }

    /// The trials with scores for every split.
    fn complete_trials(&self) -> BTreeSet<TrialNumber> {
        let mut n_complete = BTreeMap::new();
        for fold in self.folds.iter().filter(|fold| fold.state == FoldState::Complete) {
            *n_complete.entry(fold.unit.trial).or_insert(0) += 1;
        }
        n_complete.into_iter().filter(|&(_, n)| n == self.info.n_splits()).map(|(trial, _)| trial).collect()
    }

    /// The folds in the order of trial and split.
    pub(crate) fn sorted_folds(&self) -> Vec<&FoldRecord> {
        let mut folds: Vec<&FoldRecord> = self.folds.iter().collect();
        folds.sort_by_key(|fold| fold.unit);
        folds
    }
}

/// Shows the folds of one trial after the other, without their curves.
fn each_trial(
    store: &Store,
    mut visit: impl FnMut(TrialNumber, &[FoldRecord]) -> Result<(), String>,
) -> Result<(), StoreError> {
    let mut folds: Vec<FoldRecord> = Vec::new();
    store.each_fold(|fold| {
        if let Some(number) = folds.first().map(|first| first.unit.trial).filter(|&n| n != fold.unit.trial) {
            visit(number, &folds)?;
            folds.clear();
        }
        folds.push(fold);
        Ok(())
    })?;
    match folds.first() {
        Some(first) => visit(first.unit.trial, &folds).map_err(|reason| store.damaged(&reason)),
        None => Ok(()),
    }
}

/// Repeat and fold of a split.
pub(crate) fn position(info: &SweepInfo, split: usize) -> (usize, usize) {
    let n_folds = info.n_folds.max(1);
    (split / n_folds, split % n_folds)
}

/// What is to be said of a unit's end; `None` for one that ended well.
pub(crate) fn message(state: &FoldState) -> Option<String> {
    match state {
        FoldState::Complete | FoldState::Paused => None,
        FoldState::Diverged { epoch: 0 } => Some(
            "diverged before the first epoch: values too large or too close together to be standardised"
                .into(),
        ),
        FoldState::Diverged { epoch } => Some(format!("diverged in epoch {epoch}")),
        FoldState::Timeout { epoch } => Some(format!("out of time after {epoch} epochs")),
        FoldState::Failed { message } => Some(message.clone()),
    }
}

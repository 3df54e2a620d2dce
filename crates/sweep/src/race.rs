//! The folds of a trial that is under way: which count, and whether racing stops it.
//!
//! [`Racing`](mlpsweep_search::Racing) says when a trial is stopped, against the complete trials ≤ t − lag.
//!
//! The loss is log_loss for classes and mse for numbers, on the fold's validation rows: whatever is trained on and whatever
//! ranks, and never tied as accuracies are. A fold without one, since it diverged or failed, is as bad as can be.
//!
//! Where epochs are shared out by [`Budget`](crate::budget::Budget) that is so at each rung, among the trials that reach it.
//!
//! A fold counts when those before it do. One that has run ahead of them waits, and is thrown away when they stop the trial: what
//! is stored is the same whichever ended first.

use crate::record::{FoldRecord, FoldState};
use mlpsweep_search::{TrialState, mean_loss};
use std::collections::BTreeMap;

/// The folds of a trial that is under way.
#[derive(Debug)]
pub(crate) struct Race<T> {
    n_splits: usize,
    /// Whether folds count in their order, and may be stopped.
    is_raced: bool,
    /// What the mean loss may be after each fold; nothing where anything may.
    limits: Vec<f64>,
    /// What came before its turn, by split.
    early: BTreeMap<usize, Fold<T>>,
    /// The rungs before, of this bracket.
    n_before: usize,
    n_counted: usize,
    /// Of the folds that count; infinite where there is none.
    losses: Vec<f64>,
    scores: Vec<f64>,
    /// What became of a trial that cannot be complete: a divergence comes before a failure, and that before a timeout.
    lost: Option<TrialState>,
    /// Whether a fold may go on.
    is_paused: bool,
    is_stopped: bool,
}

/// A fold of a trial.
#[derive(Debug)]
enum Fold<T> {
    /// It has just ended.
    New(T),
    /// It was there already.
    Known(Box<FoldRecord>),
}

impl<T: AsRef<FoldRecord>> Fold<T> {
    fn record(&self) -> &FoldRecord {
        match self {
            Fold::New(new) => new.as_ref(),
            Fold::Known(record) => record,
        }
    }
}

/// How a trial's folds ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finish {
    /// As what.
    pub(crate) state: TrialState,
    /// Whether all its folds wait at the end of a rung for whether they go on, or have ended before it.
    pub(crate) is_paused: bool,
    /// Folds with scores.
    pub(crate) n_folds: usize,
    /// The mean of their scores.
    pub(crate) score: Option<f64>,
    /// Of its folds, finite numbers; `None` unless complete or paused.
    pub(crate) losses: Option<Vec<f64>>,
}

impl<T: AsRef<FoldRecord>> Race<T> {
    /// None of `n_splits` has ended. `limits` are those of [`Field::limits`]; without racing folds count as they come. `n_before`
    /// rungs of the bracket lie behind.
    pub(crate) fn new(n_splits: usize, is_raced: bool, limits: Vec<f64>, n_before: usize) -> Race<T> {
        Race {
            n_splits,
            is_raced,
            limits,
            n_before,
            early: BTreeMap::new(),
            n_counted: 0,
            losses: Vec::new(),
            scores: Vec::new(),
            lost: None,
            is_paused: false,
            is_stopped: false,
        }
    }

    /// A fold has ended: those that count now, in their order.
    pub(crate) fn end(&mut self, fold: T) -> Vec<T> {
        self.take(fold.as_ref().unit.split, Fold::New(fold))
    }

    /// A fold was there already: those that have ended and count now, in their order.
    pub(crate) fn know(&mut self, record: &FoldRecord) -> Vec<T> {
        self.take(record.unit.split, Fold::Known(Box::new(record.clone())))
    }

    fn take(&mut self, split: usize, fold: Fold<T>) -> Vec<T> {
        let mut counted = Vec::new();
        let mut count = |race: &mut Race<T>, fold: Fold<T>| {
            race.count(fold.record());
            if let Fold::New(new) = fold {
                counted.push(new);
            }
        };
        if !self.is_raced {
            count(self, fold);
            return counted;
        }
        if !self.is_over() {
            self.early.insert(split, fold);
        }
        while !self.is_over()
            && let Some(fold) = self.early.remove(&self.n_counted)
        {
            count(self, fold);
        }
        if self.is_over() {
            self.early.clear();
        }
        counted
    }

    /// The next fold counts.
    fn count(&mut self, fold: &FoldRecord) {
        self.n_counted += 1;
        // What came of it at a later rung does not count at this one.
        let earlier = fold.earlier.get(self.n_before);
        match fold.state {
            _ if earlier.is_some() => self.is_paused = true,
            FoldState::Paused => self.is_paused = true,
            FoldState::Diverged { .. } => self.lost = Some(TrialState::Diverged),
            FoldState::Failed { .. } if self.lost == Some(TrialState::Diverged) => {}
            FoldState::Failed { .. } => self.lost = Some(TrialState::Failed),
            FoldState::Timeout { .. } => self.lost = self.lost.or(Some(TrialState::Timeout)),
            FoldState::Complete => {}
        }
        self.scores.extend(fold.test_scores.first());
        let loss = match earlier {
            Some(loss) => *loss,
            None => fold.base.map(|base| base.validation),
        };
        self.losses.push(loss.unwrap_or(f64::INFINITY));
        let limit = self.limits.get(self.n_counted - 1).filter(|_| self.n_counted < self.n_splits);
        self.is_stopped = self.is_raced && limit.is_some_and(|limit| mean_loss(&self.losses) > *limit);
    }

    /// Whether no further fold counts.
    pub(crate) fn is_over(&self) -> bool {
        self.is_stopped || self.n_counted == self.n_splits
    }

    /// Folds that count.
    pub(crate) fn n_counted(&self) -> usize {
        self.n_counted
    }

    /// Whether racing stopped it.
    pub(crate) fn is_stopped(&self) -> bool {
        self.is_stopped
    }

    /// How it ended, if it did.
    pub(crate) fn finish(&self) -> Option<Finish> {
        if !self.is_over() {
            return None;
        }
        let as_it_came = if self.is_stopped { TrialState::Pruned } else { TrialState::Complete };
        let state = self.lost.unwrap_or(as_it_came);
        let is_complete = state == TrialState::Complete;
        let is_finite = self.losses.iter().all(|loss| loss.is_finite());
        Some(Finish {
            state,
            is_paused: is_complete && self.is_paused,
            n_folds: self.scores.len(),
            score: mlpsweep_stats::mean(&self.scores).filter(|score| score.is_finite()),
            losses: Some(self.losses.clone()).filter(|_| is_complete && is_finite),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{BaseScores, UnitId};
    use crate::unit::without_scores;
    use proptest::prelude::*;

    struct OneFold(FoldRecord);

    impl AsRef<FoldRecord> for OneFold {
        fn as_ref(&self) -> &FoldRecord {
            &self.0
        }
    }

    /// A fold of this loss; without one it diverged.
    fn fold(split: usize, loss: Option<f64>) -> OneFold {
        let state = loss.map_or(FoldState::Diverged { epoch: 1 }, |_| FoldState::Complete);
        OneFold(FoldRecord {
            test_scores: loss.into_iter().collect(),
            base: loss.map(|loss| BaseScores { train: loss, validation: loss }),
            ..without_scores(UnitId { trial: 3, split }, state)
        })
    }

    /// Splits that count, and how it ends, when they come in this order.
    fn raced(limit: Option<f64>, losses: &[Option<f64>], order: &[usize]) -> (Vec<usize>, Option<Finish>) {
        let limits = limit.map_or(Vec::new(), |limit| vec![limit; losses.len()]);
        let mut race = Race::new(losses.len(), true, limits, 0);
        let counted: Vec<usize> = order
            .iter()
            .flat_map(|&split| race.end(fold(split, losses[split])))
            .map(|fold| fold.0.unit.split)
            .collect();
        (counted, race.finish())
    }

    #[test]
    fn a_trial_is_stopped_at_its_limit() {
        let (counted, finish) =
            raced(Some(0.5), &[Some(0.4), Some(0.6), Some(0.9), Some(0.1)], &[0, 1, 2, 3]);
        // 0.4 and 0.5 are not above 0.5, (0.4 + 0.6 + 0.9)/3 is.
        assert_eq!(counted, [0, 1, 2]);
        let finish = finish.expect("stopped");
        assert_eq!((finish.state, finish.n_folds, finish.losses), (TrialState::Pruned, 3, None));
        assert!((finish.score.expect("a mean") - 1.9 / 3.0).abs() < 1e-15);

        // The last fold stops nothing: all are there.
        let (counted, finish) = raced(Some(0.5), &[Some(0.4), Some(0.9)], &[0, 1]);
        assert_eq!((counted.len(), finish.expect("complete").losses), (2, Some(vec![0.4, 0.9])));
        // Without an incumbent nothing is stopped.
        assert_eq!(raced(None, &[Some(9.0), None, Some(9.0)], &[0, 1, 2]).0.len(), 3);
        // A fold without a loss is worse than any, and gives the trial its state.
        let (counted, finish) = raced(Some(0.5), &[None, Some(0.1)], &[0, 1]);
        assert_eq!((counted.len(), finish.expect("over").state), (1, TrialState::Diverged));
    }

    /// Each fold has its own limit.
    #[test]
    fn the_limit_is_that_of_the_fold() {
        let mut race = Race::new(3, true, vec![0.9, 0.2, 0.9], 0);
        race.end(fold(0, Some(0.5)));
        assert!(!race.is_stopped(), "the second limit is not that of the first fold");
        race.end(fold(1, Some(0.3)));
        assert!(race.is_stopped() && race.is_over(), "0.4 is above it");
    }

    /// What is known counts, in its turn, and is not handed out again.
    #[test]
    fn a_fold_that_was_there() {
        let mut race = Race::new(3, true, Vec::new(), 0);
        assert_eq!(race.know(&fold(1, Some(0.4)).0).len() + race.n_counted(), 0, "fold 0 is missing");
        let counted: Vec<usize> = race.end(fold(0, Some(0.2))).iter().map(|fold| fold.0.unit.split).collect();
        assert_eq!((counted, race.n_counted()), (vec![0], 2));
        assert!(race.know(&fold(2, Some(0.3)).0).is_empty());
        let finish = race.finish().expect("over");
        assert_eq!((finish.losses, finish.is_paused), (Some(vec![0.2, 0.4, 0.3]), false));
    }

    /// A divergence comes before a failure, and that before a timeout, whichever was first.
    #[test]
    fn the_state_of_a_trial_that_is_lost() {
        let state = |states: [FoldState; 2]| {
            let mut race = Race::new(2, false, Vec::new(), 0);
            for (split, state) in states.into_iter().enumerate() {
                race.end(OneFold(FoldRecord { state, ..fold(split, None).0 }));
            }
            race.finish().expect("over").state
        };
        let diverged = || FoldState::Diverged { epoch: 1 };
        let failed = || FoldState::Failed { message: "no".into() };
        let timeout = || FoldState::Timeout { epoch: 1 };
        assert_eq!(state([diverged(), failed()]), TrialState::Diverged);
        assert_eq!(state([failed(), diverged()]), TrialState::Diverged);
        assert_eq!(state([diverged(), timeout()]), TrialState::Diverged);
        assert_eq!(state([failed(), timeout()]), TrialState::Failed);
        assert_eq!(state([timeout(), failed()]), TrialState::Failed);
        assert_eq!(state([FoldState::Complete, failed()]), TrialState::Failed);
        assert_eq!(state([timeout(), FoldState::Complete]), TrialState::Timeout);
    }

    /// At the first rung what has come of a fold later does not count: it waits there, with the loss that it had.
    #[test]
    fn a_fold_that_has_gone_on() {
        let gone_on = |split: usize| OneFold(FoldRecord { earlier: vec![Some(0.7)], ..fold(split, None).0 });
        let finish = |n_before: usize| {
            let mut race = Race::new(2, false, Vec::new(), n_before);
            race.end(gone_on(0));
            race.end(gone_on(1));
            race.finish().expect("over")
        };
        let first = finish(0);
        assert_eq!((first.state, first.is_paused), (TrialState::Complete, true));
        assert_eq!(first.losses, Some(vec![0.7, 0.7]));
        assert_eq!((finish(1).state, finish(1).is_paused), (TrialState::Diverged, false));
    }

    proptest! {
        /// Whichever fold ends first, the same ones count.
        #[test]
        fn the_order_of_ends_does_not_matter(
            losses in prop::collection::vec(prop::option::weighted(0.9, 0.0..1.0_f64), 1..8),
            limit in prop::option::of(0.0..1.0_f64),
            shuffled in Just((0..8_usize).collect::<Vec<_>>()).prop_shuffle(),
        ) {
            let order: Vec<usize> = shuffled.into_iter().filter(|&split| split < losses.len()).collect();
            let in_order: Vec<usize> = (0..losses.len()).collect();
            let expected = raced(limit, &losses, &in_order);
            prop_assert!(expected.0.iter().copied().eq(0..expected.0.len()));
            prop_assert_eq!(raced(limit, &losses, &order), expected);
        }
    }
}

//! Whether a trial goes on after a fold: racing against the incumbent, by the "forgiving" rule (Bergman et al. 2024).
//!
//! ```text
//! incumbent(t)   of the complete trials ≤ t − lag the one of the least mean loss
//! after fold j   stopped when  mean(loss_0 … loss_j) > max over the incumbent's folds of its loss,   j < last
//! ```
//!
//! The loss is log_loss for classes and mse for numbers, on the fold's validation rows: whatever is trained on and whatever
//! ranks, and never tied as accuracies are. A fold without one, since it diverged or failed, is as bad as can be.
//!
//! A fold counts when those before it do. One that has run ahead of them waits, and is thrown away when they stop the trial: what
//! is stored is the same whichever ended first.

use crate::record::{FoldRecord, FoldState};
use mlpsweep_search::TrialState;
use std::collections::BTreeMap;

/// The folds of a trial that is under way.
#[derive(Debug)]
pub(crate) struct Race<T> {
    n_splits: usize,
    /// Whether folds count in their order, and may be stopped.
    is_raced: bool,
    /// The loss of the incumbent's worst fold.
    limit: Option<f64>,
    /// What came before its turn, by split.
    early: BTreeMap<usize, T>,
    n_counted: usize,
    /// Of the folds that count; infinite where there is none.
    losses: Vec<f64>,
    scores: Vec<f64>,
    /// What became of a trial that cannot be complete: a divergence comes before a failure.
    lost: Option<TrialState>,
    is_stopped: bool,
}

/// How a trial's folds ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finish {
    /// As what.
    pub(crate) state: TrialState,
    /// Folds with scores.
    pub(crate) n_folds: usize,
    /// The mean of their scores.
    pub(crate) score: Option<f64>,
    /// The mean loss and the largest; `None` unless complete.
    pub(crate) losses: Option<(f64, f64)>,
}

impl<T: AsRef<FoldRecord>> Race<T> {
    /// None of `n_splits` has ended. `limit` is the incumbent's; without racing folds count as they come.
    pub(crate) fn new(n_splits: usize, is_raced: bool, limit: Option<f64>) -> Race<T> {
        Race {
            n_splits,
            is_raced,
            limit,
            early: BTreeMap::new(),
            n_counted: 0,
            losses: Vec::new(),
            scores: Vec::new(),
            lost: None,
            is_stopped: false,
        }
    }

    /// A fold has ended: those that count now, in their order.
    pub(crate) fn end(&mut self, fold: T) -> Vec<T> {
        if !self.is_raced {
            self.count(fold.as_ref());
            return vec![fold];
        }
        if !self.is_over() {
            self.early.insert(fold.as_ref().unit.split, fold);
        }
        let mut counted = Vec::new();
        while !self.is_over()
            && let Some(fold) = self.early.remove(&self.n_counted)
        {
            self.count(fold.as_ref());
            counted.push(fold);
        }
        if self.is_over() {
            self.early.clear();
        }
        counted
    }

    /// The next fold counts.
    pub(crate) fn count(&mut self, fold: &FoldRecord) {
        self.n_counted += 1;
        self.lost = match fold.state {
            FoldState::Diverged { .. } => Some(TrialState::Diverged),
            FoldState::Failed { .. } => self.lost.or(Some(TrialState::Failed)),
            FoldState::Complete => self.lost,
        };
        self.scores.extend(fold.test_scores.first());
        self.losses.push(fold.base.map_or(f64::INFINITY, |base| base.validation));
        let mean = mean(&self.losses);
        self.is_stopped =
            self.is_raced && self.n_counted < self.n_splits && self.limit.is_some_and(|limit| mean > limit);
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
        let worst = self.losses.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Some(Finish {
            state,
            n_folds: self.scores.len(),
            score: mlpsweep_stats::mean(&self.scores).filter(|score| score.is_finite()),
            losses: Some((mean(&self.losses), worst)).filter(|_| is_complete && worst.is_finite()),
        })
    }
}

/// The mean; infinite where a loss is.
fn mean(losses: &[f64]) -> f64 {
    let is_finite = losses.iter().all(|loss| loss.is_finite());
    mlpsweep_stats::mean(losses).filter(|_| is_finite).unwrap_or(f64::INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{BaseScores, OutOfFold, UnitId};
    use proptest::prelude::*;

    struct Fold(FoldRecord);

    impl AsRef<FoldRecord> for Fold {
        fn as_ref(&self) -> &FoldRecord {
            &self.0
        }
    }

    /// A fold of this loss; without one it diverged.
    fn fold(split: usize, loss: Option<f64>) -> Fold {
        Fold(FoldRecord {
            unit: UnitId { trial: 3, split },
            state: loss.map_or(FoldState::Diverged { epoch: 1 }, |_| FoldState::Complete),
            test_scores: loss.into_iter().collect(),
            train_scores: loss.into_iter().collect(),
            base: loss.map(|loss| BaseScores { train: loss, validation: loss }),
            best_epoch: 1,
            epochs_run: 1,
            early_stopped: false,
            n_parameters: 1,
            curve: Vec::new(),
            out_of_fold: OutOfFold::Nothing,
        })
    }

    /// Splits that count, and how it ends, when they come in this order.
    fn raced(limit: Option<f64>, losses: &[Option<f64>], order: &[usize]) -> (Vec<usize>, Option<Finish>) {
        let mut race = Race::new(losses.len(), true, limit);
        let counted: Vec<usize> = order
            .iter()
            .flat_map(|&split| race.end(fold(split, losses[split])))
            .map(|fold| fold.0.unit.split)
            .collect();
        (counted, race.finish())
    }

    #[test]
    fn the_forgiving_rule() {
        let (counted, finish) =
            raced(Some(0.5), &[Some(0.4), Some(0.6), Some(0.9), Some(0.1)], &[0, 1, 2, 3]);
        // 0.4 and 0.5 are not above 0.5, (0.4 + 0.6 + 0.9)/3 is.
        assert_eq!(counted, [0, 1, 2]);
        let finish = finish.expect("stopped");
        assert_eq!((finish.state, finish.n_folds, finish.losses), (TrialState::Pruned, 3, None));
        assert!((finish.score.expect("a mean") - 1.9 / 3.0).abs() < 1e-15);

        // The last fold stops nothing: all are there.
        let (counted, finish) = raced(Some(0.5), &[Some(0.4), Some(0.9)], &[0, 1]);
        assert_eq!((counted.len(), finish.expect("complete").losses), (2, Some((0.65, 0.9))));
        // Without an incumbent nothing is stopped.
        assert_eq!(raced(None, &[Some(9.0), None, Some(9.0)], &[0, 1, 2]).0.len(), 3);
        // A fold without a loss is worse than any, and gives the trial its state.
        let (counted, finish) = raced(Some(0.5), &[None, Some(0.1)], &[0, 1]);
        assert_eq!((counted.len(), finish.expect("over").state), (1, TrialState::Diverged));
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

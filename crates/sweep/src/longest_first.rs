//! The order in which units are started: the longest of those that may be started comes next.
//!
//! ```text
//! window   = the `lag` trials from the lowest one on that has units not yet started
//! longest  = the largest cost of a unit of the window
//! next     = of the lowest trial of the window that has a unit of 0.9 · longest or more, the longest unit;
//!            of equal ones that of the lower split
//! ```
//!
//! A long unit that is started last keeps one thread busy while the others have nothing left to do; short ones fill the end
//! better. Costs are predictions, and units within a tenth of each other are as good as equal: folds that differ by a row
//! must not scatter a run over all trials of the window, or an interruption would leave none of them complete.
//!
//! The window waits for its lowest trial, so that none is put off for ever, and no more than `lag` trials are held however
//! many there are. A proposal that looks at results may look at all trials up to its number − `lag`, which have been started.

use mlpsweep_search::TrialNumber;
use std::collections::VecDeque;

/// The share of the longest unit's cost from which on a unit counts as equally long.
const AS_LONG: f64 = 0.9;

/// A trial and its units that are to be started.
#[derive(Clone, Debug)]
pub struct Waiting<T> {
    /// Its number.
    pub number: TrialNumber,
    /// What is handed out with each of its units.
    pub trial: T,
    /// Its splits in order, each with its cost.
    pub splits: Vec<(usize, f64)>,
}

/// Units, longest first within a window; made by [`longest_first`].
#[derive(Debug)]
pub struct LongestFirst<I, T> {
    trials: I,
    lag: u64,
    /// The trial that did not fit into the window yet.
    beyond: Option<Waiting<T>>,
    /// By number; the splits of each from the last to be started to the first. The lowest one has units left.
    window: VecDeque<Waiting<T>>,
}

/// Units of `trials`, which come in order of their numbers, longest first within windows of `lag` numbers.
///
/// # Panics
/// When `lag` is 0.
pub fn longest_first<T: Clone, I: Iterator<Item = Waiting<T>>>(trials: I, lag: u64) -> LongestFirst<I, T> {
    assert!(lag >= 1, "a window holds a trial at least");
    LongestFirst { trials, lag, beyond: None, window: VecDeque::new() }
}

impl<T> Waiting<T> {
    /// The largest cost of its units; none where all are started.
    fn longest(&self) -> Option<f64> {
        self.splits.last().map(|(_, cost)| *cost)
    }
}

impl<T: Clone, I: Iterator<Item = Waiting<T>>> LongestFirst<I, T> {
    /// Lets go of the lowest trials that are done with, and takes in what the window then reaches.
    fn advance(&mut self) {
        while self.window.front().is_some_and(|lowest| lowest.splits.is_empty()) {
            self.window.pop_front();
        }
        while let Some(mut waiting) = self.beyond.take().or_else(|| self.trials.next()) {
            let lowest = self.window.front().map_or(waiting.number, |lowest| lowest.number);
            if waiting.number - lowest >= self.lag {
                self.beyond = Some(waiting);
                return;
            }
            waiting.splits.reverse();
            waiting.splits.sort_by(|(_, cost), (_, other)| cost.total_cmp(other));
            if !waiting.splits.is_empty() {
                self.window.push_back(waiting);
            }
        }
    }
}

impl<T: Clone, I: Iterator<Item = Waiting<T>>> Iterator for LongestFirst<I, T> {
    type Item = (T, usize);

    fn next(&mut self) -> Option<(T, usize)> {
        if self.window.front().is_none_or(|lowest| lowest.splits.is_empty()) {
            self.advance();
        }
        let longest = self.window.iter().filter_map(Waiting::longest).reduce(f64::max)?;
        let is_as_long =
            |waiting: &&mut Waiting<T>| waiting.longest().is_some_and(|cost| cost >= AS_LONG * longest);
        let next = self.window.iter_mut().find(is_as_long)?;
        let (split, _) = next.splits.pop()?;
        Some((next.trial.clone(), split))
    }
}

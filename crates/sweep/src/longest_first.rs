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
//!
//! Where trials may be stopped after any of their folds ([`Order::OneByOne`]) a trial's splits come in their order, and a trial
//! of which a unit runs comes only when all others of the window have one running or none left: what it would run ahead may be
//! for nothing.

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

/// In which order the units of one trial come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The longest first, side by side.
    SideBySide,
    /// By split, one after the other where there is enough else to do.
    OneByOne,
}

/// Trials whose units may be started.
#[derive(Debug)]
pub struct Window<T> {
    lag: u64,
    order: Order,
    /// By number; the splits of each from the last to be started to the first.
    trials: VecDeque<InWindow<T>>,
}

#[derive(Debug)]
struct InWindow<T> {
    waiting: Waiting<T>,
    n_running: usize,
}

impl<T> InWindow<T> {
    /// The cost of its next unit; none where all are started.
    fn cost(&self) -> Option<f64> {
        self.waiting.splits.last().map(|(_, cost)| *cost)
    }
}

impl<T: Clone> Window<T> {
    /// No trial yet.
    ///
    /// # Panics
    /// When `lag` is 0.
    pub fn new(lag: u64, order: Order) -> Window<T> {
        assert!(lag >= 1, "a window holds a trial at least");
        Window { lag, order, trials: VecDeque::new() }
    }

    /// Whether the window reaches trial `number`, the one behind those that were put in.
    pub fn reaches(&mut self, number: TrialNumber) -> bool {
        while self.trials.front().is_some_and(|lowest| lowest.waiting.splits.is_empty()) {
            self.trials.pop_front();
        }
        self.trials.front().is_none_or(|lowest| number - lowest.waiting.number < self.lag)
    }

    /// Puts in a trial, which has a higher number than all before.
    pub fn put(&mut self, mut waiting: Waiting<T>) {
        waiting.splits.reverse();
        if self.order == Order::SideBySide {
            waiting.splits.sort_by(|(_, cost), (_, other)| cost.total_cmp(other));
        }
        self.trials.push_back(InWindow { waiting, n_running: 0 });
    }

    /// The next unit; none where all are started.
    pub fn start(&mut self) -> Option<(T, usize)> {
        let may_wait = self.order == Order::OneByOne;
        let is_free = |trial: &InWindow<T>| !may_wait || trial.n_running == 0;
        let any_is_free = self.trials.iter().any(|trial| is_free(trial) && trial.cost().is_some());
        let counts = |trial: &InWindow<T>| !any_is_free || is_free(trial);
        let costs = self.trials.iter().filter(|trial| counts(trial)).filter_map(InWindow::cost);
        let longest = costs.reduce(f64::max)?;
        let is_next = |trial: &&mut InWindow<T>| {
            counts(trial) && trial.cost().is_some_and(|cost| cost >= AS_LONG * longest)
        };
        let next = self.trials.iter_mut().find(is_next)?;
        next.n_running += 1;
        let (split, _) = next.waiting.splits.pop()?;
        Some((next.waiting.trial.clone(), split))
    }

    /// A unit of the trial has ended.
    pub fn end(&mut self, number: TrialNumber) {
        if let Some(trial) = self.trials.iter_mut().find(|trial| trial.waiting.number == number) {
            trial.n_running = trial.n_running.saturating_sub(1);
        }
    }

    /// No further unit of the trial is to be started.
    pub fn drop(&mut self, number: TrialNumber) {
        if let Some(trial) = self.trials.iter_mut().find(|trial| trial.waiting.number == number) {
            trial.waiting.splits.clear();
        }
    }
}

/// Units of `trials`, which come in order of their numbers, as they would be started if none waited for another's end.
///
/// # Panics
/// When `lag` is 0.
pub fn longest_first<T: Clone>(
    trials: impl Iterator<Item = Waiting<T>>,
    lag: u64,
) -> impl Iterator<Item = (T, usize)> {
    let mut trials = trials.peekable();
    let mut window = Window::new(lag, Order::SideBySide);
    std::iter::from_fn(move || {
        loop {
            while trials.peek().is_some_and(|next| window.reaches(next.number)) {
                window.put(trials.next()?);
            }
            if let Some(unit) = window.start() {
                return Some(unit);
            }
            trials.peek()?;
        }
    })
}

//! Which unit is started next, and which results count.
//!
//! ```text
//!             proposals: trial n, when the trials ≤ n − lag have ended, where that matters
//!                 │
//!                 ▼
//!             window of `lag` trials ── start ─▶ a thread trains the unit ── end ─▶ race: does it count, does the trial go on?
//!                 ▲                                                                  │
//!                 └────────────────────── the trial has ended ◀──────────────────────┘
//! ```
//!
//! It matters where the sampler looks at results or trials are raced. Proposal n and the limit of trial n then see the trials
//! ≤ n − lag, however many more have ended, and of those in between their points: so they are the same on any number of threads.
//! A unit that is stored is not trained again: it counts as soon as its trial is proposed.

use crate::cost::{Costs, Term};
use crate::longest_first::{Order, Waiting, Window};
use crate::plan::{Plan, owned};
use crate::race::{Finish, Race};
use crate::record::{FoldRecord, Timing, Trial};
use mlpsweep_search::{History, Point, Sampler, TrialNumber, TrialRecord};
use mlpsweep_train::Goal;
use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A unit that has ended, with all that is stored of it.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) trial: Trial,
    pub(crate) record: FoldRecord,
    pub(crate) timing: Timing,
}

impl AsRef<FoldRecord> for Ended {
    fn as_ref(&self) -> &FoldRecord {
        &self.record
    }
}

/// What a unit's end settled.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// Units that count now.
    pub(crate) units: Vec<Ended>,
    /// The trial that goes no further, and the folds that it has; its other units are never trained.
    pub(crate) pruned: Option<(TrialNumber, usize)>,
}

/// What a run that was interrupted has left.
pub(crate) type Stored = BTreeMap<TrialNumber, (Trial, Vec<FoldRecord>)>;

/// Units in the order in which they are to be started, shared between threads.
pub(crate) struct Queue<'a> {
    state: Mutex<State<'a>>,
    changed: Condvar,
}

struct State<'a> {
    plan: &'a Plan,
    costs: Costs<'a>,
    n_trials: u64,
    sampler: Box<dyn Sampler + Send>,
    stored: Stored,
    window: Window<Trial>,
    races: BTreeMap<TrialNumber, Race<Ended>>,
    n_proposed: u64,
    /// The first so many trials have ended, and may be looked at.
    n_seen: u64,
    /// Trials that have ended from there on.
    ended: BTreeMap<TrialNumber, Finish>,
    /// Every trial that was proposed, and those that may be looked at, where the sampler wants to know.
    points: Vec<Point>,
    finished: Vec<TrialRecord>,
    /// Of those that may be looked at the incumbent's mean loss, and the largest of its folds.
    incumbent: Option<(f64, f64)>,
    is_exhausted: bool,
    is_closed: bool,
}

/// What there is to do.
enum Next {
    Unit((Trial, usize)),
    /// Something must end first.
    Later,
    Nothing,
}

impl<'a> Queue<'a> {
    pub(crate) fn new(plan: &'a Plan, n_trials: u64, stored: Stored) -> Queue<'a> {
        let order = if plan.is_raced() { Order::OneByOne } else { Order::SideBySide };
        Queue {
            state: Mutex::new(State {
                plan,
                costs: Costs::new(plan),
                n_trials,
                sampler: plan.sampler(),
                stored,
                window: Window::new(plan.sweep.search.lag, order),
                races: BTreeMap::new(),
                n_proposed: 0,
                n_seen: 0,
                ended: BTreeMap::new(),
                points: Vec::new(),
                finished: Vec::new(),
                incumbent: None,
                is_exhausted: false,
                is_closed: false,
            }),
            changed: Condvar::new(),
        }
    }

    /// The next unit, as soon as there is one; `None` when there are no more, or `stop` says so.
    pub(crate) fn start(&self, stop: impl Fn() -> bool) -> Option<(Trial, usize)> {
        /// Between two looks at `stop`, which nobody announces.
        const PATIENCE: Duration = Duration::from_millis(20);
        let mut state = self.lock();
        loop {
            if state.is_closed || stop() {
                return None;
            }
            match state.next() {
                Next::Unit(unit) => return Some(unit),
                Next::Nothing => return None,
                Next::Later => {
                    let waited = self.changed.wait_timeout(state, PATIENCE);
                    state = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        }
    }

    /// A unit has ended.
    pub(crate) fn end(&self, ended: Ended) -> Settled {
        let settled = self.lock().end(ended);
        self.changed.notify_all();
        settled
    }

    /// No further unit is started.
    pub(crate) fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State<'a>> {
        // A panic of a thread that held it has ended the run.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State<'_> {
    fn next(&mut self) -> Next {
        let mut waits = false;
        while !self.is_exhausted && self.window.reaches(self.n_proposed) {
            if self.n_proposed >= self.n_trials {
                self.is_exhausted = true;
            } else if !self.look_back() {
                waits = true;
                break;
            } else {
                self.propose();
            }
        }
        match self.window.start() {
            Some(unit) => Next::Unit(unit),
            None if waits => Next::Later,
            None => Next::Nothing,
        }
    }

    /// Lets the next proposal see what it may; false when a trial of that has not ended.
    fn look_back(&mut self) -> bool {
        if !self.plan.looks_back() {
            return true;
        }
        let n_visible = (self.n_proposed + 1).saturating_sub(self.plan.sweep.search.lag);
        while self.n_seen < n_visible {
            let number = self.n_seen;
            let Some(Finish { state, n_folds, score, losses }) = self.ended.remove(&number) else {
                return false;
            };
            self.n_seen += 1;
            if let Some((mean, worst)) = losses
                && self.incumbent.is_none_or(|(least, _)| mean < least)
            {
                self.incumbent = Some((mean, worst));
            }
            if self.plan.is_adaptive() {
                let sign = if self.plan.metrics[0].goal() == Goal::Maximize { -1.0 } else { 1.0 };
                let (point, loss) = (self.points[number as usize].clone(), score.map(|score| sign * score));
                self.finished.push(TrialRecord { number, point, state, n_folds, loss });
            }
        }
        true
    }

    /// Proposes a trial, puts what is stored of it in its place and the rest into the window.
    fn propose(&mut self) {
        let number = self.n_proposed;
        let space = &self.plan.sweep.parameters.space;
        let stored = self.stored.remove(&number);
        // What was learnt is as it is stored: to propose it again from the same history would only take its time.
        let learnt = stored.as_ref().filter(|_| self.plan.is_adaptive());
        let values = learnt.map(|(trial, _)| trial.point.iter().map(|(_, value)| value.clone()).collect());
        let point = values.and_then(|values| space.point(values).ok()).or_else(|| {
            let running = self.points.get(self.finished.len()..).unwrap_or_default();
            self.sampler.propose(space, History { finished: &self.finished, running }, number)
        });
        let Some(point) = point else {
            self.is_exhausted = true;
            return;
        };
        let trial = Trial { number, point: owned(&point) };
        self.n_proposed += 1;
        if self.plan.is_adaptive() {
            self.points.push(point);
        }
        let n_splits = self.plan.folds.len();
        let limit = self.incumbent.map(|(_, worst)| worst);
        let mut race = Race::new(n_splits, self.plan.is_raced(), limit);
        let mut is_stored = vec![false; n_splits];
        for record in stored.iter().flat_map(|(_, records)| records) {
            is_stored[record.unit.split] = true;
            if !race.is_over() {
                race.count(record);
            }
        }
        if let Some(finish) = race.finish() {
            self.remember(number, finish);
            return;
        }
        self.races.insert(number, race);
        let unfinished = (0..n_splits).filter(|&split| !is_stored[split]);
        let splits = self.costs.times(&self.plan.config(&trial), unfinished, Term::nanoseconds).collect();
        self.window.put(Waiting { number, trial, splits });
    }

    fn end(&mut self, ended: Ended) -> Settled {
        let number = ended.trial.number;
        self.window.end(number);
        // A trial that was stopped takes no more units.
        let Some(race) = self.races.get_mut(&number) else { return Settled::default() };
        let units = race.end(ended);
        let Some(finish) = race.finish() else { return Settled { units, pruned: None } };
        let pruned = race.is_stopped().then_some((number, race.n_counted()));
        self.races.remove(&number);
        if pruned.is_some() {
            self.window.drop(number);
        }
        self.remember(number, finish);
        Settled { units, pruned }
    }

    fn remember(&mut self, number: TrialNumber, finish: Finish) {
        if self.plan.looks_back() {
            self.ended.insert(number, finish);
        }
    }
}

//! Which unit is started next, and which results count.
//!
//! ```text
//!             stage: the trials of a bracket at a rung; without rungs all trials are one stage
//!                 │   first rung: proposals, trial n when the trials ≤ n − lag have ended, where that matters
//!                 ▼   later rungs: the best of the rung before
//!             window of `lag` trials ── start ─▶ a thread trains the unit ── end ─▶ race: does it count, does the trial go on?
//!                 ▲                                                                  │
//!                 └────────────────────── the trial has ended ◀──────────────────────┘
//! ```
//!
//! It matters where the sampler looks at results, trials are raced or a target ends the search. Proposal n and the limits of trial n
//! then see the trials ≤ n − lag, however many more have ended, and of those in between their points: so they are the same on any
//! number of threads. Once one that is seen has reached the target nothing more is proposed.
//!
//! Where epochs are shared out, a stage begins when the one before is over: who is the best of a rung, all of it must tell. A sampler then
//! sees the trials of earlier brackets, and the limits of a trial are those of its rung: of earlier brackets, and of the trials of its
//! stage `lag` places before it.
//!
//! A unit that is stored is not trained again: it counts as soon as its trial is put into the stage.

use crate::budget::{Bracket, Budget};
use crate::cost::{Costs, Term};
use crate::longest_first::{Order, Waiting, Window};
use crate::plan::{Plan, owned};
use crate::race::{Finish, Race};
use crate::record::{FoldRecord, FoldState, Timing, Trial};
use mlpsweep_search::{Field, History, Point, Sampler, TrialNumber, TrialRecord, TrialState, mean_loss};
use mlpsweep_train::{Goal, TrainConfig};
use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What a thread is to do: train a trial's network on a split.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) trial: Trial,
    pub(crate) split: usize,
    /// Up to the end of this epoch, counted from the first.
    pub(crate) until: usize,
    /// The validation base scores at the ends of the rungs before.
    pub(crate) earlier: Vec<Option<f64>>,
}

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

/// A trial that goes no further, and the folds that it has at its last rung.
pub(crate) type Pruned = (TrialNumber, usize);

/// What a unit's end settled.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// Units that count now.
    pub(crate) units: Vec<Ended>,
    /// Trials that go no further; their other units are never trained.
    pub(crate) pruned: Vec<Pruned>,
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
    budget: Budget,
    costs: Costs<'a>,
    n_trials: u64,
    sampler: Box<dyn Sampler + Send>,
    stored: Stored,
    stage: Stage,
    window: Window<Trial>,
    races: BTreeMap<TrialNumber, Race<Ended>>,
    /// The trials of the bracket that may go on, where there are rungs.
    trials: BTreeMap<TrialNumber, Trial>,
    /// The last record of each of their folds.
    known: BTreeMap<TrialNumber, Vec<FoldRecord>>,
    /// How the trials of the bracket ended, as a sampler is to know it.
    outcomes: BTreeMap<TrialNumber, TrialRecord>,
    /// Every trial that was proposed, and those that may be looked at, where the sampler wants to know.
    points: Vec<Point>,
    finished: Vec<TrialRecord>,
    /// Of each rung: what those that may be looked at have reached.
    fields: Vec<Field>,
    /// Whether one of them has reached the target.
    is_reached: bool,
    /// Trials that go no further, which nobody has been told yet.
    unsettled: Vec<Pruned>,
    is_exhausted: bool,
    is_closed: bool,
}

/// The trials of a bracket at a rung. They have places, from 0, in the order of their numbers.
struct Stage {
    bracket: Bracket,
    /// The first trial of the bracket.
    start: TrialNumber,
    rung: usize,
    /// The trials of a rung after the first.
    promoted: Vec<Trial>,
    /// How many there are, and how many have been put into the window.
    n: u64,
    n_put: u64,
    /// Those before this place may be looked at.
    n_seen: u64,
    /// Places of the trials that are under way.
    places: BTreeMap<TrialNumber, u64>,
    /// By place: those that have ended from there on.
    ended: BTreeMap<u64, (TrialNumber, Finish)>,
    /// Those that have been looked at and whose folds all have scores; only where there are rungs.
    ranked: Vec<(TrialNumber, Finish)>,
}

impl Stage {
    fn new(bracket: Bracket, start: TrialNumber, rung: usize, promoted: Vec<Trial>) -> Stage {
        let n = if rung == bracket.first_rung { bracket.n_trials } else { promoted.len() as u64 };
        Stage {
            bracket,
            start,
            rung,
            promoted,
            n,
            n_put: 0,
            n_seen: 0,
            places: BTreeMap::new(),
            ended: BTreeMap::new(),
            ranked: Vec::new(),
        }
    }

    /// Rungs of the bracket that lie behind.
    fn n_before(&self) -> usize {
        self.rung - self.bracket.first_rung
    }
}

/// What there is to do.
enum Next {
    Unit(Job),
    /// Something must end first.
    Later,
    Nothing,
}

impl<'a> Queue<'a> {
    pub(crate) fn new(plan: &'a Plan, n_trials: u64, stored: Stored) -> Queue<'a> {
        let budget = plan.budget();
        let bracket = budget.bracket(0, n_trials);
        Queue {
            state: Mutex::new(State {
                plan,
                costs: Costs::new(plan),
                n_trials,
                sampler: plan.sampler(),
                stored,
                stage: Stage::new(bracket, 0, bracket.first_rung, Vec::new()),
                window: window(plan),
                races: BTreeMap::new(),
                trials: BTreeMap::new(),
                known: BTreeMap::new(),
                outcomes: BTreeMap::new(),
                points: Vec::new(),
                finished: Vec::new(),
                fields: vec![Field::new(plan.sweep.search.racing); budget.rungs().len()],
                is_reached: false,
                unsettled: Vec::new(),
                is_exhausted: false,
                is_closed: false,
                budget,
            }),
            changed: Condvar::new(),
        }
    }

    /// The next unit, as soon as there is one; `None` when there are no more, or `stop` says so.
    pub(crate) fn start(&self, stop: impl Fn() -> bool) -> Option<Job> {
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

    /// Trials that go no further, as the end of a rung has told since the last unit's end.
    pub(crate) fn take_unsettled(&self) -> Vec<Pruned> {
        std::mem::take(&mut self.lock().unsettled)
    }

    /// Whether there is nothing left to do, while no unit runs.
    pub(crate) fn is_finished(&self) -> bool {
        let mut state = self.lock();
        matches!(state.next(), Next::Nothing) && state.races.is_empty()
    }

    /// Whether the search has ended at the target score.
    pub(crate) fn is_reached(&self) -> bool {
        self.lock().is_reached
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

fn window(plan: &Plan) -> Window<Trial> {
    let order = if plan.is_raced() { Order::OneByOne } else { Order::SideBySide };
    Window::new(plan.sweep.search.lag, order)
}

impl State<'_> {
    fn next(&mut self) -> Next {
        loop {
            while self.stage.n_put < self.stage.n && self.window.reaches(self.stage.n_put) {
                if !self.look_back() {
                    break;
                }
                let is_at_end = self.is_reached && !self.budget.is_shared_out();
                if is_at_end || !self.put() {
                    self.is_exhausted = true;
                    self.stage.n = self.stage.n_put;
                }
            }
            if let Some((trial, split)) = self.window.start() {
                return Next::Unit(self.job(trial, split));
            }
            let is_whole = self.stage.n_put == self.stage.n;
            if is_whole && self.races.is_empty() && self.next_stage() {
                continue;
            }
            let is_over = is_whole && (self.races.is_empty() || !self.budget.is_shared_out());
            return if is_over { Next::Nothing } else { Next::Later };
        }
    }

    fn job(&self, trial: Trial, split: usize) -> Job {
        let known = self.known.get(&trial.number).into_iter().flatten();
        let before = known.filter(|_| self.stage.n_before() > 0).find(|record| record.unit.split == split);
        let earlier = before.map_or(Vec::new(), |record| {
            let mut earlier = record.earlier.clone();
            earlier.push(record.base.map(|base| base.validation));
            earlier
        });
        Job { trial, split, until: self.until(), earlier }
    }

    /// The epoch at whose end the stage's rung is; that of a whole run where trials have epochs of their own.
    fn until(&self) -> usize {
        if self.budget.is_shared_out() { self.budget.rungs()[self.stage.rung] } else { usize::MAX }
    }

    /// Lets the trial that is put next see what it may; false when a trial of that has not ended.
    fn look_back(&mut self) -> bool {
        if !self.plan.looks_back() {
            return true;
        }
        self.see((self.stage.n_put + 1).saturating_sub(self.plan.sweep.search.lag))
    }

    /// Looks at the trials of the stage before this place; false when one of them has not ended.
    fn see(&mut self, n_visible: u64) -> bool {
        while self.stage.n_seen < n_visible {
            let Some((number, finish)) = self.stage.ended.remove(&self.stage.n_seen) else { return false };
            self.stage.n_seen += 1;
            let search = &self.plan.sweep.search;
            if let Some(losses) = &finish.losses {
                self.fields[self.stage.rung].add(losses);
            }
            let sign = if self.plan.metrics[0].goal() == Goal::Maximize { -1.0 } else { 1.0 };
            let is_complete = finish.state == TrialState::Complete && !finish.is_paused;
            if let (true, Some(score), Some((target, _))) = (is_complete, finish.score, &search.target) {
                self.is_reached |= sign * score <= sign * target;
            }
            if self.plan.is_adaptive() {
                let record = TrialRecord {
                    number,
                    point: self.points[number as usize].clone(),
                    state: if finish.is_paused { TrialState::Pruned } else { finish.state },
                    n_folds: self.stage.n_before() * self.plan.folds.len() + finish.n_folds,
                    loss: finish.score.map(|score| sign * score),
                };
                if self.budget.is_shared_out() {
                    self.outcomes.insert(number, record);
                } else {
                    self.finished.push(record);
                }
            }
            if self.budget.is_shared_out() && finish.losses.is_some() {
                self.stage.ranked.push((number, finish));
            }
        }
        true
    }

    /// Puts the next trial into the window; false when there is none.
    fn put(&mut self) -> bool {
        let place = self.stage.n_put;
        let trial = match self.stage.promoted.get(place as usize) {
            Some(trial) => trial.clone(),
            None => match self.propose(self.stage.start + place) {
                Some(trial) => trial,
                None => return false,
            },
        };
        self.stage.n_put += 1;
        let number = trial.number;
        let (n_splits, n_before) = (self.plan.folds.len(), self.stage.n_before());
        let limits = self.fields[self.stage.rung].limits(n_splits);
        let mut race = Race::new(n_splits, self.plan.is_raced(), limits, n_before);
        let mut is_known = vec![false; n_splits];
        for record in self.known.get(&number).into_iter().flatten() {
            // What has ended is the same at every later rung.
            if record.earlier.len() >= n_before || record.state != FoldState::Paused {
                is_known[record.unit.split] = true;
                race.know(record);
            }
        }
        if !self.budget.is_shared_out() {
            self.known.remove(&number);
        }
        if let Some(finish) = race.finish() {
            self.stage.ended.insert(place, (number, finish));
            self.forget();
            return true;
        }
        self.races.insert(number, race);
        self.stage.places.insert(number, place);
        let config = self.plan.config(&trial);
        let config = TrainConfig { epochs: self.n_epochs(config.epochs), ..config };
        let unfinished = (0..n_splits).filter(|&split| !is_known[split]);
        let splits = self.costs.times(&config, unfinished, Term::nanoseconds).collect();
        self.window.put(Waiting { number: place, trial, splits });
        true
    }

    /// Epochs of a unit of the stage, of so many of a whole run.
    fn n_epochs(&self, epochs: usize) -> usize {
        if !self.budget.is_shared_out() {
            return epochs;
        }
        let before = if self.stage.n_before() > 0 { self.budget.rungs()[self.stage.rung - 1] } else { 0 };
        self.until() - before
    }

    /// Proposes trial `number`, with what is stored of it.
    fn propose(&mut self, number: TrialNumber) -> Option<Trial> {
        let space = &self.plan.sweep.parameters.space;
        let stored = self.stored.remove(&number);
        // What was learnt is as it is stored: to propose it again from the same history would only take its time.
        let learnt = stored.as_ref().filter(|_| self.plan.is_adaptive());
        let values = learnt.map(|(trial, _)| trial.point.iter().map(|(name, value)| (&**name, value)));
        let point = values.and_then(|values| space.point(values).ok()).or_else(|| {
            let running = self.points.get(self.finished.len()..).unwrap_or_default();
            self.sampler.propose(space, History { finished: &self.finished, running }, number)
        })?;
        let trial = Trial { number, point: owned(&point) };
        if self.plan.is_adaptive() {
            self.points.push(point);
        }
        if let Some((_, records)) = stored {
            self.known.insert(number, records);
        }
        if self.budget.is_shared_out() {
            self.trials.insert(number, trial.clone());
        }
        Some(trial)
    }

    fn end(&mut self, ended: Ended) -> Settled {
        let number = ended.trial.number;
        let mut settled = Settled { units: Vec::new(), pruned: std::mem::take(&mut self.unsettled) };
        // A trial that was stopped takes no more units.
        let Some(&place) = self.stage.places.get(&number) else { return settled };
        self.window.end(place);
        let Some(race) = self.races.get_mut(&number) else { return settled };
        settled.units = race.end(ended);
        if self.budget.is_shared_out() {
            let known = self.known.entry(number).or_default();
            for Ended { record, .. } in &settled.units {
                known.retain(|earlier| earlier.unit != record.unit);
                known.push(record.without_rows());
            }
        }
        let Some(finish) = race.finish() else { return settled };
        if race.is_stopped() {
            settled.pruned.push((number, race.n_counted()));
            self.window.drop(place);
        }
        self.races.remove(&number);
        self.stage.places.remove(&number);
        self.stage.ended.insert(place, (number, finish));
        self.forget();
        settled
    }

    /// What nobody looks at is not kept.
    fn forget(&mut self) {
        if !self.plan.looks_back() && !self.budget.is_shared_out() {
            self.stage.ended.clear();
        }
    }

    /// Goes on to the next rung, or the next bracket; false when there is none. All trials of the stage have ended.
    fn next_stage(&mut self) -> bool {
        if !self.budget.is_shared_out() {
            return false;
        }
        self.see(self.stage.n);
        let is_last = self.stage.rung + 1 == self.budget.rungs().len();
        let mut ranked = std::mem::take(&mut self.stage.ranked);
        let loss = |finish: &Finish| finish.losses.as_deref().map_or(f64::INFINITY, mean_loss);
        ranked.sort_by(|(a, of_a), (b, of_b)| loss(of_a).total_cmp(&loss(of_b)).then(a.cmp(b)));
        let n_promoted = if is_last { 0 } else { self.budget.promoted(self.stage.n) };
        let mut promoted: Vec<TrialNumber> = Vec::new();
        for (place, (number, finish)) in ranked.iter().enumerate() {
            if !finish.is_paused {
                // Its folds have all ended: nothing is left to train.
            } else if (place as u64) < n_promoted {
                promoted.push(*number);
            } else {
                self.unsettled.push((*number, self.plan.folds.len()));
            }
        }
        promoted.sort_unstable();
        let Stage { bracket, start, rung, .. } = self.stage;
        if !promoted.is_empty() {
            self.trials.retain(|number, _| promoted.binary_search(number).is_ok());
            self.known.retain(|number, _| promoted.binary_search(number).is_ok());
            let trials = self.trials.values().cloned().collect();
            self.stage = Stage::new(bracket, start, rung + 1, trials);
            self.window = window(self.plan);
            return true;
        }
        (self.known, self.trials) = (BTreeMap::new(), BTreeMap::new());
        self.finished.extend(std::mem::take(&mut self.outcomes).into_values());
        let start = start + bracket.n_trials;
        if self.is_exhausted || self.is_reached || start >= self.n_trials {
            self.is_exhausted = true;
            self.stage = Stage { n: 0, ..Stage::new(bracket, start, rung, Vec::new()) };
            return false;
        }
        let bracket = self.budget.bracket(start, self.n_trials);
        self.stage = Stage::new(bracket, start, bracket.first_rung, Vec::new());
        self.window = window(self.plan);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{BaseScores, UnitId};
    use crate::spec::Sweep;
    use crate::unit::without_scores;
    use std::path::Path;

    /// Three trials on three folds, the best of which goes on after the first of three epochs.
    const SHARED_OUT: &str = r#"
[data]
builtin = "moons"
rows = 60
[cv]
folds = 3
[search]
trials = 3
budget = "halving"
racing = "off"
sampler = "random"
[parameters]
learning_rate = { min = 1e-3, max = 1e-1, scale = "log" }
width = 4
epochs = 3
"#;

    fn plan(overrides: &[&str]) -> Plan {
        let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
        let sweep = Sweep::parse(SHARED_OUT, Path::new("s.toml"), &overrides).expect("a sweep");
        Plan::new(sweep).expect("a plan")
    }

    /// The end of a job with that loss.
    fn ended(job: &Job, state: FoldState, loss: f64) -> Ended {
        let unit = UnitId { trial: job.trial.number, split: job.split };
        let record = FoldRecord {
            test_scores: vec![loss],
            base: Some(BaseScores { train: loss, validation: loss }),
            earlier: job.earlier.clone(),
            ..without_scores(unit, state)
        };
        let timing = Timing { unit, started_unix_ms: 0, elapsed_us: 0, attempt: 1 };
        Ended { trial: job.trial.clone(), record, timing }
    }

    /// The best has ended early in its first epoch: nobody goes on, and of the others it is said that they do not, though no further
    /// unit ends.
    #[test]
    fn nobody_goes_on() {
        let plan = plan(&[]);
        let queue = Queue::new(&plan, 3, Stored::new());
        let mut n_units = 0;
        while let Some(job) = queue.start(|| false) {
            let number = job.trial.number;
            let state = if number == 0 { FoldState::Complete } else { FoldState::Paused };
            assert_eq!(queue.end(ended(&job, state, 0.1 + number as f64)).pruned, []);
            assert_eq!(job.until, 1);
            n_units += 1;
        }
        assert_eq!(n_units, 9);
        let mut pruned = queue.take_unsettled();
        pruned.sort_unstable();
        assert_eq!(pruned, [(1, 3), (2, 3)]);
        assert_eq!(queue.take_unsettled(), []);
        assert!(queue.is_finished());
    }

    /// The target is reached from below.
    #[test]
    fn a_score_of_which_more_is_better() {
        let target =
            ["search.budget=full", "search.lag=1", "score.metric=accuracy", "search.target_score=0.9"];
        let plan = plan(&target);
        let queue = Queue::new(&plan, 3, Stored::new());
        let mut tried = Vec::new();
        while let Some(job) = queue.start(|| false) {
            let accuracy = [0.5, 0.95, 0.5][job.trial.number as usize];
            queue.end(ended(&job, FoldState::Complete, accuracy));
            tried.push(job.trial.number);
        }
        assert_eq!(tried, [0, 0, 0, 1, 1, 1]);
        assert!(queue.is_reached());
    }

    /// What a sampler is told of trials that went no further, and of one that did: the folds of all its rungs.
    #[test]
    fn what_a_sampler_learns() {
        let plan = plan(&["search.sampler=tpe", "score.metric=accuracy"]);
        let queue = Queue::new(&plan, 3, Stored::new());
        while let Some(job) = queue.start(|| false) {
            let state = if job.until == 3 { FoldState::Complete } else { FoldState::Paused };
            let mut ended = ended(&job, state, 0.25);
            // Who goes on is decided by another score.
            ended.record.base = Some(BaseScores { train: 0.0, validation: job.trial.number as f64 });
            queue.end(ended);
        }
        let mut told = queue.lock().finished.clone();
        told.sort_by_key(|record| record.number);
        let told: Vec<_> = told.iter().map(|record| (record.state, record.n_folds, record.loss)).collect();
        let loss = Some(-0.25);
        assert_eq!(
            told,
            [(TrialState::Complete, 6, loss), (TrialState::Pruned, 3, loss), (TrialState::Pruned, 3, loss)]
        );
    }

    /// What a trial has at a rung is not yet its score.
    #[test]
    fn a_target_is_not_reached_on_the_way() {
        let plan = plan(&["search.lag=1", "score.metric=accuracy", "search.target_score=0.9"]);
        let queue = Queue::new(&plan, 3, Stored::new());
        let mut n_units = 0;
        while let Some(job) = queue.start(|| false) {
            let is_last = job.until == 3;
            let (state, accuracy) =
                if is_last { (FoldState::Complete, 0.5) } else { (FoldState::Paused, 0.95) };
            queue.end(ended(&job, state, accuracy));
            n_units += 1;
        }
        assert_eq!((n_units, queue.is_reached()), (12, false));
    }

    #[test]
    fn closed() {
        let plan = plan(&[]);
        let queue = Queue::new(&plan, 3, Stored::new());
        assert!(queue.start(|| false).is_some() && queue.start(|| true).is_none());
        assert!(queue.start(|| false).is_some(), "a stop is that of who asks");
        queue.close();
        assert!(queue.start(|| false).is_none() && !queue.is_finished());
    }

    /// A bracket that begins at a later rung has none behind it there.
    #[test]
    fn rungs_behind() {
        let bracket = Bracket { first_rung: 1, n_trials: 3 };
        for (rung, n_before) in [(1, 0), (2, 1)] {
            assert_eq!(Stage::new(bracket, 0, rung, Vec::new()).n_before(), n_before);
        }
    }
}

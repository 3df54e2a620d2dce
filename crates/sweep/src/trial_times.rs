//! How long the folds of each trial have taken, and whether that is too long.
//!
//! ```text
//! time of a trial   Σ over its folds, those of earlier runs too, of the time they were trained
//! ```
//!
//! However many of them run at a time: a limit means the same for any number of threads, as far as clocks do.

use crate::clock::{RunningClock, micros};
use crate::record::Timing;
use mlpsweep_search::TrialNumber;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The times of all trials, in microseconds.
pub(crate) struct TrialTimes<'a> {
    clock: &'a RunningClock,
    limit: u64,
    spent: Mutex<BTreeMap<TrialNumber, Arc<AtomicU64>>>,
}

/// A unit that is being trained, and uses up its trial's time.
pub(crate) struct Stint<'a> {
    clock: &'a RunningClock,
    limit: u64,
    spent: Arc<AtomicU64>,
    /// Until when its time is counted.
    counted_to: Cell<Duration>,
}

impl<'a> TrialTimes<'a> {
    /// No trial may take longer than `limit`; earlier runs have left `timings`.
    pub(crate) fn new(clock: &'a RunningClock, limit: Duration, timings: &[Timing]) -> TrialTimes<'a> {
        let mut spent: BTreeMap<TrialNumber, Arc<AtomicU64>> = BTreeMap::new();
        for timing in timings {
            spent.entry(timing.unit.trial).or_default().fetch_add(timing.elapsed_us, Ordering::Relaxed);
        }
        TrialTimes { clock, limit: micros(limit), spent: Mutex::new(spent) }
    }

    /// A unit of the trial begins.
    pub(crate) fn begin(&self, trial: TrialNumber) -> Stint<'a> {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        Stint {
            clock: self.clock,
            limit: self.limit,
            spent: Arc::clone(spent.entry(trial).or_default()),
            counted_to: Cell::new(self.clock.elapsed()),
        }
    }
}

impl Stint<'_> {
    /// Whether its trial has used up its time by now.
    pub(crate) fn is_over(&self) -> bool {
        let now = self.clock.elapsed();
        let passed = micros(now.saturating_sub(self.counted_to.get()));
        self.counted_to.set(now);
        self.spent.fetch_add(passed, Ordering::Relaxed) + passed > self.limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::UnitId;

    #[test]
    fn folds_share_the_time_of_their_trial() {
        let clock = RunningClock::start().expect("a thread");
        let timing = |trial, elapsed_us| Timing {
            unit: UnitId { trial, split: 0 },
            started_unix_ms: 0,
            elapsed_us,
            attempt: 1,
        };
        let hour = 3_600_000_000;
        let stored = [timing(1, hour), timing(2, hour), timing(1, 2 * hour + 1)];
        let times = TrialTimes::new(&clock, Duration::from_hours(3), &stored);
        assert!(times.begin(1).is_over(), "it has taken more in earlier runs");
        let (first, second) = (times.begin(2), times.begin(2));
        assert!(!first.is_over() && !second.is_over() && !times.begin(3).is_over());
        first.spent.fetch_add(2 * hour, Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(2));
        assert!(first.is_over() && second.is_over(), "what one takes the other does not have");
    }
}

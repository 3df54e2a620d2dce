//! A clock that stands still while the process does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How often the clock is wound.
const TICK: Duration = Duration::from_millis(100);
/// Whoever was not woken for longer than this was suspended, and the rest does not count.
const LONGEST: Duration = Duration::from_secs(1);

/// Counts the time in which this process was running: a process that was suspended for the night has not used it up. It is right to
/// about a second for each time the process was suspended.
///
/// A thread winds it, so that looking at it costs as little as looking at the time.
#[derive(Debug)]
pub(crate) struct RunningClock {
    shared: Arc<Shared>,
    winder: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    start: Instant,
    /// When it was last wound, in microseconds since `start`.
    wound_at: AtomicU64,
    /// Microseconds until then that do not count.
    slept: AtomicU64,
    is_over: AtomicBool,
}

impl RunningClock {
    /// From now on.
    pub(crate) fn start() -> std::io::Result<RunningClock> {
        let shared = Arc::new(Shared {
            start: Instant::now(),
            wound_at: AtomicU64::new(0),
            slept: AtomicU64::new(0),
            is_over: AtomicBool::new(false),
        });
        let of_winder = Arc::clone(&shared);
        let wind = move || {
            while !of_winder.is_over.load(Ordering::Relaxed) {
                thread::park_timeout(TICK);
                of_winder.wind(micros(of_winder.start.elapsed()));
            }
        };
        let winder = thread::Builder::new().name("clock".into()).spawn(wind)?;
        Ok(RunningClock { shared, winder: Some(winder) })
    }

    /// How long the process has been running since then.
    pub(crate) fn elapsed(&self) -> Duration {
        let Shared { start, .. } = &*self.shared;
        Duration::from_micros(self.shared.counted(micros(start.elapsed())))
    }
}

impl Drop for RunningClock {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        if let Some(winder) = self.winder.take() {
            winder.thread().unpark();
            // It cannot panic.
            let _ = winder.join();
        }
    }
}

impl Shared {
    fn wind(&self, now: u64) {
        // In this order: who looks in between counts too little for a moment, and never too much.
        self.slept.fetch_add(self.slept_at(now), Ordering::AcqRel);
        self.wound_at.store(now, Ordering::Release);
    }

    /// What counts of the time until now.
    fn counted(&self, now: u64) -> u64 {
        let slept = self.slept_at(now);
        now.saturating_sub(slept).saturating_sub(self.slept.load(Ordering::Acquire))
    }

    /// What does not count of the time since it was last wound.
    fn slept_at(&self, now: u64) -> u64 {
        now.saturating_sub(self.wound_at.load(Ordering::Acquire)).saturating_sub(micros(LONGEST))
    }
}

/// In whole microseconds, of which a u64 holds half a million years.
pub(crate) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_slept_through_does_not_count() {
        let shared = Shared {
            start: Instant::now(),
            wound_at: AtomicU64::new(0),
            slept: AtomicU64::new(0),
            is_over: AtomicBool::new(false),
        };
        shared.wind(100_000);
        assert_eq!(shared.counted(150_000), 150_000);
        // Whoever looks before it is wound again sees the same as after.
        for _ in 0..2 {
            assert_eq!(shared.counted(3_600_000_000), 1_100_000, "of an hour a second counts");
            shared.wind(3_600_000_000);
        }
        assert_eq!(shared.counted(3_600_050_000), 1_150_000);
    }

    #[test]
    fn it_goes_on() {
        let clock = RunningClock::start().expect("a thread");
        let before = clock.elapsed();
        thread::sleep(Duration::from_millis(250));
        let after = clock.elapsed();
        assert!(after > before && after >= Duration::from_millis(200), "{before:?}, {after:?}");
    }
}

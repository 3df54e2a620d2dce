//! The grace period: how long what is under way may take to end after a signal. Without it a mini-batch that hangs would keep the
//! process from ending.

use crate::signals::Signals;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, Thread};
use std::time::Duration;

/// How often a signal is looked for.
const TICK: Duration = Duration::from_millis(50);

/// Does `work`. When it has not ended this long after a signal, `give_up` says what there is to say, and the process ends with the
/// signal's exit code.
///
/// The period is counted in ticks: time in which the process is suspended is not part of it.
///
/// # Errors
/// That of the system when no thread can be started.
pub(crate) fn within<T>(
    grace: Duration,
    signals: &Signals,
    give_up: impl FnOnce() + Send,
    work: impl FnOnce() -> T,
) -> std::io::Result<T> {
    let is_over = Mutex::new(false);
    let is_over_now = || is_over.lock().unwrap_or_else(PoisonError::into_inner);
    let watch = || {
        let mut left = grace;
        loop {
            thread::park_timeout(TICK);
            // Held while giving up, so that nothing goes on that ends after all meanwhile.
            let is_over = is_over_now();
            if *is_over {
                return;
            }
            let Some(code) = signals.exit_code() else { continue };
            left = left.saturating_sub(TICK);
            if left.is_zero() {
                give_up();
                std::process::exit(code.into());
            }
        }
    };
    thread::scope(|scope| {
        let watch = thread::Builder::new().name("grace".into()).spawn_scoped(scope, watch)?;
        let _end = End { is_over: &is_over, watch: watch.thread().clone() };
        Ok(work())
    })
}

/// Says that the work is over, by a panic too.
struct End<'a> {
    is_over: &'a Mutex<bool>,
    watch: Thread,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        *self.is_over.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.watch.unpark();
    }
}

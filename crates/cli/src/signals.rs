//! SIGINT, SIGTERM and SIGHUP: the first ends the run at a checkpoint, a second one at once.

#[cfg(unix)]
use signal_hook::consts::{SIGHUP, signal::SIGXFSZ};
use signal_hook::consts::{SIGINT, SIGTERM};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What has been received.
#[derive(Clone, Debug)]
pub(crate) struct Signals {
    stop: Arc<AtomicBool>,
    received: Arc<AtomicUsize>,
}

impl Signals {
    /// Watches for them from now on.
    pub(crate) fn watch() -> std::io::Result<Signals> {
        let signals = Signals { stop: Arc::default(), received: Arc::default() };
        for signal in watched() {
            // In this order: the first signal finds `stop` unset and sets it, the second ends the process.
            let code = exit_code(signal);
            signal_hook::flag::register_conditional_shutdown(
                signal,
                i32::from(code),
                Arc::clone(&signals.stop),
            )?;
            signal_hook::flag::register_usize(signal, Arc::clone(&signals.received), signal as usize)?;
            signal_hook::flag::register(signal, Arc::clone(&signals.stop))?;
        }
        // A file that may not grow any more is an error of its write, which is said in words.
        #[cfg(unix)]
        signal_hook::flag::register(SIGXFSZ, Arc::default())?;
        Ok(signals)
    }

    /// Set when the run is to stop.
    pub(crate) fn stop(&self) -> &AtomicBool {
        &self.stop
    }

    /// The exit code of the signal that was received, if one was.
    pub(crate) fn exit_code(&self) -> Option<u8> {
        let signal = self.received.load(Ordering::Relaxed);
        (signal != 0).then(|| exit_code(signal as i32))
    }
}

/// 128 + signal: 129, 130, 143.
fn exit_code(signal: i32) -> u8 {
    128 + signal as u8
}

#[cfg(unix)]
fn watched() -> [i32; 3] {
    [SIGINT, SIGTERM, SIGHUP]
}

#[cfg(not(unix))]
fn watched() -> [i32; 2] {
    [SIGINT, SIGTERM]
}

//! Faults on demand, for tests.
//!
//! Code passes named places, [`reached`] before each write and at a few others. With the feature `on`, which only tests have, the
//! environment says which of them fail:
//!
//! ```text
//! MLPSWEEP_FAILPOINTS = place "=" action "(" n ")" { ";" place "=" action "(" n ")" }
//!
//! place    the name of one, or the beginning of names up to a dot: store is every store.commit, store.insert …
//! n        the how manieth passing of such places fails, from 1; those after it pass
//! action   eio      the write fails with an input/output error
//!          enospc   the write fails since the disk is full
//!          nan      the fold goes on with numbers that are not finite
//!          panic    the thread panics
//!          exit     the process ends at once, as if it were killed: nothing is closed or flushed
//!          sleep    the thread sleeps for an hour
//! ```
//!
//! Without the feature there is nothing of this in the program.

#[cfg(all(feature = "on", not(debug_assertions)))]
compile_error!("failpoints are for tests; a release is built without the feature `on` of mlpsweep-failpoint");

#[cfg(feature = "on")]
mod places;

#[cfg(feature = "on")]
pub use places::reached;

/// Passes a place.
///
/// # Errors
/// Never, without the feature `on`.
#[cfg(not(feature = "on"))]
#[inline(always)]
pub fn reached(_place: &str) -> std::io::Result<()> {
    Ok(())
}

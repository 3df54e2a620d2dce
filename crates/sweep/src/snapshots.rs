//! Runs that wait at the end of a rung, kept in memory so that the next rung need not begin at the first epoch.
//!
//! What is not here is trained anew up to where it was: the same numbers, only later. So a run that was killed, and snapshots that would
//! take too much memory, change nothing but the time.

use crate::record::UnitId;
use mlpsweep_train::Snapshot;
use std::any::Any;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Bytes that are kept at most.
const MOST_BYTES: usize = 512 << 20;

/// A snapshot of either precision.
pub(crate) struct Kept {
    snapshot: Box<dyn Any + Send>,
    n_bytes: usize,
}

impl Kept {
    pub(crate) fn new<T: Send + 'static>(snapshot: Snapshot<T>) -> Kept {
        let n_bytes = snapshot.n_numbers() * size_of::<T>();
        Kept { snapshot: Box::new(snapshot), n_bytes }
    }

    /// The snapshot, if it is of this precision.
    pub(crate) fn of<T: 'static>(self) -> Option<Snapshot<T>> {
        self.snapshot.downcast().ok().map(|snapshot| *snapshot)
    }
}

/// The snapshots of units that may go on.
#[derive(Default)]
pub(crate) struct Snapshots {
    kept: Mutex<State>,
}

#[derive(Default)]
struct State {
    by_unit: HashMap<UnitId, Kept>,
    n_bytes: usize,
}

impl Snapshots {
    /// Keeps a snapshot, where there is room for it.
    pub(crate) fn put(&self, unit: UnitId, kept: Kept) {
        let mut state = self.lock();
        if state.n_bytes + kept.n_bytes <= MOST_BYTES {
            state.n_bytes += kept.n_bytes;
            state.by_unit.insert(unit, kept);
        }
    }

    /// Takes out the snapshot of a unit.
    pub(crate) fn take(&self, unit: UnitId) -> Option<Kept> {
        let mut state = self.lock();
        let kept = state.by_unit.remove(&unit)?;
        state.n_bytes -= kept.n_bytes;
        Some(kept)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! Who looks on while a network is trained.

use crate::EpochRecord;
use std::ops::ControlFlow;

/// Looks on while a network is trained, and may stop it.
pub trait Observer {
    /// An epoch has ended.
    fn epoch(&mut self, record: &EpochRecord) -> ControlFlow<()>;

    /// A mini-batch has ended, and its epoch has not. Asked after every one of them, so the answer should take nanoseconds; a run
    /// that is broken off here has lost its epoch, and cannot go on.
    fn batch(&mut self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// Looks at epochs alone.
pub(crate) struct EachEpoch<F>(pub(crate) F);

impl<F: FnMut(&EpochRecord) -> ControlFlow<()>> Observer for EachEpoch<F> {
    fn epoch(&mut self, record: &EpochRecord) -> ControlFlow<()> {
        self.0(record)
    }
}

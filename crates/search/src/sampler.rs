//! What every sampler does, and what it is told.

use crate::space::{Point, Space};

/// The position of a trial in its sweep, from 0.
pub type TrialNumber = u64;

/// How a trial ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrialState {
    /// All its folds were trained and scored.
    Complete,
    /// It was stopped because it fell behind.
    Pruned,
    /// It ran out of its time.
    Timeout,
    /// Its training left the finite numbers.
    Diverged,
    /// It could not be trained.
    Failed,
}

/// What a sampler knows of a finished trial.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialRecord {
    /// Its number.
    pub number: TrialNumber,
    /// What was tried.
    pub point: Point,
    /// How it ended.
    pub state: TrialState,
    /// Its mean score over the folds that were scored, a finite number; `None` if there is none.
    pub score: Option<f64>,
}

/// Chooses what to try.
///
/// A proposal is a function of the arguments and of what the sampler was made with, its seed above all: not of earlier
/// calls, nor of their order. So a sweep that was interrupted goes on as if it had not been.
pub trait Sampler {
    /// The next point, from what has finished; `None` when the space has nothing left to offer.
    ///
    /// `finished` is in order of the trials' numbers.
    fn propose(&mut self, space: &Space, finished: &[TrialRecord], number: TrialNumber) -> Option<Point>;
}

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
    /// Folds that were scored.
    pub n_folds: usize,
    /// Its mean score over them, turned so that less is better, a finite number; `None` if there is none.
    pub loss: Option<f64>,
}

/// What may be looked at when a trial is proposed.
#[derive(Clone, Copy, Debug, Default)]
pub struct History<'a> {
    /// Trials that have ended, in order of their numbers.
    pub finished: &'a [TrialRecord],
    /// Points of the trials after these, up to the one that is proposed: it is not known how they end.
    pub running: &'a [Point],
}

impl History<'_> {
    /// Nothing has been tried.
    pub const EMPTY: History<'static> = History { finished: &[], running: &[] };

    /// Whether the point has been tried or is being tried.
    pub(crate) fn holds(&self, point: &Point) -> bool {
        self.finished.iter().any(|record| record.point == *point) || self.running.contains(point)
    }
}

/// Chooses what to try.
///
/// A proposal is a function of the arguments and of what the sampler was made with, its seed above all: not of earlier
/// calls, nor of their order. So a sweep that was interrupted goes on as if it had not been.
pub trait Sampler {
    /// The next point, from what is known; `None` when the space has nothing left to offer.
    fn propose(&mut self, space: &Space, history: History<'_>, number: TrialNumber) -> Option<Point>;
}

impl<S: Sampler + ?Sized> Sampler for Box<S> {
    fn propose(&mut self, space: &Space, history: History<'_>, number: TrialNumber) -> Option<Point> {
        (**self).propose(space, history, number)
    }
}

//! The training loop.
//!
//! ```text
//! for epoch in 1 ..= epochs
//!     one pass over the mini-batches
//!     stop when a number is not finite          → diverged
//!     stop when the watched loss has not improved by min_delta for `patience` epochs, keep the best → early_stopped
//!     stop when the optimizer has nothing left to gain (L-BFGS at a minimum)                        → converged
//!     stop when the observer says so            → stopped
//! ```
//!
//! A [`Run`] may be paused between two epochs and go on from a [`Snapshot`], in another session of the same job: what comes out is
//! the same to the bit.

use crate::observer::{EachEpoch, Observer};
use crate::session::SessionState;
use crate::{EarlyStopping, Estimator, Job, Metric, Predictions, ScoreError, Session, TrainError, Truth};
use mlpsweep_data::Target;
use mlpsweep_real::{Buffer, Real, buffer};
use std::ops::ControlFlow;

/// What is known after an epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct EpochRecord {
    /// Counted from 1.
    pub epoch: usize,
    /// α during the epoch; L-BFGS has none.
    pub learning_rate: Option<f64>,
    /// The data term, meaned over the rows as they came by.
    pub train_loss: f64,
    /// The penalty of the weights at the epoch's end; J = `train_loss` + `penalty`.
    pub penalty: f64,
    /// The data term on the rows early stopping watches.
    pub validation_loss: Option<f64>,
    /// The mean over the epoch's mini-batches of each layer's ‖∂J/∂(W_l, b_l)‖₂ of the data term, before penalties and
    /// clipping, from the input up; empty unless the configuration asks for them.
    pub gradient_norms: Vec<f64>,
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All epochs were run.
    Completed,
    /// The watched loss stopped improving.
    EarlyStopped,
    /// The optimizer has nothing left to gain: a minimum, as far as the precision goes. Update rules never say so.
    Converged,
    /// A loss, a parameter, a recorded gradient norm or a prediction is not finite any more.
    Diverged {
        /// The epoch it showed in.
        epoch: usize,
    },
    /// The observer said stop.
    Stopped,
    /// It was run as far as was asked for; it may go on from a snapshot.
    Paused,
}

/// A run that is over.
#[derive(Clone, Debug)]
pub struct Fitted<'a, T> {
    session: Session<'a, T>,
    /// Why it ended.
    pub ended: Ended,
    /// The epoch whose parameters are kept, from 1.
    pub best_epoch: usize,
    /// One entry per epoch.
    pub curve: Vec<EpochRecord>,
}

/// Runs `job` to its end; `observer` sees every epoch and may stop the run.
///
/// # Errors
/// A configuration that makes no sense for this table.
pub fn train<T: Real>(
    job: Job<'_>,
    observer: impl FnMut(&EpochRecord) -> ControlFlow<()>,
) -> Result<Fitted<'_, T>, TrainError> {
    let mut run = Run::new(job)?;
    let ended = run.until(job.config.epochs, observer);
    Ok(run.finish(ended))
}

/// A run that is under way, between two epochs.
#[derive(Clone, Debug)]
pub struct Run<'a, T> {
    session: Session<'a, T>,
    epochs: usize,
    early_stopping: Option<EarlyStopping>,
    best: Option<Best<T>>,
    curve: Vec<EpochRecord>,
}

/// What a run needs to go on: parameters, the optimizer's and the schedule's state, the generator's position, the best epoch so far.
#[derive(Clone, Debug)]
pub struct Snapshot<T> {
    state: SessionState<T>,
    best: Option<Best<T>>,
    curve: Vec<EpochRecord>,
    n_numbers: usize,
}

impl<T> Snapshot<T> {
    /// Epochs that are done.
    pub fn n_epochs(&self) -> usize {
        self.curve.len()
    }

    /// Numbers of type `T` that it holds, about.
    pub fn n_numbers(&self) -> usize {
        self.n_numbers
    }
}

impl<'a, T: Real> Run<'a, T> {
    /// Before the first epoch.
    ///
    /// # Errors
    /// A configuration that makes no sense for this table.
    pub fn new(job: Job<'a>) -> Result<Run<'a, T>, TrainError> {
        let (session, config) = (Session::new(job)?, job.config);
        let curve = Vec::with_capacity(config.epochs.min(10_000));
        Ok(Run { session, epochs: config.epochs, early_stopping: config.early_stopping, best: None, curve })
    }

    /// Where a run of the same job was when the snapshot was taken.
    ///
    /// ```
    /// use mlpsweep_train::{Ended, Job, Run, TrainError};
    /// use std::ops::ControlFlow;
    ///
    /// /// The same as `train`, with a pause after two epochs.
    /// fn in_two_parts(job: Job<'_>) -> Result<Vec<f32>, TrainError> {
    ///     let keep_on = |_: &_| ControlFlow::Continue(());
    ///     let mut first = Run::<f32>::new(job)?;
    ///     let mut ended = first.until(2, keep_on);
    ///     if ended == Ended::Paused {
    ///         let mut rest = Run::resume(job, first.snapshot())?;
    ///         ended = rest.until(job.config.epochs, keep_on);
    ///         first = rest;
    ///     }
    ///     Ok(first.finish(ended).params().to_vec())
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`new`](Run::new).
    pub fn resume(job: Job<'a>, snapshot: Snapshot<T>) -> Result<Run<'a, T>, TrainError> {
        let mut run = Run::new(job)?;
        run.session.resume(snapshot.state);
        (run.best, run.curve) = (snapshot.best, snapshot.curve);
        Ok(run)
    }

    /// What is needed to go on from here.
    pub fn snapshot(&self) -> Snapshot<T> {
        // The parameters, those of the best epoch, and what the optimizer keeps of each.
        let n_copies = 2 + self.session.config().optimizer.n_states();
        let n_numbers = n_copies * self.session.params().len();
        Snapshot {
            state: self.session.state(),
            best: self.best.clone(),
            curve: self.curve.clone(),
            n_numbers,
        }
    }

    /// Trains up to the end of epoch `until`, counted from the first one; `observer` sees every epoch and may stop the run.
    pub fn until(&mut self, until: usize, observer: impl FnMut(&EpochRecord) -> ControlFlow<()>) -> Ended {
        self.watched(until, &mut EachEpoch(observer))
    }

    /// The same under an observer that may also break off in the middle of an epoch.
    pub fn watched(&mut self, until: usize, observer: &mut impl Observer) -> Ended {
        let until = until.min(self.epochs);
        while self.session.epochs_done() < until {
            if let Some(ended) = self.epoch(observer) {
                return ended;
            }
        }
        if until == self.epochs { Ended::Completed } else { Ended::Paused }
    }

    /// One epoch, and why it was the last one, if it was.
    fn epoch(&mut self, observer: &mut impl Observer) -> Option<Ended> {
        let Run { session, epochs, early_stopping, best, curve } = self;
        let takes_rate = !session.config().optimizer.is_full_batch();
        let learning_rate = Some(session.learning_rate()).filter(|_| takes_rate);
        let Some(loss) = session.epoch_while(|| observer.batch().is_continue()) else {
            return Some(Ended::Stopped);
        };
        let validation_loss = session.watched_loss();
        let epoch = session.epochs_done();
        let record = EpochRecord {
            epoch,
            learning_rate,
            train_loss: loss.data,
            penalty: loss.penalty,
            validation_loss,
            gradient_norms: session.gradient_norms(),
        };
        let finite = (loss.data + loss.penalty + validation_loss.unwrap_or(0.0)).is_finite()
            && record.gradient_norms.iter().all(|norm| norm.is_finite());
        if !finite || !session.params().iter().all(|param| param.is_finite()) {
            return Some(Ended::Diverged { epoch });
        }
        session.observe(validation_loss.unwrap_or(loss.data));
        let stalled_for = match (*early_stopping, validation_loss) {
            (Some(stopping), Some(loss)) => {
                Best::update(best, epoch, loss, stopping.min_delta, session.params())
            }
            _ => 0,
        };
        let stop = observer.epoch(&record).is_break();
        curve.push(record);
        if early_stopping.is_some_and(|stopping| stalled_for >= stopping.patience) {
            Some(Ended::EarlyStopped)
        } else if epoch == *epochs {
            Some(Ended::Completed)
        } else if session.is_at_rest() {
            Some(Ended::Converged)
        } else if stop {
            Some(Ended::Stopped)
        } else {
            None
        }
    }

    /// The run as it is, over: the parameters of its best epoch so far.
    pub fn finish(self, ended: Ended) -> Fitted<'a, T> {
        let Run { mut session, best, curve, .. } = self;
        let mut best_epoch = session.epochs_done();
        if let Some(best) = best
            && !matches!(ended, Ended::Diverged { .. })
        {
            session.restore(&best.params);
            best_epoch = best.epoch;
        }
        Fitted { session, ended, best_epoch, curve }
    }
}

/// The best epoch so far.
#[derive(Clone, Debug)]
struct Best<T> {
    epoch: usize,
    loss: f64,
    params: Buffer<T>,
}

impl<T: Real> Best<T> {
    /// Keeps `params` if `loss` is lower than the best by more than `min_delta`; returns the epochs since the best.
    fn update(best: &mut Option<Best<T>>, epoch: usize, loss: f64, min_delta: f64, params: &[T]) -> usize {
        match best {
            None => *best = Some(Best { epoch, loss, params: buffer(params) }),
            Some(best) if loss < best.loss - min_delta => {
                (best.epoch, best.loss) = (epoch, loss);
                best.params.copy_from_slice(params);
            }
            Some(best) => return epoch - best.epoch,
        }
        0
    }
}

impl<T: Real> Fitted<'_, T> {
    /// The parameters that were kept, in the network's layout.
    pub fn params(&self) -> &[T] {
        self.session.params()
    }

    /// The network they belong to.
    pub fn network(&self) -> &mlpsweep_mlp::Network {
        self.session.network()
    }

    /// Predictions for any rows of the table.
    pub fn predict(&mut self, rows: &[u32]) -> Predictions {
        self.session.predict(rows)
    }

    /// The scores of those rows, one per metric.
    ///
    /// # Errors
    /// A prediction or a score that is not finite, or rows that lack what a metric needs.
    pub fn score(&mut self, rows: &[u32], metrics: &[Metric]) -> Result<Vec<f64>, ScoreError> {
        let predictions = self.predict(rows);
        self.score_of(rows, &predictions, metrics)
    }

    /// The scores of predictions of those rows, one per metric.
    ///
    /// # Errors
    /// As [`score`](Fitted::score).
    pub fn score_of(
        &self,
        rows: &[u32],
        predictions: &Predictions,
        metrics: &[Metric],
    ) -> Result<Vec<f64>, ScoreError> {
        score(self.session.target(), rows, predictions, metrics)
    }

    /// What turns rows into predictions.
    pub fn estimator(&self) -> Estimator<'_, T> {
        self.session.estimator()
    }
}

/// The scores of predictions of those rows of `target`, one per metric.
///
/// # Errors
/// A prediction or a score that is not finite, or rows that lack what a metric needs.
pub fn score(
    target: &Target,
    rows: &[u32],
    predictions: &Predictions,
    metrics: &[Metric],
) -> Result<Vec<f64>, ScoreError> {
    if let Target::Classes { labels, .. } = target {
        for &metric in metrics {
            if let Some(lack) = metric.lacks_in(target, rows) {
                let rows = lack.describe(labels);
                return Err(ScoreError::Undefined { metric: metric.name(), rows });
            }
        }
    }
    if !predictions.are_finite() {
        return Err(ScoreError::NotFinite);
    }
    let truth = Truth::new(target, rows);
    let scores = metrics.iter().map(|metric| metric.score(&truth, predictions));
    scores.map(|score| if score.is_finite() { Ok(score) } else { Err(ScoreError::NotFinite) }).collect()
}

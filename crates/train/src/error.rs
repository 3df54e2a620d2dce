//! What keeps a run from starting.

use mlpsweep_data::{FoldError, ScaleError};
use mlpsweep_mlp::NetworkError;
use mlpsweep_optim::ConfigError;

/// Why rows have no scores.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ScoreError {
    /// A prediction or a score is infinite or no number: the network has run away.
    #[error("a prediction or a score is not finite")]
    NotFinite,
    /// The metric has no value on these rows, whatever is predicted.
    #[error("{metric} is not defined: the rows {rows}")]
    Undefined {
        /// The metric.
        metric: &'static str,
        /// What is wrong with the rows, as "hold one class only".
        rows: String,
    },
}

/// Why a run cannot start.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TrainError {
    /// The network's shape or dropout.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// A constant of the optimizer or the schedule.
    #[error(transparent)]
    Optimizer(#[from] ConfigError),
    /// Too few rows to set some aside.
    #[error("no rows can be set aside for early stopping: {0}")]
    InnerSplit(#[from] FoldError),
    /// A feature or target too large to be standardised.
    #[error(transparent)]
    Scale(#[from] ScaleError),
    /// A target whose mean or standard deviation is not finite.
    #[error("the target's mean or standard deviation is too large for 64 bits")]
    TargetScale,
    /// Rows none of which counts.
    #[error("the sample weight of all rows {what} is 0")]
    NoWeight {
        /// What the rows are for.
        what: &'static str,
    },
    /// A number that makes no sense.
    #[error("`{key}` is {found}, but must be {expected}")]
    Value {
        /// The key in sweep files.
        key: &'static str,
        /// What was given.
        found: String,
        /// What would be right.
        expected: &'static str,
    },
    /// A loss of classes for numbers, or the other way round.
    #[error("`loss` is {loss}, which is for {meant}, but the target holds {found}")]
    LossTarget {
        /// The loss.
        loss: &'static str,
        /// What it is for.
        meant: &'static str,
        /// What there is.
        found: String,
    },
    /// Start weights of another network.
    #[error("{found} start weights, but this network has {expected}")]
    StartWeights {
        /// How many were given.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
}

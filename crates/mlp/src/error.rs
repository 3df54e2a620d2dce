//! What cannot be built.

/// Why a network cannot be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NetworkError {
    /// Too few layers, or an empty one.
    #[error("layer sizes are {found:?}, but a network needs inputs and outputs, each at least 1")]
    Sizes {
        /// The sizes given.
        found: Vec<usize>,
    },
    /// A dropout rate that keeps nothing or is no probability.
    #[error("`{name}` is {found}, but must lie in [0, 1)")]
    Rate {
        /// `dropout`, `input_dropout` or `label_smoothing`.
        name: &'static str,
        /// The rate given.
        found: f64,
    },
    /// No width for the squared part of the Huber loss.
    #[error("`huber_delta` is {found}, but must be above 0")]
    HuberDelta {
        /// δ as given.
        found: f64,
    },
}

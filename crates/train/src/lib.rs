//! One network on one split of the data.
//!
//! ```text
//! Job ── Session::new ─▶ Session ── epoch, epoch, … ─▶ Fitted ── score(rows, metrics) ─▶ numbers
//!        inner split               shuffle, mini-batches,
//!        scaling                   gradient (mlp), step (optim)
//! ```
//!
//! [`train`] is the whole loop: it runs the epochs, stops early where it is told to, and keeps the best epoch's
//! parameters. This is where `mlp` and `optim` meet, on one flat vector; neither knows the other.

mod config;
mod error;
mod fit;
mod metric;
mod predictions;
mod row_weights;
mod session;
mod target_scale;

pub use config::{
    BatchSize, ClassWeight, EarlyStopping, Precision, Preprocess, Scale, TargetScale, TrainConfig,
};
pub use error::TrainError;
pub use fit::{Ended, EpochRecord, Fitted, train};
pub use metric::{Goal, Metric};
pub use predictions::{Predictions, Truth};
pub use session::{EpochLoss, Job, Session};
pub use target_scale::TargetScaler;

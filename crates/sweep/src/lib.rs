//! From a sweep file to finished folds.
//!
//! ```text
//! sweep file ── spec ─▶ Sweep ── plan ─▶ Plan ── trials ─▶ Trial × split = unit
//!                                          │ engine: threads
//!                                          ▼
//!                                     unit::run ─▶ FoldRecord ── store ─▶ study.db ─▶ reports
//! ```
//!
//! A unit is a pure function of (sweep, data, trial, split), and a finished one is on the disk before it is shown: so the
//! results are the same bytes on any number of threads and after any interruption.

mod attempts;
pub mod budget;
pub mod calibrate;
mod clock;
mod closing;
pub mod cost;
pub mod engine;
mod error;
mod examine;
pub mod files;
pub mod forecast;
pub mod longest_first;
mod memory;
pub mod networks;
mod objective;
pub mod plan;
mod queue;
mod race;
pub mod record;
mod refit;
pub mod runner;
mod snapshots;
pub mod spec;
pub mod store;
mod trial_times;
mod trivial;
pub mod unit;

pub use closing::closing;
pub use error::{LESS_MEMORY, SweepError};
pub use objective::train_config;
pub use plan::Plan;
pub use refit::{RefitEnd, refit};

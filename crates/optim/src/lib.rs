//! How parameters move: update rules, learning-rate decay, penalties, on plain slices.
//!
//! ```text
//! g = ∇(data term) + λ₂/m_train · W + λ₁/m_train · sign(W)      weights only, never biases
//! θ ← θ − α_t · direction(g)
//! ```
//!
//! A [`Optimizer`] knows no network: it moves a vector, and [`Segment`]s tell it which stretches are penalised. Penalty
//! and update run in one pass, one read and one write of each parameter. A [`Schedule`] gives α_t. L-BFGS, which wants the
//! objective itself and not only one gradient, is an [`Optimizer`] like the others: each is handed the objective.

mod constant;
mod lbfgs;
mod penalty;
mod rule;
mod schedule;

pub use constant::{ConfigError, Constant};
pub use penalty::{Penalty, Segment};
pub use rule::{Optimizer, OptimizerKind, Step};
pub use schedule::{Schedule, ScheduleKind};

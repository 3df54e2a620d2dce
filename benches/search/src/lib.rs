//! Samplers and stopping rules, measured on trainings that were done once.
//!
//! ```text
//! training ── tabulate ─▶ table ─┬─ replay (our samplers) ──────────┬─▶ results ── summary ─▶ Markdown
//!  spaces     5 folds,           ├─ serve ◀─▶ a script (Optuna's) ──┘
//!             4 rungs            └─ budget (racing, halving) ─▶ Markdown
//! ```

pub mod budget;
pub mod cube;
pub mod replay;
pub mod samplers;
pub mod serve;
pub mod summary;
pub mod table;
pub mod tabulate;
pub mod training;

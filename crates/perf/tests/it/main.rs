//! The gate, from the outside: its rates without a clock, and real processes.

mod files;
mod history;
mod processes;
mod proof;
mod reports;
mod simulated;

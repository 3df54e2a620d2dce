//! The gate, from the outside: its rates without a clock, and real processes.

mod files;
mod processes;
mod proof;
mod reports;
mod simulated;

//! The command as its users meet it.

mod bias_variance;
mod data;
mod enqueue;
mod fixture;
mod gradcheck;
mod help;
mod init;
mod output;
mod parity;
mod perf;
mod predict;
mod rank;
mod resume;
mod roles;
mod run;
mod signals;
mod sweeps;
mod train;
mod validate;

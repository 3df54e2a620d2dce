//! The command as its users meet it.

mod bias_variance;
mod compare;
mod data;
mod enqueue;
mod export;
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
mod spaces;
mod sweeps;
mod train;
mod validate;

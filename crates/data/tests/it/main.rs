//! Tables, splits and scales, from the outside.

mod builtin;
mod folds;
mod generate;
mod read;
mod refusals;
mod standardise;

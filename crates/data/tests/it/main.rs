//! Tables, splits and scales, from the outside.

mod builtin;
mod folds;
mod generate;
mod kinds;
mod pipeline;
mod read;
mod refusals;
mod schema;
mod standardise;

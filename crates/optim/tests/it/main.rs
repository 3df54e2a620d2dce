//! Tests of the optimizers through their public face.

mod lbfgs;
mod rules;
mod schedules;
mod valley;

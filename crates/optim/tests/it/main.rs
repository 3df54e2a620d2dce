//! Tests of the optimizers through their public face.

mod rules;
mod schedules;
mod valley;

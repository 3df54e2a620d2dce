//! Models and weights as files, from the outside.

mod model;
mod weights;

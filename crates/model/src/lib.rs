//! A fitted network with its preprocessing: saved, read again, predicting.
//!
//! ```text
//! train::Fitted ── Model::new ─▶ Model ── to_bytes ─▶ model.safetensors ── Model::load ─▶ Model
//!                                  │
//! new rows ── Schema::read_rows ─▶ predict ─▶ Predictions
//! ```
//!
//! A model is one safetensors file: the weights under the names PyTorch users know, and all else — columns, pipeline, target
//! scale, where it comes from — as JSON in its metadata, so that the parts cannot be parted. What was fitted is not fitted
//! again: a model predicts the bits the network predicted when it was trained.

mod error;
mod model;
pub mod weights;

pub use error::ModelError;
pub use model::{FILE_NAME, FOLDER, Member, Model, Origin};

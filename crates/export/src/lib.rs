//! Models and sweeps in other people's formats.
//!
//! | format | function | who reads it |
//! | --- | --- | --- |
//! | ONNX | [`onnx()`] | onnxruntime and whatever runs networks; the preprocessing is inside |
//! | `cv_results_` | [`cv_results_json`], [`cv_results_csv`] | scripts made for scikit-learn's searches, pandas |
//! | Optuna's journal | [`optuna_journal`] | Optuna, optuna-dashboard |
//! | TensorBoard | [`tensorboard`] | TensorBoard's scalar plots |
//!
//! Each is a pure function to text or bytes. To add one: a file with its function, and a word in `mlpsweep export --to`.

mod cv_results;
mod onnx;
mod optuna;
mod tensorboard;

pub use cv_results::{cv_results_csv, cv_results_json};
pub use onnx::onnx;
pub use optuna::optuna_journal;
pub use tensorboard::tensorboard;

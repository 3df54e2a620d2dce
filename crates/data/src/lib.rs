//! Tables of numbers: where they come from and how their rows are shared out.
//!
//! ```text
//! read_csv ─┐
//! builtin  ─┼▶ Dataset ── hold_out ─▶ rest, test      rows no configuration is chosen on
//! generate ─┘                          │
//!                                      └─ Folds ─▶ Split { train, validation }
//!                                                    │ train
//!                                                    ├─ inner_split ─▶ rows to learn from, rows to stop by
//!                                                    └─ Pipeline::fit ─▶ gather(rows of a mini-batch)
//! ```
//!
//! Splits are lists of row numbers, never copies of rows; the table is held once. What is fitted
//! ([`Pipeline`]) sees the rows it is given and no others.
//!
//! ```
//! use mlpsweep_data::{FoldKind, Folds, Pipeline, PipelineOptions, TestShare, builtin, hold_out};
//! use mlpsweep_seed::Seed;
//!
//! let data = builtin::load("iris").expect("iris is built in");
//! let seed = Seed::new(7);
//! let (rest, test) = hold_out(&data, TestShare::Auto, true, seed)?;
//! assert_eq!((rest.len(), test.len()), (120, 30));
//!
//! let folds = Folds::new(FoldKind::Stratified, 5, 1, &data, &rest, seed)?;
//! let split = folds.split(0);
//! assert_eq!((split.train.len(), split.validation.len()), (96, 24));
//!
//! let pipeline = Pipeline::fit(&data, &split.train, PipelineOptions::default())?;
//! let mut batch = vec![0.0_f32; 32 * pipeline.n_inputs()];
//! pipeline.gather(&data.features, &split.train[..32], &mut batch);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod append;
mod category;
mod columns;
mod dataset;
mod draw;
mod fault;
mod feature_column;
mod features;
mod folds;
mod grouped;
mod moment;
mod number;
mod pipeline;
mod printable;
mod read;
mod records;
mod role_column;
mod roles;
mod schema;
mod source;
mod standardise;
mod target;
mod timed;

pub mod builtin;
pub mod generate;

pub use category::{Categories, Category, Dropped, Useless};
pub use dataset::{Dataset, Target, Task, UnknownTask};
pub use draw::{TestShare, hold_out, inner_split};
pub use fault::{DataError, ErrorKind, Fault};
pub use folds::{FoldError, FoldKind, Folds, Split};
pub use pipeline::{Fill, FillLevel, Pipeline, PipelineOptions, Scale, Step};
pub use printable::{is_printable, printable};
pub use read::{CsvOptions, read_csv, read_csv_from, read_header};
pub use records::RECORD_LIMIT;
pub use roles::{Labels, Roles, Times, Weights};
pub use schema::{Rows, Schema, TargetSchema};
pub use standardise::{ScaleError, Standardiser};

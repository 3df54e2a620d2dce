//! From finished folds to a ranking: pure functions of the store.
//!
//! ```text
//! study.db ── Study::read ─▶ Study ── Ranking::new ─▶ Ranking ─▶ table, to_csv, to_json     (terminal)
//!                              └─── write_all ───────┴─▶ ranked.csv folds.csv curves.csv timings.csv summary.json
//! ```
//!
//! The same store gives the same bytes, however often and in whatever order its folds were finished.
//!
//! ```no_run
//! use mlpsweep_report::{Ranking, Study, table, write_all};
//! use std::path::Path;
//!
//! let folder = Path::new("results/digits");
//! let study = Study::read(folder, true)?;
//! let ranking = Ranking::new(&study);
//! write_all(&study, &ranking, folder)?;
//! print!("{}", table(&ranking, &study.info, 10, Some(80)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How cells are written
//!
//! - A number has the fewest digits that are read back as the same bits, as Python's `repr` writes it: `0.1`, `1.0`,
//!   `1e-7`. A float always shows that it is one (`1.0`), a count never does (`1`). What is no finite number reads `NaN`,
//!   `inf` or `-inf` in CSV, which pandas, polars and DuckDB understand, and `null` in JSON, which has no word for it.
//! - An empty cell (`null` in JSON) is something that is not known or has no meaning for the row.
//! - A text that a spreadsheet would run as a formula, one that begins with `=`, `+`, `-`, `@`, TAB, CR or LF, gets a
//!   leading `'` in CSV. Numbers never do, and JSON has every text as it is.
//! - Positions (trial, repeat, fold, split) count from 0, epochs and ranks from 1.
//! - Lines end in LF; fields are quoted where commas, quotes or line ends demand it.

mod cell;
mod comparison;
mod criteria;
mod curves;
mod diagnosis;
mod folds;
mod history_plot;
mod honest;
mod page;
mod ped_anova;
mod predictions;
mod ranked;
mod ranking;
mod repeats;
mod scores;
mod selection;
mod study;
mod summary;
mod table;
mod timings;
mod warnings;
mod write;

pub use cell::formula_free;
pub use comparison::{Comparison, Incomparable, Side, Verdict, compare};
pub use criteria::Criteria;
pub use curves::curves_csv;
pub use diagnosis::Diagnosis;
pub use folds::folds_csv;
pub use history_plot::history_plot;
pub use honest::Honest;
pub use page::report_html;
pub use predictions::PredictedRows;
pub use ranked::{to_csv, to_json};
pub use ranking::{Overtuning, RankedTrial, Ranking, TrialState};
pub use scores::Scores;
pub use selection::{Confirmed, Selection};
pub use study::Study;
pub use summary::summary_json;
pub use table::{plain_table, table};
pub use timings::{moment, timings_csv};
pub use write::{OutputError, make_folder, write_all, write_file};

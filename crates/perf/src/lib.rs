//! Two builds measured in turn, and a verdict a benchmark that CI can act on.
//!
//! ```text
//! base, head ── rounds: every benchmark of both, a process each, in an order that is drawn ─▶ Pair a round
//!                                                          │
//!                    d_r = ln(head/base) of each round ── judge ─▶ verdict a benchmark ─▶ Markdown, JSON, JUnit, exit code
//!                                                          │
//!                                   what trips is measured again, and decided on that alone
//! ```
//!
//! Criterion measures within one process, and its own verdict looks at one process a side: what differs *between* processes —
//! where the linker put things, where memory came from, who else was on the machine — is not in its interval. Here a process
//! gives one number, the median of its samples, and a round one difference; the statistics are over rounds.
//!
//! What is asked is whether a benchmark became slower by more than a margin, not whether it changed: the test is against that.

mod benchmark_files;
mod build;
mod executable;
mod gate;
mod history;
mod host;
mod icount;
mod judge;
mod junit;
mod markdown;
mod noise;
mod offline;
mod page;
mod rounds;
mod run;

pub use benchmark_files::{FileError, Measured, Throughput, read_folder};
pub use build::{BuildError, Choice, Worktree, build_tree, is_dirty};
pub use executable::{Executable, Timing};
pub use gate::{Gate, GateError, Measure, Progress};
pub use history::{HEADER, Recorded, append_history, change_points, read_history, records};
pub use host::Host;
pub use icount::{CountError, Counter, FEWEST_INSTRUCTIONS, valgrind};
pub use judge::{Estimate, Judged, Row, Verdict, judge, least_rounds};
pub use junit::{junit, without_controls};
pub use markdown::{headline, markdown, markdown_cell, time};
pub use noise::Noise;
pub use offline::{Side, incomparable, offline, side_of_folder, side_of_run};
pub use page::{benchmarks_csv, page};
pub use run::{Arm, Broken, Options, Pair, SavedRun, Stage};

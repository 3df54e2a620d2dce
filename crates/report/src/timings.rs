//! timings.csv: when every unit ran. Wall-clock numbers stand here alone, so that the other files are the same for the
//! same sweep.
//!
//! ```text
//! trial repeat fold started elapsed_seconds attempt    started: RFC 3339, UTC, to the millisecond; attempt: one more than the
//!                                                      times the process was killed before while the unit was under way
//! ```
//!
//! A unit that goes on from rung to rung has a row for each, in the order they were stored.

use crate::cell::{Cell, csv_file, names};
use crate::study::{Study, position};
use mlpsweep_sweep::record::Timing;
use std::time::{Duration, UNIX_EPOCH};

/// timings.csv.
pub fn timings_csv(study: &Study) -> String {
    let mut timings: Vec<&Timing> = study.timings.iter().collect();
    timings.sort_by_key(|timing| timing.unit);
    let rows = timings.into_iter().map(|timing| {
        let (repeat, fold_idx) = position(&study.info, timing.unit.split);
        vec![
            Cell::Count(timing.unit.trial),
            Cell::count(repeat),
            Cell::count(fold_idx),
            Cell::Text(moment(timing.started_unix_ms).into()),
            Cell::Number(timing.elapsed_us as f64 / 1e6),
            Cell::Count(timing.attempt),
        ]
    });
    csv_file(names(["trial", "repeat", "fold", "started", "elapsed_seconds", "attempt"]), rows)
}

/// A moment in UTC, such as `2026-03-01T12:34:56.789Z`, from milliseconds since 1970; what a clock that is wrong puts behind the
/// year 9999 is its last moment, since years have four digits.
pub fn moment(unix_ms: u64) -> String {
    const LAST: u64 = 253_402_300_799_999;
    humantime::format_rfc3339_millis(UNIX_EPOCH + Duration::from_millis(unix_ms.min(LAST))).to_string()
}

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
            Cell::Text(rfc3339(timing.started_unix_ms).into()),
            Cell::Number(timing.elapsed_us as f64 / 1e6),
            Cell::Count(timing.attempt),
        ]
    });
    csv_file(names(["trial", "repeat", "fold", "started", "elapsed_seconds", "attempt"]), rows)
}

/// A moment in UTC, such as `2026-03-01T12:34:56.789Z`, from milliseconds since 1970.
///
/// The date by Howard Hinnant's `civil_from_days`: days are counted from 1 March of year 0, so that the leap day ends a
/// year, in eras of 400 years.
fn rfc3339(unix_ms: u64) -> String {
    let (days, ms) = (unix_ms / 86_400_000, unix_ms % 86_400_000);
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let months_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * months_from_march + 2) / 5 + 1;
    let month = if months_from_march < 10 { months_from_march + 3 } else { months_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", ms % 1_000)
}

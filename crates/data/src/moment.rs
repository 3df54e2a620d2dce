//! A cell that says when: a number, or a date as ISO 8601 writes it.
//!
//! ```text
//! date      = year "-" month ["-" day]                                        2024-05, 2024-05-31
//! date-time = date ("T" | " ") hour ":" minute [":" second ["." digits]]      2024-05-31T14:30:05.25
//! instant   = date-time ("Z" | ("+" | "-") hour [[":"] minute])               2024-05-31T14:30+02:00
//! ```
//!
//! A date is its first moment. Dates become nanoseconds since 0000-03-01 in the Gregorian calendar; digits after the
//! ninth are not looked at, so that two times may be taken for one, but never for the wrong order. What has an offset
//! cannot be compared with what has none.

use crate::number;

/// What a time is measured in; only times of one kind can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    Number,
    /// Dates and times without an offset.
    Local,
    /// Times with an offset.
    Zoned,
}

impl Clock {
    /// What a cell of it is called.
    pub(crate) fn cell(self) -> &'static str {
        match self {
            Clock::Number => "a number",
            Clock::Local => "a date without an offset",
            Clock::Zoned => "a time with an offset",
        }
    }

    /// What a column of it is called.
    pub(crate) fn column(self) -> &'static str {
        match self {
            Clock::Number => "numbers",
            Clock::Local => "dates without offsets",
            Clock::Zoned => "times with offsets",
        }
    }
}

/// When the cell is, and by which clock: later cells have larger numbers. `None` for a cell that is no time.
pub(crate) fn parse(cell: &str) -> Option<(Clock, i128)> {
    if let Ok(value) = number::parse(cell) {
        return Some((Clock::Number, i128::from(in_order(value))));
    }
    let mut rest = Rest(cell.trim_ascii().as_bytes());
    let year = rest.digits(4)?;
    rest.byte(b"-")?;
    let month = rest.digits(2)?;
    let day = if rest.byte(b"-").is_some() { rest.digits(2)? } else { 1 };
    if !(1..=12).contains(&month) || !(1..=days_of(year, month)).contains(&day) {
        return None;
    }
    let midnight = i128::from(days_before(year, month, day)) * DAY;
    if rest.byte(b"Tt ").is_none() {
        return rest.is_empty().then_some((Clock::Local, midnight));
    }
    let moment = midnight + rest.time_of_day()?;
    match rest.offset() {
        Some(offset) => rest.is_empty().then_some((Clock::Zoned, moment - offset)),
        None => rest.is_empty().then_some((Clock::Local, moment)),
    }
}

const SECOND: i128 = 1_000_000_000;
const MINUTE: i128 = 60 * SECOND;
const HOUR: i128 = 60 * MINUTE;
const DAY: i128 = 24 * HOUR;

/// The bits of a finite number as an integer that orders as the number does.
fn in_order(value: f64) -> i64 {
    // −0.0 + 0.0 is 0.0. Of a negative number, larger magnitudes come first.
    let bits = (value + 0.0).to_bits().cast_signed();
    if bits < 0 { i64::MIN - bits } else { bits }
}

fn days_of(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 0000-03-01. A year that begins in March has its leap day at its end, and (153 m + 2)/5 days before its
/// month m.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leap_days + (153 * month + 2) / 5 + day - 1
}

/// What of a cell has not been read yet.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Exactly so many digits.
    fn digits(&mut self, n_digits: usize) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(n_digits)?;
        self.0 = rest;
        digits.iter().try_fold(0, |number, digit| {
            digit.is_ascii_digit().then(|| 10 * number + i64::from(digit - b'0'))
        })
    }

    /// One of these bytes.
    fn byte(&mut self, wanted: &[u8]) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        wanted.contains(&first).then(|| {
            self.0 = rest;
            first
        })
    }

    /// Nanoseconds since midnight. 24:00 ends a day, and a minute may have a leap second, which is taken as one moment with
    /// the next minute's first.
    fn time_of_day(&mut self) -> Option<i128> {
        let hour = self.digits(2)?;
        self.byte(b":")?;
        let minute = self.digits(2)?;
        let (mut second, mut fraction) = (0, 0);
        if self.byte(b":").is_some() {
            second = self.digits(2)?;
            if self.byte(b".,").is_some() {
                fraction = self.fraction()?;
            }
        }
        let is_end_of_day = (hour, minute, second, fraction) == (24, 0, 0, 0);
        if !(hour < 24 || is_end_of_day) || minute > 59 || second > 60 {
            return None;
        }
        Some(
            i128::from(hour) * HOUR
                + i128::from(minute) * MINUTE
                + i128::from(second) * SECOND
                + if second == 60 { 0 } else { fraction },
        )
    }

    /// The nanoseconds that the digits behind the point make; at least one digit.
    fn fraction(&mut self) -> Option<i128> {
        let n_digits = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at(n_digits);
        self.0 = rest;
        let padded = digits.iter().copied().chain(std::iter::repeat(b'0')).take(9);
        let nanoseconds = padded.fold(0, |number, digit| 10 * number + i128::from(digit - b'0'));
        (n_digits > 0).then_some(nanoseconds)
    }

    /// How far the clock is ahead of UTC; `None`, and what is left as it was, where no offset is written.
    fn offset(&mut self) -> Option<i128> {
        let before = self.0;
        let read = self.signed_offset();
        if read.is_none() {
            self.0 = before;
        }
        read
    }

    fn signed_offset(&mut self) -> Option<i128> {
        let sign = match self.byte(b"Zz+-")? {
            b'+' => 1,
            b'-' => -1,
            _ => return Some(0),
        };
        let hours = self.digits(2)?;
        let colon = self.byte(b":").is_some();
        let minutes = if colon || !self.is_empty() { self.digits(2)? } else { 0 };
        (hours < 24 && minutes < 60)
            .then_some(sign * (i128::from(hours) * HOUR + i128::from(minutes) * MINUTE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check_order(clock: Clock, cells: &[&str]) {
        let found: Vec<i128> = cells
            .iter()
            .map(|cell| {
                let (found, at) = parse(cell).unwrap_or_else(|| panic!("`{cell}` is a time"));
                assert_eq!(found, clock, "`{cell}`");
                at
            })
            .collect();
        assert!(found.is_sorted_by(|a, b| a < b), "{cells:?}: {found:?}");
    }

    #[track_caller]
    fn check_same(a: &str, b: &str) {
        assert!(parse(a).is_some() && parse(a) == parse(b), "`{a}` {:?}, `{b}` {:?}", parse(a), parse(b));
    }

    #[test]
    fn later_is_larger() {
        check_order(
            Clock::Number,
            &["-1e300", "-2", "-1.5", "-1e-300", "0", "1e-300", "9", "10", "2024", "1e300"],
        );
        check_order(
            Clock::Local,
            &[
                "0000-01-01",
                "0000-03-01",
                "1582-10-15",
                "1999-12-31",
                "2000-02",
                "2000-02-29",
                "2000-03-01",
                "2023-12-31T23:59:59.999999999",
                "2024-01-01",
                "2024-01-01T00:00:00.1",
                "2024-01-01 00:01",
                "2024-01-01T09:00",
                "2024-01-01T10:00",
                "9999-12-31",
            ],
        );
        check_order(
            Clock::Zoned,
            &[
                "2024-01-01T00:00+14:00",
                "2023-12-31T23:00:00Z",
                "2024-01-01T01:00+01",
                "2024-01-01T00:00:00-0030",
            ],
        );
    }

    #[test]
    fn one_moment_written_in_several_ways() {
        check_same("0", "-0.0");
        check_same("1e3", "1000");
        check_same("2024-05", "2024-05-01");
        check_same(" 2024-05-31\t", "2024-05-31T00:00");
        check_same("2024-05-31T24:00", "2024-06-01 00:00:00.000");
        check_same("2024-05-31T14:30:05,25", "2024-05-31t14:30:05.250");
        check_same("2024-02-29T23:30-00:30", "2024-03-01T00:00:00Z");
        check_same("2024-05-31T14:30+02:00", "2024-05-31T12:30z");
    }

    #[test]
    fn what_is_no_time() {
        for cell in [
            "",
            "NA",
            "soon",
            "2024-13-01",
            "2024-00-01",
            "2023-02-29",
            "1900-02-29",
            "2024-04-31",
            "2024-05-00",
            "2024-5-1",
            "24-05-31",
            "31.05.2024",
            "05/31/2024",
            "2024/05/31",
            "2024-05-31T",
            "2024-05-31T24:01",
            "2024-05-31T14",
            "2024-05-31T14:60",
            "2024-05-31T14:30:61",
            "2024-05-31T14:30:05.",
            "2024-05-31T14:30x",
            "2024-05-31Z",
            "2024-05-31T14:30+",
            "2024-05-31T14:30+2",
            "2024-05-31T14:30+24:00",
            "2024-05-31T14:30+02:0",
            "2024-05-31T14:30Z0",
            "inf",
            "２０２４-05-31",
        ] {
            assert_eq!(parse(cell), None, "`{cell}`");
        }
    }

    /// Day by day through the calendar, the days are consecutive.
    #[test]
    fn no_day_is_skipped() {
        let mut before = days_before(0, 1, 1) - 1;
        for year in 0..=2400 {
            for month in 1..=12 {
                for day in 1..=days_of(year, month) {
                    assert_eq!(days_before(year, month, day), before + 1, "{year}-{month}-{day}");
                    before += 1;
                }
            }
        }
    }

    proptest! {
        #[test]
        fn numbers_keep_their_order(a: f64, b: f64) {
            prop_assume!(a.is_finite() && b.is_finite());
            prop_assert_eq!(in_order(a).cmp(&in_order(b)), a.partial_cmp(&b).expect("finite"));
        }

        /// Whatever stands in a cell, it is a time or it is not.
        #[test]
        fn any_text_can_be_asked(cell in "[0-9TZ:+., -]{0,30}|\\PC{0,20}") {
            let _ = parse(&cell);
        }
    }
}

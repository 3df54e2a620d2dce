//! The history of benchmarks: a CSV in long form, one row a benchmark and record, and the places where a benchmark changed.
//!
//! ```text
//! commit,host_class,rustc,benchmark,nanoseconds,low,high,rounds
//! ```
//!
//! `nanoseconds` is the median over rounds, `low` and `high` the quartiles. Times of different host classes never stand in one
//! series. A last line that was cut by a crash is left out, said so, and the next record begins on a line of its own.
//!
//! A change point splits a series where the means of what is before and after are furthest apart for what the series scatters
//! (the largest |CUSUM|), if less than one in a hundred orders of the same values, drawn at random, have so large a one; then both
//! parts are looked at.

use crate::run::{SavedRun, Stage};
use mlpsweep_seed::Seed;
use mlpsweep_stats::quantile;
use rand::seq::SliceRandom;

/// The first line of the file.
pub const HEADER: &str = "commit,host_class,rustc,benchmark,nanoseconds,low,high,rounds";

/// Orders that are drawn to judge a change point by.
const ORDERS: usize = 1999;
/// Fewer values say nothing of a change.
const FEWEST: usize = 4;
const LEVEL: f64 = 0.01;

/// One benchmark of one record.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// What was measured, as the user names it: a commit.
    pub commit: String,
    /// Where.
    pub host_class: String,
    /// The compiler.
    pub rustc: String,
    /// The benchmark.
    pub benchmark: String,
    /// The median over rounds.
    pub nanoseconds: f64,
    /// The lower quartile.
    pub low: f64,
    /// The upper one.
    pub high: f64,
    /// Rounds.
    pub rounds: usize,
}

/// The head of a run as records.
pub fn records(run: &SavedRun, commit: &str) -> Vec<Recorded> {
    let of = |(benchmark, name): (usize, &String)| {
        let pairs = run.pairs.iter().filter(|pair| pair.benchmark == benchmark && pair.stage == Stage::First);
        let mut times: Vec<f64> = pairs.map(|pair| pair.head).collect();
        times.sort_unstable_by(f64::total_cmp);
        (!times.is_empty()).then(|| Recorded {
            commit: commit.to_owned(),
            host_class: run.host.class(),
            rustc: run.host.rustc.clone(),
            benchmark: name.clone(),
            nanoseconds: quantile(&times, 0.5),
            low: quantile(&times, 0.25),
            high: quantile(&times, 0.75),
            rounds: times.len(),
        })
    };
    run.benchmarks.iter().enumerate().filter_map(of).collect()
}

/// The records of a file, and whether its last line was cut off.
///
/// # Errors
/// Another header, or a line that is no record, with its number.
pub fn read_history(text: &str) -> Result<(Vec<Recorded>, bool), String> {
    let is_cut = !text.is_empty() && !text.ends_with('\n');
    let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(whole.as_bytes());
    let mut records = Vec::new();
    for (line_idx, row) in reader.records().enumerate() {
        let row = row.map_err(|error| error.to_string())?;
        if line_idx == 0 {
            if row.iter().ne(HEADER.split(',')) {
                return Err(format!("line 1: not the header `{HEADER}`"));
            }
            continue;
        }
        let number = |i: usize| row[i].parse::<f64>().ok().filter(|x| x.is_finite() && *x > 0.0);
        let numbers = (number(4), number(5), number(6), row[7].parse().ok());
        let (Some(nanoseconds), Some(low), Some(high), Some(rounds)) = numbers else {
            return Err(format!("line {}: times are numbers above 0, and rounds are counted", line_idx + 1));
        };
        let [commit, host_class, rustc, benchmark] = [0, 1, 2, 3].map(|i| row[i].to_owned());
        records.push(Recorded { commit, host_class, rustc, benchmark, nanoseconds, low, high, rounds });
    }
    Ok((records, is_cut))
}

/// The file's text with further records: a line that was cut off goes.
pub fn append_history(text: &str, more: &[Recorded]) -> String {
    let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
    let mut writer = csv::Writer::from_writer(Vec::new());
    for record in more {
        let Recorded { commit, host_class, rustc, benchmark, nanoseconds, low, high, rounds } = record;
        let times = [nanoseconds, low, high].map(|time| format!("{time:?}"));
        let rounds = rounds.to_string();
        let cells = [commit, host_class, rustc, benchmark, &times[0], &times[1], &times[2], &rounds];
        writer.write_record(cells).expect("text goes into memory without fail");
    }
    let bytes = writer.into_inner().expect("text goes into memory without fail");
    let more = String::from_utf8(bytes).expect("text in, text out");
    if whole.is_empty() { format!("{HEADER}\n{more}") } else { format!("{whole}{more}") }
}

/// Where the series changes: positions of the first value after each change, ascending.
pub fn change_points(series: &[f64]) -> Vec<usize> {
    let logs: Vec<f64> = series.iter().map(|x| x.ln()).collect();
    let mut found = Vec::new();
    split(&logs, 0, &mut found);
    found.sort_unstable();
    found
}

fn split(logs: &[f64], offset: usize, found: &mut Vec<usize>) {
    if logs.len() < FEWEST {
        return;
    }
    let (at, largest) = cusum(logs);
    let mut stream = Seed::new(0).child("change points").nth(offset as u64).stream();
    let mut drawn = logs.to_vec();
    let n_as_large = (0..ORDERS)
        .filter(|_| {
            drawn.shuffle(&mut stream);
            cusum(&drawn).1 >= largest
        })
        .count();
    if largest > 0.0 && (n_as_large + 1) as f64 / (ORDERS + 1) as f64 <= LEVEL {
        found.push(offset + at);
        split(&logs[..at], offset, found);
        split(&logs[at..], offset + at, found);
    }
}

/// Where the means of both parts are furthest apart, weighed by how many values they have, and how far.
fn cusum(values: &[f64]) -> (usize, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let (mut sum, mut best) = (0.0, (1, 0.0));
    for (at, value) in (1..values.len()).zip(values) {
        sum += value - mean;
        let before = at as f64;
        let apart = sum.abs() / (before * (n - before) / n).sqrt();
        if apart > best.1 {
            best = (at, apart);
        }
    }
    best
}

//! What criterion writes; the one place that knows it.
//!
//! ```text
//! $CRITERION_HOME/<folders>/new/benchmark.json    full_id and more       <folders>: names cut and altered, so not to be read
//!                              sample.json        iters, times           a sample: `times[i]` ns for `iters[i]` iterations
//!                           base/, <baseline>/    the same, by name
//!                           change/               relative to another run: never read
//! ```
//!
//! None of it is promised to stay, and files are not written whole or not at all, so unknown keys are passed over and whatever
//! is cut, empty or of another shape is an error that names the file.

use mlpsweep_stats::quantile;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A file that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct FileError {
    /// Which.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

/// What a process measured of a benchmark.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Nanoseconds an iteration, the median of the samples.
    pub median: f64,
    /// The 5th percentile of the samples.
    pub low: f64,
    /// The 95th.
    pub high: f64,
    /// What an iteration works through, where the benchmark says so.
    pub throughput: Option<Throughput>,
    /// Samples.
    pub n_samples: usize,
}

/// What an iteration works through.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Throughput {
    /// So many bytes.
    Bytes(f64),
    /// So many of whatever it is.
    Elements(f64),
}

impl Throughput {
    /// How much it is in a second, at so many nanoseconds an iteration.
    pub fn per_second(self, nanoseconds: f64) -> f64 {
        let (Throughput::Bytes(n) | Throughput::Elements(n)) = self;
        1e9 * n / nanoseconds
    }

    /// Of what.
    pub fn unit(self) -> &'static str {
        match self {
            Throughput::Bytes(_) => "B",
            Throughput::Elements(_) => "elements",
        }
    }
}

#[derive(Deserialize)]
struct Benchmark {
    full_id: String,
    /// `{"Bytes": n}`, `{"Elements": n}`, `null`, and what later versions may have.
    #[serde(default)]
    throughput: serde_json::Value,
}

#[derive(Deserialize)]
struct Sample {
    iters: Vec<f64>,
    times: Vec<f64>,
}

/// Folders lie no deeper: group, function, value, baseline.
const DEEPEST: usize = 8;

/// The benchmarks below `folder` by their full name, as `baseline` (`new` for the last run) has them.
///
/// # Errors
/// A file that is not whole or not what it should be, and a name that is there twice.
pub fn read_folder(folder: &Path, baseline: &str) -> Result<BTreeMap<String, Measured>, FileError> {
    let mut found = BTreeMap::new();
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let failed = |error: std::io::Error| FileError { path: folder.clone(), reason: error.to_string() };
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if !path.is_dir() || path.file_name().is_some_and(|name| name == "change") {
                continue;
            }
            if path.file_name().is_some_and(|name| name == baseline) && path.join("benchmark.json").exists() {
                let (name, measured) = read_benchmark(&path)?;
                if found.insert(name.clone(), measured).is_some() {
                    let reason = format!("a second benchmark called `{name}`");
                    return Err(FileError { path, reason });
                }
            } else if depth < DEEPEST {
                folders.push((path, depth + 1));
            }
        }
    }
    Ok(found)
}

fn read_benchmark(folder: &Path) -> Result<(String, Measured), FileError> {
    let Benchmark { full_id, throughput } = read(&folder.join("benchmark.json"))?;
    let amount = |key: &str| throughput.get(key).and_then(serde_json::Value::as_f64);
    let throughput = amount("Bytes")
        .or_else(|| amount("BytesDecimal"))
        .map(Throughput::Bytes)
        .or_else(|| amount("Elements").map(Throughput::Elements));
    let path = folder.join("sample.json");
    let Sample { iters, times } = read(&path)?;
    let wrong = |reason: String| Err(FileError { path: path.clone(), reason });
    if iters.is_empty() || iters.len() != times.len() {
        return wrong(format!("{} iteration counts and {} times", iters.len(), times.len()));
    }
    let is_count = |x: &f64| x.is_finite() && *x > 0.0;
    if !iters.iter().all(is_count) || !times.iter().all(|time| time.is_finite() && *time >= 0.0) {
        return wrong("a count or a time that is none".to_owned());
    }
    let mut each: Vec<f64> = times.iter().zip(&iters).map(|(time, iters)| time / iters).collect();
    each.sort_unstable_by(f64::total_cmp);
    let n_samples = each.len();
    let [low, median, high] = [0.05, 0.5, 0.95].map(|share| quantile(&each, share));
    if median <= 0.0 {
        return wrong("the median time is 0: the benchmark does nothing that can be measured".to_owned());
    }
    Ok((full_id, Measured { median, low, high, throughput, n_samples }))
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, FileError> {
    let wrong = |reason: String| FileError { path: path.to_owned(), reason };
    let bytes = fs::read(path).map_err(|error| wrong(error.to_string()))?;
    if bytes.is_empty() {
        return Err(wrong("the file is empty".to_owned()));
    }
    serde_json::from_slice(&bytes).map_err(|error| wrong(format!("not what criterion writes: {error}")))
}

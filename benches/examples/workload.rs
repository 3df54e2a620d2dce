//! One of the five networks trained through [`Session`], and the seconds that took: our side of `benches/peers`.
//!
//! ```text
//! workload W1 [--table FOLDER] [--epochs N] [--seed N] [--for SECONDS]
//! {"seconds": …, "steps": …, "loss": …, "vector_unit": …}
//! ```
//!
//! The clock runs over all of a training: start weights, and for each epoch its shuffle, its gathers and its steps. `--for`
//! repeats the same training after one untimed pass until that many seconds are full, and the median is told; without it
//! there is one training, so that instructions can be counted. `loss` is the mean of the data term over the table with the
//! final weights.
//!
//! FOLDER holds `features.f32`, row by row, standardised already, and `targets.f32`, a number a row (a class by its
//! position), both little-endian; without it the rows are the ten mini-batches the other benchmarks use.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command of its own")]

use mlpsweep_benches::{WORKLOADS, Workload};
use mlpsweep_data::{Dataset, Scale, Target};
use mlpsweep_mlp::{Init, Layout};
use mlpsweep_seed::Seed;
use mlpsweep_train::{Job, Metric, Preprocess, Session, TargetScale, TrainConfig, Truth};
use ndarray::Array2;
use rand_distr::{Distribution, Uniform};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;
use std::time::{Duration, Instant};

/// scikit-learn's `alpha`, as the peers have it.
const ALPHA: f64 = 1e-4;

struct Options {
    workload: Workload,
    table: Option<PathBuf>,
    epochs: usize,
    seed: u64,
    at_least: Duration,
}

fn main() -> ExitCode {
    match options(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn options(mut words: impl Iterator<Item = String>) -> Result<Options, String> {
    let name = words.next().ok_or("name a workload, W1 … W5")?;
    let workload = WORKLOADS.into_iter().find(|workload| workload.name == name);
    let workload = workload.ok_or_else(|| format!("`{name}` is no workload; they are W1 … W5"))?;
    let mut options = Options { workload, table: None, epochs: 1, seed: 0, at_least: Duration::ZERO };
    while let Some(flag) = words.next() {
        let value = words.next().ok_or_else(|| format!("`{flag}` needs a value"))?;
        match flag.as_str() {
            "--table" => options.table = Some(value.into()),
            "--epochs" => options.epochs = parse(&flag, &value)?,
            "--seed" => options.seed = parse(&flag, &value)?,
            "--for" => {
                options.at_least = Duration::try_from_secs_f64(parse(&flag, &value)?)
                    .map_err(|error| format!("`--for {value}`: {error}"))?;
            }
            _ => return Err(format!("`{flag}` is no option; they are --table, --epochs, --seed and --for")),
        }
    }
    Ok(options)
}

fn parse<T: FromStr>(flag: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("`{flag} {value}` is no number it takes"))
}

fn run(options: &Options) -> Result<String, String> {
    let workload = options.workload;
    let data = match &options.table {
        Some(folder) => table(workload, folder)?,
        None => workload.data(),
    };
    let config = config(workload, options.epochs, data.n_rows());
    let rows: Vec<u32> = (0..data.n_rows() as u32).collect();
    let preprocess = Preprocess::scaled(Scale::None, TargetScale::None);
    let seed = Seed::new(options.seed);
    let layout = workload.network().layout().clone();
    let metric = if workload.classifies() { Metric::LogLoss } else { Metric::Mse };
    let training = || {
        let begin = Instant::now();
        let start = start_weights(&layout, seed);
        let job = Job { data: &data, rows: &rows, config: &config, preprocess, start: Some(&start), seed };
        let mut session = Session::<f32>::new(job).map_err(|error| error.to_string())?;
        for _ in 0..options.epochs {
            session.epoch();
        }
        let time = begin.elapsed();
        Ok::<_, String>((time, metric.score(&Truth::new(&data.target, &rows), &session.predict(&rows))))
    };

    let (first, loss) = training()?;
    let mut times = Vec::new();
    while times.iter().sum::<Duration>() < options.at_least {
        times.push(training()?.0);
    }
    times.sort_unstable();
    let seconds = times.get(times.len() / 2).unwrap_or(&first).as_secs_f64();
    let steps = options.epochs * data.n_rows().div_ceil(workload.batch_size);
    Ok(format!(
        r#"{{"seconds": {seconds:e}, "steps": {steps}, "loss": {loss}, "vector_unit": "{}"}}"#,
        vector_unit()
    ))
}

/// Adam at 10⁻³ with the penalty λ₂ = alpha · `m_train` / `batch_size`, twice that where scikit-learn's loss is half of ours.
fn config(workload: Workload, epochs: usize, n_rows: usize) -> TrainConfig {
    let halves = if workload.classifies() { 1.0 } else { 2.0 };
    let l2 = halves * ALPHA * n_rows as f64 / workload.batch_size as f64;
    TrainConfig { l2, epochs, ..workload.config() }
}

/// U(±√(6/(`n_in` + `n_out`))), biases too: the one thing in which scikit-learn's start is not `glorot_uniform`, and the loss
/// after ten epochs shows it.
fn start_weights(layout: &Layout, seed: Seed) -> Vec<f64> {
    let mut stream = seed.child("init").stream();
    let mut start: Vec<f64> = Init::GlorotUniform.draw(layout, &mut stream);
    for block in layout.blocks() {
        let bound = (6.0 / (block.n_in + block.n_out) as f64).sqrt();
        let biases = Uniform::new(-bound, bound).expect("a range");
        start[block.biases.clone()].fill_with(|| biases.sample(&mut stream));
    }
    start
}

fn table(workload: Workload, folder: &Path) -> Result<Dataset, String> {
    let n_features = workload.sizes[0];
    let features = numbers(&folder.join("features.f32"))?;
    let targets = numbers(&folder.join("targets.f32"))?;
    let n_rows = targets.len();
    let n_values = features.len();
    let features = Array2::from_shape_vec((n_rows, n_features), features).map_err(|_| {
        format!("{}: {n_values} features, but {n_rows} targets want {n_features} each", folder.display())
    })?;
    let target = if workload.classifies() {
        let n_classes = workload.n_outputs();
        let labels = (0..n_classes).map(|class| class.to_string()).collect();
        let is_class = |y: f64| (0..n_classes).any(|class| y == class as f64);
        if let Some(y) = targets.iter().find(|&&y| !is_class(y)) {
            return Err(format!("{}: {y} is no class of {n_classes}", folder.display()));
        }
        let codes = targets.iter().map(|&y| y as u32).collect();
        Target::Classes { name: "class".into(), labels, codes, positive: 0 }
    } else {
        let values = Array2::from_shape_vec((n_rows, 1), targets).expect("one column");
        Target::Numbers { names: vec!["y".into()], values }
    };
    Ok(Dataset::of_numbers(workload.name, features, target))
}

fn numbers(path: &Path) -> Result<Vec<f64>, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let (numbers, rest) = bytes.as_chunks::<4>();
    if !rest.is_empty() {
        return Err(format!("{}: {} bytes, which are no whole number of f32", path.display(), bytes.len()));
    }
    Ok(numbers.iter().map(|&number| f64::from(f32::from_le_bytes(number))).collect())
}

/// The widest vector unit the kernels find here.
fn vector_unit() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    {
        if std::is_x86_feature_detected!("avx512f") {
            "AVX-512"
        } else if std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma") {
            "AVX2"
        } else {
            "SSE2"
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    if cfg!(target_arch = "aarch64") { "NEON" } else { "none" }
}

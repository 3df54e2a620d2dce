//! A store of very many folds, to see what reading it takes:
//!
//! ```sh
//! cargo run --release -p mlpsweep-benches --example million -- DIR 200000
//! /usr/bin/time -v target/release/mlpsweep rank DIR
//! ```
//!
//! So many trials of random search on five folds of iris, each fold like one that was trained: scores, its curve of 20 epochs, its rows'
//! own scores.

use mlpsweep_sweep::Plan;
use mlpsweep_sweep::record::{FoldRecord, OutOfFold, Timing, Trial, UnitId};
use mlpsweep_sweep::spec::Sweep;
use mlpsweep_sweep::store::Store;
use mlpsweep_sweep::unit;
use std::error::Error;
use std::path::Path;

const SWEEP: &str = r#"
name = "million"
[data]
builtin = "iris"
test = 0
[score]
metric = "log_loss"
also = ["accuracy"]
[search]
sampler = "random"
racing = "off"
[parameters]
learning_rate = { min = 1e-4, max = 1e-1, scale = "log" }
l2 = { min = 1e-6, max = 1.0, scale = "log" }
dropout = { min = 0.0, max = 0.5 }
width = { min = 4, max = 64 }
activation = { values = ["relu", "tanh"] }
epochs = 20
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, n_trials] = &arguments[..] else { return Err("usage: million DIR TRIALS".into()) };
    let n_trials: u64 = n_trials.parse()?;
    let sweep = Sweep::parse(SWEEP, Path::new("million.toml"), &[format!("search.trials={n_trials}")])?;
    let plan = Plan::new(sweep)?;
    let mut store = Store::open(Path::new(folder), &plan.info())?;
    store.put_validation_rows(plan.validation_rows())?;
    // What training gives, once; then the same with other numbers.
    let first = plan.trials(1).next().ok_or("no trial")?;
    let trained: Vec<FoldRecord> =
        (0..plan.folds.len()).filter_map(|split| unit::run(&plan, &first, split, &|| false)).collect();
    let mut batch: Vec<(Trial, FoldRecord, Timing)> = Vec::new();
    for trial in plan.trials(n_trials) {
        let shift = 1.0 + (trial.number * 7919 % 10_007) as f64 / 10_007.0;
        for like in &trained {
            let record = FoldRecord {
                unit: UnitId { trial: trial.number, split: like.unit.split },
                test_scores: like.test_scores.iter().map(|score| score * shift).collect(),
                out_of_fold: match &like.out_of_fold {
                    OutOfFold::Scores(scores) => {
                        OutOfFold::Scores(scores.iter().map(|score| score * shift as f32).collect())
                    }
                    other => other.clone(),
                },
                ..like.clone()
            };
            let timing = Timing { unit: record.unit, started_unix_ms: 0, elapsed_us: 1000, attempt: 1 };
            batch.push((trial.clone(), record, timing));
        }
        if batch.len() >= 10_000 {
            store.append(batch.iter().map(|(trial, record, timing)| (trial, record, timing)), [])?;
            batch.clear();
        }
    }
    store.append(batch.iter().map(|(trial, record, timing)| (trial, record, timing)), [])?;
    Ok(())
}

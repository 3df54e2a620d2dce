//! What a sweep costs beside training.
//!
//! ```text
//! start     the sweep file's text → plan → store → threads, up to where the first unit would begin:
//!           digits in a new folder, and iris where 2,000 folds are stored
//! append    256 folds of one epoch, given to the store 1 or 256 at a time; every append is one sync
//! report    2,000 stored folds → ranking → the five files, synced
//! ```

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mlpsweep_report::{Ranking, Study, write_all};
use mlpsweep_sweep::Plan;
use mlpsweep_sweep::record::{FoldRecord, Timing, Trial};
use mlpsweep_sweep::runner::{RunOptions, run};
use mlpsweep_sweep::spec::Sweep;
use mlpsweep_sweep::store::Store;
use mlpsweep_sweep::unit;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use tempfile::TempDir;

const N_TRIALS: u64 = 400;
const N_FOLDS: u64 = 2_000;
const N_APPENDED: u64 = 256;

/// Many small units: two hidden units, one epoch, five folds.
fn plan(data: &str) -> Plan {
    let text = format!(
        r#"
        name = "overhead"
        seed = 7
        [data]
        builtin = "{data}"
        test = 0
        [search]
        sampler = "random"
        trials = {N_TRIALS}
        racing = "off"
        [parameters]
        learning_rate = {{ min = 1e-4, max = 1e-1, scale = "log" }}
        l2 = {{ min = 1e-5, max = 1e-1, scale = "log" }}
        hidden = [2]
        epochs = 1
        "#
    );
    let sweep = Sweep::parse(&text, Path::new("overhead.toml"), &[]).expect("a good sweep file");
    Plan::new(sweep).expect("a good sweep")
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn run_until(stopped: bool, plan: &Plan, folder: &Path) {
    let stop = AtomicBool::new(stopped);
    let options = RunOptions::new(2, &stop);
    run(plan, folder, &options, |_| ()).expect("it runs");
}

/// All folds of the sweep on iris.
fn stored() -> TempDir {
    let folder = folder();
    run_until(false, &plan("iris"), folder.path());
    folder
}

fn start(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("start");
    group.sample_size(20);
    group.bench_function("digits, new", |bencher| {
        bencher.iter_with_large_drop(|| {
            let folder = folder();
            run_until(true, &plan("digits"), folder.path());
            folder
        });
    });
    let folder = stored();
    group.bench_function("iris, 2000 folds stored", |bencher| {
        bencher.iter(|| run_until(true, &plan("iris"), folder.path()));
    });
    group.finish();
}

fn append(criterion: &mut Criterion) {
    let plan = plan("iris");
    let n_splits = plan.folds.len();
    let timing =
        |record: &FoldRecord| Timing { unit: record.unit, started_unix_ms: 0, elapsed_us: 0, attempt: 1 };
    let finished: Vec<(Trial, FoldRecord, Timing)> = plan
        .trials(N_TRIALS)
        .flat_map(|trial| (0..n_splits).map(move |split| (trial.clone(), split)))
        .take(N_APPENDED as usize)
        .map(|(trial, split)| {
            let record = unit::run(&plan, &trial, split, &|| false).expect("nothing stops it");
            let timing = timing(&record);
            (trial, record, timing)
        })
        .collect();
    let mut group = criterion.benchmark_group("append");
    group.sample_size(20);
    group.throughput(Throughput::Elements(N_APPENDED));
    for at_a_time in [1, N_APPENDED] {
        group.bench_function(format!("{at_a_time} at a time"), |bencher| {
            let new = || {
                let folder = folder();
                let store = Store::open(folder.path(), &plan.info()).expect("a new store");
                (folder, store)
            };
            let fill = |(folder, mut store): (TempDir, Store)| {
                for batch in finished.chunks(at_a_time as usize) {
                    store
                        .append(batch.iter().map(|(trial, record, timing)| (trial, record, timing)), [])
                        .expect("room on the disk");
                }
                (folder, store)
            };
            bencher.iter_batched(new, fill, criterion::BatchSize::PerIteration);
        });
    }
    group.finish();
}

fn report(criterion: &mut Criterion) {
    let folder = stored();
    let mut group = criterion.benchmark_group("report");
    group.sample_size(20);
    group.throughput(Throughput::Elements(N_FOLDS));
    group.bench_function("2000 folds", |bencher| {
        bencher.iter(|| {
            let study = Study::read(folder.path(), true).expect("a good store");
            assert_eq!(study.folds.len() as u64, N_FOLDS);
            write_all(&study, &Ranking::new(&study), folder.path()).expect("room on the disk");
        });
    });
    group.finish();
}

criterion_group!(benches, start, append, report);
criterion_main!(benches);

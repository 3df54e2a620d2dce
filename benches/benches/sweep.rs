//! A small sweep from the file's text to the last stored fold: 24 networks of W5 on iris, 5 folds, 1 and 100 epochs.
//!
//! With one epoch it is what a sweep costs beyond training: plan, threads, store.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mlpsweep_sweep::Plan;
use mlpsweep_sweep::runner::{RunOptions, run};
use mlpsweep_sweep::spec::Sweep;
use std::path::Path;
use std::sync::atomic::AtomicBool;

const SWEEP: &str = r#"
    name = "w5"
    seed = 7
    [data]
    builtin = "iris"
    test = 0
    [search]
    sampler = "random"
    trials = 24
    racing = "off"
    [parameters]
    learning_rate = { min = 1e-4, max = 1e-1, scale = "log" }
    hidden = [16, 16]
    batch_size = 16
"#;

fn sweeps(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sweep");
    group.sample_size(10);
    group.throughput(Throughput::Elements(120));
    for epochs in [1, 100] {
        for jobs in [1, 2] {
            let id = BenchmarkId::new(format!("{epochs} epochs"), format!("{jobs} jobs"));
            group.bench_function(id, |bencher| {
                bencher.iter(|| {
                    let folder = tempfile::tempdir().expect("a temporary folder");
                    let set = format!("parameters.epochs={epochs}");
                    let sweep = Sweep::parse(SWEEP, Path::new("w5.toml"), &[set]).expect("a good sweep file");
                    let plan = Plan::new(sweep).expect("a good sweep");
                    let stop = AtomicBool::new(false);
                    let options = RunOptions::new(jobs, &stop);
                    run(&plan, folder.path(), &options, |_| ()).expect("it runs");
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, sweeps);
criterion_main!(benches);

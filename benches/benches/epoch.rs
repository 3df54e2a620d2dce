//! One epoch of ten mini-batches: shuffle, gather with standardisation, gradient, Adam.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mlpsweep_benches::WORKLOADS;
use mlpsweep_data::Scale;
use mlpsweep_seed::Seed;
use mlpsweep_train::{Job, Preprocess, Session, TargetScale};
use std::hint::black_box;

fn epochs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("epoch");
    for workload in WORKLOADS {
        let data = workload.data();
        let config = workload.config();
        let rows: Vec<u32> = (0..data.n_rows() as u32).collect();
        let preprocess = Preprocess::scaled(Scale::Standard, TargetScale::None);
        let job =
            Job { data: &data, rows: &rows, config: &config, preprocess, start: None, seed: Seed::new(7) };
        let mut session = Session::<f32>::new(job).expect("the workloads are valid");
        group.throughput(Throughput::Elements(rows.len() as u64));
        group.bench_function(BenchmarkId::from_parameter(workload.name), |bencher| {
            bencher.iter(|| black_box(session.epoch()));
        });
    }
    group.finish();
}

criterion_group!(benches, epochs);
criterion_main!(benches);

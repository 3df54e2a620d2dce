//! Matrix products at the shapes of the five networks: A Wᵀ of every layer's forward pass.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mlpsweep_benches::WORKLOADS;
use ndarray::Array2;
use ndarray::linalg::general_mat_mul;

fn products(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("product");
    for workload in WORKLOADS {
        for (pair, layer) in workload.sizes.windows(2).zip(1..) {
            let (m, k, n) = (workload.batch_size, pair[0], pair[1]);
            let a = Array2::<f32>::from_elem((m, k), 0.5);
            let w = Array2::<f32>::from_elem((n, k), 0.25);
            let mut z = Array2::<f32>::zeros((m, n));
            group.throughput(Throughput::Elements((2 * m * k * n) as u64));
            group.bench_function(
                BenchmarkId::new(workload.name, format!("layer {layer}, {m}x{k}x{n}")),
                |bencher| {
                    bencher.iter(|| general_mat_mul(1.0, &a, &w.t(), 0.0, &mut z));
                },
            );
        }
    }
    group.finish();
}

criterion_group!(benches, products);
criterion_main!(benches);

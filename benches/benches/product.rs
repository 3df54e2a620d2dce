//! Matrix products at the shapes of the five networks: the three of every layer.
//!
//! ```text
//! Z = A Wᵀ       forward        dA = dZ W      backward, but for the first layer       dW = dZᵀ A
//! ```

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mlpsweep_benches::WORKLOADS;
use mlpsweep_kernels::{Matrix, Packing, product};

fn products(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("product");
    let mut packing = Packing::default();
    for workload in WORKLOADS {
        for (pair, layer) in workload.sizes.windows(2).zip(1..) {
            let (m, k, n) = (workload.batch_size, pair[0], pair[1]);
            let (a, w, z) = (vec![0.5_f32; m * k], vec![0.25_f32; n * k], vec![0.125_f32; m * n]);
            let (a, w, dz) = (Matrix::new(&a, m, k), Matrix::new(&w, n, k), Matrix::new(&z, m, n));
            let products =
                [("forward", a, w.transposed()), ("backward", dz, w), ("gradient", dz.transposed(), a)];
            group.throughput(Throughput::Elements((2 * m * k * n) as u64));
            for (name, left, right) in products {
                if name == "backward" && layer == 1 {
                    continue;
                }
                let mut out = vec![0.0; left.n_rows() * right.n_columns()];
                group.bench_function(
                    BenchmarkId::new(workload.name, format!("layer {layer}, {name}")),
                    |bencher| bencher.iter(|| product(left, right, &mut out, &mut packing)),
                );
            }
        }
    }
    group.finish();
}

criterion_group!(benches, products);
criterion_main!(benches);

//! One training step: forward and backward, the optimizer's update, and both.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mlpsweep_benches::WORKLOADS;
use mlpsweep_mlp::{Init, Targets, Workspace};
use mlpsweep_optim::{Optimizer, OptimizerKind, Penalty, Segment};
use mlpsweep_seed::Seed;
use rand_distr::{Distribution, StandardNormal};
use std::hint::black_box;

fn step(criterion: &mut Criterion) {
    for workload in WORKLOADS {
        let network = workload.network();
        let mut stream = Seed::new(7).stream();
        let mut params: Vec<f32> = Init::He.draw(network.layout(), &mut stream);
        let mut gradient = vec![0.0_f32; params.len()];
        let n_rows = workload.batch_size;
        let mut normals =
            |n: usize| -> Vec<f32> { (0..n).map(|_| StandardNormal.sample(&mut stream)).collect() };
        let x = normals(n_rows * workload.sizes[0]);
        let y = normals(n_rows);
        let classes: Vec<u32> = (0..n_rows).map(|row| (row % workload.n_outputs()) as u32).collect();
        let targets = if workload.classifies() { Targets::classes(&classes) } else { Targets::numbers(&y) };
        let mut workspace = Workspace::new(&network, n_rows);
        let segments: Vec<Segment<f32>> = network
            .layout()
            .blocks()
            .iter()
            .flat_map(|block| {
                let weights =
                    Segment { range: block.weights.clone(), penalty: Penalty { l1: 0.0, l2: 1e-4 } };
                [weights, Segment { range: block.biases.clone(), penalty: Penalty::none() }]
            })
            .collect();

        let mut group = criterion.benchmark_group("step");
        group.throughput(Throughput::Elements(n_rows as u64));
        group.bench_function(BenchmarkId::new("gradient", workload.name), |bencher| {
            bencher.iter(|| {
                workspace.input(n_rows).copy_from_slice(&x);
                black_box(network.loss_and_gradient(
                    &params,
                    &mut workspace,
                    targets,
                    &mut stream,
                    &mut gradient,
                ))
            });
        });
        let mut adam =
            Optimizer::new(OptimizerKind::Adam, params.len(), |_| None).expect("defaults are valid");
        group.bench_function(BenchmarkId::new("whole", workload.name), |bencher| {
            bencher.iter(|| {
                workspace.input(n_rows).copy_from_slice(&x);
                let objective = |params: &[f32], gradient: &mut [f32]| {
                    network.loss_and_gradient(params, &mut workspace, targets, &mut stream, gradient)
                };
                black_box(adam.step(1e-3, &mut params, &mut gradient, &segments, objective))
            });
        });
        group.finish();
    }
}

fn optimizers(criterion: &mut Criterion) {
    const N_PARAMS: usize = 100_000;
    let mut group = criterion.benchmark_group("optimizer");
    group.throughput(Throughput::Elements(N_PARAMS as u64));
    let mut gradient = vec![1e-3_f32; N_PARAMS];
    let segments = [Segment { range: 0..N_PARAMS, penalty: Penalty { l1: 0.0, l2: 1e-4 } }];
    // The pass over parameters and states alone: the gradient is there, and nothing is evaluated.
    for &kind in OptimizerKind::ALL.iter().filter(|kind| !kind.is_full_batch()) {
        let mut params = vec![0.1_f32; N_PARAMS];
        let mut optimizer = Optimizer::new(kind, N_PARAMS, |_| None).expect("defaults are valid");
        group.bench_function(kind.name(), |bencher| {
            bencher.iter(|| {
                optimizer.step(1e-6, black_box(&mut params), &mut gradient, &segments, |_, _| 0.0);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, step, optimizers);
criterion_main!(benches);

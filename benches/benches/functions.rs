//! Elementary functions an element, beside the platform's; losses; and what dropout adds to a step.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mlpsweep_mlp::{Loss, LossOptions, Targets};
use mlpsweep_real::{Real, vectorised};
use mlpsweep_seed::Seed;
use rand_distr::{Distribution, StandardNormal};
use std::hint::black_box;

fn normals(n: usize) -> Vec<f64> {
    let mut stream = Seed::new(7).stream();
    (0..n).map(|_| StandardNormal.sample(&mut stream)).collect()
}

/// A function of numbers, ours and the platform's, each as a loop to run `vectorised`.
macro_rules! functions {
    ($($name:ident $platform:ident),+ $(,)?) => {
        $(
            #[inline(always)]
            fn $name<T: Real>((from, to): (&[T], &mut [T])) {
                from.iter().zip(to).for_each(|(&x, y)| *y = x.$name());
            }
        )+

        fn elementary(criterion: &mut Criterion) {
            const N: usize = 1024;
            let mut group = criterion.benchmark_group("function");
            group.throughput(Throughput::Elements(N as u64));
            // Above 0, so that all of them are defined.
            let x: Vec<f64> = normals(N).into_iter().map(f64::abs).collect();
            let x_f32: Vec<f32> = x.iter().map(|&x| x as f32).collect();
            let (mut y, mut y_f32) = (x.clone(), x_f32.clone());
            $(
                group.bench_function(BenchmarkId::new(stringify!($name), "f32"), |bencher| {
                    bencher.iter(|| vectorised($name, (black_box(&x_f32[..]), &mut y_f32[..])));
                });
                group.bench_function(BenchmarkId::new(stringify!($name), "f32 of std"), |bencher| {
                    bencher.iter(|| black_box(&x_f32).iter().zip(&mut y_f32).for_each(|(&x, y)| *y = f32::$platform(x)));
                });
                group.bench_function(BenchmarkId::new(stringify!($name), "f64"), |bencher| {
                    bencher.iter(|| vectorised($name, (black_box(&x[..]), &mut y[..])));
                });
                group.bench_function(BenchmarkId::new(stringify!($name), "f64 of std"), |bencher| {
                    bencher.iter(|| black_box(&x).iter().zip(&mut y).for_each(|(&x, y)| *y = f64::$platform(x)));
                });
            )+
            group.finish();
        }
    };
}

functions! {
    exp exp,
    exp_m1 exp_m1,
    ln ln,
    ln_1p ln_1p,
    tanh tanh,
}

/// J and ∂J/∂z of a batch, in the shapes of the five networks.
fn losses(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("mean_and_delta");
    for (loss, n_rows, n_outputs) in [
        (Loss::CrossEntropy, 32, 10),
        (Loss::CrossEntropy, 200, 10),
        (Loss::CrossEntropy, 256, 10),
        (Loss::CrossEntropy, 16, 3),
        (Loss::BinaryCrossEntropy, 256, 1),
        (Loss::SquaredError, 256, 1),
    ] {
        let logits: Vec<f32> = normals(n_rows * n_outputs).into_iter().map(|z| z as f32).collect();
        let mut delta = logits.clone();
        let classes: Vec<u32> = (0..n_rows).map(|row| (row % n_outputs.max(2)) as u32).collect();
        let targets = if loss.classifies() { Targets::classes(&classes) } else { Targets::numbers(&logits) };
        let name = BenchmarkId::new(loss.name(), format!("{n_rows}x{n_outputs}"));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                delta.copy_from_slice(black_box(&logits));
                black_box(loss.mean_and_delta(&LossOptions::default(), &mut delta, n_outputs, targets))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, elementary, losses);
criterion_main!(benches);

//! What a proposal costs, in a space of ten parameters.

use criterion::{Criterion, criterion_group, criterion_main};
use mlpsweep_search::{Domain, FloatRange, Grid, IntRange, Parameter, Random, Sampler, Scale, Space};
use mlpsweep_seed::Seed;
use std::hint::black_box;

fn space(continuous: bool) -> Space {
    let parameter = |i: i32| {
        let domain = if continuous && i % 2 == 0 {
            Domain::Float(FloatRange::new(1e-4, 1e-1, None, Scale::Log).expect("a valid range"))
        } else {
            Domain::Int(IntRange::new(0, 9, None, Scale::Linear).expect("a valid range"))
        };
        Parameter::new(format!("p{i}"), domain)
    };
    Space::new((0..10).map(parameter).collect()).expect("different names")
}

fn proposals(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("propose");
    let mut measure = |name: &str, space: &Space, sampler: &mut dyn Sampler| {
        let mut number = 0;
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                number += 1;
                black_box(sampler.propose(space, History::EMPTY, number))
            });
        });
    };
    let (continuum, finite) = (space(true), space(false));
    measure("random/continuum", &continuum, &mut Random::new(Seed::new(7)));
    measure("random/finite", &finite, &mut Random::new(Seed::new(7)));
    measure("grid", &finite, &mut Grid::new(&finite).expect("a finite space"));
    group.finish();
}

criterion_group!(benches, proposals);
criterion_main!(benches);

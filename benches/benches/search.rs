//! What a proposal costs, in a space of ten parameters.

use criterion::{Criterion, criterion_group, criterion_main};
use mlpsweep_search::{
    Domain, FloatRange, Gp, Grid, History, IntRange, Parameter, Random, Sampler, Scale, Sobol, Space, Tpe,
    TrialRecord, TrialState,
};
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
    measure("sobol/continuum", &continuum, &mut Sobol::new(Seed::new(7)));
    measure("sobol/finite", &finite, &mut Sobol::new(Seed::new(7)));
    measure("grid", &finite, &mut Grid::new(&finite).expect("a finite space"));
    group.finish();
}

/// So many trials at random points, the better the nearer they are to the middle of every domain.
fn finished(space: &Space, n: u64) -> Vec<TrialRecord> {
    let mut random = Random::new(Seed::new(3));
    let record = |number| {
        let point = random.propose(space, History::EMPTY, number).expect("enough points");
        let shares = point.iter().zip(space.parameters()).map(|((_, value), parameter)| {
            let (low, high) = parameter.domain.shares(value).expect("its own value");
            (f64::midpoint(low, high) - 0.5).powi(2)
        });
        let loss = Some(shares.sum());
        TrialRecord { number, point, state: TrialState::Complete, n_folds: 5, loss }
    };
    (0..n).map(record).collect()
}

/// Proposals that look back at many trials.
fn looking_back(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("propose");
    let space = space(true);
    for (name, sampler, n) in [
        ("tpe/1000", &mut Tpe::new(Seed::new(7)) as &mut dyn Sampler, 1000),
        ("gp/200", &mut Gp::new(Seed::new(7)), 200),
    ] {
        let finished = finished(&space, n);
        let history = History { finished: &finished, running: &[] };
        group.bench_function(name, |bencher| bencher.iter(|| black_box(sampler.propose(&space, history, n))));
    }
    group.finish();
}

criterion_group!(benches, proposals, looking_back);
criterion_main!(benches);

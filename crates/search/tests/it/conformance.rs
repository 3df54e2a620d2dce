//! What every sampler promises, on spaces of every kind.

use crate::{fixed, floats, ints, space, texts};
use mlpsweep_search::Scale::{Linear, Log};
use mlpsweep_search::{Enqueued, Entry, Grid, Point, Random, Sampler, Space, TrialRecord, TrialState};
use mlpsweep_seed::Seed;
use std::collections::BTreeSet;

type Make = fn(&Space, Seed) -> Box<dyn Sampler>;

fn grid(space: &Space, _: Seed) -> Box<dyn Sampler> {
    Box::new(Grid::new(space).unwrap())
}

fn random(_: &Space, seed: Seed) -> Box<dyn Sampler> {
    Box::new(Random::new(seed))
}

/// A whole point, and one of which all is left open but the first parameter, where there is room for it.
fn entries(space: &Space) -> Vec<Entry> {
    let values = |u: f64| {
        space.parameters().iter().map(move |parameter| (parameter.name.clone(), parameter.domain.sample(u)))
    };
    let mut entries = vec![values(0.99).collect()];
    if space.count() != Some(1) {
        entries.push(values(0.0).take(1).collect());
    }
    entries
}

fn enqueued_grid(space: &Space, _: Seed) -> Box<dyn Sampler> {
    Box::new(Enqueued::new(&entries(space), Grid::new(space).unwrap(), space).unwrap())
}

fn enqueued_random(space: &Space, seed: Seed) -> Box<dyn Sampler> {
    Box::new(Enqueued::new(&entries(space), Random::new(seed), space).unwrap())
}

#[test]
fn enqueued_points_before_others_conform() {
    for space in finite_spaces() {
        check_sampler(enqueued_grid, &space);
        check_sampler(enqueued_random, &space);
    }
    for space in endless_spaces() {
        check_sampler(enqueued_random, &space);
    }
}

#[test]
fn grid_conforms() {
    for space in finite_spaces() {
        check_sampler(grid, &space);
    }
}

#[test]
fn random_conforms() {
    for space in finite_spaces().iter().chain(&endless_spaces()) {
        check_sampler(random, space);
    }
}

/// Spaces of at most a few hundred points.
fn finite_spaces() -> Vec<Space> {
    vec![
        space(&[]),
        space(&[fixed(1), floats(0.1, 0.1, None, Log), ints(3, 3, None, Log), texts(&["relu"])]),
        space(&[ints(1, 2, None, Linear)]),
        space(&[texts(&["relu", "tanh", "gelu"]), floats(0.0, 0.5, Some(0.1), Linear), fixed(50)]),
        space(&[ints(-7, 20, Some(3), Linear), ints(1, 31, None, Linear)]),
        space(&[ints(1, 200, None, Log)]),
        space(&[ints(8, 16, None, Log), texts(&["adam", "sgd"]), floats(0.0, 0.3, Some(0.1), Linear)]),
    ]
}

/// Spaces with a continuum, or with more points than anyone asks for.
fn endless_spaces() -> Vec<Space> {
    vec![
        space(&[
            floats(1e-4, 1e-1, None, Log),
            ints(1, 4, None, Linear),
            texts(&["relu", "tanh"]),
            fixed(50),
        ]),
        space(&[floats(-1e308, 1e308, None, Linear), floats(0.0, 0.5, Some(0.1), Linear)]),
        space(&vec![ints(1, 100, None, Linear); 6]),
        space(&[ints(1, 1_000_000, None, Log), ints(i64::MIN, i64::MAX, None, Linear)]),
        space(&vec![ints(i64::MIN, i64::MAX, None, Linear); 3]),
    ]
}

/// So many proposals are looked at, unless the space ends before.
const N_TRIALS: u64 = 300;

#[track_caller]
fn check_sampler(make: Make, space: &Space) {
    let fresh = || make(space, Seed::new(7));
    let propose_all = |sampler: &mut dyn Sampler, finished: &[TrialRecord]| -> Vec<Point> {
        (0..N_TRIALS).map_while(|number| sampler.propose(space, finished, number)).collect()
    };

    let points = propose_all(&mut *fresh(), &[]);
    check_points(space, &points);
    assert_eq!(propose_all(&mut *fresh(), &[]), points, "the same seed, other points");

    let mut sampler = fresh();
    for number in (0..points.len()).rev().chain(0..points.len()) {
        let again = sampler.propose(space, &[], number as u64);
        assert_eq!(again.as_ref(), Some(&points[number]), "the order of calls matters to proposal {number}");
    }

    let finished = history(&points);
    check_points(space, &propose_all(&mut *fresh(), &finished));

    if let Some(count) = space.count() {
        assert_eq!(
            points.len() as u128,
            count.min(u128::from(N_TRIALS)),
            "all of the space, and nothing twice"
        );
        for number in [count, count.saturating_add(1), u128::from(u64::MAX)] {
            let number = u64::try_from(number.min(u128::from(u64::MAX))).unwrap();
            if u128::from(number) >= count {
                assert_eq!(sampler.propose(space, &[], number), None, "there is no more to propose");
            }
        }
    } else {
        assert_eq!(points.len() as u64, N_TRIALS, "a continuum never ends");
    }
}

/// Points lie in the space: its names in order, every value in its domain; and none comes twice.
#[track_caller]
fn check_points(space: &Space, points: &[Point]) {
    for point in points {
        let names = point.iter().map(|(name, _)| name);
        assert!(names.eq(space.parameters().iter().map(|parameter| parameter.name.as_str())));
        for ((_, value), parameter) in point.iter().zip(space.parameters()) {
            assert!(parameter.domain.contains(value), "{} = {value}", parameter.name);
        }
    }
    assert_eq!(points.iter().collect::<BTreeSet<_>>().len(), points.len(), "a point comes twice");
}

/// The points as trials that ended in every way there is.
fn history(points: &[Point]) -> Vec<TrialRecord> {
    let ends = [
        (TrialState::Complete, Some(0.25)),
        (TrialState::Pruned, Some(0.75)),
        (TrialState::Pruned, None),
        (TrialState::Timeout, None),
        (TrialState::Diverged, None),
        (TrialState::Failed, None),
    ];
    let record = |((number, point), (state, score)): ((u64, &Point), (TrialState, Option<f64>))| {
        TrialRecord { number, point: point.clone(), state, score }
    };
    (0..).zip(points).zip(ends.into_iter().cycle()).map(record).collect()
}

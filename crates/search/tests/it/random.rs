//! What is particular to random search, and to the grid.

use crate::{fixed, floats, ints, space, texts};
use mlpsweep_search::Scale::{Linear, Log};
use mlpsweep_search::{Grid, History, Parameter, Point, Random, Sampler, Space, Value};
use mlpsweep_seed::Seed;

fn propose(seed: u64, space: &Space, numbers: impl IntoIterator<Item = u64>) -> Vec<Point> {
    let mut sampler = Random::new(Seed::new(seed));
    numbers.into_iter().filter_map(|number| sampler.propose(space, History::EMPTY, number)).collect()
}

fn column(points: &[Point], name: &str) -> Vec<String> {
    points.iter().map(|point| point.get(name).unwrap().to_string()).collect()
}

/// Results of a sweep depend on these: when this test fails, every sampled sweep has changed.
#[test]
fn proposals_are_the_same_on_every_machine() {
    let continuum = space(&[floats(0.0, 1.0, None, Linear), ints(1, 1_000, None, Linear)]);
    let points = propose(7, &continuum, 0..3);
    assert_eq!(column(&points, "a"), ["0.1334660719844779", "0.5577231010724941", "0.8947475842830903"]);
    assert_eq!(column(&points, "b"), ["249", "400", "744"]);
    let finite = propose(7, &space(&[ints(1, 1_000_000, None, Linear)]), 0..4);
    assert_eq!(column(&finite, "a"), ["9586", "707559", "436829", "183112"]);
}

#[test]
fn another_seed_gives_other_points() {
    for space in [
        space(&[floats(0.0, 1.0, None, Linear)]),
        space(&[ints(1, 1_000, None, Linear)]),
        space(&[ints(1, 1_000, None, Log)]),
    ] {
        assert_ne!(propose(7, &space, 0..9), propose(8, &space, 0..9));
    }
}

#[test]
fn parameters_do_not_shift_each_other() {
    let rate = || Parameter::new("learning_rate", floats(1e-4, 1e-1, None, Log));
    let width = |domain| Parameter::new("width", domain);
    let alone = Space::new(vec![rate()]).unwrap();
    let rates = column(&propose(7, &alone, 0..20), "learning_rate");
    for more in [
        vec![width(ints(1, 9, None, Linear)), rate()],
        vec![rate(), width(fixed(32)), Parameter::new("activation", texts(&["relu", "tanh"]))],
    ] {
        let space = Space::new(more).unwrap();
        assert_eq!(column(&propose(7, &space, 0..20), "learning_rate"), rates);
    }
}

/// With replacement or without, the scale is kept: 31 is about the geometric middle of 1 … 1,000.
#[test]
fn integers_on_a_log_scale_come_by_ratio() {
    let log = ints(1, 1_000, None, Log);
    for space in
        [space(&[log.clone(), texts(&["relu", "tanh"])]), space(&[log, floats(0.0, 1.0, None, Linear)])]
    {
        let first: Vec<Point> = (0..2_000).flat_map(|seed| propose(seed, &space, [0])).collect();
        let n_small = first.iter().filter(|point| *point.get("a").unwrap() <= Value::Int(31)).count();
        // P = ln(31.5/0.5)/ln(1000.5/0.5) = 0.545, sd of the share 0.011
        assert!((1_020..1_160).contains(&n_small), "{n_small}");
    }
}

#[test]
fn every_first_point_of_a_small_space_is_as_likely() {
    let space = space(&[ints(0, 4, None, Linear)]);
    let mut times = [0_i32; 5];
    for seed in 0..5_000 {
        let Some(Value::Int(i)) = propose(seed, &space, [0])[0].get("a").cloned() else {
            panic!("an integer")
        };
        times[i as usize] += 1;
    }
    // sd of a count: √(5000·0.2·0.8) = 28
    assert!(times.iter().all(|n| (n - 1_000).abs() < 120), "{times:?}");
}

/// One sampler may be asked about two spaces in turn.
#[test]
fn nothing_is_carried_from_one_space_to_another() {
    let (one, two) = (space(&[ints(1, 50, None, Log)]), space(&[ints(1, 60, None, Log)]));
    let mut sampler = Random::new(Seed::new(7));
    for number in 0..20 {
        assert_eq!(sampler.propose(&one, History::EMPTY, number), propose(7, &one, [number]).pop());
        assert_eq!(sampler.propose(&two, History::EMPTY, number), propose(7, &two, [number]).pop());
    }
}

#[test]
fn a_grid_of_a_continuum_is_refused_by_name() {
    let error = Grid::new(&space(&[fixed(1), floats(0.0, 0.5, None, Linear)])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`b` is a range without a step, but a grid needs values that can be counted"
    );
    assert!(Grid::new(&space(&[floats(0.5, 0.5, None, Linear)])).is_ok());
}

#[test]
fn a_huge_grid_costs_nothing() {
    let space = space(&vec![ints(1, 100, None, Linear); 6]);
    let mut grid = Grid::new(&space).unwrap();
    let last = grid.propose(&space, History::EMPTY, 999_999_999_999).unwrap();
    assert!(last.iter().all(|(_, value)| *value == Value::Int(100)));
    assert_eq!(grid.propose(&space, History::EMPTY, 1_000_000_000_000), None);
}

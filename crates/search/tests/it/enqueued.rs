//! What is tried first, and what is all there is.

use crate::{fixed, floats, ints, space, texts};
use mlpsweep_search::Scale::{Linear, Log};
use mlpsweep_search::{
    EnqueueError, Enqueued, Entry, Grid, History, List, Point, Random, Sampler, Space, Value,
};
use mlpsweep_seed::Seed;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn entry(values: &[(&str, Value)]) -> Entry {
    values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn int(i: i64) -> Value {
    Value::Int(i)
}

fn proposals(sampler: &mut dyn Sampler, space: &Space, n: u64) -> Vec<Point> {
    (0..n).map_while(|number| sampler.propose(space, History::EMPTY, number)).collect()
}

/// `a=1 b=2`
fn written(point: &Point) -> String {
    point.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn an_enqueued_point_changes_places() {
    let space = space(&[ints(0, 1, None, Linear), ints(0, 3, None, Linear)]);
    let ordered = |entries: &[Entry]| {
        let mut sampler = Enqueued::new(entries, Grid::new(&space).unwrap(), &space).unwrap();
        let digits = |point: &Point| point.iter().map(|(_, value)| value.to_string()).collect::<String>();
        proposals(&mut sampler, &space, 99).iter().map(digits).collect::<Vec<_>>().join(" ")
    };
    let both = |a, b| entry(&[("a", int(a)), ("b", int(b))]);
    assert_eq!(ordered(&[]), "00 01 02 03 10 11 12 13");
    assert_eq!(ordered(&[both(1, 0)]), "10 01 02 03 00 11 12 13");
    assert_eq!(ordered(&[both(0, 1), both(1, 3)]), "01 13 02 03 10 11 12 00");
    assert_eq!(ordered(&[both(0, 0), both(0, 1)]), "00 01 02 03 10 11 12 13");
    // What is open is as in the grid's own point of that number, or the first that is new.
    assert_eq!(ordered(&[entry(&[("a", int(1))]), entry(&[("a", int(1))])]), "10 11 02 03 00 01 12 13");
    assert_eq!(ordered(&[entry(&[("b", int(3))]), both(0, 3)]), "13 03 02 01 10 11 12 00");
}

#[test]
fn what_is_open_is_drawn_as_for_any_trial() {
    let space = space(&[floats(1e-4, 1e-1, None, Log), ints(1, 4, None, Linear), fixed(7)]);
    let drawn = proposals(&mut Random::new(Seed::new(7)), &space, 9);
    let entries = [
        entry(&[("b", int(4))]),
        entry(&[("b", int(4))]),
        entry(&[("a", Value::Float(0.01)), ("b", int(2))]),
    ];
    let mut sampler = Enqueued::new(&entries, Random::new(Seed::new(7)), &space).unwrap();
    let points = proposals(&mut sampler, &space, 9);
    for number in [0, 1] {
        assert_eq!(points[number].get("a"), drawn[number].get("a"));
        assert_eq!(points[number].get("b"), Some(&int(4)));
    }
    assert_eq!(written(&points[2]), "a=0.01 b=2 c=7");
    assert_eq!(points[3..], drawn[3..], "all others keep their numbers");
}

/// The values of a draw, enqueued: the two change places, and the draw does not come twice.
#[test]
fn a_later_draw_may_be_enqueued() {
    let space = space(&[floats(0.0, 1.0, None, Linear), texts(&["relu", "tanh"])]);
    let drawn = proposals(&mut Random::new(Seed::new(7)), &space, 6);
    let whole = |point: &Point| point.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect();
    let entries: [Entry; 2] = [whole(&drawn[4]), whole(&drawn[0])];
    let mut sampler = Enqueued::new(&entries, Random::new(Seed::new(7)), &space).unwrap();
    let points = proposals(&mut sampler, &space, 6);
    let expected = [4, 0, 2, 3, 1, 5].map(|number: usize| drawn[number].clone());
    assert_eq!(points, expected);
}

/// 0.1 + 0.2 is on the step 0.3, and is that point of the grid.
#[test]
fn values_are_those_of_the_space() {
    let space = space(&[floats(0.0, 0.5, Some(0.1), Linear)]);
    let entries = [entry(&[("a", Value::Float(0.1 + 0.2))])];
    let mut sampler = Enqueued::new(&entries, Grid::new(&space).unwrap(), &space).unwrap();
    let points = proposals(&mut sampler, &space, 99);
    assert_eq!(
        points.iter().map(written).collect::<Vec<_>>(),
        ["a=0.3", "a=0.1", "a=0.2", "a=0.0", "a=0.4", "a=0.5"]
    );
}

#[test]
fn entries_for_which_there_is_no_point() {
    let space = space(&[ints(1, 2, None, Linear), texts(&["relu", "tanh"]), fixed(7)]);
    let refused = |entries: &[Entry]| Enqueued::new(entries, Random::new(Seed::new(7)), &space).unwrap_err();
    let a = |i| entry(&[("a", int(i))]);
    let outside = |entry_idx, name: &str| EnqueueError::Outside { entry_idx, name: name.into() };
    assert_eq!(refused(&[a(1), a(3)]), outside(1, "a"));
    assert_eq!(refused(&[entry(&[("a", Value::Float(1.0))])]), outside(0, "a"));
    assert_eq!(refused(&[entry(&[("c", int(8))])]), outside(0, "c"));
    assert_eq!(refused(&[entry(&[("d", int(8))])]), outside(0, "d"));

    let repeated = |entry_idx, earlier_idx| EnqueueError::Repeated { entry_idx, earlier_idx };
    let whole = entry(&[("a", int(1)), ("b", Value::Text("tanh".into()))]);
    assert_eq!(refused(&[whole.clone(), a(2), whole.clone()]), repeated(2, Some(0)));
    // Two points have a = 1: the one that is named whole is left to its entry, wherever that stands.
    assert!(Enqueued::new(&[a(1), whole.clone()], Random::new(Seed::new(7)), &space).is_ok());
    assert_eq!(refused(&[a(1), whole.clone(), a(1)]), repeated(2, None));
}

#[test]
fn a_list_is_all_there_is() {
    let space = space(&[fixed(7), floats(0.0, 1.0, None, Linear)]);
    let entries = [
        entry(&[("b", Value::Float(0.5)), ("width", int(4)), ("depth", int(2))]),
        entry(&[("b", Value::Float(0.25))]),
        entry(&[("b", Value::Float(0.5)), ("width", int(4)), ("depth", int(2))]),
    ];
    let mut list = List::new(entries);
    let points = proposals(&mut list, &space, 99);
    let points: Vec<String> = points.iter().map(written).collect();
    assert_eq!(points, ["a=7 b=0.5 depth=2 width=4", "a=7 b=0.25", "a=7 b=0.5 depth=2 width=4"]);
    assert_eq!(
        list.propose(&space, History::EMPTY, 1).as_ref().map(written).as_ref(),
        Some(&points[1]),
        "in any order"
    );
    assert_eq!(list.propose(&space, History::EMPTY, u64::MAX), None);
}

proptest! {
    /// Whatever is enqueued comes first, and after that all the rest, once.
    #[test]
    fn nothing_twice_and_nothing_left_out(
        seed: u64,
        positions in proptest::collection::btree_set(0_u128..60, 0..20),
        open in proptest::collection::vec(any::<bool>(), 20),
        log: bool,
    ) {
        let scale = if log { Log } else { Linear };
        let space = space(&[ints(1, 15, None, scale), ints(1, 4, None, Linear)]);
        let entries: Vec<Entry> = positions.iter().zip(open).map(|(&position, open)| {
            let point = space.nth(position).unwrap();
            let values = point.iter().map(|(name, value)| (name.to_owned(), value.clone()));
            values.skip(usize::from(open)).collect()
        }).collect();
        // Of each b there are 15 points, and no more entries than those.
        let mut sampler = Enqueued::new(&entries, Random::new(Seed::new(seed)), &space).unwrap();
        let points = proposals(&mut sampler, &space, 99);
        for (entry, point) in entries.iter().zip(&points) {
            prop_assert!(entry.iter().all(|(name, value)| point.get(name) == Some(value)));
        }
        prop_assert_eq!(points.len(), 60);
        prop_assert_eq!(points.iter().collect::<BTreeSet<_>>().len(), 60);
    }
}

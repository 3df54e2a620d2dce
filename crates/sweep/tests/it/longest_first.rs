//! Every unit once, the longest of the window next, and no trial beyond the window.

use mlpsweep_search::TrialNumber;
use mlpsweep_sweep::longest_first::{Waiting, longest_first};
use proptest::prelude::*;
use std::cell::Cell;
use std::cmp::Reverse;

type Unit = (TrialNumber, usize);

/// Trials by the costs of their splits; `None` for a split that is finished. Costs are few, so that many are equal, or
/// within a tenth of each other.
fn trials() -> impl Strategy<Value = Vec<Vec<Option<u8>>>> {
    let cost = prop_oneof![0..6_u8, 90..104_u8];
    prop::collection::vec(prop::collection::vec(prop::option::weighted(0.8, cost), 0..5), 0..30)
}

fn waiting(trials: &[Vec<Option<u8>>]) -> impl Iterator<Item = Waiting<TrialNumber>> {
    (0..).zip(trials).map(|(number, costs)| {
        let cost = |(split, cost): (usize, &Option<u8>)| Some((split, f64::from((*cost)?)));
        Waiting { number, trial: number, splits: costs.iter().enumerate().filter_map(cost).collect() }
    })
}

proptest! {
    /// The order is that of a list of all units, from which one of the window's longest is taken again and again: the longest
    /// one of the lowest trial that has one.
    #[test]
    fn as_from_a_list(trials in trials(), lag in 1..12_u64) {
        let mut left: Vec<(Unit, u8)> = Vec::new();
        for (number, costs) in (0..).zip(&trials) {
            left.extend(costs.iter().enumerate().filter_map(|(split, cost)| Some(((number, split), (*cost)?))));
        }
        let mut n_started = 0;
        for unit in longest_first(waiting(&trials), lag) {
            let lowest = left.iter().map(|((trial, _), _)| *trial).min().expect("a unit is left");
            prop_assert!(unit.0 < lowest + lag, "{unit:?} beyond {lowest} + {lag}");
            let window = left.iter().filter(|((trial, _), _)| *trial < lowest + lag);
            let longest = window.clone().map(|(_, cost)| *cost).max().expect("the lowest is in it");
            let as_long = window.filter(|(_, cost)| f64::from(*cost) >= 0.9 * f64::from(longest));
            let expected = as_long.min_by_key(|((trial, split), cost)| (*trial, Reverse(*cost), *split));
            let expected = expected.map(|(unit, _)| *unit);
            prop_assert_eq!(Some(unit), expected);
            left.retain(|(other, _)| *other != unit);
            n_started += 1;
        }
        prop_assert!(left.is_empty(), "{left:?} after {n_started}");
    }
}

/// Trials are asked for as the window reaches them: there may be more than memory holds, or time to draw.
#[test]
fn no_more_trials_than_the_window_holds() {
    let asked = Cell::new(0);
    let endless = (0..).map(|number: TrialNumber| {
        asked.set(number + 1);
        // Later ones are longer, so that the lowest waits as long as it can.
        let cost = 2_f64.powi(number as i32);
        Waiting { number, trial: number, splits: vec![(0, cost), (1, cost)] }
    });
    let lag = 5;
    let mut units = longest_first(endless, lag);
    let first: Vec<Unit> = units.by_ref().take(2 * lag as usize).collect();
    assert_eq!(first, [(4, 0), (4, 1), (3, 0), (3, 1), (2, 0), (2, 1), (1, 0), (1, 1), (0, 0), (0, 1)]);
    // The one beyond the window is known by its number, and waits.
    assert_eq!(asked.get(), lag + 1);
    let (trial, _) = units.nth(999).expect("there is no end");
    assert!((trial..=trial + 2 * lag).contains(&asked.get()), "{} asked for at {trial}", asked.get());
}

/// Folds that differ by a row do not scatter a run over the window.
#[test]
fn what_is_about_as_long_keeps_the_order_of_trials() {
    let trials = vec![vec![Some(100), Some(101)], vec![Some(101), Some(100)], vec![Some(102), Some(99)]];
    let units: Vec<Unit> = longest_first(waiting(&trials), 8).collect();
    assert_eq!(units, [(0, 1), (0, 0), (1, 0), (1, 1), (2, 0), (2, 1)]);
}

#[test]
fn with_a_lag_of_one_trials_come_in_order() {
    let trials = vec![vec![Some(1), Some(3), Some(2)], vec![None], vec![Some(9)]];
    let units: Vec<Unit> = longest_first(waiting(&trials), 1).collect();
    assert_eq!(units, [(0, 1), (0, 2), (0, 0), (2, 0)]);
}

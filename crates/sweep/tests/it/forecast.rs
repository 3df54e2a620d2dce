//! What is predicted of time and memory: everything but what the clock says.

use crate::fixture::{SMALL, plan};
use mlpsweep_sweep::calibrate::Speed;
use mlpsweep_sweep::cost::{Costs, Term, Work};
use mlpsweep_sweep::forecast::Forecast;

/// The work of one unit of each of these trials.
fn works(overrides: &[&str]) -> Vec<Work> {
    let plan = plan(SMALL, overrides);
    let costs = Costs::new(&plan);
    plan.trials(100).map(|trial| costs.unit(&plan.config(&trial), 0)).collect()
}

const GRID: &[&str] = &[
    "parameters.width={ values = [4, 64, 512, 1000] }",
    "parameters.batch_size={ values = [2, 16, \"full\"] }",
    "parameters.epochs={ values = [3, 50] }",
    "parameters.learning_rate=0.01",
    "parameters.dropout=0.0",
    "search.sampler=grid",
];

/// A machine that is as typical, but slower, is known from any one run.
#[test]
fn a_machine_that_is_slower_in_everything() {
    let works = works(GRID);
    assert_eq!(works.len(), 24);
    for slowness in [0.2, 1.0, 7.0] {
        let time = |work: &Work| slowness * work.time(Term::nanoseconds);
        for known in &works {
            let speed = Speed::fit(&[(known.clone(), time(known))]).expect("a run");
            for work in &works {
                let predicted = work.time(|term| speed.nanoseconds(term));
                assert!((predicted / time(work) - 1.0).abs() < 1e-9, "{predicted} for {}", time(work));
            }
        }
    }
    assert_eq!(Speed::fit(&[]), None);
}

/// A machine on which products cost a third and every pass three times as much is known from a few runs: what they took is
/// explained, and the others are predicted.
#[test]
fn a_machine_with_other_strengths() {
    let works = works(GRID);
    let nanoseconds = |term: Term| {
        term.nanoseconds()
            * match term {
                Term::Products(_) => 0.33,
                Term::Passes => 3.0,
                _ => 1.0,
            }
    };
    let known: Vec<_> = works.iter().step_by(5).map(|work| (work.clone(), work.time(nanoseconds))).collect();
    let speed = Speed::fit(&known).expect("runs");
    for work in &works {
        let ratio = work.time(|term| speed.nanoseconds(term)) / work.time(nanoseconds);
        // Without a fit the ratios go from 0.35 to 1.2.
        assert!((0.85..1.15).contains(&ratio), "{ratio}");
    }
}

#[test]
fn more_work_is_more_time_and_more_memory() {
    let forecast = |overrides: &[&str]| Forecast::new(&plan(SMALL, overrides), 1).expect("a forecast");
    let small = forecast(&["search.racing=off"]);
    assert!(small.seconds > 0.0 && !small.is_bound && small.n_sampled.is_none());
    let large = forecast(&["parameters.width=2000", "parameters.depth=2", "parameters.epochs=20"]);
    // Millions of multiplications against a handful: no noise of a shared machine makes up for that.
    assert!(large.seconds > 10.0 * small.seconds, "{large:?} {small:?}");
    // 4 million parameters, their gradient and Adam's two states, 4 bytes each.
    assert!((64e6..96e6).contains(&(large.bytes - small.bytes)), "{large:?} {small:?}");
    assert!(forecast(&["search.racing=off", "early_stopping={ patience = 2 }"]).is_bound);
    assert!(forecast(&[]).is_bound, "racing leaves folds out");
}

#[test]
fn of_many_trials_some_are_looked_at() {
    let axis = "{ min = 1, max = 1000000000 }";
    let size = format!("parameters.batch_size={axis}");
    let huge = ["search={ sampler = \"grid\" }", "parameters.learning_rate=0.1", &size];
    let one = Forecast::new(&plan(SMALL, &huge), 2).expect("a forecast");
    assert_eq!(one.n_sampled, Some(2000));
    let whole = ["search={ sampler = \"grid\", trials = 1000000000 }", "parameters.learning_rate=0.1", &size];
    let all = Forecast::new(&plan(SMALL, &whole), 2).expect("a forecast");
    let random = Forecast::new(&plan(SMALL, &["search.trials=100000"]), 2).expect("a forecast");
    assert_eq!((all.n_sampled, random.n_sampled), (Some(2000), Some(2000)));
    assert!(all.seconds > 1e4 * one.seconds, "{all:?} {one:?}");
}

//! What every sampler promises, on spaces of every kind.

use crate::{conditional, fixed, floats, ints, space, texts, used};
use mlpsweep_search::Scale::{self, Linear, Log};
use mlpsweep_search::{
    Auto, Categorical, DifferentialEvolution, Domain, Enqueued, Entry, Gp, Grid, History, Parameter, Point,
    Random, Sampler, Sobol, Space, Tpe, TrialRecord, TrialState, Value,
};
use mlpsweep_seed::Seed;
use std::collections::BTreeSet;

type Make = fn(&Space, Seed) -> Box<dyn Sampler>;

fn grid(space: &Space, _: Seed) -> Box<dyn Sampler> {
    Box::new(Grid::new(space).unwrap())
}

fn random(_: &Space, seed: Seed) -> Box<dyn Sampler> {
    Box::new(Random::new(seed))
}

fn sobol(_: &Space, seed: Seed) -> Box<dyn Sampler> {
    Box::new(Sobol::new(seed))
}

fn tpe(_: &Space, seed: Seed) -> Box<dyn Sampler> {
    Box::new(Tpe::new(seed))
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
        check_sampler(shuffled_grid, &space);
    }
}

#[test]
fn random_conforms() {
    for space in finite_spaces().iter().chain(&endless_spaces()) {
        check_sampler(random, space);
    }
}

#[test]
fn sobol_conforms() {
    for space in finite_spaces().iter().chain(&endless_spaces()) {
        check_sampler(sobol, space);
    }
}

fn gp(_: &Space, seed: Seed) -> Box<dyn Sampler> {
    Box::new(Gp::new(seed))
}

/// In fewer spaces, since it takes its time.
#[test]
fn gp_conforms() {
    for space in finite_spaces().iter().chain(&endless_spaces()[..2]) {
        check_sampler(gp, space);
    }
}

#[test]
fn tpe_conforms() {
    for space in finite_spaces().iter().chain(&endless_spaces()) {
        check_sampler(tpe, space);
    }
}

/// Spaces with conditions and constraints that are counted.
fn finite_conditional_spaces() -> Vec<Space> {
    let momentum = || floats(0.5, 0.9, Some(0.1), Linear);
    let optimizer = || Parameter::new("optimizer", texts(&["adam", "heavy_ball", "lbfgs"]));
    let depth = || Parameter::new("depth", ints(1, 4, None, Linear));
    let width = || Parameter::new("width", ints(1, 40, None, Log));
    vec![
        conditional([optimizer(), used("momentum", momentum(), "optimizer == 'heavy_ball'"), depth()], &[]),
        conditional([depth(), width()], &["depth * width <= 40"]),
        // One name with two domains.
        conditional(
            [
                Parameter::new("group", texts(&["a", "b"])),
                used("rate", floats(0.1, 0.5, Some(0.1), Linear), "group == 'a'"),
                used("rate", ints(1, 30, None, Linear), "group == 'b'"),
            ],
            &["rate != 7"],
        ),
        // A condition on what is itself under one, and a constraint on both.
        conditional(
            [
                optimizer(),
                used("momentum", momentum(), "optimizer != 'lbfgs'"),
                used("decay", ints(0, 3, None, Linear), "momentum > 0.65"),
                depth(),
            ],
            &["decay * depth <= 6", "optimizer == 'lbfgs' or depth > 1"],
        ),
    ]
}

/// The same with a continuum, or with so many values in a constraint that points are not counted.
fn endless_conditional_spaces() -> Vec<Space> {
    let unit = |name: &str| Parameter::new(name, floats(0.0, 1.0, None, Linear));
    vec![
        conditional(
            [
                Parameter::new("optimizer", texts(&["adam", "heavy_ball", "lbfgs"])),
                used("rate", floats(1e-4, 1e-1, None, Log), "optimizer != 'lbfgs'"),
                used("momentum", floats(0.5, 0.99, None, Scale::Logit), "optimizer == 'heavy_ball'"),
                Parameter::new("depth", ints(1, 3, None, Linear)),
            ],
            &[],
        ),
        conditional([unit("a"), unit("b")], &["a + b <= 0.5"]),
        conditional(
            [
                Parameter::new("a", ints(1, 1_000_000, None, Linear)),
                Parameter::new("b", ints(1, 1_000_000, None, Log)),
            ],
            &["a * b <= 10 ** 9"],
        ),
    ]
}

#[test]
fn samplers_conform_under_conditions_and_constraints() {
    for space in finite_conditional_spaces() {
        check_sampler(grid, &space);
        check_sampler(shuffled_grid, &space);
    }
    for space in finite_conditional_spaces().iter().chain(&endless_conditional_spaces()) {
        check_sampler(random, space);
        check_sampler(sobol, space);
        check_sampler(tpe, space);
        check_sampler(differential_evolution, space);
    }
    check_sampler(gp, &finite_conditional_spaces()[3]);
    check_sampler(gp, &endless_conditional_spaces()[0]);
}

fn shuffled_grid(space: &Space, seed: Seed) -> Box<dyn Sampler> {
    Box::new(Grid::new(space).unwrap().shuffled(seed))
}

fn differential_evolution(_: &Space, seed: Seed) -> Box<dyn Sampler> {
    Box::new(DifferentialEvolution::new(seed))
}

fn auto(_: &Space, seed: Seed) -> Box<dyn Sampler> {
    Box::new(Auto::new(seed))
}

/// It proposes what the sampler proposes that suits the trials that have ended.
#[test]
fn auto_is_the_sampler_that_suits() {
    check_sampler(auto, &finite_spaces()[3]);
    let space = &endless_spaces()[0];
    let points: Vec<Point> = (0..2000)
        .map_while(|number| Random::new(Seed::new(1)).propose(space, History::EMPTY, number))
        .collect();
    let records: Vec<TrialRecord> =
        points.iter().enumerate().map(|(number, point)| ended(number, point)).collect();
    let with = |make: Make, n: usize| {
        let history = History { finished: &records[..n], running: &[] };
        make(space, Seed::new(7)).propose(space, history, n as u64)
    };
    for (n, expected) in
        [(198, gp as Make), (199, tpe), (200, tpe), (1999, tpe), (2000, differential_evolution)]
    {
        assert_eq!(with(auto, n), with(expected, n), "{n} trials");
    }
    let conditional = &endless_conditional_spaces()[0];
    let propose = |make: Make| {
        let records: Vec<TrialRecord> = (0..20)
            .map(|number| {
                let point =
                    random(conditional, Seed::new(1)).propose(conditional, History::EMPTY, number).unwrap();
                ended(number as usize, &point)
            })
            .collect();
        make(conditional, Seed::new(7)).propose(conditional, History { finished: &records, running: &[] }, 20)
    };
    assert_eq!(propose(auto), propose(tpe));
}

#[test]
fn differential_evolution_conforms() {
    for space in finite_spaces().iter().chain(&endless_spaces()) {
        check_sampler(differential_evolution, space);
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
        space(&[weighted(&[0.7, 0.2, 0.1]), ordered(8), ints(1, 5, None, Linear)]),
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
        space(&[floats(0.001, 0.999, None, Scale::Logit), weighted(&[0.01, 0.99]), ordered(3)]),
        space(&[floats(-1e308, 1e308, None, Linear), floats(0.0, 0.5, Some(0.1), Linear)]),
        space(&vec![ints(1, 100, None, Linear); 6]),
        space(&[ints(1, 1_000_000, None, Log), ints(i64::MIN, i64::MAX, None, Linear)]),
        space(&vec![ints(i64::MIN, i64::MAX, None, Linear); 3]),
    ]
}

fn weighted(probabilities: &[f64]) -> Domain {
    let values = (0..probabilities.len() as i64).map(Value::Int).collect();
    Domain::Categorical(Categorical::weighted(values, probabilities).unwrap())
}

fn ordered(n: i64) -> Domain {
    let values = (0..n).map(|i| Value::Int(16 << i)).collect();
    Domain::Categorical(Categorical::new(values).unwrap().0.ordered())
}

/// So many proposals are looked at, unless the space ends before.
const N_TRIALS: u64 = 300;

#[track_caller]
fn check_sampler(make: Make, space: &Space) {
    let fresh = || make(space, Seed::new(7));
    let propose_all = |sampler: &mut dyn Sampler| -> Vec<Point> {
        (0..N_TRIALS).map_while(|number| sampler.propose(space, History::EMPTY, number)).collect()
    };

    let points = propose_all(&mut *fresh());
    check_points(space, &points);
    assert_eq!(propose_all(&mut *fresh()), points, "the same seed, other points");

    let mut sampler = fresh();
    for number in (0..points.len()).rev().chain(0..points.len()) {
        let again = sampler.propose(space, History::EMPTY, number as u64);
        assert_eq!(again.as_ref(), Some(&points[number]), "the order of calls matters to proposal {number}");
    }

    let (points_of_history, records) = with_history(&mut *fresh(), space);
    check_points(space, &points_of_history);
    assert_eq!(points_of_history.len(), points.len(), "as many as without a history");
    // A proposal is a function of what it is told, whoever is asked and whatever was asked before.
    for number in [0, 11, 40].into_iter().filter(|&number| number < points.len()) {
        let again = fresh().propose(space, known(&records, &points_of_history, number), number as u64);
        assert_eq!(again.as_ref(), Some(&points_of_history[number]), "proposal {number} again");
    }

    if let Some(count) = space.count() {
        assert_eq!(
            points.len() as u128,
            count.min(u128::from(N_TRIALS)),
            "all of the space, and nothing twice"
        );
        for number in [count, count.saturating_add(1), u128::from(u64::MAX)] {
            let number = u64::try_from(number.min(u128::from(u64::MAX))).unwrap();
            if u128::from(number) >= count {
                assert_eq!(
                    sampler.propose(space, History::EMPTY, number),
                    None,
                    "there is no more to propose"
                );
            }
        }
    } else {
        assert_eq!(points.len() as u64, N_TRIALS, "a continuum never ends");
    }
}

/// What is known when a trial is proposed while four run.
fn known<'a>(records: &'a [TrialRecord], points: &'a [Point], number: usize) -> History<'a> {
    let n_finished = number.saturating_sub(4);
    History { finished: &records[..n_finished], running: &points[n_finished..number] }
}

/// Proposals that follow each other, each told how the earlier ones ended: in every way there is.
fn with_history(sampler: &mut dyn Sampler, space: &Space) -> (Vec<Point>, Vec<TrialRecord>) {
    let (mut points, mut records): (Vec<Point>, Vec<TrialRecord>) = (Vec::new(), Vec::new());
    for number in 0..N_TRIALS as usize {
        let Some(point) = sampler.propose(space, known(&records, &points, number), number as u64) else {
            break;
        };
        records.push(ended(number, &point));
        points.push(point);
    }
    (points, records)
}

/// Points lie in the space: its names in order, every value in its domain, only what is used, all constraints fulfilled; and none
/// comes twice.
#[track_caller]
fn check_points(space: &Space, points: &[Point]) {
    for point in points {
        assert_eq!(space.point(point.iter()).as_ref(), Ok(point));
    }
    assert_eq!(points.iter().collect::<BTreeSet<_>>().len(), points.len(), "a point comes twice");
}

fn ended(number: usize, point: &Point) -> TrialRecord {
    let loss = (number * 37 % 101) as f64;
    let (state, n_folds, loss) = match number % 7 {
        0 => (TrialState::Pruned, 2, Some(loss)),
        1 => (TrialState::Pruned, 0, None),
        2 => (TrialState::Timeout, 1, Some(loss)),
        3 => (TrialState::Diverged, 0, None),
        4 => (TrialState::Failed, 0, None),
        _ => (TrialState::Complete, 5, Some(loss)),
    };
    TrialRecord { number: number as u64, point: point.clone(), state, n_folds, loss }
}

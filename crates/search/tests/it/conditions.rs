//! Conditions and constraints: which points there are, and how they are numbered.

use crate::{conditional, fixed, floats, ints, texts, used};
use mlpsweep_search::Scale::{Linear, Log};
use mlpsweep_search::{
    Domain, EnqueueError, Enqueued, Entry, Expression, Grid, GridError, History, Parameter, Point,
    PointError, Random, Sampler, Space, SpaceError, Value,
};
use mlpsweep_seed::Seed;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn optimizer() -> Parameter {
    Parameter::new("optimizer", texts(&["adam", "heavy_ball"]))
}

fn momentum() -> Parameter {
    used("momentum", floats(0.5, 0.9, Some(0.1), Linear), "optimizer == 'heavy_ball'")
}

fn shown(point: &Point) -> String {
    point.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_not_used_is_left_out_and_counted_once() {
    let space =
        conditional([optimizer(), momentum(), Parameter::new("depth", ints(1, 2, None, Linear))], &[]);
    assert_eq!(space.count(), Some(2 + 5 * 2));
    let points: Vec<String> = (0..4).map(|idx| shown(&space.nth(idx).unwrap())).collect();
    assert_eq!(
        points,
        [
            "optimizer=adam depth=1",
            "optimizer=adam depth=2",
            "optimizer=heavy_ball momentum=0.5 depth=1",
            "optimizer=heavy_ball momentum=0.5 depth=2",
        ]
    );
    assert_eq!(space.nth(12), None);
}

/// Counted by states, not by points: 2·10¹² of them, and the last is found at once.
#[test]
fn a_large_grid_with_a_condition_is_counted_at_once() {
    let wide = |name: &str| Parameter::new(name, ints(1, 1_000_000, None, Linear));
    let space = conditional([optimizer(), wide("a"), wide("b"), momentum()], &[]);
    assert_eq!(space.count(), Some(6_000_000_000_000));
    assert_eq!(
        shown(&space.nth(5_999_999_999_999).unwrap()),
        "optimizer=heavy_ball a=1000000 b=1000000 momentum=0.9"
    );
    // A constraint on both goes by too many values to be told apart.
    let space = conditional([wide("a"), wide("b")], &["a * b <= 10"]);
    assert_eq!((space.count(), Grid::new(&space).err()), (None, Some(GridError::Uncountable)));
}

#[test]
fn conditions_name_what_stands_above_them_and_constraints_what_there_is() {
    let refused = |parameters: Vec<Parameter>, constraints: Vec<Expression>| {
        Space::constrained(parameters, constraints).expect_err("no space").to_string()
    };
    assert_eq!(
        refused(vec![momentum(), optimizer()], vec![]),
        "`when` of `momentum` names `optimizer`, which does not stand above it"
    );
    assert_eq!(
        refused(vec![momentum()], vec![]),
        "`when` of `momentum` names `optimizer`, which is no parameter here"
    );
    assert_eq!(
        refused(vec![optimizer()], vec![Expression::new("depth < 3").unwrap()]),
        "the constraint names `depth`, which is no parameter here"
    );
    // Of two parameters of one name both need a condition.
    let twice = Space::new(vec![optimizer(), momentum(), Parameter::new("momentum", fixed(1))]);
    assert_eq!(twice, Err(SpaceError::RepeatedName { name: "momentum".into() }));
}

#[test]
fn a_point_says_why_it_is_none() {
    let space = conditional(
        [optimizer(), momentum(), Parameter::new("depth", ints(1, 4, None, Linear))],
        &["momentum < 0.75 or depth == 1"],
    );
    let point = |values: &[(&str, Value)]| space.point(values.iter().map(|(name, value)| (*name, value)));
    let text = |text: &str| Value::Text(text.into());
    let adam = [("optimizer", text("adam")), ("depth", Value::Int(4))];
    assert_eq!(shown(&point(&adam).expect("a point")), "optimizer=adam depth=4");
    let heavy = |momentum, depth| {
        [
            ("depth", Value::Int(depth)),
            ("optimizer", text("heavy_ball")),
            ("momentum", Value::Float(momentum)),
        ]
    };
    assert_eq!(shown(&point(&heavy(0.9, 1)).expect("a point")), "optimizer=heavy_ball momentum=0.9 depth=1");
    let constraint = "momentum < 0.75 or depth == 1".to_owned();
    assert_eq!(point(&heavy(0.9, 2)), Err(PointError::Constraint { text: constraint }));
    assert_eq!(point(&heavy(0.9, 2)[..2]), Err(PointError::Missing { name: "momentum".into() }));
    let with = [&adam[..], &[("momentum", Value::Float(0.5))]].concat();
    assert_eq!(point(&with), Err(PointError::NotUsed { name: "momentum".into() }));
}

/// Random draws choose the optimizer first: a branch is as likely as its condition, whatever there is below it.
#[test]
fn a_branch_with_more_points_is_no_likelier() {
    let space = conditional(
        [
            optimizer(),
            used("width", ints(1, 1000, None, Linear), "optimizer == 'heavy_ball'"),
            Parameter::new("rate", floats(0.0, 1.0, None, Linear)),
        ],
        &[],
    );
    let mut random = Random::new(Seed::new(7));
    let n_heavy = (0..1000)
        .filter_map(|number| random.propose(&space, History::EMPTY, number))
        .filter(|point| point.get("width").is_some())
        .count();
    // Binomial(1000, ½): four standard deviations are 63.
    assert!(n_heavy.abs_diff(500) < 63, "{n_heavy}");
}

#[test]
fn entries_are_points_or_refused() {
    let space = conditional(
        [optimizer(), momentum(), Parameter::new("depth", ints(1, 4, None, Linear))],
        &["momentum < 0.75 or depth == 1"],
    );
    let entry = |values: &[(&str, Value)]| -> Entry {
        values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    };
    let heavy = entry(&[("momentum", Value::Float(0.9))]);
    let enqueued = Enqueued::new(&[heavy], Random::new(Seed::new(1)), &space);
    let first = enqueued.unwrap().propose(&space, History::EMPTY, 0).unwrap();
    assert_eq!(shown(&first), "optimizer=heavy_ball momentum=0.9 depth=1", "the one way to complete it");
    let refused = entry(&[("momentum", Value::Float(0.9)), ("depth", Value::Int(2))]);
    let enqueued = Enqueued::new(&[refused], Random::new(Seed::new(1)), &space);
    assert_eq!(enqueued.err(), Some(EnqueueError::Refused { entry_idx: 0 }));
    let unused = entry(&[("momentum", Value::Float(0.5)), ("optimizer", Value::Text("adam".into()))]);
    let enqueued = Enqueued::new(&[unused], Random::new(Seed::new(1)), &space);
    assert_eq!(enqueued.err(), Some(EnqueueError::Refused { entry_idx: 0 }));
}

/// What lies outside of the space comes first, and the others keep their order.
#[test]
fn a_first_point_outside_of_the_space() {
    let space = conditional([Parameter::new("depth", ints(1, 3, None, Linear))], &[]);
    let mut sampler = Enqueued::new(&[], Grid::new(&space).unwrap(), &space)
        .unwrap()
        .after([("depth".to_owned(), Value::Int(9))]);
    let points = (0..5).map_while(|number| sampler.propose(&space, History::EMPTY, number));
    let depths: Vec<String> = points.map(|point| shown(&point)).collect();
    assert_eq!(depths, ["depth=9", "depth=1", "depth=2", "depth=3"]);
}

/// A small domain.
fn domain() -> impl Strategy<Value = Domain> {
    prop_oneof![
        (0_i64..3, 1_i64..4).prop_map(|(min, more)| ints(min, min + more, None, Linear)),
        (1_i64..5).prop_map(|max| ints(1, max, None, Log)),
        (1_usize..4).prop_map(|n| texts(&["adam", "sgd", "lbfgs"][..n])),
        (1_i64..4).prop_map(|steps| floats(0.0, steps as f64 / 4.0, Some(0.25), Linear)),
        Just(fixed(2)),
    ]
}

/// A comparison of one of the parameters `a`, `b`, … before the `n`-th.
fn comparison(n: usize) -> impl Strategy<Value = String> {
    let name = |i: usize| char::from(b'a' + i as u8);
    prop_oneof![
        (0..n, 0..4_i64).prop_map(move |(i, value)| format!("{} != {value}", name(i))),
        (0..n, 0..4_i64).prop_map(move |(i, value)| format!("{} < {value}", name(i))),
        (0..n, 0..n).prop_map(move |(i, j)| format!("{} in ['adam', 1, 0.25] or {} == 2", name(i), name(j))),
    ]
}

fn any_space() -> impl Strategy<Value = Space> {
    const N: usize = 5;
    let parameter = |i: usize| {
        let when = proptest::option::weighted(0.6, comparison(i.max(1)));
        (domain(), when).prop_map(move |(domain, when)| {
            let parameter = Parameter::new(char::from(b'a' + i as u8), domain);
            match when.filter(|_| i > 0) {
                Some(when) => parameter.when(Expression::new(&when).unwrap()),
                None => parameter,
            }
        })
    };
    let parameters = (parameter(0), parameter(1), parameter(2), parameter(3), parameter(4));
    (parameters, proptest::collection::vec(comparison(N), 0..3)).prop_map(|((a, b, c, d, e), constraints)| {
        let constraints = constraints.iter().map(|text| Expression::new(text).unwrap()).collect();
        Space::constrained(vec![a, b, c, d, e], constraints).unwrap()
    })
}

/// Every combination of values, settled by the words of the definition.
fn enumerated(space: &Space) -> BTreeSet<Point> {
    let mut partial: Vec<Vec<(String, Value)>> = vec![Vec::new()];
    for parameter in space.parameters() {
        partial = partial
            .into_iter()
            .flat_map(|values| {
                let get =
                    |name: &str| values.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
                let is_used = parameter.when.as_ref().is_none_or(|when| when.holds(get) == Ok(Some(true)));
                if !is_used {
                    return vec![values];
                }
                let count = parameter.domain.count().unwrap();
                let with = |i| {
                    let value = (parameter.name.clone(), parameter.domain.nth(i).unwrap());
                    [values.clone(), vec![value]].concat()
                };
                (0..count).map(with).collect()
            })
            .collect();
    }
    let fulfils = |values: &Vec<(String, Value)>| {
        let get = |name: &str| values.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
        space.constraints().iter().all(|constraint| constraint.holds(get) != Ok(Some(false)))
    };
    let points = partial.into_iter().filter(fulfils);
    points
        .map(|values| space.point(values.iter().map(|(name, value)| (name.as_str(), value))).unwrap())
        .collect()
}

proptest! {
    /// As many points as combinations that can be told apart, each at one position.
    #[test]
    fn points_are_numbered_one_by_one(space in any_space()) {
        let all = enumerated(&space);
        let count = space.count().expect("finite");
        prop_assert_eq!(count, all.len() as u128);
        let numbered: BTreeSet<Point> = (0..count).map(|idx| space.nth(idx).expect("below the count")).collect();
        prop_assert_eq!(numbered, all);
        prop_assert_eq!(space.nth(count), None);
        // Random search without repetition needs the position of each.
        let mut random = Random::new(Seed::new(3));
        let drawn: BTreeSet<Point> =
            (0..count as u64).map(|number| random.propose(&space, History::EMPTY, number).expect("a new one")).collect();
        prop_assert_eq!(drawn.len() as u128, count);
        prop_assert_eq!(random.propose(&space, History::EMPTY, count as u64), None);
    }
}

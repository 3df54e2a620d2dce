//! How the points of a finite space with conditions and constraints are counted and numbered.
//!
//! ```text
//! n(p, s)   ways to go on from parameter p where those above it are as s says
//!         = n(p + 1, s)                        p is not used in s
//!         = count of p · n(p + 1, s)           nothing below p and no constraint goes by its value
//!         = Σ_v n(p + 1, s with p = v)         otherwise
//! n(end, s) = 1,  and n = 0 as soon as a constraint is decided that does not hold
//! ```
//!
//! s holds what something below goes by, and nothing else. So a grid of 10¹² points with a condition on the optimizer has a handful
//! of states, and the point at a position is found by going down once.

use crate::expression::Expression;
use crate::space::{Parameter, Point, Space, Used};
use crate::value::Value;
use std::collections::HashMap;

/// The ways to go on, by what they depend on.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    /// By parameter: what is to be known of those above it.
    live: Vec<Vec<Live>>,
    nodes: HashMap<Key, Node>,
}

/// Something that is to be known of parameters above.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Live {
    name: String,
    /// Whether its value matters, and not only that there is one.
    by_value: bool,
}

/// A parameter, and what is known of those above it, in the order of `live`; `None` of what is not used.
type Key = (usize, Vec<Option<Value>>);

/// How many points there are from a parameter on.
#[derive(Clone, Debug)]
enum Node {
    /// It is not used, or all are counted.
    Passed(u128),
    /// So many values, and the same number of points with each.
    Even { n_values: u128, each: u128 },
    /// By position of the value: the points before it; and all of them.
    Split { before: Vec<u128>, all: u128 },
}

impl Node {
    fn count(&self) -> u128 {
        match self {
            Node::Passed(count) => *count,
            Node::Even { n_values, each } => n_values.saturating_mul(*each),
            Node::Split { all, .. } => *all,
        }
    }
}

/// States that are told apart at most; counting them takes a fraction of a second.
const MOST_STATES: usize = 200_000;

impl Tree {
    /// `None` where a parameter is a continuum or there are too many states.
    pub(crate) fn new(space: &Space) -> Option<Tree> {
        let parameters = space.parameters();
        if parameters.iter().any(|parameter| parameter.domain.count().is_none()) {
            return None;
        }
        let live = (0..=parameters.len()).map(|position| live(space, position)).collect();
        let mut tree = Tree { live, nodes: HashMap::new() };
        let mut n_states = 0;
        tree.grow(space, 0, &mut Used::default(), &mut n_states)?;
        Some(tree)
    }

    /// All points.
    pub(crate) fn count(&self) -> u128 {
        self.node(0, &Used::default()).map_or(0, Node::count)
    }

    /// The point at position `idx`.
    pub(crate) fn nth(&self, space: &Space, idx: u128) -> Option<Point> {
        if idx >= self.count() {
            return None;
        }
        let (mut rest, mut used) = (idx, Used::default());
        for (position, Parameter { name, domain, .. }) in space.parameters().iter().enumerate() {
            let digit = match self.node(position, &used)? {
                Node::Passed(_) => continue,
                Node::Even { each, .. } => {
                    let digit = rest / each;
                    rest %= each;
                    digit
                }
                Node::Split { before, .. } => {
                    // Of several with as many points before them all but the last have none.
                    let digit = before.partition_point(|&before| before <= rest) - 1;
                    rest -= before[digit];
                    digit as u128
                }
            };
            used.push(name, domain.nth(digit)?);
        }
        Some(used.into_point())
    }

    /// The position of a point.
    pub(crate) fn position(&self, space: &Space, point: &Point) -> Option<u128> {
        let values = space.values_of(point);
        let (mut idx, mut used) = (0, Used::default());
        for ((position, Parameter { name, domain, .. }), value) in
            space.parameters().iter().enumerate().zip(values)
        {
            let node = self.node(position, &used)?;
            let Some(value) = value else { continue };
            let digit = domain.position(value)?;
            idx += match node {
                Node::Passed(_) => 0,
                Node::Even { each, .. } => digit * each,
                Node::Split { before, .. } => *before.get(usize::try_from(digit).ok()?)?,
            };
            used.push_borrowed(name, value);
        }
        Some(idx)
    }

    fn node(&self, position: usize, used: &Used<'_>) -> Option<&Node> {
        self.nodes.get(&self.key(position, used))
    }

    fn key(&self, position: usize, used: &Used<'_>) -> Key {
        let known = self.live[position].iter().map(|Live { name, by_value }| {
            let value = used.get(name)?;
            Some(if *by_value { value.clone() } else { Value::Bool(true) })
        });
        (position, known.collect())
    }

    /// Counts the points from the parameter on; `None` when there are too many states.
    fn grow<'s>(
        &mut self,
        space: &'s Space,
        position: usize,
        used: &mut Used<'s>,
        n_states: &mut usize,
    ) -> Option<u128> {
        let key = self.key(position, used);
        if let Some(node) = self.nodes.get(&key) {
            return Some(node.count());
        }
        *n_states += 1;
        if *n_states > MOST_STATES {
            return None;
        }
        let node = self.grown(space, position, used, n_states)?;
        let count = node.count();
        self.nodes.insert(key, node);
        Some(count)
    }

    fn grown<'s>(
        &mut self,
        space: &'s Space,
        position: usize,
        used: &mut Used<'s>,
        n_states: &mut usize,
    ) -> Option<Node> {
        let decided =
            space.constraints().iter().filter(|constraint| end(space, constraint.names()) == position);
        if decided.into_iter().any(|constraint| !used.fulfils(constraint)) {
            return Some(Node::Passed(0));
        }
        let Some(Parameter { name, domain, .. }) = space.parameters().get(position) else {
            return Some(Node::Passed(1));
        };
        if !space.is_used(position, used) {
            return Some(Node::Passed(self.grow(space, position + 1, used, n_states)?));
        }
        let n_values = domain.count()?;
        let goes_by_value = self.live[position + 1].iter().any(|live| live.name == *name && live.by_value);
        if !goes_by_value {
            used.push(name, domain.nth(0)?);
            let each = self.grow(space, position + 1, used, n_states);
            used.pop();
            return Some(Node::Even { n_values, each: each? });
        }
        if n_values > MOST_STATES as u128 {
            return None;
        }
        let (mut before, mut all) = (Vec::with_capacity(n_values as usize), 0_u128);
        for idx in 0..n_values {
            before.push(all);
            used.push(name, domain.nth(idx)?);
            let count = self.grow(space, position + 1, used, n_states);
            used.pop();
            all = all.saturating_add(count?);
        }
        Some(Node::Split { before, all })
    }
}

/// The first position at which all parameters of these names lie above.
fn end(space: &Space, names: &[String]) -> usize {
    let last = space.parameters().iter().rposition(|parameter| names.contains(&parameter.name));
    last.map_or(0, |last| last + 1)
}

/// What parameters from `position` on, and constraints that are not decided before, go by.
fn live(space: &Space, position: usize) -> Vec<Live> {
    let (above, rest) = space.parameters().split_at(position);
    let undecided =
        space.constraints().iter().filter(|constraint| end(space, constraint.names()) >= position);
    let conditions = rest.iter().filter_map(|parameter| parameter.when.as_ref());
    let named: Vec<&String> = undecided.chain(conditions).flat_map(Expression::names).collect();
    let mut live: Vec<Live> = Vec::new();
    for Parameter { name, .. } in above {
        let by_value = named.contains(&name);
        let is_shared = rest.iter().any(|later| later.name == *name);
        if (by_value || is_shared) && live.iter().all(|known| known.name != *name) {
            live.push(Live { name: name.clone(), by_value });
        }
    }
    live
}

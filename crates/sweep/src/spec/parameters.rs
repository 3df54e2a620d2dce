//! `[parameters]`, `[[group]]` and `[[constraint]]`: a bare value is fixed, a table is searched; a group is an alternative to the
//! others, a constraint takes configurations out.
//!
//! Groups are conditions written short: a parameter `group` is searched that has their names, and every parameter of a group is
//! used `when` that is its name.

use super::document::{Fault, Kind, Node, Place, shortened};
use super::keys::{self, Holds};
use super::section::{Section, did_you_mean};
use mlpsweep_search::{
    Categorical, Domain, DomainError, Entry, Expression, ExpressionError, FloatRange, History, IntRange,
    Parameter, Sampler as _, Scale, Sobol, Space, SpaceError, Value,
};
use mlpsweep_seed::Seed;

/// The search space of a sweep file, and where each parameter was written.
#[derive(Clone, Debug)]
pub struct Parameters {
    /// The space.
    pub space: Space,
    /// An origin per parameter of the space.
    origins: Vec<Origin>,
    /// The names of the groups.
    groups: Vec<String>,
    first_constraint: Option<Place>,
    /// What the user may want to know.
    pub notes: Vec<String>,
}

/// Where a parameter was written.
#[derive(Clone, Debug)]
struct Origin {
    table: Table,
    place: Place,
    /// Where its `when` was written.
    when: Option<Place>,
}

/// Where parameters are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Table {
    Parameters,
    Group,
    Enqueue,
}

impl Table {
    fn name(self) -> &'static str {
        match self {
            Table::Parameters => "parameters",
            Table::Group => "group",
            Table::Enqueue => "enqueue",
        }
    }
}

impl Parameters {
    /// Where the parameter was written.
    pub fn place(&self, name: &str) -> Option<&Place> {
        self.origin(name).map(|origin| &origin.place)
    }

    fn origin(&self, name: &str) -> Option<&Origin> {
        let position = self.space.parameters().iter().position(|parameter| parameter.name == name)?;
        Some(&self.origins[position])
    }

    /// What messages call the parameter: `parameters.l2`.
    pub(crate) fn path(&self, name: &str) -> String {
        let table = self.origin(name).map_or(Table::Parameters, |origin| origin.table);
        format!("{}.{name}", table.name())
    }

    /// Where to point when a parameter does not go with `other`: at the one that an entry says, if one says one.
    pub(super) fn place_beside(&self, position: usize, other: &str) -> &Place {
        let (origin, other) = (&self.origins[position], self.origin(other));
        let is_enqueued = |origin: &Origin| origin.table == Table::Enqueue;
        let other = other.filter(|other| is_enqueued(other) && !is_enqueued(origin));
        &other.unwrap_or(origin).place
    }

    /// The same with the values of an entry, which were written at `places`.
    pub(super) fn with(&self, entry: &Entry, places: &[Place]) -> Parameters {
        let mut parameters = self.space.parameters().to_vec();
        let mut origins = self.origins.clone();
        for ((name, value), place) in entry.iter().zip(places) {
            let fixed = Parameter::new(name.clone(), Domain::Fixed(value.clone()));
            let origin = Origin { table: Table::Enqueue, place: place.clone(), when: None };
            if let Some(position) = parameters.iter().position(|parameter| parameter.name == *name) {
                (parameters[position], origins[position]) = (fixed, origin);
            } else {
                parameters.push(fixed);
                origins.push(origin);
            }
        }
        let space = Space::new(parameters).expect("different names and values that were checked");
        Parameters { space, origins, groups: Vec::new(), first_constraint: None, notes: Vec::new() }
    }

    /// The domains of the parameters of that name.
    pub fn domains(&self, name: &str) -> impl Iterator<Item = &Domain> {
        let named = self.space.parameters().iter().filter(move |parameter| parameter.name == name);
        named.map(|parameter| &parameter.domain)
    }

    /// The names of the groups.
    pub(super) fn groups(&self) -> &[String] {
        &self.groups
    }

    /// Where the first condition, group or constraint was written: what needs something to search.
    pub(super) fn first_condition(&self) -> Option<&Place> {
        self.origins.iter().find_map(|origin| origin.when.as_ref()).or(self.first_constraint.as_ref())
    }

    /// The domain of a parameter that the file names.
    pub fn domain(&self, name: &str) -> Option<&Domain> {
        self.space.parameters().iter().find(|parameter| parameter.name == name).map(|found| &found.domain)
    }

    pub(crate) fn read(top: &Section<'_>) -> Result<Parameters, Fault> {
        let mut read = Reading::default();
        let section = top.section("parameters")?;
        let groups = top.tables("group")?;
        let own = section.as_ref().map_or(&[][..], |section| section.entries());
        if !groups.is_empty() {
            read.choice_of_group(&groups)?;
        }
        for (name, node) in own {
            read.parameter(name, node, Table::Parameters, None)?;
        }
        for (group_idx, (place, entries)) in groups.iter().enumerate() {
            if entries.iter().all(|(key, _)| key == "name") {
                return Err(Fault::new(place, "`group` searches nothing")
                    .hint("below [[group]] stand parameters, as below [parameters]"));
            }
            for (name, node) in entries.iter().filter(|(key, _)| key != "name") {
                if let Some((_, other)) = own.iter().find(|(known, _)| known == name) {
                    let message = format!("`group.{name}`, but [parameters] has it {}", other.place.words());
                    return Err(Fault::new(&node.place, message)
                        .hint("take it out of one of the two: groups have what differs between them"));
                }
                read.parameter(name, node, Table::Group, Some(group_idx))?;
            }
        }
        let (constraints, places) = constraints(top)?;
        let Reading { parameters, origins, groups, notes } = read;
        let space = Space::constrained(parameters, constraints)
            .map_err(|error| misplaced(&error, &origins, &places))?;
        let first_constraint = places.first().cloned();
        let mut parameters = Parameters { space, origins, groups, first_constraint, notes };
        parameters.check_expressions(&places)?;
        Ok(parameters)
    }

    /// Evaluates conditions and constraints where the domains reach: what has no value there would have none in a run.
    fn check_expressions(&mut self, constraint_places: &[Place]) -> Result<(), Fault> {
        const N_LOOKED_AT: u32 = 512;
        /// The golden ratio, whose multiples cover [0, 1) evenly.
        const RATIO: f64 = 0.618_033_988_749_894_9;
        let parameters = self.space.parameters();
        let conditions = parameters.iter().zip(&self.origins).filter_map(|(parameter, origin)| {
            Some((parameter.when.as_ref()?, origin.when.as_ref()?, Some(&parameter.name)))
        });
        let constraints = self.space.constraints().iter().zip(constraint_places);
        let constraints = constraints.map(|(constraint, place)| (constraint, place, None));
        for (expression, place, name) in conditions.chain(constraints) {
            let mut is_ever_true = false;
            for look in 0..N_LOOKED_AT {
                let value = |name: &str| {
                    let named: Vec<usize> =
                        (0..parameters.len()).filter(|&i| parameters[i].name == name).collect();
                    let position = *named.get(look as usize % named.len().max(1))?;
                    let u = (f64::from(look) * RATIO * (1.0 + position as f64).sqrt()).fract();
                    Some(parameters[position].domain.sample(u))
                };
                let what = if name.is_some() { "when" } else { "expr" };
                let holds =
                    expression.holds(value).map_err(|error| refused_expression(what, place, &error))?;
                is_ever_true |= holds == Some(true);
            }
            if let Some(name) = name.filter(|_| !is_ever_true) {
                let text = shortened(expression.text());
                self.notes.push(format!(
                    "`when` of `{name}` was true of none of {N_LOOKED_AT} configurations that were looked at: \"{text}\""
                ));
            }
        }
        let is_empty = match self.space.count() {
            Some(count) => count == 0,
            None => Sobol::new(Seed::new(0)).propose(&self.space, History::EMPTY, 0).is_none(),
        };
        match constraint_places.first() {
            Some(place) if is_empty => Err(Fault::new(place, "no configuration fulfils every constraint")
                .hint("widen what is searched, or loosen `expr`")),
            _ => Ok(()),
        }
    }
}

/// What has been read of the parameters.
#[derive(Default)]
struct Reading {
    parameters: Vec<Parameter>,
    origins: Vec<Origin>,
    groups: Vec<String>,
    notes: Vec<String>,
}

impl Reading {
    /// The parameter that says which group is tried.
    fn choice_of_group(&mut self, groups: &[(Place, &[(String, Node)])]) -> Result<(), Fault> {
        for (idx, (place, entries)) in groups.iter().enumerate() {
            let name = match entries.iter().find(|(key, _)| key == "name") {
                None => (idx + 1).to_string(),
                Some((_, Node { kind: Kind::Text(name), .. }))
                    if !name.is_empty() && !name.contains('\'') =>
                {
                    name.clone()
                }
                Some((_, node)) => {
                    let message = format!("`group.name` is {}, but must be text without '", node.describe());
                    return Err(Fault::new(&node.place, message));
                }
            };
            if self.groups.contains(&name) {
                let message = format!("`group.name` \"{}\" stands twice", shortened(&name));
                return Err(Fault::new(place, message).hint("give each group a name of its own"));
            }
            self.groups.push(name);
        }
        let names = self.groups.iter().map(|name| Value::Text(name.clone())).collect();
        let (domain, _) = Categorical::new(names).expect("one group at least");
        self.parameters.push(Parameter::new("group", Domain::Categorical(domain)));
        self.origins.push(Origin { table: Table::Group, place: groups[0].0.clone(), when: None });
        Ok(())
    }

    fn parameter(
        &mut self,
        name: &str,
        node: &Node,
        table: Table,
        group_idx: Option<usize>,
    ) -> Result<(), Fault> {
        let path = format!("{}.{name}", table.name());
        let holds = known(&path, name, node)?;
        let (domain, when) = domain(&path, node, &holds, &mut self.notes)?;
        let mut parameter = Parameter::new(name, domain);
        let own = group_idx.map(|group_idx| format!("group == '{}'", self.groups[group_idx]));
        let text = match (&own, when.as_ref().map(|(when, _)| when.text())) {
            (Some(own), Some(when)) => Some(format!("{own} and ({when})")),
            (own, when) => own.clone().or_else(|| when.map(str::to_owned)),
        };
        if let Some(text) = text {
            let when =
                Expression::new(&text).map_err(|error| refused_expression("when", &node.place, &error))?;
            parameter = parameter.when(when);
        }
        let when = when.map(|(_, place)| place).or_else(|| own.map(|_| node.place.clone()));
        self.parameters.push(parameter);
        self.origins.push(Origin { table, place: node.place.clone(), when });
        Ok(())
    }
}

/// `[[constraint]]`: the expressions, and where each was written.
fn constraints(top: &Section<'_>) -> Result<(Vec<Expression>, Vec<Place>), Fault> {
    let (mut constraints, mut places) = (Vec::new(), Vec::new());
    let items = match top.get("constraint") {
        Some(Node { kind: Kind::List(items), .. }) => &items[..],
        _ => &[],
    };
    for (item, (place, _)) in items.iter().zip(top.tables("constraint")?) {
        let section = Section::new("constraint", item)?;
        let Some((text, at)) = section.text("expr")? else {
            return Err(Fault::new(&place, "`constraint.expr` is missing")
                .hint("such as expr = \"depth * width <= 1024\""));
        };
        section.only(&["expr"])?;
        constraints.push(Expression::new(text).map_err(|error| refused_expression("expr", at, &error))?);
        places.push(at.clone());
    }
    Ok((constraints, places))
}

/// The error for an expression.
fn refused_expression(what: &str, place: &Place, error: &ExpressionError) -> Fault {
    Fault::new(place, format!("`{what}` {error}")).hint(error.hint())
}

/// The error for names that conditions and constraints may not name.
fn misplaced(error: &SpaceError, origins: &[Origin], constraints: &[Place]) -> Fault {
    let place = match error {
        SpaceError::ConditionNames { position, .. } => {
            origins.get(*position).map(|origin| origin.when.as_ref().unwrap_or(&origin.place))
        }
        SpaceError::ConstraintNames { constraint_idx, .. } => constraints.get(*constraint_idx),
        SpaceError::RepeatedName { .. } | SpaceError::NotFinite { .. } => None,
    };
    Fault { place: place.cloned(), message: error.to_string(), hint: Some(error.hint().to_owned()) }
}

/// What the key `name` may hold, if it is one.
pub(super) fn known(path: &str, name: &str, node: &Node) -> Result<Holds, Fault> {
    keys::holds(name).ok_or_else(|| {
        let fault = Fault::new(&node.place, format!("unknown key `{}`", shortened(path)));
        fault.hint(did_you_mean(name, &keys::names()))
    })
}

/// What a parameter may be, and where it is used.
type Written = (Domain, Option<(Expression, Place)>);

fn domain(path: &str, node: &Node, holds: &Holds, notes: &mut Vec<String>) -> Result<Written, Fault> {
    let Kind::Table(_) = &node.kind else { return Ok((Domain::Fixed(value(path, node, holds)?), None)) };
    let section = Section::new(path, node)?;
    let when = section.text("when")?.map(|(text, place)| {
        let when = Expression::new(text).map_err(|error| refused_expression("when", place, &error))?;
        Ok((when, place.clone()))
    });
    Ok((searched(path, node, &section, holds, notes)?, when.transpose()?))
}

/// The keys of a searched parameter but `when`, which goes with all.
const KEYS: [&str; 7] = ["value", "values", "probabilities", "ordered", "min", "max", "step"];

fn searched(
    path: &str,
    node: &Node,
    section: &Section<'_>,
    holds: &Holds,
    notes: &mut Vec<String>,
) -> Result<Domain, Fault> {
    section.only(&[&KEYS[..], &["scale", "when"]].concat())?;
    let beside =
        |key: &str, others: &[&str]| match others.iter().find_map(|other| Some((other, section.get(other)?)))
        {
            Some((other, node)) => {
                let hint = "give `values`, or `min` and `max`, or one `value` with a `when`";
                Err(Fault::new(&node.place, format!("`{path}` has both `{key}` and `{other}`")).hint(hint))
            }
            None => Ok(()),
        };
    if let Some(only) = section.get("value") {
        beside("value", &["values", "probabilities", "ordered", "min", "max", "step", "scale"])?;
        return Ok(Domain::Fixed(value(path, only, holds)?));
    }
    if let Some(list) = section.get("values") {
        let Kind::List(items) = &list.kind else { return Err(section.wrong("values", list, "a list")) };
        let values = items.iter().map(|item| value(path, item, holds)).collect::<Result<Vec<_>, _>>()?;
        beside("values", &["min", "max", "step", "scale"])?;
        let is_ordered = section.flag("ordered")?.unwrap_or(false);
        let in_order = |values: Categorical| if is_ordered { values.ordered() } else { values };
        if let Some(node) = section.get("probabilities") {
            let Kind::List(items) = &node.kind else {
                return Err(section.wrong("probabilities", node, "a list of numbers"));
            };
            let number = |item: &Node| match item.kind {
                Kind::Int(p) => Ok(p as f64),
                Kind::Float(p) => Ok(p),
                _ => Err(section.wrong("probabilities", node, "a list of numbers")),
            };
            let probabilities = items.iter().map(number).collect::<Result<Vec<f64>, _>>()?;
            let weighted = Categorical::weighted(values, &probabilities);
            let weighted = weighted.map_err(|error| refused(path, &node.place, &error))?;
            return Ok(Domain::Categorical(in_order(weighted)));
        }
        let (categorical, repeated) =
            Categorical::new(values).map_err(|error| refused(path, &list.place, &error))?;
        for value in repeated {
            let note = format!("`{path}` lists {value} more than once; it is tried once");
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        return Ok(Domain::Categorical(in_order(categorical)));
    }
    for key in ["probabilities", "ordered"] {
        if let Some(node) = section.get(key) {
            return Err(Fault::new(&node.place, format!("`{path}` has `{key}`, but no `values`"))
                .hint("probabilities and an order are for lists: { values = […] }"));
        }
    }
    let bound = |key: &str| match section.get(key) {
        Some(node) => value(&section.path(key), node, holds),
        None => Err(Fault::new(&node.place, format!("`{path}` has no `{key}`"))
            .hint("a searched parameter is { min = …, max = … } or { values = […] }")),
    };
    let (min, max) = (bound("min")?, bound("max")?);
    let scale = section.word("scale", &Scale::ALL, Scale::name)?;
    let scale = scale.unwrap_or(Scale::Linear);
    let step = section.get("step");
    let domain = match (min, max) {
        (Value::Int(min), Value::Int(max)) => {
            let step = step.map(|node| match node.kind {
                Kind::Int(step) => Ok(step),
                _ => Err(section.wrong("step", node, "a whole number")),
            });
            IntRange::new(min, max, step.transpose()?, scale).map(Domain::Int)
        }
        (Value::Float(min), Value::Float(max)) => {
            let step = step.map(|node| match node.kind {
                Kind::Int(step) => Ok(step as f64),
                Kind::Float(step) => Ok(step),
                _ => Err(section.wrong("step", node, "a number")),
            });
            FloatRange::new(min, max, step.transpose()?, scale).map(Domain::Float)
        }
        _ => {
            return Err(Fault::new(
                &node.place,
                format!("`{path}` has no range, since it is {}", holds.words()),
            )
            .hint("search it with { values = […] }"));
        }
    };
    domain.map_err(|error| refused(path, &node.place, &error))
}

fn refused(path: &str, place: &Place, error: &DomainError) -> Fault {
    Fault::new(place, format!("`{path}`: {error}")).hint(error.hint())
}

/// A value of the key, which must fit what the key holds.
pub(super) fn value(path: &str, node: &Node, holds: &Holds) -> Result<Value, Fault> {
    let value = plain(node, holds).filter(|value| holds.fits(value));
    value.ok_or_else(|| {
        if let (Holds::Word(names), Kind::Text(text)) = (holds, &node.kind) {
            return super::section::unknown_word(path, text, names, &node.place);
        }
        Fault::new(&node.place, format!("`{path}` is {}, but must be {}", node.describe(), holds.words()))
    })
}

fn plain(node: &Node, holds: &Holds) -> Option<Value> {
    Some(match &node.kind {
        Kind::Bool(value) => Value::Bool(*value),
        Kind::Int(value) if holds.is_real() => Value::Float(*value as f64),
        Kind::Int(value) => Value::Int(*value),
        Kind::Float(value) => Value::Float(*value),
        Kind::Text(text) => Value::Text(text.clone()),
        Kind::List(items) => Value::List(items.iter().map(|item| plain(item, holds)).collect::<Option<_>>()?),
        Kind::Table(_) => return None,
    })
}

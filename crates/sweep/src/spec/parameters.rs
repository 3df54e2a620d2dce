//! `[parameters]`: a bare value is fixed, a table is searched.

use super::document::{Fault, Kind, Node, Place, shortened};
use super::keys::{self, Holds};
use super::section::{Section, did_you_mean};
use mlpsweep_search::{
    Categorical, Domain, DomainError, Entry, FloatRange, IntRange, Parameter, Scale, Space, Value,
};

/// The search space of a sweep file, and where each parameter was written.
#[derive(Clone, Debug)]
pub struct Parameters {
    /// The space.
    pub space: Space,
    /// An origin per parameter of the space.
    origins: Vec<Origin>,
    /// What the user may want to know.
    pub notes: Vec<String>,
}

/// Where a parameter was written.
#[derive(Clone, Debug)]
struct Origin {
    /// In an entry of `[[enqueue]]`, else in `[parameters]`.
    is_enqueued: bool,
    place: Place,
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
        let is_enqueued = self.origin(name).is_some_and(|origin| origin.is_enqueued);
        format!("{}.{name}", if is_enqueued { "enqueue" } else { "parameters" })
    }

    /// Where to point when `name` does not go with `other`: at the one that an entry says, if one says one.
    fn place_beside(&self, name: &str, other: &str) -> Option<&Place> {
        let (origin, other) = (self.origin(name)?, self.origin(other));
        let other = other.filter(|other| other.is_enqueued && !origin.is_enqueued);
        Some(&other.unwrap_or(origin).place)
    }

    /// The same with the values of an entry, which were written at `places`.
    pub(super) fn with(&self, entry: &Entry, places: &[Place]) -> Parameters {
        let mut parameters = self.space.parameters().to_vec();
        let mut origins = self.origins.clone();
        for ((name, value), place) in entry.iter().zip(places) {
            let fixed = Parameter::new(name.clone(), Domain::Fixed(value.clone()));
            let origin = Origin { is_enqueued: true, place: place.clone() };
            if let Some(position) = parameters.iter().position(|parameter| parameter.name == *name) {
                (parameters[position], origins[position]) = (fixed, origin);
            } else {
                parameters.push(fixed);
                origins.push(origin);
            }
        }
        let space = Space::new(parameters).expect("different names and values that were checked");
        Parameters { space, origins, notes: Vec::new() }
    }

    /// The domain of a parameter that the file names.
    pub fn domain(&self, name: &str) -> Option<&Domain> {
        self.space.parameters().iter().find(|parameter| parameter.name == name).map(|found| &found.domain)
    }

    pub(crate) fn read(section: Option<&Section<'_>>) -> Result<Parameters, Fault> {
        let (mut parameters, mut origins, mut notes) = (Vec::new(), Vec::new(), Vec::new());
        for (name, node) in section.map_or(&[][..], |section| section.entries()) {
            let path = format!("parameters.{name}");
            let holds = known(&path, name, node)?;
            let domain = domain(&path, node, &holds, &mut notes)?;
            parameters.push(Parameter::new(name.clone(), domain));
            origins.push(Origin { is_enqueued: false, place: node.place.clone() });
        }
        let space = Space::new(parameters).map_err(|error| Fault {
            place: None,
            message: error.to_string(),
            hint: None,
        })?;
        Ok(Parameters { space, origins, notes })
    }

    /// Keys that exclude each other, and constants nobody uses.
    pub(super) fn check_together(&self) -> Result<(), Fault> {
        for name in ["depth", "width"] {
            if let (Some(place), Some(_)) = (self.place_beside(name, "hidden"), self.place("hidden")) {
                let message = format!("`{}` beside `{}`", self.path(name), self.path("hidden"));
                return Err(Fault::new(place, message)
                    .hint("give either `hidden`, unit by unit, or `depth` and `width`"));
            }
        }
        for parameter in self.space.parameters() {
            let name = &parameter.name;
            let Some((key, users)) = keys::users(name) else { continue };
            let Some(place) = self.place_beside(name, key) else { continue };
            if name == "batch_size" && parameter.domain == Domain::Fixed(Value::Text("full".into())) {
                continue; // That is what L-BFGS takes, too.
            }
            let choices = self.choices(key);
            let uses = |choice: &String| users.contains(&choice.as_str());
            // What every optimizer but L-BFGS takes may stand beside a search over both.
            if keys::is_common(name) && choices.iter().any(uses) {
                continue;
            }
            if let Some(choice) = choices.iter().find(|choice| !uses(choice)) {
                let user = match self.domain(key) {
                    Some(_) => format!("{key} = {choice:?}"),
                    None => format!("the default {key}"),
                };
                let message = format!("`{}` is not used by {user}", self.path(name));
                let users = users.iter().map(|user| format!("{user:?}")).collect::<Vec<_>>().join(", ");
                let hint = if keys::is_common(name) {
                    "lbfgs takes the whole batch and finds the length of its steps by itself".to_owned()
                } else {
                    format!("it is a constant of {key} = {users}")
                };
                return Err(Fault::new(place, message).hint(hint));
            }
        }
        Ok(())
    }

    /// All values the key may take in this space.
    fn choices(&self, key: &str) -> Vec<String> {
        let Some(domain) = self.domain(key) else {
            return vec![match key {
                // Which loss that is, the data decide; it is the one label smoothing is for, or has no use for it.
                "loss" => "cross_entropy".to_owned(),
                "optimizer" => super::DEFAULT_OPTIMIZER.name().to_owned(),
                "schedule" => super::DEFAULT_SCHEDULE.name().to_owned(),
                _ => String::new(),
            }];
        };
        let count = domain.count().unwrap_or(0);
        (0..count).filter_map(|i| domain.nth(i)).map(|value| value.to_string()).collect()
    }
}

/// What the key `name` may hold, if it is one.
pub(super) fn known(path: &str, name: &str, node: &Node) -> Result<Holds, Fault> {
    keys::holds(name).ok_or_else(|| {
        let fault = Fault::new(&node.place, format!("unknown key `{}`", shortened(path)));
        fault.hint(did_you_mean(name, &keys::names()))
    })
}

fn domain(path: &str, node: &Node, holds: &Holds, notes: &mut Vec<String>) -> Result<Domain, Fault> {
    let Kind::Table(_) = &node.kind else { return Ok(Domain::Fixed(value(path, node, holds)?)) };
    let section = Section::new(path, node)?;
    section.only(&["min", "max", "step", "scale", "values"])?;
    if let Some(list) = section.get("values") {
        let Kind::List(items) = &list.kind else { return Err(section.wrong("values", list, "a list")) };
        let values = items.iter().map(|item| value(path, item, holds)).collect::<Result<Vec<_>, _>>()?;
        for key in ["min", "max", "step", "scale"] {
            if let Some(node) = section.get(key) {
                return Err(Fault::new(&node.place, format!("`{path}` has both `values` and `{key}`"))
                    .hint("give `values`, or `min` and `max`"));
            }
        }
        let (categorical, repeated) =
            Categorical::new(values).map_err(|error| refused(path, &list.place, &error))?;
        for value in repeated {
            let note = format!("`{path}` lists {value} more than once; it is tried once");
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        return Ok(Domain::Categorical(categorical));
    }
    let bound = |key: &str| match section.get(key) {
        Some(node) => value(&section.path(key), node, holds),
        None => Err(Fault::new(&node.place, format!("`{path}` has no `{key}`"))
            .hint("a searched parameter is { min = …, max = … } or { values = […] }")),
    };
    let (min, max) = (bound("min")?, bound("max")?);
    let scale = section.word("scale", &[Scale::Linear, Scale::Log], |scale| match scale {
        Scale::Linear => "linear",
        Scale::Log => "log",
    })?;
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

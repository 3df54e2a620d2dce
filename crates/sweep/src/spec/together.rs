//! Which parameters a configuration has together: keys that exclude each other, and constants that nobody uses.

use super::document::Fault;
use super::keys;
use super::parameters::Parameters;
use mlpsweep_search::{Domain, Parameter, Value};

impl Parameters {
    /// Keys that exclude each other, and constants nobody uses.
    pub(super) fn check_together(&self) -> Result<(), Fault> {
        for state in self.states() {
            self.check_state(&state)?;
        }
        Ok(())
    }

    fn check_state(&self, state: &State) -> Result<(), Fault> {
        for name in ["depth", "width"] {
            if let (Some(position), Some(_)) = (state.position(self, name), state.position(self, "hidden")) {
                let place = self.place_beside(position, "hidden");
                let message = format!("`{}` beside `{}`", self.path(name), self.path("hidden"));
                return Err(Fault::new(place, message)
                    .hint("give either `hidden`, unit by unit, or `depth` and `width`"));
            }
        }
        for &(position, _) in &state.0 {
            let Parameter { name, domain, when } = &self.space.parameters()[position];
            let Some((key, users)) = keys::users(name) else { continue };
            let place = self.place_beside(position, key);
            if name == "batch_size" && *domain == Domain::Fixed(Value::Text("full".into())) {
                continue; // That is what L-BFGS takes, too.
            }
            let choices = self.choices(key, state);
            let uses = |choice: &String| users.contains(&choice.as_str());
            // What every optimizer but L-BFGS takes may stand beside a search over both.
            if keys::is_common(name) && (choices.iter().any(uses) || self.is_ever_used(name)) {
                continue;
            }
            if let Some(choice) = choices.iter().find(|choice| !uses(choice)) {
                let user = match self.domain(key) {
                    Some(_) => format!("{key} = {choice:?}"),
                    None => format!("the default {key}"),
                };
                let message = format!("`{}` is not used by {user}", self.path(name));
                let is_searched = self.domains(key).any(|domain| domain.count() != Some(1));
                let quoted = |quote: char| {
                    let users = users.iter().map(|user| format!("{quote}{user}{quote}")).collect::<Vec<_>>();
                    users.join(", ")
                };
                let hint = if keys::is_common(name) {
                    "lbfgs takes the whole batch and finds the length of its steps by itself".to_owned()
                } else if is_searched && when.is_none() {
                    let is_one = match &users[..] {
                        [user] => format!("{key} == '{user}'"),
                        _ => format!("{key} in [{}]", quoted('\'')),
                    };
                    format!("it is a constant of {key} = {}: give it when = \"{is_one}\"", quoted('"'))
                } else if when.is_some() {
                    format!("it is a constant of {key} = {}; its `when` is true of others, too", quoted('"'))
                } else {
                    format!("it is a constant of {key} = {}", quoted('"'))
                };
                return Err(Fault::new(place, message).hint(hint));
            }
        }
        Ok(())
    }

    /// Whether the key, which every optimizer takes but one, is of use somewhere.
    fn is_ever_used(&self, name: &str) -> bool {
        let Some((key, users)) = keys::users(name) else { return true };
        self.states().iter().any(|state| {
            state.position(self, name).is_some()
                && self.choices(key, state).iter().any(|choice| users.contains(&choice.as_str()))
        })
    }

    /// What conditions can tell apart: for each combination of values of the parameters that they name which ones are used. Of
    /// ranges some values are looked at.
    fn states(&self) -> Vec<State> {
        /// States that are looked at.
        const MOST: usize = 4096;
        /// Values of a parameter.
        const MOST_VALUES: u32 = 32;
        let parameters = self.space.parameters();
        let is_named =
            |name: &String| parameters.iter().flat_map(|p| &p.when).any(|when| when.names().contains(name));
        let mut states = vec![State(Vec::new())];
        for (position, Parameter { name, domain, when }) in parameters.iter().enumerate() {
            let values: Vec<Option<Value>> = if is_named(name) {
                let count = domain.count().filter(|&count| count <= u128::from(MOST_VALUES));
                if let Some(count) = count {
                    (0..count).map(|i| domain.nth(i)).collect()
                } else {
                    let last = f64::from(MOST_VALUES - 1);
                    (0..MOST_VALUES).map(|i| Some(domain.sample(f64::from(i) / last))).collect()
                }
            } else {
                vec![None]
            };
            let mut next = Vec::new();
            for state in states {
                let is_there = state.position(self, name).is_some();
                let value = |name: &str| state.value(self, name);
                let is_used =
                    !is_there && when.as_ref().is_none_or(|when| matches!(when.holds(value), Ok(Some(true))));
                if !is_used {
                    next.push(state);
                    continue;
                }
                for value in &values {
                    let mut used = state.0.clone();
                    used.push((position, value.clone()));
                    next.push(State(used));
                }
            }
            next.truncate(MOST);
            states = next;
        }
        states
    }

    /// All values the key may take in this state.
    fn choices(&self, key: &str, state: &State) -> Vec<String> {
        if let Some(value) = state.value(self, key) {
            return vec![value.to_string()];
        }
        let position = state.position(self, key);
        let Some(domain) = position.map(|position| &self.space.parameters()[position].domain) else {
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

/// Parameters that are used together, by position; and the value of those that a condition names.
#[derive(Clone, Debug)]
struct State(Vec<(usize, Option<Value>)>);

impl State {
    /// Where the parameter stands that has this name here.
    fn position(&self, parameters: &Parameters, name: &str) -> Option<usize> {
        let is_it = |position: usize| parameters.space.parameters()[position].name == name;
        self.0.iter().map(|&(position, _)| position).find(|&position| is_it(position))
    }

    fn value(&self, parameters: &Parameters, name: &str) -> Option<Value> {
        let is_it = |position: usize| parameters.space.parameters()[position].name == name;
        self.0.iter().find(|(position, _)| is_it(*position)).and_then(|(_, value)| value.clone())
    }
}

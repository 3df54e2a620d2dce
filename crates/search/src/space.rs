//! A space is the product of its parameters' domains, and a point of it one value for each.
//!
//! A finite space is numbered in mixed radix, the last parameter being the last digit:
//!
//! ```text
//! idx = ((i_1·n_2 + i_2)·n_3 + i_3)·…      n_p = count of parameter p,  0 ≤ i_p < n_p
//! ```
//!
//! so that the last parameter varies fastest, as in scikit-learn's `ParameterGrid` (which sorts the parameters by
//! name; here they stay in the order of the sweep file). Points are decoded one at a time: no list of them exists.

use crate::domain::Domain;
use crate::value::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A hyperparameter and what it may be.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name, such as `learning_rate`.
    pub name: String,
    /// Its possible values.
    pub domain: Domain,
}

impl Parameter {
    /// The parameter `name` on `domain`.
    pub fn new(name: impl Into<String>, domain: Domain) -> Parameter {
        Parameter { name: name.into(), domain }
    }
}

/// All points that may be tried.
#[derive(Clone, Debug, PartialEq)]
pub struct Space {
    parameters: Vec<Parameter>,
    names: Arc<[String]>,
}

impl Space {
    /// The space of these parameters, in this order.
    ///
    /// # Errors
    /// When two parameters have the same name, or a fixed value is not finite.
    pub fn new(parameters: Vec<Parameter>) -> Result<Space, SpaceError> {
        let mut seen = BTreeSet::new();
        for Parameter { name, domain } in &parameters {
            if !seen.insert(name) {
                return Err(SpaceError::RepeatedName { name: name.clone() });
            }
            if let Domain::Fixed(value) = domain
                && let Some(value) = value.not_finite()
            {
                return Err(SpaceError::NotFinite { name: name.clone(), value });
            }
        }
        let names = parameters.iter().map(|parameter| parameter.name.clone()).collect();
        Ok(Space { parameters, names })
    }

    /// Its parameters, in order.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// How many points there are; `None` for a continuum. From `u128::MAX` (3·10³⁸) on it stays there.
    ///
    /// A space of fixed values has one point.
    pub fn count(&self) -> Option<u128> {
        self.parameters
            .iter()
            .try_fold(1_u128, |product, parameter| Some(product.saturating_mul(parameter.domain.count()?)))
    }

    /// The point at position `idx`, last parameter fastest; `None` from [`count`](Space::count) on and for a continuum.
    pub fn nth(&self, idx: u128) -> Option<Point> {
        let mut rest = idx;
        let mut values = Vec::with_capacity(self.parameters.len());
        for Parameter { domain, .. } in self.parameters.iter().rev() {
            let count = domain.count()?;
            values.push(domain.nth(rest % count)?);
            rest /= count;
        }
        values.reverse();
        (rest == 0).then(|| self.point_of(values))
    }

    /// The position of the point whose values lie at the shares `u(position, name)` of their domains; `None` for a continuum.
    pub(crate) fn sample_position(&self, u: impl Fn(usize, &str) -> f64) -> Option<u128> {
        self.parameters.iter().enumerate().try_fold(0_u128, |idx, (position, Parameter { name, domain })| {
            Some(idx * domain.count()? + domain.sample_position(u(position, name))?)
        })
    }

    /// The point with these values, one for each parameter, in order.
    ///
    /// # Errors
    /// When there are too few or too many values, or one lies outside its parameter's domain.
    pub fn point(&self, values: Vec<Value>) -> Result<Point, PointError> {
        if values.len() != self.parameters.len() {
            return Err(PointError::Length { n_values: values.len(), n_parameters: self.parameters.len() });
        }
        let stray =
            self.parameters.iter().zip(&values).find(|(parameter, value)| !parameter.domain.contains(value));
        match stray {
            Some((parameter, value)) => {
                Err(PointError::Outside { name: parameter.name.clone(), value: value.clone() })
            }
            None => Ok(self.point_of(values)),
        }
    }

    /// The point with these values, which come from the domains themselves.
    pub(crate) fn point_of(&self, values: Vec<Value>) -> Point {
        Point { names: Arc::clone(&self.names), values }
    }
}

/// One configuration: a value for each parameter of a space.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    names: Arc<[String]>,
    values: Vec<Value>,
}

impl Point {
    /// The point with these names and values, of no space: what is listed need not have a value for every parameter.
    pub(crate) fn listed(values: impl Iterator<Item = (String, Value)>) -> Point {
        let (names, values): (Vec<String>, Vec<Value>) = values.unzip();
        Point { names: names.into(), values }
    }

    /// The value of the parameter `name`.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.iter().find_map(|(own, value)| (own == name).then_some(value))
    }

    /// Names and values, in the order of the space.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.names.iter().map(String::as_str).zip(&self.values)
    }
}

/// Why there is no such space.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SpaceError {
    /// Two parameters share a name.
    #[error("`{name}` stands twice among the parameters")]
    RepeatedName {
        /// The name.
        name: String,
    },
    /// A fixed value is infinite or NaN.
    #[error("`{name}` is {value}, but must be a finite number")]
    NotFinite {
        /// The parameter.
        name: String,
        /// What it is, or holds.
        value: f64,
    },
}

impl SpaceError {
    /// What would be right, for the line below the message.
    pub fn hint(&self) -> &'static str {
        match self {
            SpaceError::RepeatedName { .. } => "leave one of the two out",
            SpaceError::NotFinite { .. } => "give an ordinary number",
        }
    }
}

/// Why there is no such point in a space.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PointError {
    /// Too few or too many values.
    #[error("a point with {n_values} values, but the space has {n_parameters} parameters")]
    Length {
        /// How many values there are.
        n_values: usize,
        /// How many there should be.
        n_parameters: usize,
    },
    /// A value that its parameter cannot take.
    #[error(
        "`{name}` is {value}, but must lie in the range, on the step or among the values that are searched"
    )]
    Outside {
        /// The parameter.
        name: String,
        /// The value.
        value: Value,
    },
}

impl PointError {
    /// What would be right, for the line below the message.
    pub fn hint(&self) -> &'static str {
        match self {
            PointError::Length { .. } => "give one value for each parameter, in the order of the space",
            PointError::Outside { .. } => "1 is an integer, 1.0 is none: a range of floats holds floats only",
        }
    }
}

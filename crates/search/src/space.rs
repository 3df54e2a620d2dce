//! A space is the product of its parameters' domains, less what conditions and constraints take out; a point of it is one value for
//! each parameter that is used there.
//!
//! ```text
//! used         parameter p, when its condition `when` is true of the values before it; without one always
//! point        the values of the used parameters, such that every constraint holds
//! ```
//!
//! A condition may name the parameters above its own. Of several parameters of one name the first that is used counts: so one name may
//! have different domains in different parts of a space.
//!
//! A finite space is numbered, the last parameter varying fastest, as in scikit-learn's `ParameterGrid` (which sorts the parameters by
//! name; here they stay in the order of the sweep file). Without conditions and constraints that is a mixed radix:
//!
//! ```text
//! idx = ((i_1·n_2 + i_2)·n_3 + i_3)·…      n_p = count of parameter p,  0 ≤ i_p < n_p
//! ```
//!
//! With them points are counted by a tree of what can be told apart, see `tree.rs`. Points are decoded one at a time: no list of
//! them exists.

use crate::domain::Domain;
use crate::expression::Expression;
use crate::tree::Tree;
use crate::value::Value;
use std::borrow::Cow;
use std::sync::Arc;

/// A hyperparameter and what it may be.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name, such as `learning_rate`.
    pub name: String,
    /// Its possible values.
    pub domain: Domain,
    /// Where it is used; `None` for everywhere.
    pub when: Option<Expression>,
}

impl Parameter {
    /// The parameter `name` on `domain`.
    pub fn new(name: impl Into<String>, domain: Domain) -> Parameter {
        Parameter { name: name.into(), domain, when: None }
    }

    /// The same, used where `when` is true.
    #[must_use]
    pub fn when(self, when: Expression) -> Parameter {
        Parameter { when: Some(when), ..self }
    }
}

/// All points that may be tried.
#[derive(Clone, Debug)]
pub struct Space {
    parameters: Vec<Parameter>,
    constraints: Vec<Expression>,
    names: Arc<[String]>,
    /// Whether another parameter has the same name, by position.
    is_shared: Vec<bool>,
    /// Of a finite space with conditions or constraints, unless there are too many values to tell apart.
    tree: Option<Arc<Tree>>,
}

impl PartialEq for Space {
    fn eq(&self, other: &Space) -> bool {
        self.parameters == other.parameters && self.constraints == other.constraints
    }
}

impl Space {
    /// The space of these parameters, in this order.
    ///
    /// # Errors
    /// When two parameters have the same name and one of them is always used, a fixed value is not finite, or a condition names what
    /// does not stand above its parameter.
    pub fn new(parameters: Vec<Parameter>) -> Result<Space, SpaceError> {
        Space::constrained(parameters, Vec::new())
    }

    /// The points of that space where all constraints hold.
    ///
    /// ```
    /// use mlpsweep_search::{Domain, Expression, IntRange, Parameter, Scale, Space};
    ///
    /// let side = || Ok::<_, mlpsweep_search::DomainError>(Domain::Int(IntRange::new(1, 10, None, Scale::Linear)?));
    /// let parameters = vec![Parameter::new("depth", side()?), Parameter::new("width", side()?)];
    /// let space = Space::constrained(parameters, vec![Expression::new("depth * width <= 4")?])?;
    /// assert_eq!(space.count(), Some(8));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`new`](Space::new), and when a constraint names no parameter of the space.
    pub fn constrained(
        parameters: Vec<Parameter>,
        constraints: Vec<Expression>,
    ) -> Result<Space, SpaceError> {
        for (position, Parameter { name, domain, when }) in parameters.iter().enumerate() {
            let above = &parameters[..position];
            let namesake = above.iter().find(|earlier| earlier.name == *name);
            if namesake.is_some_and(|earlier| when.is_none() || earlier.when.is_none()) {
                return Err(SpaceError::RepeatedName { name: name.clone() });
            }
            if let Domain::Fixed(value) = domain
                && let Some(value) = value.not_finite()
            {
                return Err(SpaceError::NotFinite { name: name.clone(), value });
            }
            let is_above = |named: &&String| above.iter().any(|earlier| earlier.name == **named);
            if let Some(named) = when.iter().flat_map(Expression::names).find(|named| !is_above(named)) {
                let is_below = parameters[position..].iter().any(|later| later.name == *named);
                let (name, named) = (name.clone(), named.clone());
                return Err(SpaceError::ConditionNames { name, position, named, is_below });
            }
        }
        let is_known = |named: &&String| parameters.iter().any(|parameter| parameter.name == **named);
        for (constraint_idx, constraint) in constraints.iter().enumerate() {
            if let Some(named) = constraint.names().iter().find(|named| !is_known(named)) {
                return Err(SpaceError::ConstraintNames { constraint_idx, named: named.clone() });
            }
        }
        let n_of = |name: &str| parameters.iter().filter(|parameter| parameter.name == name).count();
        let is_shared = parameters.iter().map(|parameter| n_of(&parameter.name) > 1).collect();
        let names = parameters.iter().map(|parameter| parameter.name.clone()).collect();
        let mut space = Space { parameters, constraints, names, is_shared, tree: None };
        if !space.is_product() {
            space.tree = Tree::new(&space).map(Arc::new);
        }
        Ok(space)
    }

    /// Its parameters, in order.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// What every point of it fulfils.
    pub fn constraints(&self) -> &[Expression] {
        &self.constraints
    }

    /// Whether every combination of values is a point.
    pub fn is_product(&self) -> bool {
        self.constraints.is_empty() && self.parameters.iter().all(|parameter| parameter.when.is_none())
    }

    /// How many points there are; `None` for a continuum, and where conditions and constraints name so many values that points
    /// cannot be counted. From `u128::MAX` (3·10³⁸) on it stays there.
    ///
    /// A space of fixed values has one point.
    pub fn count(&self) -> Option<u128> {
        if !self.is_product() {
            return Some(self.tree.as_ref()?.count());
        }
        self.parameters
            .iter()
            .try_fold(1_u128, |product, parameter| Some(product.saturating_mul(parameter.domain.count()?)))
    }

    /// The point at position `idx`, last parameter fastest; `None` from [`count`](Space::count) on and where that is `None`.
    pub fn nth(&self, idx: u128) -> Option<Point> {
        if !self.is_product() {
            return self.tree.as_ref()?.nth(self, idx);
        }
        let mut rest = idx;
        let mut values = Vec::with_capacity(self.parameters.len());
        for Parameter { domain, .. } in self.parameters.iter().rev() {
            let count = domain.count()?;
            values.push(domain.nth(rest % count)?);
            rest /= count;
        }
        values.reverse();
        (rest == 0).then(|| Point { names: Arc::clone(&self.names), values })
    }

    /// The position of a point of a space that has a count.
    pub(crate) fn position(&self, point: &Point) -> Option<u128> {
        if !self.is_product() {
            return self.tree.as_ref()?.position(self, point);
        }
        self.parameters
            .iter()
            .zip(&point.values)
            .try_fold(0_u128, |idx, (Parameter { domain, .. }, value)| {
                Some(idx * domain.count()? + domain.position(value)?)
            })
    }

    /// The point where parameters have these values, one for each in order, from their domains: what is not used is left out.
    /// `None` where a constraint does not hold.
    pub(crate) fn settle(&self, values: Vec<Value>) -> Option<Point> {
        if self.is_product() {
            return Some(Point { names: Arc::clone(&self.names), values });
        }
        let mut used = Used::default();
        for (position, value) in values.into_iter().enumerate() {
            if self.is_used(position, &used) {
                used.push(&self.parameters[position].name, value);
            }
        }
        self.constraints.iter().all(|constraint| used.fulfils(constraint)).then(|| used.into_point())
    }

    /// Whether the parameter is used where those above it have these values.
    pub(crate) fn is_used(&self, position: usize, above: &Used<'_>) -> bool {
        let Parameter { name, when, .. } = &self.parameters[position];
        if self.is_shared[position] && above.get(name).is_some() {
            return false;
        }
        when.as_ref().is_none_or(|when| matches!(when.holds(|name| above.get(name).cloned()), Ok(Some(true))))
    }

    /// The point's value of each parameter; `None` where it is not used, or the point has none.
    pub(crate) fn values_of<'p>(&self, point: &'p Point) -> Vec<Option<&'p Value>> {
        let mut rest = point.iter().peekable();
        let mut used = Used::default();
        let mut values = Vec::with_capacity(self.parameters.len());
        for (position, Parameter { name, .. }) in self.parameters.iter().enumerate() {
            let is_next = rest.peek().is_some_and(|(next, _)| next == name);
            let is_it = is_next && (!self.is_shared[position] || self.is_used(position, &used));
            let value = if is_it { rest.next().map(|(_, value)| value) } else { None };
            if let Some(value) = value {
                used.push_borrowed(name, value);
            }
            values.push(value);
        }
        values
    }

    /// The point with these values.
    ///
    /// # Errors
    /// When one is missing or lies outside its parameter's domain, names what is not used there, or a constraint does not hold.
    pub fn point<'v>(
        &self,
        values: impl IntoIterator<Item = (&'v str, &'v Value)>,
    ) -> Result<Point, PointError> {
        let given: Vec<(&str, &Value)> = values.into_iter().collect();
        let mut used = Used::default();
        for (position, Parameter { name, domain, .. }) in self.parameters.iter().enumerate() {
            if !self.is_used(position, &used) {
                continue;
            }
            let Some((_, value)) = given.iter().find(|(given, _)| given == name) else {
                return Err(PointError::Missing { name: name.clone() });
            };
            if !domain.contains(value) {
                return Err(PointError::Outside { name: name.clone(), value: (*value).clone() });
            }
            used.push_borrowed(name, value);
        }
        if let Some((name, _)) = given.iter().find(|(name, _)| used.get(name).is_none()) {
            return Err(PointError::NotUsed { name: (*name).to_owned() });
        }
        match self.constraints.iter().find(|constraint| !used.fulfils(constraint)) {
            Some(constraint) => Err(PointError::Constraint { text: constraint.text().to_owned() }),
            None => Ok(used.into_point()),
        }
    }
}

/// Values of the parameters that are used, up to some of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Used<'a> {
    values: Vec<(&'a str, Cow<'a, Value>)>,
}

impl<'a> Used<'a> {
    pub(crate) fn push(&mut self, name: &'a str, value: Value) {
        self.values.push((name, Cow::Owned(value)));
    }

    pub(crate) fn push_borrowed(&mut self, name: &'a str, value: &'a Value) {
        self.values.push((name, Cow::Borrowed(value)));
    }

    pub(crate) fn pop(&mut self) {
        self.values.pop();
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.values.iter().find_map(|(own, value)| (*own == name).then_some(&**value))
    }

    /// Whether the constraint holds, or says nothing since it names what is not used.
    pub(crate) fn fulfils(&self, constraint: &Expression) -> bool {
        matches!(constraint.holds(|name| self.get(name).cloned()), Ok(Some(true) | None))
    }

    pub(crate) fn into_point(self) -> Point {
        Point::listed(self.values.into_iter().map(|(name, value)| (name.to_owned(), value.into_owned())))
    }
}

/// One configuration: a value for each parameter of a space that is used there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    names: Arc<[String]>,
    values: Vec<Value>,
}

impl Point {
    /// The point with these names and values.
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
    /// A condition that names what does not stand above its parameter.
    #[error("`when` of `{name}` names `{named}`, which {}", if *is_below { "does not stand above it" } else { "is no parameter here" })]
    ConditionNames {
        /// Whose condition it is.
        name: String,
        /// Where that parameter stands, from 0.
        position: usize,
        /// What it names.
        named: String,
        /// Whether that is a parameter.
        is_below: bool,
    },
    /// A constraint that names what is no parameter.
    #[error("the constraint names `{named}`, which is no parameter here")]
    ConstraintNames {
        /// Which constraint, from 0.
        constraint_idx: usize,
        /// What it names.
        named: String,
    },
}

impl SpaceError {
    /// What would be right, for the line below the message.
    pub fn hint(&self) -> &'static str {
        match self {
            SpaceError::RepeatedName { .. } => "leave one of the two out",
            SpaceError::NotFinite { .. } => "give an ordinary number",
            SpaceError::ConditionNames { is_below: true, .. } => {
                "a condition goes by what stands above it: move the parameter below those that it names"
            }
            SpaceError::ConditionNames { .. } | SpaceError::ConstraintNames { .. } => {
                "name parameters of [parameters], searched or fixed; what is text stands in single quotes"
            }
        }
    }
}

/// Why there is no such point in a space.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PointError {
    /// A parameter without a value.
    #[error("`{name}` has no value")]
    Missing {
        /// The parameter.
        name: String,
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
    /// A value of what the space does not have there.
    #[error("`{name}` has a value, but is not used here")]
    NotUsed {
        /// The name.
        name: String,
    },
    /// A constraint is not fulfilled.
    #[error("the constraint {text:?} does not hold")]
    Constraint {
        /// The constraint.
        text: String,
    },
}

impl PointError {
    /// What would be right, for the line below the message.
    pub fn hint(&self) -> &'static str {
        match self {
            PointError::Missing { .. } => "give one value for each parameter that is used",
            PointError::Outside { .. } => "1 is an integer, 1.0 is none: a range of floats holds floats only",
            PointError::NotUsed { .. } => "leave it out, or change what its `when` goes by",
            PointError::Constraint { .. } => "every point of the space fulfils all constraints",
        }
    }
}

//! What one hyperparameter may be.
//!
//! Every domain is one set of values seen in two ways, which all samplers are built on:
//!
//! ```text
//! count, nth(i)     the set as a list: i = 0 … count − 1; a continuum has no count
//! sample(u)         the inverse of the distribution function: u uniform on [0, 1) gives a value as random search
//!                   wants it, uniform in the domain's scale. It never falls as u rises.
//! shares(v)         the u for which sample(u) is v: an interval, or one number of a continuum
//! ```
//!
//! For a domain of n equally likely values `sample(u) = nth(⌊u·n⌋)`.

use crate::categorical::Categorical;
use crate::float_range::FloatRange;
use crate::int_range::IntRange;
use crate::value::Value;
use std::fmt;

/// The set of values that one hyperparameter may take.
#[derive(Clone, Debug, PartialEq)]
pub enum Domain {
    /// Numbers between two bounds.
    Float(FloatRange),
    /// Whole numbers between two bounds.
    Int(IntRange),
    /// One of a list.
    Categorical(Categorical),
    /// One value: nothing to search. Must be finite, which [`Space::new`](crate::Space::new) sees to.
    Fixed(Value),
}

/// The axis on which a range is sampled evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Equal differences are equally likely.
    Linear,
    /// Equal ratios are equally likely.
    Log,
    /// Equal ratios of x/(1 − x) are equally likely: for shares that come close to 0 and to 1.
    Logit,
}

impl Scale {
    /// All of them.
    pub const ALL: [Scale; 3] = [Scale::Linear, Scale::Log, Scale::Logit];

    /// The word for it in sweep files.
    pub fn name(self) -> &'static str {
        match self {
            Scale::Linear => "linear",
            Scale::Log => "log",
            Scale::Logit => "logit",
        }
    }
}

impl Domain {
    /// How many values there are; `None` for a continuum.
    ///
    /// A range whose ends are equal has one value, with or without a step.
    pub fn count(&self) -> Option<u128> {
        match self {
            Domain::Float(range) => range.count(),
            Domain::Int(range) => Some(range.count()),
            Domain::Categorical(values) => Some(values.count()),
            Domain::Fixed(_) => Some(1),
        }
    }

    /// The value at position `idx`, ascending or in the order of the list; `None` from [`count`](Domain::count) on
    /// and for a continuum.
    pub fn nth(&self, idx: u128) -> Option<Value> {
        match self {
            Domain::Float(range) => range.nth(idx).map(Value::Float),
            Domain::Int(range) => range.nth(idx).map(Value::Int),
            Domain::Categorical(values) => values.nth(idx).cloned(),
            Domain::Fixed(value) => (idx == 0).then(|| value.clone()),
        }
    }

    /// The value below which lies the share `u` of the domain, in its scale. `u` in [0, 1); what lies outside counts as
    /// the nearest end.
    pub fn sample(&self, u: f64) -> Value {
        match self {
            Domain::Float(range) => Value::Float(range.sample(u)),
            Domain::Int(range) => Value::Int(range.sample(u)),
            Domain::Categorical(values) => values.sample(u).clone(),
            Domain::Fixed(value) => value.clone(),
        }
    }

    /// The position of `value` among the values; `None` for a continuum and when it may not be taken.
    pub(crate) fn position(&self, value: &Value) -> Option<u128> {
        match (self, value) {
            (Domain::Float(range), Value::Float(x)) => range.position_of(*x),
            (Domain::Int(range), Value::Int(i)) => range.position_of(*i),
            (Domain::Categorical(values), value) => values.position(value),
            (Domain::Fixed(fixed), value) => (fixed == value).then_some(0),
            _ => None,
        }
    }

    /// The share of the domain below `value`, and the share that is not above it: `sample` gives `value` between the two. Equal
    /// for a value of a continuum. `None` when it may not be taken.
    ///
    /// ```
    /// use mlpsweep_search::{Domain, IntRange, Scale, Value};
    ///
    /// let depth = Domain::Int(IntRange::new(1, 4, None, Scale::Linear)?);
    /// assert_eq!(depth.shares(&Value::Int(2)), Some((0.25, 0.5)));
    /// # Ok::<(), mlpsweep_search::DomainError>(())
    /// ```
    pub fn shares(&self, value: &Value) -> Option<(f64, f64)> {
        match (self, value) {
            (Domain::Float(range), Value::Float(x)) => range.shares(*x),
            (Domain::Int(range), Value::Int(i)) => range.shares(*i),
            (Domain::Categorical(values), value) => values.shares(value),
            (Domain::Fixed(fixed), value) => (fixed == value).then_some((0.0, 1.0)),
            _ => None,
        }
    }

    /// Whether `value` may be taken: of the right kind, between the bounds and, up to rounding, on a step.
    pub fn contains(&self, value: &Value) -> bool {
        self.held(value).is_some()
    }

    /// The domain's own value for `value`, without the rounding between the two; `None` when it may not be taken.
    ///
    /// ```
    /// use mlpsweep_search::{Domain, FloatRange, Scale, Value};
    ///
    /// let tenths = Domain::Float(FloatRange::new(0.0, 0.5, Some(0.1), Scale::Linear)?);
    /// assert_eq!(tenths.held(&Value::Float(0.1 + 0.2)), Some(Value::Float(0.3)));
    /// assert_eq!(tenths.held(&Value::Float(0.35)), None);
    /// # Ok::<(), mlpsweep_search::DomainError>(())
    /// ```
    pub fn held(&self, value: &Value) -> Option<Value> {
        let is_held = match (self, value) {
            (Domain::Float(range), Value::Float(x)) => return range.held(*x).map(Value::Float),
            (Domain::Int(range), Value::Int(i)) => range.contains(*i),
            (Domain::Categorical(values), value) => values.contains(value),
            (Domain::Fixed(fixed), value) => fixed == value,
            _ => false,
        };
        is_held.then(|| value.clone())
    }

    /// Whether [`sample`](Domain::sample) gives every value the same probability.
    pub(crate) fn is_even(&self) -> bool {
        match self {
            Domain::Int(range) => range.is_even(),
            Domain::Categorical(values) => values.is_even(),
            Domain::Float(_) | Domain::Fixed(_) => true,
        }
    }
}

/// As in a sweep file: `{ min = 0.0001, max = 0.1, scale = "log" }`, `[32, 64]`, or the fixed value. Two domains are
/// written alike exactly when they are equal.
impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Domain::Float(range) => range.fmt(f),
            Domain::Int(range) => range.fmt(f),
            Domain::Categorical(values) => values.fmt(f),
            Domain::Fixed(value) => value.fmt(f),
        }
    }
}

/// ⌊u·n⌋, at most n − 1: the position, among `n` equally likely ones, that `u` in [0, 1) falls on. Exact for every n.
pub(crate) fn position(u: f64, n: u128) -> u128 {
    const BITS: u32 = 53;
    debug_assert!(n <= 1 << (128 - BITS), "positions are of one axis");
    let u = (u.clamp(0.0, 1.0) * (1_u64 << BITS) as f64) as u128;
    ((u * n) >> BITS).min(n - 1)
}

/// Why there is no such domain.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DomainError {
    /// A bound, step or value is infinite or NaN.
    #[error("`{key}` is {value}, but must be a finite number")]
    NotFinite {
        /// Which: `min`, `max`, `step` or `values`.
        key: &'static str,
        /// What it is.
        value: f64,
    },
    /// The bounds stand the wrong way round.
    #[error("`min` is {min}, but must not be above `max`, which is {max}")]
    MinAboveMax {
        /// The lower bound.
        min: Value,
        /// The upper bound.
        max: Value,
    },
    /// The step is zero or negative.
    #[error("`step` is {step}, but must be above 0")]
    StepNotPositive {
        /// The step.
        step: Value,
    },
    /// The step is lost in the digits of the bounds.
    #[error("`step` is {step:?}, but must be at least {least:?} to tell neighbouring values apart")]
    StepTooSmall {
        /// The step.
        step: f64,
        /// The smallest that is possible between these bounds.
        least: f64,
    },
    /// A log scale that would reach zero.
    #[error("`min` is {min}, but must be above 0 for a log scale")]
    LogOfNonPositive {
        /// The lower bound.
        min: Value,
    },
    /// A log or logit scale and a step.
    #[error("`step` is {step}, but a {} scale has none", scale.name())]
    StepOnScale {
        /// The step.
        step: Value,
        /// The scale.
        scale: Scale,
    },
    /// A logit scale that would reach 0 or 1.
    #[error("`{key}` is {bound}, but must be above 0 and below 1 for a logit scale")]
    LogitOfBound {
        /// Which: `min` or `max`.
        key: &'static str,
        /// The bound.
        bound: Value,
    },
    /// More or fewer probabilities than values.
    #[error("`probabilities` has {n_probabilities} numbers, but there are {n_values} values")]
    ProbabilitiesLength {
        /// How many there are.
        n_probabilities: usize,
        /// How many there should be.
        n_values: usize,
    },
    /// A probability of a value that is listed twice.
    #[error("`values` has {value} twice, which has two probabilities then")]
    ProbabilityTwice {
        /// The value.
        value: Value,
    },
    /// A probability that is none.
    #[error("`probabilities` has {probability:?}, but must hold numbers above 0")]
    NotProbable {
        /// The number.
        probability: f64,
    },
    /// Probabilities that are not those of all there is.
    #[error("`probabilities` add up to {sum:?}, but must add up to 1")]
    ProbabilitiesSum {
        /// Their sum.
        sum: f64,
    },
    /// No values to choose from.
    #[error("`values` is empty, but must hold at least one value")]
    NoValues,
}

impl DomainError {
    /// What would be right, for the line below the message.
    pub fn hint(&self) -> &'static str {
        match self {
            DomainError::NotFinite { .. } => "every end of a range, step and value is an ordinary number",
            DomainError::MinAboveMax { .. } => "exchange the two; where they are equal there is one value",
            DomainError::StepNotPositive { .. } => {
                "the values are min, min + step, min + 2 step, … up to max; without `step` a range of floats is a \
                 continuum and a range of integers has a step of 1"
            }
            DomainError::StepTooSmall { .. } => "without `step` the range is a continuum",
            DomainError::LogOfNonPositive { .. } => {
                "every factor is as likely as every other on a log scale, which never reaches 0; 1e-6 is a common \
                 lower end"
            }
            DomainError::StepOnScale { .. } => {
                "equal steps are not equal on such a scale; leave `step` out, or list the `values`"
            }
            DomainError::LogitOfBound { .. } => {
                "a logit scale comes ever closer to 0 and to 1 without reaching them; 0.001 and 0.999 are ends"
            }
            DomainError::ProbabilitiesLength { .. } => "give one probability for each value, in their order",
            DomainError::ProbabilityTwice { .. } => "list each value once",
            DomainError::NotProbable { .. } => "leave out a value that is not to be tried",
            DomainError::ProbabilitiesSum { .. } => "without `probabilities` all values are equally likely",
            DomainError::NoValues => {
                "a value that is not searched stands by itself, such as activation = \"relu\""
            }
        }
    }
}

//! One of a list of values.
//!
//! ```text
//! probabilities   p_0 … p_{n−1}, 1/n each unless they are given
//! sample(u)       the first value i of  p_0 + … + p_i > u
//! ```
//!
//! Values without an order are as far from each other as any. Those that stand in order are to samplers that learn what numbers
//! are: neighbours are alike.

use crate::domain::{DomainError, position};
use crate::value::Value;
use std::collections::BTreeSet;
use std::fmt;

/// A list of values, all different, in the order in which they were written.
#[derive(Clone, Debug, PartialEq)]
pub struct Categorical {
    values: Vec<Value>,
    /// As they were written; `None` where all are equally likely.
    probabilities: Option<Vec<f64>>,
    is_ordered: bool,
}

/// By how much the sum of probabilities may miss 1.
const TOLERANCE: f64 = 1e-9;

impl fmt::Display for Categorical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = Value::List(self.values.clone());
        if self.is_even() && !self.is_ordered {
            return values.fmt(f);
        }
        write!(f, "{{ values = {values}")?;
        if let Some(probabilities) = &self.probabilities {
            let probabilities = probabilities.iter().map(|&p| Value::Float(p)).collect();
            write!(f, ", probabilities = {}", Value::List(probabilities))?;
        }
        if self.is_ordered {
            f.write_str(", ordered = true")?;
        }
        f.write_str(" }")
    }
}

impl Categorical {
    /// The list without its repetitions, and what was left out, so that whoever wrote it can be told.
    ///
    /// ```
    /// use mlpsweep_search::{Categorical, Value};
    ///
    /// let (_, repeated) = Categorical::new(vec![Value::Float(0.1), Value::Float(0.2), Value::Float(0.1)])?;
    /// assert_eq!(repeated, [Value::Float(0.1)]);
    /// # Ok::<(), mlpsweep_search::DomainError>(())
    /// ```
    ///
    /// # Errors
    /// When there is no value, or one holds a number that is not finite.
    pub fn new(values: Vec<Value>) -> Result<(Categorical, Vec<Value>), DomainError> {
        if values.is_empty() {
            return Err(DomainError::NoValues);
        }
        if let Some(value) = values.iter().find_map(Value::not_finite) {
            return Err(DomainError::NotFinite { key: "values", value });
        }
        let mut seen = BTreeSet::new();
        let (values, repeated) = values.into_iter().partition(|value| seen.insert(value.clone()));
        Ok((Categorical { values, probabilities: None, is_ordered: false }, repeated))
    }

    /// The list of values that are as likely as `probabilities` says, all above 0 and together 1 (to 1e-9).
    ///
    /// ```
    /// use mlpsweep_search::{Categorical, Domain, Value};
    ///
    /// let values = vec![Value::Text("relu".into()), Value::Text("tanh".into())];
    /// let activation = Domain::Categorical(Categorical::weighted(values, &[0.75, 0.25])?);
    /// assert_eq!(activation.shares(&Value::Text("tanh".into())), Some((0.75, 1.0)));
    /// # Ok::<(), mlpsweep_search::DomainError>(())
    /// ```
    ///
    /// # Errors
    /// As [`new`](Categorical::new); when a value stands twice, or the probabilities are none.
    pub fn weighted(values: Vec<Value>, probabilities: &[f64]) -> Result<Categorical, DomainError> {
        let (n_values, n_probabilities) = (values.len(), probabilities.len());
        let (mut list, repeated) = Categorical::new(values)?;
        if n_probabilities != n_values {
            return Err(DomainError::ProbabilitiesLength { n_probabilities, n_values });
        }
        if let Some(value) = repeated.into_iter().next() {
            return Err(DomainError::ProbabilityTwice { value });
        }
        if let Some(&probability) = probabilities.iter().find(|p| !(p.is_finite() && **p > 0.0)) {
            return Err(DomainError::NotProbable { probability });
        }
        let sum: f64 = probabilities.iter().sum();
        if (sum - 1.0).abs() > TOLERANCE {
            return Err(DomainError::ProbabilitiesSum { sum });
        }
        if probabilities.iter().any(|p| *p != probabilities[0]) {
            list.probabilities = Some(probabilities.to_vec());
        }
        Ok(list)
    }

    /// The same, of values that stand in order: the first is the least.
    pub fn ordered(self) -> Categorical {
        Categorical { is_ordered: true, ..self }
    }

    /// The values, in their order.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// Whether the values stand in order.
    pub fn is_ordered(&self) -> bool {
        self.is_ordered
    }

    pub(crate) fn count(&self) -> u128 {
        self.values.len() as u128
    }

    pub(crate) fn nth(&self, idx: u128) -> Option<&Value> {
        self.values.get(usize::try_from(idx).ok()?)
    }

    pub(crate) fn sample(&self, u: f64) -> &Value {
        &self.values[self.sample_position(u) as usize]
    }

    fn sample_position(&self, u: f64) -> u128 {
        if self.is_even() {
            return position(u, self.count());
        }
        let last = self.values.len() - 1;
        (0..last).find(|&idx| self.share(idx).1 > u).unwrap_or(last) as u128
    }

    pub(crate) fn shares(&self, value: &Value) -> Option<(f64, f64)> {
        Some(self.share(self.position(value)? as usize))
    }

    /// The share of the probability before the value at position `idx`, and with it.
    fn share(&self, idx: usize) -> (f64, f64) {
        let n = self.values.len();
        let Some(probabilities) = &self.probabilities else {
            return (idx as f64 / n as f64, (idx + 1) as f64 / n as f64);
        };
        let total: f64 = probabilities.iter().sum();
        let before =
            |idx: usize| if idx == n { 1.0 } else { probabilities[..idx].iter().sum::<f64>() / total };
        (before(idx), before(idx + 1))
    }

    pub(crate) fn position(&self, value: &Value) -> Option<u128> {
        self.values.iter().position(|own| own == value).map(|position| position as u128)
    }

    pub(crate) fn contains(&self, value: &Value) -> bool {
        self.values.contains(value)
    }

    pub(crate) fn is_even(&self) -> bool {
        self.probabilities.is_none()
    }
}

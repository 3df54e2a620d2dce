//! One of a list of values, each as likely as the others.

use crate::domain::{DomainError, position};
use crate::value::Value;
use std::collections::BTreeSet;
use std::fmt;

/// A list of values, all different, in the order in which they were written.
#[derive(Clone, Debug, PartialEq)]
pub struct Categorical(Vec<Value>);

impl fmt::Display for Categorical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Value::List(self.0.clone()).fmt(f)
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
        let (kept, repeated) = values.into_iter().partition(|value| seen.insert(value.clone()));
        Ok((Categorical(kept), repeated))
    }

    /// The values, in their order.
    pub fn values(&self) -> &[Value] {
        &self.0
    }

    pub(crate) fn count(&self) -> u128 {
        self.0.len() as u128
    }

    pub(crate) fn nth(&self, idx: u128) -> Option<&Value> {
        self.0.get(usize::try_from(idx).ok()?)
    }

    pub(crate) fn sample(&self, u: f64) -> &Value {
        &self.0[position(u, self.count()) as usize]
    }

    pub(crate) fn position(&self, value: &Value) -> Option<u128> {
        self.0.iter().position(|own| own == value).map(|position| position as u128)
    }

    pub(crate) fn contains(&self, value: &Value) -> bool {
        self.0.contains(value)
    }
}

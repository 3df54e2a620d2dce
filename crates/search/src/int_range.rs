//! Whole numbers between two bounds.
//!
//! With u uniform on [0, 1):
//!
//! ```text
//! linear    x = min + i·step,   i = ⌊u·n⌋,   n = ⌊(max − min)/step⌋ + 1
//! log       x = round( exp(ln a·(1 − u) + ln b·u) ),   a = min − ½,  b = max + ½
//! ```
//!
//! On a log scale the whole number x stands for the interval [x − ½, x + ½), so P(x) = ln((x + ½)/(x − ½)) / ln(b/a)
//! for all of them, the first and the last included.

use crate::domain::{DomainError, Scale, position};
use crate::value::Value;
use std::fmt;

/// Whole numbers between two bounds, both included if on a step.
#[derive(Clone, Debug, PartialEq)]
pub struct IntRange {
    min: i64,
    max: i64,
    step: i64,
    scale: Scale,
}

impl fmt::Display for IntRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{ min = {}, max = {}", self.min, self.max)?;
        if self.step != 1 {
            write!(f, ", step = {}", self.step)?;
        }
        if self.scale != Scale::Linear {
            write!(f, ", scale = \"{}\"", self.scale.name())?;
        }
        write!(f, " }}")
    }
}

impl IntRange {
    /// The range from `min` to `max` in steps of `step`, 1 if there is none. Equal ends are fine: one value.
    ///
    /// A step on a log scale is refused, as for [`FloatRange::new`](crate::FloatRange::new).
    ///
    /// # Errors
    /// When `min` is above `max`, the step is not positive, the scale is log and `min` is not positive or there is a
    /// step, or the scale is logit, which no whole number lies on.
    pub fn new(min: i64, max: i64, step: Option<i64>, scale: Scale) -> Result<IntRange, DomainError> {
        if min > max {
            return Err(DomainError::MinAboveMax { min: Value::Int(min), max: Value::Int(max) });
        }
        if scale == Scale::Log && min <= 0 {
            return Err(DomainError::LogOfNonPositive { min: Value::Int(min) });
        }
        if scale == Scale::Logit {
            return Err(DomainError::LogitOfBound { key: "min", bound: Value::Int(min) });
        }
        if let Some(step) = step.map(Value::Int) {
            if step <= Value::Int(0) {
                return Err(DomainError::StepNotPositive { step });
            }
            if scale == Scale::Log {
                return Err(DomainError::StepOnScale { step, scale });
            }
        }
        Ok(IntRange { min, max, step: step.unwrap_or(1), scale })
    }

    /// The least value.
    pub fn min(&self) -> i64 {
        self.min
    }

    /// The upper bound.
    pub fn max(&self) -> i64 {
        self.max
    }

    /// The distance of neighbours.
    pub fn step(&self) -> i64 {
        self.step
    }

    /// The axis on which it is sampled evenly.
    pub fn scale(&self) -> Scale {
        self.scale
    }

    pub(crate) fn count(&self) -> u128 {
        u128::from(self.max.abs_diff(self.min) / self.step.unsigned_abs()) + 1
    }

    pub(crate) fn nth(&self, idx: u128) -> Option<i64> {
        // i·step is at most max − min, which needs all 64 bits; so does the way from min to there, modulo 2⁶⁴.
        (idx < self.count()).then(|| self.min.wrapping_add((idx as i64).wrapping_mul(self.step)))
    }

    pub(crate) fn sample(&self, u: f64) -> i64 {
        self.nth(self.sample_position(u)).unwrap_or(self.max)
    }

    pub(crate) fn position_of(&self, i: i64) -> Option<u128> {
        self.contains(i).then(|| u128::from(i.abs_diff(self.min) / self.step.unsigned_abs()))
    }

    fn sample_position(&self, u: f64) -> u128 {
        match self.scale {
            Scale::Linear => position(u, self.count()),
            Scale::Log | Scale::Logit => {
                let (a, b) = self.ends();
                let x = (a.ln() * (1.0 - u) + b.ln() * u).exp();
                u128::from((x.round() as i64).clamp(self.min, self.max).abs_diff(self.min))
            }
        }
    }

    /// What `min` and `max` stand for on a log scale: a and b.
    fn ends(&self) -> (f64, f64) {
        (self.min as f64 - 0.5, self.max as f64 + 0.5)
    }

    pub(crate) fn shares(&self, i: i64) -> Option<(f64, f64)> {
        if !self.contains(i) {
            return None;
        }
        let (idx, count) = (i.abs_diff(self.min) / self.step.unsigned_abs(), self.count() as f64);
        Some(match self.scale {
            Scale::Linear => (idx as f64 / count, (idx as f64 + 1.0) / count),
            Scale::Log | Scale::Logit => {
                let (a, b) = self.ends();
                let share = |x: f64| (x / a).ln() / (b / a).ln();
                (share(i as f64 - 0.5), share(i as f64 + 0.5))
            }
        })
    }

    pub(crate) fn contains(&self, i: i64) -> bool {
        self.min <= i && i <= self.max && i.abs_diff(self.min).is_multiple_of(self.step.unsigned_abs())
    }

    pub(crate) fn is_even(&self) -> bool {
        self.scale == Scale::Linear || self.min == self.max
    }
}

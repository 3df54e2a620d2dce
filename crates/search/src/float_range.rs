//! Numbers between two bounds.
//!
//! With u uniform on [0, 1):
//!
//! ```text
//! linear            x = min·(1 − u) + max·u
//! log               x = exp(ln min·(1 − u) + ln max·u)
//! logit             x = 1/(1 + exp(−(logit min·(1 − u) + logit max·u))),   logit x = ln(x/(1 − x))
//! linear, a step    x = min + i·step,   i = ⌊u·n⌋,   n = ⌊(max − min)/step + τ⌋ + 1
//! ```
//!
//! each cut off at the bounds. Bounds and step are decimals rounded to binary, so that (0.3 − 0)/0.1 is a little less
//! than 3; τ = 4ε·max(|min|, |max|)/step, in steps, is the most by which rounding them and the quotient can miss a whole
//! number (ε = 2⁻⁵²). A last value above `max` by no more than that becomes `max`.

use crate::domain::{DomainError, Scale, position};
use crate::value::Value;
use std::fmt;

/// Numbers between two bounds, both included: a continuum, or in steps.
#[derive(Clone, Debug, PartialEq)]
pub struct FloatRange {
    min: f64,
    max: f64,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Continuum(Scale),
    Steps { step: f64, count: u64 },
}

/// The smallest step, relative to the larger bound: 2⁻⁴⁰, so that rounding is at most a thousandth of a step.
const LEAST_STEP: f64 = 1.0 / (1_u64 << 40) as f64;

impl fmt::Display for FloatRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{ min = {:?}, max = {:?}", self.min, self.max)?;
        match self.kind {
            Kind::Continuum(Scale::Linear) => write!(f, " }}"),
            Kind::Continuum(scale) => write!(f, ", scale = \"{}\" }}", scale.name()),
            Kind::Steps { step, .. } => write!(f, ", step = {step:?} }}"),
        }
    }
}

impl FloatRange {
    /// The range from `min` to `max`, in steps of `step` if there is one. Equal ends are fine: one value.
    ///
    /// A step on a log or logit scale is refused: steps of equal size are of very different size on that scale, so
    /// one of the two would not be meant.
    ///
    /// # Errors
    /// When a number is not finite, `min` is above `max`, the step is not positive or too small for the digits of the
    /// bounds, the scale is log and `min` is not positive, the scale is logit and an end is not between 0 and 1, or there is a step
    /// on either.
    pub fn new(min: f64, max: f64, step: Option<f64>, scale: Scale) -> Result<FloatRange, DomainError> {
        for (key, value) in [("min", Some(min)), ("max", Some(max)), ("step", step)] {
            if let Some(value) = value.filter(|value| !value.is_finite()) {
                return Err(DomainError::NotFinite { key, value });
            }
        }
        if min > max {
            return Err(DomainError::MinAboveMax { min: Value::Float(min), max: Value::Float(max) });
        }
        if scale == Scale::Log && min <= 0.0 {
            return Err(DomainError::LogOfNonPositive { min: Value::Float(min) });
        }
        for (key, bound) in [("min", min), ("max", max)] {
            if scale == Scale::Logit && !(0.0 < bound && bound < 1.0) {
                return Err(DomainError::LogitOfBound { key, bound: Value::Float(bound) });
            }
        }
        let Some(step) = step else {
            return Ok(FloatRange { min, max, kind: Kind::Continuum(scale) });
        };
        if step <= 0.0 {
            return Err(DomainError::StepNotPositive { step: Value::Float(step) });
        }
        if scale != Scale::Linear {
            return Err(DomainError::StepOnScale { step: Value::Float(step), scale });
        }
        let least = LEAST_STEP * min.abs().max(max.abs());
        if step < least {
            return Err(DomainError::StepTooSmall { step, least });
        }
        let steps = max / step - min / step; // not (max − min)/step, which may overflow
        let count = (steps + tolerance(min, max) / step).floor() as u64 + 1;
        Ok(FloatRange { min, max, kind: Kind::Steps { step, count } })
    }

    /// The least value.
    pub fn min(&self) -> f64 {
        self.min
    }

    /// The upper bound.
    pub fn max(&self) -> f64 {
        self.max
    }

    /// The distance of neighbours; `None` for a continuum.
    pub fn step(&self) -> Option<f64> {
        match self.kind {
            Kind::Steps { step, .. } => Some(step),
            Kind::Continuum(_) => None,
        }
    }

    /// The axis on which it is sampled evenly.
    pub fn scale(&self) -> Scale {
        match self.kind {
            Kind::Continuum(scale) => scale,
            Kind::Steps { .. } => Scale::Linear,
        }
    }

    /// How many values there are; `None` for a continuum.
    pub(crate) fn count(&self) -> Option<u128> {
        match self.kind {
            Kind::Steps { count, .. } => Some(u128::from(count)),
            Kind::Continuum(_) => (self.min == self.max).then_some(1),
        }
    }

    pub(crate) fn nth(&self, idx: u128) -> Option<f64> {
        (idx < self.count()?).then(|| match self.kind {
            Kind::Steps { step, .. } => self.at(idx, step),
            Kind::Continuum(_) => self.min,
        })
    }

    /// min + idx·step with as many decimals as `min` and `step` were written with: 0.3, not 0.30000000000000004.
    fn at(&self, idx: u128, step: f64) -> f64 {
        let value = self.min + idx as f64 * step;
        let n_decimals = decimals(self.min).max(decimals(step));
        let written = format!("{value:.n_decimals$}").parse().unwrap_or(value);
        // A number whose decimals are not its own, such as 1/3 written out, is left as it was computed.
        if (written - value).abs() <= tolerance(self.min, self.max) {
            written.min(self.max)
        } else {
            value.min(self.max)
        }
    }

    pub(crate) fn sample(&self, u: f64) -> f64 {
        let (min, max) = (self.min, self.max);
        let between = |low: f64, high: f64| low * (1.0 - u) + high * u;
        let x = match self.kind {
            Kind::Continuum(Scale::Linear) => between(min, max),
            Kind::Continuum(Scale::Log) => between(min.ln(), max.ln()).exp(),
            Kind::Continuum(Scale::Logit) => 1.0 / (1.0 + (-between(logit(min), logit(max))).exp()),
            Kind::Steps { step, count } => self.at(position(u, u128::from(count)), step),
        };
        x.clamp(min, max)
    }

    pub(crate) fn shares(&self, x: f64) -> Option<(f64, f64)> {
        let (min, max) = (self.min, self.max);
        self.held(x)?;
        if self.count() == Some(1) {
            return Some((0.0, 1.0));
        }
        let u = match self.kind {
            // Halves, since the distance of the ends may overflow.
            Kind::Continuum(Scale::Linear) => (x / 2.0 - min / 2.0) / (max / 2.0 - min / 2.0),
            Kind::Continuum(Scale::Log) => (x.ln() - min.ln()) / (max.ln() - min.ln()),
            Kind::Continuum(Scale::Logit) => (logit(x) - logit(min)) / (logit(max) - logit(min)),
            Kind::Steps { step, count } => {
                let (idx, count) = (self.position(x, step) as f64, count as f64);
                return Some((idx / count, (idx + 1.0) / count));
            }
        };
        Some((u, u))
    }

    pub(crate) fn held(&self, x: f64) -> Option<f64> {
        match self.kind {
            _ if !(self.min <= x && x <= self.max) => None,
            Kind::Continuum(_) => Some(x),
            Kind::Steps { step, .. } => {
                let nth = self.nth(self.position(x, step));
                nth.filter(|nth| (nth - x).abs() <= tolerance(self.min, self.max))
            }
        }
    }

    pub(crate) fn position_of(&self, x: f64) -> Option<u128> {
        self.held(x)?;
        match self.kind {
            Kind::Continuum(_) => self.count().map(|_| 0),
            Kind::Steps { step, .. } => Some(self.position(x, step)),
        }
    }

    /// Where the step nearest to `x` stands, counted from `min`.
    fn position(&self, x: f64, step: f64) -> u128 {
        (x / step - self.min / step).round().max(0.0) as u128
    }
}

/// ln(x/(1 − x)).
fn logit(x: f64) -> f64 {
    x.ln() - (-x).ln_1p()
}

/// Digits behind the point in the shortest way to write `x`.
fn decimals(x: f64) -> usize {
    format!("{x}").split_once('.').map_or(0, |(_, digits)| digits.len())
}

/// τ·step: by how much rounding can move a value of the grid.
fn tolerance(min: f64, max: f64) -> f64 {
    4.0 * f64::EPSILON * min.abs().max(max.abs())
}

//! Constants of update rules and schedules: their keys, defaults, ranges, and where the defaults come from.

/// A constant a user may set, such as `beta1` of Adam.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Constant {
    /// The key in sweep files.
    pub key: &'static str,
    /// The value when none is given.
    pub default: f64,
    /// Values that make sense.
    pub range: Interval,
    /// Where the default comes from.
    pub source: &'static str,
}

/// An interval of real numbers; every end is finite or infinite, closed or open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    low: f64,
    low_closed: bool,
    high: f64,
    high_closed: bool,
}

impl Interval {
    /// [0, 1)
    pub const SHARE: Interval = Interval { low: 0.0, low_closed: true, high: 1.0, high_closed: false };
    /// (0, 1]
    pub const FACTOR: Interval = Interval { low: 0.0, low_closed: false, high: 1.0, high_closed: true };
    /// (0, ∞)
    pub const POSITIVE: Interval =
        Interval { low: 0.0, low_closed: false, high: f64::INFINITY, high_closed: false };
    /// [0, ∞)
    pub const NOT_NEGATIVE: Interval =
        Interval { low: 0.0, low_closed: true, high: f64::INFINITY, high_closed: false };
    /// [1, ∞)
    pub const AT_LEAST_ONE: Interval =
        Interval { low: 1.0, low_closed: true, high: f64::INFINITY, high_closed: false };

    /// Whether `value` lies inside; NaN never does.
    pub fn contains(&self, value: f64) -> bool {
        let above = if self.low_closed { value >= self.low } else { value > self.low };
        let below = if self.high_closed { value <= self.high } else { value < self.high };
        above && below
    }
}

impl std::fmt::Display for Interval {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let open = if self.low_closed { '[' } else { '(' };
        let close = if self.high_closed { ']' } else { ')' };
        if self.high.is_infinite() {
            write!(f, "{open}{}, ∞)", self.low)
        } else {
            write!(f, "{open}{}, {}{close}", self.low, self.high)
        }
    }
}

/// A constant outside the values that make sense.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("`{key}` is {found}, but must lie in {range}")]
pub struct ConfigError {
    /// The key in sweep files.
    pub key: &'static str,
    /// The value given.
    pub found: f64,
    /// Values that make sense.
    pub range: Interval,
}

impl Constant {
    /// The value itself when it makes sense.
    ///
    /// # Errors
    /// When it lies outside the range.
    pub fn check(&self, value: f64) -> Result<f64, ConfigError> {
        if self.range.contains(value) {
            Ok(value)
        } else {
            Err(ConfigError { key: self.key, found: value, range: self.range })
        }
    }
}

//! Learning-rate decay: α as a function of the whole epochs done, t = 0, 1, 2, …
//!
//! | name | α_t | constants |
//! | --- | --- | --- |
//! | `constant` | α₀ | |
//! | `inverse_time` | α₀ / (1 + k t) | `schedule_k` |
//! | `exponential` | α₀ γᵗ | `schedule_gamma` |
//! | `step` | α₀ γ^⌊t/s⌋ | `schedule_gamma`, `schedule_every` = s |

use crate::constant::{ConfigError, Constant, Interval};

const K: Constant = Constant {
    key: "schedule_k",
    default: 1.0,
    range: Interval::NOT_NEGATIVE,
    source: "Ng, Deep Learning course 2",
};
const GAMMA: Constant = Constant {
    key: "schedule_gamma",
    default: 0.95,
    range: Interval::FACTOR,
    source: "Ng, Deep Learning course 2",
};
const STEP_GAMMA: Constant =
    Constant { key: "schedule_gamma", default: 0.1, range: Interval::FACTOR, source: "PyTorch's StepLR" };
const EVERY: Constant = Constant {
    key: "schedule_every",
    default: 10.0,
    range: Interval::AT_LEAST_ONE,
    source: "a fifth of the default epochs",
};

/// The name of a decay law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScheduleKind {
    /// α₀
    Constant,
    /// α₀ / (1 + k t)
    InverseTime,
    /// α₀ γᵗ
    Exponential,
    /// α₀ γ^⌊t/s⌋
    Step,
}

impl ScheduleKind {
    /// All of them, in the order of the documentation.
    pub const ALL: &'static [ScheduleKind] =
        &[ScheduleKind::Constant, ScheduleKind::InverseTime, ScheduleKind::Exponential, ScheduleKind::Step];

    /// The word for it in sweep files.
    pub fn name(self) -> &'static str {
        match self {
            ScheduleKind::Constant => "constant",
            ScheduleKind::InverseTime => "inverse_time",
            ScheduleKind::Exponential => "exponential",
            ScheduleKind::Step => "step",
        }
    }

    /// What a user may set.
    pub fn constants(self) -> &'static [Constant] {
        match self {
            ScheduleKind::Constant => &[],
            ScheduleKind::InverseTime => &[K],
            ScheduleKind::Exponential => &[GAMMA],
            ScheduleKind::Step => &[STEP_GAMMA, EVERY],
        }
    }

    /// The law of that name.
    pub fn from_name(name: &str) -> Option<ScheduleKind> {
        ScheduleKind::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

/// A decay law with its constants.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    kind: ScheduleKind,
    initial: f64,
    constants: Vec<f64>,
}

impl Schedule {
    /// The law `kind` from α₀ = `learning_rate` on; `value_of` gives the constants a user set, by key.
    ///
    /// # Errors
    /// A constant outside its range, or a learning rate that is not positive and finite.
    pub fn new(
        kind: ScheduleKind,
        learning_rate: f64,
        value_of: impl Fn(&str) -> Option<f64>,
    ) -> Result<Schedule, ConfigError> {
        if !(learning_rate > 0.0 && learning_rate.is_finite()) {
            return Err(ConfigError {
                key: "learning_rate",
                found: learning_rate,
                range: Interval::POSITIVE,
            });
        }
        let value = |constant: &Constant| constant.check(value_of(constant.key).unwrap_or(constant.default));
        let constants = kind.constants().iter().map(value).collect::<Result<Vec<f64>, ConfigError>>()?;
        Ok(Schedule { kind, initial: learning_rate, constants })
    }

    /// α after `epochs_done` whole epochs.
    pub fn rate(&self, epochs_done: usize) -> f64 {
        let t = epochs_done as f64;
        let factor = match (self.kind, &self.constants[..]) {
            (ScheduleKind::InverseTime, [k]) => 1.0 / (1.0 + k * t),
            (ScheduleKind::Exponential, [gamma]) => gamma.powf(t),
            (ScheduleKind::Step, [gamma, every]) => gamma.powf((t / every).floor()),
            _ => 1.0,
        };
        self.initial * factor
    }
}

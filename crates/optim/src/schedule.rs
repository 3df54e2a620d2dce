//! Learning-rate decay: α as a function of how far the training is.
//!
//! t = 0, 1, 2, … are the whole epochs done, T is the horizon (the configured epochs), i = 0, 1, … N − 1 are steps:
//!
//! | name | α_t | constants |
//! | --- | --- | --- |
//! | `constant` | α₀ | |
//! | `inverse_time` | α₀ / (1 + k t) | `schedule_k` |
//! | `exponential` | α₀ γᵗ | `schedule_gamma` |
//! | `inverse_sqrt` | α₀ k / √(t + 1) | `schedule_k` |
//! | `step` | α₀ γ^⌊t/s⌋ | `schedule_gamma`, `schedule_every` = s |
//! | `polynomial` | e + (α₀ − e)(1 − t/T)^p | `schedule_power` = p, `schedule_end` = e |
//! | `cosine` | e + ½ (α₀ − e)(1 + cos(π t'/T')); with r restarts T' = T/(r + 1) and t' = t mod T' | `schedule_end` = e, `schedule_restarts` = r |
//! | `one_cycle` | per step: up from α₀/25 to α₀ over 30 % of the steps, down to α₀/250,000, both along a cosine | |
//! | `plateau` | α₀ γ^d, d = how often the watched loss has stalled for more than `schedule_patience` epochs | `schedule_gamma`, `schedule_patience` |
//!
//! `warmup_epochs` w stands in front of any of them: α₀ (i + 1)/W over the W steps of w epochs, and then the law, whose t
//! and T begin where the warm-up ends.

use crate::constant::{ConfigError, Constant, Interval};
use std::f64::consts::PI;

const TIME_K: Constant =
    Constant { key: "schedule_k", default: 1.0, range: Interval::NOT_NEGATIVE, source: "Ng, Deep Learning" };
const SQRT_K: Constant =
    Constant { key: "schedule_k", default: 1.0, range: Interval::POSITIVE, source: "Ng, Deep Learning" };
const GAMMA: Constant =
    Constant { key: "schedule_gamma", default: 0.95, range: Interval::FACTOR, source: "Ng, Deep Learning" };
const STEP_GAMMA: Constant =
    Constant { key: "schedule_gamma", default: 0.1, range: Interval::FACTOR, source: "PyTorch's StepLR" };
const PLATEAU_GAMMA: Constant = Constant {
    key: "schedule_gamma",
    default: 0.1,
    range: Interval::FACTOR,
    source: "PyTorch's ReduceLROnPlateau",
};
const EVERY: Constant = Constant {
    key: "schedule_every",
    default: 10.0,
    range: Interval::AT_LEAST_ONE,
    source: "a fifth of the default epochs",
};
const POWER: Constant = Constant {
    key: "schedule_power",
    default: 1.0,
    range: Interval::POSITIVE,
    source: "PyTorch's PolynomialLR",
};
const END: Constant = Constant {
    key: "schedule_end",
    default: 0.0,
    range: Interval::NOT_NEGATIVE,
    source: "PyTorch's CosineAnnealingLR",
};
const RESTARTS: Constant = Constant {
    key: "schedule_restarts",
    default: 0.0,
    range: Interval::NOT_NEGATIVE,
    source: "none unless asked for",
};
const PATIENCE: Constant = Constant {
    key: "schedule_patience",
    default: 10.0,
    range: Interval::NOT_NEGATIVE,
    source: "PyTorch's ReduceLROnPlateau",
};
const WARMUP: Constant = Constant {
    key: "warmup_epochs",
    default: 0.0,
    range: Interval::NOT_NEGATIVE,
    source: "none unless asked for",
};

/// PyTorch's OneCycleLR: share of the steps going up, α₀ over the first rate, the first over the last.
const CYCLE_UP: f64 = 0.3;
const CYCLE_DIVISOR: f64 = 25.0;
const CYCLE_FINAL_DIVISOR: f64 = 1e4;

/// PyTorch's ReduceLROnPlateau: a loss is better when it is lower by this share.
const PLATEAU_THRESHOLD: f64 = 1e-4;

/// A decay law with its constants.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Law {
    Constant,
    InverseTime { k: f64 },
    Exponential { gamma: f64 },
    InverseSqrt { k: f64 },
    Step { gamma: f64, every: f64 },
    Polynomial { power: f64, end: f64 },
    Cosine { end: f64, restarts: f64 },
    OneCycle,
    Plateau { gamma: f64, patience: f64 },
}

macro_rules! laws {
    ($($variant:ident, $name:literal, $constants:expr, $law:expr;)+) => {
        /// The name of a decay law; the [crate](crate) says what each computes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ScheduleKind {
            $(
                #[doc = concat!("`", $name, "`")]
                $variant,
            )+
        }

        impl ScheduleKind {
            /// All of them, in the order of the documentation.
            pub const ALL: &'static [ScheduleKind] = &[$(ScheduleKind::$variant),+];

            /// The word for it in sweep files.
            pub fn name(self) -> &'static str {
                match self { $(ScheduleKind::$variant => $name),+ }
            }

            /// What a user may set, beside `warmup_epochs`.
            pub fn constants(self) -> &'static [Constant] {
                match self { $(ScheduleKind::$variant => &$constants),+ }
            }

            fn law(self, constants: &[f64]) -> Law {
                match self { $(ScheduleKind::$variant => { let law: fn(&[f64]) -> Law = $law; law(constants) })+ }
            }
        }
    };
}

laws! {
    Constant, "constant", [], |_| Law::Constant;
    InverseTime, "inverse_time", [TIME_K], |c| Law::InverseTime { k: c[0] };
    Exponential, "exponential", [GAMMA], |c| Law::Exponential { gamma: c[0] };
    InverseSqrt, "inverse_sqrt", [SQRT_K], |c| Law::InverseSqrt { k: c[0] };
    Step, "step", [STEP_GAMMA, EVERY], |c| Law::Step { gamma: c[0], every: c[1] };
    Polynomial, "polynomial", [POWER, END], |c| Law::Polynomial { power: c[0], end: c[1] };
    Cosine, "cosine", [END, RESTARTS], |c| Law::Cosine { end: c[0], restarts: c[1].floor() };
    OneCycle, "one_cycle", [], |_| Law::OneCycle;
    Plateau, "plateau", [PLATEAU_GAMMA, PATIENCE], |c| Law::Plateau { gamma: c[0], patience: c[1] };
}

impl ScheduleKind {
    /// Epochs of linear warm-up, which may stand in front of any law.
    pub const WARMUP: Constant = WARMUP;

    /// The law of that name.
    pub fn from_name(name: &str) -> Option<ScheduleKind> {
        ScheduleKind::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

/// A decay law with its constants and, for `plateau`, what it has seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    law: Law,
    initial: f64,
    warmup_epochs: f64,
    epochs: f64,
    stall: Stall,
}

/// How the watched loss has stalled.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stall {
    best: f64,
    bad_epochs: f64,
    drops: i32,
}

impl Schedule {
    /// The law `kind` from α₀ = `learning_rate` on, over `epochs`; `value_of` gives the constants a user set, by key.
    ///
    /// # Errors
    /// A constant outside its range, or a learning rate that is not positive and finite.
    pub fn new(
        kind: ScheduleKind,
        learning_rate: f64,
        epochs: usize,
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
        Ok(Schedule {
            law: kind.law(&constants),
            initial: learning_rate,
            warmup_epochs: value(&WARMUP)?,
            epochs: epochs as f64,
            stall: Stall { best: f64::INFINITY, bad_epochs: 0.0, drops: 0 },
        })
    }

    /// α of step `step` (from 0) of the epoch after `epochs_done` whole ones, each of `steps_per_epoch` steps.
    pub fn rate(&self, epochs_done: usize, step: usize, steps_per_epoch: usize) -> f64 {
        let per_epoch = steps_per_epoch as f64;
        let steps_done = epochs_done as f64 * per_epoch + step as f64;
        let warmup_steps = (self.warmup_epochs * per_epoch).round();
        if steps_done < warmup_steps {
            return self.initial * (steps_done + 1.0) / warmup_steps;
        }
        let t = (epochs_done as f64 - self.warmup_epochs).max(0.0).floor();
        let horizon = (self.epochs - self.warmup_epochs).max(1.0);
        let initial = self.initial;
        match self.law {
            Law::Constant => initial,
            Law::InverseTime { k } => initial / (1.0 + k * t),
            Law::Exponential { gamma } => initial * gamma.powf(t),
            Law::InverseSqrt { k } => initial * k / (t + 1.0).sqrt(),
            Law::Step { gamma, every } => initial * gamma.powf((t / every).floor()),
            Law::Polynomial { power, end } => {
                end + (initial - end) * (1.0 - t / horizon).max(0.0).powf(power)
            }
            Law::Cosine { end, restarts } => {
                let period = horizon / (restarts + 1.0);
                end + 0.5 * (initial - end) * (1.0 + (PI * (t % period) / period).cos())
            }
            Law::OneCycle => one_cycle(initial, steps_done - warmup_steps, horizon * per_epoch),
            Law::Plateau { gamma, .. } => initial * gamma.powi(self.stall.drops),
        }
    }

    /// Tells `plateau` the watched loss of the epoch that has just ended.
    pub fn observe(&mut self, loss: f64) {
        let Law::Plateau { patience, .. } = self.law else { return };
        if loss < self.stall.best * (1.0 - PLATEAU_THRESHOLD) {
            self.stall.best = loss;
            self.stall.bad_epochs = 0.0;
            return;
        }
        self.stall.bad_epochs += 1.0;
        if self.stall.bad_epochs > patience {
            self.stall.drops = self.stall.drops.saturating_add(1);
            self.stall.bad_epochs = 0.0;
        }
    }
}

/// α of step `i` of `n`, as PyTorch's OneCycleLR.
fn one_cycle(highest: f64, i: f64, n: f64) -> f64 {
    let first = highest / CYCLE_DIVISOR;
    let last = first / CYCLE_FINAL_DIVISOR;
    let along = |from: f64, to: f64, share: f64| to + 0.5 * (from - to) * (1.0 + (PI * share.min(1.0)).cos());
    let turn = CYCLE_UP * n - 1.0;
    if i <= turn {
        along(first, highest, i / turn)
    } else {
        along(highest, last, (i - turn) / (n - 1.0 - turn))
    }
}

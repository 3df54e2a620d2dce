//! Averages of g and of g², which Adam and its relatives share; v_0 = s_0 = 0:
//!
//! ```text
//! v ← β₁ v + (1 − β₁) g          v̂ = v / (1 − β₁ᵗ)
//! s ← β₂ s + (1 − β₂) g²         ŝ = s / (1 − β₂ᵗ)
//! ```
//!
//! The two corrections are the same for all parameters: they become a factor on α and one on √s, once a step.

use crate::Constant;
use crate::constant::Interval;
use mlpsweep_real::{Buffer, Real, zeros};
use std::ops::Range;

pub(super) const BETA1: Constant =
    Constant { key: "beta1", default: 0.9, range: Interval::SHARE, source: "Kingma & Ba 2015" };
pub(super) const BETA2: Constant =
    Constant { key: "beta2", default: 0.999, range: Interval::SHARE, source: "Kingma & Ba 2015" };

/// v and s of every parameter, and the step they are at.
#[derive(Clone, Debug)]
pub(super) struct Moments<T> {
    pub(super) beta1: f64,
    pub(super) beta2: f64,
    epsilon: T,
    /// Steps begun.
    pub(super) t: i32,
    step: Step<T>,
    mean: Buffer<T>,
    squares: Buffer<T>,
}

impl<T: Real> Moments<T> {
    /// For `n_params` parameters; `constants` begin with β₁, β₂, ε.
    pub(super) fn new(constants: &[f64], n_params: usize) -> Moments<T> {
        let (beta1, beta2, epsilon) = (constants[0], constants[1], T::from_f64(constants[2]));
        Moments {
            beta1,
            beta2,
            epsilon,
            t: 0,
            step: Step::new(beta1, beta2, epsilon, 1, T::zero()),
            mean: zeros(n_params),
            squares: zeros(n_params),
        }
    }

    /// The next step begins.
    pub(super) fn begin_step(&mut self, learning_rate: T) {
        self.t = self.t.saturating_add(1);
        self.step = Step::new(self.beta1, self.beta2, self.epsilon, self.t, learning_rate);
    }

    /// v and s at `range`, and what this step needs to know.
    pub(super) fn at(&mut self, range: Range<usize>) -> (&mut [T], &mut [T], Step<T>) {
        (&mut self.mean[range.clone()], &mut self.squares[range], self.step)
    }
}

/// What one step of the rules that average g and g² needs to know, once for all parameters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step<T> {
    /// α / (1 − β₁ᵗ)
    pub(super) rate: T,
    /// √(1 / (1 − β₂ᵗ))
    pub(super) root: T,
    beta1: T,
    rest1: T,
    beta2: T,
    rest2: T,
    pub(super) epsilon: T,
}

impl<T: Real> Step<T> {
    /// For step `t`, from 1.
    fn new(beta1: f64, beta2: f64, epsilon: T, t: i32, learning_rate: T) -> Step<T> {
        Step {
            rate: T::from_f64(learning_rate.to_f64() / (1.0 - beta1.powi(t))),
            root: T::from_f64((1.0 / (1.0 - beta2.powi(t))).sqrt()),
            beta1: T::from_f64(beta1),
            rest1: T::from_f64(1.0 - beta1),
            beta2: T::from_f64(beta2),
            rest2: T::from_f64(1.0 - beta2),
            epsilon,
        }
    }

    /// (β₁ v + (1 − β₁) g, β₂ s + (1 − β₂) g²)
    #[inline(always)]
    pub(super) fn average(&self, v: T, s: T, g: T) -> (T, T) {
        ((self.beta1 * v + self.rest1 * g).flush(), (self.beta2 * s + self.rest2 * g * g).flush())
    }
}

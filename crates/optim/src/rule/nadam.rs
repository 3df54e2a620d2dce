//! NAdam (Dozat 2016): Adam with Nesterov's look ahead, as PyTorch's, with momentum decay ψ:
//!
//! ```text
//! μ_t = β₁ (1 − ½ · 0.96^(t ψ)),   M_t = μ_1 ⋯ μ_t
//! v ← β₁ v + (1 − β₁) g,   s ← β₂ s + (1 − β₂) g²
//! θ ← θ − α ( (1 − μ_t)/(1 − M_t) · g + μ_{t+1}/(1 − M_{t+1}) · v ) / (√(s/(1 − β₂ᵗ)) + ε)
//! ```

use super::Rule;
use super::moments::{BETA1, BETA2, Moments, Step};
use super::rmsprop::EPSILON;
use crate::Constant;
use crate::constant::Interval;
use crate::penalty::Pull;
use mlpsweep_real::{Real, vectorised};
use std::ops::Range;

/// Adam that looks one step ahead.
#[derive(Clone, Debug)]
pub(super) struct NAdam<T> {
    moments: Moments<T>,
    momentum_decay: f64,
    /// M_t
    product: f64,
}

const MOMENTUM_DECAY: Constant = Constant {
    key: "momentum_decay",
    default: 0.004,
    range: Interval::NOT_NEGATIVE,
    source: "Dozat 2016; PyTorch",
};

impl<T: Real> NAdam<T> {
    /// μ_t
    fn mu(&self, t: i32) -> f64 {
        self.moments.beta1 * (1.0 - 0.5 * 0.96_f64.powf(f64::from(t) * self.momentum_decay))
    }
}

impl<T: Real> Rule<T> for NAdam<T> {
    const NAME: &'static str = "nadam";
    const N_STATES: usize = 2;
    const CONSTANTS: &'static [Constant] = &[BETA1, BETA2, EPSILON, MOMENTUM_DECAY];

    fn new(constants: &[f64], n_params: usize) -> NAdam<T> {
        NAdam { moments: Moments::new(constants, n_params), momentum_decay: constants[3], product: 1.0 }
    }

    fn begin_step(&mut self, learning_rate: T) {
        self.moments.begin_step(learning_rate);
        self.product *= self.mu(self.moments.t);
    }

    fn update(
        &mut self,
        range: Range<usize>,
        learning_rate: T,
        params: &mut [T],
        gradient: &[T],
        penalty: impl Pull<T>,
    ) {
        let alpha = learning_rate.to_f64();
        let (now, next) = (self.mu(self.moments.t), self.mu(self.moments.t.saturating_add(1)));
        let rates = (
            T::from_f64(alpha * (1.0 - now) / (1.0 - self.product)),
            T::from_f64(alpha * next / (1.0 - self.product * next)),
        );
        vectorised(pass, (params, gradient, penalty, self.moments.at(range), rates));
    }
}

type Pass<'a, T, P> = (&'a mut [T], &'a [T], P, (&'a mut [T], &'a mut [T], Step<T>), (T, T));

#[inline(always)]
fn pass<T: Real, P: Pull<T>>((params, gradient, penalty, (mean, squares, step), rates): Pass<'_, T, P>) {
    let (rate_now, rate_ahead) = rates;
    for (((theta, &g), v), s) in params.iter_mut().zip(gradient).zip(mean).zip(squares) {
        let g = penalty.add_to(g, *theta);
        let (mean, square) = step.average(*v, *s, g);
        *theta -= (rate_now * g + rate_ahead * mean) / (square.sqrt() * step.root + step.epsilon);
        (*v, *s) = (mean, square);
    }
}

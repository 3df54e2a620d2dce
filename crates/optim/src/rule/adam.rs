//! Adam (Kingma & Ba 2015, algorithm 1), v_0 = s_0 = 0:
//!
//! ```text
//! v ← β₁ v + (1 − β₁) g          v̂ = v / (1 − β₁ᵗ)
//! s ← β₂ s + (1 − β₂) g²         ŝ = s / (1 − β₂ᵗ)
//! θ ← θ − α v̂ / (√ŝ + ε)
//! ```
//!
//! The two corrections are the same for all parameters: they become a factor on α and one on √s, once a step.

use super::rmsprop::EPSILON;
use super::Rule;
use crate::constant::Interval;
use crate::{Constant, Penalty};
use mlpsweep_real::{Real, vectorised};
use std::ops::Range;

/// Averaged gradients divided by their recent size.
#[derive(Clone, Debug)]
pub(super) struct Adam<T> {
    beta1: f64,
    beta2: f64,
    epsilon: T,
    step: i32,
    moments: Moments<T>,
    mean: Vec<T>,
    squares: Vec<T>,
}

pub(super) const BETA1: Constant =
    Constant { key: "beta1", default: 0.9, range: Interval::SHARE, source: "Kingma & Ba 2015" };
pub(super) const BETA2: Constant =
    Constant { key: "beta2", default: 0.999, range: Interval::SHARE, source: "Kingma & Ba 2015" };

impl<T: Real> Rule<T> for Adam<T> {
    const NAME: &'static str = "adam";
    const CONSTANTS: &'static [Constant] = &[BETA1, BETA2, EPSILON];

    fn new(constants: &[f64], n_params: usize) -> Adam<T> {
        Adam {
            beta1: constants[0],
            beta2: constants[1],
            epsilon: T::from_f64(constants[2]),
            step: 0,
            moments: Moments::new(constants[0], constants[1], T::from_f64(constants[2]), 1, T::zero()),
            mean: vec![T::zero(); n_params],
            squares: vec![T::zero(); n_params],
        }
    }

    fn begin_step(&mut self, learning_rate: T) {
        self.step = self.step.saturating_add(1);
        self.moments = Moments::new(self.beta1, self.beta2, self.epsilon, self.step, learning_rate);
    }

    fn update(
        &mut self,
        range: Range<usize>,
        _learning_rate: T,
        params: &mut [T],
        gradient: &[T],
        penalty: Penalty<T>,
    ) {
        self.update_keeping(T::one(), range, params, gradient, penalty);
    }
}

impl<T: Real> Adam<T> {
    /// The update, with the parameters multiplied by `keep` on the way; the gradient's penalty is that of before.
    pub(super) fn update_keeping(
        &mut self,
        keep: T,
        range: Range<usize>,
        params: &mut [T],
        gradient: &[T],
        penalty: Penalty<T>,
    ) {
        let states = (&mut self.mean[range.clone()], &mut self.squares[range]);
        vectorised(pass, (params, gradient, penalty, states, self.moments, keep));
    }
}

/// What one step of the rules that average g and g² needs to know, once for all parameters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moments<T> {
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

impl<T: Real> Moments<T> {
    /// For step `t`, from 1.
    pub(super) fn new(beta1: f64, beta2: f64, epsilon: T, t: i32, learning_rate: T) -> Moments<T> {
        Moments {
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

type Pass<'a, T> = (&'a mut [T], &'a [T], Penalty<T>, (&'a mut [T], &'a mut [T]), Moments<T>, T);

#[inline(always)]
fn pass<T: Real>((params, gradient, penalty, (mean, squares), moments, keep): Pass<'_, T>) {
    for (((theta, &g), v), s) in params.iter_mut().zip(gradient).zip(mean).zip(squares) {
        let g = penalty.add_to(g, *theta);
        // States are stored last: read back right after its store, a value waits for it (2.4 times slower).
        let (mean, square) = moments.average(*v, *s, g);
        *theta = keep * *theta - moments.rate * mean / (square.sqrt() * moments.root + moments.epsilon);
        (*v, *s) = (mean, square);
    }
}

//! Adam (Kingma & Ba 2015, algorithm 1), v_0 = s_0 = 0:
//!
//! ```text
//! v ← β₁ v + (1 − β₁) g          v̂ = v / (1 − β₁ᵗ)
//! s ← β₂ s + (1 − β₂) g²         ŝ = s / (1 − β₂ᵗ)
//! θ ← θ − α v̂ / (√ŝ + ε)
//! ```
//!
//! The two corrections are the same for all parameters: they become a factor on α and one on √s, once a step.

use super::Rule;
use super::moments::{BETA1, BETA2, Moments, Step};
use super::rmsprop::EPSILON;
use crate::Constant;
use crate::penalty::Pull;
use mlpsweep_real::{Real, vectorised};
use std::ops::Range;

/// Averaged gradients divided by their recent size.
#[derive(Clone, Debug)]
pub(super) struct Adam<T>(Moments<T>);

impl<T: Real> Rule<T> for Adam<T> {
    const NAME: &'static str = "adam";
    const N_STATES: usize = 2;
    const CONSTANTS: &'static [Constant] = &[BETA1, BETA2, EPSILON];

    fn new(constants: &[f64], n_params: usize) -> Adam<T> {
        Adam(Moments::new(constants, n_params))
    }

    fn begin_step(&mut self, learning_rate: T) {
        self.0.begin_step(learning_rate);
    }

    fn update(
        &mut self,
        range: Range<usize>,
        _learning_rate: T,
        params: &mut [T],
        gradient: &[T],
        penalty: impl Pull<T>,
    ) {
        vectorised(pass, (params, gradient, penalty, self.0.at(range), T::one()));
    }
}

type Pass<'a, T, P> = (&'a mut [T], &'a [T], P, (&'a mut [T], &'a mut [T], Step<T>), T);

/// One step, with the parameters multiplied by `keep` on the way; the gradient's penalty is that of before.
#[inline(always)]
pub(super) fn pass<T: Real, P: Pull<T>>(
    (params, gradient, penalty, (mean, squares, step), keep): Pass<'_, T, P>,
) {
    for (((theta, &g), v), s) in params.iter_mut().zip(gradient).zip(mean).zip(squares) {
        let g = penalty.add_to(g, *theta);
        // States are stored last: read back right after its store, a value waits for it (2.4 times slower).
        let (mean, square) = step.average(*v, *s, g);
        *theta = keep * *theta - step.rate * mean / (square.sqrt() * step.root + step.epsilon);
        (*v, *s) = (mean, square);
    }
}

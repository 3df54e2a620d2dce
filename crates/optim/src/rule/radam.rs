//! RAdam (Liu et al. 2020): Adam that rectifies the variance of its first steps, as PyTorch's:
//!
//! ```text
//! ρ_∞ = 2/(1 − β₂) − 1,   ρ_t = ρ_∞ − 2 t β₂ᵗ/(1 − β₂ᵗ),   v̂, s as in Adam
//! ρ_t > 5:   r = √( (ρ_t − 4)(ρ_t − 2) ρ_∞ / ((ρ_∞ − 4)(ρ_∞ − 2) ρ_t) )
//!            θ ← θ − α v̂ r √(1 − β₂ᵗ) / (√s + ε)
//! else:      θ ← θ − α v̂
//! ```

use super::Rule;
use super::moments::{BETA1, BETA2, Moments, Step};
use super::rmsprop::EPSILON;
use crate::Constant;
use crate::penalty::Pull;
use mlpsweep_real::{Real, vectorised};
use std::ops::Range;

/// Adam with a warm-up of its own.
#[derive(Clone, Debug)]
pub(super) struct RAdam<T>(Moments<T>);

impl<T: Real> Rule<T> for RAdam<T> {
    const NAME: &'static str = "radam";
    const N_STATES: usize = 2;
    const CONSTANTS: &'static [Constant] = &[BETA1, BETA2, EPSILON];

    fn new(constants: &[f64], n_params: usize) -> RAdam<T> {
        RAdam(Moments::new(constants, n_params))
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
        let Moments { beta2, t, .. } = self.0;
        let power = beta2.powi(t);
        let longest = 2.0 / (1.0 - beta2) - 1.0;
        let length = longest - 2.0 * f64::from(t) * power / (1.0 - power);
        let states = self.0.at(range);
        if length > 5.0 {
            let ratio =
                (length - 4.0) * (length - 2.0) * longest / ((longest - 4.0) * (longest - 2.0) * length);
            let factor = T::from_f64((ratio * (1.0 - power)).sqrt());
            vectorised(pass_rectified, (params, gradient, penalty, states, factor));
        } else {
            vectorised(pass_plain, (params, gradient, penalty, states, T::one()));
        }
    }
}

type Pass<'a, T, P> = (&'a mut [T], &'a [T], P, (&'a mut [T], &'a mut [T], Step<T>), T);

#[inline(always)]
fn pass_rectified<T: Real, P: Pull<T>>(
    (params, gradient, penalty, (mean, squares, step), factor): Pass<'_, T, P>,
) {
    for (((theta, &g), v), s) in params.iter_mut().zip(gradient).zip(mean).zip(squares) {
        let g = penalty.add_to(g, *theta);
        let (mean, square) = step.average(*v, *s, g);
        *theta -= step.rate * mean * factor / (square.sqrt() + step.epsilon);
        (*v, *s) = (mean, square);
    }
}

#[inline(always)]
fn pass_plain<T: Real, P: Pull<T>>((params, gradient, penalty, (mean, squares, step), _): Pass<'_, T, P>) {
    for (((theta, &g), v), s) in params.iter_mut().zip(gradient).zip(mean).zip(squares) {
        let g = penalty.add_to(g, *theta);
        let (mean, square) = step.average(*v, *s, g);
        *theta -= step.rate * mean;
        (*v, *s) = (mean, square);
    }
}

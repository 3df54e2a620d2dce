//! RAdam (Liu et al. 2020): Adam that rectifies the variance of its first steps, as PyTorch's:
//!
//! ```text
//! ρ_∞ = 2/(1 − β₂) − 1,   ρ_t = ρ_∞ − 2 t β₂ᵗ/(1 − β₂ᵗ),   v̂, s as in Adam
//! ρ_t > 5:   r = √( (ρ_t − 4)(ρ_t − 2) ρ_∞ / ((ρ_∞ − 4)(ρ_∞ − 2) ρ_t) )
//!            θ ← θ − α v̂ r √(1 − β₂ᵗ) / (√s + ε)
//! else:      θ ← θ − α v̂
//! ```

use super::Rule;
use super::adam::{BETA1, BETA2, Moments};
use super::rmsprop::EPSILON;
use crate::{Constant, Penalty};
use mlpsweep_real::{Real, vectorised};
use std::ops::Range;

/// Adam with a warm-up of its own.
#[derive(Clone, Debug)]
pub(super) struct RAdam<T> {
    beta1: f64,
    beta2: f64,
    epsilon: T,
    step: i32,
    moments: Moments<T>,
    mean: Vec<T>,
    squares: Vec<T>,
}

impl<T: Real> Rule<T> for RAdam<T> {
    const NAME: &'static str = "radam";
    const CONSTANTS: &'static [Constant] = &[BETA1, BETA2, EPSILON];

    fn new(constants: &[f64], n_params: usize) -> RAdam<T> {
        RAdam {
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

    fn update(&mut self, range: Range<usize>, _learning_rate: T, params: &mut [T], gradient: &[T], penalty: Penalty<T>) {
        let power = self.beta2.powi(self.step);
        let longest = 2.0 / (1.0 - self.beta2) - 1.0;
        let length = longest - 2.0 * f64::from(self.step) * power / (1.0 - power);
        let rectified = (length > 5.0).then(|| {
            let ratio = (length - 4.0) * (length - 2.0) * longest / ((longest - 4.0) * (longest - 2.0) * length);
            T::from_f64((ratio * (1.0 - power)).sqrt())
        });
        let states = (&mut self.mean[range.clone()], &mut self.squares[range]);
        match rectified {
            Some(factor) => vectorised(pass_rectified, (params, gradient, penalty, states, self.moments, factor)),
            None => vectorised(pass_plain, (params, gradient, penalty, states, self.moments, T::one())),
        }
    }
}

type Pass<'a, T> = (&'a mut [T], &'a [T], Penalty<T>, (&'a mut [T], &'a mut [T]), Moments<T>, T);

#[inline(always)]
fn pass_rectified<T: Real>((params, gradient, penalty, (mean, squares), moments, factor): Pass<'_, T>) {
    for (((theta, &g), v), s) in params.iter_mut().zip(gradient).zip(mean).zip(squares) {
        let g = penalty.add_to(g, *theta);
        let (mean, square) = moments.average(*v, *s, g);
        *theta -= moments.rate * mean * factor / (square.sqrt() + moments.epsilon);
        (*v, *s) = (mean, square);
    }
}

#[inline(always)]
fn pass_plain<T: Real>((params, gradient, penalty, (mean, squares), moments, _): Pass<'_, T>) {
    for (((theta, &g), v), s) in params.iter_mut().zip(gradient).zip(mean).zip(squares) {
        let g = penalty.add_to(g, *theta);
        let (mean, square) = moments.average(*v, *s, g);
        *theta -= moments.rate * mean;
        (*v, *s) = (mean, square);
    }
}

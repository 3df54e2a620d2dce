//! AMSGrad (Reddi, Kale & Kumar 2018), as PyTorch's Adam with `amsgrad=True`, v_0 = s_0 = m_0 = 0:
//!
//! ```text
//! v ← β₁ v + (1 − β₁) g
//! s ← β₂ s + (1 − β₂) g²         m ← max(m, s)
//! θ ← θ − α/(1 − β₁ᵗ) · v / (√(m/(1 − β₂ᵗ)) + ε)
//! ```
//!
//! Adam whose step never grows again because gradients have become small.

use super::Rule;
use super::adam::{BETA1, BETA2, Moments};
use super::rmsprop::EPSILON;
use crate::{Constant, Penalty};
use mlpsweep_real::{Real, vectorised};
use std::ops::Range;

/// Adam with the largest squares so far.
#[derive(Clone, Debug)]
pub(super) struct AmsGrad<T> {
    beta1: f64,
    beta2: f64,
    epsilon: T,
    step: i32,
    moments: Moments<T>,
    mean: Vec<T>,
    squares: Vec<T>,
    largest: Vec<T>,
}

impl<T: Real> Rule<T> for AmsGrad<T> {
    const NAME: &'static str = "amsgrad";
    const CONSTANTS: &'static [Constant] = &[BETA1, BETA2, EPSILON];

    fn new(constants: &[f64], n_params: usize) -> AmsGrad<T> {
        AmsGrad {
            beta1: constants[0],
            beta2: constants[1],
            epsilon: T::from_f64(constants[2]),
            step: 0,
            moments: Moments::new(constants[0], constants[1], T::from_f64(constants[2]), 1, T::zero()),
            mean: vec![T::zero(); n_params],
            squares: vec![T::zero(); n_params],
            largest: vec![T::zero(); n_params],
        }
    }

    fn begin_step(&mut self, learning_rate: T) {
        self.step = self.step.saturating_add(1);
        self.moments = Moments::new(self.beta1, self.beta2, self.epsilon, self.step, learning_rate);
    }

    fn update(&mut self, range: Range<usize>, _learning_rate: T, params: &mut [T], gradient: &[T], penalty: Penalty<T>) {
        let states = (&mut self.mean[range.clone()], &mut self.squares[range.clone()], &mut self.largest[range]);
        vectorised(pass, (params, gradient, penalty, states, self.moments));
    }
}

type States<'a, T> = (&'a mut [T], &'a mut [T], &'a mut [T]);

#[inline(always)]
fn pass<T: Real>(
    (params, gradient, penalty, states, moments): (&mut [T], &[T], Penalty<T>, States<'_, T>, Moments<T>),
) {
    let (mean, squares, largest) = states;
    let each = params.iter_mut().zip(gradient).zip(mean).zip(squares).zip(largest);
    for ((((theta, &g), v), s), m) in each {
        let g = penalty.add_to(g, *theta);
        let (mean, square) = moments.average(*v, *s, g);
        let largest = m.max(square);
        *theta -= moments.rate * mean / (largest.sqrt() * moments.root + moments.epsilon);
        (*v, *s, *m) = (mean, square, largest);
    }
}

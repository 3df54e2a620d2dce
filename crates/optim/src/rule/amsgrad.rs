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
use super::moments::{BETA1, BETA2, Moments, Step};
use super::rmsprop::EPSILON;
use crate::Constant;
use crate::penalty::Pull;
use mlpsweep_real::{Buffer, Real, vectorised, zeros};
use std::ops::Range;

/// Adam with the largest squares so far.
#[derive(Clone, Debug)]
pub(super) struct AmsGrad<T> {
    moments: Moments<T>,
    largest: Buffer<T>,
}

impl<T: Real> Rule<T> for AmsGrad<T> {
    const NAME: &'static str = "amsgrad";
    const N_STATES: usize = 3;
    const CONSTANTS: &'static [Constant] = &[BETA1, BETA2, EPSILON];

    fn new(constants: &[f64], n_params: usize) -> AmsGrad<T> {
        AmsGrad { moments: Moments::new(constants, n_params), largest: zeros(n_params) }
    }

    fn begin_step(&mut self, learning_rate: T) {
        self.moments.begin_step(learning_rate);
    }

    fn update(
        &mut self,
        range: Range<usize>,
        _learning_rate: T,
        params: &mut [T],
        gradient: &[T],
        penalty: impl Pull<T>,
    ) {
        let largest = &mut self.largest[range.clone()];
        vectorised(pass, (params, gradient, penalty, self.moments.at(range), largest));
    }
}

type Pass<'a, T, P> = (&'a mut [T], &'a [T], P, (&'a mut [T], &'a mut [T], Step<T>), &'a mut [T]);

#[inline(always)]
fn pass<T: Real, P: Pull<T>>((params, gradient, penalty, (mean, squares, step), largest): Pass<'_, T, P>) {
    let each = params.iter_mut().zip(gradient).zip(mean).zip(squares).zip(largest);
    for ((((theta, &g), v), s), m) in each {
        let g = penalty.add_to(g, *theta);
        let (mean, square) = step.average(*v, *s, g);
        let largest = m.max(square);
        *theta -= step.rate * mean / (largest.sqrt() * step.root + step.epsilon);
        (*v, *s, *m) = (mean, square, largest);
    }
}

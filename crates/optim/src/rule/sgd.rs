//! Gradient descent: θ ← θ − α g.
//!
//! With a batch of all rows this is batch gradient descent, with a batch of one row stochastic gradient descent.

use super::Rule;
use crate::Constant;
use crate::penalty::Pull;
use mlpsweep_real::{Real, vectorised};
use std::marker::PhantomData;
use std::ops::Range;

/// Gradient descent; it has no state.
#[derive(Clone, Debug)]
pub(super) struct Sgd<T>(PhantomData<T>);

impl<T: Real> Rule<T> for Sgd<T> {
    const NAME: &'static str = "sgd";
    const N_STATES: usize = 0;
    const CONSTANTS: &'static [Constant] = &[];

    fn new(_constants: &[f64], _n_params: usize) -> Sgd<T> {
        Sgd(PhantomData)
    }

    fn update(
        &mut self,
        _range: Range<usize>,
        learning_rate: T,
        params: &mut [T],
        gradient: &[T],
        penalty: impl Pull<T>,
    ) {
        vectorised(pass, (params, gradient, penalty, learning_rate));
    }
}

#[inline(always)]
fn pass<T: Real, P: Pull<T>>((params, gradient, penalty, learning_rate): (&mut [T], &[T], P, T)) {
    for (theta, &g) in params.iter_mut().zip(gradient) {
        *theta -= learning_rate * penalty.add_to(g, *theta);
    }
}

//! L1 and L2 penalties on weights.
//!
//! ```text
//! P(W)   = l2/2 · Σ w² + l1 · Σ |w|
//! ∂P/∂w  = l2 · w + l1 · sign(w)          sign(0) = 0
//! ```
//!
//! With l2 = λ₂/m_train and l1 = λ₁/m_train, m_train the rows a network is trained on, a mini-batch's gradient estimates
//! the whole one without bias. For parity: PyTorch's `weight_decay` is l2; scikit-learn's `alpha` is λ₂·batch/m_train.

use mlpsweep_real::Real;
use std::ops::Range;

/// The strengths of both penalties, already divided by m_train.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Penalty<T> {
    /// λ₁/m_train
    pub l1: T,
    /// λ₂/m_train
    pub l2: T,
}

/// What a penalty adds to the gradient, as a type of its own where there is no L1: loops are then shorter by the sign.
pub(crate) trait Pull<T>: Copy {
    /// g + ∂P/∂w
    fn add_to(self, g: T, w: T) -> T;
}

impl<T: Real> Pull<T> for Penalty<T> {
    #[inline(always)]
    fn add_to(self, g: T, w: T) -> T {
        g + self.l2 * w + self.l1 * w.sign()
    }
}

/// L2 alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct L2<T>(pub(crate) T);

impl<T: Real> Pull<T> for L2<T> {
    #[inline(always)]
    fn add_to(self, g: T, w: T) -> T {
        g + self.0 * w
    }
}

impl<T: Real> Penalty<T> {
    /// No penalty.
    pub fn none() -> Penalty<T> {
        Penalty { l1: T::zero(), l2: T::zero() }
    }

    /// g += ∂P/∂w, for whoever needs the whole gradient before a step.
    pub fn add_to_gradient(self, weights: &[T], gradient: &mut [T]) {
        gradient.iter_mut().zip(weights).for_each(|(g, &w)| *g = self.add_to(*g, w));
    }

    /// P(W), summed in f64.
    pub fn value(&self, weights: &[T]) -> f64 {
        let mut cost = 0.0;
        if self.l2 != T::zero() {
            cost += 0.5 * self.l2.to_f64() * weights.iter().map(|w| w.to_f64().powi(2)).sum::<f64>();
        }
        if self.l1 != T::zero() {
            cost += self.l1.to_f64() * weights.iter().map(|w| w.to_f64().abs()).sum::<f64>();
        }
        cost
    }
}

/// A stretch of the parameter vector under one penalty: a layer's weights, or its biases under none.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment<T> {
    /// Where it lies.
    pub range: Range<usize>,
    /// What it costs.
    pub penalty: Penalty<T>,
}

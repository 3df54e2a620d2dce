//! L-BFGS (Liu & Nocedal 1989): Newton's step with an inverse Hessian that is remembered, not computed.
//!
//! With s_k = θ_{k+1} − θ_k and y_k = g_{k+1} − g_k of the last 10 steps, H is the inverse BFGS matrix they make from
//! H₀ = (s·y / y·y) I, applied by two passes over the pairs without ever being formed:
//!
//! ```text
//! q ← g;   for k = newest … oldest:  a_k = s_k·q / y_k·s_k,   q ← q − a_k y_k
//! r ← H₀ q; for k = oldest … newest:  b = y_k·r / y_k·s_k,     r ← r + (a_k − b) s_k
//! d = −r,   θ ← θ + a d               a by a strong-Wolfe line search, 1 being tried first
//! ```
//!
//! One step evaluates the objective on the whole batch as often as the line search asks, mostly once. Pairs are stored only
//! where y·s is clearly positive, so H stays positive definite. The first step, without a pair, goes at most a distance of
//! 1 along −g. Where the pairs lead to nothing lower, as beside a kink, they are forgotten and −g is tried; when that gains
//! nothing either, the step says so. Learning rate and decay have no part in it.

mod line_search;

use crate::{Segment, Step};
use line_search::{Point, strong_wolfe};
use mlpsweep_real::{Buffer, Real, zeros};

/// Pairs that are kept: scipy's `maxcor`, and so scikit-learn's.
const HISTORY: usize = 10;

/// A largest entry of the gradient up to this is a minimum: PyTorch's `tolerance_grad`.
const FLAT: f64 = 1e-7;

/// A step that gains no more than this, relative to max(|J|, 1), gains nothing: scikit-learn's `ftol`, 64 · 2⁻⁵².
const LEAST_GAIN: f64 = 64.0 * f64::EPSILON;

/// A pair is kept when y·s exceeds this share of y·y (Byrd, Lu, Nocedal & Zhu 1995).
const LEAST_CURVATURE: f64 = f64::EPSILON;

/// The pairs, and where the last step ended.
#[derive(Clone, Debug)]
pub(crate) struct Lbfgs<T> {
    n_params: usize,
    /// s_k, and y_k, the pair `k mod HISTORY` in its row.
    steps: Buffer<T>,
    changes: Buffer<T>,
    /// y_k·s_k
    curvatures: [f64; HISTORY],
    /// Pairs ever stored since the last fresh start.
    n_pairs: usize,
    /// J where the last step ended, as long as nobody has changed the objective.
    here: Option<Cost>,
    /// ∇J there, penalties included.
    gradient: Buffer<T>,
    /// θ and ∇J where the step that is being made began.
    start: Buffer<T>,
    start_gradient: Buffer<T>,
    direction: Buffer<T>,
}

/// J at one place.
#[derive(Clone, Copy, Debug)]
struct Cost {
    /// The data term.
    data: f64,
    /// With the penalties.
    whole: f64,
}

impl<T: Real> Lbfgs<T> {
    /// Vectors of the length of the parameters that it keeps.
    pub(crate) const N_STATES: usize = 2 * HISTORY + 4;

    pub(crate) fn new(n_params: usize) -> Lbfgs<T> {
        Lbfgs {
            n_params,
            steps: zeros(HISTORY * n_params),
            changes: zeros(HISTORY * n_params),
            curvatures: [0.0; HISTORY],
            n_pairs: 0,
            here: None,
            gradient: zeros(n_params),
            start: zeros(n_params),
            start_gradient: zeros(n_params),
            direction: zeros(n_params),
        }
    }

    /// The objective is not what it was: the next step evaluates it anew where it begins.
    pub(crate) fn forget_cost(&mut self) {
        self.here = None;
    }

    pub(crate) fn step(
        &mut self,
        params: &mut [T],
        segments: &[Segment<T>],
        mut objective: impl FnMut(&[T], &mut [T]) -> f64,
    ) -> Step {
        let mut cost_at = |params: &[T], gradient: &mut [T]| {
            let data = objective(params, gradient);
            let mut whole = data;
            for Segment { range, penalty } in segments {
                penalty.add_to_gradient(&params[range.clone()], &mut gradient[range.clone()]);
                whole += penalty.value(&params[range.clone()]);
            }
            Cost { data, whole }
        };
        let before = match self.here {
            Some(cost) => cost,
            None => cost_at(params, &mut self.gradient),
        };
        self.here = Some(before);
        if !(before.whole.is_finite() && self.gradient.iter().all(|g| g.is_finite())) {
            // There is no way down from here, and no minimum either.
            return Step { loss: f64::NAN, at_rest: false };
        }
        let largest = self.gradient.iter().fold(T::zero(), |largest, g| largest.max(g.abs()));
        if largest.to_f64() <= FLAT {
            return Step { loss: before.data, at_rest: true };
        }
        self.start.copy_from_slice(params);
        self.start_gradient.copy_from_slice(&self.gradient);
        loop {
            self.find_direction();
            if let Some(after) = self.search(before, params, &mut cost_at) {
                self.here = Some(after);
                let scale = before.whole.abs().max(after.whole.abs()).max(1.0);
                let gained = before.whole - after.whole > LEAST_GAIN * scale;
                let at_rest = !gained && self.n_pairs == 0;
                if gained {
                    self.remember(params);
                } else {
                    self.n_pairs = 0;
                }
                return Step { loss: before.data, at_rest };
            }
            params.copy_from_slice(&self.start);
            self.gradient.copy_from_slice(&self.start_gradient);
            if self.n_pairs == 0 {
                return Step { loss: before.data, at_rest: true };
            }
            // What is remembered misleads: once more along −g.
            self.n_pairs = 0;
        }
    }

    /// d = −H g
    fn find_direction(&mut self) {
        let n = self.n_params;
        let q = &mut self.direction;
        q.iter_mut().zip(&self.start_gradient[..]).for_each(|(q, &g)| *q = -g);
        let mut along = [0.0; HISTORY];
        let oldest_first = (self.n_pairs.saturating_sub(HISTORY)..self.n_pairs).map(|k| k % HISTORY);
        for k in oldest_first.clone().rev() {
            along[k] = dot(&self.steps[k * n..][..n], q) / self.curvatures[k];
            add(q, -along[k], &self.changes[k * n..][..n]);
        }
        if let Some(k) = oldest_first.clone().next_back() {
            let y = &self.changes[k * n..][..n];
            let scale = T::from_f64(self.curvatures[k] / dot(y, y));
            q.iter_mut().for_each(|q| *q *= scale);
        }
        for k in oldest_first {
            let back = dot(&self.changes[k * n..][..n], q) / self.curvatures[k];
            add(q, along[k] - back, &self.steps[k * n..][..n]);
        }
    }

    /// θ and ∇J move along the direction; J where they end, `None` when nothing lower was found.
    fn search(
        &mut self,
        before: Cost,
        params: &mut [T],
        cost_at: &mut impl FnMut(&[T], &mut [T]) -> Cost,
    ) -> Option<Cost> {
        let slope = dot(&self.direction, &self.start_gradient);
        if !(slope < 0.0 && slope.is_finite()) {
            return None;
        }
        let first = if self.n_pairs == 0 {
            1.0_f64.min(1.0 / dot(&self.direction, &self.direction).sqrt())
        } else {
            1.0
        };
        let mut cost = before;
        let Lbfgs { start, gradient, direction, .. } = self;
        let start_point = Point { length: 0.0, value: before.whole, slope };
        strong_wolfe(start_point, first, |length| {
            params.copy_from_slice(start);
            add(params, length, direction);
            cost = cost_at(params, gradient);
            Point { length, value: cost.whole, slope: dot(direction, gradient) }
        })?;
        Some(cost)
    }

    /// Keeps the pair of the step from `start` to `params`, where it tells of a curvature above 0.
    fn remember(&mut self, params: &[T]) {
        let step = || params.iter().zip(&self.start[..]).map(|(&new, &old)| new - old);
        let change = || self.gradient.iter().zip(&self.start_gradient[..]).map(|(&new, &old)| new - old);
        let curvature: f64 = step().zip(change()).map(|(s, y)| s.to_f64() * y.to_f64()).sum();
        let squares: f64 = change().map(|y| y.to_f64().powi(2)).sum();
        if curvature > LEAST_CURVATURE * squares {
            let k = self.n_pairs % HISTORY;
            let place = k * self.n_params..(k + 1) * self.n_params;
            self.steps[place.clone()].iter_mut().zip(step()).for_each(|(place, s)| *place = s);
            self.changes[place].iter_mut().zip(change()).for_each(|(place, y)| *place = y);
            self.curvatures[k] = curvature;
            self.n_pairs += 1;
        }
    }
}

/// a·b, summed in f64.
fn dot<T: Real>(a: &[T], b: &[T]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a.to_f64() * b.to_f64()).sum()
}

/// values += factor · direction
fn add<T: Real>(values: &mut [T], factor: f64, direction: &[T]) {
    let factor = T::from_f64(factor);
    values.iter_mut().zip(direction).for_each(|(value, &d)| *value += factor * d);
}

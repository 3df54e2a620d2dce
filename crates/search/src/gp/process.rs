//! The Gaussian process of losses: its kernel, the fit of that, and what it expects where.

use crate::cube::Coordinate;
use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

/// Steps of the fit.
const MOST_STEPS: usize = 25;
/// Added to v: without it the matrix of trials side by side is not positive definite.
const LEAST_NOISE: f64 = 1e-6;

/// ln w_j of every axis, ln s, ln v.
type Theta = DVector<f64>;

/// w, s and v.
#[derive(Clone, Debug)]
struct Kernel {
    weights: Vec<f64>,
    scale: f64,
    noise: f64,
}

/// (x_j − x'_j)² of one axis.
fn squared(a: Coordinate, b: Coordinate) -> f64 {
    match (a, b) {
        (Coordinate::Choice(a, _), Coordinate::Choice(b, _)) => f64::from(u8::from(a != b)),
        (a, b) => (a.middle() - b.middle()).powi(2),
    }
}

impl Kernel {
    fn new(theta: &Theta) -> Kernel {
        let d = theta.len() - 2;
        Kernel {
            weights: theta.iter().take(d).map(|ln_w| ln_w.exp()).collect(),
            scale: theta[d].exp(),
            noise: theta[d + 1].exp(),
        }
    }

    /// k(a, b), and its derivative by r².
    fn with_slope(&self, a: &[Coordinate], b: &[Coordinate]) -> (f64, f64) {
        let r2: f64 = a.iter().zip(b).zip(&self.weights).map(|((&a, &b), w)| w * squared(a, b)).sum();
        let r = (5.0 * r2).sqrt();
        let decay = self.scale * (-r).exp();
        ((1.0 + r + 5.0 / 3.0 * r2) * decay, -5.0 / 6.0 * (1.0 + r) * decay)
    }

    /// K + v·I.
    fn covariance(&self, x: &[Vec<Coordinate>]) -> DMatrix<f64> {
        let mut k = DMatrix::zeros(x.len(), x.len());
        for i in 0..x.len() {
            for j in 0..i {
                let value = self.with_slope(&x[i], &x[j]).0;
                (k[(i, j)], k[(j, i)]) = (value, value);
            }
            k[(i, i)] = self.scale + self.noise + LEAST_NOISE;
        }
        k
    }
}

/// Minus the log posterior density of θ, and its gradient; `None` where the matrix is not positive definite.
fn energy(x: &[Vec<Coordinate>], y: &DVector<f64>, theta: &Theta) -> Option<(f64, DVector<f64>)> {
    let (n, d) = (x.len(), theta.len() - 2);
    let kernel = Kernel::new(theta);
    let Kernel { scale, noise, .. } = kernel;
    let (mut k, mut slope) = (DMatrix::zeros(n, n), DMatrix::zeros(n, n));
    for i in 0..n {
        for j in 0..=i {
            let (value, by_r2) = kernel.with_slope(&x[i], &x[j]);
            (k[(i, j)], k[(j, i)]) = (value, value);
            slope[(i, j)] = by_r2;
        }
    }
    let mut noisy = k.clone();
    (0..n).for_each(|i| noisy[(i, i)] += LEAST_NOISE + noise);
    let cholesky = Cholesky::new(noisy)?;
    let alpha = cholesky.solve(y);
    let inverse = cholesky.inverse();
    let ln_det = 2.0 * (0..n).map(|i| cholesky.l_dirty()[(i, i)].ln()).sum::<f64>();
    let mut energy = 0.5 * y.dot(&alpha) + 0.5 * ln_det;
    // ∂energy/∂θ = ½ Σ_ij (K⁻¹ − αα')_ij ∂K_ij/∂θ
    let mut gradient = DVector::zeros(theta.len());
    for i in 0..n {
        for j in 0..=i {
            let twice = if i == j { 0.5 } else { 1.0 };
            let weight = twice * (inverse[(i, j)] - alpha[i] * alpha[j]);
            gradient[d] += weight * k[(i, j)];
            if i == j {
                gradient[d + 1] += weight * noise;
            } else {
                for axis in 0..d {
                    gradient[axis] += weight * slope[(i, j)] * squared(x[i][axis], x[j][axis]);
                }
            }
        }
    }
    for (axis, &w) in kernel.weights.iter().enumerate() {
        gradient[axis] *= w;
        energy += (w + 1.0 / w) / 10.0;
        gradient[axis] += (w - 1.0 / w) / 10.0;
    }
    energy -= theta[d] - scale;
    gradient[d] -= 1.0 - scale;
    energy -= 0.1 * theta[d + 1] - 30.0 * noise;
    gradient[d + 1] -= 0.1 - 30.0 * noise;
    energy.is_finite().then_some((energy, gradient))
}

/// All w and s are 1, and v is a hundredth.
fn start(d: usize) -> Theta {
    let mut theta = DVector::zeros(d + 2);
    theta[d + 1] = 0.01_f64.ln();
    theta
}

/// The θ of the least energy near the start, by BFGS with halved steps.
fn fit(x: &[Vec<Coordinate>], y: &DVector<f64>) -> Option<Theta> {
    let d = x[0].len();
    let mut theta = start(d);
    let (mut value, mut gradient) = energy(x, y, &theta)?;
    let mut inverse_hessian = DMatrix::identity(d + 2, d + 2) * (0.5 / gradient.norm().max(1.0));
    for _ in 0..MOST_STEPS {
        let mut step = -(&inverse_hessian * &gradient);
        // No step beyond a factor of e²: the energy is far from quadratic.
        let largest = step.amax();
        if largest > 2.0 {
            step *= 2.0 / largest;
        }
        let slope = gradient.dot(&step);
        if slope.is_nan() || slope > -1e-6 {
            break;
        }
        let taken = (0..6).find_map(|halvings| {
            let step = &step * 0.5_f64.powi(halvings);
            let (next, next_gradient) = energy(x, y, &(&theta + &step))?;
            (next <= value + 1e-4 * slope * 0.5_f64.powi(halvings)).then_some((step, next, next_gradient))
        });
        let Some((step, next, next_gradient)) = taken else { break };
        let change = &next_gradient - &gradient;
        let curvature = step.dot(&change);
        if curvature > 1e-10 {
            let identity = DMatrix::identity(d + 2, d + 2);
            let left = &identity - &step * change.transpose() / curvature;
            inverse_hessian =
                &left * inverse_hessian * left.transpose() + &step * step.transpose() / curvature;
        }
        let gain = value - next;
        (theta, value, gradient) = (theta + step, next, next_gradient);
        if gain < 1e-4 {
            break;
        }
    }
    Some(theta)
}

/// The fitted process, given trials.
pub(super) struct Process {
    kernel: Kernel,
    /// Trials that have ended, then those that run.
    x: Vec<Vec<Coordinate>>,
    /// (K + vI)⁻¹ y of those that have ended.
    alpha: DVector<f64>,
    /// Of all.
    cholesky: Cholesky<f64, Dyn>,
}

impl Process {
    /// With w, s and v as some of the trials say, given all of them, and `running` beside; `None` where a matrix is not positive
    /// definite.
    pub(super) fn fit(
        some_x: &[Vec<Coordinate>],
        some_y: &[f64],
        mut x: Vec<Vec<Coordinate>>,
        y: Vec<f64>,
        running: Vec<Vec<Coordinate>>,
    ) -> Option<Process> {
        let kernel = Kernel::new(&fit(some_x, &DVector::from_column_slice(some_y))?);
        let ended = Cholesky::new(kernel.covariance(&x))?;
        let alpha = ended.solve(&DVector::from_vec(y));
        let cholesky = if running.is_empty() {
            ended
        } else {
            x.extend(running);
            Cholesky::new(kernel.covariance(&x))?
        };
        Some(Process { kernel, x, alpha, cholesky })
    }

    /// μ and σ of y at a point.
    pub(super) fn predict(&self, at: &[Coordinate]) -> (f64, f64) {
        let k = self.x.iter().map(|x| self.kernel.with_slope(x, at).0);
        let k = DVector::from_iterator(self.x.len(), k);
        let mean = self.alpha.dot(&k.rows(0, self.alpha.len()));
        let explained = self.cholesky.l_dirty().solve_lower_triangular(&k);
        let variance = self.kernel.scale - explained.map_or(0.0, |explained| explained.norm_squared());
        (mean, variance.max(1e-12).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlpsweep_seed::Seed;
    use rand::RngExt as _;

    fn points(n: usize, d: usize) -> (Vec<Vec<Coordinate>>, Vec<f64>) {
        let mut stream = Seed::new(3).stream();
        let x: Vec<Vec<Coordinate>> = (0..n)
            .map(|i| {
                let number = |u: f64| Coordinate::Number(u, u);
                let mut x: Vec<Coordinate> = (1..d).map(|_| number(stream.random())).collect();
                x.push(Coordinate::Choice(i % 3, 0.5));
                x
            })
            .collect();
        let y =
            x.iter().map(|x| (5.0 * x[0].middle()).sin() + x[d - 1].middle() + 0.1 * stream.random::<f64>());
        let y = y.collect();
        (x, y)
    }

    /// The gradient is that of differences of the energy.
    #[test]
    fn the_gradient_of_the_energy() {
        let (x, y) = points(20, 3);
        let y = DVector::from_vec(y);
        let theta = DVector::from_vec(vec![0.3, -0.5, 0.2, 0.1, -3.0]);
        let (_, gradient) = energy(&x, &y, &theta).expect("positive definite");
        for i in 0..theta.len() {
            let h = 1e-5;
            let moved = |by: f64| {
                let mut theta = theta.clone();
                theta[i] += by;
                energy(&x, &y, &theta).expect("positive definite").0
            };
            let numeric = (moved(h) - moved(-h)) / (2.0 * h);
            assert!(
                (numeric - gradient[i]).abs() < 1e-6 * (1.0 + numeric.abs()),
                "{i}: {numeric} {}",
                gradient[i]
            );
        }
    }

    #[test]
    fn the_fit_finds_what_matters() {
        let (x, y) = points(60, 4);
        let y = DVector::from_vec(y);
        let theta = fit(&x, &y).expect("a fit");
        // More than e⁵ times as probable.
        assert!(energy(&x, &y, &theta).expect("fine").0 < energy(&x, &y, &start(4)).expect("fine").0 - 5.0);
        assert!(
            theta[0] > theta[1] + 1.0 && theta[0] > theta[2] + 1.0,
            "only the first number matters: {theta}"
        );
    }
}

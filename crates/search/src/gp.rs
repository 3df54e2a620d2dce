//! Bayesian optimisation with a Gaussian process, for small spaces and few trials.
//!
//! ```text
//! y          losses, cut at the outer fence q₃ + 3(q₃ − q₁) of complete trials, standardised
//! k(x, x')   = s · M(r),   M(r) = (1 + √5 r + 5/3 r²)·exp(−√5 r),   r² = Σ_j w_j (x_j − x'_j)²       Matérn 5/2, ARD
//! y          ~ N(0, K + v·I)
//! μ, σ       of y at a point, given the trials that have ended; σ also given that those that run are there
//! proposal   the new point of the largest ln E[max(y_best − y, 0)] under N(μ, σ²)                       log EI
//! ```
//!
//! x_j is the middle of the value's shares, so that every axis is [0, 1] in the parameter's scale; two choices of a list are 1
//! apart. w, s and v are those of the largest posterior density: the marginal likelihood times priors, for w of
//! exp(−(w + 1/w)/10), for s of a Gamma(2, 1), for v of a Gamma(1.1, 30), as in Optuna 5.
//!
//! Until ten trials have ended proposals are those of a scrambled [`Sobol`] sequence. A trial that was stopped counts with its own
//! loss, but as no better than the median of complete ones; one that diverged, failed or ran out of time as the worst of them.

use crate::parzen::Coordinate;
use crate::sampler::{History, Sampler, TrialNumber, TrialState};
use crate::sobol::Sobol;
use crate::space::{Point, Space};
use crate::tpe::{N_STARTUP, Searched};
use crate::value::Value;
use mlpsweep_seed::Seed;
use mlpsweep_stats::{normal_cdf, quantile};
use nalgebra::{Cholesky, DMatrix, DVector, Dyn};
use rand::RngExt as _;
use std::f64::consts::{PI, SQRT_2};

/// Trials that w, s and v are fitted to: half of them the best, the others from all over.
const MOST_FITTED: usize = 100;
/// Trials that μ and σ go by, chosen likewise.
const MOST_KNOWN: usize = 400;
/// Steps of the fit.
const MOST_STEPS: usize = 25;
/// Points among which the best few are looked for.
const N_CANDIDATES: usize = 512;
/// The best so many of them are improved step by step.
const N_IMPROVED: usize = 4;
/// On one axis.
const STEPS: [f64; 4] = [0.1, 0.03, 0.01, 0.003];

/// Proposes where a Gaussian process expects the largest improvement.
#[derive(Clone, Debug)]
pub struct Gp {
    seed: Seed,
    sobol: Sobol,
}

impl Gp {
    /// With the seed of the sweep.
    pub fn new(seed: Seed) -> Gp {
        Gp { seed: seed.child("sampler").child("gp"), sobol: Sobol::new(seed) }
    }
}

impl Sampler for Gp {
    fn propose(&mut self, space: &Space, history: History<'_>, number: TrialNumber) -> Option<Point> {
        let searched = Searched::new(space);
        let known = if history.finished.len() < N_STARTUP { None } else { Known::new(&searched, history) };
        let Some(known) = known.filter(|_| !searched.domains.is_empty()) else {
            return self.sobol.new_point(space, history, number);
        };
        let model = Model::fit(known);
        let point =
            model.and_then(|model| best_point(&model, &searched, space, history, self.seed.nth(number)));
        point.or_else(|| self.sobol.new_point(space, history, number))
    }
}

/// Where trials lie and what they lost.
struct Known {
    x: Vec<Vec<Coordinate>>,
    y: Vec<f64>,
    /// Where trials run.
    running: Vec<Vec<Coordinate>>,
}

impl Known {
    /// `None` where fewer than two trials are complete, or all are alike.
    fn new(searched: &Searched<'_>, history: History<'_>) -> Option<Known> {
        let complete = history.finished.iter().filter(|record| record.state == TrialState::Complete);
        let mut losses: Vec<f64> = complete.filter_map(|record| record.loss).collect();
        losses.sort_unstable_by(f64::total_cmp);
        let (least, worst) = (*losses.first()?, *losses.last()?);
        if least == worst {
            return None;
        }
        let (low, middle, high) = (quantile(&losses, 0.25), quantile(&losses, 0.5), quantile(&losses, 0.75));
        let fence = (high + 3.0 * (high - low)).clamp(middle, worst);
        let mut trials: Vec<(Vec<Coordinate>, f64)> = Vec::new();
        for record in history.finished {
            let Some(x) = searched.coordinates(&record.point) else { continue };
            let loss = match (record.state, record.loss) {
                (TrialState::Complete, Some(loss)) => loss,
                (TrialState::Pruned, Some(loss)) => loss.max(middle),
                _ => worst,
            };
            trials.push((x, loss.min(fence)));
        }
        let trials = some_of(trials, MOST_KNOWN);
        let (x, mut y): (Vec<_>, Vec<f64>) = trials.into_iter().unzip();
        let mean = mlpsweep_stats::mean(&y)?;
        let sd = mlpsweep_stats::sd(&y).filter(|sd| *sd > 0.0)?;
        y.iter_mut().for_each(|y| *y = (*y - mean) / sd);
        let running = history.running.iter().filter_map(|point| searched.coordinates(point)).collect();
        Some(Known { x, y, running })
    }
}

/// At most `most` trials: half of them the best, the others from all over the rest.
fn some_of<T: Clone>(mut trials: Vec<(T, f64)>, most: usize) -> Vec<(T, f64)> {
    if trials.len() <= most {
        return trials;
    }
    trials.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    let (n_best, n_rest) = (most / 2, trials.len() - most / 2);
    let others = (0..most - n_best).map(|i| n_best + i * n_rest / (most - n_best));
    (0..n_best).chain(others).map(|i| trials[i].clone()).collect()
}

/// (x_j − x'_j)² of one axis.
fn squared(a: Coordinate, b: Coordinate) -> f64 {
    match (a, b) {
        (Coordinate::Choice(a, _), Coordinate::Choice(b, _)) => f64::from(u8::from(a != b)),
        (a, b) => (a.middle() - b.middle()).powi(2),
    }
}

/// ln w_j of every axis, ln s, ln v.
type Theta = DVector<f64>;

/// s·M(r) of r², and its derivative by r².
fn matern(scale: f64, r2: f64) -> (f64, f64) {
    let a = (5.0 * r2).sqrt();
    let decay = (-a).exp();
    (scale * (1.0 + a + 5.0 / 3.0 * r2) * decay, scale * (-5.0 / 6.0) * (1.0 + a) * decay)
}

/// Least noise: below it the matrix may not be positive definite.
const LEAST_NOISE: f64 = 1e-6;

fn noise(theta: &Theta) -> f64 {
    theta[theta.len() - 1].exp() + LEAST_NOISE
}

fn r2(theta: &Theta, a: &[Coordinate], b: &[Coordinate]) -> f64 {
    a.iter().zip(b).zip(theta.iter()).map(|((&a, &b), ln_w)| ln_w.exp() * squared(a, b)).sum()
}

/// Minus the log posterior density of θ, and its gradient; `None` where the matrix is not positive definite.
fn energy(x: &[Vec<Coordinate>], y: &DVector<f64>, theta: &Theta) -> Option<(f64, DVector<f64>)> {
    let (n, d) = (x.len(), theta.len() - 2);
    let (scale, noise) = (theta[d].exp(), noise(theta));
    let (mut k, mut slope) = (DMatrix::zeros(n, n), DMatrix::zeros(n, n));
    for i in 0..n {
        for j in 0..=i {
            let (value, by_r2) = matern(scale, r2(theta, &x[i], &x[j]));
            (k[(i, j)], k[(j, i)]) = (value, value);
            slope[(i, j)] = by_r2;
        }
    }
    let mut noisy = k.clone();
    (0..n).for_each(|i| noisy[(i, i)] += noise);
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
                gradient[d + 1] += weight * (noise - LEAST_NOISE);
            } else {
                for axis in 0..d {
                    gradient[axis] += weight * slope[(i, j)] * squared(x[i][axis], x[j][axis]);
                }
            }
        }
    }
    for axis in 0..d {
        let w = theta[axis].exp();
        gradient[axis] *= w;
        energy += (w + 1.0 / w) / 10.0;
        gradient[axis] += (w - 1.0 / w) / 10.0;
    }
    energy -= theta[d] - scale;
    gradient[d] -= 1.0 - scale;
    let own = noise - LEAST_NOISE;
    energy -= 0.1 * theta[d + 1] - 30.0 * own;
    gradient[d + 1] -= 0.1 - 30.0 * own;
    energy.is_finite().then_some((energy, gradient))
}

/// The θ of the least energy near the start, by BFGS with halved steps.
fn fit(x: &[Vec<Coordinate>], y: &DVector<f64>, d: usize) -> Option<Theta> {
    let mut theta = DVector::zeros(d + 2);
    theta[d + 1] = 0.01_f64.ln();
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

/// The fitted process.
struct Model {
    theta: Theta,
    /// Trials that have ended, then those that run.
    x: Vec<Vec<Coordinate>>,
    /// (K + vI)⁻¹ y of those that have ended.
    alpha: DVector<f64>,
    /// Of all.
    cholesky: Cholesky<f64, Dyn>,
    best: f64,
}

impl Model {
    fn fit(known: Known) -> Option<Model> {
        let Known { mut x, y, running } = known;
        let d = x[0].len();
        let fitted = some_of(x.iter().cloned().zip(y.iter().copied()).collect(), MOST_FITTED);
        let (some_x, some_y): (Vec<_>, Vec<f64>) = fitted.into_iter().unzip();
        let theta = fit(&some_x, &DVector::from_vec(some_y), d)?;
        let best = y.iter().copied().fold(f64::INFINITY, f64::min);
        let alpha = Cholesky::new(covariance(&theta, &x))?.solve(&DVector::from_vec(y));
        x.extend(running);
        let cholesky = Cholesky::new(covariance(&theta, &x))?;
        Some(Model { theta, x, alpha, cholesky, best })
    }

    /// ln of the expected improvement.
    fn log_ei(&self, at: &[Coordinate]) -> f64 {
        let scale = self.theta[self.theta.len() - 2].exp();
        let k = DVector::from_iterator(
            self.x.len(),
            self.x.iter().map(|x| matern(scale, r2(&self.theta, x, at)).0),
        );
        let mean = self.alpha.dot(&k.rows(0, self.alpha.len()));
        let solved = self.cholesky.l_dirty().solve_lower_triangular(&k);
        let variance = scale - solved.map_or(0.0, |solved| solved.norm_squared());
        let sigma = variance.max(1e-12).sqrt();
        ln_h((self.best - mean) / sigma) + sigma.ln()
    }
}

fn covariance(theta: &Theta, x: &[Vec<Coordinate>]) -> DMatrix<f64> {
    let (scale, noise) = (theta[theta.len() - 2].exp(), noise(theta));
    let weights: Vec<f64> = theta.iter().map(|ln_w| ln_w.exp()).collect();
    let r2 = |a: &[Coordinate], b: &[Coordinate]| -> f64 {
        a.iter().zip(b).zip(&weights).map(|((&a, &b), w)| w * squared(a, b)).sum()
    };
    let mut k = DMatrix::zeros(x.len(), x.len());
    for i in 0..x.len() {
        for j in 0..i {
            let value = matern(scale, r2(&x[i], &x[j])).0;
            (k[(i, j)], k[(j, i)]) = (value, value);
        }
        k[(i, i)] = scale + noise;
    }
    k
}

/// ln(φ(z) + z Φ(z)), also where that is below all floats (Ament et al. 2023).
fn ln_h(z: f64) -> f64 {
    let ln_phi = -0.5 * z * z - 0.5 * (2.0 * PI).ln();
    if z > -1.0 {
        return (ln_phi.exp() + z * normal_cdf(z)).ln();
    }
    let t = -z;
    // φ(t)·(1 − t·R(t)) with Mills' ratio R, whose digits cancel for large t.
    let rest = if t < 8.0 {
        1.0 - t * normal_cdf(-t) / ln_phi.exp()
    } else {
        let t2 = t * t;
        (1.0 - 3.0 / t2 + 15.0 / (t2 * t2) - 105.0 / (t2 * t2 * t2)) / t2
    };
    ln_phi + rest.max(f64::MIN_POSITIVE).ln()
}

/// The new point of the largest expected improvement that was found.
fn best_point(
    model: &Model,
    searched: &Searched<'_>,
    space: &Space,
    history: History<'_>,
    seed: Seed,
) -> Option<Point> {
    let evaluate = |values: Vec<Value>| {
        let point = searched.point(space, values);
        let score = searched.coordinates(&point).map_or(f64::NEG_INFINITY, |x| model.log_ei(&x));
        (score, point)
    };
    let sample = |shares: &[f64]| -> Vec<Value> {
        searched.domains.iter().zip(shares).map(|(domain, &u)| domain.sample(u)).collect()
    };
    let shares_of = |x: &[Coordinate]| -> Vec<f64> { x.iter().map(|x| x.middle()).collect() };
    let mut stream = seed.stream();
    let mut tried: Vec<(f64, Vec<f64>, Point)> = Vec::new();
    let d = searched.domains.len();
    let consider = |shares: Vec<f64>, tried: &mut Vec<(f64, Vec<f64>, Point)>| -> f64 {
        let (score, point) = evaluate(sample(&shares));
        tried.push((score, shares, point));
        score
    };
    for _ in 0..N_CANDIDATES {
        let shares = (0..d).map(|_| stream.random()).collect();
        consider(shares, &mut tried);
    }
    // About the best trials, too.
    let mut best: Vec<_> =
        history.finished.iter().filter(|record| record.state == TrialState::Complete).collect();
    best.sort_by(|a, b| a.loss.unwrap_or(f64::INFINITY).total_cmp(&b.loss.unwrap_or(f64::INFINITY)));
    for record in best.into_iter().take(N_IMPROVED) {
        let Some(x) = searched.coordinates(&record.point) else { continue };
        for _ in 0..16 {
            let near = shares_of(&x).into_iter().map(|u| {
                let moved = u + 0.1 * (stream.random::<f64>() + stream.random::<f64>() - 1.0) * SQRT_2;
                moved.clamp(0.0, 1.0 - f64::EPSILON)
            });
            consider(near.collect(), &mut tried);
        }
    }
    tried.sort_by(|(a, ..), (b, ..)| b.total_cmp(a));
    let starts: Vec<(f64, Vec<f64>)> =
        tried.iter().take(N_IMPROVED).map(|(score, shares, _)| (*score, shares.clone())).collect();
    for (mut score, mut at) in starts {
        for step in STEPS {
            for axis in 0..d {
                for to in neighbours(searched.domains[axis].count(), at[axis], step) {
                    let mut moved = at.clone();
                    moved[axis] = to;
                    let found = consider(moved.clone(), &mut tried);
                    if found > score {
                        (score, at) = (found, moved);
                    }
                }
            }
        }
    }
    tried.sort_by(|(a, ..), (b, ..)| b.total_cmp(a));
    tried
        .into_iter()
        .filter(|(score, ..)| score.is_finite())
        .map(|(.., point)| point)
        .find(|point| !history.holds(point))
}

/// Shares beside `u`, a step away; of a domain with few values those of its neighbours at least.
fn neighbours(count: Option<u128>, u: f64, step: f64) -> [f64; 2] {
    let step = step.max(count.map_or(0.0, |count| 1.0 / count as f64));
    [u - step, u + step].map(|u| u.clamp(0.0, 1.0 - f64::EPSILON))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scale;
    use crate::domain::Domain;
    use crate::{FloatRange, Parameter, TrialRecord};

    fn points(n: usize, d: usize) -> (Vec<Vec<Coordinate>>, Vec<f64>) {
        let mut stream = Seed::new(3).stream();
        let x: Vec<Vec<Coordinate>> = (0..n)
            .map(|i| {
                let number = |u: f64| Coordinate::Number(u, u);
                let mut x: Vec<Coordinate> = (1..d).map(|_| number(stream.random())).collect();
                x.push(Coordinate::Choice(i % 3, 3));
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
        let start = {
            let mut theta = DVector::zeros(6);
            theta[5] = 0.01_f64.ln();
            theta
        };
        let theta = fit(&x, &y, 4).expect("a fit");
        assert!(energy(&x, &y, &theta).expect("fine").0 < energy(&x, &y, &start).expect("fine").0 - 5.0);
        assert!(
            theta[0] > theta[1] + 1.0 && theta[0] > theta[2] + 1.0,
            "only the first number matters: {theta}"
        );
    }

    /// Of no observation at its point the process knows the prior, and at an observation what was seen there.
    #[test]
    fn expected_improvement() {
        // E[max(−z', 0)] for z' ~ N(−z, 1) by Simpson's rule.
        for z in [-7.5, -3.0, -1.0, -0.5, 0.0, 2.0] {
            let n = 4000;
            let f = |e: f64| (z + e).max(0.0) * (-0.5 * e * e).exp() / (2.0 * PI).sqrt();
            let (low, high) = (-z, -z + 12.0);
            let h = (high - low) / f64::from(n);
            let sum: f64 = (0..=n)
                .map(|i| {
                    let weight = if i == 0 || i == n {
                        1.0
                    } else if i % 2 == 1 {
                        4.0
                    } else {
                        2.0
                    };
                    weight * f(low + h * f64::from(i))
                })
                .sum();
            let expected = (sum * h / 3.0).ln();
            assert!(
                (ln_h(z) - expected).abs() < 1e-6 * expected.abs().max(1.0),
                "{z}: {} {expected}",
                ln_h(z)
            );
        }
        let gap = ln_h(-8.0 + 1e-9) - ln_h(-8.0 - 1e-9);
        assert!(gap.abs() < 1e-4, "{gap} where the two ways meet");
        assert!(ln_h(-1e6).is_finite());
    }

    #[test]
    fn finds_the_bottom_of_a_bowl() {
        let domain = || Domain::Float(FloatRange::new(-1.0, 1.0, None, Scale::Linear).unwrap());
        let space = Space::new(vec![Parameter::new("a", domain()), Parameter::new("b", domain())]).unwrap();
        let loss = |point: &Point| {
            let x: Vec<f64> = point
                .iter()
                .map(|(_, value)| match value {
                    Value::Float(x) => *x,
                    _ => 0.0,
                })
                .collect();
            (x[0] - 0.3).powi(2) + 3.0 * (x[1] + 0.2).powi(2)
        };
        let mut sampler = Gp::new(Seed::new(1));
        let mut finished: Vec<TrialRecord> = Vec::new();
        for number in 0..30 {
            let point =
                sampler.propose(&space, History { finished: &finished, running: &[] }, number).unwrap();
            let loss = Some(loss(&point));
            finished.push(TrialRecord { number, point, state: TrialState::Complete, n_folds: 5, loss });
        }
        let best = finished.iter().filter_map(|record| record.loss).fold(f64::INFINITY, f64::min);
        assert!(best < 1e-4, "{best}");
    }
}

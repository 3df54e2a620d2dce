//! Where the largest improvement is to be expected.

use super::process::Process;
use crate::cube::{Coordinate, Searched};
use crate::sampler::{History, TrialState};
use crate::space::Point;
use crate::tpe::compare;
use mlpsweep_seed::Seed;
use mlpsweep_stats::normal_cdf;
use rand::RngExt as _;
use std::f64::consts::{PI, SQRT_2};

/// Points among which the best few are looked for.
const N_CANDIDATES: usize = 512;
/// The best so many of them are improved step by step, and so many of the best trials looked around.
const N_IMPROVED: usize = 4;
/// Points about each of these trials.
const N_NEAR: usize = 16;
/// On one axis.
const STEPS: [f64; 4] = [0.1, 0.03, 0.01, 0.003];

/// The search for it.
pub(super) struct Improvement<'a> {
    process: &'a Process,
    /// The least loss so far.
    least: f64,
    searched: &'a Searched<'a>,
    looked_at: Vec<Candidate>,
}

struct Candidate {
    /// ln of the expected improvement.
    log_ei: f64,
    shares: Vec<f64>,
    point: Point,
}

impl<'a> Improvement<'a> {
    pub(super) fn new(process: &'a Process, least: f64, searched: &'a Searched<'a>) -> Improvement<'a> {
        Improvement { process, least, searched, looked_at: Vec::new() }
    }

    /// The new point of the largest expected improvement that is found.
    pub(super) fn best_new(mut self, history: History<'_>, seed: Seed) -> Option<Point> {
        let mut stream = seed.stream();
        for _ in 0..N_CANDIDATES {
            self.look_at(self.searched.domains.iter().map(|_| stream.random()).collect());
        }
        let mut best: Vec<_> =
            history.finished.iter().filter(|record| record.state == TrialState::Complete).collect();
        best.sort_by(|a, b| compare(a, b));
        for record in best.into_iter().take(N_IMPROVED) {
            let Some(x) = self.searched.all_coordinates(&record.point) else { continue };
            for _ in 0..N_NEAR {
                let near = x.iter().map(|x| {
                    // Of a standard deviation of 1/√300 = 0.058.
                    let by = 0.1 * (stream.random::<f64>() + stream.random::<f64>() - 1.0) * SQRT_2;
                    inside(x.middle() + by)
                });
                self.look_at(near.collect());
            }
        }
        self.sort();
        let starts: Vec<(f64, Vec<f64>)> =
            self.looked_at.iter().take(N_IMPROVED).map(|it| (it.log_ei, it.shares.clone())).collect();
        for (log_ei, at) in starts {
            self.climb(log_ei, at);
        }
        self.sort();
        let finite = self.looked_at.into_iter().filter(|candidate| candidate.log_ei.is_finite());
        finite.map(|candidate| candidate.point).find(|point| !history.holds(point))
    }

    /// Goes along one axis after the other as long as that is better.
    fn climb(&mut self, mut log_ei: f64, mut at: Vec<f64>) {
        for step in STEPS {
            for axis in 0..at.len() {
                for to in neighbours(self.searched.domains[axis].count(), at[axis], step) {
                    let mut moved = at.clone();
                    moved[axis] = to;
                    let found = self.look_at(moved.clone());
                    if found > log_ei {
                        (log_ei, at) = (found, moved);
                    }
                }
            }
        }
    }

    fn look_at(&mut self, shares: Vec<f64>) -> f64 {
        let values = self.searched.domains.iter().zip(&shares).map(|(domain, &u)| domain.sample(u));
        let Some(point) = self.searched.point(values.collect()) else { return f64::NEG_INFINITY };
        let log_ei = self.searched.all_coordinates(&point).map_or(f64::NEG_INFINITY, |x| self.log_ei(&x));
        self.looked_at.push(Candidate { log_ei, shares, point });
        log_ei
    }

    fn log_ei(&self, at: &[Coordinate]) -> f64 {
        let (mean, sigma) = self.process.predict(at);
        ln_h((self.least - mean) / sigma) + sigma.ln()
    }

    /// The best first.
    fn sort(&mut self) {
        self.looked_at.sort_by(|a, b| b.log_ei.total_cmp(&a.log_ei));
    }
}

/// Shares beside `u`, a step away; of a domain with few values those of its neighbours at least.
fn neighbours(count: Option<u128>, u: f64, step: f64) -> [f64; 2] {
    let step = step.max(count.map_or(0.0, |count| 1.0 / count as f64));
    [inside(u - step), inside(u + step)]
}

/// The nearest share in [0, 1).
fn inside(u: f64) -> f64 {
    u.clamp(0.0, 1.0 - f64::EPSILON)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// E[max(z + e, 0)] of e ~ N(0, 1), by Simpson's rule.
    #[test]
    fn the_expectation() {
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
        // Of the series the first term that is left out is 945/t⁸, 6e-5 for t = 8.
        let gap = ln_h(-8.0 + 1e-9) - ln_h(-8.0 - 1e-9);
        assert!(gap.abs() < 1e-4, "{gap} where the two ways meet");
        assert!(ln_h(-1e6).is_finite());
    }
}

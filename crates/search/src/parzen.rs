//! A Parzen estimator of where trials lie: a mixture with one kernel a trial, and one as wide as the space.
//!
//! Every parameter is seen through the shares of its domain, so that its axis is [0, 1] whatever its scale. With n trials in
//! d parameters, w_i the weight of trial i, and one more kernel, the prior's:
//!
//! ```text
//! p(x)     = Σ_i w_i Π_j k_ij(x_j),    Σ w = 1
//! number   k_ij = N(μ_ij, σ_ij²) cut to [0, 1] and made 1 there; a value that takes an interval has the mass of that interval
//! σ_ij     = the larger of the distances to the neighbours on the axis, of the outermost the one inwards; at least
//!            1/min(100, n + 2), at most 1. The prior has μ = ½, σ = 1
//! choice   k_ij(c) ∝ [c = c_i] + C·P(c)/(n + 1) among C choices; the prior's is P, the probabilities of the list
//! w_i      ∝ 1 for the last 25 trials and the prior; before them rising evenly from 1/n to 1
//! ```
//!
//! These are the defaults of Optuna 5.

use crate::categorical::Categorical;
use crate::cube::Coordinate;
use crate::domain::Domain;
use crate::value::Value;
use mlpsweep_stats::{normal_cdf, normal_quantile};
use rand::{Rng, RngExt as _};
use std::f64::consts::TAU;

/// The mixture.
#[derive(Debug)]
pub(crate) struct Parzen {
    /// Of each kernel, the prior's last.
    log_weights: Vec<f64>,
    axes: Vec<Axis>,
    /// On every axis of numbers.
    prior: Normal,
}

/// The kernels on one axis.
#[derive(Debug)]
enum Axis {
    Numbers {
        /// The kernels, without repetitions.
        normals: Vec<Normal>,
        /// Which of them each trial has.
        of_trial: Vec<usize>,
    },
    Choices {
        /// Of each of the list: how likely it is.
        probabilities: Vec<f64>,
        /// Which of them each trial has.
        of_trial: Vec<usize>,
    },
}

/// N(μ, σ²) cut to [0, 1].
#[derive(Clone, Copy, Debug, PartialEq)]
struct Normal {
    mu: f64,
    sigma: f64,
    /// What of it lies below 0, and on [0, 1].
    below: f64,
    whole: f64,
    /// ln(whole·σ·√2π), by which a density is less than exp(−z²/2).
    ln_scale: f64,
}

/// Trials at the end that all count fully.
const N_RECENT: usize = 25;
/// Of an interval narrower than this share of σ the mass is that of the density's second-order expansion about its middle.
const NARROW: f64 = 0.25;
/// ln of a share of the largest term that is not added.
const NEGLIGIBLE: f64 = -60.0;

impl Parzen {
    /// Of `trials` in the order of their numbers, each with a coordinate per domain.
    pub(crate) fn new(domains: &[&Domain], trials: &[Vec<Coordinate>]) -> Parzen {
        let n = trials.len();
        let mut log_weights: Vec<f64> = (0..n).map(|i| weight(i, n)).chain([1.0]).collect();
        let total: f64 = log_weights.iter().sum();
        log_weights.iter_mut().for_each(|weight| *weight = (*weight / total).ln());
        let axis = |(j, domain): (usize, &&Domain)| {
            let Some(values) = choices(domain) else {
                let middles: Vec<f64> = trials.iter().map(|trial| trial[j].middle()).collect();
                let (normals, of_trial) = normals(&middles);
                return Axis::Numbers { normals, of_trial };
            };
            let position = |trial: &Vec<Coordinate>| match trial[j] {
                Coordinate::Choice(position, _) => position,
                Coordinate::Number(..) => unreachable!("a list holds choices"),
            };
            let share = |value: &Value| domain.shares(value).map_or(0.0, |(low, high)| high - low);
            let probabilities = values.values().iter().map(share).collect();
            Axis::Choices { probabilities, of_trial: trials.iter().map(position).collect() }
        };
        Parzen {
            log_weights,
            axes: domains.iter().enumerate().map(axis).collect(),
            prior: Normal::new(0.5, 1.0),
        }
    }

    /// A value of each domain, drawn from the mixture.
    pub(crate) fn draw(&self, domains: &[&Domain], stream: &mut impl Rng) -> Vec<Value> {
        let mut rest: f64 = stream.random();
        let kernel = self.log_weights.iter().position(|weight| {
            rest -= weight.exp();
            rest < 0.0
        });
        let kernel = kernel.unwrap_or(self.log_weights.len() - 1);
        let value = |(axis, domain): (&Axis, &&Domain)| {
            let u: f64 = stream.random();
            match axis {
                Axis::Numbers { normals, of_trial } => {
                    let normal = of_trial.get(kernel).map_or(self.prior, |&at| normals[at]);
                    domain.sample(normal.quantile(u))
                }
                Axis::Choices { probabilities, of_trial } => {
                    // The own choice has 1 of 1 + C·a parts beside its share of the list, a = 1/(kernels).
                    let extra = 1.0 / (1.0 + probabilities.len() as f64 / self.log_weights.len() as f64);
                    match of_trial.get(kernel).filter(|_| u < extra) {
                        Some(&own) => domain.nth(own as u128).unwrap_or_else(|| domain.sample(0.0)),
                        None if kernel < of_trial.len() => domain.sample((u - extra) / (1.0 - extra)),
                        None => domain.sample(u),
                    }
                }
            }
        };
        self.axes.iter().zip(domains).map(value).collect()
    }

    /// ln p(x), up to what all estimators of these domains share.
    pub(crate) fn log_density(&self, x: &[Coordinate]) -> f64 {
        let n = self.log_weights.len() - 1;
        let mut log_terms = self.log_weights.clone();
        for (axis, &x) in self.axes.iter().zip(x) {
            match (axis, x) {
                (Axis::Numbers { normals, of_trial }, Coordinate::Number(low, high)) => {
                    let logs: Vec<f64> = normals.iter().map(|normal| normal.log_mass(low, high)).collect();
                    for (term, &at) in log_terms.iter_mut().zip(of_trial) {
                        *term += logs[at];
                    }
                    log_terms[n] += self.prior.log_mass(low, high);
                }
                (Axis::Choices { probabilities, of_trial }, Coordinate::Choice(own, _)) => {
                    let even = probabilities.len() as f64 / (n as f64 + 1.0);
                    let total = (1.0 + even).ln();
                    let shared = even * probabilities[own];
                    let (same, other) = ((1.0 + shared).ln() - total, shared.ln() - total);
                    for (term, &theirs) in log_terms.iter_mut().zip(of_trial) {
                        *term += if theirs == own { same } else { other };
                    }
                    log_terms[n] += probabilities[own].ln();
                }
                _ => unreachable!("coordinates are of their domains"),
            }
        }
        let largest = log_terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // What is less than a millionth of a sum's last place even if there are thousands of it: most kernels lie far away.
        let gaps = log_terms.iter().map(|term| term - largest).filter(|&gap| gap > NEGLIGIBLE);
        largest + gaps.map(f64::exp).sum::<f64>().ln()
    }
}

/// The list of a domain without an order.
fn choices(domain: &Domain) -> Option<&Categorical> {
    match domain {
        Domain::Categorical(values) if !values.is_ordered() => Some(values),
        _ => None,
    }
}

/// Of trial i of n.
fn weight(i: usize, n: usize) -> f64 {
    let n_rising = n.saturating_sub(N_RECENT);
    if i >= n_rising {
        return 1.0;
    }
    let least = 1.0 / n as f64;
    least + (1.0 - least) * i as f64 / (n_rising - 1).max(1) as f64
}

/// The kernels about these middles, without repetitions, and which each has.
fn normals(middles: &[f64]) -> (Vec<Normal>, Vec<usize>) {
    let n = middles.len();
    let least = 1.0 / (n as f64 + 2.0).min(100.0);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| middles[i].total_cmp(&middles[j]));
    let (mut normals, mut of_trial): (Vec<Normal>, Vec<usize>) = (Vec::new(), vec![0; n]);
    for (rank, &i) in order.iter().enumerate() {
        let mu = middles[i];
        let left = if rank > 0 { Some(mu - middles[order[rank - 1]]) } else { None };
        let right = order.get(rank + 1).map(|&j| middles[j] - mu);
        let reach = match (left, right) {
            (None, None) => mu.max(1.0 - mu),
            (left, right) => left.unwrap_or(0.0).max(right.unwrap_or(0.0)),
        };
        let normal = Normal::new(mu, reach.clamp(least, 1.0));
        // Of equal middles all lie side by side, but not all of them have the same neighbours.
        let known =
            normals.iter().rev().take_while(|known| known.mu == mu).position(|known| *known == normal);
        of_trial[i] = known.map_or(normals.len(), |back| normals.len() - 1 - back);
        if known.is_none() {
            normals.push(normal);
        }
    }
    (normals, of_trial)
}

impl Normal {
    fn new(mu: f64, sigma: f64) -> Normal {
        let below = normal_cdf(-mu / sigma);
        let whole = normal_cdf((1.0 - mu) / sigma) - below;
        Normal { mu, sigma, below, whole, ln_scale: (whole * sigma * TAU.sqrt()).ln() }
    }

    /// The number below which lies the share `u` of the mass on [0, 1].
    fn quantile(self, u: f64) -> f64 {
        let z = normal_quantile(self.below + u * self.whole);
        (self.mu + self.sigma * z).clamp(0.0, 1.0 - f64::EPSILON)
    }

    /// ln of the mass between `low` and `high`, or of the density where they are equal, as shares of all on [0, 1].
    fn log_mass(self, low: f64, high: f64) -> f64 {
        let Normal { mu, sigma, whole, ln_scale, .. } = self;
        let width = high - low;
        if width == 0.0 {
            return -0.5 * ((low - mu) / sigma).powi(2) - ln_scale;
        }
        if width < NARROW * sigma {
            let z = (f64::midpoint(low, high) - mu) / sigma;
            let bend = (width / sigma).powi(2) * (z * z - 1.0) / 24.0;
            return width.ln() - 0.5 * z * z + bend.ln_1p() - ln_scale;
        }
        // From the side where digits are left.
        let (a, b) = ((low - mu) / sigma, (high - mu) / sigma);
        let mass = if a > 0.0 { normal_cdf(-a) - normal_cdf(-b) } else { normal_cdf(b) - normal_cdf(a) };
        (mass / whole).max(f64::MIN_POSITIVE).ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FloatRange, IntRange, Scale};

    /// Densities of Optuna 5.0.0's `_ParzenEstimator` with its defaults. Its densities are of ln learning_rate, ours of
    /// shares: they differ by the factor ln(max/min). No trials share a number, since NumPy sorts such in no certain order.
    #[test]
    fn densities_are_those_of_optuna() {
        let fixture: serde_json::Value = serde_json::from_str(include_str!("../tests/parzen.json")).unwrap();
        let texts = ["relu", "tanh", "gelu"].map(|text| Value::Text(text.into()));
        let domains = [
            Domain::Float(FloatRange::new(1e-4, 1e-1, None, Scale::Log).unwrap()),
            Domain::Float(FloatRange::new(0.0, 1.0, Some(0.01), Scale::Linear).unwrap()),
            Domain::Int(IntRange::new(1, 64, None, Scale::Linear).unwrap()),
            Domain::Categorical(Categorical::new(texts.to_vec()).unwrap().0),
        ];
        let domains: Vec<&Domain> = domains.iter().collect();
        let rows = |columns: &serde_json::Value| -> Vec<Vec<Coordinate>> {
            let column = |name: &str| columns[name].as_array().unwrap().iter().map(|x| x.as_f64().unwrap());
            let rows = column("lr").zip(column("drop")).zip(column("depth").zip(column("act")));
            rows.map(|((lr, drop), (depth, act))| {
                let values = [
                    Value::Float(lr),
                    Value::Float(drop),
                    Value::Int(depth as i64),
                    texts[act as usize].clone(),
                ];
                let pairs = domains.iter().zip(&values);
                pairs.map(|(domain, value)| Coordinate::new(domain, value).unwrap()).collect()
            })
            .collect()
        };
        for case in fixture.as_array().unwrap() {
            let parzen = Parzen::new(&domains, &rows(&case["obs"]));
            let theirs = case["log_pdf"].as_array().unwrap().iter().map(|x| x.as_f64().unwrap());
            for (x, theirs) in rows(&case["x"]).iter().zip(theirs) {
                let ours = parzen.log_density(x) - 1e3_f64.ln().ln();
                assert!((ours - theirs).abs() < 1e-6, "{}: {ours} {theirs}", case["n"]);
            }
        }
    }

    /// What is drawn is as likely as the density says: χ² of 20,000 draws of a list and of steps.
    #[test]
    fn draws_follow_the_density() {
        let texts = ["relu", "tanh", "gelu"].map(|text| Value::Text(text.into()));
        let list = Domain::Categorical(Categorical::new(texts.to_vec()).unwrap().0);
        let steps = Domain::Int(IntRange::new(1, 8, None, Scale::Log).unwrap());
        let domains = [&list, &steps];
        let trial = |choice: usize, width: i64| {
            vec![
                Coordinate::new(&list, &texts[choice]).unwrap(),
                Coordinate::new(&steps, &Value::Int(width)).unwrap(),
            ]
        };
        let parzen = Parzen::new(&domains, &[trial(0, 2), trial(0, 3), trial(2, 8)]);
        let mut stream = mlpsweep_seed::Seed::new(7).stream();
        let mut times = std::collections::BTreeMap::new();
        let n = 20_000_u32;
        for _ in 0..n {
            *times.entry(parzen.draw(&domains, &mut stream)).or_insert(0_u32) += 1;
        }
        let (mut chi2, mut total) = (0.0, 0.0);
        for (choice, text) in texts.iter().enumerate() {
            for width in 1..=8 {
                let p = parzen.log_density(&trial(choice, width)).exp();
                let found = times.get(&vec![text.clone(), Value::Int(width)]).copied().unwrap_or(0);
                chi2 += (f64::from(found) - p * f64::from(n)).powi(2) / (p * f64::from(n));
                total += p;
            }
        }
        // Intervals that are narrow under the prior have its expansion: found 2.3e-7.
        assert!((total - 1.0).abs() < 1e-6, "{total}");
        assert!(chi2 < 49.7, "{chi2} of 23 degrees of freedom");
    }
}

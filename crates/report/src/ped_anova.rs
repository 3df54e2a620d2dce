//! How much each parameter mattered for being among the best: PED-ANOVA (Watanabe, Bansal & Hutter 2023), with the regimes of its
//! conditional form and the defaults of Optuna 5.
//!
//! ```text
//! top            the trials up to the 10 % quantile of the score
//! D(p)           Σ_x p_all(x) (p_top(x)/p_all(x) − 1)²         Pearson divergence of the parameter's two densities on a grid
//! importance(p)  (share of top that has p)² / (share of all that has p) · D(p), normalised to a sum of 1
//! ```
//!
//! A density is a Parzen estimator on at most 50 grid points: normal kernels cut at the grid's ends, of the bandwidth of Scott's
//! rule, beside one prior kernel as wide as the grid; of a list, counts beside an even prior. Ten trials in the top are few, and
//! fewer are fewer.

use crate::ranked::parameter;
use crate::ranking::{Ranking, TrialState};
use crate::scores::sign;
use mlpsweep_search::Value;
use mlpsweep_sweep::record::{DomainInfo, SweepInfo};

const TARGET_QUANTILE: f64 = 0.1;
const GRID: usize = 50;
const FEWEST_IN_REGIME: usize = 2;

/// The importance of each searched parameter, the most important first; empty with fewer than two complete trials.
pub(crate) fn parameter_importances(ranking: &Ranking<'_>, info: &SweepInfo) -> Vec<(String, f64)> {
    let complete: Vec<_> = ranking.rows.iter().filter(|row| row.state == TrialState::Complete).collect();
    let sign = -sign(info);
    let losses: Option<Vec<f64>> =
        complete.iter().map(|row| Some(sign * row.scores.first()?.mean?)).collect();
    let Some(losses) = losses.filter(|losses| losses.len() > 1) else { return Vec::new() };
    let mut importances: Vec<(String, f64)> = info
        .domains
        .iter()
        .filter_map(|(name, domain)| {
            let values: Vec<Option<Value>> =
                complete.iter().map(|row| parameter(row.trial, usize::MAX, name).cloned()).collect();
            Some((name.clone(), importance(domain, &values, &losses)?))
        })
        .collect();
    let total: f64 = importances.iter().map(|(_, importance)| importance).sum();
    if total > 0.0 {
        importances.iter_mut().for_each(|(_, importance)| *importance /= total);
    }
    importances.sort_by(|a, b| b.1.total_cmp(&a.1));
    importances
}

/// The importance of one parameter, not normalised; `None` of a domain of one value.
pub(crate) fn importance(domain: &DomainInfo, values: &[Option<Value>], losses: &[f64]) -> Option<f64> {
    let (n_grid, is_list) = grid(domain)?;
    let mut sorted = losses.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let cutoff = *sorted.get((TARGET_QUANTILE * losses.len() as f64).ceil() as usize - 1)?;
    let (mut top, mut all) = (vec![0_usize; n_grid], vec![0_usize; n_grid]);
    let (mut n_top, mut n_top_with, mut n_with) = (0_usize, 0_usize, 0_usize);
    for (value, &loss) in values.iter().zip(losses) {
        let is_top = loss <= cutoff;
        n_top += usize::from(is_top);
        let Some(at) = value.as_ref().and_then(|value| position(domain, value, n_grid)) else { continue };
        all[at] += 1;
        n_with += 1;
        if is_top {
            top[at] += 1;
            n_top_with += 1;
        }
    }
    if n_top_with == 0 || n_with < FEWEST_IN_REGIME {
        return Some(0.0);
    }
    let density = |counts: &[usize]| if is_list { list_density(counts) } else { range_density(counts) };
    let (top, all) = (density(&top), density(&all));
    let divergence: f64 = top.iter().zip(&all).map(|(top, all)| all * (top / all - 1.0).powi(2)).sum();
    let (n_top, n_all) = (n_top as f64, losses.len() as f64);
    let quantile = n_top / n_all;
    let (share_top, share_all) = (n_top_with as f64 / n_top, n_with as f64 / n_all);
    Some(quantile * quantile * share_top * share_top / share_all * divergence)
}

/// Grid points of a domain, and whether it is a list; `None` for a single value.
fn grid(domain: &DomainInfo) -> Option<(usize, bool)> {
    let (n_grid, is_list) = match domain {
        DomainInfo::Categorical { values } => (values.len(), true),
        &DomainInfo::Range { min, max, .. } if min >= max => return None,
        &DomainInfo::Range { min, max, log: true, is_int: true, .. } => {
            ((((max - min + 1.0).log2().ceil() as usize) + 1).min(GRID), false)
        }
        &DomainInfo::Range { min, max, step: Some(step), .. } => {
            ((((max - min) / step).round() as usize + 1).min(GRID), false)
        }
        DomainInfo::Range { .. } => (GRID, false),
    };
    (n_grid > 1).then_some((n_grid, is_list))
}

/// The grid point nearest to a value, the lower of two.
fn position(domain: &DomainInfo, value: &Value, n_grid: usize) -> Option<usize> {
    match domain {
        DomainInfo::Categorical { values } => values.iter().position(|known| known == value),
        &DomainInfo::Range { min, max, log, .. } => {
            let number = match value {
                Value::Int(number) => *number as f64,
                Value::Float(number) => *number,
                _ => return None,
            };
            let (low, high, at) = if log { (min.ln(), max.ln(), number.ln()) } else { (min, max, number) };
            let step = (high - low) / (n_grid - 1) as f64;
            let at = ((at - low) / step - 0.5).ceil();
            Some((at.max(0.0) as usize).min(n_grid - 1))
        }
    }
}

/// What keeps a density from being 0.
const LEAST: f64 = 1e-12;

fn list_density(counts: &[usize]) -> Vec<f64> {
    let n = counts.iter().sum::<usize>() as f64;
    let n_kernels = counts.iter().filter(|&&count| count > 0).count() as f64 + 1.0;
    let prior = 1.0 / n_kernels;
    let n_values = counts.len() as f64;
    let whole = 1.0 + n_values * prior;
    // A kernel an observed value, weighted by its count, and an even one of weight 1.
    let at = |&count: &usize| {
        let own = count as f64 * (1.0 + prior) / whole;
        let others = (n - count as f64) * prior / whole;
        (own + others + 1.0 / n_values) / (n + 1.0) + LEAST
    };
    counts.iter().map(at).collect()
}

fn range_density(counts: &[usize]) -> Vec<f64> {
    let observed: Vec<(f64, f64)> = counts
        .iter()
        .enumerate()
        .filter(|(_, count)| **count > 0)
        .map(|(at, &count)| (at as f64, count as f64))
        .collect();
    let n: f64 = observed.iter().map(|(_, count)| count).sum();
    let mean = observed.iter().map(|(at, count)| at * count).sum::<f64>() / n;
    let spread = observed.iter().map(|(at, count)| (at - mean).powi(2) * count).sum::<f64>();
    let sd = (spread / (n - 1.0).max(1.0)).sqrt();
    let mut cumulated = 0.0;
    let up_to: Vec<f64> = observed
        .iter()
        .map(|(_, count)| {
            cumulated += count;
            cumulated
        })
        .collect();
    let first = up_to.partition_point(|&sum| sum < (n / 4.0).floor());
    let third = up_to.partition_point(|&sum| sum <= (n * 3.0 / 4.0).floor()).min(observed.len() - 1);
    let quartiles = observed[third].0 - observed[first].0;
    // 1.64 standard deviations, 90 %, fit into a grid point.
    let bandwidth = (1.059 * (quartiles / 1.34).min(sd) * n.powf(-0.2)).max(0.5 / 1.64);
    let last = (counts.len() - 1) as f64;
    let mut kernels: Vec<(f64, f64, f64)> =
        observed.iter().map(|&(at, count)| (at, bandwidth, count)).collect();
    kernels.push((last / 2.0, last + 1.0, 1.0));
    let mass = |center: f64, width: f64, low: f64, high: f64| {
        let tail = |x: f64| libm::erfc((x - center) / (width * std::f64::consts::SQRT_2)) / 2.0;
        // From the side on which both tails are small.
        if low > center {
            tail(low) - tail(high)
        } else {
            tail(2.0 * center - high) - tail(2.0 * center - low)
        }
    };
    let at = |x: f64| {
        let of_kernel = |&(center, width, weight): &(f64, f64, f64)| {
            weight * mass(center, width, x - 0.5, x + 0.5) / mass(center, width, -0.5, last + 0.5)
        };
        kernels.iter().map(of_kernel).sum::<f64>() / (n + 1.0) + LEAST
    };
    (0..counts.len()).map(|x| at(x as f64)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// tests/fixtures/ped_anova.json holds drawn trials and what Optuna 5.0 says of them, made by ped_anova.py beside it.
    #[test]
    fn as_optuna_has_them() {
        let text = include_str!("../tests/fixtures/ped_anova.json");
        let cases: serde_json::Value = serde_json::from_str(text).expect("JSON");
        let mut n_compared = 0;
        for case in cases.as_array().expect("cases") {
            let losses: Vec<f64> = serde_json::from_value(case["losses"].clone()).expect("losses");
            for parameter in case["parameters"].as_array().expect("parameters") {
                let domain: DomainInfo =
                    serde_json::from_value(parameter["domain"].clone()).expect("a domain");
                let values: Vec<Option<Value>> =
                    serde_json::from_value(parameter["values"].clone()).expect("values");
                let expected = parameter["importance"].as_f64().expect("a number");
                let found = importance(&domain, &values, &losses).expect("more than one value");
                assert!((found - expected).abs() <= 1e-9 * expected, "{domain:?}: {found}, not {expected}");
                n_compared += 1;
            }
        }
        assert!(n_compared >= 20, "{n_compared}");
    }
}

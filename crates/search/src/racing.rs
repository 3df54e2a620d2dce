//! Whether a trial goes on after a fold: racing against earlier trials.
//!
//! ```text
//! incumbent   of the complete trials before it the one of the least mean loss, whose folds lost c_0 … c_{k−1}
//! forgiving   after fold j   stopped when  mean(l_0 … l_j) > max c
//! paired      after fold j   stopped when  mean(l_0 … l_j) > mean(c_0 … c_j) + sd(c)/√(j + 1)
//! median      after fold j   stopped when  mean(l_0 … l_j) > median over the complete trials before it of the same mean of theirs,
//!                            once there are five
//! ```
//!
//! and none after the last fold. The first is forgiving early-stopping cross-validation (Bergman et al. 2024). The second compares
//! with the incumbent on the same folds, and so knows a fold that is hard for everyone; the margin is a standard error of the
//! incumbent's mean of as many folds. The third is the median stopping rule (Golovin et al. 2017), which stops half of all trials
//! early whatever they are.
//!
//! A fold without a loss, since it diverged or failed, is as bad as can be: its loss is infinite.

/// The rule by which trials are stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Racing {
    /// None: every trial has all its folds.
    Off,
    /// Against the incumbent's worst fold.
    #[default]
    Forgiving,
    /// Against the incumbent on the same folds.
    Paired,
    /// Against the median of the trials before it.
    Median,
}

impl Racing {
    /// All of them.
    pub const ALL: [Racing; 4] = [Racing::Off, Racing::Forgiving, Racing::Paired, Racing::Median];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Racing::Off => "off",
            Racing::Forgiving => "forgiving",
            Racing::Paired => "paired",
            Racing::Median => "median",
        }
    }
}

/// What earlier trials have reached, for later ones to keep up with.
///
/// ```
/// use mlpsweep_search::{Field, Racing};
///
/// let mut field = Field::new(Racing::Forgiving);
/// assert!(field.limits(3).is_empty(), "there is nothing to keep up with");
/// field.add(&[0.2, 0.4, 0.3]);
/// assert_eq!(field.limits(3), [0.4, 0.4]);
/// ```
#[derive(Clone, Debug)]
pub struct Field {
    rule: Racing,
    /// What the incumbent's folds lost; nothing before there is one.
    incumbent: Vec<f64>,
    /// Of each complete trial the means of its first folds, for a median.
    means: Vec<Vec<f64>>,
}

/// Complete trials before a median of them says something.
const FEWEST: usize = 5;

impl Field {
    /// Nobody has finished.
    pub fn new(rule: Racing) -> Field {
        Field { rule, incumbent: Vec::new(), means: Vec::new() }
    }

    /// A complete trial has lost so much on its folds, finite numbers, all of them.
    pub fn add(&mut self, losses: &[f64]) {
        if self.incumbent.is_empty() || mean_loss(losses) < mean_loss(&self.incumbent) {
            self.incumbent = losses.to_vec();
        }
        if self.rule == Racing::Median {
            self.means.push((1..=losses.len()).map(|n| mean_loss(&losses[..n])).collect());
        }
    }

    /// What the mean loss of a trial of `n_folds` may be after each of its folds but the last; nothing where anything may.
    pub fn limits(&self, n_folds: usize) -> Vec<f64> {
        let after = 0..n_folds.saturating_sub(1).min(self.incumbent.len());
        match self.rule {
            Racing::Off => Vec::new(),
            Racing::Forgiving => {
                let worst = self.incumbent.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                after.map(|_| worst).collect()
            }
            Racing::Paired => {
                let sd = mlpsweep_stats::sd(&self.incumbent).unwrap_or(0.0);
                after.map(|j| mean_loss(&self.incumbent[..=j]) + sd / ((j + 1) as f64).sqrt()).collect()
            }
            Racing::Median if self.means.len() < FEWEST => Vec::new(),
            Racing::Median => {
                let median = |fold: usize| {
                    let mut means: Vec<f64> = self.means.iter().map(|means| means[fold]).collect();
                    means.sort_unstable_by(f64::total_cmp);
                    mlpsweep_stats::quantile(&means, 0.5)
                };
                after.map(median).collect()
            }
        }
    }
}

/// The mean; infinite where a loss is.
pub fn mean_loss(losses: &[f64]) -> f64 {
    let is_finite = losses.iter().all(|loss| loss.is_finite());
    mlpsweep_stats::mean(losses).filter(|_| is_finite).unwrap_or(f64::INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paired_rule() {
        let mut field = Field::new(Racing::Paired);
        assert!(field.limits(5).is_empty());
        field.add(&[0.5, 0.1, 0.2, 0.3, 0.4]);
        field.add(&[0.9; 5]);
        let limits = field.limits(5);
        // sd = √0.025; means 0.5, 0.3, 0.8/3, 1.1/4.
        let sd = 0.025_f64.sqrt();
        let expected =
            [0.5 + sd, 0.3 + sd / 2.0_f64.sqrt(), 0.8 / 3.0 + sd / 3.0_f64.sqrt(), 0.275 + sd / 2.0];
        assert_eq!(limits.len(), 4, "nothing is stopped after the last fold");
        for (limit, expected) in limits.iter().zip(expected) {
            assert!((limit - expected).abs() < 1e-15, "{limits:?}");
        }
    }

    #[test]
    fn the_median_rule() {
        let mut fields = [Racing::Median, Racing::Forgiving, Racing::Off].map(Field::new);
        let mut add = |losses: &[f64]| fields.iter_mut().for_each(|field| field.add(losses));
        for losses in [[0.1, 0.5, 0.5], [0.2, 0.2, 0.2], [0.3, 0.9, 0.9], [0.4, 0.2, 0.5]] {
            add(&losses);
        }
        let [median, ..] = &fields;
        assert_eq!(median.limits(3), [0.0_f64; 0], "of fewer than five there is none");
        let mut add = |losses: &[f64]| fields.iter_mut().for_each(|field| field.add(losses));
        add(&[0.5, 0.5, 0.5]);
        let [median, forgiving, off] = &fields;
        let limits = median.limits(3);
        assert_eq!(limits.len(), 2);
        assert_eq!(limits[0], 0.3, "of 0.1, 0.2, 0.3, 0.4, 0.5");
        assert!((limits[1] - 0.3).abs() < 1e-15, "of 0.3, 0.2, 0.6, 0.3, 0.5: {}", limits[1]);
        // The incumbent is the second.
        assert_eq!(forgiving.limits(3), [0.2, 0.2]);
        assert_eq!(off.limits(3), [0.0_f64; 0]);
    }

    #[test]
    fn one_fold_races_nobody() {
        for rule in Racing::ALL {
            let mut field = Field::new(rule);
            (0..6).for_each(|_| field.add(&[0.5]));
            assert!(field.limits(1).is_empty() && field.limits(0).is_empty(), "{rule:?}");
        }
    }

    #[test]
    fn a_mean_with_an_infinite_loss_is_infinite() {
        assert_eq!(mean_loss(&[1.0, 3.0]), 2.0);
        assert_eq!(mean_loss(&[1.0, f64::INFINITY, f64::NEG_INFINITY]), f64::INFINITY);
        assert_eq!(mean_loss(&[]), f64::INFINITY);
    }
}

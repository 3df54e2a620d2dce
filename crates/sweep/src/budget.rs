//! How the epochs of a sweep are shared out: all to every trial, or by successive halving or Hyperband.
//!
//! ```text
//! rungs       e_k = ⌈R/ηˢ⁻ᵏ⌉,  k = 0 … s     R epochs of a whole run, η the factor, s the largest for which e_0 ≥ min_epochs
//! bracket     n trials are trained up to rung f; the best ⌊n/η⌋ of them, but one at least, go on to rung f + 1, and so on up to R
//! halving     f = 0,  n = ηˢ, over and over                                     (Jamieson & Talwalkar 2016)
//! hyperband   f = 0, 1 … s in turn,  n = ⌈(s + 1)/(s − f + 1) · ηˢ⁻ᶠ⌉           (Li et al. 2018)
//! ```
//!
//! Trials fall into brackets by their numbers, so whoever asks for more trials later gets the same ones. The best are those of
//! the least mean loss over their folds, by number where they are equal; those that diverged or failed are none of them.

use crate::spec::{BudgetKind, SearchSpec};
use mlpsweep_search::TrialNumber;

/// The rungs of a sweep and its brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Epochs at the end of each rung, rising; the last is a whole run.
    rungs: Vec<usize>,
    /// One after the other, over and over; none where every trial is a whole run.
    brackets: Vec<Bracket>,
    factor: u64,
}

/// Trials that are compared with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bracket {
    /// The rung that all of them reach.
    pub(crate) first_rung: usize,
    /// How many there are.
    pub(crate) n_trials: u64,
}

impl Budget {
    /// Of runs of so many epochs.
    pub(crate) fn new(search: &SearchSpec, epochs: usize) -> Budget {
        let factor = search.factor;
        if search.budget == BudgetKind::Full {
            return Budget { rungs: vec![epochs], brackets: Vec::new(), factor };
        }
        let eta = usize::try_from(factor).unwrap_or(usize::MAX);
        let least = search.min_epochs(epochs);
        let mut rungs = vec![epochs];
        while let Some(lower) = eta.checked_pow(rungs.len() as u32).map(|share| epochs.div_ceil(share))
            && lower >= least
            && lower < rungs[rungs.len() - 1]
        {
            rungs.push(lower);
        }
        rungs.reverse();
        let s = rungs.len() as u32 - 1;
        let bracket = |first: u32| {
            let n_whole = factor.saturating_pow(s - first);
            let n_trials = match search.budget {
                BudgetKind::Hyperband => {
                    n_whole.saturating_mul(u64::from(s) + 1).div_ceil(u64::from(s - first) + 1)
                }
                BudgetKind::Full | BudgetKind::Halving => n_whole,
            };
            Bracket { first_rung: first as usize, n_trials }
        };
        let last = if search.budget == BudgetKind::Hyperband { s } else { 0 };
        Budget { rungs, brackets: (0..=last).map(bracket).collect(), factor }
    }

    /// Whether trials may end before their last epoch.
    pub fn is_shared_out(&self) -> bool {
        !self.brackets.is_empty()
    }

    /// Epochs at the end of each rung, rising; the last is a whole run.
    pub fn rungs(&self) -> &[usize] {
        &self.rungs
    }

    /// So many trials are asked for: as many as whole brackets hold.
    pub(crate) fn whole_brackets(&self, n_trials: u64) -> u64 {
        let of_all: u64 = self.brackets.iter().map(|bracket| bracket.n_trials).sum();
        if of_all == 0 {
            return n_trials;
        }
        let mut whole = n_trials / of_all * of_all;
        for bracket in &self.brackets {
            if whole < n_trials {
                whole = whole.saturating_add(bracket.n_trials);
            }
        }
        whole
    }

    /// The bracket that begins with trial `start`, of a sweep of so many trials.
    pub(crate) fn bracket(&self, start: TrialNumber, n_trials: u64) -> Bracket {
        let rest = n_trials.saturating_sub(start);
        let of_all: u64 = self.brackets.iter().map(|bracket| bracket.n_trials).sum();
        if of_all == 0 {
            return Bracket { first_rung: 0, n_trials: rest };
        }
        let mut before = start / of_all * of_all;
        for bracket in &self.brackets {
            if before == start {
                return Bracket { n_trials: bracket.n_trials.min(rest), ..*bracket };
            }
            before += bracket.n_trials;
        }
        unreachable!("a bracket begins where another ends")
    }

    /// How many of so many trials go on to the next rung.
    pub(crate) fn promoted(&self, n_trials: u64) -> u64 {
        (n_trials / self.factor).max(1).min(n_trials)
    }

    /// How often a fold is trained up to a rung, for every fold, in a sweep of so many trials in which none is lost.
    pub fn n_stops(&self, n_trials: u64) -> u64 {
        if !self.is_shared_out() {
            return n_trials;
        }
        let (mut start, mut total) = (0, 0_u64);
        while start < n_trials {
            let bracket = self.bracket(start, n_trials);
            total = total.saturating_add(self.stages(bracket).map(|(_, n)| n).sum());
            start += bracket.n_trials;
        }
        total
    }

    /// The epochs that a trial of the sweep has on average, as a share of a whole run.
    pub fn share(&self, n_trials: u64) -> f64 {
        let whole = self.rungs[self.rungs.len() - 1] as f64;
        // Of one round of brackets: the same ones follow.
        let of_all: u64 = self.brackets.iter().map(|bracket| bracket.n_trials).sum();
        let n_trials = if of_all == 0 { return 1.0 } else { n_trials.min(of_all) };
        let (mut start, mut epochs) = (0, 0.0);
        while start < n_trials {
            let bracket = self.bracket(start, n_trials);
            let mut before = 0;
            for (rung, n) in self.stages(bracket) {
                epochs += (self.rungs[rung] - before) as f64 * n as f64;
                before = self.rungs[rung];
            }
            start += bracket.n_trials;
        }
        if n_trials == 0 { 1.0 } else { epochs / (whole * n_trials as f64) }
    }

    /// The rungs of a bracket, and how many of its trials reach each.
    fn stages(&self, bracket: Bracket) -> impl Iterator<Item = (usize, u64)> {
        let mut n = bracket.n_trials;
        (bracket.first_rung..self.rungs.len()).map(move |rung| {
            let here = n;
            n = self.promoted(n);
            (rung, here)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(kind: BudgetKind, min_epochs: Option<usize>, epochs: usize) -> Budget {
        let search =
            SearchSpec { budget: kind, least_epochs: min_epochs, factor: 3, ..SearchSpec::default() };
        Budget::new(&search, epochs)
    }

    #[test]
    fn a_bracket_of_successive_halving() {
        let halving = budget(BudgetKind::Halving, Some(3), 81);
        assert_eq!(halving.rungs(), [3, 9, 27, 81]);
        assert_eq!(halving.bracket(27, 100), Bracket { first_rung: 0, n_trials: 27 });
        let stages: Vec<_> = halving.stages(halving.bracket(0, 100)).collect();
        assert_eq!(stages, [(0, 27), (1, 9), (2, 3), (3, 1)]);
        // 27·3 + 9·6 + 3·18 + 1·54 epochs where whole runs of all take 27·81.
        assert!((halving.share(27) - 243.0 / 2187.0).abs() < 1e-12);
        assert_eq!(halving.n_stops(27), 40);
        assert_eq!([1, 27, 28, 54].map(|n| halving.whole_brackets(n)), [27, 27, 54, 54]);
    }

    /// R = 81 and η = 3: table 1 of Li et al. 2018.
    #[test]
    fn the_brackets_of_hyperband() {
        let hyperband = budget(BudgetKind::Hyperband, Some(1), 81);
        assert_eq!(hyperband.rungs(), [1, 3, 9, 27, 81]);
        let n_trials: Vec<u64> = hyperband.brackets.iter().map(|bracket| bracket.n_trials).collect();
        assert_eq!(n_trials, [81, 34, 15, 8, 5]);
        let stages: Vec<_> = hyperband.stages(hyperband.brackets[1]).collect();
        assert_eq!(stages, [(1, 34), (2, 11), (3, 3), (4, 1)]);
        assert_eq!(hyperband.whole_brackets(82), 115);
        assert_eq!(hyperband.bracket(81, 200).first_rung, 1);
        assert_eq!(hyperband.bracket(143, 200), Bracket { first_rung: 0, n_trials: 57 }, "a new round");
    }

    #[test]
    fn rungs_that_do_not_divide_the_epochs() {
        assert_eq!(budget(BudgetKind::Halving, Some(2), 50).rungs(), [2, 6, 17, 50]);
        assert_eq!(
            budget(BudgetKind::Halving, None, 50).rungs(),
            [2, 6, 17, 50],
            "three halvings by default"
        );
        assert_eq!(budget(BudgetKind::Halving, Some(40), 50).rungs(), [50]);
        let full = budget(BudgetKind::Full, None, 50);
        assert_eq!((full.rungs(), full.bracket(0, 7).n_trials, full.whole_brackets(7)), (&[50][..], 7, 7));
    }
}

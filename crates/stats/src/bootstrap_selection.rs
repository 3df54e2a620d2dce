//! BBC-CV (Tsamardinos, Greasidou & Borboudakis 2018): what the winner of a search is worth.
//!
//! The best of many scores is the best in part by luck, and its own score knows nothing of that. So the choice itself is
//! repeated on other rows than those that judge it:
//!
//! ```text
//! for b = 1 … B:   draw as many clusters of rows as there are, with replacement
//!                  w_b = the candidate with the best score on the rows drawn      (in the bag)
//!                  h_b = the score of w_b on the rows not drawn                   (out of the bag)
//! honest score     mean of h_b;   95 % interval: the middle 95 % of h_b
//! prob_best(c)     the share of the B in which w_b = c
//! ```
//!
//! Nothing is trained: scores are those of out-of-fold predictions. A cluster is a row, or a group of rows that belong
//! together. Candidates are handed in a few at a time, and none is kept.

use crate::{Interval, mean, quantile};

/// Rows that are counted, at least, for a thread not to cost more than it saves.
const LEAST_WORK: usize = 1 << 20;

/// The bootstrap of a choice, to which candidates are added one after the other.
#[derive(Clone, Debug)]
pub struct BootstrapSelection {
    n_rows: usize,
    n_cores: usize,
    /// How often each row was drawn, bootstrap after bootstrap.
    counts: Vec<u8>,
    chosen: Vec<Option<Chosen>>,
    maximize: bool,
    n_candidates: usize,
}

#[derive(Clone, Copy, Debug)]
struct Chosen {
    candidate: usize,
    in_bag: f64,
    out_of_bag: f64,
}

/// What the bootstrap says of the winner.
#[derive(Clone, Debug, PartialEq)]
pub struct HonestScore {
    /// The expected score of the winner on rows that did not choose it.
    pub score: f64,
    /// The middle 95 % of the bootstraps.
    pub interval: Interval,
    /// Of each candidate, in the order they were added, the share of bootstraps that chose it.
    pub prob_best: Vec<f64>,
}

impl BootstrapSelection {
    /// Draws `n_resamples` bootstraps of the rows whose clusters are given, numbered from 0 without a gap; `draw(n)` is a
    /// position below n.
    pub fn new(
        clusters: &[u32],
        n_resamples: usize,
        maximize: bool,
        mut draw: impl FnMut(usize) -> usize,
    ) -> BootstrapSelection {
        let n_clusters = clusters.iter().max().map_or(0, |&last| last as usize + 1);
        let mut counts = Vec::with_capacity(n_resamples * clusters.len());
        let mut drawn = vec![0_u8; n_clusters];
        for _ in 0..n_resamples {
            drawn.fill(0);
            for _ in 0..n_clusters {
                let cluster = &mut drawn[draw(n_clusters)];
                *cluster = cluster.saturating_add(1);
            }
            counts.extend(clusters.iter().map(|&cluster| drawn[cluster as usize]));
        }
        BootstrapSelection {
            n_rows: clusters.len(),
            // Asked once: the answer takes a dozen calls of the system, and candidates may be very many.
            n_cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            counts,
            chosen: vec![None; n_resamples],
            maximize,
            n_candidates: 0,
        }
    }

    /// How many candidates are to be handed in at a time, for every core to have its share of the work.
    pub fn at_a_time(&self) -> usize {
        (4 * self.n_cores * LEAST_WORK).div_ceil(self.counts.len().max(1))
    }

    /// Adds candidates, each by its score when each row counts so many times. Of equal scores the one added first stays chosen. A
    /// score that is no number is never chosen, and out of the bag leaves its bootstrap out.
    ///
    /// Bootstraps are shared out among the cores there are, which changes nothing of what comes out.
    pub fn add<S: Fn(&[u8]) -> f64 + Sync>(&mut self, candidates: &[S]) {
        let first = self.n_candidates;
        self.n_candidates += candidates.len();
        let (n_rows, maximize) = (self.n_rows, self.maximize);
        if n_rows == 0 {
            return;
        }
        let choose = |counts: &[u8], chosen: &mut [Option<Chosen>]| {
            let mut left_out = vec![0; n_rows];
            for (counts, chosen) in counts.chunks_exact(n_rows).zip(chosen) {
                for (candidate, score) in (first..).zip(candidates) {
                    let in_bag = score(counts);
                    let is_better = |best: f64| if maximize { in_bag > best } else { in_bag < best };
                    if in_bag.is_nan() || chosen.is_some_and(|chosen| !is_better(chosen.in_bag)) {
                        continue;
                    }
                    for (left_out, &count) in left_out.iter_mut().zip(counts) {
                        *left_out = u8::from(count == 0);
                    }
                    *chosen = Some(Chosen { candidate, in_bag, out_of_bag: score(&left_out) });
                }
            }
        };
        let n_threads = self.n_cores.min(candidates.len() * self.counts.len() / LEAST_WORK);
        if n_threads <= 1 {
            return choose(&self.counts, &mut self.chosen);
        }
        let share = self.chosen.len().div_ceil(n_threads);
        std::thread::scope(|scope| {
            for (counts, chosen) in self.counts.chunks(share * n_rows).zip(self.chosen.chunks_mut(share)) {
                scope.spawn(|| choose(counts, chosen));
            }
        });
    }

    /// What was found; `None` without candidates or where no bootstrap leaves rows to judge by.
    pub fn honest_score(&self) -> Option<HonestScore> {
        let chosen: Vec<Chosen> = self.chosen.iter().flatten().copied().collect();
        let mut scores: Vec<f64> =
            chosen.iter().map(|chosen| chosen.out_of_bag).filter(|score| score.is_finite()).collect();
        scores.sort_unstable_by(f64::total_cmp);
        let score = mean(&scores)?;
        let mut prob_best = vec![0.0; self.n_candidates];
        chosen.iter().for_each(|chosen| prob_best[chosen.candidate] += 1.0);
        prob_best.iter_mut().for_each(|share| *share /= chosen.len() as f64);
        let interval = Interval { low: quantile(&scores, 0.025), high: quantile(&scores, 0.975) };
        Some(HonestScore { score, interval, prob_best })
    }
}

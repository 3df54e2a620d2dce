//! Rows shared out by whole groups, with class shares as even as the groups allow.
//!
//! With g_c rows of class c in a group, m_c in all, and n_fc already in fold f:
//!
//! ```text
//! deal    largest Σ_c (g_c/m_c)² first, each group to the fold with the least Σ_c n_fc g_c / m_c²
//! draw    in shuffled order, a group is drawn if that makes Σ_c (d_c/m_c − share)² less, d_c being drawn so far
//! ```
//!
//! A group adds Σ_c (2 n_fc g_c + g_c²)/m_c² to the sum of squared class shares Σ_f Σ_c (n_fc/m_c)², so that the deal
//! is the greedy way to shares of least variance, as in scikit-learn's `StratifiedGroupKFold`. Rows that are not
//! stratified are of one class: then each group goes to the smallest fold, and no two folds differ by more than the
//! largest group. Equal sums go to the fold with fewer rows, then to the earlier one, and no fold is left empty while
//! there are groups.
//!
//! The deal of the first repeat takes groups exactly by size, which is the most even. Later ones take sizes between two
//! powers of two as alike, in shuffled order, so that there is something to reshuffle.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use mlpsweep_seed::Stream;
use rand::seq::SliceRandom as _;

use crate::dataset::Target;
use crate::fault::excerpt;
use crate::folds::FoldError;
use crate::roles::Labels;

/// The groups of some rows.
pub(crate) struct Groups<'a> {
    column: &'a str,
    all: Vec<Group>,
    /// m_c.
    class_sizes: Vec<f64>,
    n_rows: usize,
}

struct Group {
    /// Its positions in the list of rows.
    positions: Vec<u32>,
    /// c and g_c, of the classes it has rows of.
    classes: Vec<(usize, f64)>,
}

impl<'a> Groups<'a> {
    /// The groups that `rows` fall into; `strata` is the target whose class shares are kept, if any.
    pub(crate) fn of(labels: &'a Labels, rows: &[u32], strata: Option<&Target>) -> Groups<'a> {
        let (class_codes, n_classes): (&[u32], usize) = match strata {
            Some(Target::Classes { labels, codes, .. }) => (codes, labels.len()),
            _ => (&[], 1),
        };
        let class_of = |row: u32| class_codes.get(row as usize).map_or(0, |&code| code as usize);
        let mut members: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (position, &row) in rows.iter().enumerate() {
            members.entry(labels.codes[row as usize]).or_default().push(position as u32);
        }
        let mut class_sizes = vec![0.0; n_classes];
        let groups = members.into_values().map(|positions| {
            let mut counts: BTreeMap<usize, f64> = BTreeMap::new();
            for &position in &positions {
                *counts.entry(class_of(rows[position as usize])).or_default() += 1.0;
            }
            for (&class, count) in &counts {
                class_sizes[class] += count;
            }
            Group { positions, classes: counts.into_iter().collect() }
        });
        let all = groups.collect();
        Groups { column: &labels.name, all, class_sizes, n_rows: rows.len() }
    }

    /// The fold of each position.
    pub(crate) fn deal(
        &self,
        n_folds: usize,
        repeat: usize,
        stream: &mut Stream,
    ) -> Result<Vec<u32>, FoldError> {
        if n_folds > self.all.len() {
            let column = excerpt(self.column);
            return Err(FoldError::MoreFoldsThanGroups { column, n_folds, n_groups: self.all.len() });
        }
        let mut order: Vec<&Group> = self.all.iter().collect();
        order.shuffle(stream);
        if repeat == 0 {
            order.sort_by(|a, b| self.weight(b).total_cmp(&self.weight(a)));
        } else {
            order.sort_by_key(|group| Reverse(group.positions.len().ilog2()));
        }
        let mut fold_of = vec![0; self.n_rows];
        let mut fold_sizes = vec![0; n_folds];
        let mut class_counts = vec![0.0; n_folds * self.class_sizes.len()];
        for group in order {
            let counts = class_counts.chunks_exact(self.class_sizes.len());
            let cost = counts.map(|counts| {
                let part =
                    |&(class, count): &(usize, f64)| counts[class] * count / self.class_sizes[class].powi(2);
                group.classes.iter().map(part).sum::<f64>()
            });
            let cheapest = cost
                .zip(&fold_sizes)
                .enumerate()
                .min_by(|(_, (a, a_rows)), (_, (b, b_rows))| a.total_cmp(b).then(a_rows.cmp(b_rows)));
            let fold = cheapest.map_or(0, |(fold, _)| fold);
            fold_sizes[fold] += group.positions.len();
            for &(class, count) in &group.classes {
                class_counts[fold * self.class_sizes.len() + class] += count;
            }
            for &position in &group.positions {
                fold_of[position as usize] = fold as u32;
            }
        }
        Ok(fold_of)
    }

    /// Which positions are drawn: whole groups, at least one, and at least one is left.
    pub(crate) fn draw(&self, share: f64, stream: &mut Stream) -> Result<Vec<bool>, FoldError> {
        if self.all.len() < 2 {
            return Err(FoldError::OneGroup { column: excerpt(self.column) });
        }
        let mut order: Vec<&Group> = self.all.iter().collect();
        order.shuffle(stream);
        let mut drawn_counts = vec![0.0; self.class_sizes.len()];
        let mut drawn = vec![false; self.n_rows];
        let mut n_drawn = 0;
        let mut take = |group: &Group, drawn_counts: &mut [f64]| {
            group.classes.iter().for_each(|&(class, count)| drawn_counts[class] += count);
            group.positions.iter().for_each(|&position| drawn[position as usize] = true);
        };
        for group in &order {
            if n_drawn + 1 < order.len() && self.change(group, &drawn_counts, share) < 0.0 {
                take(group, &mut drawn_counts);
                n_drawn += 1;
            }
        }
        if n_drawn == 0 {
            // All groups are much larger than the share: the one that misses it least.
            let change = |group: &Group| self.change(group, &drawn_counts, share);
            let least = order.iter().min_by(|a, b| change(a).total_cmp(&change(b)));
            take(least.expect("two groups"), &mut drawn_counts.clone());
        }
        Ok(drawn)
    }

    /// Σ_c (g_c/m_c)²
    fn weight(&self, group: &Group) -> f64 {
        group.classes.iter().map(|&(class, count)| (count / self.class_sizes[class]).powi(2)).sum()
    }

    /// What the group would add to Σ_c (d_c/m_c − share)².
    fn change(&self, group: &Group, drawn_counts: &[f64], share: f64) -> f64 {
        let part = |&(class, count): &(usize, f64)| {
            let (part, drawn) =
                (count / self.class_sizes[class], drawn_counts[class] / self.class_sizes[class]);
            part * (2.0 * (drawn - share) + part)
        };
        group.classes.iter().map(part).sum()
    }
}

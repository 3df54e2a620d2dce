//! A category's levels as inputs, one of which is 1.
//!
//! The most frequent levels of the training rows have an input each; the others of those rows share one, the infrequent, and so
//! does any level those rows did not have. Where there is no such input, an unknown level is 0 in all of them.

use super::{FillLevel, PipelineOptions, Step};
use serde::{Deserialize, Serialize};

/// Which input each level has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Levels {
    /// By the level's position in the table; `None` for one that was not there to learn from.
    input_of: Vec<Option<u32>>,
    infrequent: Option<u32>,
    missing: Option<u32>,
    n_inputs: usize,
}

impl Levels {
    /// The inputs for these cells of a category of so many levels.
    pub(super) fn fit(n_levels: usize, cells: impl Iterator<Item = f64>, options: PipelineOptions) -> Levels {
        let mut counts = vec![0_usize; n_levels];
        let mut n_missing = 0;
        cells.for_each(|code| *if code.is_nan() { &mut n_missing } else { &mut counts[code as usize] } += 1);
        let mut seen: Vec<usize> = (0..n_levels).filter(|&level| counts[level] > 0).collect();
        seen.sort_by_key(|&level| (std::cmp::Reverse(counts[level]), level));
        let most_frequent = seen.first().copied();
        let infrequent = seen.split_off(seen.len().min(options.max_levels));
        seen.sort_unstable();

        let mut input_of = vec![None; n_levels];
        let mut n_inputs = 0;
        let mut next = || {
            n_inputs += 1;
            n_inputs - 1
        };
        seen.iter().for_each(|&level| input_of[level] = Some(next()));
        let shared = (!infrequent.is_empty()).then(&mut next);
        infrequent.iter().for_each(|&level| input_of[level] = shared);
        let missing = match options.fill_level {
            FillLevel::Level if n_missing > 0 => Some(next()),
            FillLevel::Level => shared,
            FillLevel::MostFrequent => most_frequent.and_then(|level| input_of[level]),
        };
        Levels { input_of, infrequent: shared, missing, n_inputs: n_inputs as usize }
    }

    /// Whether every input it names is there.
    pub(super) fn is_sound(&self) -> bool {
        let named = self.input_of.iter().chain([&self.infrequent, &self.missing]);
        named.flatten().all(|&input| (input as usize) < self.n_inputs)
    }

    /// The same for whoever has to do it elsewhere.
    pub(super) fn step(&self) -> Step<'_> {
        let Levels { input_of, infrequent, missing, n_inputs } = self;
        Step::Levels { input_of, infrequent: *infrequent, missing: *missing, n_inputs: *n_inputs }
    }

    pub(super) fn n_inputs(&self) -> usize {
        self.n_inputs
    }

    /// The input that is 1 for a cell; none for what there was nothing to learn of.
    #[inline]
    pub(super) fn input(&self, cell: f64) -> Option<usize> {
        let input = if cell.is_nan() {
            self.missing
        } else {
            self.input_of.get(cell as usize).copied().flatten().or(self.infrequent)
        };
        input.map(|input| input as usize)
    }

    /// What each input stands for.
    pub(super) fn labels(&self, levels: &[String]) -> Vec<String> {
        let mut labels = vec![String::new(); self.n_inputs];
        let mut label = |input: Option<u32>, text: &str| {
            if let Some(place) = input.and_then(|input| labels.get_mut(input as usize)) {
                text.clone_into(place);
            }
        };
        label(self.missing, "missing");
        levels.iter().zip(&self.input_of).for_each(|(level, &input)| label(input, level));
        label(self.infrequent, "infrequent");
        labels
    }
}

//! Rows set aside: the test share before any fold, the rows early stopping watches.
//!
//! Of n rows, `share · n` rounded half up are drawn, at least one, and at least one is left. A stratified draw
//! takes from class c
//!
//! ```text
//! q_c = n_drawn · n_c / n        ⌊q_c⌋ rows, and one more for the largest remainders q_c − ⌊q_c⌋
//! ```
//!
//! so that every class has its share within one row and the total is exact. A class that the further row would
//! use up gets it last: better it stays among the rows that are learned from.

use mlpsweep_seed::{Seed, Stream};
use rand::seq::SliceRandom as _;

use crate::dataset::Target;
use crate::folds::FoldError;

/// How many rows are held out before any fold, to be scored once at the very end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TestShare {
    /// By the size of the table: 0.2 up to 10,000 rows, 0.05 up to 1,000,000, else 0.01.
    Auto,
    /// This share of the rows, in [0, 1); 0 holds out none.
    Share(f64),
    /// No rows.
    None,
}

impl TestShare {
    /// The share for a table of `n_rows` rows.
    pub fn of(self, n_rows: usize) -> f64 {
        match self {
            TestShare::Auto if n_rows <= 10_000 => 0.2,
            TestShare::Auto if n_rows <= 1_000_000 => 0.05,
            TestShare::Auto => 0.01,
            TestShare::Share(share) => share,
            TestShare::None => 0.0,
        }
    }
}

/// Divides all rows of the table into those the search may use and those held out: `(rest, test)`, each in
/// ascending order. `stratify` keeps the class shares.
///
/// The rows drawn depend on the target, the share and `seed.child("test")`.
///
/// # Errors
/// A share outside [0, 1), fewer than two rows to divide, or `stratify` without classes.
pub fn hold_out(
    target: &Target,
    share: TestShare,
    stratify: bool,
    seed: Seed,
) -> Result<(Vec<u32>, Vec<u32>), FoldError> {
    let all: Vec<u32> = (0..target.n_rows() as u32).collect();
    let share = share.of(all.len());
    if share == 0.0 {
        return Ok((all, Vec::new()));
    }
    divide(target, &all, share, stratify, &mut seed.child("test").stream())
}

/// Divides the training rows of a fold for early stopping: `(train, validation)`, each in ascending order.
/// `rows` are in ascending order, `share` is that of the validation rows, `stratify` keeps the class shares.
///
/// The rows drawn depend on the target, the rows, the share and `seed.child("inner")`; give each fold a seed of its
/// own.
///
/// # Errors
/// A share outside (0, 1), fewer than two rows to divide, or `stratify` without classes.
pub fn inner_split(
    target: &Target,
    rows: &[u32],
    share: f64,
    stratify: bool,
    seed: Seed,
) -> Result<(Vec<u32>, Vec<u32>), FoldError> {
    divide(target, rows, share, stratify, &mut seed.child("inner").stream())
}

fn divide(
    target: &Target,
    rows: &[u32],
    share: f64,
    stratify: bool,
    stream: &mut Stream,
) -> Result<(Vec<u32>, Vec<u32>), FoldError> {
    let classes = if stratify { Some(by_class(target, rows)?) } else { None };
    let drawn = draw(rows.len(), classes, share, stream)?;
    let (mut kept, mut taken) = (Vec::new(), Vec::new());
    for (&row, &is_drawn) in rows.iter().zip(&drawn) {
        if is_drawn { taken.push(row) } else { kept.push(row) }
    }
    Ok((kept, taken))
}

/// Positions in a list of rows, class by class.
pub(crate) type Strata = Vec<Vec<u32>>;

/// The positions in `rows` of each class, in the order of its label.
pub(crate) fn by_class(target: &Target, rows: &[u32]) -> Result<Strata, FoldError> {
    match target {
        Target::Classes { labels, codes, .. } => {
            let mut strata = vec![Vec::new(); labels.len()];
            for (position, &row) in rows.iter().enumerate() {
                strata[codes[row as usize] as usize].push(position as u32);
            }
            Ok(strata)
        }
        Target::Numbers { names, .. } => Err(FoldError::NeedsClasses { target: names.join("`, `") }),
    }
}

/// Which of `n_rows` positions are drawn, from each of `classes` alike if there are any.
pub(crate) fn draw(
    n_rows: usize,
    classes: Option<Strata>,
    share: f64,
    stream: &mut Stream,
) -> Result<Vec<bool>, FoldError> {
    if !(share > 0.0 && share < 1.0) {
        return Err(FoldError::Share { share });
    }
    if n_rows < 2 {
        return Err(FoldError::TooFewRows { n_rows });
    }
    let n_drawn = ((share * n_rows as f64).round() as usize).clamp(1, n_rows - 1);
    let strata = classes.unwrap_or_else(|| vec![(0..n_rows as u32).collect()]);
    let mut drawn = vec![false; n_rows];
    for (mut positions, n_taken) in strata.iter().cloned().zip(apportion(&strata, n_rows, n_drawn)) {
        positions.shuffle(stream);
        for &position in &positions[..n_taken] {
            drawn[position as usize] = true;
        }
    }
    Ok(drawn)
}

/// How many of the `n_drawn` rows come from each stratum.
fn apportion(strata: &Strata, n_rows: usize, n_drawn: usize) -> Vec<usize> {
    // Row numbers are 32 bits, so that the product fits in 64.
    let product = |stratum: &Vec<u32>| n_drawn as u64 * stratum.len() as u64;
    let mut taken: Vec<usize> =
        strata.iter().map(|stratum| (product(stratum) / n_rows as u64) as usize).collect();
    let remainder = |class_idx: usize| product(&strata[class_idx]) % n_rows as u64;
    let mut order: Vec<usize> = (0..strata.len()).filter(|&class_idx| remainder(class_idx) > 0).collect();
    order.sort_by_key(|&class_idx| {
        let used_up = taken[class_idx] + 1 == strata[class_idx].len();
        (used_up, std::cmp::Reverse(remainder(class_idx)), class_idx)
    });
    let n_missing = n_drawn - taken.iter().sum::<usize>();
    for &class_idx in &order[..n_missing] {
        taken[class_idx] += 1;
    }
    taken
}

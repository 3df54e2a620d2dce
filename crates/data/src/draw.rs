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
//!
//! Of a table with groups, whole groups are drawn, as near to the share as they allow ([`grouped`](crate::grouped)); of one with times
//! the latest rows ([`timed`](crate::timed)), class shares or not.

use mlpsweep_seed::{Seed, Stream};
use rand::seq::SliceRandom as _;

use crate::dataset::{Dataset, Target};
use crate::folds::FoldError;
use crate::grouped::Groups;
use crate::timed;

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
/// ascending order. `stratify` keeps the class shares. Of a table with folds of its own each fold gives its share,
/// whatever the classes.
///
/// The rows drawn depend on the target, the roles, the share and `seed.child("test")`.
///
/// # Errors
/// A share outside [0, 1), fewer than two rows, groups or times to divide, or `stratify` without classes.
pub fn hold_out(
    data: &Dataset,
    share: TestShare,
    stratify: bool,
    seed: Seed,
) -> Result<(Vec<u32>, Vec<u32>), FoldError> {
    let all: Vec<u32> = (0..data.n_rows() as u32).collect();
    let share = share.of(all.len());
    if share == 0.0 {
        return Ok((all, Vec::new()));
    }
    let stream = &mut seed.child("test").stream();
    let strata = match &data.roles.folds {
        Some(folds) => Some(by_code(&folds.codes, folds.labels.len(), &all)),
        None if stratify => Some(by_class(&data.target, &all)?),
        None => None,
    };
    Ok(divide(&all, &draw(data, &all, strata, share, stream)?))
}

/// Divides the training rows of a fold for early stopping: `(train, validation)`, each in ascending order.
/// `rows` are in ascending order, `share` is that of the validation rows, `stratify` keeps the class shares.
///
/// The rows drawn depend on the target, the roles, the rows, the share and `seed.child("inner")`; give each fold a seed
/// of its own.
///
/// # Errors
/// A share outside (0, 1), fewer than two rows, groups or times to divide, or `stratify` without classes.
pub fn inner_split(
    data: &Dataset,
    rows: &[u32],
    share: f64,
    stratify: bool,
    seed: Seed,
) -> Result<(Vec<u32>, Vec<u32>), FoldError> {
    let classes = if stratify { Some(by_class(&data.target, rows)?) } else { None };
    Ok(divide(rows, &draw(data, rows, classes, share, &mut seed.child("inner").stream())?))
}

/// The rows that are not drawn, and those that are.
fn divide(rows: &[u32], drawn: &[bool]) -> (Vec<u32>, Vec<u32>) {
    let (mut kept, mut taken) = (Vec::new(), Vec::new());
    for (&row, &is_drawn) in rows.iter().zip(drawn) {
        if is_drawn { taken.push(row) } else { kept.push(row) }
    }
    (kept, taken)
}

/// Positions in a list of rows, class by class or fold by fold.
pub(crate) type Strata = Vec<Vec<u32>>;

/// The positions in `rows` of each class, in the order of its label.
pub(crate) fn by_class(target: &Target, rows: &[u32]) -> Result<Strata, FoldError> {
    match target {
        Target::Classes { labels, codes, .. } => Ok(by_code(codes, labels.len(), rows)),
        Target::Numbers { names, .. } => Err(FoldError::NeedsClasses { target: names.join("`, `") }),
    }
}

/// The positions in `rows` of each code below `n_codes`.
pub(crate) fn by_code(codes: &[u32], n_codes: usize, rows: &[u32]) -> Strata {
    let mut strata = vec![Vec::new(); n_codes];
    for (position, &row) in rows.iter().enumerate() {
        strata[codes[row as usize] as usize].push(position as u32);
    }
    strata
}

/// Which positions in `rows` are drawn: the latest, or whole groups, or from each of `strata` alike if there are any.
pub(crate) fn draw(
    data: &Dataset,
    rows: &[u32],
    strata: Option<Strata>,
    share: f64,
    stream: &mut Stream,
) -> Result<Vec<bool>, FoldError> {
    let n_rows = rows.len();
    if !(share > 0.0 && share < 1.0) {
        return Err(FoldError::Share { share });
    }
    if n_rows < 2 {
        return Err(FoldError::TooFewRows { n_rows });
    }
    let n_drawn = ((share * n_rows as f64).round() as usize).clamp(1, n_rows - 1);
    if let Some(times) = &data.roles.times {
        return timed::latest(times, rows, n_drawn);
    }
    if let Some(groups) = &data.roles.groups {
        return Groups::of(groups, rows, strata.is_some().then_some(&data.target)).draw(share, stream);
    }
    let strata = strata.unwrap_or_else(|| vec![(0..n_rows as u32).collect()]);
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

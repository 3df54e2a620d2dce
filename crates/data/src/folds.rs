//! Folds: who is trained on and who is validated, the same for every configuration.
//!
//! ```text
//! k-fold       shuffle the rows; the i-th goes to fold i mod k
//! stratified   shuffle within each class, lay the classes end to end; the i-th row goes to fold i mod k
//! holdout      draw a share of the rows once
//! ```
//!
//! Dealing round robin makes sizes differ by at most one. Since the deal runs on from class to class, that holds
//! for the rows of each class as well as for the total. Every row is validated once per repeat (holdout: at most
//! once).
//!
//! Repeat r draws from `seed.child("folds").nth(r)`: folds depend on the seed, the rows and their classes, and
//! asking for more repeats leaves the first ones as they were.

use std::iter;

use mlpsweep_seed::{Seed, Stream};
use rand::seq::SliceRandom as _;
use thiserror::Error;

use crate::dataset::Target;
use crate::draw::{by_class, draw};
use crate::fault::ErrorKind;

/// How rows are shared out among folds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FoldKind {
    /// Any rows in any fold.
    KFold,
    /// Every fold has its share of each class, within one row.
    Stratified,
    /// One split, with this share of the rows for validation, in (0, 1). Of classes each gives its share, within
    /// one row.
    Holdout {
        /// The share of validation rows.
        share: f64,
    },
}

/// The splits of a table, numbered repeat by repeat: split `repeat · n_folds + fold`.
///
/// It holds one small number per row and repeat; the lists of rows are made when asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Folds {
    rows: Vec<u32>,
    /// How many splits each repeat has.
    per_repeat: usize,
    /// For each repeat and each of `rows`, the fold that validates it, or [`NEVER`].
    fold_of: Vec<Vec<u32>>,
}

/// The mark of a row that no fold validates.
const NEVER: u32 = u32::MAX;

/// One split: row numbers of the data set, in ascending order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// Which repeat, from 0.
    pub repeat: usize,
    /// Which fold of it, from 0.
    pub fold: usize,
    /// The rows a model is trained on.
    pub train: Vec<u32>,
    /// The rows its score is computed on.
    pub validation: Vec<u32>,
}

impl Folds {
    /// Shares out `rows`, row numbers in ascending order, which leave out the test share. `n_folds` is not looked
    /// at for a holdout.
    ///
    /// # Errors
    /// Fewer than two folds, more folds than rows, no repeats, a class with fewer rows than folds (stratified),
    /// no classes to stratify by, a share that leaves nothing to train on or to validate.
    ///
    /// # Panics
    /// When `rows` are not in ascending order or not rows of the target.
    pub fn new(
        kind: FoldKind,
        n_folds: usize,
        repeats: usize,
        target: &Target,
        rows: &[u32],
        seed: Seed,
    ) -> Result<Folds, FoldError> {
        assert!(rows.is_sorted_by(|a, b| a < b), "rows come in ascending order, each once");
        assert!(
            rows.last().is_none_or(|&last| (last as usize) < target.n_rows()),
            "rows are those of the target"
        );
        if repeats == 0 {
            return Err(FoldError::NoRepeats);
        }
        let n_folds = if matches!(kind, FoldKind::Holdout { .. }) { 1 } else { n_folds };
        let deal = |repeat: usize| -> Result<Vec<u32>, FoldError> {
            let mut stream = seed.child("folds").nth(repeat as u64).stream();
            match kind {
                FoldKind::KFold => {
                    check_counts(n_folds, rows.len())?;
                    let all = (0..rows.len() as u32).collect();
                    Ok(deal(vec![all], n_folds, &mut stream))
                }
                FoldKind::Stratified => {
                    check_counts(n_folds, rows.len())?;
                    let strata = by_class(target, rows)?;
                    check_classes(&strata, n_folds, target)?;
                    Ok(deal(strata, n_folds, &mut stream))
                }
                FoldKind::Holdout { share } => {
                    let drawn = draw(rows.len(), by_class(target, rows).ok(), share, &mut stream)?;
                    Ok(drawn.into_iter().map(|is_drawn| if is_drawn { 0 } else { NEVER }).collect())
                }
            }
        };
        let fold_of = (0..repeats).map(deal).collect::<Result<_, _>>()?;
        Ok(Folds { rows: rows.to_vec(), per_repeat: n_folds, fold_of })
    }

    /// How many splits there are: folds times repeats.
    #[expect(clippy::len_without_is_empty, reason = "there is at least one split")]
    pub fn len(&self) -> usize {
        self.per_repeat * self.fold_of.len()
    }

    /// How many folds each repeat has.
    pub fn n_folds(&self) -> usize {
        self.per_repeat
    }

    /// How many times the rows are shared out anew.
    pub fn repeats(&self) -> usize {
        self.fold_of.len()
    }

    /// The split at position `split_idx`, in time proportional to the rows.
    ///
    /// # Panics
    /// When `split_idx` is not less than [`len`](Folds::len).
    pub fn split(&self, split_idx: usize) -> Split {
        assert!(split_idx < self.len(), "split {split_idx} of {}", self.len());
        let (repeat, fold) = (split_idx / self.per_repeat, split_idx % self.per_repeat);
        let (mut train, mut validation) = (Vec::new(), Vec::new());
        for (&row, &fold_of_row) in self.rows.iter().zip(&self.fold_of[repeat]) {
            if fold_of_row as usize == fold { validation.push(row) } else { train.push(row) }
        }
        Split { repeat, fold, train, validation }
    }

    /// Every split in order.
    pub fn iter(&self) -> impl Iterator<Item = Split> {
        (0..self.len()).map(|split_idx| self.split(split_idx))
    }
}

/// The fold of each position: shuffled within each stratum, dealt round robin from the first stratum to the last.
fn deal(strata: Vec<Vec<u32>>, n_folds: usize, stream: &mut Stream) -> Vec<u32> {
    let n_rows = strata.iter().map(Vec::len).sum();
    let mut fold_of = vec![0; n_rows];
    let mut next_fold = (0..n_folds as u32).cycle();
    for mut positions in strata {
        positions.shuffle(stream);
        for (position, fold) in iter::zip(positions, &mut next_fold) {
            fold_of[position as usize] = fold;
        }
    }
    fold_of
}

fn check_counts(n_folds: usize, n_rows: usize) -> Result<(), FoldError> {
    if n_folds < 2 {
        return Err(FoldError::TooFewFolds { n_folds });
    }
    if n_folds > n_rows {
        return Err(FoldError::MoreFoldsThanRows { n_folds, n_rows });
    }
    Ok(())
}

/// A class of which these rows have none asks for nothing.
fn check_classes(strata: &[Vec<u32>], n_folds: usize, target: &Target) -> Result<(), FoldError> {
    let Target::Classes { labels, .. } = target else { return Ok(()) };
    let mut sizes = iter::zip(labels, strata.iter().map(Vec::len));
    match sizes.find(|&(_, n_rows)| n_rows > 0 && n_rows < n_folds) {
        Some((label, n_rows)) => Err(FoldError::SmallClass { label: label.clone(), n_rows, n_folds }),
        None => Ok(()),
    }
}

/// Why rows cannot be shared out as asked.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum FoldError {
    /// One fold leaves nothing to train on.
    #[error("{n_folds} {}, but there must be at least 2", plural(*n_folds, "fold"))]
    TooFewFolds {
        /// How many were asked for.
        n_folds: usize,
    },
    /// Zero repeats.
    #[error("0 repeats, but there must be at least 1")]
    NoRepeats,
    /// Some folds would be empty.
    #[error("{n_folds} folds, but only {n_rows} {} to share out", plural(*n_rows, "row"))]
    MoreFoldsThanRows {
        /// How many folds were asked for.
        n_folds: usize,
        /// How many rows there are outside the test share.
        n_rows: usize,
    },
    /// Some folds would lack a class.
    #[error("class `{label}` has {n_rows} {}, fewer than {n_folds} folds", plural(*n_rows, "row"))]
    SmallClass {
        /// The class.
        label: String,
        /// How many rows of it there are outside the test share.
        n_rows: usize,
        /// How many folds were asked for.
        n_folds: usize,
    },
    /// A regression target has no classes.
    #[error("`{target}` holds numbers, but a stratified split needs classes")]
    NeedsClasses {
        /// The target column.
        target: String,
    },
    /// A share that is none.
    #[error("share is {share}, but must lie in (0, 1)")]
    Share {
        /// The share asked for.
        share: f64,
    },
    /// Nothing to divide.
    #[error("{n_rows} {} cannot be divided in two parts", plural(*n_rows, "row"))]
    TooFewRows {
        /// How many there are.
        n_rows: usize,
    },
}

impl FoldError {
    /// Who has to change something.
    pub fn kind(&self) -> ErrorKind {
        match self {
            FoldError::TooFewFolds { .. }
            | FoldError::NoRepeats
            | FoldError::MoreFoldsThanRows { .. }
            | FoldError::NeedsClasses { .. }
            | FoldError::Share { .. } => ErrorKind::Config,
            FoldError::SmallClass { .. } | FoldError::TooFewRows { .. } => ErrorKind::Input,
        }
    }

    /// A sentence that says what would be right, where there is more to say than the message does.
    pub fn hint(&self) -> Option<String> {
        match self {
            FoldError::TooFewFolds { .. } => {
                Some("5 or 10 folds are common; `kind = \"holdout\"` makes a single split".to_owned())
            }
            FoldError::MoreFoldsThanRows { n_rows, .. } if *n_rows >= 2 => {
                Some(format!("every fold validates at least one row, so {n_rows} folds are the most"))
            }
            FoldError::SmallClass { n_rows, .. } if *n_rows >= 2 => Some(format!(
                "use at most {n_rows} folds, collect more rows of that class, or use `kind = \"kfold\"`"
            )),
            FoldError::SmallClass { .. } => {
                Some("collect more rows of that class, leave it out, or use `kind = \"kfold\"`".to_owned())
            }
            FoldError::NeedsClasses { .. } => Some("use `kind = \"kfold\"` for a regression".to_owned()),
            FoldError::MoreFoldsThanRows { .. } | FoldError::TooFewRows { .. } => {
                Some("each part needs at least one row".to_owned())
            }
            FoldError::NoRepeats | FoldError::Share { .. } => None,
        }
    }
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}

//! Folds: who is trained on and who is validated, the same for every configuration.
//!
//! ```text
//! k-fold       shuffle the rows; the i-th goes to fold i mod k
//! stratified   shuffle within each class, lay the classes end to end; the i-th row goes to fold i mod k
//! group        share out whole groups, the largest first, each to the smallest fold; stratified_group keeps class
//!              shares as even as the groups allow
//! timeseries   k + 1 blocks in the order of time; fold i is trained on blocks 0 … i and validated on block i + 1
//! holdout      draw a share of the rows once; whole groups, the latest rows, where the table has groups or times
//! column       as the user says
//! ```
//!
//! Dealing round robin makes sizes differ by at most one. Since the deal runs on from class to class, that holds
//! for the rows of each class as well as for the total. Every row is validated once per repeat (holdout: at most
//! once; time series: all but the first block). How groups and times are kept whole stands in
//! [`grouped`](crate::grouped) and [`timed`](crate::timed).
//!
//! Repeat r draws from `seed.child("folds").nth(r)`: folds depend on the seed, the rows and their classes, and
//! asking for more repeats leaves the first ones as they were.

use std::iter;

use mlpsweep_seed::{Seed, Stream};
use rand::seq::SliceRandom as _;
use thiserror::Error;

use crate::dataset::{Dataset, Target};
use crate::draw::{by_class, by_code, draw};
use crate::fault::{ErrorKind, excerpt};
use crate::grouped::Groups;
use crate::roles::Labels;
use crate::timed;

/// How rows are shared out among folds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FoldKind {
    /// Any rows in any fold.
    KFold,
    /// Every fold has its share of each class, within one row.
    Stratified,
    /// Rows of one group are in one fold, and no two folds differ by more rows than the largest group has.
    Group,
    /// The same, with class shares as even as the groups allow.
    StratifiedGroup,
    /// Every fold is validated on rows later than all it is trained on. One repeat.
    TimeSeries,
    /// One split, with this share of the rows for validation, in (0, 1). Of classes each gives its share, within
    /// one row. Of a table with groups whole groups are validated, of one with times the latest rows.
    Holdout {
        /// The share of validation rows.
        share: f64,
    },
    /// A fold for each label of the table's own folds, in their order. One repeat.
    Column,
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
    /// Nothing is learned from the rows of later folds.
    in_time: bool,
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
    /// at for a holdout and for the table's own folds.
    ///
    /// # Errors
    /// Fewer than two folds, more folds than rows, groups or times, no repeats, or several where nothing is shuffled,
    /// a class with fewer rows than folds (stratified), no classes to stratify by, no groups, times or folds in the
    /// table, a share that leaves nothing to train on or to validate.
    ///
    /// # Panics
    /// When `rows` are not in ascending order or not rows of the table.
    pub fn new(
        kind: FoldKind,
        n_folds: usize,
        repeats: usize,
        data: &Dataset,
        rows: &[u32],
        seed: Seed,
    ) -> Result<Folds, FoldError> {
        let (target, roles) = (&data.target, &data.roles);
        assert!(rows.is_sorted_by(|a, b| a < b), "rows come in ascending order, each once");
        assert!(
            rows.last().is_none_or(|&last| (last as usize) < target.n_rows()),
            "rows are those of the table"
        );
        if repeats == 0 {
            return Err(FoldError::NoRepeats);
        }
        let n_folds = match kind {
            FoldKind::Holdout { .. } => 1,
            FoldKind::Column => needed(roles.folds.as_ref(), "column")?.labels.len(),
            _ => n_folds,
        };
        let is_shuffled = match kind {
            FoldKind::TimeSeries | FoldKind::Column => false,
            FoldKind::Holdout { .. } => roles.times.is_none(),
            _ => true,
        };
        if repeats > 1 && !is_shuffled {
            return Err(FoldError::SameRepeats { repeats });
        }
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
                FoldKind::Group | FoldKind::StratifiedGroup => {
                    check_counts(n_folds, rows.len())?;
                    if kind == FoldKind::StratifiedGroup {
                        by_class(target, rows)?;
                    }
                    let strata = (kind == FoldKind::StratifiedGroup).then_some(target);
                    Groups::of(needed(roles.groups.as_ref(), "group")?, rows, strata).deal(
                        n_folds,
                        repeat,
                        &mut stream,
                    )
                }
                FoldKind::TimeSeries => {
                    check_counts(n_folds, rows.len())?;
                    let blocks = timed::blocks(needed(roles.times.as_ref(), "time")?, rows, n_folds)?;
                    // The first block is only learned from.
                    Ok(blocks.into_iter().map(|block| block.checked_sub(1).unwrap_or(NEVER)).collect())
                }
                FoldKind::Column => own(needed(roles.folds.as_ref(), "column")?, rows),
                FoldKind::Holdout { share } => {
                    let drawn = draw(data, rows, by_class(target, rows).ok(), share, &mut stream)?;
                    Ok(drawn.into_iter().map(|is_drawn| if is_drawn { 0 } else { NEVER }).collect())
                }
            }
        };
        let fold_of = (0..repeats).map(deal).collect::<Result<_, _>>()?;
        let in_time = kind == FoldKind::TimeSeries;
        Ok(Folds { rows: rows.to_vec(), per_repeat: n_folds, fold_of, in_time })
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
            let is_later = self.in_time && fold_of_row != NEVER && fold_of_row as usize > fold;
            if fold_of_row as usize == fold {
                validation.push(row);
            } else if !is_later {
                train.push(row);
            }
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

/// The fold of each position as the user says.
fn own(folds: &Labels, rows: &[u32]) -> Result<Vec<u32>, FoldError> {
    let column = || excerpt(&folds.name);
    if let [label] = folds.labels.as_slice() {
        return Err(FoldError::OneFold { column: column(), label: excerpt(label) });
    }
    if folds.labels.len() > MOST_OWN_FOLDS {
        return Err(FoldError::TooManyFolds { column: column(), n_folds: folds.labels.len() });
    }
    let strata = by_code(&folds.codes, folds.labels.len(), rows);
    if let Some(fold) = strata.iter().position(Vec::is_empty) {
        return Err(FoldError::EmptyFold { column: column(), label: excerpt(&folds.labels[fold]) });
    }
    Ok(rows.iter().map(|&row| folds.codes[row as usize]).collect())
}

/// A column with more different values than this names something else than folds.
const MOST_OWN_FOLDS: usize = 10_000;

/// What the kind of fold needs the table to have.
fn needed<'a, T>(role: Option<&'a T>, key: &'static str) -> Result<&'a T, FoldError> {
    role.ok_or(FoldError::NeedsColumn { key })
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
    /// Some folds would be empty, since groups are not divided.
    #[error("{n_folds} folds, but only {n_groups} {} in `{column}` to share out", plural(*n_groups, "group"))]
    MoreFoldsThanGroups {
        /// The group column.
        column: String,
        /// How many folds were asked for.
        n_folds: usize,
        /// How many groups there are outside the test share.
        n_groups: usize,
    },
    /// Some blocks would be empty, since rows of one time are not parted.
    #[error("{n_folds} folds are {} blocks in time, but `{column}` has only {n_times} different {}", n_folds + 1, plural(*n_times, "time"))]
    MoreFoldsThanTimes {
        /// The time column.
        column: String,
        /// How many folds were asked for.
        n_folds: usize,
        /// How many different times there are outside the test share.
        n_times: usize,
    },
    /// Nothing to divide.
    #[error("all rows are of one group in `{column}`, which cannot be divided")]
    OneGroup {
        /// The group column.
        column: String,
    },
    /// Nothing to divide.
    #[error("all rows have one time in `{column}`, which cannot be divided")]
    OneTime {
        /// The time column.
        column: String,
    },
    /// The user's own folds are one.
    #[error("`{column}` is `{label}` in every row, but there must be at least 2 folds")]
    OneFold {
        /// The fold column.
        column: String,
        /// What stands in every row.
        label: String,
    },
    /// The user's own folds are no folds.
    #[error("`{column}` has {n_folds} different values, and more than {MOST_OWN_FOLDS} folds are not made")]
    TooManyFolds {
        /// The fold column.
        column: String,
        /// How many different values it has.
        n_folds: usize,
    },
    /// The test share took all rows of one of the user's own folds.
    #[error("no row of fold `{label}` in `{column}` is outside the test share")]
    EmptyFold {
        /// The fold column.
        column: String,
        /// The fold.
        label: String,
    },
    /// The table lacks what the kind of fold goes by.
    #[error("these folds need a column that `{key}` names")]
    NeedsColumn {
        /// `group`, `time` or `column`.
        key: &'static str,
    },
    /// Repeats that would all be the same.
    #[error("{repeats} repeats, but without anything drawn at random they would all be the same")]
    SameRepeats {
        /// How many were asked for.
        repeats: usize,
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
            | FoldError::MoreFoldsThanGroups { .. }
            | FoldError::MoreFoldsThanTimes { .. }
            | FoldError::TooManyFolds { .. }
            | FoldError::EmptyFold { .. }
            | FoldError::NeedsColumn { .. }
            | FoldError::SameRepeats { .. }
            | FoldError::Share { .. } => ErrorKind::Config,
            FoldError::SmallClass { .. }
            | FoldError::OneGroup { .. }
            | FoldError::OneTime { .. }
            | FoldError::OneFold { .. }
            | FoldError::TooFewRows { .. } => ErrorKind::Input,
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
            FoldError::NeedsClasses { .. } => {
                Some("use `kind = \"kfold\"` for a regression, `kind = \"group\"` with groups".to_owned())
            }
            FoldError::MoreFoldsThanRows { .. } | FoldError::TooFewRows { .. } => {
                Some("each part needs at least one row".to_owned())
            }
            FoldError::MoreFoldsThanGroups { n_groups, .. } if *n_groups >= 2 => {
                Some(format!("a group is never divided, so {n_groups} folds are the most"))
            }
            FoldError::MoreFoldsThanTimes { n_times, .. } if *n_times >= 3 => {
                Some(format!("rows of one time stay together, so {} folds are the most", n_times - 1))
            }
            FoldError::MoreFoldsThanGroups { .. } | FoldError::OneGroup { .. } => {
                Some("each part needs at least one group".to_owned())
            }
            FoldError::MoreFoldsThanTimes { .. } => {
                Some("2 folds, the fewest, need 3 different times".to_owned())
            }
            FoldError::OneTime { .. } => Some("each part needs rows of at least one time".to_owned()),
            FoldError::OneFold { .. } => Some("give the rows of each fold a value of their own".to_owned()),
            FoldError::TooManyFolds { .. } => {
                Some("name the column that says which fold a row is of".to_owned())
            }
            FoldError::EmptyFold { .. } => Some("hold out fewer rows; `test = 0` holds out none".to_owned()),
            FoldError::SameRepeats { .. } => Some("use `repeats = 1`".to_owned()),
            FoldError::NeedsColumn { .. } | FoldError::NoRepeats | FoldError::Share { .. } => None,
        }
    }
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}

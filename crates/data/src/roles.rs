//! Columns with a part of their own, beside features and target: how much a row counts, and which rows may not be
//! torn apart.

/// The columns of a table that are neither features nor target, one entry a row each; `None` where there is none.
///
/// Groups and times are respected by every division of the table's rows, as [`folds`](crate::Folds) says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Roles {
    /// How much each row counts in the loss.
    pub weights: Option<Weights>,
    /// Rows of one group stay together.
    pub groups: Option<Labels>,
    /// When each row was: nothing is learned from the future.
    pub times: Option<Times>,
    /// The folds as the user made them.
    pub folds: Option<Labels>,
}

/// A column of sample weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// The column's name.
    pub name: String,
    /// For each row its weight: finite, 0 or more, and not 0 for all of them.
    pub values: Vec<f64>,
}

/// A column of labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    /// The column's name.
    pub name: String,
    /// What stands in the whole column, each once: in numeric order when all are numbers, else in byte order.
    pub labels: Vec<String>,
    /// For each row the position of its label in `labels`.
    pub codes: Vec<u32>,
}

/// A column of times, of which the order alone matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Times {
    /// The column's name.
    pub name: String,
    /// For each row how many different times of the whole table are before its own.
    pub ranks: Vec<u32>,
    /// The earliest time, as it is written.
    pub first: String,
    /// The latest.
    pub last: String,
}

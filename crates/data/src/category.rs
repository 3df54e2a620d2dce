//! Features that are words, and columns that are no features.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A feature whose cells are levels: in [`Dataset::features`](crate::Dataset::features) the position of each row's level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// The levels of the whole table, no two alike: as they were listed, else in numeric order when all are numbers, else in
    /// byte order.
    pub levels: Vec<String>,
    /// Whether that order says something: such a level is one input, its position, instead of one of several.
    pub is_ordinal: bool,
}

/// The categories of a table by the position of their feature; all other features are numbers.
pub type Categories = BTreeMap<usize, Category>;

/// A column that was left out because of what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// Its name.
    pub name: String,
    /// Why.
    pub why: Useless,
}

/// Why a column is of no use as a feature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Useless {
    /// The same in every row.
    Constant {
        /// The value.
        value: String,
    },
    /// Nothing in any row.
    Empty,
    /// Whole numbers or text, different in every row that has a value, as identifiers are.
    Identifier {
        /// They are numbers.
        is_number: bool,
    },
    /// Dates or times.
    Dates,
    /// Text that is another one in most rows.
    FreeText {
        /// How many texts there are.
        n_distinct: usize,
    },
}

impl Useless {
    /// Whether the column can be read as numbers all the same.
    pub(crate) fn is_number(&self) -> bool {
        match self {
            Useless::Constant { value } => value.parse::<f64>().is_ok(),
            Useless::Identifier { is_number } => *is_number,
            Useless::Empty | Useless::Dates | Useless::FreeText { .. } => false,
        }
    }
}

impl Dropped {
    /// The key of `[data]` that keeps a column it lists, where anything can.
    pub fn key(&self) -> Option<&'static str> {
        match self.why {
            Useless::Constant { .. } | Useless::Empty => None,
            Useless::Identifier { is_number: true } => Some("numeric"),
            Useless::Identifier { is_number: false } | Useless::Dates | Useless::FreeText { .. } => {
                Some("categorical")
            }
        }
    }

    /// What in the sweep file would keep it.
    pub fn remedy(&self) -> Option<String> {
        Some(format!("{} = [{:?}]", self.key()?, self.name))
    }
}

impl fmt::Display for Useless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Useless::Constant { value } => write!(f, "`{value}` in every row"),
            Useless::Empty => f.write_str("no value in any row"),
            Useless::Identifier { is_number: true } => {
                f.write_str("a whole number, different in every row: an identifier?")
            }
            Useless::Identifier { is_number: false } => {
                f.write_str("text, different in every row: an identifier?")
            }
            Useless::Dates => f.write_str("dates"),
            Useless::FreeText { n_distinct } => write!(f, "free text, {n_distinct} different ones"),
        }
    }
}

//! Grid search: every point of a finite space, once.
//!
//! ```text
//! proposal(n) = the point at position n of the space, last parameter fastest
//! ```
//!
//! No list of points is made; a grid of 10¹² costs nothing until it is run.

use crate::sampler::{History, Sampler, TrialNumber};
use crate::space::{Point, Space};

/// Proposes every point of a finite space, in the order of [`Space::nth`].
#[derive(Clone, Debug)]
pub struct Grid(());

impl Grid {
    /// The grid over `space`.
    ///
    /// # Errors
    /// When a parameter is a continuum.
    pub fn new(space: &Space) -> Result<Grid, GridError> {
        match space.parameters().iter().find(|parameter| parameter.domain.count().is_none()) {
            Some(parameter) => Err(GridError { name: parameter.name.clone() }),
            None => Ok(Grid(())),
        }
    }
}

impl Sampler for Grid {
    fn propose(&mut self, space: &Space, _history: History<'_>, number: TrialNumber) -> Option<Point> {
        space.nth(u128::from(number))
    }
}

/// A parameter has too many values for a grid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is a range without a step, but a grid needs values that can be counted")]
pub struct GridError {
    /// The parameter.
    pub name: String,
}

impl GridError {
    /// What would be right, for the line below the message.
    pub fn hint(&self) -> &'static str {
        "give it a `step` or a list of `values`, or take sampler = \"random\""
    }
}

//! Grid search: every point of a finite space, once.
//!
//! ```text
//! in order     proposal(n) = the point at position n of the space, last parameter fastest
//! shuffled     proposal(n) = the point at position π(n), π a random order
//! ```
//!
//! No list of points is made; a grid of 10¹² costs nothing until it is run. Shuffled, a part of the grid is a fair sample of all of it.

use crate::draws::order;
use crate::sampler::{History, Sampler, TrialNumber};
use crate::space::{Point, Space};
use mlpsweep_seed::Seed;

/// Proposes every point of a finite space, in the order of [`Space::nth`] or shuffled.
#[derive(Clone, Debug)]
pub struct Grid {
    /// Of the random order.
    seed: Option<Seed>,
}

impl Grid {
    /// The grid over `space`.
    ///
    /// # Errors
    /// When a parameter is a continuum, or the points cannot be counted.
    pub fn new(space: &Space) -> Result<Grid, GridError> {
        match space.parameters().iter().find(|parameter| parameter.domain.count().is_none()) {
            Some(parameter) => Err(GridError::Continuum { name: parameter.name.clone() }),
            None if space.count().is_none() => Err(GridError::Uncountable),
            None => Ok(Grid { seed: None }),
        }
    }

    /// The same in a random order, a function of the sweep's seed.
    #[must_use]
    pub fn shuffled(self, seed: Seed) -> Grid {
        Grid { seed: Some(seed.child("sampler").child("grid")) }
    }
}

impl Sampler for Grid {
    fn propose(&mut self, space: &Space, _history: History<'_>, number: TrialNumber) -> Option<Point> {
        let number = u128::from(number);
        match self.seed {
            None => space.nth(number),
            Some(seed) => {
                let count = space.count().filter(|&count| number < count)?;
                space.nth(order(seed, count).at(number)?)
            }
        }
    }
}

/// Why there is no grid over a space.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GridError {
    /// A parameter has too many values.
    #[error("`{name}` is a range without a step, but a grid needs values that can be counted")]
    Continuum {
        /// The parameter.
        name: String,
    },
    /// Conditions and constraints name too many values.
    #[error("the points of the grid cannot be counted: its conditions and constraints go by too many values")]
    Uncountable,
}

impl GridError {
    /// What would be right, for the line below the message.
    pub fn hint(&self) -> &'static str {
        match self {
            GridError::Continuum { .. } => {
                "give it a `step` or a list of `values`, or take sampler = \"random\""
            }
            GridError::Uncountable => "give what they name fewer values, or take sampler = \"random\"",
        }
    }
}

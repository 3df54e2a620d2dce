//! A space as samplers that learn see it: a cube, with an axis for every parameter that has more than one value.

use crate::domain::Domain;
use crate::space::{Point, Space};
use crate::value::Value;

/// Where a value lies on the axis of its parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Coordinate {
    /// The shares between which it lies.
    Number(f64, f64),
    /// Its position among so many.
    Choice(usize, usize),
}

impl Coordinate {
    /// Of a value of the domain; `None` of any other.
    pub(crate) fn new(domain: &Domain, value: &Value) -> Option<Coordinate> {
        let (low, high) = domain.shares(value)?;
        Some(match domain {
            Domain::Categorical(values) => {
                Coordinate::Choice(values.position(value)? as usize, values.values().len())
            }
            _ => Coordinate::Number(low, high),
        })
    }

    /// The middle of a number.
    pub(crate) fn middle(self) -> f64 {
        match self {
            Coordinate::Number(low, high) => f64::midpoint(low, high),
            Coordinate::Choice(position, n) => (position as f64 + 0.5) / n as f64,
        }
    }
}

/// The parameters that have more than one value.
pub(crate) struct Searched<'a> {
    pub(crate) domains: Vec<&'a Domain>,
    positions: Vec<usize>,
}

impl Searched<'_> {
    pub(crate) fn new(space: &Space) -> Searched<'_> {
        let parameters = space.parameters().iter().enumerate();
        let searched = parameters.filter(|(_, parameter)| parameter.domain.count() != Some(1));
        let (positions, domains) =
            searched.map(|(position, parameter)| (position, &parameter.domain)).unzip();
        Searched { domains, positions }
    }

    /// The point with these values, and of the other parameters the one they have.
    pub(crate) fn point(&self, space: &Space, values: Vec<Value>) -> Point {
        let mut all: Vec<Value> =
            space.parameters().iter().map(|parameter| parameter.domain.sample(0.0)).collect();
        for (&position, value) in self.positions.iter().zip(values) {
            all[position] = value;
        }
        space.point_of(all)
    }

    /// Where the point lies; `None` when it has values that are not searched.
    pub(crate) fn coordinates(&self, point: &Point) -> Option<Vec<Coordinate>> {
        let domains = self.domains.iter().zip(&self.positions);
        domains.map(|(domain, &position)| Coordinate::new(domain, point.iter().nth(position)?.1)).collect()
    }
}

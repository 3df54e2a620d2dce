//! A space as samplers that learn see it: a cube, with an axis for every parameter that has more than one value.

use crate::domain::Domain;
use crate::space::{Point, Space};
use crate::value::Value;

/// Where a value lies on the axis of its parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Coordinate {
    /// The shares between which it lies.
    Number(f64, f64),
    /// Its position in a list without an order, and the middle of its shares.
    Choice(usize, f64),
}

impl Coordinate {
    /// Of a value of the domain; `None` of any other.
    pub(crate) fn new(domain: &Domain, value: &Value) -> Option<Coordinate> {
        let (low, high) = domain.shares(value)?;
        Some(match domain {
            Domain::Categorical(values) if !values.is_ordered() => {
                Coordinate::Choice(values.position(value)? as usize, f64::midpoint(low, high))
            }
            _ => Coordinate::Number(low, high),
        })
    }

    /// The middle of a number.
    pub(crate) fn middle(self) -> f64 {
        match self {
            Coordinate::Number(low, high) => f64::midpoint(low, high),
            Coordinate::Choice(_, middle) => middle,
        }
    }
}

/// The parameters that have more than one value.
pub(crate) struct Searched<'a> {
    space: &'a Space,
    pub(crate) domains: Vec<&'a Domain>,
    positions: Vec<usize>,
}

impl<'a> Searched<'a> {
    pub(crate) fn new(space: &'a Space) -> Searched<'a> {
        let parameters = space.parameters().iter().enumerate();
        let searched = parameters.filter(|(_, parameter)| parameter.domain.count() != Some(1));
        let (positions, domains) =
            searched.map(|(position, parameter)| (position, &parameter.domain)).unzip();
        Searched { space, domains, positions }
    }

    /// The point with these values, and of the other parameters the one they have; what is not used is left out. `None` where a
    /// constraint does not hold.
    pub(crate) fn point(&self, values: Vec<Value>) -> Option<Point> {
        let mut all: Vec<Value> =
            self.space.parameters().iter().map(|parameter| parameter.domain.sample(0.0)).collect();
        for (&position, value) in self.positions.iter().zip(values) {
            all[position] = value;
        }
        self.space.settle(all)
    }

    /// Where the point lies, `None` on the axes of parameters that are not used there; `None` of all when it has values that are not
    /// searched.
    pub(crate) fn coordinates(&self, point: &Point) -> Option<Vec<Option<Coordinate>>> {
        if self.space.is_product() {
            let domains = self.domains.iter().zip(&self.positions);
            return domains
                .map(|(domain, &position)| Some(Coordinate::new(domain, point.iter().nth(position)?.1)))
                .map(|coordinate| coordinate.flatten().map(Some))
                .collect();
        }
        let values = self.space.values_of(point);
        let used =
            self.domains.iter().zip(&self.positions).map(|(domain, &position)| match values[position] {
                Some(value) => Coordinate::new(domain, value).map(Some),
                None => Some(None),
            });
        used.collect()
    }

    /// The same with the middle of the axis where a parameter is not used: there all points are alike.
    pub(crate) fn all_coordinates(&self, point: &Point) -> Option<Vec<Coordinate>> {
        let coordinates = self.coordinates(point)?.into_iter().zip(&self.domains);
        let unused = |domain: &Domain| match domain {
            Domain::Categorical(values) if !values.is_ordered() => Coordinate::Choice(usize::MAX, 0.5),
            _ => Coordinate::Number(0.5, 0.5),
        };
        Some(coordinates.map(|(coordinate, domain)| coordinate.unwrap_or_else(|| unused(domain))).collect())
    }
}

//! The space as a cube, and the tabulated configuration that is nearest to a point.
//!
//! ```text
//! d²(x, x') = Σ_numbers (u − u')² + Σ_choices [x ≠ x']
//! u         = the middle of the value's shares: [0, 1] in the parameter's scale; twice that of the learning rate
//! nearest   = argmin_i d²(x, x_i) over the configurations i that the search has not tried, of equally near ones the first
//! ```
//!
//! That they are not tried twice is for the samplers that come close to where they were: of a real training they would get another
//! loss each time, and of a table the same one over and over.
//!
//!
//! The learning rate explains a third to two thirds of how configurations rank, any other parameter less than a tenth. So its axis
//! is twice as long, which makes the nearest configuration as good a likeness as four times as large a table would.
//!
//! Whoever proposes a point, in whatever language, comes through here.

use mlpsweep_search::{Domain, Point, Space};

/// Configurations, each a row of coordinates.
#[derive(Clone, Debug)]
pub struct Cube {
    space: Space,
    rows: Vec<f64>,
}

impl Cube {
    /// Of points of the space.
    pub fn new(space: Space, points: &[Point]) -> Cube {
        let rows = points.iter().flat_map(|point| coordinates(&space, point)).collect();
        Cube { space, rows }
    }

    /// The space.
    pub fn space(&self) -> &Space {
        &self.space
    }

    /// How many configurations there are.
    pub fn n_configs(&self) -> usize {
        self.rows.len() / self.space.parameters().len()
    }

    /// The position of the configuration nearest to a point of the space, of those that `may_be`; `None` where none may.
    ///
    /// # Panics
    /// When the point is of another space.
    pub fn nearest(&self, point: &Point, may_be: impl Fn(usize) -> bool) -> Option<usize> {
        let parameters = self.space.parameters();
        let is_choice: Vec<bool> =
            parameters.iter().map(|parameter| matches!(parameter.domain, Domain::Categorical(_))).collect();
        let x = coordinates(&self.space, point);
        let distance = |row: &[f64]| -> f64 {
            let axes = row.iter().zip(&x).zip(&is_choice);
            axes.map(|((a, b), &is_choice)| if is_choice { f64::from(a != b) } else { (a - b).powi(2) }).sum()
        };
        let rows = self.rows.chunks_exact(parameters.len()).enumerate().filter(|&(config, _)| may_be(config));
        let distances = rows.map(|(config, row)| (config, distance(row)));
        distances.min_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(config, _)| config)
    }
}

/// How long the axis of the learning rate is, that of other numbers being 1.
const LEARNING_RATE_AXIS: f64 = 2.0;

/// Where a point lies.
fn coordinates(space: &Space, point: &Point) -> Vec<f64> {
    let values = space.parameters().iter().zip(point.iter());
    values
        .map(|(parameter, (_, value))| {
            let (low, high) = parameter.domain.shares(value).expect("a value of the parameter");
            f64::midpoint(low, high)
                * if parameter.name == "learning_rate" { LEARNING_RATE_AXIS } else { 1.0 }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::{TRAININGS, Training};
    use mlpsweep_search::{History, Sampler, Value};

    fn points(space: &Space, sampler: &mut dyn Sampler, n: u64) -> Vec<Point> {
        (0..n).map(|number| sampler.propose(space, History::EMPTY, number).expect("a continuum")).collect()
    }

    #[test]
    fn a_tabulated_point_is_its_own_neighbour() {
        for training in TRAININGS {
            let points = points(&training.space(), &mut Training::sequence(), 200);
            let cube = Cube::new(training.space(), &points);
            for (config, point) in points.iter().enumerate() {
                assert_eq!(cube.nearest(point, |_| true), Some(config), "{training}");
                assert_ne!(cube.nearest(point, |other| other != config), Some(config), "{training}");
            }
        }
    }

    #[test]
    fn a_choice_is_as_far_as_the_whole_range_of_a_number() {
        let space = TRAININGS[0].space();
        let at = |width: i64, activation: &str| {
            let mut values: Vec<Value> =
                space.parameters().iter().map(|parameter| parameter.domain.sample(0.5)).collect();
            (values[0], values[2]) = (Value::Int(width), Value::Text(activation.into()));
            let names = space.parameters().iter().map(|parameter| parameter.name.as_str());
            space.point(names.zip(&values)).expect("a point of the space")
        };
        let cube = Cube::new(space.clone(), &[at(60, "tanh"), at(8, "relu")]);
        let nearest = |point: &Point| cube.nearest(point, |_| true).expect("one of two");
        assert_eq!(nearest(&at(8, "tanh")), 0, "another width rather than another activation");
        assert_eq!(nearest(&at(8, "sigmoid")), 1, "where the activation differs anyway the width decides");
        assert_eq!(cube.nearest(&at(8, "sigmoid"), |_| false), None);
    }
}

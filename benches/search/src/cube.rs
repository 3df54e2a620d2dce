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
//! The learning rate explains a quarter to two thirds of how configurations rank, any other parameter less than a tenth. So its axis
//! is twice as long, which makes the nearest configuration as good a likeness as four times as large a table would.
//!
//! Whoever proposes a point, in whatever language, comes through here.

use mlpsweep_search::{Domain, Parameter, Point, Space};
use std::f32::consts::FRAC_1_SQRT_2;

/// Configurations as points of a cube: a number has an axis, a choice one for each of its values, 1/√2 where it is that value.
#[derive(Clone, Debug)]
pub struct Cube {
    space: Space,
    n_configs: usize,
    /// Axis after axis, a coordinate for each configuration.
    axes: Vec<Vec<f32>>,
}

impl Cube {
    /// Of points of the space.
    pub fn new(space: Space, points: &[Point]) -> Cube {
        let rows: Vec<Vec<f32>> = points.iter().map(|point| coordinates(&space, point)).collect();
        let n_axes = rows.first().map_or(0, Vec::len);
        let axes = (0..n_axes).map(|axis| rows.iter().map(|row| row[axis]).collect()).collect();
        Cube { space, n_configs: points.len(), axes }
    }

    /// The space.
    pub fn space(&self) -> &Space {
        &self.space
    }

    /// How many configurations there are.
    pub fn n_configs(&self) -> usize {
        self.n_configs
    }

    /// The position of the configuration nearest to a point of the space, of those that `may_be`; `None` where none may.
    ///
    /// # Panics
    /// When the point is of another space.
    pub fn nearest(&self, point: &Point, may_be: impl Fn(usize) -> bool) -> Option<usize> {
        let mut distances = vec![0.0_f32; self.n_configs];
        for (axis, x) in self.axes.iter().zip(coordinates(&self.space, point)) {
            distances.iter_mut().zip(axis).for_each(|(distance, own)| *distance += (own - x) * (own - x));
        }
        let distances = distances.into_iter().enumerate().filter(|&(config, _)| may_be(config));
        distances.min_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(config, _)| config)
    }
}

/// How long the axis of the learning rate is, that of other numbers being 1.
const LEARNING_RATE_AXIS: f64 = 2.0;

/// Where a point lies.
fn coordinates(space: &Space, point: &Point) -> Vec<f32> {
    let mut coordinates = Vec::new();
    for (Parameter { name, domain, .. }, (_, value)) in space.parameters().iter().zip(point.iter()) {
        if let Domain::Categorical(choices) = domain {
            let is_it = choices.values().iter().map(|choice| choice == value);
            coordinates.extend(is_it.map(|is_it| if is_it { FRAC_1_SQRT_2 } else { 0.0 }));
        } else {
            let (low, high) = domain.shares(value).expect("a value of the parameter");
            let length = if name == "learning_rate" { LEARNING_RATE_AXIS } else { 1.0 };
            coordinates.push((f64::midpoint(low, high) * length) as f32);
        }
    }
    coordinates
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

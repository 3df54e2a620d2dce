//! Tables made by formula, for examples, tests and benchmarks: the truth is known, and any size can be had.
//!
//! Each table is a function of its arguments; it draws from the stream `seed.child(<its name>)`. Noise is the
//! standard deviation of the normal errors, in the units of what it is added to.

use std::f64::consts::PI;

use mlpsweep_seed::{Seed, Stream};
use ndarray::{Array1, Array2, Axis};
use rand::RngExt as _;
use rand_distr::StandardNormal;

use crate::dataset::{Dataset, Target};

/// Two interleaved half circles, classes `0` and `1`, in turn.
///
/// With t running evenly from 0 to π along the rows of each class, and ε ~ N(0, noise²):
///
/// ```text
/// class 0:  x1 = cos t + ε        x2 = sin t + ε
/// class 1:  x1 = 1 − cos t + ε    x2 = ½ − sin t + ε
/// ```
///
/// # Panics
/// When there are fewer than two rows, or noise is negative or not finite.
pub fn moons(n_rows: usize, noise: f64, seed: Seed) -> Dataset {
    check(n_rows, 2, noise);
    let mut stream = seed.child("moons").stream();
    let point = |class: usize, position: f64| {
        let (sin, cos) = (PI * position).sin_cos();
        if class == 0 { [cos, sin] } else { [1.0 - cos, 0.5 - sin] }
    };
    plane("moons", n_rows, 2, noise, point, &mut stream)
}

/// Spirals that start at the origin, one a class, classes `0`, `1` … in turn.
///
/// With r running evenly from 0 to 1 along the rows of each class c of C, and ε ~ N(0, noise²):
///
/// ```text
/// φ  = 2π c/C + 3π r
/// x1 = r cos φ + ε        x2 = r sin φ + ε
/// ```
///
/// # Panics
/// When there are fewer than two classes or fewer rows than classes, or noise is negative or not finite.
pub fn spirals(n_rows: usize, noise: f64, n_classes: usize, seed: Seed) -> Dataset {
    assert!(n_classes >= 2, "{n_classes} spirals, but there must be at least 2");
    check(n_rows, n_classes, noise);
    let mut stream = seed.child("spirals").stream();
    let point = |class: usize, position: f64| {
        let angle = 2.0 * PI * class as f64 / n_classes as f64 + 3.0 * PI * position;
        [position * angle.cos(), position * angle.sin()]
    };
    plane("spirals", n_rows, n_classes, noise, point, &mut stream)
}

/// The first regression problem of Friedman (1991), Multivariate Adaptive Regression Splines.
///
/// Features x1, x2 … are independent and uniform on [0, 1); those after the fifth have no part in the target.
///
/// ```text
/// y = 10 sin(π x1 x2) + 20 (x3 − ½)² + 10 x4 + 5 x5 + ε,    ε ~ N(0, noise²)
/// ```
///
/// # Panics
/// When there are fewer than two rows or five features, or noise is negative or not finite.
pub fn friedman1(n_rows: usize, n_features: usize, noise: f64, seed: Seed) -> Dataset {
    assert!(n_features >= 5, "{n_features} features, but the formula needs at least 5");
    check(n_rows, 2, noise);
    let seed = seed.child("friedman1");
    let (mut places, mut errors) = (seed.child("features").stream(), seed.child("noise").stream());
    let features = Array2::from_shape_simple_fn((n_rows, n_features), || places.random::<f64>());
    let y: Array1<f64> = features.map_axis(Axis(1), |x| {
        10.0 * (PI * x[0] * x[1]).sin()
            + 20.0 * (x[2] - 0.5).powi(2)
            + 10.0 * x[3]
            + 5.0 * x[4]
            + normal(noise, &mut errors)
    });
    Dataset::of_numbers(
        "friedman1",
        features,
        Target::Numbers { names: vec!["y".to_owned()], values: y.insert_axis(Axis(1)) },
    )
}

/// Two periods of a sine over one feature, uniform on [−1, 1).
///
/// ```text
/// y = sin 2πx + ε,    ε ~ N(0, noise²)
/// ```
///
/// # Panics
/// When there are fewer than two rows, or noise is negative or not finite.
pub fn sine(n_rows: usize, noise: f64, seed: Seed) -> Dataset {
    check(n_rows, 2, noise);
    let seed = seed.child("sine");
    let (mut places, mut errors) = (seed.child("features").stream(), seed.child("noise").stream());
    let features = Array2::from_shape_simple_fn((n_rows, 1), || 2.0 * places.random::<f64>() - 1.0);
    let y = features.mapv(|x| (2.0 * PI * x).sin() + normal(noise, &mut errors));
    Dataset::of_numbers("sine", features, Target::Numbers { names: vec!["y".to_owned()], values: y })
}

/// Classes in turn on curves in the plane: `point(class, position)` with position from 0 to 1 along each curve.
fn plane(
    name: &str,
    n_rows: usize,
    n_classes: usize,
    noise: f64,
    point: impl Fn(usize, f64) -> [f64; 2],
    stream: &mut Stream,
) -> Dataset {
    let mut features = Array2::zeros((n_rows, 2));
    for (row_idx, mut row) in features.rows_mut().into_iter().enumerate() {
        let class = row_idx % n_classes;
        let n_of_class = (n_rows - class).div_ceil(n_classes);
        let position = (row_idx / n_classes) as f64 / (n_of_class - 1).max(1) as f64;
        for (out, x) in row.iter_mut().zip(point(class, position)) {
            *out = x + normal(noise, stream);
        }
    }
    let codes = (0..n_rows).map(|row_idx| (row_idx % n_classes) as u32).collect();
    let labels = (0..n_classes).map(|class| class.to_string()).collect();
    Dataset::of_numbers(
        name,
        features,
        Target::Classes { name: "class".to_owned(), labels, codes, positive: n_classes as u32 - 1 },
    )
}

fn normal(deviation: f64, stream: &mut Stream) -> f64 {
    deviation * stream.sample::<f64, _>(StandardNormal)
}

fn check(n_rows: usize, least: usize, noise: f64) {
    assert!(n_rows >= least, "{n_rows} rows, but there must be at least {least}");
    assert!(noise.is_finite() && noise >= 0.0, "noise is {noise}, but must be a finite number from 0 up");
}

//! Generated tables follow their formulas and their seeds.

use mlpsweep_data::generate::{friedman1, moons, sine, spirals};
use mlpsweep_data::{Dataset, Target};
use mlpsweep_seed::Seed;
use std::f64::consts::PI;

const SEED: Seed = Seed::new(7);

fn codes(data: &Dataset) -> &[u32] {
    let Target::Classes { codes, .. } = &data.target else { panic!("{} has classes", data.name) };
    codes
}

#[test]
fn moons_without_noise_lie_on_their_circles() {
    let data = moons(101, 0.0, SEED);
    assert_eq!((data.n_rows(), data.n_features()), (101, 2));
    for (x, &code) in data.features.rows().into_iter().zip(codes(&data)) {
        let (centre, side) = if code == 0 { ([0.0, 0.0], 1.0) } else { ([1.0, 0.5], -1.0) };
        assert!(((x[0] - centre[0]).hypot(x[1] - centre[1]) - 1.0).abs() < 1e-12);
        assert!(side * (x[1] - centre[1]) >= -1e-12);
    }
}

#[test]
fn spirals_without_noise_turn_as_they_grow() {
    let data = spirals(300, 0.0, 3, SEED);
    for (x, &code) in data.features.rows().into_iter().zip(codes(&data)) {
        let radius = x[0].hypot(x[1]);
        let angle = 2.0 * PI * f64::from(code) / 3.0 + 3.0 * PI * radius;
        assert!((x[0] - radius * angle.cos()).abs() < 1e-12 && (x[1] - radius * angle.sin()).abs() < 1e-12);
    }
}

#[test]
fn friedman1_without_noise_is_its_formula() {
    let data = friedman1(50, 7, 0.0, SEED);
    assert_eq!(data.feature_names, ["x1", "x2", "x3", "x4", "x5", "x6", "x7"]);
    let Target::Numbers { values, .. } = &data.target else { panic!("a regression") };
    for (x, y) in data.features.rows().into_iter().zip(values) {
        assert!(x.iter().all(|x| (0.0..1.0).contains(x)));
        let truth = 10.0 * (PI * x[0] * x[1]).sin() + 20.0 * (x[2] - 0.5).powi(2) + 10.0 * x[3] + 5.0 * x[4];
        assert!((y - truth).abs() < 1e-12);
    }
}

#[test]
fn sine_without_noise_is_its_formula() {
    let data = sine(50, 0.0, SEED);
    let Target::Numbers { values, .. } = &data.target else { panic!("a regression") };
    assert!(data.features.iter().any(|&x| x < -0.5) && data.features.iter().any(|&x| x > 0.5));
    for (x, y) in data.features.iter().zip(values) {
        assert!((-1.0..1.0).contains(x) && (y - (2.0 * PI * x).sin()).abs() < 1e-12);
    }
    assert_eq!(sine(50, 0.5, SEED).features, data.features, "noise moves the target only");
}

/// 4,000 draws of N(0, 0.5²): the mean lies within 5 standard errors of 0, the deviation within 5 of 0.5.
#[test]
fn noise_has_the_deviation_asked_for() {
    let (noisy, truth) = (friedman1(4_000, 5, 0.5, SEED), friedman1(4_000, 5, 0.0, SEED));
    assert_eq!(noisy.features, truth.features, "noise moves the target only");
    let (Target::Numbers { values: noisy, .. }, Target::Numbers { values: truth, .. }) =
        (noisy.target, truth.target)
    else {
        panic!("regressions")
    };
    let errors = noisy - truth;
    assert!(errors.mean().expect("4,000 rows").abs() < 5.0 * 0.5 / 4_000_f64.sqrt());
    assert!((errors.std(0.0) - 0.5).abs() < 5.0 * 0.5 / 8_000_f64.sqrt());
}

#[test]
fn classes_take_turns() {
    assert_eq!(codes(&spirals(7, 0.1, 3, SEED)), [0, 1, 2, 0, 1, 2, 0]);
    assert_eq!(moons(2, 0.1, SEED).features.dim(), (2, 2));
}

#[test]
fn a_table_is_a_function_of_its_seed() {
    let makes: [fn(Seed) -> Dataset; 4] = [
        |seed| moons(20, 0.1, seed),
        |seed| spirals(20, 0.1, 2, seed),
        |seed| friedman1(20, 5, 1.0, seed),
        |seed| sine(20, 0.1, seed),
    ];
    for make in makes {
        assert_eq!(make(SEED), make(SEED));
        assert_ne!(make(SEED).features, make(Seed::new(8)).features);
    }
}

//! Values and slopes at points one can compute by hand.

use mlpsweep_mlp::Activation;

#[track_caller]
fn check(activation: Activation, z: f64, a: f64, slope: f64) {
    let (found_a, found_slope) = activation.at(z);
    // A few units in the last place for the elementary functions.
    let close = |found: f64, expected: f64| (found - expected).abs() <= 4.0 * f64::EPSILON * expected.abs();
    assert!(close(found_a, a), "{activation:?}({z}) is {found_a}, not {a}");
    assert!(close(found_slope, slope), "{activation:?}'({z}) is {found_slope}, not {slope}");
}

#[test]
fn values_and_slopes_at_known_points() {
    check(Activation::Identity, -2.5, -2.5, 1.0);
    check(Activation::Sigmoid, 0.0, 0.5, 0.25);
    check(Activation::Sigmoid, 2.0_f64.ln(), 2.0 / 3.0, 2.0 / 9.0);
    check(Activation::Sigmoid, -(2.0_f64.ln()), 1.0 / 3.0, 2.0 / 9.0);
    check(Activation::Tanh, 3.0_f64.ln() / 2.0, 0.5, 0.75);
    check(Activation::Relu, 3.0, 3.0, 1.0);
    check(Activation::Relu, -3.0, 0.0, 0.0);
    check(Activation::Relu, 0.0, 0.0, 0.0);
    check(Activation::LeakyRelu, 3.0, 3.0, 1.0);
    check(Activation::LeakyRelu, -3.0, -0.03, 0.01);
}

#[test]
fn nothing_overflows_at_the_far_ends() {
    for &activation in Activation::ALL {
        for z in [-1e30_f32, -100.0, 100.0, 1e30] {
            let (a, slope) = activation.at(z);
            assert!(a.is_finite() && slope.is_finite(), "{activation:?}({z}) = {a}, {slope}");
        }
        assert!(activation.at(f32::NAN).0.is_nan(), "{activation:?} hides a NaN");
    }
    let (a, slope) = Activation::Sigmoid.at(-80.0_f64);
    assert!(a > 0.0 && slope > 0.0, "the lower tail of the sigmoid is not 0");
}

#[test]
fn names_are_unique_and_found_again() {
    for &activation in Activation::ALL {
        assert_eq!(Activation::from_name(activation.name()), Some(activation));
    }
    assert_eq!(Activation::from_name("rleu"), None);
}

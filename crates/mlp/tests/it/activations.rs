//! Values and slopes at points one can compute by hand.

use mlpsweep_mlp::Activation;

#[track_caller]
fn check(activation: Activation, z: f64, a: f64, slope: f64) {
    let (found_a, found_slope) = activation.at(z);
    // A few units in the last place for the elementary functions, of 1 where terms of that size cancel.
    let close =
        |found: f64, expected: f64| (found - expected).abs() <= 4.0 * f64::EPSILON * expected.abs().max(1.0);
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

/// Beside 40-digit arithmetic (mpmath), rounded to 17.
#[test]
#[expect(
    clippy::unreadable_literal,
    clippy::excessive_precision,
    reason = "figures as another program wrote them"
)]
fn values_and_slopes_beside_forty_digits() {
    check(Activation::Elu, -2.5, -0.9179150013761012, 0.082084998623898795);
    check(Activation::Elu, -0.3, -0.25918177931828213, 0.74081822068171787);
    check(Activation::Elu, 0.7, 0.69999999999999996, 1.0);
    check(Activation::Elu, 3.0, 3.0, 1.0);
    check(Activation::Selu, -2.5, -1.6137857588732426, 0.14431358197413431);
    check(Activation::Selu, -0.3, -0.4556673153791221, 1.3024320254682548);
    check(Activation::Selu, 0.7, 0.7354906911488363, 1.0507009873554805);
    check(Activation::Selu, 3.0, 3.1521029620664415, 1.0507009873554805);
    check(Activation::Gelu, -2.5, -0.015524163314440338, -0.037611085908145208);
    check(Activation::Gelu, -0.3, -0.11462657334331421, 0.26767223317289015);
    check(Activation::Gelu, 0.7, 0.53062544344384885, 0.97661410113365984);
    check(Activation::Gelu, 3.0, 2.9959503059051097, 1.0119456472041839);
    check(Activation::GeluTanh, -2.5, -0.015084266089998582, -0.037951576212666183);
    check(Activation::GeluTanh, -0.3, -0.11462907645724075, 0.26770454836119819);
    check(Activation::GeluTanh, 0.7, 0.53057013470511671, 0.97635721865610395);
    check(Activation::GeluTanh, 3.0, 2.996362607918227, 1.0115841666309697);
    check(Activation::Silu, -2.5, -0.18964545005310888, -0.099401111341526841);
    check(Activation::Silu, -0.3, -0.1276672449565023, 0.35221998968111726);
    check(Activation::Silu, 0.7, 0.46773144051771624, 0.82338678347334242);
    check(Activation::Silu, 3.0, 2.8577223804672997, 1.0881041060151696);
    check(Activation::Mish, -2.5, -0.19681620390653334, -0.10974357275018569);
    check(Activation::Mish, -0.3, -0.15113317713833457, 0.40851087693570219);
    check(Activation::Mish, 0.7, 0.56114837764385186, 0.96879486820018591);
    check(Activation::Mish, 3.0, 2.9865350049679573, 1.0211069109294438);
    check(Activation::Softplus, -2.5, 0.078889734292549623, 0.075858180021243551);
    check(Activation::Softplus, -0.3, 0.55435524446852712, 0.42555748318834102);
    check(Activation::Softplus, 0.7, 1.1031860488854579, 0.6681877721681661);
    check(Activation::Softplus, 3.0, 3.0485873515737421, 0.95257412682243322);
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

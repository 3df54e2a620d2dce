//! Initial weights have the variance their formula gives.

use mlpsweep_mlp::{Init, Layout};
use mlpsweep_seed::Seed;

/// 300 × 200 weights: the relative standard error of their variance is √(2/60000) = 0.6 %; five of them are allowed.
#[track_caller]
fn check_variance(init: Init, expected: f64) {
    let layout = Layout::new(&[200, 300]);
    let params: Vec<f64> = init.draw(&layout, &mut Seed::new(1).stream());
    let weights = &params[layout.blocks()[0].weights.clone()];
    let variance = weights.iter().map(|w| w * w).sum::<f64>() / weights.len() as f64;
    assert!((variance - expected).abs() <= 0.03 * expected, "{init:?}: {variance} instead of {expected}");
    assert!(
        params[layout.blocks()[0].biases.clone()].iter().all(|&b| b == 0.0),
        "{init:?}: biases start at 0"
    );
}

#[test]
fn variances() {
    check_variance(Init::Zeros, 0.0);
    check_variance(Init::Normal { scale: 0.5 }, 0.25);
    check_variance(Init::Xavier, 1.0 / 200.0);
    check_variance(Init::Glorot, 2.0 / 500.0);
    check_variance(Init::GlorotUniform, 2.0 / 500.0);
    check_variance(Init::He, 2.0 / 200.0);
    check_variance(Init::HeUniform, 2.0 / 200.0);
    check_variance(Init::Lecun, 1.0 / 200.0);
}

#[test]
fn uniform_weights_stay_inside_their_bound() {
    let layout = Layout::new(&[200, 300]);
    let params: Vec<f64> = Init::GlorotUniform.draw(&layout, &mut Seed::new(1).stream());
    let bound = (6.0_f64 / 500.0).sqrt();
    assert!(params.iter().all(|w| w.abs() <= bound));
    assert!(params.iter().any(|w| w.abs() > 0.99 * bound));
}

#[test]
fn both_precisions_start_from_the_same_weights() {
    let layout = Layout::new(&[5, 4, 3]);
    let wide: Vec<f64> = Init::He.draw(&layout, &mut Seed::new(9).stream());
    let narrow: Vec<f32> = Init::He.draw(&layout, &mut Seed::new(9).stream());
    assert!(wide.iter().zip(&narrow).all(|(&w, &n)| w as f32 == n));
}

#[test]
fn every_name_is_known() {
    for name in Init::NAMES {
        assert!(Init::from_name(name, Init::DEFAULT_SCALE).is_some(), "{name}");
    }
    assert_eq!(Init::from_name("hee", 1.0), None);
}

#[test]
fn orthogonal_rows_or_columns_have_length_one_and_no_angle() {
    for (n_in, n_out) in [(5, 3), (3, 5), (4, 4), (1, 6), (100, 60)] {
        let layout = Layout::new(&[n_in, n_out]);
        let params: Vec<f64> = Init::Orthogonal.draw(&layout, &mut Seed::new(3).stream());
        let entry = |row: usize, column: usize| params[row * n_in + column];
        let n = n_in.min(n_out);
        for a in 0..n {
            for b in 0..n {
                let product: f64 = if n_out <= n_in {
                    (0..n_in).map(|j| entry(a, j) * entry(b, j)).sum()
                } else {
                    (0..n_out).map(|i| entry(i, a) * entry(i, b)).sum()
                };
                let expected = f64::from(u8::from(a == b));
                // Twice Gram–Schmidt leaves a few roundings per term.
                assert!((product - expected).abs() < 1e-14, "{n_out} × {n_in}: {a}·{b} is {product}");
            }
        }
    }
}

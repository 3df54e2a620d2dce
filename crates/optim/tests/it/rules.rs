//! Three steps of every rule, beside the formula written out once more, slowly, in f64.

use mlpsweep_optim::{Optimizer, OptimizerKind, Penalty, Segment};
use mlpsweep_real::Real;

const GRADIENTS: [[f64; 3]; 3] = [[0.5, -2.0, 0.0], [0.25, -1.0, 1e-3], [-4.0, 3.0, 0.0]];
const START: [f64; 3] = [1.0, -0.5, 0.0];
const ALPHA: f64 = 0.1;

fn whole(l1: f64, l2: f64) -> Vec<Segment<f64>> {
    vec![Segment { range: 0..3, penalty: Penalty { l1, l2 } }]
}

/// Runs `kind` from `START`; `reference(t, g, state)` gives the step of one parameter.
#[track_caller]
fn check(kind: OptimizerKind, constants: &[(&str, f64)], reference: impl Fn(i32, f64, &mut [f64; 2]) -> f64) {
    let value_of = |key: &str| constants.iter().find(|(name, _)| *name == key).map(|&(_, value)| value);
    let mut optimizer = Optimizer::<f64>::new(kind, 3, value_of).expect("valid constants");
    let mut params = START;
    let mut expected = START;
    let mut states = [[0.0; 2]; 3];
    for (t, mut gradient) in (1..).zip(GRADIENTS) {
        optimizer.step(ALPHA, &mut params, &mut gradient, &whole(0.0, 0.0), |_, _| 0.0);
        for i in 0..3 {
            expected[i] -= reference(t, gradient[i], &mut states[i]);
        }
    }
    for (found, expected) in params.iter().zip(expected) {
        // The two write the same arithmetic in another order: a few roundings apart.
        assert!((found - expected).abs() <= 1e-14, "{kind:?}: {params:?} instead of {expected:?}");
    }
}

#[test]
fn sgd() {
    check(OptimizerKind::Sgd, &[], |_, g, _| ALPHA * g);
}

#[test]
fn momentum() {
    check(OptimizerKind::Momentum, &[("momentum", 0.8)], |_, g, [v, _]| {
        *v = 0.8 * *v + (1.0 - 0.8) * g;
        ALPHA * *v
    });
}

#[test]
fn heavy_ball() {
    check(OptimizerKind::HeavyBall, &[("momentum", 0.8)], |_, g, [v, _]| {
        *v = 0.8 * *v + g;
        ALPHA * *v
    });
}

#[test]
fn nesterov() {
    check(OptimizerKind::Nesterov, &[], |_, g, [v, _]| {
        *v = 0.9 * *v + g;
        ALPHA * (g + 0.9 * *v)
    });
}

#[test]
fn rmsprop() {
    check(OptimizerKind::RmsProp, &[("rho", 0.7), ("epsilon", 1e-3)], |_, g, [s, _]| {
        *s = 0.7 * *s + (1.0 - 0.7) * g * g;
        ALPHA * g / (s.sqrt() + 1e-3)
    });
}

#[test]
fn adam() {
    check(OptimizerKind::Adam, &[("beta1", 0.8), ("beta2", 0.99)], |t, g, [v, s]| {
        *v = 0.8 * *v + (1.0 - 0.8) * g;
        *s = 0.99 * *s + (1.0 - 0.99) * g * g;
        let (v_hat, s_hat) = (*v / (1.0 - 0.8_f64.powi(t)), *s / (1.0 - 0.99_f64.powi(t)));
        ALPHA * v_hat / (s_hat.sqrt() + 1e-8)
    });
}

#[test]
fn penalties_reach_the_weights_they_are_for_and_no_others() {
    let segments = [
        Segment { range: 0..2, penalty: Penalty { l1: 0.25, l2: 0.5 } },
        Segment { range: 2..4, penalty: Penalty::none() },
    ];
    let mut params = [2.0, -1.0, 2.0, -1.0];
    let mut optimizer = Optimizer::new(OptimizerKind::Sgd, 4, |_| None).expect("valid");
    optimizer.step(1.0, &mut params, &mut [0.0; 4], &segments, |_, _| 0.0);
    assert_eq!(params, [0.75, -0.25, 2.0, -1.0]);

    let penalty = &segments[0].penalty;
    assert_eq!(penalty.value(&[2.0, -1.0]), 0.25 * 5.0 + 0.25 * 3.0);
    let mut zero = [0.0; 4];
    optimizer.step(1.0, &mut zero, &mut [0.0; 4], &segments, |_, _| 0.0);
    assert_eq!(zero, [0.0; 4], "the derivative of |w| at 0 is 0");
}

#[test]
fn constants_outside_their_range_are_refused() {
    for &kind in OptimizerKind::ALL {
        assert_eq!(OptimizerKind::from_name(kind.name()), Some(kind));
        for constant in kind.constants() {
            assert!(constant.range.contains(constant.default), "{kind:?} {}", constant.key);
            for bad in [-1.0, f64::NAN, f64::INFINITY] {
                let error = Optimizer::<f32>::new(kind, 1, |key| (key == constant.key).then_some(bad));
                let error = error.expect_err("out of range").to_string();
                assert!(error.contains(&format!("`{}` is {bad}, but must lie in", constant.key)), "{error}");
            }
        }
    }
}

const SLOPES: [f64; 2] = [1.0, 5.0];

/// J = ½ Σ a_i θ_i², and its gradient.
fn bowl<T: Real>(theta: &[T], gradient: &mut [T]) -> f64 {
    let mut cost = 0.0;
    for ((g, &theta), slope) in gradient.iter_mut().zip(theta).zip(SLOPES) {
        *g = T::from_f64(slope) * theta;
        cost += 0.5 * slope * theta.to_f64().powi(2);
    }
    cost
}

/// On a bowl every rule comes down, in both precisions by the same path.
#[test]
fn every_rule_descends_a_bowl() {
    for &kind in OptimizerKind::ALL {
        let rate = if kind.name() == "adadelta" { 1.0 } else { 0.02 };
        let segments = [Segment { range: 0..2, penalty: Penalty { l1: 0.0, l2: 0.0 } }];
        let narrow_segments = [Segment { range: 0..2, penalty: Penalty::<f32>::none() }];
        let mut wide = ([3.0_f64, -2.0], Optimizer::new(kind, 2, |_| None).expect("valid"));
        let mut narrow = ([3.0_f32, -2.0], Optimizer::new(kind, 2, |_| None).expect("valid"));
        let start = bowl(&wide.0, &mut [0.0; 2]);
        for step in 0..400 {
            let took = wide.1.step(rate, &mut wide.0, &mut [0.0; 2], &segments, bowl);
            assert!(!took.at_rest || kind == OptimizerKind::Lbfgs, "{kind:?}");
            narrow.1.step(rate as f32, &mut narrow.0, &mut [0.0; 2], &narrow_segments, bowl);
            if step == 20 {
                // Twenty steps of f32, a few roundings of 6e-8 each, amplified by at most the slope 5.
                let distance =
                    (wide.0[0] - f64::from(narrow.0[0])).abs() + (wide.0[1] - f64::from(narrow.0[1])).abs();
                assert!(distance < 1e-4, "{kind:?}: {:?} {:?}", wide.0, narrow.0);
            }
        }
        let end = bowl(&wide.0, &mut [0.0; 2]);
        assert!(end < 0.5 * start, "{kind:?}: from {start} to {end}");
    }
}

/// A dead unit's gradients are exactly 0: its states end at 0, not among the denormals.
#[test]
fn states_of_a_dead_parameter_become_zero() {
    for &kind in OptimizerKind::ALL {
        let mut optimizer = Optimizer::<f32>::new(kind, 1, |_| None).expect("valid");
        let segments = [Segment { range: 0..1, penalty: Penalty::none() }];
        let mut theta = [1.0];
        let mut step = |g: f32, theta: &mut [f32]| {
            let set = |_: &[f32], gradient: &mut [f32]| {
                gradient[0] = g;
                0.0
            };
            optimizer.step(1e-3, theta, &mut [0.0], &segments, set);
        };
        step(1e-3, &mut theta);
        for _ in 0..12_000 {
            step(0.0, &mut theta);
        }
        let before = theta;
        step(0.0, &mut theta);
        assert!(theta == before || kind.name() == "adamw", "{kind:?} still moves a dead parameter");
    }
}

//! How long a way down an ill-conditioned valley is, rule by rule.
//!
//! ```text
//! f(x, y) = ½ (x² + κ y²), κ = 100, from (1, 1)          r = √κ, q = (r − 1)/(r + 1)
//! ```
//!
//! With the constants that suit κ best, and β for momentum, the paths of three rules have closed forms, each found from the
//! roots of its recursion (Polyak 1964; Nesterov 2004, section 2.2):
//!
//! | rule | α, β | x_t | y_t |
//! | --- | --- | --- | --- |
//! | `sgd` | 2/(1 + κ) | ((κ − 1)/(κ + 1))ᵗ | (−(κ − 1)/(κ + 1))ᵗ |
//! | `heavy_ball` | 4/(r + 1)², q² | (1 + (1 − q)t) qᵗ | (1 + (1 + q)t) (−q)ᵗ |
//! | `nesterov` | 1/κ, q | (1 + t/(r + 1)) (1 − 1/r)ᵗ | 1, −q, then 0 |

use mlpsweep_optim::{Optimizer, OptimizerKind, Penalty, Segment};

const KAPPA: f64 = 100.0;
/// f starts at 50.5: thirteen orders of magnitude are a long way.
const LOW: f64 = 1e-12;
/// More steps than anybody needs.
const MOST: usize = 20_000;

fn height(theta: [f64; 2], kappa: f64) -> f64 {
    0.5 * (theta[0] * theta[0] + kappa * theta[1] * theta[1])
}

/// The path from (1, 1) in a valley of that condition, the start included, down to `LOW` or `MOST` steps long.
fn path(kind: OptimizerKind, rate: f64, constants: &[(&str, f64)], kappa: f64) -> Vec<[f64; 2]> {
    let value_of = |key: &str| constants.iter().find(|(name, _)| *name == key).map(|&(_, value)| value);
    let mut optimizer = Optimizer::<f64>::new(kind, 2, value_of).expect("valid constants");
    let segments = [Segment { range: 0..2, penalty: Penalty::none() }];
    let mut theta = [1.0, 1.0];
    let mut path = vec![theta];
    while height(theta, kappa) >= LOW && path.len() <= MOST {
        optimizer.step(rate, &mut theta, &mut [0.0; 2], &segments, |theta, gradient| {
            gradient.copy_from_slice(&[theta[0], kappa * theta[1]]);
            height([theta[0], theta[1]], kappa)
        });
        path.push(theta);
    }
    path
}

fn steps(kind: OptimizerKind, rate: f64, constants: &[(&str, f64)]) -> usize {
    path(kind, rate, constants, KAPPA).len() - 1
}

fn q() -> f64 {
    (KAPPA.sqrt() - 1.0) / (KAPPA.sqrt() + 1.0)
}

const HEAVY_BALL_RATE: f64 = 4.0 / 121.0;

/// The path is `expected(t)` all the way, and as many steps long as that says.
#[track_caller]
fn check(
    kind: OptimizerKind,
    rate: f64,
    constants: &[(&str, f64)],
    n_steps: usize,
    expected: impl Fn(i32) -> [f64; 2],
) {
    let path = path(kind, rate, constants, KAPPA);
    for (t, theta) in (0..).zip(&path) {
        for (found, expected) in theta.iter().zip(expected(t)) {
            // Where both roots are one, roundings grow like their number of steps: 100 · 100 · 1e-16, beside a start of 1.
            assert!((found - expected).abs() < 1e-12, "{kind:?}, step {t}: {theta:?}");
        }
    }
    let reaches = (0..MOST as i32).position(|t| height(expected(t), KAPPA) < LOW).expect("it goes down");
    assert_eq!((path.len() - 1, reaches), (n_steps, n_steps), "{kind:?}");
}

#[test]
fn plain_descent_shrinks_by_its_rate_in_every_step() {
    let rho = (KAPPA - 1.0) / (KAPPA + 1.0);
    check(OptimizerKind::Sgd, 2.0 / (1.0 + KAPPA), &[], 789, |t| [rho.powi(t), (-rho).powi(t)]);
}

/// Above 2/κ it climbs out, y growing, and below it x shrinks by no more than 1 − 2/κ a step: ½ x² needs at least
/// ln √(2 LOW) / ln (1 − 2/κ) of them.
#[test]
fn no_rate_makes_plain_descent_fast() {
    let least = ((2.0 * LOW).sqrt().ln() / (1.0 - 2.0 / KAPPA).ln()).ceil() as usize;
    assert_eq!(least, 667);
    for percent in 1..100 {
        let found = steps(OptimizerKind::Sgd, 0.02 / KAPPA * f64::from(percent), &[]);
        assert!(found >= least, "{percent} % of 2/κ: {found} steps");
    }
    assert_eq!(steps(OptimizerKind::Sgd, 2.0 / KAPPA, &[]), MOST, "y jumps to and fro for ever");
}

#[test]
fn the_heavy_ball_has_the_root_of_the_condition() {
    let q = q();
    check(OptimizerKind::HeavyBall, HEAVY_BALL_RATE, &[("momentum", q * q)], 105, |t| {
        let n = f64::from(t);
        [(1.0 + (1.0 - q) * n) * q.powi(t), (1.0 + (1.0 + q) * n) * (-q).powi(t)]
    });
}

/// An exponential average of gradients is a heavy ball with 1 − β times the rate.
#[test]
fn momentum_is_a_heavy_ball_of_another_rate() {
    let beta = q() * q();
    let ball = path(OptimizerKind::HeavyBall, HEAVY_BALL_RATE, &[("momentum", beta)], KAPPA);
    let average = path(OptimizerKind::Momentum, HEAVY_BALL_RATE / (1.0 - beta), &[("momentum", beta)], KAPPA);
    assert_eq!(ball.len(), average.len());
    for (ball, average) in ball.iter().zip(&average) {
        // As above: the same numbers up to roundings that grow with the steps.
        assert!((ball[0] - average[0]).abs() + (ball[1] - average[1]).abs() < 1e-12);
    }
}

#[test]
fn nesterov_looks_ahead() {
    let r = KAPPA.sqrt();
    check(OptimizerKind::Nesterov, 1.0 / KAPPA, &[("momentum", q())], 154, |t| {
        let x = (1.0 + f64::from(t) / (r + 1.0)) * (1.0 - 1.0 / r).powi(t);
        [x, [1.0, -q()].get(t as usize).copied().unwrap_or(0.0)]
    });
}

/// A step of g/√(mean of g²) does not know how steep a direction is: x and y go down together, whatever κ.
#[test]
fn rules_that_divide_by_the_root_do_not_see_the_condition() {
    for kind in [OptimizerKind::RmsProp, OptimizerKind::Adam] {
        let round = path(kind, 0.01, &[], 1.0);
        for kappa in [KAPPA, 1e4] {
            for (there, here) in round.iter().zip(&path(kind, 0.01, &[], kappa)) {
                // ε = 1e-8 stands beside a root that falls to 1e-6: one part in a hundred of what is left there.
                let close = |i: usize| (there[i] - here[i]).abs() <= 0.02 * there[i].abs() + 1e-6;
                assert!(close(0) && close(1), "{kind:?}, κ = {kappa}: {there:?} {here:?}");
            }
        }
    }
}

/// All five arrive in a fraction of plain descent's steps, the adaptive ones with the best rate of a coarse ladder.
#[test]
fn every_rule_beats_plain_descent() {
    let plain = steps(OptimizerKind::Sgd, 2.0 / (1.0 + KAPPA), &[]);
    let beta = q() * q();
    let best_of_ladder = |kind| {
        let ladder = [0.1, 0.03, 0.01, 0.003].into_iter();
        ladder.map(|rate| steps(kind, rate, &[])).min().expect("four rates")
    };
    let found = [
        ("momentum", steps(OptimizerKind::Momentum, HEAVY_BALL_RATE / (1.0 - beta), &[("momentum", beta)])),
        ("heavy_ball", steps(OptimizerKind::HeavyBall, HEAVY_BALL_RATE, &[("momentum", beta)])),
        ("nesterov", steps(OptimizerKind::Nesterov, 1.0 / KAPPA, &[("momentum", q())])),
        ("rmsprop", best_of_ladder(OptimizerKind::RmsProp)),
        ("adam", best_of_ladder(OptimizerKind::Adam)),
    ];
    for (name, steps) in found {
        assert!(3 * steps < plain, "{name}: {steps} steps, plain descent {plain}");
    }
}

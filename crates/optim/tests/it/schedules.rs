//! Learning rates at epochs one can compute by hand.

use mlpsweep_optim::{Schedule, ScheduleKind};

#[track_caller]
fn check(kind: ScheduleKind, constants: &[(&str, f64)], expected: &[(usize, f64)]) {
    let value_of = |key: &str| constants.iter().find(|(name, _)| *name == key).map(|&(_, value)| value);
    let schedule = Schedule::new(kind, 0.1, value_of).expect("valid constants");
    for &(epochs_done, rate) in expected {
        let found = schedule.rate(epochs_done);
        assert!(
            (found - rate).abs() <= 1e-15,
            "{kind:?} after {epochs_done} epochs: {found} instead of {rate}"
        );
    }
}

#[test]
fn closed_forms() {
    check(ScheduleKind::Constant, &[], &[(0, 0.1), (1_000, 0.1)]);
    check(ScheduleKind::InverseTime, &[("schedule_k", 0.5)], &[(0, 0.1), (1, 0.1 / 1.5), (8, 0.02)]);
    check(ScheduleKind::Exponential, &[("schedule_gamma", 0.5)], &[(0, 0.1), (1, 0.05), (3, 0.0125)]);
    check(
        ScheduleKind::Step,
        &[("schedule_gamma", 0.5), ("schedule_every", 3.0)],
        &[(0, 0.1), (2, 0.1), (3, 0.05), (5, 0.05), (6, 0.025)],
    );
}

#[test]
fn impossible_constants_are_refused() {
    for rate in [0.0, -0.1, f64::NAN, f64::INFINITY] {
        let error = Schedule::new(ScheduleKind::Constant, rate, |_| None).expect_err("no such learning rate");
        assert!(error.to_string().starts_with("`learning_rate` is"), "{error}");
    }
    let error = Schedule::new(ScheduleKind::Step, 0.1, |_| Some(0.5)).expect_err("every 0.5 epochs");
    assert_eq!(error.to_string(), "`schedule_every` is 0.5, but must lie in [1, ∞)");
    for &kind in ScheduleKind::ALL {
        assert_eq!(ScheduleKind::from_name(kind.name()), Some(kind));
    }
}

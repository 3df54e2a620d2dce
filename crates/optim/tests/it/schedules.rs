//! Learning rates at epochs one can compute by hand, and beside PyTorch's.

use mlpsweep_optim::{Schedule, ScheduleKind};

/// (epochs done, step, rate) over 10 epochs of 4 steps, α₀ = 0.1.
#[track_caller]
fn check(kind: ScheduleKind, constants: &[(&str, f64)], expected: &[(usize, usize, f64)]) {
    let value_of = |key: &str| constants.iter().find(|(name, _)| *name == key).map(|&(_, value)| value);
    let schedule = Schedule::new(kind, 0.1, 10, value_of).expect("valid constants");
    for &(epochs_done, step, rate) in expected {
        let found = schedule.rate(epochs_done, step, 4);
        // A few roundings of numbers up to 0.1.
        assert!(
            (found - rate).abs() <= 1e-16,
            "{kind:?} at {epochs_done}, {step}: {found} instead of {rate}"
        );
    }
}

#[test]
fn closed_forms() {
    check(ScheduleKind::Constant, &[], &[(0, 0, 0.1), (1_000, 3, 0.1)]);
    check(ScheduleKind::InverseTime, &[("schedule_k", 0.5)], &[(0, 0, 0.1), (1, 3, 0.1 / 1.5), (8, 0, 0.02)]);
    check(
        ScheduleKind::Exponential,
        &[("schedule_gamma", 0.5)],
        &[(0, 0, 0.1), (1, 0, 0.05), (3, 2, 0.0125)],
    );
    check(ScheduleKind::InverseSqrt, &[], &[(0, 0, 0.1), (3, 0, 0.05)]);
    check(
        ScheduleKind::Step,
        &[("schedule_gamma", 0.5), ("schedule_every", 3.0)],
        &[(0, 0, 0.1), (2, 0, 0.1), (3, 0, 0.05), (5, 3, 0.05), (6, 0, 0.025)],
    );
    check(
        ScheduleKind::Polynomial,
        &[("schedule_power", 2.0), ("schedule_end", 0.02)],
        &[(0, 0, 0.1), (5, 0, 0.04), (10, 0, 0.02), (11, 0, 0.02)],
    );
    check(ScheduleKind::Cosine, &[("schedule_end", 0.02)], &[(0, 0, 0.1), (5, 0, 0.06), (10, 0, 0.1)]);
    check(ScheduleKind::Cosine, &[("schedule_restarts", 1.0)], &[(0, 0, 0.1), (5, 0, 0.1)]);
}

#[test]
fn warm_up_climbs_step_by_step_and_the_law_begins_where_it_ends() {
    let constants = [("warmup_epochs", 2.0), ("schedule_gamma", 0.5)];
    let climb = [(0, 0, 0.0125), (0, 3, 0.05), (1, 0, 0.0625), (1, 3, 0.1)];
    check(ScheduleKind::Exponential, &constants, &climb);
    check(ScheduleKind::Exponential, &constants, &[(2, 0, 0.1), (3, 0, 0.05)]);
}

/// torch.optim.lr_scheduler.OneCycleLR(max_lr=0.1, total_steps=40): up to step 11, then down to step 39.
#[test]
fn one_cycle_turns_at_thirty_percent_and_ends_near_zero() {
    check(ScheduleKind::OneCycle, &[], &[(0, 0, 0.004), (2, 3, 0.1), (9, 3, 4e-7), (6, 1, 0.050_000_2)]);
}

#[test]
fn plateau_drops_when_the_loss_has_stalled_for_longer_than_its_patience() {
    let value_of = |key: &str| (key == "schedule_patience").then_some(2.0);
    let mut schedule = Schedule::new(ScheduleKind::Plateau, 0.1, 10, value_of).expect("valid constants");
    let rates = [1.0, 0.5, 0.5, 0.6, 0.5, 0.4, 0.4].map(|loss| {
        schedule.observe(loss);
        schedule.rate(0, 0, 1)
    });
    let dropped = 0.1 * 0.1;
    assert_eq!(rates, [0.1, 0.1, 0.1, 0.1, dropped, dropped, dropped]);
}

#[test]
fn impossible_constants_are_refused() {
    for rate in [0.0, -0.1, f64::NAN, f64::INFINITY] {
        let error =
            Schedule::new(ScheduleKind::Constant, rate, 10, |_| None).expect_err("no such learning rate");
        assert!(error.to_string().starts_with("`learning_rate` is"), "{error}");
    }
    let error = Schedule::new(ScheduleKind::Step, 0.1, 10, |key| (key == "schedule_every").then_some(0.5));
    let error = error.expect_err("every 0.5 epochs");
    assert_eq!(error.to_string(), "`schedule_every` is 0.5, but must lie in [1, ∞)");
    for &kind in ScheduleKind::ALL {
        assert_eq!(ScheduleKind::from_name(kind.name()), Some(kind));
        for epochs_done in 0..12 {
            let schedule = Schedule::new(kind, 0.1, 10, |_| None).expect("defaults are valid");
            assert!((0.0..=0.1).contains(&schedule.rate(epochs_done, 1, 3)), "{kind:?}");
        }
    }
}

//! A unit is a pure function of sweep, data, trial and split.

use crate::fixture::{SMALL, plan};
use mlpsweep_sweep::record::{FoldState, Trial};
use mlpsweep_sweep::unit;

#[test]
fn the_same_whenever_it_runs() {
    let plan = plan(SMALL, &["early_stopping.patience=2"]);
    let trials: Vec<Trial> = plan.trials(2).collect();
    let run = |trial: &Trial, split| unit::run(&plan, trial, split, &|| false).expect("not stopped");
    let first = run(&trials[1], 2);
    run(&trials[0], 0);
    assert_eq!(run(&trials[1], 2), first);
    assert_eq!(first.state, FoldState::Complete);
    assert_eq!((first.test_scores.len(), first.curve.len()), (2, first.epochs_run));
}

/// Configurations are compared in pairs: the same draws, whatever the trial's number.
#[test]
fn randomness_does_not_know_the_trial() {
    let plan = plan(SMALL, &[]);
    let trial = plan.trials(1).next().expect("a trial");
    let run = |trial: &Trial| unit::run(&plan, trial, 1, &|| false).expect("not stopped");
    let (here, there) = (run(&trial), run(&Trial { number: 12_345, ..trial.clone() }));
    assert_eq!((here.test_scores, here.curve), (there.test_scores, there.curve));
}

#[test]
fn folds_and_repeats_have_draws_of_their_own() {
    let plan = plan(SMALL, &["cv.repeats=2"]);
    let trial = plan.trials(1).next().expect("a trial");
    let losses: Vec<u64> = (0..6)
        .map(|split| unit::run(&plan, &trial, split, &|| false).expect("not stopped"))
        .map(|record| record.curve[0].train_loss.to_bits())
        .collect();
    let mut different = losses.clone();
    different.sort_unstable();
    different.dedup();
    assert_eq!(different.len(), losses.len());
}

/// Norms come with the curve, a number a layer, and change nothing else.
#[test]
fn gradient_norms_on_request() {
    let quiet = plan(SMALL, &["parameters.depth=2"]);
    let asking = plan(SMALL, &["parameters.depth=2", "record.gradient_norms=true"]);
    let trial = quiet.trials(1).next().expect("a trial");
    let run = |plan| unit::run(plan, &trial, 0, &|| false).expect("not stopped");
    let (quiet, mut asking) = (run(&quiet), run(&asking));
    let norms: Vec<Vec<f64>> =
        asking.curve.iter_mut().map(|point| std::mem::take(&mut point.gradient_norms)).collect();
    assert!(norms.iter().all(|norms| norms.len() == 3 && norms.iter().all(|norm| *norm > 0.0)), "{norms:?}");
    assert_eq!(quiet, asking);
}

#[test]
fn stopped_ones_leave_nothing() {
    let plan = plan(SMALL, &[]);
    let trial = plan.trials(1).next().expect("a trial");
    assert_eq!(unit::run(&plan, &trial, 0, &|| true), None);
}

#[test]
fn numbers_that_run_away_are_a_state() {
    let away = ["parameters.learning_rate=1e30", "parameters.optimizer=sgd"];
    let plan = plan(SMALL, &away);
    let trial = plan.trials(1).next().expect("a trial");
    let record = unit::run(&plan, &trial, 0, &|| false).expect("not stopped");
    assert!(matches!(record.state, FoldState::Diverged { epoch: 1.. }), "{:?}", record.state);
    assert!(record.test_scores.is_empty() && record.best_epoch == 0);
    let finite = |loss: &f64| loss.is_finite();
    assert!(record.curve.iter().map(|point| point.train_loss).all(|loss| finite(&loss)));
}

#[test]
fn both_precisions_and_all_optimizers() {
    for precision in ["f32", "f64"] {
        for optimizer in mlpsweep_optim::OptimizerKind::ALL {
            let overrides = [
                format!("parameters.precision={precision}"),
                format!("parameters.optimizer={}", optimizer.name()),
            ];
            let plan = plan(SMALL, &overrides.each_ref().map(String::as_str));
            let trial = plan.trials(1).next().expect("a trial");
            let record = unit::run(&plan, &trial, 0, &|| false).expect("not stopped");
            assert_eq!(record.state, FoldState::Complete, "{overrides:?}");
        }
    }
}

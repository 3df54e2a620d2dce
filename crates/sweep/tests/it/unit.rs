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

/// A plan refuses such folds; a unit that meets one all the same fails in words, and is not called diverged.
#[test]
fn a_score_without_a_value_is_a_failure() {
    let mut plan = plan(SMALL, &["cv.kind=kfold", "cv.folds=60"]);
    plan.metrics = vec![mlpsweep_train::Metric::RocAuc];
    let trial = plan.trials(1).next().expect("a trial");
    let record = unit::run(&plan, &trial, 0, &|| false).expect("not stopped");
    let message = "roc_auc is not defined: the validation rows hold one class only".to_owned();
    assert_eq!(record.state, FoldState::Failed { message });
    assert!(record.test_scores.is_empty() && record.best_epoch == 0);
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

//! A unit is a pure function of sweep, data, trial and split.

use crate::fixture::{SMALL, folder, plan};
use mlpsweep_sweep::record::{BaseScores, FoldState, OutOfFold, Trial};
use mlpsweep_sweep::unit;
use mlpsweep_train::{Predictions, Truth};

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

/// Of two classes, of more, and of two targets: the stored predictions give the fold's base score again, to the bit,
/// which is the same whether or not it is a metric.
#[test]
fn base_scores_and_the_predictions_they_are_of() {
    let folder = folder();
    let two_targets = folder.path().join("two targets.csv");
    let table: String =
        (0..30).map(|i| format!("{i},{},{}\n", 1e6 + f64::from(i), 0.5 - f64::from(i))).collect();
    std::fs::write(&two_targets, format!("x,y,z\n{table}")).expect("a file");
    let regression = [
        &*format!("data={{ path = {two_targets:?}, target = [\"y\", \"z\"], test = 0 }}"),
        "preprocess.target_scale=standard",
    ];
    for (overrides, other_metric) in [
        (&[][..], "accuracy"),
        (&["data={ builtin = \"iris\", test = 0 }"], "accuracy"),
        (&regression, "mae"),
    ] {
        let metric = |words: &str| {
            let score = format!("score={{ {words} }}");
            let repeats = ["cv.repeats=2", "parameters.width=3", score.as_str()];
            plan(SMALL, &[overrides, &repeats].concat())
        };
        let (plan, other) = (metric(""), metric(&format!("metric = {other_metric:?}")));
        let trial = plan.trials(1).next().expect("a trial");
        let record = unit::run(&plan, &trial, 4, &|| false).expect("not stopped");
        let base = BaseScores { train: record.train_scores[0], validation: record.test_scores[0] };
        assert_eq!(record.base, Some(base), "{overrides:?}");
        let of_other = unit::run(&other, &trial, 4, &|| false).expect("not stopped");
        assert_eq!(of_other.base, Some(base), "{overrides:?}");
        assert_ne!(of_other.test_scores, record.test_scores);
        assert_eq!(of_other.out_of_fold, record.out_of_fold);

        let info = plan.info();
        let split = plan.validation_rows().nth(4).expect("six splits");
        assert_eq!(split.rows, plan.folds.split(4).validation);
        assert_eq!(split.truth.len(), split.rows.len() * info.data.n_true());
        let OutOfFold::Predictions(predicted) = record.out_of_fold else { panic!("predictions are kept") };
        assert_eq!(predicted.len(), split.rows.len() * info.data.n_predicted());
        let (truth, predicted) = if info.data.task == "regression" {
            (Truth::Numbers(split.truth), Predictions::Numbers { n_targets: 2, values: predicted })
        } else {
            let n_classes = info.data.targets.len();
            let values = match n_classes {
                2 => predicted.into_iter().flat_map(|p| [1.0 - p, p]).collect(),
                _ => predicted,
            };
            let truth = split.truth.iter().map(|&class| class as u32).collect();
            (Truth::Classes { codes: truth, positive: 1 }, Predictions::Probabilities { n_classes, values })
        };
        assert_eq!(plan.base_metric().score(&truth, &predicted), base.validation, "{overrides:?}");

        assert_eq!(info.trivial.len(), 6);
        assert!(info.trivial.iter().all(Option::is_some));
    }
}

/// With one repeat a score a row is enough where the metric is their mean; else it takes the predictions.
#[test]
fn as_little_as_possible_is_kept_of_validation_rows() {
    let run = |metric: &str| {
        let plan = plan(SMALL, &[&format!("score.metric={metric:?}")]);
        let trial = plan.trials(1).next().expect("a trial");
        unit::run(&plan, &trial, 1, &|| false).expect("not stopped")
    };
    for metric in ["log_loss", "accuracy"] {
        let record = run(metric);
        let OutOfFold::Scores(scores) = record.out_of_fold else { panic!("scores are enough for {metric}") };
        let mean = scores.iter().map(|&score| f64::from(score)).sum::<f64>() / scores.len() as f64;
        assert!((mean - record.test_scores[0]).abs() < 1e-6 * mean, "{metric}: {mean}");
    }
    assert!(matches!(run("roc_auc").out_of_fold, OutOfFold::Predictions(_)));
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

/// No epoch is better by enough: the first stays the best, and the weights after it are what is scored.
#[test]
fn nothing_gets_better() {
    let waiting = ["early_stopping={ patience = 2, min_delta = 1000.0 }", "parameters.epochs=50"];
    let (stopped, first) = (plan(SMALL, &waiting), plan(SMALL, &[waiting[0], "parameters.epochs=1"]));
    let trial = stopped.trials(1).next().expect("a trial");
    let record = unit::run(&stopped, &trial, 0, &|| false).expect("not stopped");
    assert_eq!((record.best_epoch, record.epochs_run, record.early_stopped), (1, 3, true));
    let of_one =
        unit::run(&first, &first.trials(1).next().expect("a trial"), 0, &|| false).expect("not stopped");
    assert_eq!((of_one.best_epoch, of_one.epochs_run, of_one.early_stopped), (1, 1, false));
    assert_eq!(record.test_scores, of_one.test_scores);
}

#[test]
fn numbers_that_run_away_are_a_state() {
    let away = ["parameters.learning_rate=1e30", "parameters.optimizer=sgd"];
    let plan = plan(SMALL, &away);
    let trial = plan.trials(1).next().expect("a trial");
    let record = unit::run(&plan, &trial, 0, &|| false).expect("not stopped");
    assert!(matches!(record.state, FoldState::Diverged { epoch: 1.. }), "{:?}", record.state);
    assert!(record.test_scores.is_empty() && record.best_epoch == 0);
    assert!(record.base.is_none() && record.out_of_fold == OutOfFold::Nothing);
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
    let without_rate: String = SMALL
        .lines()
        .filter(|line| !line.starts_with("learning_rate"))
        .map(|line| format!("{line}\n"))
        .collect();
    for precision in ["f32", "f64"] {
        for optimizer in mlpsweep_optim::OptimizerKind::ALL {
            let overrides = [
                format!("parameters.precision={precision}"),
                format!("parameters.optimizer={}", optimizer.name()),
            ];
            // L-BFGS has its own rate and takes the whole batch.
            let text = if optimizer.is_full_batch() {
                without_rate.replace("batch_size = 16\n", "")
            } else {
                SMALL.to_owned()
            };
            let plan = plan(&text, &overrides.each_ref().map(String::as_str));
            let trial = plan.trials(1).next().expect("a trial");
            let record = unit::run(&plan, &trial, 0, &|| false).expect("not stopped");
            assert_eq!(record.state, FoldState::Complete, "{overrides:?}");
        }
    }
}

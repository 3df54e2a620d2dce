//! Whole training runs: they learn, they end for the right reason, and they see only their rows.

use crate::{config, data, default_loss, job};
use mlpsweep_data::Target;
use mlpsweep_mlp::Loss;
use mlpsweep_optim::OptimizerKind;
use mlpsweep_train::{BatchSize, EarlyStopping, Ended, Job, Metric, ScoreError, Session, TrainError, train};
use std::ops::ControlFlow;

fn every_third(n_rows: usize, third: u32) -> (Vec<u32>, Vec<u32>) {
    (0..n_rows as u32).partition(|row| row % 3 != third)
}

#[track_caller]
fn check_learns(name: &str, metric: Metric, at_least: f64) {
    let data = data(name);
    let (rows, unseen) = every_third(data.n_rows(), 0);
    let config = config(default_loss(&data));
    let mut fitted =
        train::<f32>(job(&data, &rows, &config), |_| ControlFlow::Continue(())).expect("a valid job");
    assert_eq!(fitted.ended, Ended::Completed);
    assert_eq!((fitted.best_epoch, fitted.curve.len()), (30, 30));
    let score = fitted.score(&unseen, &[metric]).expect("finite")[0];
    assert!(score >= at_least, "{name}: {} is {score}", metric.name());
}

/// The bounds lie a little under what scikit-learn's MLP of the same size reaches on these sets.
#[test]
fn learns_the_built_in_sets() {
    check_learns("iris", Metric::Accuracy, 0.93);
    check_learns("wine", Metric::Accuracy, 0.95);
    check_learns("breast_cancer", Metric::Accuracy, 0.95);
    check_learns("digits", Metric::Accuracy, 0.95);
    check_learns("diabetes", Metric::R2, 0.35);
}

#[test]
fn the_same_job_gives_the_same_bits_and_another_seed_others() {
    let data = data("iris");
    let (rows, _) = every_third(data.n_rows(), 1);
    let mut config = config(Loss::CrossEntropy);
    config.dropout = 0.2;
    let run = |seed| {
        let job = Job { seed: mlpsweep_seed::Seed::new(seed), ..job(&data, &rows, &config) };
        train::<f64>(job, |_| ControlFlow::Continue(())).expect("a valid job").params().to_vec()
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

/// What lies in other rows, NaN even, reaches neither scaling nor weights.
#[test]
fn only_the_training_rows_are_seen() {
    let whole = data("diabetes");
    let (rows, unseen) = every_third(whole.n_rows(), 2);
    let mut spoilt = whole.clone();
    for &row in &unseen {
        spoilt.features.row_mut(row as usize).fill(f64::NAN);
        let Target::Numbers { values, .. } = &mut spoilt.target else { panic!("diabetes holds numbers") };
        values.row_mut(row as usize).fill(f64::NAN);
    }
    let mut config = config(Loss::SquaredError);
    config.early_stopping = Some(EarlyStopping { patience: 3, share: 0.2, min_delta: 0.0 });
    let run = |data| {
        let fitted =
            train::<f32>(job(data, &rows, &config), |_| ControlFlow::Continue(())).expect("a valid job");
        (fitted.params().to_vec(), fitted.curve)
    };
    assert_eq!(run(&whole), run(&spoilt));
}

#[test]
fn early_stopping_waits_for_its_patience_and_keeps_the_best_epoch() {
    let data = data("breast_cancer");
    let (rows, _) = every_third(data.n_rows(), 0);
    let mut config = config(Loss::BinaryCrossEntropy);
    config.epochs = 500;
    config.learning_rate = 0.03;
    config.early_stopping = Some(EarlyStopping { patience: 7, share: 0.2, min_delta: 0.0 });
    let mut snapshots = Vec::new();
    let mut session = Session::<f32>::new(job(&data, &rows, &config)).expect("a valid job");
    let fitted = train::<f32>(job(&data, &rows, &config), |_| {
        session.epoch();
        snapshots.push(session.params().to_vec());
        ControlFlow::Continue(())
    })
    .expect("a valid job");
    assert_eq!(fitted.ended, Ended::EarlyStopped);
    let losses: Vec<f64> = fitted.curve.iter().map(|epoch| epoch.validation_loss.expect("watched")).collect();
    let lowest = losses.iter().copied().fold(f64::INFINITY, f64::min);
    assert_eq!(losses[fitted.best_epoch - 1], lowest);
    assert_eq!(losses.len(), fitted.best_epoch + 7, "the run goes on for `patience` epochs after the best");
    assert_eq!(fitted.params(), snapshots[fitted.best_epoch - 1], "the best epoch's parameters are kept");
}

#[test]
fn divergence_is_a_state_with_its_epoch() {
    let data = data("diabetes");
    let (rows, _) = every_third(data.n_rows(), 0);
    let mut config = config(Loss::SquaredError);
    config.optimizer = OptimizerKind::Sgd;
    config.learning_rate = 1e30;
    let mut fitted =
        train::<f32>(job(&data, &rows, &config), |_| ControlFlow::Continue(())).expect("a valid job");
    assert!(matches!(fitted.ended, Ended::Diverged { epoch: 1 }), "{:?}", fitted.ended);
    assert_eq!(fitted.score(&rows, &[Metric::Mse]), Err(ScoreError::NotFinite), "no finite-looking score");
}

#[test]
fn the_observer_may_stop_the_run() {
    let data = data("iris");
    let (rows, _) = every_third(data.n_rows(), 0);
    let config = config(Loss::CrossEntropy);
    let fitted = train::<f32>(job(&data, &rows, &config), |record| {
        if record.epoch == 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let fitted = fitted.expect("a valid job");
    assert_eq!((fitted.ended, fitted.curve.len()), (Ended::Stopped, 4));
}

/// Under plain descent on the whole batch the penalty shrinks a weight by the factor 1 − αλ₂/m_train a step, biases not:
/// with and without penalty the two differ after one step by exactly that.
#[test]
fn the_penalty_is_divided_by_the_rows_trained_on() {
    let data = data("iris");
    let (rows, _) = every_third(data.n_rows(), 0);
    let mut plain = config(Loss::CrossEntropy);
    plain.optimizer = OptimizerKind::Sgd;
    plain.batch_size = BatchSize::Full;
    let mut penalised = plain.clone();
    penalised.l2 = 5.0;
    let step = |config| {
        let mut session = Session::<f64>::new(job(&data, &rows, config)).expect("a valid job");
        let start = session.params().to_vec();
        session.epoch();
        (start, session.params().to_vec(), session.network().layout().clone())
    };
    let (start, without, layout) = step(&plain);
    let (_, with, _) = step(&penalised);
    for block in layout.blocks() {
        for i in block.weights.clone() {
            let expected = without[i] - plain.learning_rate * 5.0 / rows.len() as f64 * start[i];
            assert!((with[i] - expected).abs() < 1e-15, "weight {i}: {} instead of {expected}", with[i]);
        }
        assert_eq!(with[block.biases.clone()], without[block.biases.clone()], "biases are not penalised");
    }
}

#[test]
fn impossible_configurations_are_refused_in_words() {
    let iris = data("iris");
    let rows: Vec<u32> = (0..150).collect();
    let refuse = |change: &dyn Fn(&mut mlpsweep_train::TrainConfig)| -> String {
        let mut config = config(Loss::CrossEntropy);
        change(&mut config);
        let error: TrainError = Session::<f32>::new(job(&iris, &rows, &config)).expect_err("impossible");
        error.to_string()
    };
    assert_eq!(refuse(&|c| c.epochs = 0), "`epochs` is 0, but must be at least 1");
    assert_eq!(
        refuse(&|c| c.batch_size = BatchSize::Rows(0)),
        "`batch_size` is 0, but must be at least 1, or \"full\""
    );
    assert_eq!(refuse(&|c| c.l2 = -1.0), "`l2` is -1, but must be 0 or more");
    assert_eq!(refuse(&|c| c.dropout = 1.0), "`dropout` is 1, but must lie in [0, 1)");
    assert_eq!(refuse(&|c| c.learning_rate = f64::NAN), "`learning_rate` is NaN, but must lie in (0, ∞)");
    assert_eq!(
        refuse(&|c| c.constants = vec![("beta1".into(), 1.5)]),
        "`beta1` is 1.5, but must lie in [0, 1)"
    );
    assert_eq!(
        refuse(&|c| c.loss = Loss::SquaredError),
        "`loss` is squared_error, which is for numbers, but the target holds classes"
    );
    assert_eq!(
        refuse(&|c| c.loss = Loss::BinaryCrossEntropy),
        "`loss` is binary_cross_entropy, which is for classes, but the target holds 3 classes instead of 2"
    );
}

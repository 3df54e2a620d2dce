//! A run that is paused and goes on from its snapshot in a new session is the run that was never paused, to the bit.

use crate::{config, data, default_loss, job};
use mlpsweep_optim::{OptimizerKind, ScheduleKind};
use mlpsweep_train::{BatchSize, EarlyStopping, Ended, Fitted, Run, TrainConfig};
use std::ops::ControlFlow;

/// Trained in parts that end at these epochs.
fn in_parts<'a>(job: mlpsweep_train::Job<'a>, ends: &[usize]) -> Fitted<'a, f32> {
    let keep_on = |_: &_| ControlFlow::Continue(());
    let mut run = Run::<f32>::new(job).expect("a valid job");
    for &end in ends {
        let ended = run.until(end, keep_on);
        if ended != Ended::Paused {
            return run.finish(ended);
        }
        assert!(run.snapshot().n_epochs() == end);
        run = Run::resume(job, run.snapshot()).expect("the same job");
    }
    let ended = run.until(job.config.epochs, keep_on);
    run.finish(ended)
}

#[track_caller]
fn check(name: &str, change: impl Fn(&mut TrainConfig)) {
    let data = data(name);
    let rows: Vec<u32> = (0..data.n_rows() as u32).filter(|row| row % 4 != 1).collect();
    let mut config = TrainConfig { epochs: 27, ..config(default_loss(&data)) };
    change(&mut config);
    let job = job(&data, &rows, &config);
    let whole = in_parts(job, &[]);
    for ends in [&[1, 3, 9][..], &[13], &[26, 27, 40]] {
        let parts = in_parts(job, ends);
        assert_eq!(parts.params(), whole.params(), "{ends:?}");
        assert_eq!((parts.ended, parts.best_epoch), (whole.ended, whole.best_epoch), "{ends:?}");
        assert_eq!(parts.curve, whole.curve, "{ends:?}");
    }
}

#[test]
fn with_every_optimizer() {
    for &optimizer in OptimizerKind::ALL {
        check("iris", |config| {
            config.optimizer = optimizer;
            if optimizer.is_full_batch() {
                config.batch_size = BatchSize::Full;
            } else {
                (config.dropout, config.input_dropout) = (0.3, 0.1);
            }
        });
    }
}

#[test]
fn with_rates_that_change() {
    for schedule in [ScheduleKind::Plateau, ScheduleKind::OneCycle, ScheduleKind::Cosine] {
        check("diabetes", |config| {
            config.schedule = schedule;
            config.constants = vec![("warmup_epochs".into(), 2.0)];
        });
    }
}

#[test]
fn with_early_stopping() {
    let stopping = EarlyStopping { patience: 5, share: 0.2, min_delta: 0.0 };
    check("iris", |config| {
        (config.early_stopping, config.learning_rate) = (Some(stopping), 0.1);
    });
}

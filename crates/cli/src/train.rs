//! `mlpsweep train`: one configuration on all rows.

use crate::args::{Format, TrainArguments};
use crate::exit::{INTERNAL, NO_USABLE_TRIAL, Problem, print, tell};
use crate::progress::Progress;
use crate::signals::Signals;
use crate::single::Single;
use mlpsweep_model::weights;
use mlpsweep_real::Real;
use mlpsweep_report::write_file;
use mlpsweep_train::{Ended, EpochRecord, Job, Metric, Precision};
use serde_json::Number;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;

pub(crate) fn train(arguments: &TrainArguments) -> Result<(), Problem> {
    let single = Single::read(&arguments.config, &arguments.set, "train")?;
    match single.config.precision {
        Precision::F32 => fit::<f32>(arguments, &single),
        Precision::F64 => fit::<f64>(arguments, &single),
    }
}

fn fit<T: Real>(arguments: &TrainArguments, single: &Single) -> Result<(), Problem> {
    let Single { data, config, rows, .. } = single;
    let start = single.start::<T>(arguments.init.as_deref())?;
    let job = Job { start: start.as_deref(), ..single.job() };

    let signals = Signals::watch().map_err(|error| Problem::new(INTERNAL, error.to_string()))?;
    let mut progress = Progress::new(config.epochs as u64, "epochs", arguments.output);
    let trained = mlpsweep_train::train::<T>(job, |epoch| {
        let watched =
            epoch.validation_loss.map(|loss| format!(", validation loss {loss:.5}")).unwrap_or_default();
        progress.show(epoch.epoch as u64, &format!("loss {:.5}{watched}", epoch.train_loss));
        if signals.stop().load(Ordering::Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    progress.finish();
    let mut fitted = trained.map_err(|error| single.refused(error))?;

    if let Some(path) = &arguments.curve {
        let n_norms = if config.gradient_norms { fitted.network().layout().blocks().len() } else { 0 };
        write_file(path, curve_csv(&fitted.curve, n_norms).as_bytes())?;
    }
    if let Ended::Diverged { epoch } = fitted.ended {
        let message = format!("the run diverged in epoch {epoch}");
        return Err(Problem::new(NO_USABLE_TRIAL, message)
            .hint(Some("try a smaller learning_rate, or smaller start weights".into())));
    }
    if let Some(path) = &arguments.save {
        write_file(path, &weights::to_bytes(fitted.network().layout(), fitted.params()))?;
    }
    let has_value =
        |metric: &Metric| metric.fits(&data.target) && metric.lacks_in(&data.target, rows).is_none();
    let metrics: Vec<Metric> = Metric::ALL.iter().copied().filter(has_value).collect();
    let scores = fitted.score(rows, &metrics).map_err(|error| {
        let message = format!("the trained network has no scores: {error}");
        Problem::new(NO_USABLE_TRIAL, message)
            .hint(Some("try a smaller learning_rate, or smaller start weights".into()))
    })?;
    let last = &fitted.curve[fitted.best_epoch - 1];
    let mut figures: Vec<(&str, Number)> = vec![
        ("epochs_run", fitted.curve.len().into()),
        ("best_epoch", fitted.best_epoch.into()),
        ("n_parameters", fitted.params().len().into()),
    ];
    let mut numbers = vec![("train_loss", last.train_loss), ("penalty", last.penalty)];
    numbers.extend(last.validation_loss.map(|loss| ("validation_loss", loss)));
    numbers.extend(metrics.iter().map(|metric| metric.name()).zip(scores));
    let finite = |number| Number::from_f64(number).expect("what is not finite was refused");
    figures.extend(numbers.into_iter().map(|(name, number)| (name, finite(number))));
    print(&self::figures(&figures, arguments.output.format))?;
    if fitted.ended == Ended::Stopped {
        let epoch = fitted.curve.len();
        tell(&match &arguments.save {
            Some(path) => format!(
                "stopped after epoch {epoch}; continue from the weights with --init {}",
                path.display()
            ),
            None => format!("stopped after epoch {epoch}; without --save the weights are gone"),
        });
        return Err(Problem::said(signals.exit_code().unwrap_or(130)));
    }
    Ok(())
}

/// Named numbers as text.
pub(crate) fn figures(figures: &[(&str, Number)], format: Format) -> String {
    match format {
        Format::Table => {
            let width = figures.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
            figures.iter().map(|(name, value)| format!("{name:width$}  {value}\n")).collect()
        }
        Format::Csv => {
            let names: Vec<&str> = figures.iter().map(|(name, _)| *name).collect();
            let values: Vec<String> = figures.iter().map(|(_, value)| value.to_string()).collect();
            format!("{}\n{}\n", names.join(","), values.join(","))
        }
        Format::Json => {
            let object: serde_json::Map<String, serde_json::Value> =
                figures.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into())).collect();
            format!("{:#}\n", serde_json::Value::Object(object))
        }
    }
}

/// A row an epoch, with the gradient norms of `n_norms` layers.
fn curve_csv(curve: &[EpochRecord], n_norms: usize) -> String {
    let names: String = (1..=n_norms).map(|layer| format!(",gradient_norm_{layer}")).collect();
    let mut csv = format!("epoch,learning_rate,train_loss,penalty,validation_loss{names}\n");
    for EpochRecord { epoch, learning_rate, train_loss, penalty, validation_loss, gradient_norms } in curve {
        let watched = validation_loss.map(|loss| loss.to_string()).unwrap_or_default();
        let norms: String = gradient_norms.iter().map(|norm| format!(",{norm}")).collect();
        let rate = learning_rate.map(|rate| rate.to_string()).unwrap_or_default();
        let _ = writeln!(csv, "{epoch},{rate},{train_loss},{penalty},{watched}{norms}");
    }
    csv
}

//! Scores: how good predictions are, under scikit-learn's names.
//!
//! To add one: a file with its `Score`, and a line in the list below.

use crate::{Predictions, Truth};
use mlpsweep_data::Task;

/// Whether a larger or a smaller score is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Larger is better.
    Maximize,
    /// Smaller is better.
    Minimize,
}

impl Goal {
    /// The word for it in reports.
    pub fn name(self) -> &'static str {
        match self {
            Goal::Maximize => "maximize",
            Goal::Minimize => "minimize",
        }
    }
}

/// One metric: its name, its direction, its formula.
trait Score {
    /// The word for it in sweep files and reports.
    const NAME: &'static str;
    /// Which way is better.
    const GOAL: Goal;
    /// What it can judge.
    const TASK: Task;

    /// The score of the rows.
    fn score(truth: &Truth, predictions: &Predictions) -> f64;
}

macro_rules! metrics {
    ($($file:ident :: $variant:ident),+ $(,)?) => {
        $(mod $file;)+

        /// A score of predictions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Metric {
            $(
                #[doc = concat!("`", stringify!($file), "`, as its file says.")]
                $variant,
            )+
        }

        impl Metric {
            /// All of them, in the order of the documentation.
            pub const ALL: &'static [Metric] = &[$(Metric::$variant),+];

            /// The word for it in sweep files and reports.
            pub fn name(self) -> &'static str {
                match self { $(Metric::$variant => <$file::$variant as Score>::NAME),+ }
            }

            /// Which way is better.
            pub fn goal(self) -> Goal {
                match self { $(Metric::$variant => <$file::$variant as Score>::GOAL),+ }
            }

            /// What it can judge.
            pub fn task(self) -> Task {
                match self { $(Metric::$variant => <$file::$variant as Score>::TASK),+ }
            }

            /// The score of the rows; not finite when the predictions are not.
            ///
            /// # Panics
            /// When truth and predictions are not of the metric's task.
            pub fn score(self, truth: &Truth, predictions: &Predictions) -> f64 {
                match self { $(Metric::$variant => <$file::$variant as Score>::score(truth, predictions)),+ }
            }
        }
    };
}

metrics! {
    accuracy::Accuracy,
    log_loss::LogLoss,
    mse::Mse,
    rmse::Rmse,
    mae::Mae,
    r2::R2,
}

impl Metric {
    /// The metric of that name.
    pub fn from_name(name: &str) -> Option<Metric> {
        Metric::ALL.iter().copied().find(|metric| metric.name() == name)
    }

    /// The metric a ranking uses when none is named: its training loss, more or less.
    pub fn default_for(task: Task) -> Metric {
        match task {
            Task::Classification => Metric::LogLoss,
            Task::Regression => Metric::Mse,
        }
    }
}

/// Rows of (class, probabilities).
fn classified<'a>(
    truth: &'a Truth,
    predictions: &'a Predictions,
) -> impl Iterator<Item = (usize, &'a [f64])> {
    match (truth, predictions) {
        (Truth::Classes(classes), Predictions::Probabilities { n_classes, values }) => {
            classes.iter().map(|&class| class as usize).zip(values.chunks_exact(*n_classes))
        }
        _ => panic!("this metric is for classes"),
    }
}

/// Pairs (y, ŷ), row after row, and the number of targets per row.
fn measured<'a>(truth: &'a Truth, predictions: &'a Predictions) -> (&'a [f64], &'a [f64], usize) {
    match (truth, predictions) {
        (Truth::Numbers(numbers), Predictions::Numbers { n_targets, values }) => {
            (numbers, values, *n_targets)
        }
        _ => panic!("this metric is for numbers"),
    }
}

/// The mean of `error(y, ŷ)` over rows and targets.
fn mean_error(truth: &Truth, predictions: &Predictions, error: impl Fn(f64, f64) -> f64) -> f64 {
    let (numbers, values, _) = measured(truth, predictions);
    numbers.iter().zip(values).map(|(&y, &predicted)| error(y, predicted)).sum::<f64>() / numbers.len() as f64
}

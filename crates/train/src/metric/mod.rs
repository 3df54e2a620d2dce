//! Scores: how good predictions are, under scikit-learn's names.
//!
//! To add one: a file with its `Score`, and a line in the list below.

mod counted;

pub use counted::Counted;

use crate::predictions::most_probable;
use crate::{Predictions, Truth};
use mlpsweep_data::{Target, Task};

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
    /// Whether it is for two classes and no more.
    const TWO_CLASSES: bool = false;

    /// The score of the rows, as a function of how often each of them counts.
    fn counted(truth: &Truth, predictions: &Predictions) -> Counted;

    /// What rows lack that it needs, `n_rows[c]` of them being of class c; nothing, for most.
    fn lacks(_n_rows: &[usize]) -> Option<Lack> {
        None
    }
}

/// What keeps a metric from having a value on some rows, whatever is predicted for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// All rows are of one class, and it compares classes.
    OtherClass,
    /// No row is of the class at this position, and it needs rows of each.
    Class(usize),
}

impl Lack {
    /// What is wrong with the rows, such as "hold one class only".
    pub fn describe(self, labels: &[String]) -> String {
        match self {
            Lack::OtherClass => "hold one class only".to_owned(),
            Lack::Class(class) => format!("hold no row of class `{}`", labels[class].escape_debug()),
        }
    }
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

            /// Whether it is for two classes and no more.
            pub fn is_for_two_classes(self) -> bool {
                match self { $(Metric::$variant => <$file::$variant as Score>::TWO_CLASSES),+ }
            }

            /// The score of the rows, of finite predictions; NaN where the rows [lack](Metric::lacks) what it needs.
            ///
            /// # Panics
            /// When truth and predictions are not of the metric's task.
            pub fn score(self, truth: &Truth, predictions: &Predictions) -> f64 {
                self.counted(truth, predictions).once()
            }

            /// The same as a function of how often each row counts, which is quick to ask many times.
            ///
            /// # Panics
            /// As [`Metric::score`].
            pub fn counted(self, truth: &Truth, predictions: &Predictions) -> Counted {
                match self { $(Metric::$variant => <$file::$variant as Score>::counted(truth, predictions)),+ }
            }

            /// What keeps it from having a value on rows of which `n_rows[c]` are of class c; `None` where it has one.
            pub fn lacks(self, n_rows: &[usize]) -> Option<Lack> {
                match self { $(Metric::$variant => <$file::$variant as Score>::lacks(n_rows)),+ }
            }
        }
    };
}

metrics! {
    accuracy::Accuracy,
    balanced_accuracy::BalancedAccuracy,
    f1_macro::F1Macro,
    mcc::Mcc,
    average_precision::AveragePrecision,
    roc_auc::RocAuc,
    log_loss::LogLoss,
    brier::Brier,
    mse::Mse,
    rmse::Rmse,
    mae::Mae,
    r2::R2,
    mape::Mape,
}

impl Metric {
    /// The metric of that name.
    pub fn from_name(name: &str) -> Option<Metric> {
        Metric::ALL.iter().copied().find(|metric| metric.name() == name)
    }

    /// Whether it can judge predictions of this target.
    pub fn fits(self, target: &Target) -> bool {
        match target {
            Target::Classes { labels, .. } => {
                self.task() == Task::Classification && (labels.len() == 2 || !self.is_for_two_classes())
            }
            Target::Numbers { .. } => self.task() == Task::Regression,
        }
    }

    /// What keeps it from having a value on those rows of the target; `None` where it has one.
    pub fn lacks_in(self, target: &Target, rows: &[u32]) -> Option<Lack> {
        match target {
            Target::Classes { labels, codes, .. } => {
                let mut n_rows = vec![0; labels.len()];
                rows.iter().for_each(|&row| n_rows[codes[row as usize] as usize] += 1);
                self.lacks(&n_rows)
            }
            Target::Numbers { .. } => None,
        }
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
        (Truth::Classes { codes, .. }, Predictions::Probabilities { n_classes, values }) => {
            codes.iter().map(|&class| class as usize).zip(values.chunks_exact(*n_classes))
        }
        _ => panic!("this metric is for classes"),
    }
}

/// A score that depends on the rows by true class and most probable class alone: C × C counts.
fn of_confusion(
    truth: &Truth,
    predictions: &Predictions,
    score: impl Fn(&[Vec<f64>]) -> f64 + Send + Sync + 'static,
) -> Counted {
    let Predictions::Probabilities { n_classes, .. } = *predictions else {
        panic!("this metric is for classes")
    };
    let cells: Vec<(usize, usize)> = classified(truth, predictions)
        .map(|(class, probabilities)| (class, most_probable(probabilities)))
        .collect();
    Counted::function(cells.len(), move |counts| {
        let mut confusion = vec![vec![0.0; n_classes]; n_classes];
        for (&(class, predicted), &count) in cells.iter().zip(counts) {
            confusion[class][predicted] += f64::from(count);
        }
        score(&confusion)
    })
}

/// The rows by falling probability of one class, of which those of equal probability share a threshold.
struct Thresholds {
    /// Row, whether it is of the class, and whether a threshold ends with it.
    rows: Vec<(u32, bool, bool)>,
}

impl Thresholds {
    fn new(truth: &Truth, predictions: &Predictions, class: usize) -> Thresholds {
        let mut rows: Vec<(f64, u32, bool)> = classified(truth, predictions)
            .zip(0..)
            .map(|((of, probabilities), row)| (probabilities[class], row, of == class))
            .collect();
        rows.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let ends = (0..rows.len()).map(|i| rows.get(i + 1).is_none_or(|next| next.0 != rows[i].0));
        Thresholds { rows: ends.zip(&rows).map(|(ends, &(_, row, right))| (row, right, ends)).collect() }
    }

    /// (true positives, false positives) among the rows at or above each threshold, from the highest down.
    fn steps<'a>(&'a self, counts: &'a [u8]) -> impl Iterator<Item = (f64, f64)> + 'a {
        let (mut right, mut wrong) = (0_u64, 0_u64);
        self.rows.iter().filter_map(move |&(row, is_of_class, ends)| {
            let count = u64::from(counts[row as usize]);
            *(if is_of_class { &mut right } else { &mut wrong }) += count;
            ends.then_some((right as f64, wrong as f64))
        })
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
fn mean_error(truth: &Truth, predictions: &Predictions, error: impl Fn(f64, f64) -> f64) -> Counted {
    let (numbers, values, n_targets) = measured(truth, predictions);
    let of_rows = numbers.chunks_exact(n_targets).zip(values.chunks_exact(n_targets));
    let of_row = |(y, predicted): (&[f64], &[f64])| {
        y.iter().zip(predicted).map(|(&y, &predicted)| error(y, predicted)).sum::<f64>() / n_targets as f64
    };
    Counted::mean(of_rows.map(of_row).collect())
}

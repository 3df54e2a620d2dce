//! What is tabulated: five data sets, each with a space of Adam and one of SGD.
//!
//! | parameter | range | of |
//! | --- | --- | --- |
//! | `width` | 8 … 64, log | both; all hidden layers are as wide |
//! | `depth` | 1 … 3 | both |
//! | `activation` | relu, tanh, sigmoid | both |
//! | `learning_rate` | 1e-5 … 1e-1, log; of SGD 1e-4 … 1 | both |
//! | `batch_size` | 10 … 250, log | both |
//! | `l2` | 1e-5 … 1e1, log | both |
//! | `one_minus_beta1` | 0.01 … 0.5, log | Adam |
//! | `one_minus_momentum` | 0.01 … 1, log | SGD, with Nesterov's momentum |
//! | `schedule` | constant, inverse_time, inverse_sqrt | SGD |
//!
//! They are Bayesmark's of scikit-learn's MLP as far as ours has the same, with depth and activation added. No schedule asks how
//! many epochs there will be, so that the first epochs of a training *are* a shorter training.
//!
//! 20 % of the rows are held out, the others are 5 folds, both stratified where there are classes.

use mlpsweep_data::{
    Dataset, FoldError, FoldKind, Folds, Scale as FeatureScale, TestShare, builtin, hold_out,
};
use mlpsweep_mlp::{Activation, Init, Loss, LossOptions};
use mlpsweep_optim::{OptimizerKind, ScheduleKind};
use mlpsweep_search::{
    Categorical, Domain, FloatRange, IntRange, Parameter, Point, Scale, Sobol, Space, Value,
};
use mlpsweep_seed::Seed;
use mlpsweep_train::{BatchSize, ClassWeight, Metric, Precision, Preprocess, TargetScale, TrainConfig};
use std::fmt;

/// Folds of every training.
pub const N_FOLDS: usize = 5;
/// Rungs of every training, each of three times the epochs of the one before.
pub const N_RUNGS: usize = 4;
/// Metrics of every training.
pub const N_METRICS: usize = 2;

/// The update rule of a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// `adam`
    Adam,
    /// `nesterov`, which without momentum is `sgd`
    Sgd,
}

/// A data set, the space that is searched on it, and how much of it is tabulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Training {
    /// One of the built-in tables.
    pub data: &'static str,
    /// The update rule of the space.
    pub rule: Rule,
    /// Configurations in its table.
    pub n_configs: usize,
    /// Epochs at which scores are taken; the last are all.
    pub rungs: [usize; N_RUNGS],
}

const SHORT: [usize; N_RUNGS] = [1, 3, 9, 27];
const LONG: [usize; N_RUNGS] = [3, 9, 27, 81];

/// All ten.
pub const TRAININGS: [Training; 10] = [
    Training { data: "iris", rule: Rule::Adam, n_configs: 8192, rungs: LONG },
    Training { data: "iris", rule: Rule::Sgd, n_configs: 8192, rungs: LONG },
    Training { data: "wine", rule: Rule::Adam, n_configs: 8192, rungs: LONG },
    Training { data: "wine", rule: Rule::Sgd, n_configs: 8192, rungs: LONG },
    Training { data: "breast_cancer", rule: Rule::Adam, n_configs: 8192, rungs: SHORT },
    Training { data: "breast_cancer", rule: Rule::Sgd, n_configs: 8192, rungs: SHORT },
    Training { data: "digits", rule: Rule::Adam, n_configs: 4096, rungs: SHORT },
    Training { data: "digits", rule: Rule::Sgd, n_configs: 4096, rungs: SHORT },
    Training { data: "diabetes", rule: Rule::Adam, n_configs: 8192, rungs: SHORT },
    Training { data: "diabetes", rule: Rule::Sgd, n_configs: 8192, rungs: SHORT },
];

impl fmt::Display for Training {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rule = match self.rule {
            Rule::Adam => "adam",
            Rule::Sgd => "sgd",
        };
        write!(f, "{}-{rule}", self.data)
    }
}

impl Training {
    /// What its scores are; the last is the loss that is trained on, which decides what is stopped.
    pub fn metrics(&self) -> [Metric; N_METRICS] {
        if self.classifies() { [Metric::Accuracy, Metric::LogLoss] } else { [Metric::Mae, Metric::Mse] }
    }

    /// All epochs.
    pub fn epochs(&self) -> usize {
        self.rungs[N_RUNGS - 1]
    }

    fn classifies(&self) -> bool {
        self.data != "diabetes"
    }

    /// The space.
    pub fn space(&self) -> Space {
        let mut parameters = vec![
            int("width", 8, 64, Scale::Log),
            int("depth", 1, 3, Scale::Linear),
            choice("activation", &["relu", "tanh", "sigmoid"]),
            int("batch_size", 10, 250, Scale::Log),
            log("l2", 1e-5, 1e1),
        ];
        parameters.extend(match self.rule {
            Rule::Adam => vec![log("learning_rate", 1e-5, 1e-1), log("one_minus_beta1", 0.01, 0.5)],
            Rule::Sgd => vec![
                log("learning_rate", 1e-4, 1.0),
                log("one_minus_momentum", 0.01, 1.0),
                choice("schedule", &["constant", "inverse_time", "inverse_sqrt"]),
            ],
        });
        Space::new(parameters).expect("different names")
    }

    /// What a point of the space trains.
    pub fn config(&self, point: &Point) -> TrainConfig {
        let (optimizer, constants, schedule) = match self.rule {
            Rule::Adam => {
                let beta1 = 1.0 - number(point, "one_minus_beta1");
                (OptimizerKind::Adam, vec![("beta1".to_owned(), beta1)], ScheduleKind::Constant)
            }
            Rule::Sgd => {
                let momentum = 1.0 - number(point, "one_minus_momentum");
                let schedule = ScheduleKind::from_name(word(point, "schedule")).expect("a law of ours");
                let mut constants = vec![("momentum".to_owned(), momentum)];
                if schedule == ScheduleKind::InverseTime {
                    constants.push(("schedule_k".to_owned(), 0.1));
                }
                (OptimizerKind::Nesterov, constants, schedule)
            }
        };
        TrainConfig {
            hidden: vec![count(point, "width"); count(point, "depth")],
            activation: Activation::from_name(word(point, "activation")).expect("an activation of ours"),
            init: Init::GlorotUniform,
            loss: if self.classifies() { Loss::CrossEntropy } else { Loss::SquaredError },
            loss_options: LossOptions::default(),
            class_weight: ClassWeight::None,
            optimizer,
            schedule,
            constants,
            learning_rate: number(point, "learning_rate"),
            l1: 0.0,
            l2: number(point, "l2"),
            dropout: 0.0,
            input_dropout: 0.0,
            clip_norm: None,
            clip_value: None,
            batch_size: BatchSize::Rows(count(point, "batch_size")),
            epochs: self.epochs(),
            shuffle: true,
            precision: Precision::F32,
            early_stopping: None,
            gradient_norms: false,
        }
    }

    /// Scaled features, and a scaled target where it is a number.
    pub fn preprocess(&self) -> Preprocess {
        let target = if self.classifies() { TargetScale::None } else { TargetScale::Standard };
        Preprocess::scaled(FeatureScale::Standard, target)
    }

    /// The table, its folds and the rows held out.
    ///
    /// # Errors
    /// None of the built-in tables has any.
    pub fn load(&self) -> Result<(Dataset, Folds, Vec<u32>), FoldError> {
        let data = builtin::load(self.data).expect("a built-in table");
        let kind = if self.classifies() { FoldKind::Stratified } else { FoldKind::KFold };
        let (rest, held_out) = hold_out(&data, TestShare::Share(0.2), self.classifies(), SEED)?;
        let folds = Folds::new(kind, N_FOLDS, 1, &data, &rest, SEED)?;
        Ok((data, folds, held_out))
    }

    /// Where the streams of a fold start, the same for each configuration.
    pub fn seed(fold: usize) -> Seed {
        SEED.child("train").child("fold").nth(fold as u64)
    }

    /// Its configurations, in their order.
    pub fn sequence() -> Sobol {
        Sobol::new(SEED.child("configurations"))
    }
}

/// Of all that is tabulated. Samplers are replayed with other ones.
const SEED: Seed = Seed::new(20_261_129);

fn int(name: &str, min: i64, max: i64, scale: Scale) -> Parameter {
    Parameter::new(name, Domain::Int(IntRange::new(min, max, None, scale).expect("a valid range")))
}

fn log(name: &str, min: f64, max: f64) -> Parameter {
    Parameter::new(name, Domain::Float(FloatRange::new(min, max, None, Scale::Log).expect("a valid range")))
}

fn choice(name: &str, words: &[&str]) -> Parameter {
    let values = words.iter().map(|&word| Value::Text(word.to_owned())).collect();
    Parameter::new(name, Domain::Categorical(Categorical::new(values).expect("some words").0))
}

fn count(point: &Point, name: &str) -> usize {
    match point.get(name) {
        Some(Value::Int(i)) => usize::try_from(*i).expect("a range above 0"),
        other => unreachable!("`{name}` is {other:?}, but its range is of whole numbers"),
    }
}

fn number(point: &Point, name: &str) -> f64 {
    match point.get(name) {
        Some(Value::Float(x)) => *x,
        other => unreachable!("`{name}` is {other:?}, but its range is of numbers"),
    }
}

fn word<'a>(point: &'a Point, name: &str) -> &'a str {
    match point.get(name) {
        Some(Value::Text(word)) => word,
        other => unreachable!("`{name}` is {other:?}, but its values are words"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlpsweep_search::{History, Sampler as _};
    use mlpsweep_train::{Job, Session};

    #[test]
    fn every_space_has_trainings() {
        for training in TRAININGS {
            let (data, folds, held_out) = training.load().expect("folds");
            assert_eq!(folds.len(), N_FOLDS, "{training}");
            assert_eq!(held_out.len(), (data.n_rows() as f64 * 0.2).round() as usize, "{training}");
            for number in 0..8 {
                let point =
                    Training::sequence().propose(&training.space(), History::EMPTY, number).expect("a point");
                let config = training.config(&point);
                let job = Job {
                    data: &data,
                    rows: &folds.split(0).train,
                    config: &config,
                    preprocess: training.preprocess(),
                    start: None,
                    seed: Training::seed(0),
                };
                assert!(Session::<f32>::new(job).is_ok(), "{training}: {point:?}");
            }
        }
    }
}

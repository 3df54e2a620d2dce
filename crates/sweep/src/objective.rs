//! A point of the search space → the configuration of a training run.
//!
//! Each key is read once, with its default. The point's values were checked against their keys when the sweep file was
//! read, so reading them back cannot fail.

use crate::record::Name;
use crate::spec::{DEFAULT_OPTIMIZER, DEFAULT_SCHEDULE};
use mlpsweep_data::Target;
use mlpsweep_mlp::{Activation, Init, Loss, LossOptions};
use mlpsweep_optim::{OptimizerKind, ScheduleKind};
use mlpsweep_search::Value;
use mlpsweep_train::{BatchSize, ClassWeight, EarlyStopping, Precision, TrainConfig};

/// One hidden layer, as scikit-learn's `hidden_layer_sizes=(100,)`.
const DEFAULT_DEPTH: i64 = 1;
/// Units of a hidden layer: scikit-learn's default.
const DEFAULT_WIDTH: i64 = 100;
/// Kingma & Ba 2015; the default of scikit-learn, PyTorch and Keras for Adam.
const DEFAULT_LEARNING_RATE: f64 = 1e-3;
/// Keras's default.
const DEFAULT_BATCH_SIZE: usize = 32;
/// A quarter of scikit-learn's `max_iter`: enough to compare, short enough to search.
pub(crate) const DEFAULT_EPOCHS: i64 = 50;

/// The training configuration that `point` stands for, on data with this target.
pub fn train_config(
    point: &[(Name, Value)],
    target: &Target,
    early_stopping: Option<EarlyStopping>,
) -> TrainConfig {
    let keys = Keys(point);
    let activation = keys.word("activation", Activation::from_name).unwrap_or(Activation::Relu);
    let optimizer = keys.word("optimizer", OptimizerKind::from_name).unwrap_or(DEFAULT_OPTIMIZER);
    let scale = keys.number("init_scale").unwrap_or(Init::DEFAULT_SCALE);
    let init = keys.word("init", |name| Init::from_name(name, scale));
    TrainConfig {
        hidden: keys.hidden(),
        activation,
        init: init.unwrap_or_else(|| default_init(activation)),
        loss: keys.word("loss", Loss::from_name).unwrap_or_else(|| default_loss(target)),
        loss_options: LossOptions {
            huber_delta: keys.number("huber_delta").unwrap_or(LossOptions::default().huber_delta),
            label_smoothing: keys.number("label_smoothing").unwrap_or(LossOptions::default().label_smoothing),
        },
        class_weight: keys.word("class_weight", class_weight).unwrap_or(ClassWeight::None),
        optimizer,
        schedule: keys.word("schedule", ScheduleKind::from_name).unwrap_or(DEFAULT_SCHEDULE),
        constants: keys.constants(),
        learning_rate: keys.number("learning_rate").unwrap_or(DEFAULT_LEARNING_RATE),
        l1: keys.number("l1").unwrap_or(0.0),
        l2: keys.number("l2").unwrap_or(0.0),
        dropout: keys.number("dropout").unwrap_or(0.0),
        input_dropout: keys.number("input_dropout").unwrap_or(0.0),
        clip_norm: keys.number("clip_norm").filter(|_| !optimizer.is_full_batch()),
        clip_value: keys.number("clip_value").filter(|_| !optimizer.is_full_batch()),
        batch_size: if optimizer.is_full_batch() { BatchSize::Full } else { keys.batch_size() },
        epochs: keys.whole("epochs").unwrap_or(DEFAULT_EPOCHS).unsigned_abs() as usize,
        shuffle: !matches!(keys.get("shuffle"), Some(Value::Bool(false))),
        precision: keys.word("precision", precision).unwrap_or(Precision::F32),
        early_stopping,
        gradient_norms: false,
    }
}

/// The value that the configuration has for a key; `None` where it is not used, or there is none, such as a clip.
pub(crate) fn value_of(config: &TrainConfig, key: &str) -> Option<Value> {
    let text = |name: &str| Some(Value::Text(name.to_owned()));
    let whole = |n: usize| i64::try_from(n).ok().map(Value::Int);
    match key {
        "depth" => whole(config.hidden.len()),
        "width" => Some(Value::Int(config.hidden.first().map_or(DEFAULT_WIDTH, |&width| width as i64))),
        "hidden" => Some(Value::List(config.hidden.iter().map(|&width| Value::Int(width as i64)).collect())),
        "activation" => text(config.activation.name()),
        "init" => {
            let is_it = |name: &&&str| Init::from_name(name, Init::DEFAULT_SCALE) == Some(config.init);
            Init::NAMES.iter().find(is_it).and_then(|name| text(name))
        }
        "init_scale" => Some(Value::Float(Init::DEFAULT_SCALE)),
        "loss" => text(config.loss.name()),
        "huber_delta" => Some(Value::Float(config.loss_options.huber_delta)),
        "label_smoothing" => Some(Value::Float(config.loss_options.label_smoothing)),
        "class_weight" => text(config.class_weight.name()),
        "optimizer" => text(config.optimizer.name()),
        "schedule" => text(config.schedule.name()),
        "learning_rate" => Some(Value::Float(config.learning_rate)),
        "l1" => Some(Value::Float(config.l1)),
        "l2" => Some(Value::Float(config.l2)),
        "dropout" => Some(Value::Float(config.dropout)),
        "input_dropout" => Some(Value::Float(config.input_dropout)),
        "clip_norm" => config.clip_norm.map(Value::Float),
        "clip_value" => config.clip_value.map(Value::Float),
        "batch_size" => match config.batch_size {
            BatchSize::Rows(rows) => whole(rows),
            BatchSize::Full => text("full"),
        },
        "epochs" => whole(config.epochs),
        "shuffle" => Some(Value::Bool(config.shuffle)),
        "precision" => text(config.precision.name()),
        _ => {
            let constants = config.optimizer.constants().iter().chain(config.schedule.constants());
            let found = constants.chain([&ScheduleKind::WARMUP]).find(|constant| constant.key == key)?;
            Some(Value::Float(found.default))
        }
    }
}

/// He et al. 2015 for rectifiers and their smooth relatives, Klambauer et al. 2017 for selu, else Glorot & Bengio 2010.
fn default_init(activation: Activation) -> Init {
    match activation {
        Activation::Relu
        | Activation::LeakyRelu
        | Activation::Elu
        | Activation::Gelu
        | Activation::GeluTanh
        | Activation::Silu
        | Activation::Mish => Init::He,
        Activation::Selu => Init::Lecun,
        Activation::Identity | Activation::Sigmoid | Activation::Tanh | Activation::Softplus => Init::Glorot,
    }
}

/// One sigmoid unit for two classes, softmax for more, squared error for numbers.
fn default_loss(target: &Target) -> Loss {
    match target {
        Target::Numbers { .. } => Loss::SquaredError,
        Target::Classes { labels, .. } if labels.len() == 2 => Loss::BinaryCrossEntropy,
        Target::Classes { .. } => Loss::CrossEntropy,
    }
}

fn class_weight(name: &str) -> Option<ClassWeight> {
    ClassWeight::ALL.into_iter().find(|weight| weight.name() == name)
}

fn precision(name: &str) -> Option<Precision> {
    Precision::ALL.into_iter().find(|precision| precision.name() == name)
}

/// The values of a point by key.
struct Keys<'a>(&'a [(Name, Value)]);

impl Keys<'_> {
    fn get(&self, key: &str) -> Option<&Value> {
        self.0.iter().find(|(name, _)| **name == *key).map(|(_, value)| value)
    }

    fn number(&self, key: &str) -> Option<f64> {
        match self.get(key) {
            Some(Value::Float(value)) => Some(*value),
            _ => None,
        }
    }

    fn whole(&self, key: &str) -> Option<i64> {
        match self.get(key) {
            Some(Value::Int(value)) => Some(*value),
            _ => None,
        }
    }

    fn word<T>(&self, key: &str, from_name: impl Fn(&str) -> Option<T>) -> Option<T> {
        match self.get(key) {
            Some(Value::Text(name)) => from_name(name),
            _ => None,
        }
    }

    fn hidden(&self) -> Vec<usize> {
        if let Some(Value::List(widths)) = self.get("hidden") {
            let width = |value: &Value| if let Value::Int(width) = value { *width as usize } else { 0 };
            return widths.iter().map(width).collect();
        }
        let depth = self.whole("depth").unwrap_or(DEFAULT_DEPTH);
        vec![self.whole("width").unwrap_or(DEFAULT_WIDTH) as usize; depth as usize]
    }

    fn batch_size(&self) -> BatchSize {
        match self.get("batch_size") {
            Some(Value::Int(rows)) => BatchSize::Rows(*rows as usize),
            Some(Value::Text(_)) => BatchSize::Full,
            _ => BatchSize::Rows(DEFAULT_BATCH_SIZE),
        }
    }

    /// The numbers set for constants of optimizers and schedules.
    fn constants(&self) -> Vec<(String, f64)> {
        let is_constant = |key: &str| {
            let optimizers = OptimizerKind::ALL.iter().flat_map(|kind| kind.constants());
            let schedules = ScheduleKind::ALL.iter().flat_map(|kind| kind.constants());
            optimizers.chain(schedules).chain([&ScheduleKind::WARMUP]).any(|constant| constant.key == key)
        };
        let numbers = self.0.iter().filter_map(|(key, value)| match value {
            Value::Float(number) if is_constant(key) => Some((key.to_string(), *number)),
            _ => None,
        });
        numbers.collect()
    }
}

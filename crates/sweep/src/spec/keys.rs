//! The keys of `[parameters]`: what each may hold, fixed or searched.
//!
//! Constants of optimizers and schedules are not listed here: they come from the optimizers and schedules themselves.

use mlpsweep_mlp::{Activation, Init, Loss};
use mlpsweep_optim::{Constant, OptimizerKind, ScheduleKind};
use mlpsweep_search::Value;
use mlpsweep_train::{ClassWeight, Precision};

/// What a key may hold.
#[derive(Clone, Debug)]
pub(crate) enum Holds {
    /// A whole number, at least this.
    Whole(i64),
    /// A number that fits, described in words.
    Number(String, fn(f64) -> bool),
    /// A constant of an optimizer or a schedule.
    Constant(Constant),
    /// One of these words.
    Word(Vec<&'static str>),
    /// true or false.
    Flag,
    /// Whole numbers, at least 1 each.
    Widths,
    /// A whole number, at least 1, or "full".
    BatchSize,
}

/// What the key `name` may hold; `None` when there is no such key.
pub(crate) fn holds(name: &str) -> Option<Holds> {
    let number = |words: &str, fits: fn(f64) -> bool| Holds::Number(words.to_owned(), fits);
    Some(match name {
        "depth" => Holds::Whole(0),
        "width" | "epochs" => Holds::Whole(1),
        "hidden" => Holds::Widths,
        "activation" => Holds::Word(Activation::ALL.iter().map(|activation| activation.name()).collect()),
        "init" => Holds::Word(Init::NAMES.to_vec()),
        "init_scale" => number("a number greater than 0", |x| x > 0.0 && x.is_finite()),
        "loss" => Holds::Word(Loss::ALL.iter().map(|loss| loss.name()).collect()),
        "optimizer" => Holds::Word(OptimizerKind::ALL.iter().map(|kind| kind.name()).collect()),
        "schedule" => Holds::Word(ScheduleKind::ALL.iter().map(|kind| kind.name()).collect()),
        "class_weight" => Holds::Word(ClassWeight::ALL.iter().map(|weight| weight.name()).collect()),
        "learning_rate" | "huber_delta" | "clip_norm" | "clip_value" => {
            number("a number greater than 0", |x| x > 0.0 && x.is_finite())
        }
        "l1" | "l2" => number("a number, 0 or more", |x| x >= 0.0 && x.is_finite()),
        "dropout" | "input_dropout" | "label_smoothing" => {
            number("a number in [0, 1)", |x| (0.0..1.0).contains(&x))
        }
        "batch_size" => Holds::BatchSize,
        "shuffle" => Holds::Flag,
        "precision" => Holds::Word(Precision::ALL.iter().map(|precision| precision.name()).collect()),
        _ => Holds::Constant(constants().find(|constant| constant.key == name)?),
    })
}

/// All keys, in the order of the documentation.
pub(crate) fn names() -> Vec<&'static str> {
    let mut names = vec![
        "depth",
        "width",
        "hidden",
        "activation",
        "init",
        "init_scale",
        "loss",
        "huber_delta",
        "label_smoothing",
        "class_weight",
        "optimizer",
        "learning_rate",
        "schedule",
        "l1",
        "l2",
        "clip_norm",
        "clip_value",
        "dropout",
        "input_dropout",
        "batch_size",
        "epochs",
        "shuffle",
        "precision",
    ];
    names.extend(constants().map(|constant| constant.key));
    names.sort_unstable();
    names.dedup();
    names
}

fn constants() -> impl Iterator<Item = Constant> {
    let optimizers = OptimizerKind::ALL.iter().flat_map(|kind| kind.constants());
    let schedules = ScheduleKind::ALL.iter().flat_map(|kind| kind.constants());
    optimizers.chain(schedules).copied().chain([ScheduleKind::WARMUP])
}

/// Which choices of which key use the constant `name`: `("optimizer", ["rmsprop", "adam"])`.
pub(crate) fn users(name: &str) -> Option<(&'static str, Vec<&'static str>)> {
    let uses = |constants: &[Constant]| constants.iter().any(|constant| constant.key == name);
    let optimizers: Vec<_> =
        OptimizerKind::ALL.iter().filter(|kind| uses(kind.constants())).map(|kind| kind.name()).collect();
    let schedules: Vec<_> =
        ScheduleKind::ALL.iter().filter(|kind| uses(kind.constants())).map(|kind| kind.name()).collect();
    match (name, optimizers.is_empty(), schedules.is_empty()) {
        ("init_scale", ..) => Some(("init", vec!["normal"])),
        ("huber_delta", ..) => Some(("loss", vec!["huber"])),
        ("label_smoothing", ..) => Some(("loss", vec!["cross_entropy"])),
        ("learning_rate" | "schedule" | "warmup_epochs" | "batch_size" | "clip_norm" | "clip_value", ..) => {
            let uses = OptimizerKind::ALL.iter().filter(|kind| !kind.is_full_batch());
            Some(("optimizer", uses.map(|kind| kind.name()).collect()))
        }
        (_, false, _) => Some(("optimizer", optimizers)),
        (_, _, false) => Some(("schedule", schedules)),
        _ => None,
    }
}

impl Holds {
    /// What it may hold, in words.
    pub(crate) fn words(&self) -> String {
        match self {
            Holds::Whole(least) => format!("a whole number, at least {least}"),
            Holds::Number(words, _) => words.clone(),
            Holds::Constant(constant) => format!("a number in {}", constant.range),
            Holds::Word(names) => {
                format!(
                    "one of {}",
                    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
                )
            }
            Holds::Flag => "true or false".into(),
            Holds::Widths => "a list of whole numbers, at least 1 each".into(),
            Holds::BatchSize => "a whole number, at least 1, or \"full\"".into(),
        }
    }

    /// Whether whole numbers are numbers here: 1 is then 1.0.
    pub(crate) fn is_real(&self) -> bool {
        matches!(self, Holds::Number(..) | Holds::Constant(_))
    }

    /// Whether it may hold `value`.
    pub(crate) fn fits(&self, value: &Value) -> bool {
        match (self, value) {
            (Holds::Whole(least), Value::Int(value)) => value >= least,
            (Holds::Number(_, fits), Value::Float(value)) => fits(*value),
            (Holds::Constant(constant), Value::Float(value)) => constant.range.contains(*value),
            (Holds::Word(names), Value::Text(text)) => names.contains(&text.as_str()),
            (Holds::Flag, Value::Bool(_)) => true,
            (Holds::Widths, Value::List(widths)) => {
                widths.iter().all(|width| matches!(width, Value::Int(width) if *width >= 1))
            }
            (Holds::BatchSize, Value::Int(rows)) => *rows >= 1,
            (Holds::BatchSize, Value::Text(text)) => text == "full",
            _ => false,
        }
    }
}

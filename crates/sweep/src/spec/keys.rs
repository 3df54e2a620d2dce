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

/// Whether every optimizer takes the key but L-BFGS, which has its own step lengths and the whole batch.
pub(crate) fn is_common(name: &str) -> bool {
    ["learning_rate", "schedule", "warmup_epochs", "batch_size", "clip_norm", "clip_value"].contains(&name)
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
        _ if is_common(name) => {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Sweep;
    use std::path::Path;

    const README: &str = include_str!("../../../../sweeps/README.md");

    /// Two values the key may hold, as TOML.
    fn two_values(holds: &Holds) -> [String; 2] {
        match holds {
            Holds::Whole(least) => [least + 1, least + 2].map(|value| value.to_string()),
            Holds::Number(_, fits) => [0.25, 0.5].map(|value| {
                assert!(fits(value));
                format!("{value:?}")
            }),
            Holds::Constant(constant) => {
                // A range begins at 0 or 1, and 0.5 or 1.5 lie in it.
                let value = if constant.range.contains(0.5) { 0.5 } else { 1.5 };
                [value, constant.default].map(|value| format!("{value:?}"))
            }
            Holds::Word(names) => [names[0], names[1]].map(|name| format!("{name:?}")),
            Holds::Flag => ["true".into(), "false".into()],
            Holds::Widths => ["[8]".into(), "[8, 4]".into()],
            Holds::BatchSize => ["16".into(), "\"full\"".into()],
        }
    }

    /// Fixed and searched, beside whatever it is a constant of.
    #[test]
    fn every_key_is_read_fixed_and_searched_and_stands_in_the_readme() {
        for name in names() {
            let holds = holds(name).expect("a known key");
            let [one, other] = two_values(&holds);
            let companion = match users(name) {
                Some((key, users)) => format!("{key} = {:?}\n", users[0]),
                None => String::new(),
            };
            for (value, count) in [(one.clone(), 1), (format!("{{ values = [{one}, {other}] }}"), 2)] {
                let text = format!("[data]\nbuiltin = \"iris\"\n[parameters]\n{companion}{name} = {value}\n");
                let sweep = Sweep::parse(&text, Path::new("s.toml"), &[]);
                let sweep = sweep.unwrap_or_else(|error| panic!("{text}{error}"));
                assert_eq!(sweep.parameters.space.count(), Some(count), "{text}");
            }
            assert!(README.contains(&format!("`{name}`")), "{name} is not in sweeps/README.md");
        }
        for kind in OptimizerKind::ALL {
            assert!(README.contains(&format!("`{}`", kind.name())), "{kind:?} is not in sweeps/README.md");
        }
        for word in holds("activation").into_iter().chain(holds("init")).chain(holds("loss")) {
            let Holds::Word(words) = word else { panic!("words") };
            assert!(words.iter().all(|word| README.contains(&format!("`{word}`"))), "{words:?}");
        }
    }
}

//! The `mlpsweep` command: parse, call, show, exit code.

mod args;
mod compare;
mod exit;
mod export;
mod finish;
mod grace;
mod gradcheck;
mod init;
mod perf;
mod predict;
mod progress;
mod rank;
mod reports;
mod run;
mod signals;
mod single;
mod status;
mod train;
mod validate;

use args::{Arguments, Verb};
use clap::Parser as _;
use exit::{Problem, exit_code};
use mlpsweep_real::OUT_OF_MEMORY;
use mlpsweep_sweep::LESS_MEMORY;
use std::process::ExitCode;

fn main() -> ExitCode {
    say_panics_in_words();
    let arguments = Arguments::parse();
    let verb = arguments.verb;
    let outcome = std::panic::catch_unwind(move || match verb {
        Verb::Init(arguments) => init::init(&arguments),
        Verb::Run(arguments) => run::run(&arguments),
        Verb::Validate(arguments) => validate::validate(&arguments),
        Verb::Rank(arguments) => rank::rank(&arguments),
        Verb::Status(arguments) => status::status(&arguments),
        Verb::Report(arguments) => status::report(&arguments),
        Verb::Compare(arguments) => compare::run_compare(&arguments),
        Verb::Check(arguments) => compare::run_check(&arguments),
        Verb::Predict(arguments) => predict::predict(&arguments),
        Verb::Export(arguments) => export::export(&arguments),
        Verb::Train(arguments) => train::train(&arguments),
        Verb::Gradcheck(arguments) => gradcheck::gradcheck(&arguments),
        Verb::Perf(arguments) => perf::perf(&arguments),
    });
    // The hook has said what happened.
    exit_code(outcome.unwrap_or(Err(Problem::said(exit::INTERNAL))))
}

/// A panic in a unit is that unit's failure and is reported there; any other is a bug of ours, and said to be one, unless there
/// is no memory.
fn say_panics_in_words() {
    std::panic::set_hook(Box::new(|panic| {
        if mlpsweep_sweep::unit::is_guarded() {
            return;
        }
        let payload = panic.payload();
        let text = payload.downcast_ref::<&str>().copied();
        let text =
            text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
        if text.starts_with(OUT_OF_MEMORY) {
            return Problem::new(exit::INTERNAL, text).hint(Some(LESS_MEMORY.into())).tell();
        }
        let place = panic.location().map(|at| format!(" ({}:{})", at.file(), at.line())).unwrap_or_default();
        exit::tell(&format!("internal error: {text}{place}"));
        exit::tell("\nhint: this is a bug in mlpsweep; what was finished before it is stored");
    }));
}

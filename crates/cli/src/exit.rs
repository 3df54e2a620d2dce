//! Exit codes, and how problems are said.

use mlpsweep_data::{DataError, ErrorKind, printable};
use mlpsweep_model::ModelError;
use mlpsweep_report::{OutputError, Study};
use mlpsweep_sweep::SweepError;
use mlpsweep_sweep::spec::SpecError;
use mlpsweep_sweep::store::StoreError;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

/// A bug of ours.
pub(crate) const INTERNAL: u8 = 1;
/// The command line, the sweep file or the configuration.
pub(crate) const USAGE: u8 = 2;
/// A check that was asked for has failed.
pub(crate) const GATE: u8 = 3;
/// There is nothing to rank.
pub(crate) const NOTHING: u8 = 4;
/// No trial can be used, or more units failed than may.
pub(crate) const NO_USABLE_TRIAL: u8 = 5;
/// The data.
pub(crate) const BAD_DATA: u8 = 6;
/// The store is locked, damaged, newer, or of another sweep.
pub(crate) const STORE: u8 = 7;
/// Output could not be written.
pub(crate) const OUTPUT: u8 = 8;

/// What was measured cannot tell, and that was to be said.
pub(crate) const INCONCLUSIVE: u8 = 9;

/// Why the command did not do what it was asked to.
#[derive(Debug)]
pub(crate) struct Problem {
    code: u8,
    /// `None` when it was said already.
    message: Option<String>,
    hint: Option<String>,
}

impl Problem {
    pub(crate) fn new(code: u8, message: impl Into<String>) -> Problem {
        Problem { code, message: Some(message.into()), hint: None }
    }

    /// A problem the user knows of already.
    pub(crate) fn said(code: u8) -> Problem {
        Problem { code, message: None, hint: None }
    }

    pub(crate) fn hint(mut self, hint: Option<String>) -> Problem {
        self.hint = hint;
        self
    }

    /// Says it.
    pub(crate) fn tell(&self) {
        if let Some(message) = &self.message {
            tell(&format!("error: {message}"));
        }
        if let Some(hint) = &self.hint {
            tell(&format!("\nhint: {hint}"));
        }
    }
}

impl From<SpecError> for Problem {
    fn from(error: SpecError) -> Problem {
        Problem::new(USAGE, error.to_string()).hint(error.hint)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        let code = match &error {
            StoreError::Missing { .. } => NOTHING,
            error if error.is_output() => OUTPUT,
            _ => STORE,
        };
        Problem::new(code, error.to_string()).hint(error.hint())
    }
}

impl From<SweepError> for Problem {
    fn from(error: SweepError) -> Problem {
        match error {
            SweepError::Spec(error) => error.into(),
            SweepError::Store(error) => error.into(),
            error @ SweepError::Threads(_) => Problem::new(INTERNAL, error.to_string()).hint(error.hint()),
            error @ SweepError::Data { .. } => Problem::new(BAD_DATA, error.to_string()).hint(error.hint()),
        }
    }
}

impl From<OutputError> for Problem {
    fn from(error: OutputError) -> Problem {
        Problem::new(OUTPUT, error.to_string()).hint(error.hint())
    }
}

impl From<DataError> for Problem {
    fn from(error: DataError) -> Problem {
        let code = match error.kind() {
            ErrorKind::Config => USAGE,
            ErrorKind::Input => BAD_DATA,
        };
        Problem::new(code, error.to_string()).hint(error.hint())
    }
}

impl From<ModelError> for Problem {
    fn from(error: ModelError) -> Problem {
        let code = if matches!(error, ModelError::Missing { .. }) { NOTHING } else { BAD_DATA };
        Problem::new(code, error.to_string()).hint(error.hint())
    }
}

/// Says the problem, if there is one, and gives its exit code.
pub(crate) fn exit_code(outcome: Result<(), Problem>) -> ExitCode {
    let Err(problem) = outcome else { return ExitCode::SUCCESS };
    problem.tell();
    ExitCode::from(problem.code)
}

/// A line for people, or a few, on stderr, of which a terminal obeys nothing: names of files and columns may stand in it. That it
/// cannot be written is no reason to stop.
pub(crate) fn tell(text: &str) {
    let lines: Vec<String> = text.split('\n').map(printable).collect();
    let _ = writeln!(std::io::stderr(), "{}", lines.join("\n"));
}

/// Says so where a study was read from a folder in which nothing may be written.
pub(crate) fn tell_if_immutable(study: &Study, folder: &Path, is_quiet: bool) {
    if study.is_immutable && !is_quiet {
        tell(&format!(
            "note: nothing may be written in {}: its store is read as one that no run adds to",
            folder.display()
        ));
    }
}

/// Results, on stdout.
pub(crate) fn print(text: &str) -> Result<(), Problem> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(()),
        // The reader has seen enough, as in `mlpsweep rank … | head`.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Problem::new(OUTPUT, format!("standard output: {error}"))),
    }
}

//! `mlpsweep perf`: does another build make a benchmark slower?

mod before;
mod builds;
mod history;
mod icount;
mod output;
mod processes;

use crate::args::{PerfAaArguments, PerfAbArguments, PerfArguments, PerfTiming, PerfVerb};
use crate::exit::{BAD_DATA, GATE, INCONCLUSIVE, INTERNAL, NOTHING, Problem, tell};
use crate::signals::Signals;
use builds::{Built, build};
use mlpsweep_perf::{Executable, GateError, Host, Judged, Noise, Options, Timing, Verdict, judge};
use mlpsweep_report::{make_folder, write_file};
use mlpsweep_sweep::files::folder_of;
use output::show;
use processes::{Failure, measure};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

pub(crate) fn perf(arguments: &PerfArguments) -> Result<(), Problem> {
    match &arguments.verb {
        PerfVerb::Ab(arguments) => ab(arguments),
        PerfVerb::Aa(arguments) => aa(arguments),
        PerfVerb::Compare(arguments) => before::compare(arguments),
        PerfVerb::Icount(arguments) => icount::icount(arguments),
        PerfVerb::Record(arguments) => history::record(arguments),
        PerfVerb::History(arguments) => history::history(arguments),
        PerfVerb::Report(arguments) => before::report(arguments),
    }
}

fn ab(arguments: &PerfAbArguments) -> Result<(), Problem> {
    let timing = &arguments.timing;
    let signals = Signals::watch().map_err(|error| Problem::new(INTERNAL, error.to_string()))?;
    let stop = signals.stop();
    let host = Host::here();
    let options = Options { noise: noise(arguments.noise.as_deref(), &host)?, ..timing.options() };
    let stopped = || Problem::said(signals.exit_code().unwrap_or(130));
    let base = build(&arguments.base, "base", &timing.choice)?;
    if stop.load(Ordering::Relaxed) {
        return Err(stopped());
    }
    let head = build(&arguments.head, "head", &timing.choice)?;
    let run = measure(&[base, head], options, host, timing, stop).map_err(|error| match error {
        Failure::Gate(GateError::Stopped) => stopped(),
        other => other.into(),
    })?;
    let judged = judge(&run);
    show(&run, &judged, timing)?;
    decide(&judged, arguments.allow_missing, arguments.fail_inconclusive)
}

fn aa(arguments: &PerfAaArguments) -> Result<(), Problem> {
    let timing = &arguments.timing;
    let signals = Signals::watch().map_err(|error| Problem::new(INTERNAL, error.to_string()))?;
    let built = build(&arguments.build, "base", &timing.choice)?;
    // A second file, so that the two are as different as two builds of the same source are.
    let copies = tempfile::tempdir().map_err(|error| Problem::new(INTERNAL, error.to_string()))?;
    let mut copy = Built { label: format!("{}, copied", built.label), executables: Vec::new() };
    for (number, executable) in built.executables.iter().enumerate() {
        let name = executable.path.file_name().unwrap_or_default().to_os_string();
        let folder = copies.path().join(number.to_string());
        let path = folder.join(name);
        let copied = std::fs::create_dir(&folder).and_then(|()| std::fs::copy(&executable.path, &path));
        copied.map_err(|error| Problem::new(INTERNAL, format!("{}: {error}", path.display())))?;
        copy.executables.push(Executable { path, folder: executable.folder.clone() });
    }
    let run = measure(&[built, copy], timing.options(), Host::here(), timing, signals.stop());
    let run = run.map_err(|error| match error {
        Failure::Gate(GateError::Stopped) => Problem::said(signals.exit_code().unwrap_or(130)),
        other => other.into(),
    })?;
    let judged = judge(&run);
    show(&run, &judged, timing)?;
    let noise = Noise::new(&run);
    if let Some(path) = &arguments.noise {
        make_folder_of(path)?;
        write_file(path, noise.to_json().as_bytes())?;
        tell(&format!("{} has the noise of {}", path.display(), noise.host.class()));
    }
    decide(&judged, false, false)
}

/// The noise of this host, as `perf aa` has written it; that of another host is no matter here.
fn noise(path: Option<&Path>, here: &Host) -> Result<Vec<(String, f64)>, Problem> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let wrong = |reason: String| Problem::new(BAD_DATA, format!("{}: {reason}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let noise = Noise::from_json(&text).map_err(wrong)?;
    if noise.host.class() == here.class() {
        return Ok(noise.benchmarks);
    }
    tell(&format!(
        "note: {} is the noise of {}, and this is {}: not used",
        path.display(),
        noise.host.class(),
        here.class()
    ));
    Ok(Vec::new())
}

/// What the verdicts mean for whoever acts on the exit code.
fn decide(judged: &Judged, allow_missing: bool, fail_inconclusive: bool) -> Result<(), Problem> {
    let n = |verdict| judged.count(verdict);
    let is_unclear = n(Verdict::Inconclusive) + n(Verdict::Unconfirmed) > 0;
    let said = |code, text: &str| Err(Problem::new(code, text.to_owned()));
    if n(Verdict::Regressed) > 0 {
        return said(GATE, &counted(n(Verdict::Regressed), "is slower", "are slower"));
    }
    if n(Verdict::Broken) > 0 {
        return said(BAD_DATA, &counted(n(Verdict::Broken), "gave no number", "gave no number"));
    }
    if n(Verdict::Missing) > 0 && !allow_missing {
        return Err(Problem::new(NOTHING, counted(n(Verdict::Missing), "is missing", "are missing"))
            .hint(Some("--allow-missing accepts that they are gone".into())));
    }
    if n(Verdict::Incomparable) > 0 {
        return Err(Problem::new(NOTHING, "measured on other machines or by other compilers")
            .hint(Some("--allow-cross-host shows the numbers, and decides nothing".into())));
    }
    if is_unclear && fail_inconclusive {
        return said(INCONCLUSIVE, "these rounds cannot tell of every benchmark");
    }
    Ok(())
}

/// So many benchmarks, and what is said of one or of several.
fn counted(n: usize, one: &str, several: &str) -> String {
    if n == 1 { format!("1 benchmark {one}") } else { format!("{n} benchmarks {several}") }
}

fn make_folder_of(path: &Path) -> Result<(), Problem> {
    Ok(make_folder(folder_of(path))?)
}

impl PerfTiming {
    fn options(&self) -> Options {
        Options {
            threshold: self.threshold,
            level: self.level,
            rounds: self.rounds,
            seed: self.seed,
            ..Options::default()
        }
    }

    fn timing(&self) -> Timing {
        Timing {
            warm_up: self.warm_up_time,
            measurement: self.measurement_time,
            samples: self.sample_size,
            limit: Duration::from_secs_f64(self.timeout),
        }
    }
}

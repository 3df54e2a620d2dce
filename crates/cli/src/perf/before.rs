//! What was measured before: runs that were saved, and folders of criterion.

use super::decide;
use super::history::check_history;
use super::output::{cells_as, output};
use crate::args::{Format, PerfCompareArguments, PerfReportArguments};
use crate::exit::{BAD_DATA, NOTHING, Problem, print, tell};
use mlpsweep_perf::{
    Host, Measured, Options, SavedRun, Side, benchmarks_csv, incomparable, judge, offline, page, read_folder,
    side_of_folder, side_of_run, time,
};
use mlpsweep_report::{make_folder, write_file};
use std::collections::BTreeMap;
use std::path::Path;

pub(super) fn compare(arguments: &PerfCompareArguments) -> Result<(), Problem> {
    let options = Options { threshold: arguments.threshold, level: arguments.level, ..Options::default() };
    let here = Host::here();
    let (base, base_host) = side(&arguments.base, &arguments.base_baseline)?;
    let (head, head_host) = side(&arguments.head, &arguments.head_baseline)?;
    let names = [&arguments.base, &arguments.head].map(|path| path.display().to_string());
    let host = head_host.clone().unwrap_or(here);
    let run = offline((&names[0], &base), (&names[1], &head), host, options);
    if run.benchmarks.is_empty() && run.only_base.is_empty() && run.only_head.is_empty() {
        return Err(Problem::new(NOTHING, "neither side has a benchmark"));
    }
    let mut judged = judge(&run);
    if let (Some(base), Some(head)) = (base_host, head_host)
        && base != head
    {
        let why = format!("{} with {}, and {} with {}", base.class(), base.rustc, head.class(), head.rustc);
        if arguments.allow_cross_host {
            tell(&format!("note: other machines or compilers: {why}"));
        } else {
            incomparable(&mut judged, &why);
        }
    }
    output(&run, &judged, arguments.out.as_deref(), arguments.format)?;
    if arguments.allow_cross_host {
        return Ok(());
    }
    decide(&judged, arguments.allow_missing, arguments.fail_inconclusive)
}

/// One side of what is compared offline, and its host where that is known.
fn side(path: &Path, baseline: &str) -> Result<(Side, Option<Host>), Problem> {
    if path.is_dir() {
        let found = benchmarks_in(path, baseline)?;
        return Ok((side_of_folder(found), None));
    }
    if !path.exists() {
        let message = format!("{}: there is nothing here", path.display());
        let hint =
            "a criterion folder such as target/criterion, or the run.json of `perf ab --out`".to_owned();
        return Err(Problem::new(NOTHING, message).hint(Some(hint)));
    }
    let run = read_run(path)?;
    Ok((side_of_run(&run), Some(run.host)))
}

pub(super) fn report(arguments: &PerfReportArguments) -> Result<(), Problem> {
    if arguments.run.is_dir() {
        return bench_report(arguments);
    }
    let run = read_run(&arguments.run)?;
    output(&run, &judge(&run), arguments.out.as_deref(), arguments.format)
}

pub(super) fn read_run(path: &Path) -> Result<SavedRun, Problem> {
    let wrong = |reason: String| Problem::new(BAD_DATA, format!("{}: {reason}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    SavedRun::from_json(&text).map_err(wrong)
}

/// What a plain `cargo bench` has measured.
fn bench_report(arguments: &PerfReportArguments) -> Result<(), Problem> {
    let folder = &arguments.run;
    let found = benchmarks_in(folder, &arguments.baseline)?;
    let text = std::fs::read_to_string(&arguments.history).unwrap_or_default();
    let history = check_history(&arguments.history, &text)?;
    if let Some(out) = &arguments.out {
        make_folder(out)?;
        let html = page(&folder.display().to_string(), &Host::here(), &found, &history);
        write_file(&out.join("report.html"), html.as_bytes())?;
        write_file(&out.join("benchmarks.csv"), benchmarks_csv(&found).as_bytes())?;
    }
    let header = ["benchmark", "time", "low", "high", "samples"].map(str::to_owned);
    let rows = found.iter().map(|(name, measured)| {
        let Measured { median, low, high, n_samples, .. } = *measured;
        vec![name.clone(), time(median), time(low), time(high), n_samples.to_string()]
    });
    print(&match arguments.format {
        Format::Csv => benchmarks_csv(&found),
        format => cells_as(format, &header, rows.collect()),
    })
}

/// The benchmarks of a criterion folder, of which there must be some.
fn benchmarks_in(folder: &Path, baseline: &str) -> Result<BTreeMap<String, Measured>, Problem> {
    let found = read_folder(folder, baseline).map_err(|error| Problem::new(BAD_DATA, error.to_string()))?;
    if found.is_empty() {
        let message = format!("{}: no benchmark has `{baseline}` here", folder.display());
        let hint = format!("cargo bench -- --save-baseline {baseline} makes it, in target/criterion");
        return Err(Problem::new(NOTHING, message).hint(Some(hint)));
    }
    Ok(found)
}

//! `mlpsweep perf`: does another build make a benchmark slower?

use crate::args::{
    Format, PerfAaArguments, PerfAbArguments, PerfArguments, PerfChoice, PerfCompareArguments,
    PerfHistoryArguments, PerfIcountArguments, PerfRecordArguments, PerfReportArguments, PerfTiming,
    PerfVerb,
};
use crate::exit::{BAD_DATA, GATE, INCONCLUSIVE, INTERNAL, NOTHING, Problem, USAGE, print, tell};
use crate::progress::Progress;
use crate::signals::Signals;
use mlpsweep_perf::{
    Arm, BuildError, Choice, CountError, Counter, Executable, FEWEST_INSTRUCTIONS, Gate, GateError, Host,
    Judged, Measure, Measured, Noise, Options, Recorded, SavedRun, Side, Stage, Timing, Verdict, Worktree,
    append_history, benchmarks_csv, build_tree, change_points, headline, incomparable, is_dirty, judge,
    junit, markdown, offline, page, read_folder, read_history, records, side_of_folder, side_of_run, time,
    valgrind,
};
use mlpsweep_report::{OutputError, plain_table, write_file};
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub(crate) fn perf(arguments: &PerfArguments) -> Result<(), Problem> {
    match &arguments.verb {
        PerfVerb::Ab(arguments) => ab(arguments),
        PerfVerb::Aa(arguments) => aa(arguments),
        PerfVerb::Compare(arguments) => compare(arguments),
        PerfVerb::Icount(arguments) => icount(arguments),
        PerfVerb::Record(arguments) => record(arguments),
        PerfVerb::History(arguments) => history(arguments),
        PerfVerb::Report(arguments) => report(arguments),
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

fn compare(arguments: &PerfCompareArguments) -> Result<(), Problem> {
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

fn report(arguments: &PerfReportArguments) -> Result<(), Problem> {
    if arguments.run.is_dir() {
        return bench_report(arguments);
    }
    let run = read_run(&arguments.run)?;
    output(&run, &judge(&run), arguments.out.as_deref(), arguments.format)
}

/// What a plain `cargo bench` has measured.
fn bench_report(arguments: &PerfReportArguments) -> Result<(), Problem> {
    let folder = &arguments.run;
    let found = benchmarks_in(folder, &arguments.baseline)?;
    let text = std::fs::read_to_string(&arguments.history).unwrap_or_default();
    let history = check_history(&arguments.history, &text)?;
    if let Some(out) = &arguments.out {
        std::fs::create_dir_all(out).map_err(|source| OutputError { path: out.clone(), source })?;
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

fn icount(arguments: &PerfIcountArguments) -> Result<(), Problem> {
    let skipped = |error: CountError| match error {
        CountError::NoValgrind(_) => Problem::new(NOTHING, error.to_string())
            .hint(Some("install valgrind; a count that was skipped is no pass".into())),
        CountError::Benchmark(_) => Problem::new(BAD_DATA, error.to_string()),
    };
    tell(&format!("counting with {}", valgrind().map_err(skipped)?));
    let signals = Signals::watch().map_err(|error| Problem::new(INTERNAL, error.to_string()))?;
    let limit = Timing::default().limit;
    let arm = |source: &str, arm: &str| {
        let built = build(source, arm, &arguments.choice)?;
        listed(&built, &arguments.choice, limit, signals.stop())
    };
    let (base, head) = (arm(&arguments.base, "base")?, arm(&arguments.head, "head")?);
    let (mut counter, mut rows) = (Counter::default(), Vec::new());
    for (name, executable) in &base {
        if signals.stop().load(Ordering::Relaxed) {
            return Err(Problem::said(signals.exit_code().unwrap_or(130)));
        }
        let Some(of_head) = head.get(name) else {
            rows.push((f64::NEG_INFINITY, name, Verdict::Missing, String::new(), String::new()));
            continue;
        };
        let before = counter.count(executable, Arm::Base, name).map_err(skipped)?;
        let after = counter.count(of_head, Arm::Head, name).map_err(skipped)?;
        let change = after as f64 / before.max(1) as f64 - 1.0;
        let verdict = match change {
            _ if before.max(after) < FEWEST_INSTRUCTIONS => Verdict::Inconclusive,
            more if more > arguments.threshold => Verdict::Regressed,
            less if less < -arguments.threshold => Verdict::Improved,
            _ => Verdict::Equivalent,
        };
        rows.push((change, name, verdict, before.to_string(), after.to_string()));
    }
    if rows.iter().all(|row| row.2 == Verdict::Missing) && !arguments.allow_missing || rows.is_empty() {
        return Err(Problem::new(NOTHING, "no benchmark is in both builds"));
    }
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let header = ["benchmark", "verdict", "change", "base", "head"].map(str::to_owned);
    let cells = rows.iter().map(|(change, name, verdict, base, head)| {
        let change = if change.is_finite() { format!("{:+.2} %", 100.0 * change) } else { String::new() };
        vec![(*name).clone(), verdict.name().to_owned(), change, base.clone(), head.clone()]
    });
    print(&cells_as(arguments.format, &header, cells.collect()))?;
    let count = |wanted: Verdict| rows.iter().filter(|row| row.2 == wanted).count();
    match (count(Verdict::Regressed), count(Verdict::Missing)) {
        (0, missing) if missing > 0 && !arguments.allow_missing => {
            Err(Problem::new(NOTHING, counted(missing, "is missing", "are missing")))
        }
        (0, _) => Ok(()),
        (regressed, _) => {
            Err(Problem::new(GATE, counted(regressed, "needs more instructions", "need more instructions")))
        }
    }
}

fn record(arguments: &PerfRecordArguments) -> Result<(), Problem> {
    let run = read_run(&arguments.run)?;
    let path = &arguments.history;
    let text = match std::fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        text => text.map_err(|error| Problem::new(BAD_DATA, format!("{}: {error}", path.display())))?,
    };
    check_history(path, &text)?;
    let more = records(&run, &arguments.commit);
    make_folder_of(path)?;
    write_file(path, append_history(&text, &more).as_bytes())?;
    tell(&format!(
        "{}: {} benchmarks of {} added",
        path.display(),
        more.len(),
        arguments.commit.escape_debug()
    ));
    Ok(())
}

fn check_history(path: &Path, text: &str) -> Result<Vec<Recorded>, Problem> {
    let read = read_history(text);
    let (records, is_cut) =
        read.map_err(|reason| Problem::new(BAD_DATA, format!("{}: {reason}", path.display())))?;
    if is_cut {
        tell(&format!("warning: {}: the last line is cut off, and left out", path.display()));
    }
    Ok(records)
}

fn history(arguments: &PerfHistoryArguments) -> Result<(), Problem> {
    let path = &arguments.history;
    let text = std::fs::read_to_string(path).map_err(|error| {
        let code = if error.kind() == std::io::ErrorKind::NotFound { NOTHING } else { BAD_DATA };
        Problem::new(code, format!("{}: {error}", path.display()))
            .hint(Some("`perf record` begins a history".into()))
    })?;
    let mut series: BTreeMap<(String, String), Vec<Recorded>> = BTreeMap::new();
    for record in check_history(path, &text)? {
        if is_wanted(&record.benchmark, &arguments.only) {
            series.entry((record.benchmark.clone(), record.host_class.clone())).or_default().push(record);
        }
    }
    if series.is_empty() {
        return Err(Problem::new(NOTHING, format!("{}: no such benchmark is recorded", path.display())));
    }
    let header =
        ["benchmark", "host_class", "records", "last", "since the first", "changes"].map(str::to_owned);
    let rows = series.into_iter().map(|((benchmark, host_class), records)| {
        let times: Vec<f64> = records.iter().map(|record| record.nanoseconds).collect();
        let (first, last) = (times[0], times[times.len() - 1]);
        let changes = change_points(&times).into_iter().map(|at| {
            let mean = |times: &[f64]| times.iter().sum::<f64>() / times.len() as f64;
            let share = mean(&times[at..]) / mean(&times[..at]) - 1.0;
            format!("{} ({:+.1} %)", records[at].commit, 100.0 * share)
        });
        let changes = changes.collect::<Vec<_>>().join(", ");
        let since = format!("{:+.1} %", 100.0 * (last / first - 1.0));
        vec![benchmark, host_class, times.len().to_string(), time(last), since, changes]
    });
    print(&cells_as(arguments.format, &header, rows.collect()))
}

/// Cells as a table, as CSV, or as a JSON array of objects.
fn cells_as(format: Format, header: &[String], rows: Vec<Vec<String>>) -> String {
    match format {
        Format::Table => plain_table(header, rows),
        Format::Csv => {
            let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
            let line = |cells: &[String]| cells.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n";
            line(header) + &rows.iter().map(|row| line(row)).collect::<String>()
        }
        Format::Json => {
            let object = |row: Vec<String>| {
                let cells = header.iter().cloned().zip(row.into_iter().map(serde_json::Value::from));
                serde_json::Value::Object(cells.collect())
            };
            format!("{:#}\n", serde_json::Value::Array(rows.into_iter().map(object).collect()))
        }
    }
}

/// Executables, and what they were built from.
struct Built {
    label: String,
    executables: Vec<Executable>,
}

/// The executables that `source` means: files, the tree in a folder, or a revision.
fn build(source: &str, arm: &str, choice: &PerfChoice) -> Result<Built, Problem> {
    let path = Path::new(source);
    let choice = Choice { packages: choice.package.clone(), benches: choice.bench.clone() };
    if path.is_file() {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let folder = std::env::current_dir().unwrap_or_default();
        return Ok(Built { label: source.to_owned(), executables: vec![Executable { path, folder }] });
    }
    let target = std::path::absolute("target/perf").unwrap_or_else(|_| "target/perf".into()).join(arm);
    if path.is_dir() {
        let changes = if is_dirty(path) { ", with what is not committed" } else { "" };
        tell(&format!("building the benchmarks of {source}{changes}"));
        let executables = build_tree(path, &target, &choice).map_err(not_built)?;
        return Ok(Built { label: source.to_owned(), executables });
    }
    let tree = Worktree::new(Path::new("."), source).map_err(not_built)?;
    if is_dirty(Path::new(".")) {
        tell(&format!("note: what is not committed here is no part of {source}"));
    }
    let commit: String = tree.commit.chars().take(12).collect();
    tell(&format!("building the benchmarks of {source} ({commit})"));
    let executables = build_tree(&tree.path(), &target, &choice).map_err(not_built)?;
    // The tree goes, so benches that read files of their package find those of this one.
    let here = std::env::current_dir().unwrap_or_default();
    let moved = executables.into_iter().map(|Executable { path, folder }| {
        let folder = folder.strip_prefix(tree.path()).map(|inside| here.join(inside)).unwrap_or(folder);
        Executable { path, folder: if folder.is_dir() { folder } else { here.clone() } }
    });
    let label = if commit.starts_with(source) { commit } else { format!("{source} ({commit})") };
    Ok(Built { label, executables: moved.collect() })
}

fn not_built(error: BuildError) -> Problem {
    let code = if matches!(error, BuildError::Revision { .. }) { USAGE } else { INTERNAL };
    Problem::new(code, error.to_string()).hint(error.hint())
}

/// Why nothing was measured.
enum Failure {
    Gate(GateError),
    Problem(Problem),
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Problem {
        match failure {
            Failure::Problem(problem) => problem,
            Failure::Gate(error @ GateError::Nothing) => Problem::new(NOTHING, error.to_string())
                .hint(Some("a baseline is another revision or executable with the same benchmarks".into())),
            Failure::Gate(error) => Problem::new(USAGE, error.to_string())
                .hint(Some("more --rounds, fewer benchmarks, or a larger --level".into())),
        }
    }
}

/// The benchmarks of a build that are wanted, and the executable of each.
fn listed(
    built: &Built,
    choice: &PerfChoice,
    limit: Duration,
    stop: &AtomicBool,
) -> Result<BTreeMap<String, Executable>, Problem> {
    let mut found = BTreeMap::new();
    for executable in &built.executables {
        let names = executable
            .list(limit, stop)
            .map_err(|reason| Problem::new(BAD_DATA, format!("{}: {reason}", executable.path.display())))?;
        for name in names.into_iter().filter(|name| is_wanted(name, &choice.only)) {
            if found.insert(name.clone(), executable.clone()).is_some() {
                let hint = "choose one executable with --package and --bench".to_owned();
                return Err(
                    Problem::new(USAGE, format!("two benchmarks are called `{name}`")).hint(Some(hint))
                );
            }
        }
    }
    Ok(found)
}

fn is_wanted(name: &str, only: &[String]) -> bool {
    only.is_empty() || only.iter().any(|part| name.contains(part.as_str()))
}

/// The processes of both arms.
struct Processes<'a> {
    arms: [BTreeMap<String, Executable>; 2],
    timing: Timing,
    stop: &'a AtomicBool,
}

impl Measure for Processes<'_> {
    fn measure(&mut self, arm: Arm, benchmark: &str) -> Result<f64, String> {
        self.arms[usize::from(arm == Arm::Head)][benchmark].measure(benchmark, self.timing, self.stop)
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

fn measure(
    built: &[Built; 2],
    options: Options,
    host: Host,
    timing: &PerfTiming,
    stop: &AtomicBool,
) -> Result<SavedRun, Failure> {
    let [base, head] =
        [0, 1].map(|arm: usize| listed(&built[arm], &timing.choice, timing.timing().limit, stop));
    let arms = [base.map_err(Failure::Problem)?, head.map_err(Failure::Problem)?];
    let names = |arm: &BTreeMap<String, Executable>| arm.keys().cloned().collect::<Vec<String>>();
    let gate = Gate {
        options,
        base: built[0].label.clone(),
        head: built[1].label.clone(),
        base_benchmarks: names(&arms[0]),
        head_benchmarks: names(&arms[1]),
    };
    let mut processes = Processes { arms, timing: timing.timing(), stop };
    let mut progress: Option<(Stage, Progress)> = None;
    let run = gate.run(host, &mut processes, |now| {
        let unit = match now.stage {
            Stage::First => "processes",
            Stage::Confirm => "processes to confirm",
        };
        if progress.as_ref().is_none_or(|(stage, _)| *stage != now.stage) {
            if let Some((_, progress)) = progress.take() {
                progress.finish();
            }
            progress = Some((now.stage, Progress::new(now.total as u64, unit, timing.output)));
        }
        if let Some((_, progress)) = &mut progress {
            progress.show(now.done as u64, "");
        }
    });
    if let Some((_, progress)) = progress {
        progress.finish();
    }
    run.map_err(Failure::Gate)
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

fn read_run(path: &Path) -> Result<SavedRun, Problem> {
    let wrong = |reason: String| Problem::new(BAD_DATA, format!("{}: {reason}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    SavedRun::from_json(&text).map_err(wrong)
}

fn show(run: &SavedRun, judged: &Judged, timing: &PerfTiming) -> Result<(), Problem> {
    output(run, judged, timing.out.as_deref(), timing.output.format)
}

/// The verdicts on stdout and in files. Written before anything fails because of them.
fn output(run: &SavedRun, judged: &Judged, out: Option<&Path>, format: Format) -> Result<(), Problem> {
    let report = markdown(run, judged);
    if let Some(folder) = out {
        std::fs::create_dir_all(folder).map_err(|source| OutputError { path: folder.to_owned(), source })?;
        let files: [(&str, String); 4] = [
            ("run.json", run.to_json()),
            ("verdicts.json", verdicts_json(run, judged)),
            ("report.md", report.clone()),
            ("junit.xml", junit(judged)),
        ];
        for (name, content) in files {
            write_file(&folder.join(name), content.as_bytes())?;
        }
    }
    if let Some(summary) = std::env::var_os("GITHUB_STEP_SUMMARY").map(PathBuf::from) {
        let opened = std::fs::File::options().create(true).append(true).open(&summary);
        let written = opened.and_then(|mut file| file.write_all(report.as_bytes()));
        written.map_err(|source| OutputError { path: summary, source })?;
    }
    print(&match format {
        Format::Json => verdicts_json(run, judged),
        Format::Csv => csv(judged),
        Format::Table => table(judged),
    })
}

fn verdicts_json(run: &SavedRun, judged: &Judged) -> String {
    let counts: serde_json::Map<String, serde_json::Value> = Verdict::ALL
        .iter()
        .map(|&verdict| (verdict.name().to_owned(), judged.count(verdict).into()))
        .collect();
    let all = json!({
        "format": 1,
        "version": run.version,
        "base": run.base,
        "head": run.head,
        "host": run.host,
        "counts": counts,
        "geometric_mean": judged.geometric_mean,
        "benchmarks": judged.rows,
    });
    format!("{all:#}\n")
}

const COLUMNS: [&str; 9] =
    ["benchmark", "verdict", "change", "low", "high", "margin", "base", "head", "rounds"];

fn table(judged: &Judged) -> String {
    let percent = |x: f64| format!("{:+.1} %", 100.0 * x);
    let rows = judged.rows.iter().map(|row| {
        let mut cells = vec![row.benchmark.clone(), row.verdict.name().to_owned()];
        if let Some(found) = &row.estimate {
            let parts = [found.effect, found.low, found.high].map(percent);
            cells.extend(parts);
            cells.push(format!("{:.1} %", 100.0 * found.margin));
            cells.extend([time(found.base), time(found.head), found.n_rounds.to_string()]);
        }
        cells.resize(COLUMNS.len(), String::new());
        cells
    });
    let header: Vec<String> = COLUMNS.iter().map(|&name| name.to_owned()).collect();
    let mut text = plain_table(&header, rows.collect());
    let _ = writeln!(text, "\n{}; head/base {:.3} in the mean", headline(judged), judged.geometric_mean);
    for row in &judged.rows {
        if let Some(note) = &row.note {
            let _ = writeln!(text, "{}: {}", row.benchmark.escape_debug(), note.escape_debug());
        }
    }
    text
}

fn csv(judged: &Judged) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut text = format!("{}\n", COLUMNS.join(","));
    for row in &judged.rows {
        let numbers = row.estimate.as_ref().map_or_else(
            || ",".repeat(COLUMNS.len() - 3),
            |found| {
                let numbers = [found.effect, found.low, found.high, found.margin, found.base, found.head];
                let numbers: Vec<String> = numbers.iter().map(f64::to_string).collect();
                format!("{},{}", numbers.join(","), found.n_rounds)
            },
        );
        let _ = writeln!(text, "{},{},{numbers}", quoted(&row.benchmark), row.verdict.name());
    }
    text
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
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    std::fs::create_dir_all(folder).map_err(|source| OutputError { path: folder.to_owned(), source }.into())
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

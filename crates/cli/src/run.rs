//! `mlpsweep run`: the main job.

use crate::args::{OutputArguments, RunArguments};
use crate::exit::{NO_USABLE_TRIAL, Problem, tell};
use crate::finish::Finish;
use crate::grace;
use crate::progress::Progress;
use crate::rank::print_ranking;
use crate::signals::Signals;
use crate::validate::{describe, notes};
use mlpsweep_data::is_printable;
use mlpsweep_report::{Ranking, Study, write_all};
use mlpsweep_sweep::runner::{RunEnd, RunOptions};
use mlpsweep_sweep::spec::Sweep;
use mlpsweep_sweep::store::Store;
use mlpsweep_sweep::{Plan, SweepError};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// More threads than this help on no machine.
const MOST_JOBS: u64 = 256;

pub(crate) fn run(arguments: &RunArguments) -> Result<(), Problem> {
    let mut set = arguments.set.clone();
    set.extend(arguments.ensemble.iter().map(|name| format!("select.ensemble={name}")));
    let sweep = Sweep::read(&arguments.sweep, &set)?;
    let plan = Plan::new(sweep)?;
    let n_jobs = jobs(arguments.jobs, arguments.output);
    if arguments.dry_run {
        return describe(&plan, n_jobs, arguments.output);
    }
    if plan.n_trials.is_none() {
        return Err(plan.too_many_points().into());
    }
    let note = |text: &str| {
        if !arguments.output.quiet {
            tell(text);
        }
    };
    notes(&plan, n_jobs, arguments.output);
    if !plan.test_rows.is_empty() {
        let n_rows = plan.test_rows.len();
        note(&format!(
            "note: {n_rows} rows are held out, and the winner alone is scored on them; [data] test = 0 uses them all"
        ));
    }
    let signals = Signals::watch().map_err(|error| Problem::new(crate::exit::INTERNAL, error.to_string()))?;
    let folder = folder(arguments, &plan.sweep)?;
    if arguments.fresh {
        Store::delete(&folder)?;
    }

    if let Some(copy) = Store::copy_of_earlier(&folder) {
        note(&format!(
            "note: the store was written by an earlier version; a copy of it as it was stays in {}",
            copy.display()
        ));
    }

    let metric = plan.metrics[0].name();
    let options = RunOptions {
        jobs: n_jobs,
        max_time: arguments.max_time.or(plan.sweep.search.max_time),
        max_trial_time: arguments.max_trial_time.or(plan.sweep.search.max_trial_time),
        stop: signals.stop(),
        max_failures: arguments.max_failures,
        max_attempts: arguments.max_attempts,
    };
    // What is under way when a signal comes and does not end in time is left to the next run.
    let give_up = || {
        let shown = Study::read(&folder, true).map_err(Problem::from);
        if let Err(problem) = shown.and_then(|study| show(&study, &folder, arguments).map(drop)) {
            problem.tell();
        }
        tell(&format!(
            "stopped; what did not end within {:?} is given up; continue with: {}",
            arguments.grace,
            command(arguments)
        ));
    };
    let mut failed = 0;
    let search = || {
        let mut progress: Option<Progress> = None;
        let end = mlpsweep_sweep::runner::run(&plan, &folder, &options, |now| {
            let shown = progress.get_or_insert_with(|| Progress::new(now.total, "folds", arguments.output));
            let best = now.best.map(|(trial, mean)| format!("best mean {metric} {mean:.4} (trial {trial})"));
            let counted = |n: u64, word: &str| (n > 0).then(|| format!("{n} {word}"));
            let notes = [
                best,
                counted(now.pruned, "trials pruned"),
                counted(now.timeout, "out of time"),
                counted(now.diverged, "diverged"),
                counted(now.failed, "failed"),
            ];
            shown.show_of(now.done, now.total, &notes.into_iter().flatten().collect::<Vec<_>>().join(", "));
            failed = now.failed;
        });
        if let Some(progress) = progress {
            progress.finish();
        }
        end
    };
    let end = grace::within(arguments.grace, &signals, give_up, search).map_err(SweepError::Threads)??;

    let mut study = Study::read(&folder, true)?;
    let mut stopped_after = false;
    if matches!(end, RunEnd::Finished | RunEnd::TimeUp | RunEnd::TargetReached) {
        let (stop, output) = (signals.stop(), arguments.output);
        let finish = Finish { plan: &plan, folder: &folder, jobs: options.jobs, stop, output };
        let finish = || finish.run(&mut study);
        stopped_after =
            grace::within(arguments.grace, &signals, give_up, finish).map_err(SweepError::Threads)??;
    }
    let ranking = show(&study, &folder, arguments)?;
    match end {
        _ if stopped_after => {
            tell(&format!("stopped before all was found out; continue with: {}", command(arguments)));
            return Err(Problem::said(signals.exit_code().unwrap_or(130)));
        }
        RunEnd::Stopped => {
            tell(&format!("stopped; continue with: {}", command(arguments)));
            return Err(Problem::said(signals.exit_code().unwrap_or(130)));
        }
        RunEnd::TimeUp => tell(&format!("time is up; continue with: {}", command(arguments))),
        RunEnd::TooManyFailures => {
            let message = format!("folds that failed: {failed}, more than --max-failures allows");
            return Err(Problem::new(NO_USABLE_TRIAL, message)
                .hint(Some("ranked.csv says how each one failed".into())));
        }
        RunEnd::Finished if ranking.best().is_none() => {
            let message = "no usable trial: every one of them failed, diverged or ran out of time";
            let hint = "ranked.csv says how each one ended; a smaller learning_rate, or smaller start weights, are the first things to try";
            return Err(Problem::new(NO_USABLE_TRIAL, message).hint(Some(hint.into())));
        }
        RunEnd::Finished => {}
        RunEnd::TargetReached => note("the target score is reached, and no further trial was begun"),
    }
    Ok(())
}

/// Writes all reports and prints the ranking.
fn show<'a>(study: &'a Study, folder: &Path, arguments: &RunArguments) -> Result<Ranking<'a>, Problem> {
    let ranking = Ranking::new(study);
    write_all(study, &ranking, folder)?;
    print_ranking(&ranking, &study.info, arguments.top, arguments.output)?;
    if !arguments.output.quiet {
        tell(&format!("results are in {}", folder.display()));
    }
    Ok(ranking)
}

/// Where results go: --out, or results/ and the sweep's name as a single folder name.
fn folder(arguments: &RunArguments, sweep: &Sweep) -> Result<PathBuf, Problem> {
    let folder = arguments.out.clone().unwrap_or_else(|| Path::new("results").join(folder_name(&sweep.name)));
    if folder.exists() && !folder.is_dir() {
        let message = format!("{}: not a folder", folder.display());
        return Err(
            Problem::new(crate::exit::USAGE, message).hint(Some("name another one with --out".into()))
        );
    }
    if let Ok(target) = std::fs::read_link(&folder)
        && !arguments.output.quiet
    {
        tell(&format!("note: {} leads to {}", folder.display(), target.display()));
    }
    Ok(folder)
}

/// A name is data, never a path: whatever could lead elsewhere, or means something to an operating system, becomes `_`.
fn folder_name(name: &str) -> String {
    const RESERVED: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "COM", "LPT"];
    let safe = |c: char| if c.is_alphanumeric() || "-_.+ ".contains(c) { c } else { '_' };
    let cleaned: String = name.chars().map(safe).collect();
    let cleaned = cleaned.trim_matches(['.', ' ']);
    let stem = cleaned.split('.').next().unwrap_or("").to_ascii_uppercase();
    let is_reserved = RESERVED.contains(&stem.trim_end_matches(|c: char| c.is_ascii_digit()));
    if cleaned.is_empty() || is_reserved { format!("_{cleaned}") } else { cleaned.to_owned() }
}

/// The threads asked for, or one a core.
pub(crate) fn jobs(asked: Option<u64>, output: OutputArguments) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let Some(jobs) = asked else { return cores };
    if jobs > MOST_JOBS && !output.quiet {
        tell(&format!("note: --jobs {jobs} is more than helps; running {MOST_JOBS}"));
    }
    jobs.min(MOST_JOBS) as usize
}

/// The command that continues this run.
fn command(arguments: &RunArguments) -> String {
    let program = std::env::args_os().next().unwrap_or_else(|| "mlpsweep".into());
    let mut words = vec![quoted(&program), "run".to_owned(), quoted(arguments.sweep.as_os_str())];
    let mut option = |name: &str, value: Option<&OsStr>| {
        words.extend(value.map(|value| format!("--{name} {}", quoted(value))));
    };
    let number = |number: Option<u64>| number.map(|number| number.to_string());
    let time = arguments.max_trial_time.map(|time| format!("{}ms", time.as_millis()));
    option("jobs", number(arguments.jobs).as_deref().map(OsStr::new));
    option("out", arguments.out.as_deref().map(Path::as_os_str));
    option("ensemble", arguments.ensemble.as_deref().map(OsStr::new));
    option("max-trial-time", time.as_deref().map(OsStr::new));
    option("max-failures", number(arguments.max_failures).as_deref().map(OsStr::new));
    option("max-attempts", number(arguments.max_attempts).as_deref().map(OsStr::new));
    arguments.set.iter().for_each(|set| option("set", Some(OsStr::new(set))));
    words.join(" ")
}

/// A word for a shell: as it is, in quotes, or, where something in it is not UTF-8 or not printable, byte by byte.
fn quoted(word: &OsStr) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+".contains(c);
    match word.to_str() {
        Some(text) if !text.is_empty() && text.chars().all(is_plain) => text.to_owned(),
        Some(text) if text.chars().all(is_printable) => format!("'{}'", text.replace('\'', "'\\''")),
        _ => {
            let escaped = word.as_encoded_bytes().iter().map(|&byte| match byte {
                b'\'' | b'\\' => format!("\\{}", char::from(byte)),
                b' '..=b'~' => char::from(byte).to_string(),
                _ => format!("\\x{byte:02x}"),
            });
            format!("$'{}'", escaped.collect::<String>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{folder_name, quoted};
    use std::ffi::OsStr;

    #[test]
    fn words_for_a_shell() {
        for (word, expected) in [
            ("a-b/c.toml", "a-b/c.toml"),
            ("", "''"),
            ("größe", "'größe'"),
            ("it's", r"'it'\''s'"),
            ("\u{1b}[31m it's\\", r"$'\x1b[31m it\'s\\'"),
        ] {
            assert_eq!(quoted(OsStr::new(word)), expected, "{word:?}");
        }
    }

    #[test]
    fn a_name_never_leads_elsewhere() {
        for (name, folder) in [
            ("digits", "digits"),
            ("my sweep 2", "my sweep 2"),
            ("../../x", "_.._x"),
            ("/abs", "_abs"),
            ("a/b", "a_b"),
            ("a\\b", "a_b"),
            ("..", "_"),
            ("CON", "_CON"),
            ("com1.txt", "_com1.txt"),
            ("größe", "größe"),
        ] {
            assert_eq!(folder_name(name), folder, "{name:?}");
        }
    }
}

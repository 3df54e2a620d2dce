//! A criterion benchmark executable: what it can measure, and one measurement in a process of its own.

use crate::benchmark_files::read_folder;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often a process is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// How long a process measures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timing {
    /// Seconds of warming up.
    pub warm_up: f64,
    /// Seconds of measuring.
    pub measurement: f64,
    /// Samples, at least 10.
    pub samples: usize,
    /// After this a process hangs.
    pub limit: Duration,
}

impl Default for Timing {
    fn default() -> Timing {
        Timing { warm_up: 0.2, measurement: 0.5, samples: 20, limit: Duration::from_mins(2) }
    }
}

/// A benchmark executable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executable {
    /// Where it is.
    pub path: PathBuf,
    /// Where it runs: benches may read files of their package.
    pub folder: PathBuf,
}

impl Executable {
    /// The names of its benchmarks.
    ///
    /// # Errors
    /// An executable that does not start, or does not list its benchmarks as criterion does.
    pub fn list(&self, limit: Duration, stop: &AtomicBool) -> Result<Vec<String>, String> {
        let output = self.run(&["--bench", "--list", "--format", "terse"], None, limit, stop)?;
        let names = output
            .lines()
            .filter_map(|line| line.strip_suffix(": benchmark").or_else(|| line.strip_suffix(": bench")));
        Ok(names.map(str::to_owned).collect())
    }

    /// Nanoseconds an iteration of one benchmark, the median of the samples of a new process.
    ///
    /// # Errors
    /// A process that crashes, hangs, or leaves no samples of that benchmark.
    pub fn measure(&self, name: &str, timing: Timing, stop: &AtomicBool) -> Result<f64, String> {
        // Of its own, so that nothing older can be taken for what is measured now.
        let home = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        let Timing { warm_up, measurement, samples, limit } = timing;
        let (warm_up, measurement, samples) =
            (warm_up.to_string(), measurement.to_string(), samples.to_string());
        let mut arguments = vec![
            "--bench",
            "--noplot",
            "--quiet",
            "--warm-up-time",
            &warm_up,
            "--measurement-time",
            &measurement,
            "--sample-size",
            &samples,
            // Its own statistics are not looked at.
            "--nresamples",
            "1000",
        ];
        let choice = choosing(name);
        arguments.extend(choice.iter().map(String::as_str));
        self.run(&arguments, Some(home.path()), limit, stop)?;
        let found = read_folder(home.path(), "new").map_err(|error| error.to_string())?;
        let is_meant = |full: &&String| match beginning(name) {
            Some(beginning) => full.starts_with(beginning),
            None => *full == name,
        };
        let mut meant = found.keys().filter(is_meant);
        match (meant.next(), meant.next()) {
            (Some(full), None) => Ok(found[full].median),
            (None, _) => Err("it left no samples".to_owned()),
            (Some(_), Some(_)) => Err("several benchmarks have names that begin so".to_owned()),
        }
    }

    /// Runs it to its end; its standard output.
    fn run(
        &self,
        arguments: &[&str],
        home: Option<&Path>,
        limit: Duration,
        stop: &AtomicBool,
    ) -> Result<String, String> {
        let out = tempfile::tempfile().and_then(|out| Ok((out.try_clone()?, out)));
        let errors = tempfile::tempfile().and_then(|errors| Ok((errors.try_clone()?, errors)));
        let ((out, mut out_again), (errors, mut errors_again)) =
            out.and_then(|out| Ok((out, errors?))).map_err(|error| format!("no temporary file: {error}"))?;
        let mut command = Command::new(&self.path);
        command.args(arguments).current_dir(&self.folder).stdin(Stdio::null()).stdout(out).stderr(errors);
        command.env_remove("CARGO_CRITERION_PORT");
        if let Some(home) = home {
            command.env("CRITERION_HOME", home);
        }
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn().map_err(|error| format!("it does not start: {error}"))?;
        let status = Running { child }.wait(limit, stop)?;
        if !status.success() {
            let said = last_line(&mut errors_again);
            return Err(format!("{status}{}", said.map(|line| format!(": {line}")).unwrap_or_default()));
        }
        Ok(read_again(&mut out_again))
    }
}

/// What a benchmark's name begins with, where criterion has cut it: its list shows a hundred bytes of it and three dots.
fn beginning(name: &str) -> Option<&str> {
    const SHOWN: std::ops::RangeInclusive<usize> = 97..=100;
    name.strip_suffix("...").filter(|beginning| SHOWN.contains(&beginning.len()))
}

/// The arguments that choose one benchmark: by its whole name, or by a pattern of what is known of it.
pub(crate) fn choosing(name: &str) -> Vec<String> {
    let Some(beginning) = beginning(name) else {
        return ["--exact", "--", name].map(str::to_owned).to_vec();
    };
    let mut pattern = String::from("^");
    for c in beginning.chars() {
        // What has a meaning in a pattern; nothing else may be escaped.
        if r"\.+*?()|[]{}^$#&-~".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    vec!["--".to_owned(), pattern]
}

/// A process that does not outlive this: it and all it has started are killed.
struct Running {
    child: Child,
}

impl Running {
    fn wait(mut self, limit: Duration, stop: &AtomicBool) -> Result<ExitStatus, String> {
        let started = Instant::now();
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) if stop.load(Ordering::Relaxed) => return Err("stopped".to_owned()),
                Ok(None) if started.elapsed() > limit => {
                    return Err(format!("no end after {} s", limit.as_secs_f64()));
                }
                Ok(None) => std::thread::sleep(LOOK_EVERY),
                Err(error) => return Err(error.to_string()),
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw) {
            // What has ended already is no matter.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_again(file: &mut File) -> String {
    let mut bytes = Vec::new();
    let read = std::io::Seek::rewind(file).and_then(|()| file.read_to_end(&mut bytes));
    read.map(|_| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// The last line that says something.
fn last_line(file: &mut File) -> Option<String> {
    const LONGEST: usize = 200;
    let text = read_again(file);
    let line = text.lines().map(str::trim).rfind(|line| !line.is_empty())?;
    Some(line.chars().take(LONGEST).collect())
}

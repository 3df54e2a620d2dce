//! The real binary in a folder of its own.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_mlpsweep");

/// Four trials on three folds, a moment each.
pub(crate) const SMALL: &str = r#"name = "small"
seed = 3
[data]
builtin = "moons"
rows = 60
test = 0
[cv]
folds = 3
[search]
trials = 4
[parameters]
learning_rate = { min = 1e-3, max = 1e-1, scale = "log" }
width = 4
epochs = 3
"#;

/// More than anybody waits for; interrupted, it is continued with the few trials it had begun.
pub(crate) const ENDLESS: &str = r#"name = "endless"
seed = 5
[data]
builtin = "moons"
rows = 200
test = 0
[cv]
folds = 3
[search]
trials = 1000000
[parameters]
learning_rate = { min = 1e-3, max = 1e-1, scale = "log" }
width = 8
epochs = 20
"#;

/// What came of a command.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// It ended with `code`, and said `text` on stderr.
    #[track_caller]
    pub(crate) fn expect(self, code: i32, text: &str) -> Ran {
        assert_eq!(self.code, Some(code), "\nstdout: {}\nstderr: {}", self.stdout, self.stderr);
        assert!(self.stderr.contains(text), "{text:?} is not in: {}", self.stderr);
        self
    }
}

impl From<Output> for Ran {
    #[track_caller]
    fn from(output: Output) -> Ran {
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        for bad in ["panicked at", "internal error:", "stack backtrace"] {
            assert!(!stderr.contains(bad), "{stderr}");
        }
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        Ran { code: output.status.code(), stdout, stderr }
    }
}

/// A folder in which commands run, with the sweep file `s.toml`. Nothing may appear beside it.
pub(crate) struct Place {
    outer: TempDir,
    pub(crate) folder: PathBuf,
}

impl Place {
    pub(crate) fn new(sweep: &str) -> Place {
        let outer = tempfile::tempdir().expect("a folder for a test");
        let folder = outer.path().join("here");
        std::fs::create_dir(&folder).expect("a folder");
        let place = Place { outer, folder };
        place.write("s.toml", sweep);
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).expect("a file");
        path
    }

    #[track_caller]
    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    #[track_caller]
    pub(crate) fn read_text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).expect("UTF-8")
    }

    pub(crate) fn command(&self, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(BINARY);
        command.args(arguments).current_dir(&self.folder).stdin(Stdio::null());
        command.env("COLUMNS", "100").env_remove("RUST_BACKTRACE").env_remove("NO_COLOR");
        command
    }

    #[track_caller]
    pub(crate) fn run(&self, arguments: &[impl AsRef<OsStr>]) -> Ran {
        let ran = self.command(arguments).output().expect("the binary runs").into();
        self.nothing_beside();
        ran
    }

    /// Words with spaces between them.
    #[track_caller]
    pub(crate) fn say(&self, line: &str) -> Ran {
        self.run(&line.split(' ').collect::<Vec<_>>())
    }

    /// Starts a command whose stderr nobody reads before it ends.
    pub(crate) fn start(&self, line: &str) -> Child {
        let mut command = self.command(&line.split(' ').collect::<Vec<_>>());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs")
    }

    #[track_caller]
    pub(crate) fn nothing_beside(&self) {
        assert_eq!(entries(self.outer.path()), ["here"], "something was written beside the folder");
    }
}

/// The names in a folder, in order.
pub(crate) fn entries(folder: &Path) -> Vec<OsString> {
    let mut names: Vec<OsString> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    names.sort_unstable();
    names
}

/// The three files that are the same bytes however a sweep was run.
pub(crate) fn results(folder: &Path) -> [String; 3] {
    ["ranked.csv", "folds.csv", "curves.csv"].map(|name| {
        let path = folder.join(name);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    })
}

/// The winner's model, the same bytes as well.
#[track_caller]
pub(crate) fn model(folder: &Path) -> Vec<u8> {
    std::fs::read(folder.join("model/model.safetensors")).expect("a model")
}

/// Units that are stored in the folder.
pub(crate) fn n_finished(folder: &Path) -> usize {
    let store = mlpsweep_sweep::store::Store::read(folder);
    store.and_then(|store| store.folds(false)).map_or(0, |units| units.len())
}

/// Trials that are stored in the folder, all up to the last one.
pub(crate) fn n_begun(folder: &Path) -> u64 {
    let store = mlpsweep_sweep::store::Store::read(folder);
    let trials = store.and_then(|store| store.trials()).unwrap_or_default();
    trials.last().map_or(0, |trial| trial.number + 1)
}

/// Waits until `n` units are stored.
#[track_caller]
pub(crate) fn wait_for_units(folder: &Path, n: usize) {
    let started = Instant::now();
    while n_finished(folder) < n {
        assert!(started.elapsed() < Duration::from_mins(2), "no {n} units in two minutes");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Says why a test was not made.
#[expect(clippy::print_stderr, reason = "whoever runs the tests is to know")]
pub(crate) fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}

/// Runs a command as nobody, where this is run as root and there is `setpriv`; else says why not.
pub(crate) fn as_nobody(place: &Place, line: &str) -> Option<Ran> {
    let words = ["--reuid=65534", "--regid=65534", "--clear-groups", BINARY];
    let setpriv = |line: &str| {
        let mut command = Command::new("setpriv");
        command.args(words).args(line.split(' ')).current_dir(&place.folder).stdin(Stdio::null());
        command.output()
    };
    for folder in [place.outer.path(), &place.folder] {
        set_mode(folder, 0o755);
    }
    if !setpriv("--version").is_ok_and(|output| output.status.success()) {
        skipped("cannot run the binary as another user here");
        return None;
    }
    Some(setpriv(line).expect("it ran a moment ago").into())
}

/// Runs a command under a limit of `prlimit`, such as `--fsize=65536`; where there is none, says so.
#[cfg(target_os = "linux")]
pub(crate) fn within(place: &Place, limit: &str, line: &str) -> Option<Ran> {
    let mut command = Command::new("prlimit");
    command.args([limit, BINARY]).args(line.split(' ')).current_dir(&place.folder).stdin(Stdio::null());
    let output = command.output().ok();
    if output.is_none() {
        skipped("there is no prlimit here");
    }
    output.map(Ran::from)
}

#[cfg(unix)]
pub(crate) fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("permissions");
}

#[cfg(not(unix))]
pub(crate) fn set_mode(_path: &Path, _mode: u32) {}

//! Instruction counts under valgrind's callgrind: a number that does not depend on who else is on the machine.
//!
//! Each benchmark is run once, in criterion's test mode; what the executable needs when it runs none — starting, and preparing
//! what all its benchmarks work on — is counted too and taken off. What is left still has the benchmark's own preparation in it, and
//! a few hundred instructions that differ from run to run. Instructions are not time: a cache miss costs many, and none is counted.

use crate::executable::{Executable, choosing};
use crate::run::Arm;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Why nothing is counted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CountError {
    /// There is no valgrind that works.
    #[error("icount: skipped ({0})")]
    NoValgrind(String),
    /// A benchmark that cannot be counted.
    #[error("{0}")]
    Benchmark(String),
}

/// valgrind's version, if it is there.
///
/// # Errors
/// When it is not, or does not start.
pub fn valgrind() -> Result<String, CountError> {
    let output = Command::new("valgrind").arg("--version").stdin(Stdio::null()).output();
    match output {
        Ok(output) if output.status.success() => {
            Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        }
        Ok(output) => Err(CountError::NoValgrind(format!("valgrind --version: {}", output.status))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(CountError::NoValgrind("valgrind not found".to_owned()))
        }
        Err(error) => Err(CountError::NoValgrind(format!("valgrind: {error}"))),
    }
}

/// Fewer instructions than this are lost among those that differ from run to run.
pub const FEWEST_INSTRUCTIONS: u64 = 20_000;

/// A name that no benchmark has.
const NONE: &str = "mlpsweep: none of them";

/// Counts benchmarks, each executable's own share only once.
#[derive(Debug, Default)]
pub struct Counter {
    around: BTreeMap<PathBuf, u64>,
}

impl Counter {
    /// Instructions of one run of a benchmark.
    ///
    /// # Errors
    /// A process that does not end well, or leaves no count.
    pub fn count(&mut self, executable: &Executable, arm: Arm, name: &str) -> Result<u64, CountError> {
        let around = match self.around.get(&executable.path) {
            Some(around) => *around,
            None => count(executable, arm, NONE)?,
        };
        self.around.insert(executable.path.clone(), around);
        Ok(count(executable, arm, name)?.saturating_sub(around))
    }
}

/// Instructions of a process, with all that is around the benchmark.
fn count(executable: &Executable, arm: Arm, name: &str) -> Result<u64, CountError> {
    let failed = |what: String| CountError::Benchmark(format!("{name}: {}: {what}", arm.name()));
    let folder = tempfile::tempdir().map_err(|error| failed(error.to_string()))?;
    let out = folder.path().join("callgrind.out");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--collect-systime=no"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg("--")
        .arg(&executable.path)
        .args(["--bench", "--test"])
        .args(choosing(name))
        .current_dir(&executable.folder)
        .env("CRITERION_HOME", folder.path())
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(format!("under valgrind: {}", output.status)));
    }
    total(&out).ok_or_else(|| failed("callgrind left no count".to_owned()))
}

/// The total of a callgrind file.
fn total(path: &Path) -> Option<u64> {
    let text = std::fs::read_to_string(path).ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("totals:").or_else(|| line.strip_prefix("summary:")))?;
    line.trim().parse().ok()
}

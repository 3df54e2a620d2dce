//! Benchmark executables of a source tree or a git revision.

use crate::executable::Executable;
use serde_json::Value as Json;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Why there are no executables.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// git does not know the revision, or will not give it.
    #[error("`{revision}` is neither a file, a folder nor a revision: {said}")]
    Revision {
        /// What was asked for.
        revision: String,
        /// What git said.
        said: String,
    },
    /// cargo failed, and has said why.
    #[error("cargo could not build the benchmarks of {what}")]
    Cargo {
        /// Whose.
        what: String,
    },
    /// There are none.
    #[error("{what} has no benchmark executables")]
    Empty {
        /// Whose.
        what: String,
    },
    /// A program or a folder that is not there.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
}

impl BuildError {
    /// What would be right.
    pub fn hint(&self) -> Option<String> {
        match self {
            BuildError::Revision { .. } => Some(
                "in a shallow clone `git fetch --unshallow`, or `git fetch origin REV`, brings the revision"
                    .into(),
            ),
            BuildError::Empty { .. } => Some("choose others with --package and --bench".into()),
            BuildError::Cargo { .. } | BuildError::Io { .. } => None,
        }
    }
}

/// What cargo is to build.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Packages; all of the workspace when empty.
    pub packages: Vec<String>,
    /// Bench targets; all when empty.
    pub benches: Vec<String>,
}

/// Builds the benchmarks of the tree at `tree` into `target`. What cargo says goes to standard error.
///
/// # Errors
/// When cargo does not end well, or there is nothing to measure.
pub fn build_tree(tree: &Path, target: &Path, choice: &Choice) -> Result<Vec<Executable>, BuildError> {
    let what = || tree.display().to_string();
    let io = |source| BuildError::Io { what: "cargo".to_owned(), source };
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(["bench", "--no-run", "--message-format", "json-render-diagnostics", "--target-dir"])
        .arg(target);
    if choice.packages.is_empty() {
        command.arg("--workspace");
    }
    choice.packages.iter().for_each(|package| _ = command.args(["--package", package]));
    if choice.benches.is_empty() {
        command.arg("--benches");
    }
    choice.benches.iter().for_each(|bench| _ = command.args(["--bench", bench]));
    let mut child =
        command.current_dir(tree).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(io)?;
    let mut executables = Vec::new();
    for line in BufReader::new(child.stdout.take().expect("a pipe")).lines() {
        let line = line.map_err(io)?;
        executables.extend(serde_json::from_str::<Json>(&line).ok().as_ref().and_then(executable));
    }
    if !child.wait().map_err(io)?.success() {
        return Err(BuildError::Cargo { what: what() });
    }
    if executables.is_empty() { Err(BuildError::Empty { what: what() }) } else { Ok(executables) }
}

/// The bench executable a message of cargo tells of.
fn executable(message: &Json) -> Option<Executable> {
    let is_bench = message["target"]["kind"].as_array()?.iter().any(|kind| kind == "bench");
    let path = PathBuf::from(message["executable"].as_str()?);
    let manifest = Path::new(message["manifest_path"].as_str()?);
    is_bench.then(|| Executable { path, folder: manifest.parent().unwrap_or(manifest).to_owned() })
}

/// Whether the tree around `folder` has changes that are not committed; without git it has none.
pub fn is_dirty(folder: &Path) -> bool {
    let status = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["status", "--porcelain", "--untracked-files=no"])
        .output();
    status.is_ok_and(|output| output.status.success() && !output.stdout.is_empty())
}

/// A revision checked out in a folder of its own, which goes when this does.
#[derive(Debug)]
pub struct Worktree {
    repository: PathBuf,
    folder: tempfile::TempDir,
    /// The commit.
    pub commit: String,
}

impl Worktree {
    /// Checks out `revision` of the repository around `repository`.
    ///
    /// # Errors
    /// When git does not know it, or could not.
    pub fn new(repository: &Path, revision: &str) -> Result<Worktree, BuildError> {
        let git = |arguments: &[&str]| -> Result<String, BuildError> {
            let output = Command::new("git").arg("-C").arg(repository).args(arguments).output();
            let output = output.map_err(|source| BuildError::Io { what: "git".to_owned(), source })?;
            if output.status.success() {
                return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
            }
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            Err(BuildError::Revision { revision: revision.to_owned(), said })
        };
        let wanted = format!("{revision}^{{commit}}");
        let commit = git(&["rev-parse", "--verify", "--end-of-options", &wanted])?;
        let folder = tempfile::tempdir()
            .map_err(|source| BuildError::Io { what: "a temporary folder".to_owned(), source })?;
        let tree = folder.path().join("tree");
        git(&["worktree", "add", "--detach", &tree.to_string_lossy(), &commit])?;
        Ok(Worktree { repository: repository.to_owned(), folder, commit })
    }

    /// Where it is.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("tree")
    }
}

impl Drop for Worktree {
    fn drop(&mut self) {
        let removed = Command::new("git")
            .arg("-C")
            .arg(&self.repository)
            .args(["worktree", "remove", "--force"])
            .arg(self.path())
            .output();
        // What is left goes with the temporary folder.
        drop(removed);
    }
}

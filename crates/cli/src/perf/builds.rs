//! The builds that are compared: executables, source trees, revisions; and which of their benchmarks are wanted.

use crate::args::PerfChoice;
use crate::exit::{BAD_DATA, INTERNAL, Problem, USAGE, tell};
use mlpsweep_perf::{BuildError, Choice, Executable, Worktree, build_tree, is_dirty};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Executables, and what they were built from.
pub(super) struct Built {
    pub(super) label: String,
    pub(super) executables: Vec<Executable>,
}

/// The executables that `source` means: files, the tree in a folder, or a revision.
pub(super) fn build(source: &str, arm: &str, choice: &PerfChoice) -> Result<Built, Problem> {
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

/// The benchmarks of a build that are wanted, and the executable of each.
pub(super) fn listed(
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

pub(super) fn is_wanted(name: &str, only: &[String]) -> bool {
    only.is_empty() || only.iter().any(|part| name.contains(part.as_str()))
}

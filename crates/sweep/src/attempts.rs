//! Which units were under way when the process was killed, so that one that kills it each time can be passed over.
//!
//! ```text
//! study.attempts   begin TRIAL SPLIT      written before a unit is trained
//!                  end TRIAL SPLIT        and after it, however it ended
//!                  killed TRIAL SPLIT N   of earlier processes: begun and not ended, N times
//! ```
//!
//! Lines are appended and not synced: what a process has written outlives it, and a machine that crashes is no fault of a unit. What
//! cannot be written or read is not counted, and disturbs nothing.

use crate::files::writable;
use crate::record::UnitId;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The file's name inside a results folder.
const FILE_NAME: &str = "study.attempts";

/// The journal of the process that owns the sweep.
#[derive(Debug)]
pub(crate) struct Attempts {
    path: PathBuf,
    file: Mutex<Option<File>>,
    killed: BTreeMap<UnitId, u64>,
}

impl Attempts {
    /// Reads what earlier processes have left in `folder`, and goes on from there.
    pub(crate) fn open(folder: &Path) -> Attempts {
        let path = folder.join(FILE_NAME);
        let killed = counts(&std::fs::read_to_string(&path).unwrap_or_default());
        Attempts { file: Mutex::new(journal(&path, &killed).ok()), path, killed }
    }

    /// How often the process was killed while the unit was under way.
    pub(crate) fn n_killed(&self, unit: UnitId) -> u64 {
        self.killed.get(&unit).copied().unwrap_or_default()
    }

    pub(crate) fn begin(&self, unit: UnitId) {
        self.write("begin", unit);
    }

    pub(crate) fn end(&self, unit: UnitId) {
        self.write("end", unit);
    }

    fn write(&self, word: &str, UnitId { trial, split }: UnitId) {
        let mut journal = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(file) = &mut *journal else { return };
        // In one write, so that a line is whole or not there.
        let written = file.write_all(format!("{word} {trial} {split}\n").as_bytes());
        // A full disk takes an empty file and not a line of it.
        if written.is_err() && file.metadata().is_ok_and(|file| file.len() == 0) {
            let _ = std::fs::remove_file(&self.path);
            *journal = None;
        }
    }

    /// All units have ended: without anything to remember the file goes.
    pub(crate) fn close(self) {
        if self.killed.is_empty() {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// The journal, begun anew with what it is to remember. Where that cannot be written, such as on a full disk, it goes on as it was:
/// its lines say the same at greater length.
fn journal(path: &Path, killed: &BTreeMap<UnitId, u64>) -> std::io::Result<File> {
    let unfinished = path.with_extension("attempts.tmp");
    let line = |(UnitId { trial, split }, n): (&UnitId, &u64)| format!("killed {trial} {split} {n}\n");
    let known: String = killed.iter().map(line).collect();
    let begin_anew = || -> std::io::Result<File> {
        let mut file = writable().truncate(true).open(&unfinished)?;
        file.write_all(known.as_bytes())?;
        std::fs::rename(&unfinished, path).map(|()| file)
    };
    begin_anew().or_else(|_| {
        let _ = std::fs::remove_file(&unfinished);
        writable().append(true).open(path)
    })
}

/// Forgets what is known of a sweep that begins anew.
pub(crate) fn forget(folder: &Path) {
    let _ = std::fs::remove_file(folder.join(FILE_NAME));
}

/// How often each unit was begun and not ended.
fn counts(text: &str) -> BTreeMap<UnitId, u64> {
    let mut counts: BTreeMap<UnitId, u64> = BTreeMap::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let [word, trial, split, n @ ..] = &words[..] else { continue };
        let (Ok(trial), Ok(split)) = (trial.parse(), split.parse()) else { continue };
        let count = counts.entry(UnitId { trial, split }).or_default();
        match (*word, n) {
            ("begin", []) => *count += 1,
            ("end", []) => *count = count.saturating_sub(1),
            ("killed", [n]) => *count += n.parse().unwrap_or(0),
            _ => {}
        }
    }
    counts.retain(|_, n| *n > 0);
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNITS: [UnitId; 3] =
        [UnitId { trial: 0, split: 0 }, UnitId { trial: 0, split: 1 }, UnitId { trial: 7, split: 0 }];

    /// What cannot be begun anew is not lost.
    #[test]
    fn kills_are_remembered_where_nothing_can_be_made() {
        let folder = tempfile::tempdir().expect("a folder");
        let [ended, twice, once] = UNITS;
        std::fs::write(folder.path().join(FILE_NAME), "killed 0 1 2\nbegin 7 0\n").expect("written");
        std::fs::create_dir(folder.path().join("study.attempts.tmp")).expect("in the way of another file");
        let attempts = Attempts::open(folder.path());
        assert_eq!([ended, twice, once].map(|unit| attempts.n_killed(unit)), [0, 2, 1]);
        attempts.begin(ended);
        // As if it were killed.
        drop(attempts);
        let attempts = Attempts::open(folder.path());
        assert_eq!([ended, twice, once].map(|unit| attempts.n_killed(unit)), [1, 2, 1]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_leaves_no_empty_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(FILE_NAME);
        File::create(&path).expect("an empty file");
        let full = File::options().write(true).open("/dev/full").expect("Linux has it");
        let attempts = Attempts { path: path.clone(), file: Mutex::new(Some(full)), killed: BTreeMap::new() };
        attempts.begin(UNITS[0]);
        assert!(!path.exists());
        attempts.end(UNITS[0]);
        attempts.close();
    }

    #[test]
    fn what_was_under_way_is_counted() {
        let folder = tempfile::tempdir().expect("a folder");
        let [ended, twice, once] = UNITS;
        for n in 0..2 {
            let attempts = Attempts::open(folder.path());
            assert_eq!([ended, twice, once].map(|unit| attempts.n_killed(unit)), [0, n, n.min(1)]);
            attempts.begin(ended);
            attempts.begin(twice);
            attempts.end(ended);
            if n == 0 {
                attempts.begin(once);
            }
            // As if it were killed.
        }
        let attempts = Attempts::open(folder.path());
        assert_eq!([ended, twice, once].map(|unit| attempts.n_killed(unit)), [0, 2, 1]);
        attempts.close();
        assert!(folder.path().join(FILE_NAME).exists(), "there is something to remember");
        forget(folder.path());
        let attempts = Attempts::open(folder.path());
        attempts.begin(once);
        attempts.end(once);
        attempts.close();
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }

    #[test]
    fn lines_that_are_not_ours() {
        let text = "begin 1 2\nbegin 1\nbegin x 2\nend 9 9\nkilled 3 0 x\nkilled 4 0 2\nrubbish\n\nbegin 5";
        let of = |trial, split| UnitId { trial, split };
        assert_eq!(counts(text), BTreeMap::from([(of(1, 2), 1), (of(4, 0), 2)]));
    }
}

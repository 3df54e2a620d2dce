//! Files of a sweep that pandas, Optuna and TensorBoard have read: tests/fixtures holds its store and them, made by consumers.py
//! beside it.

use mlpsweep_export::{cv_results_csv, cv_results_json, optuna_journal, tensorboard};
use mlpsweep_report::{Ranking, Study};
use std::path::{Path, PathBuf};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

#[test]
fn the_files_are_those_that_were_read() {
    // A copy: SQLite writes beside a store that it reads.
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::copy(fixture("study.db"), folder.path().join("study.db")).expect("a store");
    let study =
        Study::read(folder.path(), true).expect("a study; of another schema? run consumers.py --fixtures");
    let ranking = Ranking::new(&study);
    let same = |name: &str, content: &[u8]| {
        let read = std::fs::read(fixture(name)).expect("a file");
        assert!(
            read == content,
            "{name} is another file than the one that was read; run consumers.py --fixtures"
        );
    };
    same("cv.csv", cv_results_csv(&study, &ranking).as_bytes());
    same("cv.json", cv_results_json(&study, &ranking).as_bytes());
    same("study.log", optuna_journal(&study, &ranking).as_bytes());
    same("events.tfevents", &tensorboard(&study, &ranking));
}

//! Files are whole, old or new; and from the store to the files.

use crate::fixture::{STARTED, digits};
use mlpsweep_report::{OutputError, Ranking, Study, write_all, write_file};
use mlpsweep_sweep::record::UnitId;
use mlpsweep_sweep::store::{Store, StoreError};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

fn contents(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    files
        .filter(|entry| !entry.file_name().to_str().unwrap().starts_with("study."))
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap()))
        .collect()
}

/// Puts a study into a store.
fn store(study: &Study, folder: &Path) {
    let mut store = Store::open(folder, &study.info).unwrap();
    let trial_of = |unit: UnitId| study.trials.iter().find(|trial| trial.number == unit.trial).unwrap();
    let units = study.folds.iter().zip(&study.timings);
    store.append(units.map(|(fold, timing)| (trial_of(fold.unit), fold, timing)), []).unwrap();
}

fn write(study: &Study, folder: &Path) -> Result<(), OutputError> {
    write_all(study, &Ranking::new(study), folder)
}

#[test]
fn the_store_makes_the_same_reports_as_often_as_asked() {
    let folder = tempfile::tempdir().unwrap();
    let made = digits();
    store(&made, folder.path());
    let read = Study::read(folder.path(), true).unwrap();
    assert_eq!(read, made);

    write(&read, folder.path()).unwrap();
    let first = contents(folder.path());
    let names: Vec<&str> = first.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["curves.csv", "folds.csv", "ranked.csv", "report.html", "summary.json", "timings.csv"]
    );

    for name in &names {
        fs::remove_file(folder.path().join(name)).unwrap();
    }
    write(&Study::read(folder.path(), true).unwrap(), folder.path()).unwrap();
    assert_eq!(contents(folder.path()), first);
    write(&Study::read(folder.path(), true).unwrap(), folder.path()).unwrap();
    assert_eq!(contents(folder.path()), first);
}

#[test]
fn curves_are_read_where_they_are_wanted() {
    let folder = tempfile::tempdir().unwrap();
    store(&digits(), folder.path());
    let read = Study::read(folder.path(), false).unwrap();
    assert!(read.folds.iter().all(|fold| fold.curve.is_empty()));
    assert_eq!(read.folds.len(), digits().folds.len());
}

#[test]
fn a_missing_store_is_said_to_be_missing() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Study::read(folder.path(), true), Err(StoreError::Missing { .. })));
}

#[test]
fn records_that_contradict_each_other_are_damage() {
    let folder = tempfile::tempdir().unwrap();
    let mut study = digits();
    study.folds[3].test_scores.pop();
    store(&study, folder.path());
    let error = Study::read(folder.path(), true).unwrap_err().to_string();
    assert!(error.ends_with("damaged: split 3 of trial 0 has not a score for every metric"), "{error}");
}

#[track_caller]
fn check_fault(change: impl FnOnce(&mut Study), fault: &str) {
    let mut study = digits();
    assert_eq!(study.fault(), None);
    change(&mut study);
    assert_eq!(study.fault().as_deref(), Some(fault));
}

#[test]
fn faults() {
    check_fault(|study| study.info.repeats = 2, "the sweep's splits and their sizes do not agree");
    check_fault(|study| study.info.n_folds = usize::MAX, "the sweep's splits and their sizes do not agree");
    check_fault(|study| study.info.n_train[2] = 0, "the sweep's splits and their sizes do not agree");
    check_fault(|study| study.info.trivial.truncate(4), "the sweep's splits and their sizes do not agree");
    check_fault(|study| study.info.metrics.clear(), "the sweep has no metric");
    check_fault(
        |study| study.info.metrics[1].goal = "explore".into(),
        "the metric `accuracy` has the goal `explore`",
    );
    let far = format!("a trial {}, where {} are there", u64::MAX >> 1, digits().trials.len());
    check_fault(|study| study.trials[0].number = u64::MAX >> 1, &far);
    check_fault(|study| study.folds[0].unit.trial = 77, "a fold of trial 77, which is not there");
    check_fault(|study| study.folds[0].unit.split = 5, "split 5 of trial 0, where the sweep has 5");
    check_fault(|study| study.folds[0].unit.split = 1, "split 1 of trial 0 is there twice");
}

#[test]
fn a_file_that_cannot_be_replaced_leaves_the_others_whole() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("folds.csv");
    fs::create_dir_all(target.join("in the way")).unwrap();
    let error = write(&digits(), folder.path()).unwrap_err();
    assert_eq!(error.path, target);
    assert!(error.to_string().starts_with(&target.display().to_string()), "{error}");
    assert!(error.hint().is_some_and(|hint| hint.contains("folder of that name")), "{error:?}");
    assert!(target.join("in the way").is_dir());
    assert!(contents(folder.path()).keys().all(|name| name == "ranked.csv"), "no temporary file is left");
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "old").unwrap();
    assert_eq!(write(&digits(), &file).unwrap_err().path, file);
    assert_eq!(write_file(&file.join("ranked.csv"), b"new").unwrap_err().path, file.join("ranked.csv"));
    assert!(write_file(Path::new("/"), b"new").is_err(), "not a file's name");
    assert_eq!(fs::read_to_string(&file).unwrap(), "old");
}

#[test]
fn an_old_file_is_replaced_and_strays_go_that_nobody_holds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ranked.csv");
    fs::write(&path, "old").unwrap();
    let stray = |name: &str| File::create(folder.path().join(name)).unwrap();
    let names = || contents(folder.path()).into_keys().collect::<Vec<String>>();
    drop(stray(".ranked.csv.a1b2c3.tmp"));
    drop(stray(".other.csv.a1b2c3.tmp"));
    drop(stray("notes.tmp"));
    // Of another process that is writing the same report now.
    let held = stray(".ranked.csv.d4e5f6.tmp");
    held.lock().unwrap();
    write_file(&path, b"new").unwrap();
    assert_eq!(names(), [".other.csv.a1b2c3.tmp", ".ranked.csv.d4e5f6.tmp", "notes.tmp", "ranked.csv"]);
    assert_eq!(fs::read(&path).unwrap(), b"new");
    drop(held);
    write_file(&path, b"newer").unwrap();
    assert_eq!(names(), [".other.csv.a1b2c3.tmp", "notes.tmp", "ranked.csv"]);
}

#[cfg(unix)]
#[test]
fn permissions_are_what_the_umask_leaves() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
    File::create(folder.path().join("plain")).unwrap();
    write_file(&folder.path().join("ours"), b"").unwrap();
    assert_eq!(mode("ours"), mode("plain") & !0o002, "and never writable for the world");
}

#[test]
fn a_unit_that_ran_twice_has_two_timings() {
    let mut study = digits();
    let mut again = study.timings[0];
    again.started_unix_ms = STARTED + 60_000;
    study.timings.push(again);
    let text = mlpsweep_report::timings_csv(&study);
    let lines: Vec<&str> = text.lines().take(3).collect();
    assert_eq!(
        lines,
        [
            "trial,repeat,fold,started,elapsed_seconds,attempt",
            "0,0,0,2026-03-01T12:34:56.789Z,1.25,1",
            "0,0,0,2026-03-01T12:35:56.789Z,1.25,1",
        ]
    );
}

//! The store gives back what it was given, to the bit, and leaves alone what is not its own.

use crate::fixture::{SMALL, folder, plan, run, stored};
use mlpsweep_search::Value;
use mlpsweep_sweep::record::{
    BaseScores, Closing, CurvePoint, FoldRecord, FoldState, Importance, Incumbent, Judged, OutOfFold, Refit,
    SweepInfo, Timing, Trial, UnitId, ValidationRows,
};
use mlpsweep_sweep::store::{FILE_NAME, Store, StoreError};
use proptest::prelude::*;
use std::path::Path;

/// Opens the store of `folder` for `SMALL` with `overrides`.
fn open(folder: &Path, overrides: &[&str]) -> Result<Store, StoreError> {
    Store::open(folder, &plan(SMALL, overrides).info())
}

fn say(error: &StoreError, folder: &Path) -> String {
    let hint = error.hint().map(|hint| format!("\n   hint: {hint}")).unwrap_or_default();
    format!("{error}{hint}\n").replace(&folder.display().to_string(), "FOLDER")
}

/// What is said of a store that `damage` was done to; it must be refused to writers and readers, and stay as it is.
#[track_caller]
fn refused(damage: impl FnOnce(&Path)) -> String {
    let folder = folder();
    run(&plan(SMALL, &[]), folder.path(), 1);
    let path = folder.path().join(FILE_NAME);
    damage(&path);
    let before = std::fs::read(&path).expect("a file");
    let for_writing = open(folder.path(), &[]).expect_err("a store that is refused");
    let for_reading =
        Store::read(folder.path()).and_then(|store| store.info()).expect_err("a store that is refused");
    assert_eq!(say(&for_writing, folder.path()), say(&for_reading, folder.path()));
    assert!(!for_writing.is_output());
    assert!(std::fs::read(&path).expect("a file") == before, "the file was changed");
    say(&for_writing, folder.path())
}

fn read_all(folder: &Path) -> Result<(), StoreError> {
    let store = Store::read(folder)?;
    store.info()?;
    store.trials()?;
    store.folds(true)?;
    store.timings()?;
    store.validation_rows()?;
    store.each_out_of_fold(|_, _| Ok(()))
}

fn record(trial: u64, split: usize, numbers: &[f64]) -> FoldRecord {
    let point = |&number: &f64| CurvePoint {
        learning_rate: Some(number),
        train_loss: -number,
        penalty: number / 3.0,
        validation_loss: (split == 0).then_some(number),
        gradient_norms: vec![number; split],
    };
    FoldRecord {
        unit: UnitId { trial, split },
        state: FoldState::Complete,
        test_scores: numbers.to_vec(),
        train_scores: numbers.iter().rev().copied().collect(),
        base: numbers.first().map(|&train| BaseScores { train, validation: -train }),
        earlier: Vec::new(),
        out_of_fold: OutOfFold::Nothing,
        best_epoch: 1,
        epochs_run: numbers.len(),
        early_stopped: split == 1,
        n_parameters: usize::MAX >> 1,
        curve: numbers.iter().map(point).collect(),
    }
}

/// Records as text in which floats show every bit.
fn bits(records: &[FoldRecord]) -> Vec<String> {
    let hex = |numbers: &[f64]| numbers.iter().map(|x| format!("{:016x} ", x.to_bits())).collect::<String>();
    records
        .iter()
        .map(|record| {
            let curve: Vec<f64> = record
                .curve
                .iter()
                .flat_map(|p| {
                    let fixed = [
                        p.learning_rate.unwrap_or(f64::NAN),
                        p.train_loss,
                        p.penalty,
                        p.validation_loss.unwrap_or(f64::NAN),
                    ];
                    [&fixed[..], &p.gradient_norms].concat()
                })
                .collect();
            format!("{record:?} {} {} {}", hex(&record.test_scores), hex(&record.train_scores), hex(&curve))
        })
        .collect()
}

fn round_trip(records: &[FoldRecord]) {
    let folder = folder();
    let mut store = open(folder.path(), &[]).expect("a new store");
    let trials: Vec<Trial> = records
        .iter()
        .map(|record| Trial {
            number: record.unit.trial,
            point: vec![("l2".into(), Value::Float(record.test_scores.first().copied().unwrap_or(0.5)))],
        })
        .collect();
    let timing =
        |record: &FoldRecord| Timing { unit: record.unit, started_unix_ms: 17, elapsed_us: 3, attempt: 2 };
    let timings: Vec<Timing> = records.iter().map(timing).collect();
    let rows =
        trials.iter().zip(records).zip(&timings).map(|((trial, record), timing)| (trial, record, timing));
    store.append(rows, []).expect("room on the disk");
    assert_eq!(bits(&store.folds(true).expect("folds")), bits(records));
    assert_eq!(store.timings().expect("timings"), timings);
    let mut expected = trials;
    expected.dedup_by_key(|trial| trial.number);
    assert_eq!(store.trials().expect("trials"), expected);
}

#[test]
fn what_goes_in_comes_out() {
    let extremes = [0.1 + 0.2, -0.0, 5e-324, f64::MIN_POSITIVE, f64::MAX, f64::MIN, 1.0 / 3.0];
    let mut failed = record(1, 0, &[]);
    failed.state = FoldState::Failed { message: "panic: \"quotes\"\n\u{1f642} \u{0}".into() };
    let mut diverged = record(1, 2, &[]);
    diverged.state = FoldState::Diverged { epoch: 3 };
    round_trip(&[
        record(0, 0, &extremes),
        record(0, 1, &extremes),
        failed,
        diverged,
        record(u64::MAX >> 1, 0, &[]),
    ]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn numbers_come_back_to_the_bit(numbers in prop::collection::vec(prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO, 0..20)) {
        round_trip(&[record(0, 0, &numbers), record(0, 1, &numbers)]);
    }
}

/// What is kept of validation rows, as a reader meets it.
fn out_of_fold(store: &Store) -> Vec<(UnitId, OutOfFold)> {
    let mut met = Vec::new();
    let all = store.each_out_of_fold(|unit, kept| {
        met.push((unit, kept));
        Ok(())
    });
    all.expect("what was kept");
    met
}

#[test]
fn what_is_kept_of_validation_rows_comes_back_in_order_to_the_bit() {
    let extremes = [0.1 + 0.2, -0.0, 5e-324, f64::MAX, 1.0 - f64::EPSILON];
    let with = |trial, split, out_of_fold| FoldRecord { out_of_fold, ..record(trial, split, &[0.5]) };
    let scores = OutOfFold::Scores(vec![0.1, -0.0, f32::MIN_POSITIVE]);
    let records = [
        with(1, 0, scores.clone()),
        with(0, 2, OutOfFold::Predictions(extremes.to_vec())),
        with(0, 1, OutOfFold::Nothing),
        with(0, 0, OutOfFold::Predictions(vec![1e300])),
    ];
    let folder = folder();
    let mut store = open(folder.path(), &[]).expect("a new store");
    for record in &records {
        let trial = Trial { number: record.unit.trial, point: Vec::new() };
        let timing = Timing { unit: record.unit, started_unix_ms: 0, elapsed_us: 0, attempt: 1 };
        store.append([(&trial, record, &timing)], []).expect("room on the disk");
    }
    let met = out_of_fold(&store);
    let units: Vec<(u64, usize)> = met.iter().map(|(unit, _)| (unit.trial, unit.split)).collect();
    assert_eq!(units, [(0, 0), (0, 2), (1, 0)], "a unit of which nothing is kept is not met");
    let bits = |numbers: &[f64]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert!(matches!(&met[1].1, OutOfFold::Predictions(numbers) if bits(numbers) == bits(&extremes)));
    assert_eq!(met[2].1, scores);
    let folds = store.folds(true).expect("folds");
    assert!(folds.iter().all(|fold| fold.out_of_fold == OutOfFold::Nothing), "folds come without them");

    let refused = store.each_out_of_fold(|unit, _| match unit.split {
        2 => Err("2 is odd".into()),
        _ => Ok(()),
    });
    assert!(matches!(refused, Err(StoreError::Damaged { reason, .. }) if reason == "2 is odd"));
}

#[test]
fn validation_rows_are_put_once() {
    let folder = folder();
    let mut store = open(folder.path(), &[]).expect("a new store");
    assert_eq!(store.validation_rows().expect("none yet"), []);
    let rows = |rows: &[u32], truth: &[f64]| ValidationRows {
        rows: rows.to_vec(),
        truth: truth.to_vec(),
        groups: rows.iter().map(|row| row / 2).collect(),
    };
    let splits = [rows(&[0, 7, u32::MAX], &[0.1, -0.0, 1e-300]), rows(&[], &[]), rows(&[3], &[1.0, 2.0])];
    store.put_validation_rows(splits.clone()).expect("room on the disk");
    store.put_validation_rows([rows(&[9], &[9.0])]).expect("what is there stays");
    assert_eq!(store.validation_rows().expect("rows"), splits);
}

/// What is said of a sweep beside its folds is what was said last, for who opens the store later as well.
#[test]
fn what_was_said_last_is_what_is_there() {
    let folder = folder();
    let info = plan(SMALL, &[]).info();
    let mut store = open(folder.path(), &[]).expect("a new store");
    assert!(Store::owner(folder.path()));
    assert_eq!(
        (store.info().expect("a sweep"), store.refit().expect("none"), store.closing().expect("none")),
        (info.clone(), None, None)
    );
    assert_eq!(
        (store.confirmations().expect("none"), store.pruned().expect("none")),
        (Vec::new(), Vec::new())
    );
    let refit = |trial| Refit {
        trial,
        epochs: 3,
        n_rows: 60,
        ensemble: "none".into(),
        trials: vec![trial],
        holdout_scores: vec![Some(0.25), None],
    };
    let closing = |winner| Closing {
        winner,
        incumbents: vec![Incumbent { trial: winner, holdout_scores: vec![Some(0.5)] }],
        default_scores: Some(vec![0.75]),
        importances: vec![Importance { feature: "\u{1b} x".into(), mean: 0.1 + 0.2, std: -0.0 }],
        judged: Judged::Classes { confusion: vec![vec![1, 0], vec![2, 3]] },
    };
    for trial in [4, 2] {
        store.put_refit(&refit(trial)).expect("room on the disk");
        store.put_closing(&closing(trial)).expect("room on the disk");
    }
    let renamed = SweepInfo { name: "other".into(), n_trials: 9, ..info };
    store.put_info(&renamed).expect("room on the disk");
    for number in [1, 2, 3, 5, 7] {
        let (trial, fold) = (Trial { number, point: Vec::new() }, record(number, 0, &[]));
        let timing = Timing { unit: fold.unit, started_unix_ms: 0, elapsed_us: 0, attempt: 1 };
        store.append([(&trial, &fold, &timing)], []).expect("room on the disk");
    }
    let confirmed = [(2, 1), (1, 4), (1, 3)]
        .map(|(trial, split)| FoldRecord { curve: Vec::new(), ..record(trial, split, &[0.5]) });
    store.append_confirmations(&confirmed).expect("room on the disk");
    assert!(store.append_confirmations(&confirmed[..1]).is_err(), "it is there");
    for pruned in [[(3, 1), (7, 2)], [(5, 2), (3, 2)]] {
        store.append([], pruned).expect("room on the disk");
    }
    drop(store);
    assert!(!Store::owner(folder.path()));
    let store = Store::read(folder.path()).expect("a reader");
    assert!(!store.is_immutable());
    assert_eq!(store.info().expect("a sweep"), renamed);
    assert_eq!(store.refit().expect("one"), Some(refit(2)));
    assert_eq!(store.closing().expect("one"), Some(closing(2)));
    assert_eq!(store.pruned().expect("three"), [(3, 2), (5, 2), (7, 2)]);
    let [last, second, first] = confirmed;
    assert_eq!(store.confirmations().expect("three"), [first, second, last]);
}

/// The bytes of the only curve in the store.
fn curve_blob(path: &Path) -> Vec<u8> {
    let connection = rusqlite::Connection::open(path).expect("a database");
    connection.query_row("SELECT epochs FROM curves", [], |row| row.get(0)).expect("one fold")
}

/// A curve says how many numbers an epoch has, four and the norms.
#[test]
fn curves_say_how_many_numbers_an_epoch_has() {
    for n_norms in [0, 1, 3] {
        let folder = folder();
        let mut store = open(folder.path(), &[]).expect("a new store");
        let record = record(0, n_norms, &[0.25, 0.5, 1.0]);
        let (trial, timing) = (
            Trial { number: 0, point: Vec::new() },
            Timing { unit: record.unit, started_unix_ms: 0, elapsed_us: 0, attempt: 1 },
        );
        store.append([(&trial, &record, &timing)], []).expect("room on the disk");
        let mut expected: Vec<u8> = (4 + n_norms as u32).to_le_bytes().into();
        for point in &record.curve {
            let watched = point.validation_loss.unwrap_or(f64::NAN);
            let fixed = [point.learning_rate.unwrap_or(f64::NAN), point.train_loss, point.penalty, watched];
            let numbers = fixed.iter().chain(&point.gradient_norms);
            expected.extend(numbers.flat_map(|number| number.to_le_bytes()));
        }
        let path = folder.path().join(FILE_NAME);
        assert_eq!(curve_blob(&path), expected, "{n_norms} norms");
        assert_eq!(store.folds(true).expect("folds"), [record]);
    }
}

/// All or none: a unit that is there already spoils the batch, and nothing of it is kept.
#[test]
fn a_batch_is_whole_or_not_there() {
    let folder = folder();
    let mut store = open(folder.path(), &[]).expect("a new store");
    let trial = |number| Trial { number, point: Vec::new() };
    let timing = |unit| Timing { unit, started_unix_ms: 0, elapsed_us: 0, attempt: 1 };
    let (first, second) = (record(0, 0, &[0.5]), record(1, 0, &[0.5]));
    store.append([(&trial(0), &first, &timing(first.unit))], []).expect("a first");
    let again = store
        .append([(&trial(1), &second, &timing(second.unit)), (&trial(0), &first, &timing(first.unit))], []);
    assert!(again.is_err());
    assert_eq!(store.folds(true).expect("folds"), [first]);
    assert_eq!((store.trials().expect("trials").len(), store.timings().expect("timings").len()), (1, 1));
}

#[test]
fn another_sweep_is_refused() {
    let folder = folder();
    run(&plan(SMALL, &[]), folder.path(), 1);
    let before = stored(folder.path());
    let path = folder.path().join(FILE_NAME);
    let bytes = std::fs::read(&path).expect("a file");
    let said: String = [
        &["seed=4"][..],
        &["data.rows=61"],
        &["data={ builtin = \"moons\", rows = 60, test = 0.2 }"],
        &["cv.folds=2", "cv.repeats=2"],
        &["cv={ kind = \"holdout\", share = 0.25 }"],
        &["score={ metric = \"accuracy\" }"],
        &["search.sampler=grid", "parameters.learning_rate=0.1"],
        &["preprocess.scale=none"],
        &["early_stopping.patience=5"],
        &["parameters.width=5", "parameters.activation=tanh"],
        &["parameters.dropout={ values = [0.2, 0.0] }"],
        &["record.gradient_norms=true"],
    ]
    .into_iter()
    .map(|overrides| {
        let error = open(folder.path(), overrides).expect_err("another sweep");
        assert!(!error.is_output());
        // Hashes of data differ with every platform's last bit of sine and cosine.
        say(&error, folder.path())
            .split_inclusive('"')
            .map(|part| if part.len() == 65 { "HASH\"" } else { part })
            .collect::<String>()
    })
    .collect();
    insta::assert_snapshot!(said, @r#"
    FOLDER/study.db: the results of another sweep: `data hash` was "HASH" and is now "HASH"; `seed` was 3 and is now 4
       hint: give the sweep another `name` or --out, or begin anew with --fresh, which deletes these results
    FOLDER/study.db: the results of another sweep: `data hash` was "HASH" and is now "HASH"
       hint: give the sweep another `name` or --out, or begin anew with --fresh, which deletes these results
    FOLDER/study.db: the results of another sweep: `data.test rows` was 0 and is now 12
       hint: give the sweep another `name` or --out, or begin anew with --fresh, which deletes these results
    FOLDER/study.db: the results of another sweep: `cv.folds` was 3 and is now 2; `cv.repeats` was 1 and is now 2
       hint: give the sweep another `name` or --out, or begin anew with --fresh, which deletes these results
    FOLDER/study.db: the results of another sweep: `cv.folds` was 3 and is now 1; `cv.kind` was "stratified" and is now "holdout"; `cv.share` was null and is now 0.25; `search.lag` was 8 and is now null; `search.racing` was "forgiving" and is now null
       hint: give the sweep another `name` or --out, or begin anew with --fresh, which deletes these results
    FOLDER/study.db: the results of another sweep: `score` was ["log_loss","accuracy"] and is now ["accuracy"]
       hint: give the sweep another `name` or --out, or begin anew with --fresh, which deletes these results
    FOLDER/study.db: the results of another sweep: `parameters.learning_rate` was "{ min = 0.001, max = 0.1, scale = \"log\" }" and is now "0.1"; `search.sampler` was "random" and is now "grid"
       hint: give the sweep another `name` or --out, or begin anew with --fresh, which deletes these results
    FOLDER/study.db: the results of another sweep: `preprocess.scale` was "standard" and is now "none"
       hint: give the sweep another `name` or --out, or begin anew with --fresh, which deletes these results
    FOLDER/study.db: the results of another sweep: `early_stopping` was null and is now [5,0.1,0.0]
       hint: give the sweep another `name` or --out, or begin anew with --fresh, which deletes these results
    FOLDER/study.db: the results of another sweep: `parameters` was ["learning_rate","dropout","width","epochs"] and is now ["learning_rate","dropout","width","epochs","activation"]; `parameters.activation` was null and is now "tanh"; `parameters.width` was "4" and is now "5"
       hint: give the sweep another `name` or --out, or begin anew with --fresh, which deletes these results
    FOLDER/study.db: the results of another sweep: `parameters.dropout` was "[0.0, 0.2]" and is now "[0.2, 0.0]"
       hint: give the sweep another `name` or --out, or begin anew with --fresh, which deletes these results
    FOLDER/study.db: the results of another sweep: `record.gradient_norms` was null and is now true
       hint: give the sweep another `name` or --out, or begin anew with --fresh, which deletes these results
    "#);
    assert!(std::fs::read(&path).expect("a file") == bytes, "the file was changed");
    assert_eq!(stored(folder.path()), before);
}

/// Neither how many trials there are, nor what the sweep is called, nor when it stops makes it another one.
#[test]
fn the_same_sweep_is_continued() {
    let folder = folder();
    run(&plan(SMALL, &[]), folder.path(), 1);
    for overrides in [["search.trials=9"], ["name=other"], ["search.max_time=3h"]] {
        let store = open(folder.path(), &overrides).unwrap_or_else(|error| panic!("{overrides:?}: {error}"));
        assert_eq!(store.folds(false).expect("units").len(), 12);
    }
}

#[test]
fn files_that_are_no_stores() {
    let write = |bytes: &'static [u8]| move |path: &Path| std::fs::write(path, bytes).expect("a file");
    insta::assert_snapshot!(refused(write(b"")), @r"
    FOLDER/study.db: not a sweep store: the file is empty
       hint: the file was left as it is; give the run another folder with --out
    ");
    insta::assert_snapshot!(refused(write(b"\xff\xd8\xff\xe0 a picture")), @r"
    FOLDER/study.db: not a sweep store: the file is no SQLite database
       hint: the file was left as it is; give the run another folder with --out
    ");
    insta::assert_snapshot!(refused(write(&[0x5a; 5000])), @r"
    FOLDER/study.db: not a sweep store: the file is no SQLite database
       hint: the file was left as it is; give the run another folder with --out
    ");
    insta::assert_snapshot!(refused(write(b"SQLite format 3\0")), @r"
    FOLDER/study.db: not a sweep store: the file is no SQLite database
       hint: the file was left as it is; give the run another folder with --out
    ");
}

/// Changes the header through SQLite, as another program would.
fn pragma(path: &Path, sql: &str) {
    let connection = rusqlite::Connection::open(path).expect("a database");
    connection.execute_batch(sql).expect("a pragma");
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("a checkpoint");
}

#[test]
fn other_programs_and_later_versions() {
    insta::assert_snapshot!(refused(|path| pragma(path, "PRAGMA application_id = 42")), @r"
    FOLDER/study.db: not a sweep store: the database belongs to another program
       hint: the file was left as it is; give the run another folder with --out
    ");
    insta::assert_snapshot!(refused(|path| pragma(path, "PRAGMA user_version = 999")), @r"
    FOLDER/study.db: written by mlpsweep 0.1.0 with store schema 999, and this is mlpsweep 0.1.0, which knows up to 5
       hint: the file was left as it is; use that version or a later one
    ");
    insta::assert_snapshot!(refused(|path| pragma(path, "PRAGMA user_version = 1")), @r"
    FOLDER/study.db: written with store schema 1, and this mlpsweep 0.1.0 reads schemas from 4 on
       hint: the file was left as it is; use the mlpsweep that wrote it, or begin anew with --fresh, which deletes these results
    ");
    insta::assert_snapshot!(refused(|path| pragma(path, "DELETE FROM meta")), @r"
    FOLDER/study.db: damaged: it does not say which sweep it is of
       hint: the file was left as it is; restore a copy of it, or begin anew with --fresh
    ");
}

#[test]
fn damaged_files() {
    let cut = |bytes: u64| {
        move |path: &Path| {
            let file = std::fs::File::options().write(true).open(path).expect("a file");
            let length = file.metadata().expect("a length").len();
            file.set_len(length - bytes).expect("a shorter file");
        }
    };
    insta::assert_snapshot!(refused(cut(4096)), @r"
    FOLDER/study.db: damaged: database disk image is malformed
       hint: the file was left as it is; restore a copy of it, or begin anew with --fresh
    ");
    insta::assert_snapshot!(refused(cut(1)), @r"
    FOLDER/study.db: damaged: the file ends in the middle of a page
       hint: the file was left as it is; restore a copy of it, or begin anew with --fresh
    ");
    // Every page but the first overwritten.
    let overwritten = refused(|path| {
        let mut bytes = std::fs::read(path).expect("a file");
        bytes[4096..].fill(0xa5);
        std::fs::write(path, bytes).expect("a file");
    });
    assert!(overwritten.starts_with("FOLDER/study.db: damaged: "), "{overwritten}");
}

/// What stands in a table, all columns but the checksum.
fn rows(path: &Path, table: &str, columns: &str) -> Vec<Vec<rusqlite::types::Value>> {
    let connection = rusqlite::Connection::open(path).expect("a database");
    let mut statement = connection.prepare(&format!("SELECT {columns} FROM {table}")).expect("a table");
    let n = statement.column_count();
    let row = |row: &rusqlite::Row<'_>| (0..n).map(|i| row.get(i)).collect();
    statement.query_map([], row).expect("rows").collect::<Result<_, _>>().expect("rows")
}

/// A store of schema 4, which the version before this one wrote. Who reads it sees what it holds and leaves it as it is; who opens it to
/// write has it brought up, and a copy of it stays.
#[test]
fn a_store_of_an_earlier_schema() {
    let (folder, other) = (folder(), folder());
    let path = folder.path().join(FILE_NAME);
    let of_4 = other.path().join("of 4.db");
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/schema4/study.db");
    let bytes = std::fs::read(&fixture).expect("a fixture");
    for path in [&path, &of_4] {
        std::fs::write(path, &bytes).expect("a file");
    }
    let copy = folder.path().join("study.db.schema4");
    assert_eq!(Store::copy_of_earlier(folder.path()), Some(copy.clone()));
    let store = Store::read(folder.path()).expect("a store");
    let info = store.info().expect("a sweep");
    let timings = store.timings().expect("timings");
    drop(store);
    let read = stored(folder.path());
    assert!(std::fs::read(&path).expect("a file") == bytes, "the file was changed");
    assert!(!copy.exists());
    let as_row = |timing: &Timing| {
        let Timing { unit: UnitId { trial, split }, started_unix_ms, elapsed_us, attempt } = *timing;
        assert_eq!(attempt, 1, "it was not counted");
        [trial as i64, split as i64, started_unix_ms as i64, elapsed_us as i64]
            .map(rusqlite::types::Value::Integer)
            .to_vec()
    };
    let of_4_timings = rows(&of_4, "timings", "trial, split, started_unix_ms, elapsed_us");
    assert_eq!(timings.iter().map(as_row).collect::<Vec<_>>(), of_4_timings);
    assert!(!timings.is_empty());

    drop(Store::open(folder.path(), &info).expect("brought up"));
    assert_eq!(Store::copy_of_earlier(folder.path()), None);
    assert_eq!(stored(folder.path()), read);
    for (table, columns) in [
        ("meta", "key, value"),
        ("trials", "number, point"),
        ("folds", "trial, split, record"),
        ("pruned", "trial, n_folds"),
        ("confirmations", "trial, split, record"),
        ("timings", "trial, split, started_unix_ms, elapsed_us"),
        ("validation", "split, row_numbers, truth, row_groups"),
        ("out_of_fold", "trial, split, kind, numbers"),
    ] {
        assert!(rows(&path, table, columns) == rows(&of_4, table, columns), "{table}");
        assert!(rows(&copy, table, columns) == rows(&of_4, table, columns), "{table} of the copy");
    }
    let curves = rows(&of_4, "folds WHERE length(curve) > 0", "trial, split, curve");
    assert!(rows(&path, "curves", "trial, split, epochs") == curves && !curves.is_empty());
    assert_eq!(
        rows(&path, "sqlite_master WHERE name LIKE '%\\_4' ESCAPE '\\'", "name"),
        Vec::<Vec<_>>::new()
    );
    assert_eq!(rows(&path, "pragma_foreign_key_check", "*"), Vec::<Vec<_>>::new());
    read_all(folder.path()).expect("every row has its checksum");
}

/// Where SQLite cannot make its files beside a store, a store without a log is read as one that nobody writes to.
#[cfg(unix)]
#[test]
fn where_nothing_can_be_made_beside_it() {
    let folder = folder();
    run(&plan(SMALL, &[]), folder.path(), 1);
    let expected = stored(folder.path());
    let beside = |suffix: &str| folder.path().join(format!("study.db{suffix}"));
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(beside(suffix));
    }
    // Permissions would not keep root from making it; a link SQLite does not follow.
    std::os::unix::fs::symlink("nowhere", beside("-shm")).expect("a link in the way");
    assert!(Store::read(folder.path()).expect("a store").is_immutable());
    assert_eq!(stored(folder.path()), expected);
    let refused = open(folder.path(), &[]).expect_err("it cannot be written to");
    assert!(matches!(refused, StoreError::Sqlite { .. }) && refused.is_output(), "{refused:?}");
    // A log that says nothing changes nothing; what another one says would be passed over.
    std::fs::write(beside("-wal"), b"").expect("a log");
    assert!(Store::read(folder.path()).expect("a store").is_immutable());
    std::fs::write(beside("-wal"), [0; 32]).expect("a log");
    assert!(matches!(Store::read(folder.path()), Err(StoreError::Sqlite { .. })));
    std::fs::remove_file(beside("-shm")).expect("out of the way");
    assert!(!Store::read(folder.path()).expect("a store").is_immutable());
}

/// A bit that turned over in a row is no fault that SQLite would notice.
#[test]
fn a_row_that_has_changed() {
    for (table, change) in [
        ("meta", "value = replace(value, '\"seed\":3', '\"seed\":7') WHERE key = 'sweep'"),
        ("trials", "point = replace(point, '0', '1')"),
        ("folds", "record = replace(record, 'test_scores\":[0', 'test_scores\":[1')"),
        ("curves", "epochs = zeroblob(length(epochs)) WHERE trial = 2 AND split = 1"),
        ("timings", "elapsed_us = elapsed_us + 1"),
        ("validation", "truth = zeroblob(length(truth))"),
        ("out_of_fold", "numbers = zeroblob(length(numbers))"),
    ] {
        let folder = folder();
        run(&plan(SMALL, &["search.racing=off"]), folder.path(), 1);
        let connection = rusqlite::Connection::open(folder.path().join(FILE_NAME)).expect("a database");
        assert!(
            connection.execute(&format!("UPDATE {table} SET {change}"), []).expect("a change") > 0,
            "{table}"
        );
        drop(connection);
        let error = read_all(folder.path()).expect_err(table);
        let is_said = |reason: &str| reason.contains(&format!("of {table} does not have its checksum"));
        assert!(matches!(&error, StoreError::Damaged { reason, .. } if is_said(reason)), "{error:?}");
        if table == "curves" {
            assert!(
                error.to_string().ends_with(": row 2, 1 of curves does not have its checksum"),
                "{error}"
            );
        }
    }
}

/// The SQLite that is compiled in has no known way to lose what it has synced: 3.51.3 mended the last one, a race between a
/// checkpoint and a writer that begins the log anew.
#[test]
fn the_version_of_sqlite() {
    assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
}

#[test]
fn a_copy() {
    let folder = folder();
    run(&plan(SMALL, &[]), folder.path(), 1);
    let to = folder.path().join("elsewhere");
    std::fs::create_dir(&to).expect("a folder");
    // While somebody writes.
    let owner = open(folder.path(), &[]).expect("continued");
    std::fs::write(to.join(FILE_NAME), "an old copy").expect("a file");
    Store::copy(folder.path(), &to.join(FILE_NAME)).expect("a copy");
    drop(owner);
    assert_eq!(std::fs::read_dir(&to).expect("a folder").count(), 1, "nothing beside it");
    assert_eq!(stored(&to), stored(folder.path()));
    assert_eq!(run(&plan(SMALL, &["search.trials=5"]), &to, 1), mlpsweep_sweep::runner::RunEnd::Finished);
    let missing = Store::copy(&to.join("none"), &to.join("copy.db"));
    assert!(matches!(missing, Err(StoreError::Missing { .. })));
    let unwritable = Store::copy(folder.path(), &to.join("none/copy.db")).expect_err("no such folder");
    assert!(unwritable.is_output(), "{unwritable}");
}

#[test]
fn nothing_there() {
    let folder = folder();
    insta::assert_snapshot!(say(&Store::read(folder.path()).expect_err("no store"), folder.path()), @r"
    FOLDER/study.db: no sweep has been run here
       hint: name the folder a run has written, such as results/digits
    ");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0, "reading makes nothing");
    Store::delete(folder.path()).expect("nothing to delete");
}

#[test]
fn one_writer_and_any_number_of_readers() {
    let folder = folder();
    let store = open(folder.path(), &[]).expect("a new store");
    let error = open(folder.path(), &[]).expect_err("a second writer");
    let process = std::process::id().to_string();
    insta::assert_snapshot!(say(&error, folder.path()).replace(&process, "PID"), @r"
    FOLDER/study.lock: another mlpsweep is running this sweep (process PID)
       hint: wait for it, stop it, or give this run its own folder with --out
    ");
    assert!(matches!(Store::delete(folder.path()), Err(StoreError::Locked { .. })));
    let readers: Vec<Store> = (0..16).map(|_| Store::read(folder.path()).expect("a reader")).collect();
    assert!(readers.iter().all(|reader| reader.info().is_ok()));
    drop(store);
    open(folder.path(), &[]).expect("the lock is gone with its holder");
}

#[test]
fn deleting() {
    let folder = folder();
    run(&plan(SMALL, &[]), folder.path(), 1);
    Store::delete(folder.path()).expect("deleted");
    assert!(!folder.path().join(FILE_NAME).exists());
    run(&plan(SMALL, &[]), folder.path(), 1);
    pragma(&folder.path().join(FILE_NAME), "PRAGMA user_version = 1");
    Store::delete(folder.path()).expect("one of an earlier version is ours to delete");
    assert!(!folder.path().join(FILE_NAME).exists());
    let path = folder.path().join(FILE_NAME);
    std::fs::write(&path, "somebody's letter").expect("a file");
    assert!(matches!(Store::delete(folder.path()), Err(StoreError::NotAStore { .. })));
    assert_eq!(std::fs::read(&path).expect("a file"), b"somebody's letter");
    // What cannot be deleted is said.
    std::fs::remove_file(&path).expect("deleted");
    run(&plan(SMALL, &[]), folder.path(), 1);
    let _ = std::fs::remove_file(folder.path().join("study.db-wal"));
    std::fs::create_dir(folder.path().join("study.db-wal")).expect("a folder in the way");
    let error = Store::delete(folder.path()).expect_err("a folder in the way");
    assert!(matches!(&error, StoreError::Io { path, .. } if path.ends_with("study.db-wal")), "{error:?}");
}

/// What a process that was killed while it made or deleted a store may leave.
#[test]
fn leftovers_of_a_killed_process() {
    let folder = folder();
    run(&plan(SMALL, &[]), folder.path(), 1);
    let expected = stored(folder.path());
    let connection = rusqlite::Connection::open(folder.path().join(FILE_NAME)).expect("a database");
    connection
        .execute_batch("UPDATE folds SET record = 'of another store'")
        .expect("a change that stays in the log");
    let wal = std::fs::read(folder.path().join("study.db-wal")).expect("a log");
    drop(connection);
    assert!(!wal.is_empty());
    for name in [FILE_NAME, "study.db-shm"] {
        let _ = std::fs::remove_file(folder.path().join(name));
    }
    std::fs::write(folder.path().join("study.db-wal"), &wal).expect("a log without its store");
    std::fs::write(folder.path().join("study.db.new"), "half a st").expect("a store that was not finished");
    run(&plan(SMALL, &[]), folder.path(), 1);
    assert_eq!(stored(folder.path()), expected);
    assert!(!folder.path().join("study.db.new").exists());
}

/// What another process has not yet put from the log into the file is there as well.
#[test]
fn a_log_that_was_left_is_read() {
    let (from, to) = (folder(), folder());
    let mut store = open(from.path(), &[]).expect("a new store");
    let record = record(0, 0, &[0.5, 0.25]);
    let (trial, timing) = (
        Trial { number: 0, point: Vec::new() },
        Timing { unit: record.unit, started_unix_ms: 0, elapsed_us: 0, attempt: 1 },
    );
    store.append([(&trial, &record, &timing)], []).expect("room on the disk");
    for name in ["study.db", "study.db-wal"] {
        std::fs::copy(from.path().join(name), to.path().join(name)).expect("a copy as kill -9 leaves it");
    }
    assert_eq!(stored(to.path()).folds, std::slice::from_ref(&record));
    drop(open(to.path(), &[]).expect("continued"));
    assert_eq!(stored(to.path()).folds, [record]);
}

/// A store from which a table has gone is damaged, not unwritable.
#[test]
fn tables_that_are_not_there() {
    for table in ["meta", "trials", "folds", "curves", "timings", "validation", "out_of_fold"] {
        let folder = folder();
        drop(open(folder.path(), &[]).expect("a new store"));
        let connection = rusqlite::Connection::open(folder.path().join(FILE_NAME)).expect("a database");
        connection.execute(&format!("DROP TABLE {table}"), []).expect("a change");
        let error = read_all(folder.path()).expect_err(table);
        assert!(matches!(&error, StoreError::Damaged { reason, .. } if reason.contains(table)), "{error:?}");
    }
}

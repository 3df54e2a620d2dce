//! Faults at named places of the program, which has them in for these tests alone:
//! `cargo test -p mlpsweep-cli --features failpoints --test faults`.

#[allow(dead_code, reason = "the other tests use the rest of it")]
#[path = "../it/fixture.rs"]
mod fixture;

use fixture::{Place, Ran, entries, model, n_finished, results};
use std::time::{Duration, Instant};

/// Six trials on three folds, a moment each, with all that is written at the end.
const SWEEP: &str = r#"name = "faults"
seed = 3
[data]
builtin = "moons"
rows = 80
test = 0.25
[cv]
folds = 3
[search]
trials = 6
[select]
rule = "confirmed"
[parameters]
learning_rate = { min = 1e-3, max = 1e-1, scale = "log" }
width = 4
epochs = 3
"#;

/// A place in which every fold of every trial is trained.
fn not_raced() -> Place {
    Place::new(&SWEEP.replace("trials = 6", "trials = 6\nracing = \"off\""))
}

/// Runs a line with a fault.
#[track_caller]
fn with(place: &Place, fault: &str, line: &str) -> std::process::Output {
    let mut command = place.command(&line.split(' ').collect::<Vec<_>>());
    command.env("MLPSWEEP_FAILPOINTS", fault).output().expect("the binary runs")
}

/// What is there after a fault can be read, and the next run ends as one that was not disturbed.
#[track_caller]
fn goes_on(place: &Place, folder: &str, fault: &str) {
    let store = place.path(folder).join("study.db");
    if store.exists() {
        let store = mlpsweep_sweep::store::Store::read(&place.path(folder));
        assert!(store.is_ok(), "{fault}: {store:?}");
    }
    for path in entries(&place.path(folder)) {
        let path = place.path(folder).join(path);
        let name = path.to_string_lossy();
        let is_sqlites = name.contains("study.db-");
        // Whoever was killed could not take away what it had begun.
        let is_begun = fault.contains("exit") && (name.ends_with(".tmp") || name.ends_with("study.db.new"));
        let length = std::fs::metadata(&path).expect("it is there").len();
        assert!(
            length > 0 || is_sqlites || is_begun || path.ends_with("study.attempts"),
            "{fault}: {} is empty",
            path.display()
        );
    }
    place.say(&format!("run s.toml --out {folder}")).expect(0, "18/18 folds");
    assert_eq!(results(&place.path(folder)), results(&place.path("whole")), "{fault}");
    assert!(model(&place.path(folder)) == model(&place.path("whole")), "{fault}");
    std::fs::remove_dir_all(place.path(folder)).expect("removed");
}

/// Write N fails, for N = 1, 2, 3 … until all succeed; each time as if the disk were broken, full, and as if the process were killed there.
#[test]
fn write_n_fails() {
    let place = Place::new(SWEEP);
    place.say("run s.toml --out whole").expect(0, "");
    for kind in ["store", "report"] {
        for action in ["eio", "enospc", "exit"] {
            // Batches depend on the clock, and with them the number of writes.
            for n in 1.. {
                assert!(n < 1000, "{kind}: there is no end to writes");
                let fault = format!("{kind}={action}({n})");
                let output = with(&place, &fault, "run s.toml --out o --jobs 1");
                let code = output.status.code();
                let said = Ran::from(output);
                if code == Some(0) {
                    assert!(n > 3, "{fault}: nothing was written");
                    std::fs::remove_dir_all(place.path("o")).expect("removed");
                    break;
                }
                let expected = if action == "exit" { 99 } else { 8 };
                assert_eq!(code, Some(expected), "{fault}: {}", said.stderr);
                assert!(action == "exit" || said.stderr.contains("error: o/"), "{fault}: {}", said.stderr);
                goes_on(&place, "o", &fault);
            }
        }
    }
}

/// A report that was there stays as it was when the next one cannot be written, and what a killed process has left is removed next
/// time.
#[test]
fn reports_stay_whole() {
    let place = Place::new(SWEEP);
    place.say("run s.toml --out o").expect(0, "");
    let reports = || {
        ["ranked.csv", "folds.csv", "curves.csv", "timings.csv", "summary.json", "report.html"]
            .map(|name| place.read(&format!("o/{name}")))
    };
    let before = reports();
    let more = "run s.toml --out o --set search.trials=9";
    for fault in ["report.write=enospc(3)", "report.sync=eio(6)", "report.rename=exit(1)"] {
        let code = with(&place, fault, more).status.code();
        assert_eq!(code, Some(if fault.contains("exit") { 99 } else { 8 }), "{fault}");
        assert!(reports() == before, "{fault}");
    }
    let stray = |name: &std::ffi::OsString| name.to_string_lossy().ends_with(".tmp");
    let strays: Vec<_> = entries(&place.path("o")).into_iter().filter(stray).collect();
    assert!(!strays.is_empty(), "a process that is killed between writing and renaming leaves its files");
    place.say(more).expect(0, "27/27 folds");
    let left: Vec<_> = entries(&place.path("o")).into_iter().filter(stray).collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(reports() != before);
}

#[test]
fn a_panic_in_a_unit() {
    let place = not_raced();
    let ran = Ran::from(with(&place, "unit=panic(4)", "run s.toml --out o --jobs 1"));
    ran.expect(0, "1 failed");
    let [ranked, folds, _] = results(&place.path("o"));
    let failed: Vec<&str> = folds.lines().filter(|row| row.contains(",failed,")).collect();
    assert!(matches!(failed[..], [row] if row.contains("panic: the failpoint unit")), "{folds}");
    assert_eq!(folds.lines().count(), 1 + 18, "the other folds of its trial as well: {folds}");
    assert_eq!(ranked.matches(",complete,").count(), 5, "{ranked}");
    assert_eq!(ranked.lines().filter(|row| row.starts_with(",1,failed,")).count(), 1, "{ranked}");
    let ran = Ran::from(with(&place, "unit=panic(1)", "run s.toml --out p --jobs 2 --max-failures 0"));
    ran.expect(5, "folds that failed: 1, more than --max-failures allows");
}

/// One fold of a trial leaves the finite numbers: the trial has, and no mean is taken over the rest.
#[test]
fn a_fold_that_is_no_number() {
    let place = not_raced();
    let ran = Ran::from(with(&place, "fold=nan(5)", "run s.toml --out o --jobs 1"));
    ran.expect(0, "1 diverged");
    let [ranked, folds, _] = results(&place.path("o"));
    assert_eq!(folds.matches(",diverged,").count(), 1, "{folds}");
    let rows: Vec<&str> = ranked.lines().filter(|line| line.contains(",diverged,")).collect();
    let [row] = rows[..] else { panic!("{ranked}") };
    assert!(
        row.starts_with(",1,") && row.contains("diverged in epoch 1"),
        "no rank, the second trial: {row}"
    );
    let mean =
        ranked.lines().next().and_then(|header| header.split(',').position(|name| name == "mean_test_score"));
    assert_eq!(row.split(',').nth(mean.expect("a column")), Some(""), "{row}");
    assert_eq!(ranked.lines().last(), Some(row), "behind all others");
    assert_eq!(ranked.matches(",complete,").count(), 5, "{ranked}");
}

/// The clock on the wall is set back by decades and forward again while folds are trained, and nothing but its moments shows it.
#[test]
fn a_clock_that_jumps() {
    let place = Place::new(SWEEP);
    place.say("run s.toml --out whole").expect(0, "");
    Ran::from(with(&place, "clock=eio(2);clock=eio(7)", "run s.toml --out o --jobs 2"))
        .expect(0, "18/18 folds");
    let timings = place.read_text("o/timings.csv");
    assert_eq!(timings.matches("1970-01-01T00:00:00").count(), 2, "{timings}");
    let [header, rows @ ..] = &timings.lines().collect::<Vec<_>>()[..] else { panic!("{timings}") };
    let seconds = header.split(',').position(|name| name == "elapsed_seconds").expect("a column");
    for row in rows {
        let seconds: f64 = row.split(',').nth(seconds).and_then(|text| text.parse().ok()).expect("a number");
        assert!((0.0..60.0).contains(&seconds), "{row}");
    }
    place.say("rank o").expect(0, "");
    goes_on(&place, "o", "clock");
}

/// A bug where results are stored ends the run, and what was stored before is kept.
#[test]
fn a_panic_in_the_writer() {
    let place = Place::new(&SWEEP.replace("epochs = 3", "epochs = 3000"));
    place.say("run s.toml --out whole").expect(0, "");
    let output = with(&place, "writer=panic(2)", "run s.toml --out o --jobs 1");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("internal error: the failpoint writer"), "{said}");
    assert!(n_finished(&place.path("o")) > 0, "the first batch is stored");
    goes_on(&place, "o", "writer=panic(2)");
}

/// A training that hangs is given up when the grace period is over, or at the second signal; the fold is trained again.
#[cfg(unix)]
#[test]
fn an_epoch_that_hangs() {
    let place = Place::new(SWEEP);
    place.say("run s.toml --out whole").expect(0, "");
    let hung = |grace: &str| {
        let mut command = place.command(&["run", "s.toml", "--out", "o", "--jobs", "1", "--grace", grace]);
        command.env("MLPSWEEP_FAILPOINTS", "epoch=sleep(20)").stderr(std::process::Stdio::piped());
        let run = command.spawn().expect("it runs");
        fixture::wait_for_units(&place.path("o"), 3);
        std::thread::sleep(Duration::from_millis(300));
        run
    };
    let signal = |run: &std::process::Child, name: &str| {
        let sent = std::process::Command::new("kill").args([name, &run.id().to_string()]).status();
        assert!(sent.expect("there is kill").success());
    };

    let mut run = hung("1h");
    signal(&run, "-INT");
    std::thread::sleep(Duration::from_millis(300));
    assert!(run.try_wait().expect("a child").is_none(), "the first signal waits for the epoch");
    let second = Instant::now();
    signal(&run, "-INT");
    assert_eq!(run.wait().expect("it ends").code(), Some(130));
    assert!(second.elapsed() < Duration::from_secs(5), "{:?}", second.elapsed());
    goes_on(&place, "o", "epoch=sleep(20)");

    let run = hung("500ms");
    signal(&run, "-TERM");
    let ran = Ran::from(run.wait_with_output().expect("it ends"));
    ran.expect(143, "stopped; what did not end within 500ms is given up; continue with: ");
    let [ranked, folds, _] = results(&place.path("o"));
    assert!(ranked.lines().count() > 1 && folds.lines().count() > 3, "reports are written: {ranked}{folds}");
    assert!(!folds.contains("failed"), "{folds}");
    goes_on(&place, "o", "epoch=sleep(20)");
}

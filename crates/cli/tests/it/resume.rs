//! Runs that go on where another stopped, and stores that are left alone.

#[cfg(target_os = "linux")]
use crate::fixture::within;
use crate::fixture::{ENDLESS, Place, SMALL, entries, model, n_begun, n_finished, results, wait_for_units};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::time::{Duration, Instant};

#[test]
fn more_trials_later() {
    let place = Place::new(SMALL);
    place.say("run s.toml --out o --set search.trials=2").expect(0, "6/6 folds");
    place.say("run s.toml --out o").expect(0, "6/12 folds");
    place.say("run s.toml --out whole").expect(0, "");
    assert_eq!(results(&place.path("o")), results(&place.path("whole")));
    assert!(model(&place.path("o")) == model(&place.path("whole")), "the winner of all trials");
}

#[test]
fn another_lag() {
    let widths = SMALL.replace("width = 4", "width = { values = [4, 64, 1, 16] }");
    let place = Place::new(&widths.replace("trials = 4", "trials = 16\nlag = 1\nracing = \"off\""));
    place.say("run s.toml --out one --jobs 1").expect(0, "48/48 folds");
    for (lag, jobs) in [(3, 1), (8, 2), (1000, 8)] {
        let out = format!("lag-{lag}");
        let set = format!("--set search.lag={lag}");
        place.say(&format!("run s.toml {set} --out {out} --jobs {jobs}")).expect(0, "48/48 folds");
        assert_eq!(results(&place.path(&out)), results(&place.path("one")), "lag {lag}, {jobs} jobs");
    }
    // It is no part of what makes two sweeps the same, but where trials are raced.
    place.say("run s.toml --set search.lag=2 --out one --set search.trials=20").expect(0, "48/60 folds");
    let raced = "run s.toml --set search.racing=forgiving --out raced";
    place.say(raced).expect(0, " trials pruned");
    place.say(&format!("{raced} --set search.lag=2")).expect(7, "`search.lag` was 1 and is now 2");
}

#[test]
fn another_sweep_in_the_same_folder() {
    let place = Place::new(SMALL);
    place.say("run s.toml").expect(0, "");
    let before = place.read("results/small/study.db");
    let ran = place.say("run s.toml --set parameters.width=5 --set seed=4").expect(7, "another sweep");
    for difference in
        ["`parameters.width` was \"4\" and is now \"5\"", "`seed` was 3 and is now 4", "--fresh"]
    {
        assert!(ran.stderr.contains(difference), "{}", ran.stderr);
    }
    assert!(place.read("results/small/study.db") == before, "the store was changed");
    // Threads, limits of time, what is shown and the number of trials do not matter.
    let more =
        "--jobs 1 --no-progress --max-trial-time 1h --set search.trials=5 --set search.max_trial_time=2h";
    place.say(&format!("run s.toml {more} --set search.max_time=3h")).expect(0, "results are in ");
    assert_eq!(n_finished(&place.path("results/small")), 15);
    place.say("run s.toml --set parameters.width=5 --fresh").expect(0, "0/12 folds");
    place.say("run s.toml --out other").expect(0, "");
    assert_ne!(results(&place.path("results/small")), results(&place.path("other")));
}

/// A sweep is what it is wherever its files lie.
#[test]
fn files_that_were_moved() {
    let text = SMALL.replace("builtin = \"moons\"\nrows = 60", "path = \"d.csv\"\ntarget = \"label\"");
    let place = Place::new(&text);
    let rows = (0..60).map(|i| format!("{i}.5,{},c{}\n", i * 7 % 11, i % 2));
    place.write("d.csv", format!("x,y,label\n{}", rows.collect::<String>()));
    place.say("run s.toml --out o").expect(0, "0/12 folds");
    std::fs::create_dir(place.path("elsewhere")).expect("a folder");
    for (from, to) in [("s.toml", "elsewhere/t.toml"), ("d.csv", "elsewhere/e.csv"), ("o", "elsewhere/p")] {
        std::fs::rename(place.path(from), place.path(to)).expect("moved");
    }
    let line = "run elsewhere/t.toml --set data.path=\"e.csv\" --out elsewhere/p --set search.trials=5";
    place.say(line).expect(0, "12/15 folds");
}

#[test]
fn files_that_are_no_stores() {
    let place = Place::new(SMALL);
    place.say("run s.toml --out good").expect(0, "");
    let good = place.read("good/study.db");
    let header = |at: usize, bytes: &[u8]| {
        let mut store = good.clone();
        store[at..at + bytes.len()].copy_from_slice(bytes);
        store
    };
    for (name, content, said) in [
        ("empty", Vec::new(), "not a sweep store"),
        ("random", (0..5000_u32).map(|i| ((i * i) >> 3) as u8).collect(), "not a sweep store"),
        ("picture", b"\xff\xd8\xff\xe0 and more".to_vec(), "not a sweep store"),
        ("truncated", good[..good.len() - 4096].to_vec(), "damaged"),
        ("foreign", header(68, &42_u32.to_be_bytes()), "another program"),
        ("newer", header(60, &999_u32.to_be_bytes()), "schema 999, and this is mlpsweep"),
        ("older", header(60, &1_u32.to_be_bytes()), "schema 1, and this mlpsweep"),
    ] {
        std::fs::create_dir(place.path(name)).expect("a folder");
        place.write(&format!("{name}/study.db"), &content);
        place.say(&format!("run s.toml --out {name}")).expect(7, said).expect(7, "hint: ");
        place.say(&format!("rank {name}")).expect(7, said);
        assert!(place.read(&format!("{name}/study.db")) == content, "{name}: the file was changed");
        assert!(!place.path(name).join("ranked.csv").exists(), "{name}");
    }
    // --fresh deletes stores, damaged ones too, but nothing else.
    place.say("run s.toml --out truncated --fresh").expect(0, "");
    place.say("run s.toml --out older --fresh").expect(0, "");
    assert_eq!(results(&place.path("older")), results(&place.path("good")));
    place.say("run s.toml --out picture --fresh").expect(7, "not a sweep store");
}

/// A store of schema 4, which the version before this one wrote, with its reports. In it `semantics` is set to what it is now: where
/// it is not, a store can be read, and its sweep is another one.
#[test]
fn a_store_of_an_earlier_version() {
    let of_4 = |name: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sweep/tests/fixtures/schema4");
        std::fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    let place = Place::new("");
    place.write("s.toml", of_4("s.toml"));
    std::fs::create_dir(place.path("o")).expect("a folder");
    place.write("o/study.db", of_4("study.db"));
    // Who only reads leaves it as it is.
    place.say("report o").expect(0, "");
    assert!(place.read("o/study.db") == of_4("study.db") && !place.path("o/study.db.schema4").exists());
    for name in ["ranked.csv", "folds.csv", "curves.csv"] {
        assert_eq!(
            place.read_text(&format!("o/{name}")),
            String::from_utf8(of_4(name)).expect("text"),
            "{name}"
        );
    }
    place.say("run s.toml --out o").expect(0, "78/78 folds").expect(0, "stays in o/study.db.schema4");
    assert!(place.read("o/study.db") != of_4("study.db"));
    std::fs::create_dir(place.path("before")).expect("a folder");
    std::fs::rename(place.path("o/study.db.schema4"), place.path("before/study.db")).expect("a copy");
    place.say("report before").expect(0, "");
    assert_eq!(results(&place.path("before")), results(&place.path("o")));
    let more = "--set search.trials=18";
    let ran = place.say(&format!("run s.toml --out o {more}")).expect(0, "78/");
    assert!(!ran.stderr.contains("schema4"), "{}", ran.stderr);
    place.say(&format!("run s.toml --out whole {more}")).expect(0, "");
    assert_eq!(results(&place.path("o")), results(&place.path("whole")));
    // Another sweep's is refused as it was.
    place.write("o/study.db", of_4("study.db"));
    place.say("run s.toml --out o --set seed=1").expect(7, "`seed` was 11 and is now 1");
    assert!(place.read("o/study.db") == of_4("study.db"));
}

#[test]
fn no_time() {
    let place = Place::new(ENDLESS);
    let ran =
        place.say("run s.toml --out o --max-time 1ms --jobs 2").expect(0, "time is up; continue with: ");
    assert!(ran.stderr.contains("mlpsweep run s.toml --jobs 2 --out o\n"), "{}", ran.stderr);
    assert_eq!(results(&place.path("o"))[1].lines().count(), 1 + n_finished(&place.path("o")));
    let text = ENDLESS.replace("trials = 1000000", "trials = 1000000\nmax_time = \"1ms\"");
    place.write("t.toml", text);
    place.say("run t.toml --out o").expect(0, "time is up");
}

/// One configuration has a million epochs, the other one.
#[test]
fn trials_that_take_too_long() {
    let text = ENDLESS
        .replace("trials = 1000000", "sampler = \"grid\"\nmax_trial_time = \"1h\"")
        .replace("learning_rate = { min = 1e-3, max = 1e-1, scale = \"log\" }", "learning_rate = 0.01")
        .replace("epochs = 20", "epochs = { values = [1, 1000000] }");
    let place = Place::new(&text);
    // What the command line says holds.
    place.say("run s.toml --out o --max-trial-time 2s").expect(0, "folds, ").expect(0, " out of time");
    let [ranked, folds, _] = results(&place.path("o"));
    let states: Vec<&str> = ranked.lines().skip(1).filter_map(|row| row.split(',').nth(2)).collect();
    assert_eq!(states, ["complete", "timeout"], "{ranked}");
    assert!(folds.contains(",timeout,") && folds.contains("out of time after "), "{folds}");
    place.say("status o").expect(0, "");
    place.say("run s.toml --out o").expect(0, "6/6 folds");
    assert_eq!(results(&place.path("o"))[0], ranked, "it is not tried again");
    place
        .say("run s.toml --out all --set parameters.epochs=1000000 --max-trial-time 100ms")
        .expect(5, "ran out of time");
}

/// A fold that is under way whenever the process is killed is passed over, if that was asked for.
#[test]
fn killed_by_the_same_fold() {
    let text = ENDLESS
        .replace("folds = 3", "kind = \"holdout\"")
        .replace("trials = 1000000", "sampler = \"grid\"")
        .replace("learning_rate = { min = 1e-3, max = 1e-1, scale = \"log\" }", "learning_rate = 0.01")
        .replace("epochs = 20", "epochs = { values = [1, 1000000000] }");
    let place = Place::new(&text);
    let attempts = || std::fs::read_to_string(place.path("o/study.attempts")).unwrap_or_default();
    // The longest is first.
    for journal in ["begin 1 0\n", "killed 1 0 1\nbegin 1 0\n"] {
        let mut run = place.start("run s.toml --out o --jobs 1 --max-attempts 2");
        let started = Instant::now();
        while attempts() != journal {
            assert!(started.elapsed() < Duration::from_mins(2), "{}", attempts());
            std::thread::sleep(Duration::from_millis(5));
        }
        run.kill().expect("it runs");
        run.wait().expect("it ends");
    }
    place.say("run s.toml --out o --jobs 1 --max-attempts 2").expect(0, "1 failed");
    let [ranked, folds, _] = results(&place.path("o"));
    assert!(folds.contains("killed 2 times") && ranked.contains(",complete,"), "{folds}");
    let timings = place.read_text("o/timings.csv");
    let attempt = |row: &str| row.rsplit(',').next().map(str::to_owned);
    assert_eq!(timings.lines().filter_map(attempt).collect::<Vec<_>>(), ["attempt", "1", "3"]);
    place.say("run s.toml --out o --fresh --set parameters.epochs=1").expect(0, "");
    assert!(!place.path("o/study.attempts").exists());
}

/// A network for which the system has no memory fails, and the other trials have their folds.
#[cfg(target_os = "linux")]
#[test]
fn no_memory() {
    let text = ENDLESS
        .replace("trials = 1000000", "sampler = \"grid\"")
        .replace("learning_rate = { min = 1e-3, max = 1e-1, scale = \"log\" }", "learning_rate = 0.01")
        .replace("width = 8", "depth = 2\nwidth = { values = [4, 12000] }");
    let place = Place::new(&text);
    const LIMIT: &str = "--as=500000000";
    let Some(ran) = within(&place, LIMIT, "run s.toml --out o --jobs 1") else { return };
    ran.expect(0, "3 failed");
    let [ranked, folds, _] = results(&place.path("o"));
    assert_eq!(folds.matches(",out of memory: 576.2 MB could not be had").count(), 3, "{folds}");
    assert_eq!(folds.matches(",complete,").count(), 3, "{folds}");
    assert!(ranked.lines().nth(1).is_some_and(|row| row.starts_with("1,0,complete,")), "{ranked}");
    place.say("run s.toml --out o --jobs 1").expect(0, "6/6 folds");
    let ran = within(&place, LIMIT, "train s.toml --set parameters.width=12000").expect("there is prlimit");
    ran.expect(1, "error: out of memory: 576.2 MB could not be had\n").expect(1, "hint: fewer --jobs");
}

/// The program that is handed out has no place that fails on demand.
#[test]
fn no_failpoints() {
    let program = std::fs::read(crate::fixture::BINARY).expect("the binary");
    let word = ["MLPSWEEP", "FAILPOINTS"].join("_");
    assert!(!program.windows(word.len()).any(|bytes| bytes == word.as_bytes()));
    // That the word would be found there.
    assert!(program.windows(8).any(|bytes| bytes == b"mlpsweep"));
}

/// A second run is kept out while the first lives, and no longer.
#[test]
fn one_run_at_a_time() {
    let place = Place::new(ENDLESS);
    let mut first = place.start("run s.toml --out o --jobs 1 --quiet");
    wait_for_units(&place.path("o"), 1);
    let started = Instant::now();
    let pid = format!("process {}", first.id());
    place.say("run s.toml --out o").expect(7, &pid);
    place.say("run s.toml --out o --fresh").expect(7, &pid);
    assert!(started.elapsed() < Duration::from_secs(20), "neither waits");
    for _ in 0..4 {
        place.say("rank o").expect(0, "");
    }
    first.kill().expect("it runs");
    first.wait().expect("it ends");
    let n_before = n_finished(&place.path("o"));
    place.say("run s.toml --out o --max-time 1ms").expect(0, "time is up");
    assert!(n_finished(&place.path("o")) >= n_before);
}

/// Twenty times, after times that are spread over what a run does. `tests/faults.py` does it two hundred times.
#[test]
fn killed_again_and_again() {
    let place = Place::new(ENDLESS);
    let n_shown = |line: &str| line.split_once('/')?.0.parse::<usize>().ok();
    let mut before = Vec::new();
    for round in 0..20_u64 {
        let mut run = place.start("run s.toml --out o --jobs 2");
        let said = run.stderr.take().expect("a pipe");
        let shown = if round % 5 == 4 {
            // The moment it has shown that something was done. Lines come once a second, and the first is of what was done before.
            let mut lines = BufReader::new(said).lines().map_while(Result::ok);
            let shown = lines.by_ref().filter_map(|line| n_shown(&line)).nth(1);
            run.kill().expect("it runs");
            assert!(shown > Some(before.len()), "nothing was done in a second: {shown:?}");
            shown
        } else {
            std::thread::sleep(Duration::from_millis(5 + round * 37 % 150));
            run.kill().expect("it runs");
            BufReader::new(said).lines().map_while(Result::ok).filter_map(|line| n_shown(&line)).max()
        };
        run.wait().expect("it ends");
        let store = mlpsweep_sweep::store::Store::read(&place.path("o"));
        let stored = store.and_then(|store| store.folds(true)).unwrap_or_default();
        assert!(shown.unwrap_or_default() <= stored.len(), "{shown:?} of {}", stored.len());
        // Both are in the order of trial and split, and each unit is there once.
        let mut rest = stored.iter();
        assert!(before.iter().all(|fold| rest.any(|other| other == fold)), "a fold has gone or changed");
        before = stored;
    }
    assert!(before.len() > 20, "{}", before.len());
    finish_and_compare(&place);
}

/// What was killed before its store was made leaves nothing that is in the way.
#[test]
fn killed_at_the_start() {
    let place = Place::new(ENDLESS);
    for delay_ms in [0, 1, 2, 4, 6, 8, 10, 12, 15, 20] {
        let mut run = place.start("run s.toml --out o --jobs 2 --quiet");
        std::thread::sleep(Duration::from_millis(delay_ms));
        run.kill().expect("it runs");
        run.wait().expect("it ends");
    }
    finish_and_compare(&place);
}

#[test]
fn data_replaced_during_the_run() {
    let table = |shift: u32| {
        (0..60).fold("x,y,label\n".to_owned(), |csv, i| {
            format!("{csv}{}.5,{},c{}\n", i + shift, i * 7 % 11, i % 2)
        })
    };
    let text = ENDLESS.replace("builtin = \"moons\"\nrows = 200", "path = \"d.csv\"\ntarget = \"label\"");
    let place = Place::new(&text);
    place.write("d.csv", table(0));
    let mut run = place.start("run s.toml --out o --jobs 1 --quiet");
    wait_for_units(&place.path("o"), 1);
    place.write("d.csv", table(100));
    wait_for_units(&place.path("o"), 6);
    run.kill().expect("it runs");
    run.wait().expect("it ends");
    place.say("run s.toml --out o --max-time 1ms").expect(7, "data hash");
    place.write("d.csv", table(0));
    finish_and_compare(&place);
}

/// Finishes the trials that were begun in `o`, and runs the same ones without interruption.
#[track_caller]
pub(crate) fn finish_and_compare(place: &Place) {
    // One trial more than begun is the same for both.
    let trials = n_begun(&place.path("o")) + 1;
    for out in ["o", "whole"] {
        place
            .say(&format!("run s.toml --out {out} --set search.trials={trials} --jobs 2"))
            .expect(0, " folds, best");
    }
    assert_eq!(results(&place.path("o")), results(&place.path("whole")));
    assert!(model(&place.path("o")) == model(&place.path("whole")), "another model");
    let names = entries(&place.path("o"));
    let stray = |name: &std::ffi::OsString| name.to_string_lossy().contains(".tmp") || name == "study.db.new";
    assert!(!names.iter().any(stray), "{names:?}");
}

//! Real processes: what they measure, and what becomes of those that do not.
#![cfg(unix)]

use mlpsweep_perf::{Executable, Timing};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};
use tempfile::TempDir;

static GO_ON: AtomicBool = AtomicBool::new(false);

/// The fake benchmarks, built beside these tests, as a program of that name in a folder of its own.
fn fake(name: &str) -> (TempDir, Executable) {
    let tests = std::env::current_exe().expect("a path");
    let built = tests.parent().and_then(Path::parent).expect("a folder").join("examples/fake_bench");
    let folder = tempfile::tempdir().expect("a folder");
    let path: PathBuf = folder.path().join(name);
    std::fs::copy(built, &path).expect("the example is built with the tests");
    let executable = Executable { path, folder: folder.path().to_owned() };
    (folder, executable)
}

fn timing(seconds: u64) -> Timing {
    Timing { limit: Duration::from_secs(seconds), ..Timing::default() }
}

#[test]
fn a_process_gives_a_number() {
    let (_folder, fast) = fake("fast");
    let names = fast.list(Duration::from_secs(30), &GO_ON).expect("names");
    assert_eq!(names, ["steady", "odd/name|<b>", "crash", "hang", "silent", "cut"]);
    let time = fast.measure("steady", timing(30), &GO_ON).expect("a time");
    assert!((1000.0..1020.0).contains(&time), "{time}");
    let (_folder, slow) = fake("slow");
    let time = slow.measure("odd/name|<b>", timing(30), &GO_ON).expect("a time");
    assert!((1200.0..1225.0).contains(&time), "{time}");
}

/// criterion lists a hundred bytes of a name, and three dots.
#[test]
fn a_name_that_is_cut() {
    let (_folder, fast) = fake("fast");
    let cut = format!("long{}...", ".x".repeat(48));
    let time = fast.measure(&cut, timing(30), &GO_ON).expect("a time");
    assert!((1000.0..1020.0).contains(&time), "{time}");
}

#[test]
fn a_process_that_gives_none_says_why() {
    let (_folder, fake) = fake("fast");
    let refused = |name: &str| fake.measure(name, timing(30), &GO_ON).expect_err("no time");
    assert_eq!(refused("crash"), "exit status: 101: it broke");
    assert_eq!(refused("silent"), "it left no samples");
    assert!(refused("cut").contains("new/sample.json: not what criterion writes"), "{}", refused("cut"));
    let gone = Executable { path: "/nowhere/bench".into(), folder: "/".into() };
    assert!(gone.measure("steady", timing(30), &GO_ON).expect_err("none").starts_with("it does not start"));
    assert!(gone.list(Duration::from_secs(1), &GO_ON).is_err());
}

/// It is ended with all it has started, after its time or when asked to stop.
#[test]
fn a_process_that_hangs() {
    let (folder, fake) = fake("fast");
    let alive = || {
        let child =
            std::fs::read_to_string(folder.path().join("fast.child")).expect("it has started something");
        let state = std::fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
        // What was killed may wait for somebody to ask.
        !state.is_empty() && !state.contains(") Z ")
    };
    let ended = || {
        (0..200).any(|_| {
            std::thread::sleep(Duration::from_millis(10));
            !alive()
        })
    };
    assert_eq!(fake.measure("hang", timing(1), &GO_ON), Err("no end after 1 s".to_owned()));
    assert!(ended(), "what it started goes on");
    let started = Instant::now();
    let stop = AtomicBool::new(true);
    assert_eq!(fake.measure("hang", timing(60), &stop), Err("stopped".to_owned()));
    assert!(started.elapsed() < Duration::from_secs(30));
}

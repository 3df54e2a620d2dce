//! Standard output that nobody reads, or that is full.
#![cfg(unix)]

#[cfg(target_os = "linux")]
use crate::fixture::within;
use crate::fixture::{Place, Ran, SMALL};
use std::process::Stdio;

const LINES: [&str; 6] = [
    "rank o",
    "rank o --format csv",
    "run s.toml --out o",
    "validate s.toml",
    "train s.toml --set parameters.learning_rate=0.1",
    "--help",
];

fn place() -> Place {
    let place = Place::new(SMALL);
    place.say("run s.toml --out o").expect(0, "");
    place
}

#[test]
fn a_reader_that_has_seen_enough() {
    let place = place();
    for line in LINES {
        let mut child = place.start(line);
        drop(child.stdout.take());
        let ran: Ran = child.wait_with_output().expect("it ends").into();
        ran.expect(0, "");
    }
}

#[test]
fn errors_that_nobody_reads() {
    let place = place();
    for (line, code) in [("run s.toml --out o", 0), ("validate none.toml", 2), ("rank none", 4)] {
        let mut child = place.start(line);
        drop(child.stderr.take());
        assert_eq!(child.wait().expect("it ends").code(), Some(code), "{line}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full() {
    let place = place();
    for line in &LINES[..5] {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("Linux has it");
        let mut command = place.command(&line.split(' ').collect::<Vec<_>>());
        let ran: Ran = command.stdout(full).stderr(Stdio::piped()).output().expect("it runs").into();
        ran.expect(8, "standard output");
    }
}

/// A limit on the size of files is an error like a full disk, not the end of the process.
#[cfg(target_os = "linux")]
#[test]
fn files_that_may_not_grow() {
    let place = place();
    let line = "run s.toml --out limited --set parameters.epochs=2000";
    let Some(ran) = within(&place, "--fsize=65536", line) else { return };
    ran.expect(8, "error: limited/study.db: ");
    place.say(line).expect(0, "12/12 folds");
}

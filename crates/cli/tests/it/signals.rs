//! A signal ends the run at a checkpoint, with the line that continues it.
#![cfg(unix)]

use crate::fixture::{ENDLESS, Place, Ran, n_finished, results, wait_for_units};
use crate::resume::finish_and_compare;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([format!("-{name}"), child.id().to_string()]).status();
    assert!(sent.expect("there is kill").success());
}

#[track_caller]
fn interrupt(name: &str, code: i32) {
    let place = Place::new(ENDLESS);
    let run = place.start("run s.toml --out o --jobs 2");
    wait_for_units(&place.path("o"), 3);
    signal(&run, name);
    let ran: Ran = run.wait_with_output().expect("it ends").into();
    let line =
        format!("stopped; continue with: {} run s.toml --jobs 2 --out o\n", env!("CARGO_BIN_EXE_mlpsweep"));
    let ran = ran.expect(code, &line);
    // Reports are written, and what was under way is not counted as failed.
    let [ranked, folds, _] = results(&place.path("o"));
    assert!(ranked.lines().count() > 1 && !folds.contains("failed"), "{folds}");
    assert!(!ran.stdout.is_empty());
    finish_and_compare(&place);
}

#[test]
fn sigint() {
    interrupt("INT", 130);
}

#[test]
fn sigterm() {
    interrupt("TERM", 143);
}

#[test]
fn sighup() {
    interrupt("HUP", 129);
}

/// An epoch here takes far longer than anybody waits.
#[test]
fn in_the_middle_of_an_epoch() {
    let place = Place::new(
        "name = \"long\"\n[data]\nbuiltin = \"moons\"\nrows = 1000000\ntest = 0\n[cv]\nkind = \"holdout\"\n\
         [search]\ntrials = 1\n[parameters]\ndepth = 4\nwidth = 1024\nepochs = 1\n",
    );
    let run = place.start("run s.toml --out o");
    let started = Instant::now();
    while !place.path("o/study.db").exists() {
        assert!(started.elapsed() < Duration::from_mins(2), "no store in two minutes");
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(200));
    let sent = Instant::now();
    signal(&run, "INT");
    let ran: Ran = run.wait_with_output().expect("it ends").into();
    ran.expect(130, "stopped; continue with: ");
    // At 200 GFLOP/s the epoch's 15 TFLOP take over a minute.
    assert!(sent.elapsed() < Duration::from_secs(30), "{:?}", sent.elapsed());
}

#[test]
fn the_winners_last_training() {
    // A fold has a fiftieth of the rows, so that there is time to stop what has all of them.
    let place = Place::new(
        "name = \"late\"\n[data]\nbuiltin = \"moons\"\nrows = 3000\ntest = 0\n[cv]\nkind = \"holdout\"\nshare = 0.98\n\
         [search]\ntrials = 1\n[parameters]\nwidth = 64\nepochs = 150\n",
    );
    let run = place.start("run s.toml --out o");
    wait_for_units(&place.path("o"), 1);
    signal(&run, "INT");
    let ran: Ran = run.wait_with_output().expect("it ends").into();
    let ran = ran.expect(130, "stopped before all was found out; continue with: ");
    assert!(ran.stdout.contains("accuracy") || ran.stdout.contains("log_loss"), "{}", ran.stdout);
    assert!(!place.path("o/model").exists());
    place.say("run s.toml --out o").expect(0, "1/1 folds");
    assert!(place.path("o/model/model.safetensors").exists());
}

/// Time in which the process is suspended is no time of the run's, nor of a fold's.
#[test]
fn suspended() {
    let place = Place::new(ENDLESS);
    let run = place.start("run s.toml --out o --jobs 2 --max-time 2500ms --max-trial-time 2500ms");
    wait_for_units(&place.path("o"), 3);
    signal(&run, "STOP");
    let n_before = n_finished(&place.path("o"));
    std::thread::sleep(Duration::from_millis(3600));
    assert_eq!(n_finished(&place.path("o")), n_before, "it is suspended");
    signal(&run, "CONT");
    let ran: Ran = run.wait_with_output().expect("it ends").into();
    ran.expect(0, "time is up; continue with: ");
    let [_, folds, _] = results(&place.path("o"));
    assert!(!folds.contains("timeout"), "{folds}");
    assert!(
        n_finished(&place.path("o")) > n_before + 20,
        "{n_before} before, now {}",
        n_finished(&place.path("o"))
    );
}

#[test]
fn training() {
    let text = "[data]\nbuiltin = \"moons\"\n[parameters]\nwidth = 8\nepochs = 1000000000\n";
    let place = Place::new(text);
    let mut run = place.start("train s.toml --save w.safetensors --curve c.csv");
    // A line of progress comes after the first epoch.
    let mut stderr = std::io::BufReader::new(run.stderr.take().expect("a pipe"));
    let mut line = String::new();
    std::io::BufRead::read_line(&mut stderr, &mut line).expect("a line");
    assert!(line.starts_with("1/1000000000 epochs"), "{line}");
    signal(&run, "INT");
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut stderr, &mut rest).expect("text");
    assert_eq!(run.wait().expect("it ends").code(), Some(130), "{rest}");
    assert!(rest.ends_with("; continue from the weights with --init w.safetensors\n"), "{rest}");
    assert!(place.path("w.safetensors").exists() && place.path("c.csv").exists());
}

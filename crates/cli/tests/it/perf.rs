//! The gate as CI meets it, with benchmark executables that are scripts.
#![cfg(unix)]

use crate::fixture::{BINARY, Place, Ran};
use serde_json::Value as Json;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

/// An executable with these benchmarks. `steady` takes about 1000 ns times `factor`, `crash` ends with 101, `hang` never.
fn bench(place: &Place, name: &str, benchmarks: &str, factor: f64) {
    let script = format!(
        r#"#!/bin/sh
case "$*" in *--list*) for name in {benchmarks}; do echo "$name: benchmark"; done; exit 0;; esac
for last; do :; done
case "$last" in
crash) echo "it broke" >&2; exit 101;;
hang) sleep 60; exit 0;;
esac
mkdir -p "$CRITERION_HOME/a/new"
echo "{{\"full_id\":\"$last\"}}" > "$CRITERION_HOME/a/new/benchmark.json"
awk -v pid=$$ 'BEGIN {{ t = 1000 * {factor} * (1 + (pid % 10) / 1000); printf "{{\"iters\":[1,1,1],\"times\":[%f,%f,%f]}}", t, t, t }}' > "$CRITERION_HOME/a/new/sample.json"
"#
    );
    let path = place.write(name, script);
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("a script");
}

fn place() -> Place {
    let place = Place::new("");
    bench(&place, "old", "steady other", 1.0);
    bench(&place, "same", "steady other", 1.0);
    bench(&place, "slow", "steady other", 1.2);
    place
}

fn json(place: &Place, name: &str) -> Json {
    serde_json::from_slice(&place.read(name)).expect("JSON")
}

#[track_caller]
fn ab(place: &Place, head: &str, more: &str, code: i32, said: &str) -> Ran {
    let rounds = if more.contains("--rounds") { "" } else { " --rounds 6" };
    place.say(format!("perf ab --base ./old --head ./{head}{rounds} {more}").trim()).expect(code, said)
}

#[test]
fn a_slower_build_fails_and_a_copy_does_not() {
    let place = place();
    let ran = ab(&place, "slow", "--out p --no-progress", 3, "error: 2 benchmarks are slower");
    assert!(ran.stdout.contains("2 regressed; head/base 1."), "{}", ran.stdout);
    // Whatever the verdict, the files are there.
    let verdicts = json(&place, "p/verdicts.json");
    assert_eq!(verdicts["counts"]["regressed"], 2);
    assert_eq!(verdicts["benchmarks"][0]["verdict"], "regressed");
    assert!(place.read_text("p/junit.xml").contains("failures=\"2\""));
    assert!(place.read_text("p/report.md").starts_with("<!-- mlpsweep perf -->"));
    let again = place.say("perf report p/run.json --format json").expect(0, "");
    assert_eq!(serde_json::from_str::<Json>(&again.stdout).expect("JSON"), verdicts);

    let ran = ab(&place, "same", "--out q", 0, "");
    assert!(ran.stdout.contains("2 equivalent"), "{}", ran.stdout);
    place.say("perf ab --base ./slow --head ./old --rounds 6").expect(0, "");
    let csv = place.say("perf report q/run.json --format csv").expect(0, "").stdout;
    assert!(csv.starts_with("benchmark,verdict,change,") && csv.lines().count() == 3, "{csv}");
}

#[test]
fn what_is_broken_gone_or_new() {
    let place = place();
    bench(&place, "cracked", "steady other crash", 1.0);
    bench(&place, "old", "steady crash gone", 1.0);
    let ran = ab(&place, "cracked", "--only steady,crash", 6, "1 benchmark gave no number");
    assert!(
        ran.stdout.contains("crash: base: exit status: 101: it broke") || ran.stdout.contains("crash: head"),
        "{}",
        ran.stdout
    );
    let ran = ab(&place, "same", "", 4, "hint: --allow-missing accepts that they are gone");
    assert!(ran.stdout.contains("missing") && ran.stdout.contains("new"), "{}", ran.stdout);
    ab(&place, "same", "--allow-missing", 0, "");
    bench(&place, "hanging", "steady hang", 1.0);
    let ran = place.say("perf ab --base ./hanging --head ./hanging --rounds 6 --timeout 0.3");
    assert!(ran.expect(6, "1 benchmark gave no number").stdout.contains("no end after 0.3 s"));
    bench(&place, "none", "nothing", 1.0);
    ab(&place, "none", "", 4, "no benchmark is in both builds");
}

#[test]
fn the_noise_of_a_host() {
    let place = place();
    place
        .say("perf aa --build ./old --rounds 6 --noise p/noise.json")
        .expect(0, "p/noise.json has the noise of");
    let noise = json(&place, "p/noise.json");
    let least = noise["benchmarks"][0][1].as_f64().expect("a number");
    assert!((0.0..0.02).contains(&least), "{noise}");
    // With a noise of a half a fifth is nothing.
    let text = place.read_text("p/noise.json").replace(&least.to_string(), "0.5");
    place.write("p/noise.json", text);
    let ran = ab(&place, "slow", "--noise p/noise.json --only other", 0, "");
    assert!(ran.stdout.contains("50.0 %"), "{}", ran.stdout);
    let text = place.read_text("p/noise.json").replace("\"cores\": ", "\"cores\": 9");
    place.write("p/noise.json", text);
    ab(&place, "slow", "--noise p/noise.json --only other", 3, "not used");
    ab(&place, "slow", "--noise none.json", 6, "none.json");
}

#[test]
fn what_was_measured_before() {
    let place = place();
    ab(&place, "same", "--out a", 0, "");
    ab(&place, "slow", "--out b", 3, "");
    place.say("perf compare a/run.json a/run.json").expect(0, "");
    let ran = place.say("perf compare a/run.json b/run.json").expect(3, "2 benchmarks are slower");
    assert!(ran.stdout.contains("regressed"), "{}", ran.stdout);
    let text = place.read_text("b/run.json").replace("\"rustc\": \"", "\"rustc\": \"other ");
    place.write("b/run.json", text);
    let ran = place.say("perf compare a/run.json b/run.json").expect(4, "other machines");
    assert!(ran.stdout.contains("incomparable"), "{}", ran.stdout);
    place
        .say("perf compare a/run.json b/run.json --allow-cross-host")
        .expect(0, "other machines or compilers");

    for (folder, time) in [("c/x/base", 100.0), ("c/x/new", 200.0)] {
        std::fs::create_dir_all(place.path(folder)).expect("a folder");
        place.write(&format!("{folder}/benchmark.json"), r#"{"full_id":"x"}"#);
        place.write(&format!("{folder}/sample.json"), format!(r#"{{"iters":[1],"times":[{time}]}}"#));
    }
    let line = "perf compare c c --base-baseline base";
    let ran = place.say(line).expect(0, "");
    assert!(ran.stdout.contains("+100.0 %") && ran.stdout.contains("inconclusive"), "{}", ran.stdout);
    place.say(&format!("{line} --fail-inconclusive")).expect(9, "cannot tell");
    place.write("c/x/new/benchmark.json", r#"{"full_id":"x/<b>&\"y","throughput":{"Bytes":400}}"#);
    place.say("perf report c --out page").expect(0, "");
    let html = place.read_text("page/report.html");
    assert!(html.contains("&lt;b&gt;&amp;") && !html.contains("<b>"), "{html}");
    assert!(
        html.contains("2.00 GB") && html.contains("200.0 ns") && html.contains("Content-Security-Policy"),
        "{html}"
    );
    assert!(!html.contains("http:") && !html.contains("https:") && !html.contains("<script"), "{html}");
    let csv = place.read_text("page/benchmarks.csv");
    assert_eq!(csv.lines().nth(1), Some(r#""x/<b>&""y",200.0,200.0,200.0,1,2000000000.0,B"#));
    place.write("c/x/new/benchmark.json", r#"{"full_id":"x"}"#);
    place.say("perf compare c c --base-baseline none").expect(4, "no benchmark has `none` here");
    place.say("perf compare none c").expect(4, "there is nothing here");
    place.write("c/x/new/sample.json", r#"{"iters":[1],"ti"#);
    place.say(line).expect(6, "c/x/new/sample.json");
    place.write("bad.json", "{}");
    place.say("perf report bad.json").expect(6, "bad.json: no run of mlpsweep perf");
}

#[test]
fn arguments_that_make_no_sense() {
    let place = place();
    ab(
        &place,
        "slow",
        "--rounds 3",
        2,
        "3 rounds can find nothing among 2 benchmarks: at least 6 are needed",
    );
    for (more, said) in [
        ("--threshold 0", "a share is above 0"),
        ("--threshold 500%", "a share is above 0"),
        ("--level 1", "a share is above 0"),
        ("--sample-size 3", "10 samples or more"),
        ("--measurement-time 0", "seconds above 0"),
        ("--rounds many", "invalid value"),
    ] {
        ab(&place, "slow", more, 2, said);
    }
    place
        .say("perf ab --base nothing-of-this-name --head ./slow")
        .expect(2, "is neither a file, a folder nor a revision");
    place.say("perf").expect(2, "Usage");
}

/// Two commits of a package whose benchmark is a script's work, built by cargo.
#[test]
fn revisions_are_built_and_leave_nothing() {
    let place = Place::new("");
    let git = |line: &str| {
        let mut git = Command::new("git");
        git.current_dir(&place.folder).args([
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b",
            "-c",
            "commit.gpgsign=false",
        ]);
        let output = git.args(line.split(' ')).output().expect("there is git");
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    place.write("Cargo.toml", "[package]\nname = \"p\"\nedition = \"2024\"\n[lib]\npath = \"lib.rs\"\n[[bench]]\nname = \"b\"\npath = \"b.rs\"\nharness = false\n");
    place.write("lib.rs", "pub const TIME: f64 = 1000.0;\n");
    place.write(
        "b.rs",
        r##"fn main() {
    let last = std::env::args().last().unwrap();
    if std::env::args().any(|argument| argument == "--list") { return println!("{last}: nothing\nb: benchmark"); }
    let folder = std::path::Path::new(&std::env::var("CRITERION_HOME").unwrap()).join("b/new");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("benchmark.json"), r#"{"full_id":"b"}"#).unwrap();
    let time = p::TIME + f64::from(std::process::id() % 10);
    std::fs::write(folder.join("sample.json"), format!("{{\"iters\":[1],\"times\":[{time:?}]}}")).unwrap();
}
"##,
    );
    place.write(".gitignore", "target\nCargo.lock\n");
    git("init -q .");
    git("add .");
    git("commit -q -m one");
    place.write("lib.rs", "pub const TIME: f64 = 1500.0;\n");
    let ran =
        place.say("perf ab --base HEAD --rounds 5 --bench b").expect(3, "building the benchmarks of HEAD (");
    assert!(ran.stdout.contains("regressed"), "{}", ran.stdout);
    assert_eq!(git("worktree list").lines().count(), 1, "the tree of the base is gone");
    place.say("perf ab --base HEAD --head HEAD --rounds 5").expect(0, "");
    // A shallow clone, its head detached, knows no older revision, and says how to get it.
    git("commit -q -a -m two");
    git(&format!("clone -q --depth 1 file://{} shallow", place.folder.display()));
    git("-C shallow checkout -q --detach");
    let shallow = |line: &str| {
        let mut command = Command::new(BINARY);
        let output = command.current_dir(place.path("shallow")).args(line.split(' ')).output();
        Ran::from(output.expect("it runs"))
    };
    shallow("perf ab --base HEAD~1 --rounds 5").expect(2, "in a shallow clone `git fetch --unshallow`");
    shallow("perf ab --base HEAD --head HEAD --rounds 5").expect(0, "");
    place.write("lib.rs", "pub const TIME: f64 = ;\n");
    place
        .say("perf ab --base . --head HEAD --rounds 5")
        .expect(1, "cargo could not build the benchmarks of .");
    place.say("perf ab --base HEAD --bench none").expect(1, "cargo could not build");
}

#[test]
fn a_history_grows_and_says_where_it_changed() {
    let place = place();
    ab(&place, "same", "--out a", 0, "");
    ab(&place, "slow", "--out b", 3, "");
    for commit in ["c1", "c2", "c3", "c4", "c5"] {
        place.say(&format!("perf record a/run.json --commit {commit}")).expect(0, "2 benchmarks of");
    }
    for commit in ["d1", "d2", "d3", "d4", "d5"] {
        place.say(&format!("perf record b/run.json --commit {commit}")).expect(0, "");
    }
    let shown = place.say("perf history --only steady").expect(0, "").stdout;
    assert!(shown.contains("d1 (+") && !shown.contains("other"), "{shown}");
    let json = place.say("perf history --format json").expect(0, "").stdout;
    assert_eq!(serde_json::from_str::<Json>(&json).expect("JSON")[0]["records"], "10");
    // A line that was cut goes, and is said to.
    let text = place.read_text("results/perf/history.csv");
    place.write("results/perf/history.csv", &text[..text.len() - 3]);
    place.say("perf record a/run.json --commit e1").expect(0, "the last line is cut off");
    assert_eq!(place.read_text("results/perf/history.csv").lines().count(), 1 + 19 + 2);
    place.say("perf history none.csv").expect(4, "none.csv");
    place.write("none.csv", "a,b\n");
    place.say("perf history none.csv").expect(6, "line 1: not the header");
    place.say("perf history --only nothing").expect(4, "no such benchmark");
}

#[test]
fn without_valgrind_nothing_is_said() {
    let place = place();
    let ran: Ran = place
        .command(&["perf", "icount", "--base", "./old", "--head", "./same"])
        .env("PATH", "/nowhere")
        .output()
        .expect("the binary runs")
        .into();
    ran.expect(4, "icount: skipped (valgrind not found)");
}

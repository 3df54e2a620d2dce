//! A benchmark executable without benchmarks, for tests: it does what its benchmarks' names say, and replays times that are drawn
//! from a seed. One whose own name has `slow` in it is a fifth slower; `few` lacks a benchmark.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::zombie_processes)] // it is a program for tests

use std::hash::{BuildHasher as _, Hasher as _};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const NAMES: [&str; 6] = ["steady", "odd/name|<b>", "crash", "hang", "silent", "cut"];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let program = Path::new(&arguments[0]).file_name().expect("a name").to_string_lossy().into_owned();
    // What is to be listed is said by a file beside the program, so that the tests can choose.
    let chosen = std::fs::read_to_string(Path::new(&arguments[0]).with_extension("list"));
    let chosen = chosen.unwrap_or_else(|_| NAMES.join("\n"));
    if arguments.iter().any(|argument| argument == "--list") {
        chosen
            .lines()
            .filter(|name| !(program.contains("few") && *name == "steady"))
            .for_each(|name| println!("{name}: benchmark"));
        return;
    }
    let name = arguments.last().expect("a name").as_str();
    match name {
        "crash" => {
            eprintln!("thread 'main' panicked\nit broke");
            std::process::exit(101);
        }
        "hang" => {
            // What it has started is to end with it.
            let child = Command::new("sleep").arg("60").spawn().expect("there is sleep");
            let file = Path::new(&arguments[0]).with_extension("child");
            std::fs::write(file, child.id().to_string()).expect("a file");
            std::thread::sleep(Duration::from_mins(1));
        }
        "silent" => return,
        _ => {}
    }
    // As criterion, whose list cuts names and whose filter is a pattern unless it is exact.
    let long = format!("long{}", ".x".repeat(60));
    let is_cut = !arguments.iter().any(|argument| argument == "--exact");
    if is_cut {
        assert_eq!(name, format!("^long{}", r"\.x".repeat(48)), "the pattern");
    }
    let name = if is_cut { &long } else { name };
    let folder = Path::new(&std::env::var_os("CRITERION_HOME").expect("a home")).join("folder").join("new");
    std::fs::create_dir_all(&folder).expect("a folder");
    let benchmark = serde_json::json!({ "full_id": name });
    std::fs::write(folder.join("benchmark.json"), benchmark.to_string()).expect("a file");
    let slower = if program.contains("slow") { 1.2 } else { 1.0 };
    let times: Vec<f64> = (0..10).map(|_| 1000.0 * slower * (1.0 + 0.02 * drawn())).collect();
    let sample = serde_json::json!({ "iters": [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], "times": times }).to_string();
    let end = if name == "cut" { sample.len() / 2 } else { sample.len() };
    std::fs::write(folder.join("sample.json"), &sample[..end]).expect("a file");
}

/// From 0 to 1, another one each time.
fn drawn() -> f64 {
    std::hash::RandomState::new().build_hasher().finish() as f64 / u64::MAX as f64
}

//! What criterion writes, and what is left of it.

use mlpsweep_perf::read_folder;
use std::fs;
use std::path::Path;

fn write(folder: &Path, name: &str, id: &str, sample: &str) {
    let folder = folder.join(name);
    fs::create_dir_all(&folder).expect("a folder");
    let benchmark =
        serde_json::json!({"group_id": "g", "full_id": id, "directory_name": "cut", "throughput": null});
    fs::write(folder.join("benchmark.json"), benchmark.to_string()).expect("a file");
    fs::write(folder.join("sample.json"), sample).expect("a file");
}

const SAMPLE: &str = r#"{"sampling_mode":"Linear","iters":[1.0,2.0,4.0],"times":[11.0,20.0,36.0]}"#;

fn refused(change: impl Fn(&Path)) -> String {
    let home = tempfile::tempdir().expect("a folder");
    write(home.path(), "g/f/new", "g/f", SAMPLE);
    change(home.path());
    let said = read_folder(home.path(), "new").expect_err("refused").to_string();
    said.strip_prefix(&home.path().display().to_string()).expect("the file is named").to_owned()
}

#[test]
fn medians_by_full_name() {
    let home = tempfile::tempdir().expect("a folder");
    write(home.path(), "g/f_1/new", "g/f/1", SAMPLE);
    write(home.path(), "g/f_1/base", "g/f/1", r#"{"iters":[1],"times":[5]}"#);
    write(home.path(), "g/f_1/change", "g/f/1", r#"{"iters":[1],"times":[0.02]}"#);
    write(home.path(), "new/new", "new", SAMPLE);
    fs::create_dir_all(home.path().join("report")).expect("a folder");
    let found = read_folder(home.path(), "new").expect("benchmarks");
    assert_eq!(found.keys().collect::<Vec<_>>(), ["g/f/1", "new"]);
    assert_eq!((found["g/f/1"].median, found["g/f/1"].n_samples), (10.0, 3));
    assert_eq!(read_folder(home.path(), "base").expect("benchmarks")["g/f/1"].median, 5.0);
    assert!(read_folder(home.path(), "other").expect("none").is_empty());
}

#[test]
fn what_is_cut_empty_or_of_another_shape() {
    let sample = |text: &'static str| {
        refused(|home| fs::write(home.join("g/f/new/sample.json"), text).expect("a file"))
    };
    assert_eq!(sample(""), "/g/f/new/sample.json: the file is empty");
    assert!(sample(&SAMPLE[..40]).starts_with("/g/f/new/sample.json: not what criterion writes: EOF"));
    assert!(sample(r#"{"iters":1,"times":[1]}"#).contains("not what criterion writes: invalid type"));
    assert!(sample(r#"{"times":[1]}"#).contains("missing field `iters`"));
    assert_eq!(
        sample(r#"{"iters":[1,2],"times":[1]}"#),
        "/g/f/new/sample.json: 2 iteration counts and 1 times"
    );
    assert_eq!(sample(r#"{"iters":[],"times":[]}"#), "/g/f/new/sample.json: 0 iteration counts and 0 times");
    assert!(sample(r#"{"iters":[0],"times":[1]}"#).contains("a count or a time that is none"));
    assert!(sample(r#"{"iters":[1],"times":[-1]}"#).contains("a count or a time that is none"));
    assert!(sample(r#"{"iters":[1],"times":[0]}"#).contains("the median time is 0"));
    let gone = refused(|home| fs::remove_file(home.join("g/f/new/sample.json")).expect("a file"));
    assert!(gone.starts_with("/g/f/new/sample.json: No such file"), "{gone}");
    let twice = refused(|home| write(home, "g/g/new", "g/f", SAMPLE));
    assert!(twice.ends_with("a second benchmark called `g/f`"), "{twice}");
}

//! Sweep files that are wrong, and what `validate` says of one that is right.

use crate::fixture::{Place, SMALL};
use std::time::{Duration, Instant};

/// What is printed but the last two lines, which depend on the machine and the moment: they say a time and a size.
#[track_caller]
pub(crate) fn without_forecast(stdout: &str) -> String {
    let lines: Vec<&str> = stdout.lines().collect();
    let (rest, forecast) = lines.split_at(lines.len() - 2);
    for (line, key, unit) in [(forecast[0], "run time ", "thread"), (forecast[1], "memory ", " MB")] {
        let value = line.strip_prefix(key).unwrap_or_else(|| panic!("{line}")).trim();
        let number = value.trim_start_matches("about ").trim_start_matches("at most ").split(' ').next();
        let number: f64 = number.and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{line}"));
        assert!(number > 0.0 && value.contains(unit), "{line}");
    }
    rest.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn what_will_be_needed() {
    let place = Place::new(SMALL);
    let time = |line: &str| {
        let stdout = place.say(line).expect(0, "").stdout;
        without_forecast(&stdout);
        stdout.lines().find(|line| line.starts_with("run time ")).expect("a time").to_owned()
    };
    for (line, begins, ends) in [
        ("validate s.toml --jobs 1", "at most ", " on one thread"),
        ("validate s.toml --jobs 3 --set search.racing=off", "about ", " on 3 threads"),
        ("run s.toml --jobs 3 --dry-run --set search.racing=off", "about ", " on 3 threads"),
        (
            "validate s.toml --jobs 3 --set search.racing=off --set early_stopping.patience=2",
            "at most ",
            " on 3 threads",
        ),
        (
            "validate s.toml --jobs 3 --set search.racing=off --set search.trials=5000",
            "about ",
            " on 3 threads, by 2000 of the trials",
        ),
    ] {
        let said = time(line);
        let value = said.trim_start_matches("run time").trim_start();
        assert!(value.starts_with(begins) && value.ends_with(ends), "{line}: {said}");
    }
    place.say("validate s.toml --jobs 0").expect(2, "--jobs");
}

#[test]
fn what_was_understood() {
    let place = Place::new(SMALL);
    insta::assert_snapshot!(without_forecast(&place.say("validate s.toml").expect(0, "").stdout), @r#"
    sweep            small
    data             moons, 60 rows, 2 features
    target           class, 2 classes: 0 30 (50.0 %), 1 30 (50.0 %)
    held out         0 rows
    splits           3 stratified folds
    metric           log_loss, minimize
    sampler          random
    racing           forgiving
    configurations   a continuum
    trial 0          the default configuration
    trials           4, 12 folds to train
      learning_rate  in { min = 0.001, max = 0.1, scale = "log" }
      width          = 4
      epochs         = 3
    "#);
    let json = place.say("validate s.toml --format json").expect(0, "").stdout;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["sweep"], "small");
    let csv = place.say("validate s.toml --format csv").expect(0, "").stdout;
    assert!(csv.starts_with("key,value\nsweep,small\n"), "{csv}");
    let dry = place.say("run s.toml --dry-run").expect(0, "").stdout;
    assert_eq!(without_forecast(&dry), without_forecast(&place.say("validate s.toml").stdout));
    assert!(!place.path("results").exists(), "nothing is written");
}

#[test]
fn an_error_is_a_line_and_a_hint() {
    let place = Place::new(&SMALL.replace("width", "lerning_rate"));
    let ran = place.say("validate s.toml").expect(2, "");
    insta::assert_snapshot!(ran.stderr, @r"
    error: s.toml:13:1: unknown key `parameters.lerning_rate`

    hint: did you mean `learning_rate`?
    ");
    assert!(ran.stdout.is_empty());
}

#[test]
fn wrong_files() {
    for (text, said) in [
        (format!("x = {}", "[".repeat(20_000)), "s.toml:1:"),
        (format!("x = {}", "{a=".repeat(20_000)), "s.toml:1:"),
        (SMALL.replace("epochs", "epoch"), "s.toml:14:1: unknown key `parameters.epoch`"),
        (format!("{SMALL}epochs = 4\n"), "s.toml:15:1: not TOML: `epochs` is there twice"),
        (SMALL.replace("seed = 3", "seed = \"3\""), "s.toml:2:1: `seed` is \"3\""),
        (SMALL.replace("width = 4", "width = 1000000000"), "s.toml:13:1: 1000000000 hidden units need about"),
        (
            SMALL.replace("trials = 4", "trials = 4\nsampler = \"cmaes\""),
            "s.toml:11:1: `search.sampler` is \"cmaes\"",
        ),
        (SMALL.replace("epochs = 3", "momentum = 0.9"), "is not used by"),
    ] {
        let place = Place::new(&text);
        for verb in ["validate", "run"] {
            place.say(&format!("{verb} s.toml")).expect(2, said);
        }
        assert!(!place.path("results").exists());
    }
}

#[test]
fn a_grid_of_a_million_millions() {
    let axis = "{ min = 0.0, max = 0.99, step = 0.01 }";
    let keys = ["dropout", "input_dropout", "l1", "l2", "beta1", "beta2"];
    let axes: String = keys.iter().map(|key| format!("{key} = {axis}\n")).collect();
    let head = SMALL.split("[search]").next().expect("a head");
    let place = Place::new(&format!(
        "{head}[search]\nsampler = \"grid\"\n[parameters]\nwidth = 2\nepochs = 1\n{axes}"
    ));
    let started = Instant::now();
    let ran = place.say("validate s.toml").expect(0, "");
    assert!(ran.stdout.contains("1000000000000"), "{}", ran.stdout);
    assert!(ran.stdout.contains(" a trial on one thread, by 2000 of the trials"), "{}", ran.stdout);
    place.say("run s.toml").expect(2, "1000000000000 points");
    assert!(!place.path("results").exists());
    place.say("run s.toml --set search.trials=2").expect(0, "6/6 folds");
    assert!(started.elapsed() < Duration::from_secs(30), "nothing is built");
}

#[test]
fn overrides() {
    let place = Place::new(SMALL);
    let ran =
        place.run(&["validate", "s.toml", "--set", "search.trials=7", "--set", "name=other"]).expect(0, "");
    assert!(ran.stdout.contains("other") && ran.stdout.contains("7, 21 folds"), "{}", ran.stdout);
    for (set, said) in [
        ("search.trials=ten", "--set search.trials=ten: `search.trials` is \"ten\""),
        ("search.trials", "key=value"),
        ("parameters.width={ values = [] }", "is empty"),
        ("serch.trials=1", "did you mean `search`?"),
    ] {
        place.run(&["validate", "s.toml", "--set", set]).expect(2, said);
    }
}

#[test]
fn data_stand_beside_their_sweep_file() {
    let place = Place::new(SMALL);
    let folder = place.path("deep");
    std::fs::create_dir(&folder).expect("a folder");
    place.write("deep/d.csv", "x,y\n".to_owned() + &"1,a\n2,b\n3,a\n4,b\n".repeat(9));
    place.write("deep/s.toml", "[data]\npath = \"d.csv\"\ntarget = \"y\"\n");
    let ran = place.say("validate deep/s.toml").expect(0, "");
    assert!(ran.stdout.contains("36 rows"), "{}", ran.stdout);
}

/// A path that a terminal would obey is shown, not obeyed.
#[test]
fn a_path_with_escapes_in_it() {
    let place = Place::new("[data]\npath = \"\\u001b[31m.csv\"\ntarget = \"y\"\n");
    let ran = place.say("validate s.toml").expect(6, r"error: \u{1b}[31m.csv: cannot be read");
    assert!(!ran.stderr.contains('\u{1b}'), "{}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn arguments_that_are_no_utf8() {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;
    let place = Place::new(SMALL);
    let name = OsString::from_vec(b"\xff.toml".to_vec());
    place.run(&["validate".into(), name.clone()]).expect(2, "No such file");
    std::fs::write(place.folder.join(&name), SMALL.replace("name = \"small\"\n", "")).expect("a file");
    place.run(&["run".into(), name]).expect(0, "12/12 folds");
    let set = OsString::from_vec(b"name=\xff".to_vec());
    place.run(&["validate".into(), "s.toml".into(), "--set".into(), set]).expect(2, "UTF-8");
    let out = OsString::from_vec(b"\xff".to_vec());
    place.run(&["run".into(), "s.toml".into(), "--out".into(), out.clone()]).expect(0, "12/12 folds");
    place.run(&["rank".into(), out.clone()]).expect(0, "");
    let more =
        ["run", "s.toml", "--set", "search.trials=1000000", "--max-time", "1ms", "--out"].map(Into::into);
    let resumed = [more.as_slice(), &[out]].concat();
    place.run(&resumed).expect(0, r"--out $'\xff' --set search.trials=1000000");
    let table = OsString::from_vec(b"\xff.csv".to_vec());
    std::fs::write(place.folder.join(&table), "x,y\n1,a\n2,b\n".repeat(9).replace("\nx,y", ""))
        .expect("a file");
    place.run(&["init".into(), table, "--out".into(), "t.toml".into()]).expect(2, "the name is not UTF-8");
}

//! The main job.

use crate::fixture::{Place, SMALL, entries, model, n_finished, results};

#[test]
fn the_same_bytes_on_any_number_of_threads() {
    let place = Place::new(SMALL);
    for jobs in ["1", "2", "8"] {
        place.say(&format!("run s.toml --jobs {jobs} --out o{jobs}")).expect(0, "12/12 folds");
        assert_eq!(results(&place.path(&format!("o{jobs}"))), results(&place.path("o1")), "{jobs} jobs");
        assert!(model(&place.path(&format!("o{jobs}"))) == model(&place.path("o1")), "{jobs} jobs");
    }
    let [ranked, folds, curves] = results(&place.path("o1"));
    let lines = [ranked, folds, curves].map(|csv| csv.lines().count());
    assert_eq!(lines, [1 + 4, 1 + 12, 1 + 36]);
    let summary: serde_json::Value = serde_json::from_slice(&place.read("o1/summary.json")).expect("JSON");
    assert!(summary.is_object());
    assert!(place.path("o1/timings.csv").exists());
}

/// A confirmation, the model, the over-tuning curve and the importances: functions of the sweep like all else.
#[test]
fn what_follows_a_search_is_the_same_on_any_number_of_threads() {
    let place = Place::new(&format!(
        "{SMALL}\n[select]\nrule = \"confirmed\"\nconfirm_top = 3\nconfirm_repeats = 2\n"
    ));
    let set = "--set data.test=0.2 --set score.metric=roc_auc";
    let summary = |jobs: &str| -> serde_json::Value {
        place.say(&format!("run s.toml --jobs {jobs} --out o{jobs} {set}")).expect(0, "12/12 folds");
        let summary = serde_json::from_slice(&place.read(&format!("o{jobs}/summary.json")));
        summary.expect("JSON")
    };
    let alone = summary("1");
    assert_eq!(alone, summary("2"));
    assert_eq!(alone["selection"]["confirmed"].as_array().expect("a list").len(), 3);
    assert!(alone["selection"]["stands"].is_boolean());
    assert!(alone["overtuning"][0]["holdout_score"].is_number());
    assert_eq!(alone["importances"].as_array().expect("a list").len(), 2);
    assert!(alone["honest"]["score"].as_f64() < alone["honest"]["ci_high"].as_f64());
    let again = place.say(&format!("run s.toml --jobs 2 --out o2 {set}")).expect(0, "12/12 folds");
    assert!(again.stdout.contains("on fresh splits, 3 trials: trial "), "{}", again.stdout);
    assert_eq!(
        alone,
        serde_json::from_slice::<serde_json::Value>(&place.read("o2/summary.json")).expect("JSON")
    );
    place.say("run s.toml --out other --set cv.kind=timeseries --set select.rule=confirmed").expect(2, "");
}

/// Models of several networks: the same bytes at any number of threads, scored on the rows held out, used by `predict`.
#[test]
fn ensembles() {
    let place = Place::new(SMALL);
    std::fs::write(place.path("new.csv"), "x1,x2\n0.5,0.5\n-1,2\n").expect("a file");
    let file = |out: &str| place.read(&format!("{out}/model/model.safetensors"));
    for (networks, n) in [("folds", 3), ("top-2", 2)] {
        let outs = ["1", "2"].map(|jobs| {
            let out = format!("{networks}{jobs}");
            place
                .say(&format!(
                    "run s.toml --jobs {jobs} --out {out} --set data.test=0.2 --ensemble {networks}"
                ))
                .expect(0, "");
            out
        });
        assert!(file(&outs[0]) == file(&outs[1]), "{networks}");
        let summary: serde_json::Value =
            serde_json::from_slice(&place.read(&format!("{}/summary.json", outs[0]))).expect("JSON");
        assert_eq!(summary["refit"]["ensemble"], networks);
        assert!(summary["refit"]["holdout_score"].is_number());
        let text = String::from_utf8_lossy(&file(&outs[0])).into_owned();
        assert!(
            text.contains(&format!("members.{}.layers.0.weight", n - 1))
                && !text.contains(&format!("members.{n}."))
        );
    }
    let predicted = place.say("predict folds1 new.csv").expect(0, "").stdout;
    assert_eq!(predicted.lines().count(), 3, "{predicted}");
    // Another kind of model is another model.
    place.say("run s.toml --out folds1 --set data.test=0.2").expect(0, "");
    assert!(!String::from_utf8_lossy(&file("folds1")).contains("members."));
    place.say("run s.toml --ensemble top-1").expect(2, "known are `none`, `folds`, and `top-2` to `top-100`");
}

#[test]
fn a_second_run_trains_nothing() {
    let place = Place::new(SMALL);
    let first = place.say("run s.toml").expect(0, "0/12 folds");
    let (files, timings) = (results(&place.path("results/small")), place.read("results/small/timings.csv"));
    let second = place.say("run s.toml").expect(0, "12/12 folds");
    assert_eq!(second.stdout, first.stdout);
    assert!(!second.stderr.contains("0/12"), "{}", second.stderr);
    assert_eq!(results(&place.path("results/small")), files);
    assert_eq!(place.read("results/small/timings.csv"), timings);
}

#[test]
fn names_never_lead_elsewhere() {
    for (name, folder) in [
        ("../../x", "_.._x"),
        ("/abs", "_abs"),
        ("a/b", "a_b"),
        ("CON", "_CON"),
        ("a b", "a b"),
        ("=cmd|' /C calc'!A0", "_cmd__ _C calc__A0"),
        ("</script><img src=x onerror=alert(1)>", "__script__img src_x onerror_alert_1__"),
    ] {
        let place = Place::new(&SMALL.replace("\"small\"", &format!("\"{name}\"")));
        place.say("run s.toml").expect(0, "12/12");
        assert_eq!(entries(&place.folder), ["results", "s.toml"], "{name}");
        assert_eq!(entries(&place.path("results")), [folder], "{name}");
    }
    let place = Place::new(SMALL);
    for name in ["a\\u0000b", "a\\nb", "a\\u202eb", &"x".repeat(300)] {
        place.run(&["run", "s.toml", "--set", &format!("name=\"{name}\"")]).expect(2, "control characters");
    }
    assert_eq!(entries(&place.folder), ["s.toml"]);
}

#[test]
fn where_results_go() {
    let place = Place::new(SMALL);
    place.say("run s.toml --out a/b/c").expect(0, "results are in a/b/c");
    assert_eq!(entries(&place.folder), ["a", "s.toml"]);

    place.write("file", "something");
    place.say("run s.toml --out file").expect(2, "not a folder");
    assert_eq!(place.read("file"), b"something");
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_named() {
    let place = Place::new(SMALL);
    std::fs::create_dir(place.path("target")).expect("a folder");
    std::os::unix::fs::symlink("target", place.path("link")).expect("a link");
    place.say("run s.toml --out link").expect(0, "link leads to target");
    assert_eq!(n_finished(&place.path("target")), 12);
    std::os::unix::fs::symlink("nowhere", place.path("broken")).expect("a link");
    place.say("run s.toml --out broken").expect(8, "broken");
}

#[test]
fn a_folder_that_may_not_be_written() {
    let place = Place::new(SMALL);
    std::fs::create_dir(place.path("o")).expect("a folder");
    crate::fixture::set_mode(&place.path("o"), 0o555);
    if let Some(ran) = crate::fixture::as_nobody(&place, "run s.toml --out o") {
        ran.expect(8, "Permission denied");
        assert!(entries(&place.path("o")).is_empty());
    }
}

/// Everything that is read from a store can be read where nothing may be written.
#[test]
fn a_folder_that_may_only_be_read() {
    let place = Place::new(SMALL);
    place.say("run s.toml --out o#1?").expect(0, "");
    let table = place.say("rank o#1?").expect(0, "").stdout;
    // What readers have left would do as well.
    for name in ["study.db-wal", "study.db-shm"] {
        std::fs::remove_file(place.path("o#1?").join(name)).expect("SQLite leaves it");
    }
    for name in entries(&place.path("o#1?")) {
        if !place.path("o#1?").join(&name).is_dir() {
            crate::fixture::set_mode(&place.path("o#1?").join(name), 0o444);
        }
    }
    crate::fixture::set_mode(&place.path("o#1?"), 0o555);
    for line in ["rank o#1?", "status o#1?", "export o#1? --to sklearn-csv", "rank o#1?"] {
        let Some(ran) = crate::fixture::as_nobody(&place, line) else { return };
        let ran = ran
            .expect(0, "note: nothing may be written in o#1?: its store is read as one that no run adds to");
        assert!(!line.starts_with("rank") || ran.stdout == table, "{}", ran.stdout);
    }
    // A report is written somewhere.
    std::fs::create_dir(place.path("open")).expect("a folder");
    crate::fixture::set_mode(&place.path("open"), 0o777);
    let report = crate::fixture::as_nobody(&place, "report o#1? --out open").expect("as before");
    report.expect(0, "note: nothing may be written in o#1?").expect(0, "reports are in open");
    assert_eq!(results(&place.path("open")), results(&place.path("o#1?")));
    crate::fixture::as_nobody(&place, "report o#1?").expect("as before").expect(8, "Permission denied");
    if let Some(ran) = crate::fixture::as_nobody(&place, "run s.toml --out o#1?") {
        ran.expect(8, "Permission denied");
    }
}

#[test]
fn threads() {
    let place = Place::new(SMALL);
    place.say("run s.toml --jobs 10000").expect(0, "note: --jobs 10000 is more than helps; running 256");
}

#[test]
fn quiet() {
    let place = Place::new(SMALL);
    let ran = place.say("run s.toml --quiet --jobs 10000").expect(0, "");
    assert_eq!(ran.stderr, "");
    let ran = place.say("run s.toml --no-progress --out o").expect(0, "");
    assert_eq!(ran.stderr, "results are in o\n");
    let ran = place.say("run s.toml --quiet --set parameters.width=5").expect(7, "");
    assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
}

#[test]
fn values_listed_twice() {
    let place = Place::new(&SMALL.replace("width = 4", "width = { values = [4, 4] }"));
    place.say("run s.toml").expect(0, "note: `parameters.width` lists 4 more than once; it is tried once");
}

#[test]
fn some_run_away() {
    let learning_rate = "{ values = [0.01, 1e30] }\noptimizer = \"sgd\"";
    let text = SMALL.replace("{ min = 1e-3, max = 1e-1, scale = \"log\" }", learning_rate);
    let place = Place::new(&text);
    let ran = place.say("run s.toml").expect(0, "3 diverged");
    assert!(ran.stdout.contains("diverged"), "{}", ran.stdout);
    let [ranked, folds, _] = results(&place.path("results/small"));
    assert!(ranked.lines().last().is_some_and(|row| row.contains("diverged")), "it stands last: {ranked}");
    assert!(folds.contains("diverged in epoch"), "{folds}");
    // A failure is something else.
    place.say("run s.toml --max-failures 0 --fresh").expect(0, "");
}

#[test]
fn all_run_away() {
    let text = SMALL.replace("{ min = 1e-3, max = 1e-1, scale = \"log\" }", "1e30\noptimizer = \"sgd\"");
    let place = Place::new(&text);
    place.say("run s.toml").expect(5, "no usable trial");
    let [ranked, ..] = results(&place.path("results/small"));
    assert_eq!(ranked.lines().count(), 2, "{ranked}");
    assert!(ranked.lines().nth(1).is_some_and(|row| !row.starts_with('1')), "no rank 1: {ranked}");
}

/// One training row each, of which none can be set aside for early stopping.
#[test]
fn all_fail() {
    let text = "name = \"f\"\n[data]\nbuiltin = \"moons\"\nrows = 10\ntest = 0\n[cv]\nkind = \"holdout\"\nshare = 0.9\n\
                repeats = 4\n[early_stopping]\n[parameters]\nwidth = 2\nepochs = 1\n";
    let place = Place::new(text);
    place.say("run s.toml --out a").expect(5, "no usable trial");
    assert_eq!(n_finished(&place.path("a")), 4);
    for most in ["0", "3"] {
        let out = format!("b{most}");
        place
            .say(&format!("run s.toml --jobs 1 --max-failures {most} --out {out}"))
            .expect(5, "--max-failures");
        let [ranked, folds, _] = results(&place.path(&out));
        assert!(ranked.contains("failed") && folds.contains("early stopping"), "{ranked}\n{folds}");
    }
    place.say("run s.toml --max-failures 4 --out c").expect(5, "no usable trial");
}

#[test]
fn single_configurations() {
    for text in [
        "[data]\nbuiltin = \"moons\"\nrows = 60\n[parameters]\nepochs = 1\n".to_owned(),
        "[data]\nbuiltin = \"moons\"\nrows = 60\n[search]\nsampler = \"grid\"\n".to_owned(),
        SMALL.replace("[cv]\nfolds = 3", "[cv]\nkind = \"holdout\""),
    ] {
        let place = Place::new(&text);
        place.say("run s.toml --out o").expect(0, "");
    }
}

/// What the umask closes is closed; under no umask at all nothing is open to the world's writing.
#[cfg(unix)]
#[test]
fn nobody_else_may_write() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new(SMALL);
    for (umask, closed) in [("000", 0o002), ("027", 0o027), ("077", 0o077)] {
        let script = format!("umask {umask}; exec {} run s.toml --out a/{umask}", crate::fixture::BINARY);
        let ran = std::process::Command::new("sh").args(["-c", &script]).current_dir(&place.folder).output();
        assert!(ran.expect("there is a shell").status.success());
        for name in [format!("a/{umask}"), format!("a/{umask}/model")] {
            let inside = entries(&place.path(&name)).into_iter().map(|file| place.path(&name).join(file));
            for path in inside.chain([place.path(&name)]) {
                let mode = std::fs::metadata(&path).expect("it is there").permissions().mode();
                assert_eq!(mode & closed, 0, "{}: {mode:o}", path.display());
            }
        }
    }
}

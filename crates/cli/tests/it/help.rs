//! What the command says about itself.

use crate::fixture::{Place, SMALL};

#[test]
fn help_of_every_verb() {
    let place = Place::new(SMALL);
    for verb in [
        "",
        "init",
        "run",
        "validate",
        "status",
        "rank",
        "report",
        "compare",
        "check",
        "predict",
        "export",
        "train",
        "gradcheck",
        "perf",
        "perf ab",
    ] {
        let line = format!("{verb} --help");
        let help = place.say(line.trim()).expect(0, "").stdout;
        let name = if verb.is_empty() { "mlpsweep".to_owned() } else { verb.replace(' ', "_") };
        insta::assert_snapshot!(format!("help_{name}"), help);
    }
}

#[test]
fn version() {
    let version = Place::new(SMALL).say("--version").expect(0, "").stdout;
    assert_eq!(version, format!("mlpsweep {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn usage() {
    let place = Place::new(SMALL);
    place.run(&[""; 0]).expect(2, "Usage: mlpsweep <COMMAND>");
    for (line, said) in [
        ("", "unrecognized subcommand"),
        ("rnu", "a similar"),
        ("run", "SWEEP.toml"),
        ("run s.toml extra", "unexpected argument"),
        ("run s.toml --jobs 0", "--jobs"),
        ("run s.toml --jobs -1", "-1"),
        ("run s.toml --jobs many", "--jobs"),
        ("run s.toml --jobs 99999999999999999999", "--jobs"),
        ("run s.toml --max-time 0s", "90s"),
        ("run s.toml --max-time 10", "90s"),
        ("run s.toml --max-failures -1", "-1"),
        ("run s.toml --frsh", "--fresh"),
        ("rank", "DIR"),
        ("rank results --format html", "csv"),
        ("predict results", "DATA.csv"),
        ("predict results d.csv --format html", "csv"),
        ("train", "CONFIG.toml"),
        ("gradcheck", "CONFIG.toml"),
        ("validate none.toml", "none.toml: No such file"),
    ] {
        place.say(line).expect(2, said);
    }
    assert!(!place.path("results").exists());
}

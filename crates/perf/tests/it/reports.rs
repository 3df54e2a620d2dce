//! What people and CI systems are shown.

use crate::simulated::{Simulated, Trouble};
use mlpsweep_perf::{Arm, Broken, Options, SavedRun, judge, junit, markdown};

const ODD: &str = "a|b`c</td><script>alert(1)</script>\n@all & \u{1b}[31m";

/// One slower, one broken, one gone, one new, and names that would be markup.
fn run() -> SavedRun {
    let mut machine = Simulated::new(3, 0.01, Trouble::Nothing);
    machine.slower = vec![("group/1".into(), 0.2)];
    let (mut run, _) = machine.compare(4, &Options { resamples: 200, ..Options::default() });
    run.benchmarks[2] = ODD.into();
    run.broken.push(Broken {
        benchmark: 3,
        arm: Arm::Head,
        reason: "exit status: 101: it | broke <b>".into(),
    });
    run.only_base = vec!["gone".into()];
    run.only_head = vec!["fresh".into()];
    run
}

#[test]
fn markdown_for_people() {
    let run = run();
    let text = markdown(&run, &judge(&run));
    let first = text.lines().next().expect("a line");
    assert_eq!(first, "<!-- mlpsweep perf -->");
    assert!(text.contains("## Performance: 1 regressed, 1 broken, 1 missing, 1 new, 2 equivalent"), "{text}");
    assert!(!text.contains("<script>") && !text.contains("<b>") && !text.contains('\u{1b}'), "{text}");
    let row = text.lines().find(|line| line.contains("group/1")).expect("a row");
    assert!(
        row.starts_with("| <code>group/1</code> | regressed | +2")
            || row.starts_with("| <code>group/1</code> | regressed | +1"),
        "{row}"
    );
    for line in text.lines().filter(|line| line.starts_with('|')) {
        let n_cells = line.matches('|').count();
        assert_eq!(n_cells, 11, "{line}");
    }
}

#[test]
fn junit_for_machines() {
    let xml = junit(&judge(&run()));
    assert!(
        xml.contains("tests=\"6\"") && xml.contains("failures=\"2\"") && xml.contains("errors=\"1\""),
        "{xml}"
    );
    assert!(!xml.contains("<script>") && !xml.contains('\u{1b}'), "{xml}");
    assert!(xml.contains("name=\"group/1\""));
}

#[test]
fn a_run_on_the_disk() {
    let run = run();
    let json = run.to_json();
    assert_eq!(SavedRun::from_json(&json).as_ref(), Ok(&run));
    let refused = |from: &str, to: &str| {
        assert!(json.contains(from), "{from}");
        SavedRun::from_json(&json.replacen(from, to, 1)).expect_err("refused")
    };
    assert_eq!(refused("\"format\": 1", "\"format\": 9"), "format 9, and this mlpsweep knows format 1");
    assert!(refused("\"format\": 1", "\"forma\": 1").contains("no run of mlpsweep perf"));
    assert!(refused("\"threshold\": 0.05", "\"threshold\": -1").contains("makes no sense"));
    assert!(refused("\"benchmark\": 3", "\"benchmark\": 99").contains("not listed"));
    assert!(SavedRun::from_json("").is_err() && SavedRun::from_json(&json[..json.len() / 2]).is_err());
}

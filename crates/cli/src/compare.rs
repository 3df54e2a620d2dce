//! `mlpsweep compare` and `check`: two sweeps side by side, for people and as a gate.

use crate::args::{CheckArguments, CompareArguments, Format};
use crate::exit::{GATE, INCONCLUSIVE, NOTHING, Problem, print};
use mlpsweep_report::{Comparison, OutputError, Study, Verdict, compare, plain_table, write_file};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The level of both verbs.
const ALPHA: f64 = 0.05;

pub(crate) fn run_compare(arguments: &CompareArguments) -> Result<(), Problem> {
    let found = comparison(&arguments.first, &arguments.second, 0.0)?;
    print(&text(&found, arguments.output.format))
}

pub(crate) fn run_check(arguments: &CheckArguments) -> Result<(), Problem> {
    let found = comparison(&arguments.baseline, &arguments.folder, arguments.margin)?;
    let report = markdown(&found);
    if let Some(folder) = &arguments.out {
        std::fs::create_dir_all(folder).map_err(|source| OutputError { path: folder.clone(), source })?;
        let files =
            [("report.md", report.clone()), ("junit.xml", junit(&found)), ("check.json", json(&found))];
        for (name, content) in files {
            write_file(&folder.join(name), content.as_bytes())?;
        }
    }
    if let Some(summary) = std::env::var_os("GITHUB_STEP_SUMMARY").map(PathBuf::from) {
        let opened = std::fs::File::options().create(true).append(true).open(&summary);
        let written = opened.and_then(|mut file| file.write_all(report.as_bytes()));
        written.map_err(|source| OutputError { path: summary, source })?;
    }
    print(&text(&found, arguments.output.format))?;
    match found.verdict {
        Verdict::Worse => Err(Problem::new(GATE, sentence(&found))),
        Verdict::Untested if arguments.fail_inconclusive => Err(Problem::new(INCONCLUSIVE, sentence(&found))),
        _ => Ok(()),
    }
}

fn comparison(first: &Path, second: &Path, margin: f64) -> Result<Comparison, Problem> {
    let [a, b] = [first, second].map(Study::read_scores);
    compare(&a?, &b?, margin, ALPHA).map_err(|why| {
        Problem::new(NOTHING, format!("{} and {}: {why}", first.display(), second.display()))
            .hint(Some("sweeps are compared that have the same data and the same metric first".into()))
    })
}

fn text(found: &Comparison, format: Format) -> String {
    match format {
        Format::Json => json(found),
        Format::Csv => {
            let mut writer = csv::Writer::from_writer(Vec::new());
            for record in [columns().to_vec(), cells(found, |x| format!("{x:?}"))] {
                writer.write_record(record).expect("text goes into memory without fail");
            }
            let bytes = writer.into_inner().expect("text goes into memory without fail");
            String::from_utf8(bytes).expect("text in, text out")
        }
        Format::Table => {
            let side = |name: &str, side: &mlpsweep_report::Side| {
                let se = side.se.map_or(String::new(), |se| format!("{se:.4}"));
                vec![name.into(), side.name.clone(), side.number.to_string(), format!("{:.4}", side.mean), se]
            };
            let header = ["", "sweep", "trial", &found.metric, "se"].map(str::to_owned);
            let rows = vec![side("A", &found.a), side("B", &found.b)];
            format!("{}\n{}\n", plain_table(&header, rows), sentence(found))
        }
    }
}

fn json(found: &Comparison) -> String {
    serde_json::to_string_pretty(found).expect("keys are text") + "\n"
}

fn columns() -> [String; 14] {
    [
        "metric",
        "name_a",
        "number_a",
        "mean_a",
        "name_b",
        "number_b",
        "mean_b",
        "difference",
        "ci_low",
        "ci_high",
        "p",
        "p_worse",
        "paired",
        "verdict",
    ]
    .map(str::to_owned)
}

fn cells(found: &Comparison, number: impl Fn(f64) -> String) -> Vec<String> {
    let maybe = |x: Option<f64>| x.map_or(String::new(), &number);
    let Comparison { a, b, .. } = found;
    vec![
        found.metric.clone(),
        a.name.clone(),
        a.number.to_string(),
        number(a.mean),
        b.name.clone(),
        b.number.to_string(),
        number(b.mean),
        number(found.difference),
        maybe(found.ci_low),
        maybe(found.ci_high),
        maybe(found.p),
        maybe(found.p_worse),
        found.paired.to_string(),
        found.verdict.as_str().to_owned(),
    ]
}

/// What was found, in words.
fn sentence(found: &Comparison) -> String {
    let Comparison { metric, difference, margin, .. } = found;
    let how = if found.paired { "fold by fold" } else { "their folds differ, so unpaired" };
    let interval = match (found.ci_low, found.ci_high, found.p) {
        (Some(low), Some(high), Some(p)) => {
            format!("95 % {low:+.4} to {high:+.4}, p = {p:.3}, {how}")
        }
        _ => "one split, nothing to test".into(),
    };
    let beyond = if *margin > 0.0 { format!(" by more than {margin}") } else { String::new() };
    let verdict = match found.verdict {
        Verdict::Better => "B is better".to_owned(),
        Verdict::Worse => format!("B is worse{beyond}"),
        Verdict::NoDifference if *margin > 0.0 => {
            format!("B is not worse{beyond}, as far as these folds can tell")
        }
        Verdict::NoDifference => "no difference that these folds can tell from chance".to_owned(),
        Verdict::Untested => "not tested".to_owned(),
    };
    format!("{verdict}: {metric} {difference:+.4} in favour of B ({interval})")
}

/// For a comment or a summary.
fn markdown(found: &Comparison) -> String {
    let escaped = |text: &str| {
        let mut safe = String::new();
        for c in text.chars() {
            match c {
                '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '@' => safe.extend(['\\', c]),
                c if c.is_control() => safe.push(' '),
                c => safe.push(c),
            }
        }
        safe
    };
    let sign = if found.verdict == Verdict::Worse { "failed" } else { "passed" };
    let row = |name: &str, side: &mlpsweep_report::Side| {
        let se = side.se.map_or(String::new(), |se| format!(" ± {se:.4}"));
        format!("| {name} | {} | {} | {:.4}{se} |\n", escaped(&side.name), side.number, side.mean)
    };
    format!(
        "<!-- mlpsweep check -->\n### Quality of the best configuration: {sign}\n\n{}\n\n| | sweep | trial | {} |\n| --- | --- | --- | --- |\n{}{}",
        escaped(&sentence(found)),
        found.metric,
        row("baseline (A)", &found.a),
        row("now (B)", &found.b)
    )
}

fn junit(found: &Comparison) -> String {
    let printable =
        |text: &str| text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    let mut status = match found.verdict {
        Verdict::Worse => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Untested => TestCaseStatus::skipped(),
        Verdict::Better | Verdict::NoDifference => TestCaseStatus::success(),
    };
    if found.verdict == Verdict::Worse || found.verdict == Verdict::Untested {
        status.set_message(printable(&sentence(found)));
        status.set_type(found.verdict.as_str());
    }
    let mut case = TestCase::new(printable(&format!("{} of {}", found.metric, found.b.name)), status);
    case.set_classname("quality");
    let mut suite = TestSuite::new("mlpsweep check");
    suite.add_test_case(case);
    let mut report = Report::new("mlpsweep check");
    report.add_test_suite(suite);
    report.to_string().expect("XML goes into memory without fail")
}

//! `mlpsweep compare` and `check`: two sweeps side by side, for people and as a gate.

use crate::args::{CheckArguments, CompareArguments, Format};
use crate::exit::{GATE, INCONCLUSIVE, NOTHING, Problem, print, tell_if_immutable};
use crate::reports::{csv_text, write_reports};
use mlpsweep_perf::{markdown_cell, without_controls};
use mlpsweep_report::{Comparison, Study, Verdict, compare, plain_table};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::path::Path;

/// The level of both verbs.
const ALPHA: f64 = 0.05;

pub(crate) fn run_compare(arguments: &CompareArguments) -> Result<(), Problem> {
    let found = comparison(&arguments.first, &arguments.second, 0.0, arguments.output.quiet)?;
    print(&text(&found, arguments.output.format))
}

pub(crate) fn run_check(arguments: &CheckArguments) -> Result<(), Problem> {
    let found = comparison(&arguments.baseline, &arguments.folder, arguments.margin, arguments.output.quiet)?;
    let report = markdown(&found);
    let files = [("report.md", &*report), ("junit.xml", &junit(&found)), ("check.json", &json(&found))];
    write_reports(arguments.out.as_deref(), &files, &report)?;
    print(&text(&found, arguments.output.format))?;
    match found.verdict {
        Verdict::Worse => Err(Problem::new(GATE, sentence(&found))),
        Verdict::Untested if arguments.fail_inconclusive => Err(Problem::new(INCONCLUSIVE, sentence(&found))),
        _ => Ok(()),
    }
}

fn comparison(first: &Path, second: &Path, margin: f64, is_quiet: bool) -> Result<Comparison, Problem> {
    let read = |folder: &Path| -> Result<Study, Problem> {
        let study = Study::read_scores(folder)?;
        tell_if_immutable(&study, folder, is_quiet);
        Ok(study)
    };
    compare(&read(first)?, &read(second)?, margin, ALPHA).map_err(|why| {
        Problem::new(NOTHING, format!("{} and {}: {why}", first.display(), second.display()))
            .hint(Some("sweeps are compared that have the same data and the same metric first".into()))
    })
}

fn text(found: &Comparison, format: Format) -> String {
    match format {
        Format::Json => json(found),
        Format::Csv => {
            let (names, cells): (Vec<&str>, Vec<String>) = cells(found).into_iter().unzip();
            csv_text([names.into_iter().map(str::to_owned).collect(), cells])
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

/// The names of the CSV's columns, and what stands in them.
fn cells(found: &Comparison) -> [(&'static str, String); 14] {
    let number = |x: f64| format!("{x:?}");
    let maybe = |x: Option<f64>| x.map_or(String::new(), number);
    let Comparison { a, b, .. } = found;
    [
        ("metric", found.metric.clone()),
        ("name_a", a.name.clone()),
        ("number_a", a.number.to_string()),
        ("mean_a", number(a.mean)),
        ("name_b", b.name.clone()),
        ("number_b", b.number.to_string()),
        ("mean_b", number(b.mean)),
        ("difference", number(found.difference)),
        ("ci_low", maybe(found.ci_low)),
        ("ci_high", maybe(found.ci_high)),
        ("p", maybe(found.p)),
        ("p_worse", maybe(found.p_worse)),
        ("paired", found.paired.to_string()),
        ("verdict", found.verdict.as_str().to_owned()),
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
    let sign = if found.verdict == Verdict::Worse { "failed" } else { "passed" };
    let row = |name: &str, side: &mlpsweep_report::Side| {
        let se = side.se.map_or(String::new(), |se| format!(" ± {se:.4}"));
        format!("| {name} | {} | {} | {:.4}{se} |\n", markdown_cell(&side.name), side.number, side.mean)
    };
    format!(
        "<!-- mlpsweep check -->\n### Quality of the best configuration: {sign}\n\n{}\n\n| | sweep | trial | {} |\n| --- | --- | --- | --- |\n{}{}",
        markdown_cell(&sentence(found)),
        found.metric,
        row("baseline (A)", &found.a),
        row("now (B)", &found.b)
    )
}

fn junit(found: &Comparison) -> String {
    let mut status = match found.verdict {
        Verdict::Worse => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Untested => TestCaseStatus::skipped(),
        Verdict::Better | Verdict::NoDifference => TestCaseStatus::success(),
    };
    if found.verdict == Verdict::Worse || found.verdict == Verdict::Untested {
        status.set_message(without_controls(&sentence(found)));
        status.set_type(found.verdict.as_str());
    }
    let mut case = TestCase::new(without_controls(&format!("{} of {}", found.metric, found.b.name)), status);
    case.set_classname("quality");
    let mut suite = TestSuite::new("mlpsweep check");
    suite.add_test_case(case);
    let mut report = Report::new("mlpsweep check");
    report.add_test_suite(suite);
    report.to_string().expect("XML goes into memory without fail")
}

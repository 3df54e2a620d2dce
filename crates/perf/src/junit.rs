//! The verdicts for CI systems, as JUnit's XML: a test a benchmark.

use crate::judge::{Estimate, Judged, Row, Verdict};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

/// The report. What has regressed or is missing has failed, what is broken is an error, what says nothing is skipped.
pub fn junit(judged: &Judged) -> String {
    let mut suite = TestSuite::new("mlpsweep perf");
    for row in &judged.rows {
        let mut case = TestCase::new(without_controls(&row.benchmark), status(row));
        case.set_classname("benchmarks");
        suite.add_test_case(case);
    }
    let mut report = Report::new("mlpsweep perf");
    report.add_test_suite(suite);
    report.to_string().expect("XML goes into memory without fail")
}

fn status(row: &Row) -> TestCaseStatus {
    let failed = |kind| TestCaseStatus::non_success(kind);
    let mut status = match row.verdict {
        Verdict::Regressed | Verdict::Missing => failed(NonSuccessKind::Failure),
        Verdict::Broken => failed(NonSuccessKind::Error),
        Verdict::Incomparable | Verdict::Unconfirmed | Verdict::Inconclusive | Verdict::New => {
            TestCaseStatus::skipped()
        }
        Verdict::Equivalent | Verdict::Improved => return TestCaseStatus::success(),
    };
    status.set_message(without_controls(&message(row)));
    status.set_type(row.verdict.name());
    status
}

fn message(row: &Row) -> String {
    if let Some(note) = &row.note {
        return format!("{}: {note}", row.verdict.name());
    }
    let Some(Estimate { effect, low, high, margin, n_rounds, .. }) = row.estimate else {
        return row.verdict.name().to_owned();
    };
    let [effect, low, high, margin] = [effect, low, high, margin].map(|x| 100.0 * x);
    format!(
        "{}: {effect:+.1} % ({low:+.1} to {high:+.1} %), margin {margin:.1} %, {n_rounds} rounds",
        row.verdict.name()
    )
}

/// A text without what XML has no place for.
pub fn without_controls(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

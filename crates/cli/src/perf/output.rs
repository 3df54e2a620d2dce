//! The verdicts on standard output and in files.

use crate::args::{Format, PerfTiming};
use crate::exit::{Problem, print};
use crate::reports::{csv_text, write_reports};
use mlpsweep_perf::{Judged, SavedRun, Verdict, headline, junit, markdown, time};
use mlpsweep_report::plain_table;
use serde_json::json;
use std::fmt::Write as _;
use std::path::Path;

pub(super) fn show(run: &SavedRun, judged: &Judged, timing: &PerfTiming) -> Result<(), Problem> {
    output(run, judged, timing.out.as_deref(), timing.output.format)
}

/// The verdicts on stdout and in files. Written before anything fails because of them.
pub(super) fn output(
    run: &SavedRun,
    judged: &Judged,
    out: Option<&Path>,
    format: Format,
) -> Result<(), Problem> {
    let report = markdown(run, judged);
    let files = [
        ("run.json", &*run.to_json()),
        ("verdicts.json", &verdicts_json(run, judged)),
        ("report.md", &report),
        ("junit.xml", &junit(judged)),
    ];
    write_reports(out, &files, &report)?;
    print(&match format {
        Format::Json => verdicts_json(run, judged),
        Format::Csv => csv(judged),
        Format::Table => table(judged),
    })
}

fn verdicts_json(run: &SavedRun, judged: &Judged) -> String {
    let counts: serde_json::Map<String, serde_json::Value> = Verdict::ALL
        .iter()
        .map(|&verdict| (verdict.name().to_owned(), judged.count(verdict).into()))
        .collect();
    let all = json!({
        "format": 1,
        "version": run.version,
        "base": run.base,
        "head": run.head,
        "host": run.host,
        "counts": counts,
        "geometric_mean": judged.geometric_mean,
        "benchmarks": judged.rows,
    });
    format!("{all:#}\n")
}

const COLUMNS: [&str; 9] =
    ["benchmark", "verdict", "change", "low", "high", "margin", "base", "head", "rounds"];

fn table(judged: &Judged) -> String {
    let percent = |x: f64| format!("{:+.1} %", 100.0 * x);
    let rows = judged.rows.iter().map(|row| {
        let mut cells = vec![row.benchmark.clone(), row.verdict.name().to_owned()];
        if let Some(found) = &row.estimate {
            let parts = [found.effect, found.low, found.high].map(percent);
            cells.extend(parts);
            cells.push(format!("{:.1} %", 100.0 * found.margin));
            cells.extend([time(found.base), time(found.head), found.n_rounds.to_string()]);
        }
        cells.resize(COLUMNS.len(), String::new());
        cells
    });
    let header: Vec<String> = COLUMNS.iter().map(|&name| name.to_owned()).collect();
    let mut text = plain_table(&header, rows.collect());
    let _ = writeln!(text, "\n{}; head/base {:.3} in the mean", headline(judged), judged.geometric_mean);
    for row in &judged.rows {
        if let Some(note) = &row.note {
            let _ = writeln!(text, "{}: {}", row.benchmark.escape_debug(), note.escape_debug());
        }
    }
    text
}

fn csv(judged: &Judged) -> String {
    let rows = judged.rows.iter().map(|row| {
        let mut cells = vec![row.benchmark.clone(), row.verdict.name().to_owned()];
        if let Some(found) = &row.estimate {
            let numbers = [found.effect, found.low, found.high, found.margin, found.base, found.head];
            cells.extend(numbers.iter().map(f64::to_string));
            cells.push(found.n_rounds.to_string());
        }
        cells.resize(COLUMNS.len(), String::new());
        cells
    });
    csv_text(std::iter::once(COLUMNS.map(str::to_owned).to_vec()).chain(rows))
}

/// Cells as a table, as CSV, or as a JSON array of objects.
pub(super) fn cells_as(format: Format, header: &[String], rows: Vec<Vec<String>>) -> String {
    match format {
        Format::Table => plain_table(header, rows),
        Format::Csv => csv_text(std::iter::once(header.to_vec()).chain(rows)),
        Format::Json => {
            let object = |row: Vec<String>| {
                let cells = header.iter().cloned().zip(row.into_iter().map(serde_json::Value::from));
                serde_json::Value::Object(cells.collect())
            };
            format!("{:#}\n", serde_json::Value::Array(rows.into_iter().map(object).collect()))
        }
    }
}

//! The verdicts for people, as Markdown that a pull request or a job summary shows.

use crate::judge::{Estimate, Judged, Row, Verdict};
use crate::run::SavedRun;
use std::fmt::Write as _;

/// By it whoever posts the comment finds the last one, to replace it.
const MARKER: &str = "<!-- mlpsweep perf -->";

/// The report.
pub fn markdown(run: &SavedRun, judged: &Judged) -> String {
    let mut text = format!("{MARKER}\n## Performance: {}\n\n", headline(judged));
    let _ = writeln!(
        text,
        "{} → {} on {}, {} cores, {}",
        code(&run.base),
        code(&run.head),
        markdown_cell(&run.host.cpu),
        run.host.cores,
        markdown_cell(&run.host.rustc)
    );
    let _ = writeln!(
        text,
        "\nhead/base: geometric mean {:.3} over {} benchmarks; slower than {:.1} % counts, at most {:.0} % of alarms false; up to {} rounds a stage\n",
        judged.geometric_mean,
        judged.rows.iter().filter(|row| row.estimate.is_some()).count(),
        100.0 * run.options.threshold,
        100.0 * run.options.level,
        run.options.rounds,
    );
    let (quiet, loud): (Vec<&Row>, Vec<&Row>) =
        judged.rows.iter().partition(|row| row.verdict == Verdict::Equivalent);
    if !loud.is_empty() {
        table(&mut text, &loud);
    }
    if !quiet.is_empty() {
        let _ = writeln!(text, "<details><summary>{} equivalent</summary>\n", quiet.len());
        table(&mut text, &quiet);
        text.push_str("</details>\n");
    }
    text
}

/// The counts, the worst first.
pub fn headline(judged: &Judged) -> String {
    let counts = Verdict::ALL.iter().map(|&verdict| (judged.count(verdict), verdict.name()));
    let counts: Vec<String> = counts.filter(|(n, _)| *n > 0).map(|(n, name)| format!("{n} {name}")).collect();
    if counts.is_empty() { "nothing to compare".to_owned() } else { counts.join(", ") }
}

fn table(text: &mut String, rows: &[&Row]) {
    text.push_str("| benchmark | verdict | change | 95 % interval | margin | base | head | rounds | p slower | would have seen |\n");
    text.push_str("| --- | --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    for row in rows {
        let Row { benchmark, verdict, estimate, note } = row;
        let verdict = match note {
            Some(note) => format!("{}: {}", verdict.name(), markdown_cell(note)),
            None => verdict.name().to_owned(),
        };
        let numbers = estimate.as_ref().map_or_else(|| " | | | | | | | ".to_owned(), numbers);
        let _ = writeln!(text, "| {} | {verdict} | {numbers} |", code(benchmark));
    }
    text.push('\n');
}

fn numbers(estimate: &Estimate) -> String {
    let Estimate { n_rounds, base, head, effect, low, high, margin, p_slower, smallest_effect, .. } =
        estimate;
    let percent = |x: f64| format!("{:+.1} %", 100.0 * x);
    let seen = if smallest_effect.is_finite() { percent(*smallest_effect) } else { "nothing".to_owned() };
    format!(
        "{} | {} to {} | {:.1} % | {} | {} | {n_rounds} | {p_slower:.2e} | {seen}",
        percent(*effect),
        percent(*low),
        percent(*high),
        100.0 * margin,
        time(*base),
        time(*head),
    )
}

/// Nanoseconds to four digits, in the unit that leaves few before the point.
pub fn time(nanoseconds: f64) -> String {
    const UNITS: [(f64, &str); 4] = [(1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns")];
    let (size, unit) = UNITS.into_iter().find(|(size, _)| nanoseconds >= *size).unwrap_or((1.0, "ns"));
    let number = nanoseconds / size;
    let decimals = match number {
        0.0..10.0 => 3,
        10.0..100.0 => 2,
        100.0..1000.0 => 1,
        _ => 0,
    };
    format!("{number:.decimals$} {unit}")
}

/// Text in a cell: nothing in it is markup, ends the cell or the line, or calls anybody.
pub fn markdown_cell(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '|' | '\\' | '`' | '*' | '[' | ']' | '~' | '@' => _ = write!(escaped, "&#{};", c as u32),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

/// The same as it is in code.
fn code(text: &str) -> String {
    format!("<code>{}</code>", markdown_cell(text))
}

//! The ranking as a table in the terminal, without colours.
//!
//! ```text
//! rank  trial  state  <metric> mean ± se  =  <further metrics' means …>  n_parameters  <searched parameters …>
//! ```
//!
//! The columns up to `=` are always there; of the others as many from the left as the width holds. Numbers of one
//! column have the same decimals: two digits of the median standard error, or four digits of the largest number where
//! there is none. The exact numbers stand in ranked.csv.

use crate::ranked::parameter;
use crate::ranking::{ALPHA, RankedTrial, Ranking, TrialState};
use crate::scores::Scores;
use comfy_table::{CellAlignment, LineStyle, Table, presets};
use mlpsweep_search::Value;
use mlpsweep_sweep::record::{SweepInfo, Trial};
use std::fmt::Write as _;

/// Spaces between columns.
const SPACING: u16 = 2;
/// Longer texts are cut.
const LONGEST_TEXT: usize = 24;

/// The first `top` rows, in lines of at most `width` where the first columns allow it (`None`: as wide as it gets),
/// and below them what the signs mean and what was left out. Ends with a line end.
pub fn table(ranking: &Ranking<'_>, info: &SweepInfo, top: usize, width: Option<u16>) -> String {
    let rows = &ranking.rows[..top.min(ranking.rows.len())];
    if rows.is_empty() {
        return format!("{} trials, none of them shown\n", ranking.rows.len());
    }
    let has_errors = rows.iter().any(|row| row.scores.first().is_some_and(|scores| scores.se.is_some()));
    let columns = columns(rows, info, has_errors);
    let n_shown = n_columns_that_fit(&columns, width);

    let mut text = draw(&columns[..n_shown]).trim_fmt();
    text.push_str("\n\n");
    for note in notes(ranking, rows.len(), has_errors, &columns[n_shown..]) {
        text.push_str(&wrapped(&note, width.unwrap_or(u16::MAX)));
        text.push('\n');
    }
    text
}

/// A column of the table: its head and a cell per row.
struct Column {
    head: String,
    cells: Vec<String>,
    /// Numbers are aligned to the right, words to the left.
    is_number: bool,
    /// Whether it is there at any width.
    is_essential: bool,
}

impl Column {
    fn numbers(head: &str, cells: Vec<String>) -> Column {
        Column { head: printable(head), cells, is_number: true, is_essential: false }
    }

    fn words(head: &str, cells: Vec<String>) -> Column {
        Column { is_number: false, ..Column::numbers(head, cells) }
    }

    fn essential(self) -> Column {
        Column { is_essential: true, ..self }
    }
}

fn columns(rows: &[RankedTrial<'_>], info: &SweepInfo, has_errors: bool) -> Vec<Column> {
    fn each<'r>(rows: &'r [RankedTrial<'r>], cell: impl Fn(&'r RankedTrial<'r>) -> String) -> Vec<String> {
        rows.iter().map(cell).collect()
    }
    let count = |n: Option<usize>| n.map(|n| n.to_string()).unwrap_or_default();
    let state = |row: &RankedTrial<'_>| match row.state {
        TrialState::Running => format!("{} {}/{}", row.state, row.folds_done, info.n_splits()),
        _ => row.state.to_string(),
    };
    let mut columns = vec![
        Column::numbers("rank", each(rows, |row| count(row.rank))).essential(),
        Column::numbers("trial", each(rows, |row| row.trial.number.to_string())).essential(),
        Column::words("state", each(rows, state)).essential(),
    ];
    for (metric_idx, metric) in info.metrics.iter().enumerate() {
        let scores: Vec<Option<&Scores>> = rows.iter().map(|row| row.scores.get(metric_idx)).collect();
        let is_first = metric_idx == 0;
        let cells = score_cells(&scores, is_first && has_errors);
        let column = Column::numbers(&metric.name, cells);
        columns.push(Column { is_essential: is_first, ..column });
        if is_first && has_errors {
            let sign = |row: &RankedTrial<'_>| if row.tied_with_best == Some(true) { "=" } else { "" }.into();
            columns.push(Column::words("=", each(rows, sign)).essential());
        }
    }
    columns.push(Column::numbers("n_parameters", each(rows, |row| count(row.n_parameters))));
    for (parameter_idx, (name, is_searched)) in info.parameters.iter().enumerate() {
        if *is_searched {
            let value = |trial| parameter(trial, parameter_idx, name);
            columns.push(parameter_column(name, rows.iter().map(|row| row.trial), value));
        }
    }
    columns
}

fn parameter_column<'r>(
    name: &str,
    trials: impl Iterator<Item = &'r Trial>,
    value: impl Fn(&'r Trial) -> Option<&'r Value>,
) -> Column {
    let values: Vec<Option<&Value>> = trials.map(value).collect();
    let is_number = |value: &&Value| matches!(value, Value::Int(_) | Value::Float(_));
    let all_numbers = values.iter().flatten().all(is_number);
    let cells = values.into_iter().map(|value| value.map(parameter_cell).unwrap_or_default()).collect();
    if all_numbers { Column::numbers(name, cells) } else { Column::words(name, cells) }
}

/// A hyperparameter, a float to four digits.
fn parameter_cell(value: &Value) -> String {
    match value {
        Value::Float(x) => match format!("{x:.3e}").parse::<f64>() {
            Ok(rounded) => format!("{rounded:?}"),
            Err(_) => format!("{x:?}"),
        },
        _ => printable(&value.to_string()),
    }
}

/// A metric's means, with `± se` where `with_errors`.
fn score_cells(scores: &[Option<&Scores>], with_errors: bool) -> Vec<String> {
    let means: Vec<f64> = scores.iter().flatten().filter_map(|scores| scores.mean).collect();
    let errors: Vec<f64> = scores.iter().flatten().filter_map(|scores| scores.se).collect();
    let format = Format::of(&means, &errors);
    let error_cell = |scores: &Scores| scores.se.map(|se| format.error(se));
    let error_width =
        scores.iter().flatten().filter_map(|scores| error_cell(scores)).map(|cell| cell.len()).max();
    let cell = |scores: &Scores| {
        let mean = format.number(scores.mean?);
        let error = error_cell(scores).filter(|_| with_errors);
        Some(match error {
            Some(error) => format!("{mean} ± {error:>width$}", width = error_width.unwrap_or(0)),
            None => mean,
        })
    };
    scores.iter().map(|scores| scores.and_then(cell).unwrap_or_default()).collect()
}

/// How the numbers of a column are written.
#[derive(Clone, Copy)]
enum Format {
    /// With so many decimals.
    Decimals(usize),
    /// As `1.234e-9`.
    Scientific,
}

impl Format {
    fn of(means: &[f64], errors: &[f64]) -> Format {
        let mut errors: Vec<f64> = errors.iter().copied().filter(|se| se.is_finite() && *se > 0.0).collect();
        errors.sort_by(f64::total_cmp);
        let largest =
            means.iter().copied().filter(|x| x.is_finite()).fold(0.0, |max: f64, x| max.max(x.abs()));
        let last_digit = match errors.get(errors.len() / 2) {
            Some(median) => exponent(*median) - 1,
            None if largest > 0.0 => exponent(largest) - 3,
            None => -4,
        };
        if last_digit < -8 || largest >= 1e9 {
            return Format::Scientific;
        }
        Format::Decimals(last_digit.min(0).unsigned_abs() as usize)
    }

    fn number(self, x: f64) -> String {
        match self {
            Format::Decimals(n) => format!("{x:.n$}"),
            Format::Scientific => format!("{x:.3e}"),
        }
    }

    fn error(self, se: f64) -> String {
        match self {
            Format::Decimals(n) => format!("{se:.n$}"),
            Format::Scientific => format!("{se:.1e}"),
        }
    }
}

/// The power of ten of a positive number's first digit.
fn exponent(x: f64) -> i32 {
    x.log10().floor() as i32
}

fn draw(columns: &[Column]) -> Table {
    let mut table = Table::new();
    let rule = LineStyle::none().fill('─').junction('─');
    table.load_style(presets::NOTHING.header_separator(rule));
    table.set_header(columns.iter().map(|column| &column.head));
    for row_idx in 0..columns.first().map_or(0, |column| column.cells.len()) {
        table.add_row(columns.iter().map(|column| &column.cells[row_idx]));
    }
    let last = columns.len().saturating_sub(1);
    for (column_idx, column) in columns.iter().enumerate() {
        if let Some(drawn) = table.column_mut(column_idx) {
            drawn.set_padding((0, if column_idx == last { 0 } else { SPACING }));
            drawn.set_cell_alignment(if column.is_number {
                CellAlignment::Right
            } else {
                CellAlignment::Left
            });
        }
    }
    table
}

/// How many columns, from the left, make lines of at most `width`.
fn n_columns_that_fit(columns: &[Column], width: Option<u16>) -> usize {
    let Some(width) = width else { return columns.len() };
    let mut right_end = 0;
    let widths = draw(columns).column_max_content_widths();
    let fitting = columns.iter().zip(widths).take_while(|(column, column_width)| {
        right_end += u32::from(*column_width);
        let fits = column.is_essential || right_end <= u32::from(width);
        right_end += u32::from(SPACING);
        fits
    });
    fitting.count()
}

fn notes(ranking: &Ranking<'_>, n_rows: usize, has_errors: bool, left_out: &[Column]) -> Vec<String> {
    let mut notes = Vec::new();
    if n_rows < ranking.rows.len() {
        notes.push(format!("the first {n_rows} of {} trials", ranking.rows.len()));
    }
    if has_errors {
        notes.push(format!(
            "± corrected standard error; = not told from the best by these folds (p ≥ {ALPHA})"
        ));
    } else if ranking.best().is_some() {
        notes.push("one split: no standard error, and no test against the best".into());
    } else {
        notes.push("no trial is complete, so none has a rank".into());
    }
    if !left_out.is_empty() {
        let names: Vec<&str> = left_out.iter().map(|column| column.head.as_str()).collect();
        notes.push(format!("no room for: {}", names.join(", ")));
    }
    notes
}

/// A text that moves no cursor and fits a column: control and direction characters escaped, cut when long.
fn printable(text: &str) -> String {
    let is_direction =
        |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut shown = String::new();
    for (n_before, c) in text.chars().enumerate() {
        if n_before == LONGEST_TEXT {
            shown.push('…');
            break;
        }
        if c.is_control() || is_direction(c) {
            let _ = write!(shown, "{}", c.escape_debug());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Lines of at most `width` characters, broken between words.
fn wrapped(text: &str, width: u16) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= usize::from(width) => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

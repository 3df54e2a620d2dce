//! The ranking as a table in the terminal, without colours.
//!
//! ```text
//! rank  trial  state  <metric> mean ± se  =  95 % interval  <further metrics' means …>  n_parameters  <searched parameters …>
//! ```
//!
//! The columns up to `=` are always there, but `state` only where it says something. Of the others those are there for
//! which the width has room, given first to the interval, then to the further metrics, then to the parameters from the left, then to
//! `n_parameters`. The numbers of a metric have the same decimals: two digits of the median standard error, or four
//! digits of the largest number where there is none. The exact numbers stand in ranked.csv.

use crate::ranked::parameter;
use crate::ranking::{ALPHA, RankedTrial, Ranking, TrialState};
use crate::scores::Scores;
use comfy_table::{CellAlignment, LineStyle, Table, presets};
use mlpsweep_search::Value;
use mlpsweep_sweep::record::{MetricInfo, Refit, SweepInfo, Trial};

/// Spaces between columns.
const SPACING: u16 = 2;
/// Longer texts are cut.
const LONGEST_TEXT: usize = 24;

/// The first `top` rows, in lines of at most `width` where the first columns allow it (`None`: as wide as it gets),
/// and below them what the signs mean and what was left out. Ends with a line end.
pub fn table(ranking: &Ranking<'_>, info: &SweepInfo, top: usize, width: Option<u16>) -> String {
    if ranking.rows.is_empty() {
        return "no trials yet\n".into();
    }
    let rows = &ranking.rows[..top.min(ranking.rows.len())];
    let has_errors = rows.iter().any(|row| row.scores.first().is_some_and(|scores| scores.se.is_some()));
    let columns = columns(rows, info, has_errors);
    let has_room = with_room(&columns, width);
    let of = |wanted: bool| columns.iter().zip(&has_room).filter(move |&(_, &has_room)| has_room == wanted);
    let shown: Vec<&Column> = of(true).map(|(column, _)| column).collect();
    let says_something = |column: &&Column| column.need != Need::Same;
    let left_out = of(false).map(|(column, _)| column).filter(says_something);
    let left_out: Vec<&str> = left_out.map(|column| column.head.as_str()).collect();

    let mut text = draw(&shown).trim_fmt();
    text.push_str("\n\n");
    for note in notes(ranking, info, rows.len(), has_errors, &left_out) {
        text.push_str(&wrapped(&note, width.unwrap_or(u16::MAX)));
        text.push('\n');
    }
    text
}

/// Cells as they are, numbers to the right.
pub fn plain_table(header: &[String], rows: Vec<Vec<String>>) -> String {
    let columns: Vec<Column> = header
        .iter()
        .enumerate()
        .map(|(column_idx, head)| {
            let cells: Vec<String> = rows.iter().map(|row| fitting(&row[column_idx])).collect();
            let is_number = cells.iter().all(|cell| cell.is_empty() || cell.parse::<f64>().is_ok());
            let column = if is_number { Column::numbers } else { Column::words };
            column(Need::Always, head, cells)
        })
        .collect();
    let mut text = draw(&columns.iter().collect::<Vec<_>>()).trim_fmt();
    text.push('\n');
    text
}

/// A column of the table: its head and a cell per row.
struct Column {
    head: String,
    cells: Vec<String>,
    /// Numbers are aligned to the right, words to the left.
    is_number: bool,
    need: Need,
}

/// Which column is given room first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Need {
    /// There at any width.
    Always,
    /// The interval around the mean.
    Interval,
    /// A further metric.
    Metric,
    /// A searched parameter.
    Parameter,
    /// The size of the network.
    Size,
    /// What is the same in every row.
    Same,
}

impl Column {
    fn numbers(need: Need, head: &str, cells: Vec<String>) -> Column {
        Column { head: fitting(head), cells, is_number: true, need }
    }

    fn words(need: Need, head: &str, cells: Vec<String>) -> Column {
        Column { is_number: false, ..Column::numbers(need, head, cells) }
    }
}

fn columns(rows: &[RankedTrial<'_>], info: &SweepInfo, has_errors: bool) -> Vec<Column> {
    fn each<'r>(rows: &'r [RankedTrial<'r>], cell: impl Fn(&'r RankedTrial<'r>) -> String) -> Vec<String> {
        rows.iter().map(cell).collect()
    }
    let count = |n: Option<usize>| n.map(|n| n.to_string()).unwrap_or_default();
    let state = |row: &RankedTrial<'_>| match row.state {
        TrialState::Running | TrialState::Pruned => {
            format!("{} {}/{}", row.state, row.folds_done, info.n_splits())
        }
        _ => row.state.to_string(),
    };
    let all_complete = rows.iter().all(|row| row.state == TrialState::Complete);
    let mut columns = vec![
        Column::numbers(Need::Always, "rank", each(rows, |row| count(row.rank))),
        Column::numbers(Need::Always, "trial", each(rows, |row| row.trial.number.to_string())),
        Column::words(if all_complete { Need::Same } else { Need::Always }, "state", each(rows, state)),
    ];
    for (metric_idx, metric) in info.metrics.iter().enumerate() {
        let scores: Vec<Option<&Scores>> = rows.iter().map(|row| row.scores.get(metric_idx)).collect();
        let ranks = metric_idx == 0;
        let need = if ranks { Need::Always } else { Need::Metric };
        columns.push(Column::numbers(need, &metric.name, score_cells(&scores, ranks && has_errors)));
        if ranks && has_errors {
            let sign = |row: &RankedTrial<'_>| if row.tied_with_best == Some(true) { "=" } else { "" }.into();
            columns.push(Column::words(Need::Always, "=", each(rows, sign)));
            columns.push(Column::words(Need::Interval, "95 % interval", interval_cells(&scores)));
        }
    }
    columns.push(Column::numbers(Need::Size, "n_parameters", each(rows, |row| count(row.n_parameters))));
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
    let column = if all_numbers { Column::numbers } else { Column::words };
    column(Need::Parameter, name, cells)
}

/// A hyperparameter, a float to four digits.
fn parameter_cell(value: &Value) -> String {
    match value {
        Value::Float(x) => match format!("{x:.3e}").parse::<f64>() {
            Ok(rounded) => format!("{rounded:?}"),
            Err(_) => format!("{x:?}"),
        },
        _ => fitting(&value.to_string()),
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

/// A metric's intervals, `low to high`.
fn interval_cells(scores: &[Option<&Scores>]) -> Vec<String> {
    let means: Vec<f64> = scores.iter().flatten().filter_map(|scores| scores.mean).collect();
    let errors: Vec<f64> = scores.iter().flatten().filter_map(|scores| scores.se).collect();
    let format = Format::of(&means, &errors);
    let cell = |scores: &Scores| {
        let interval = scores.interval?;
        Some(format!("{} to {}", format.number(interval.low), format.number(interval.high)))
    };
    scores.iter().map(|scores| scores.and_then(cell).unwrap_or_default()).collect()
}

/// How the numbers of a column are written.
#[derive(Clone, Copy)]
pub(crate) enum Format {
    /// With so many decimals.
    Decimals(usize),
    /// As `1.234e-9`.
    Scientific,
}

impl Format {
    pub(crate) fn of(means: &[f64], errors: &[f64]) -> Format {
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

    pub(crate) fn number(self, x: f64) -> String {
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

fn draw(columns: &[&Column]) -> Table {
    let mut table = Table::new();
    let rule = LineStyle::none().fill('─');
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

/// Which columns there is room for in lines of at most `width`.
fn with_room(columns: &[Column], width: Option<u16>) -> Vec<bool> {
    let widths = draw(&columns.iter().collect::<Vec<_>>()).column_max_content_widths();
    let mut by_need: Vec<(usize, u16)> = widths.into_iter().enumerate().collect();
    by_need.sort_by_key(|&(column_idx, _)| columns[column_idx].need);

    let room = width.map_or(u32::MAX, |width| u32::from(width) + u32::from(SPACING));
    let mut taken = 0;
    let mut has_room = vec![false; columns.len()];
    for (column_idx, column_width) in by_need {
        let needed = u32::from(column_width) + u32::from(SPACING);
        if columns[column_idx].need == Need::Always || taken + needed <= room {
            taken += needed;
            has_room[column_idx] = true;
        }
    }
    has_room
}

fn notes(
    ranking: &Ranking<'_>,
    info: &SweepInfo,
    n_rows: usize,
    has_errors: bool,
    left_out: &[&str],
) -> Vec<String> {
    let mut notes = Vec::new();
    if n_rows < ranking.rows.len() {
        notes.push(format!("the first {n_rows} of {} trials", ranking.rows.len()));
    }
    if has_errors {
        notes.push(format!("± corrected standard error; = tied with the best (paired t-test, p ≥ {ALPHA})"));
    } else if ranking.best().is_some() {
        notes.push("one split: no standard error, and no test against the best".into());
    } else {
        notes.push("no trial is complete, so none has a rank".into());
    }
    let diagnosis = ranking.best().and_then(|best| best.diagnosis);
    if let Some((diagnosis, advice)) = diagnosis.and_then(|diagnosis| Some((diagnosis, diagnosis.advice()?)))
    {
        notes.push(format!("the best is {diagnosis}; what usually helps: {advice}"));
    }
    notes.extend(honest_note(ranking, info));
    notes.extend(selection_note(ranking));
    notes.extend(ranking.refit.map(|refit| refit_note(refit, info)));
    notes.extend(ranking.warnings.iter().map(|warning| format!("warning: {warning}")));
    if !left_out.is_empty() {
        notes.push(format!("no room for: {}", left_out.join(", ")));
    }
    notes
}

/// What the winner is worth by rows that did not choose it.
fn honest_note(ranking: &Ranking<'_>, info: &SweepInfo) -> Option<String> {
    let honest = ranking.honest?;
    let metric = &info.metrics.first()?.name;
    let best = ranking.best()?.scores.first()?.mean?;
    let interval = honest.interval;
    let format = Format::of(&[honest.score, best], &[(interval.high - interval.low) / 4.0]);
    let number = |x| format.number(x);
    Some(format!(
        "honest {metric} of the winner of this search {} (95 % {} to {}); the best mean, {}, was chosen for being the best",
        number(honest.score),
        number(interval.low),
        number(interval.high),
        number(best)
    ))
}

/// Which trial is the winner, where that is not the first one by rank.
fn selection_note(ranking: &Ranking<'_>) -> Option<String> {
    let selection = ranking.selection.as_ref()?;
    let winner = ranking.winner()?.trial.number;
    let first = ranking.best()?.trial.number;
    match (&selection.rule[..], selection.stands) {
        ("one_se", _) => Some(format!(
            "winner: trial {winner}, the fewest parameters within one standard error of the best"
        )),
        ("confirmed", None) => {
            Some("not confirmed yet: the run that finishes the search does that".to_owned())
        }
        ("confirmed", Some(stands)) => {
            let n = selection.confirmed.len();
            let stands = if stands { "stands" } else { "does not stand" };
            Some(format!("on fresh splits, {n} trials: trial {first} {stands}; winner: trial {winner}"))
        }
        _ => None,
    }
}

/// What the winner is worth on rows that no choice has seen.
fn refit_note(refit: &Refit, info: &SweepInfo) -> String {
    let again = what_it_is(refit, info);
    let holdout_scores = &refit.holdout_scores;
    if holdout_scores.is_empty() {
        return again;
    }
    let score = |(metric, score): (&MetricInfo, &Option<f64>)| {
        let score = score.map_or_else(|| "not defined".to_owned(), |x| Format::of(&[x], &[]).number(x));
        format!("{} {score}", metric.name)
    };
    let scores: Vec<String> = info.metrics.iter().zip(holdout_scores).map(score).collect();
    format!("{again}; on the {} rows held out: {}", info.n_test_rows, scores.join(", "))
}

/// Which networks the model has.
pub(crate) fn what_it_is(refit: &Refit, info: &SweepInfo) -> String {
    let Refit { trial, epochs, n_rows, ensemble, trials, .. } = refit;
    match &ensemble[..] {
        "none" => format!("trial {trial} trained once more on {n_rows} rows, {epochs} epochs"),
        "folds" => format!("the model averages the {} fold networks of trial {trial}", info.n_splits()),
        _ => format!("the model averages {} trials, each trained once more on {n_rows} rows", trials.len()),
    }
}

/// A text that moves no cursor and fits a column: printable, cut when long.
pub(crate) fn fitting(text: &str) -> String {
    let mut shown = mlpsweep_data::printable(text);
    if let Some((end, _)) = shown.char_indices().nth(LONGEST_TEXT) {
        shown.truncate(end);
        shown.push('…');
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

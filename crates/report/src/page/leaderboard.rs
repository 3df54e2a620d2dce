//! The table of the page: there without scripts, sorted and filtered by them.

use crate::cell::Cell;
use crate::ranked::parameter;
use crate::ranking::{RankedTrial, Ranking, TrialState};
use crate::table::{Format, fitting};
use mlpsweep_search::Value;
use mlpsweep_sweep::record::SweepInfo;
use serde::Serialize;

/// The width of an interval's bar.
const BAR: f64 = 180.0;

#[derive(Serialize)]
pub(super) struct Head {
    name: String,
    key: String,
    number: bool,
}

#[derive(Serialize)]
pub(super) struct Row {
    class: &'static str,
    winner: bool,
    cells: Vec<ViewCell>,
}

#[derive(Serialize, Default)]
pub(super) struct ViewCell {
    text: String,
    number: bool,
    bar: Option<Bar>,
}

/// An interval around a mean, in pixels; without a mean there is none.
#[derive(Serialize, Default)]
pub(super) struct Bar {
    mean: Option<String>,
    low: String,
    high: String,
    band: String,
    band_width: Option<String>,
}

/// How the table is read.
pub(super) fn note(ranking: &Ranking<'_>, n_shown: usize) -> String {
    let mut note = "The dot is the mean over the folds, the line its 95 % interval by the corrected standard error \
                    (Nadeau & Bengio 2003), the band the best trial's interval. A mark at the left: tied with the best, \
                    as far as these folds can tell. P(best): how often it is the best when the validation rows are drawn again."
        .to_owned();
    if n_shown < ranking.rows.len() {
        let all = ranking.rows.len();
        note =
            format!("{note} This page shows the first {n_shown} of {all} trials; ranked.csv has them all.");
    }
    note
}

/// Its columns.
pub(super) fn heads(info: &SweepInfo) -> Vec<Head> {
    let head = |name: &str, key: &str, number| Head { name: name.into(), key: key.into(), number };
    let metric = info.metrics.first().map_or("", |metric| &metric.name);
    let mut heads = vec![
        head("rank", "rank", true),
        head("trial", "n", true),
        head("state", "state", false),
        head(metric, "mean", true),
        head("95 % interval", "low", false),
        head("p_vs_best", "p", true),
        head("P(best)", "prob", true),
        head("gap", "gap", true),
        head("diagnosis", "diagnosis", false),
        head("n_parameters", "size", true),
    ];
    let parameters = info.parameters.iter().enumerate().filter(|(_, (_, is_searched))| *is_searched);
    heads.extend(parameters.map(|(i, (name, _))| head(name, &format!("x:{i}"), true)));
    heads
}

/// Its rows, the best first.
pub(super) fn rows(ranking: &Ranking<'_>, shown: &[RankedTrial<'_>], info: &SweepInfo) -> Vec<Row> {
    let complete: Vec<_> = shown.iter().filter(|row| row.state == TrialState::Complete).collect();
    let means: Vec<f64> = complete.iter().filter_map(|row| row.scores.first()?.mean).collect();
    let errors: Vec<f64> = complete.iter().filter_map(|row| row.scores.first()?.se).collect();
    let format = Format::of(&means, &errors);
    let axis = Axis::new(&complete);
    let winner = ranking.winner().map(|row| row.trial.number);
    let rounded = |x: Option<f64>| ViewCell {
        text: x.map_or(String::new(), |x| Cell::Number(x).rounded()),
        number: true,
        bar: None,
    };
    let plain = |text: String, number| ViewCell { text, number, bar: None };
    shown
        .iter()
        .map(|row| {
            let scores = row.scores.first().cloned().unwrap_or_default();
            let is_winner = winner == Some(row.trial.number);
            let state = match row.state {
                TrialState::Running | TrialState::Pruned => {
                    format!("{} {}/{}", row.state, row.folds_done, info.n_splits())
                }
                _ => row.state.to_string(),
            };
            let mut cells = vec![
                plain(row.rank.map_or(String::new(), |rank| rank.to_string()), true),
                plain(row.trial.number.to_string(), true),
                plain(state, false),
                plain(scores.mean.map_or(String::new(), |mean| format.number(mean)), true),
                axis.bar(row, format),
                rounded(row.p_vs_best),
                plain(row.prob_best.map_or(String::new(), |share| format!("{share:.3}")), true),
                rounded(scores.gap),
                plain(row.diagnosis.map_or(String::new(), |d| d.to_string()), false),
                plain(row.n_parameters.map_or(String::new(), |n| n.to_string()), true),
            ];
            for (i, (name, _)) in
                info.parameters.iter().enumerate().filter(|(_, (_, is_searched))| *is_searched)
            {
                let value = parameter(row.trial, i, name);
                let text = value.map_or(String::new(), value_cell);
                cells.push(plain(text, true));
            }
            let class = match (is_winner, row.tied_with_best == Some(true)) {
                (true, true) => "winner tied",
                (true, false) => "winner",
                (false, true) => "tied",
                (false, false) => "",
            };
            Row { class, winner: is_winner, cells }
        })
        .collect()
}

/// A hyperparameter, a number rounded.
pub(super) fn value_cell(value: &Value) -> String {
    match value {
        Value::Float(x) => Cell::Number(*x).rounded(),
        value => fitting(&value.to_string()),
    }
}

/// Scores → pixels, without those so far off that all others would be one point.
struct Axis {
    low: f64,
    high: f64,
    band: Option<(f64, f64)>,
}

impl Axis {
    fn new(complete: &[&RankedTrial<'_>]) -> Axis {
        let ends = |row: &RankedTrial<'_>| -> Option<(f64, f64)> {
            let scores = row.scores.first()?;
            let mean = scores.mean?;
            Some(scores.interval.map_or((mean, mean), |ci| (ci.low, ci.high)))
        };
        // The better three quarters, which is what one looks at.
        let kept = &complete[..complete.len() - complete.len() / 4];
        let all = kept.iter().filter_map(|row| ends(row));
        let (low, high) =
            all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (a, b)| (low.min(a), high.max(b)));
        Axis { low, high, band: complete.first().and_then(|row| ends(row)) }
    }

    fn at(&self, x: f64) -> String {
        let share = if self.high > self.low { (x - self.low) / (self.high - self.low) } else { 0.5 };
        format!("{:.1}", 4.0 + (BAR - 8.0) * share.clamp(0.0, 1.0))
    }

    fn bar(&self, row: &RankedTrial<'_>, format: Format) -> ViewCell {
        let scores = row.scores.first().cloned().unwrap_or_default();
        let Some(mean) = scores.mean else {
            return ViewCell { bar: Some(Bar::default()), ..ViewCell::default() };
        };
        let (low, high) = scores.interval.map_or((mean, mean), |ci| (ci.low, ci.high));
        let band = self.band.filter(|(low, high)| low < high);
        let width = |(low, high): (f64, f64)| {
            let pixels = |x| self.at(x).parse::<f64>().unwrap_or(0.0);
            format!("{:.1}", pixels(high) - pixels(low))
        };
        ViewCell {
            text: format!("{} to {}", format.number(low), format.number(high)),
            number: false,
            bar: Some(Bar {
                mean: Some(self.at(mean)),
                low: self.at(low),
                high: self.at(high),
                band: band.map_or(String::new(), |(low, _)| self.at(low)),
                band_width: band.map(width),
            }),
        }
    }
}

//! report.html: one file that opens offline and asks for nothing.
//!
//! ```text
//! Study, Ranking ── View ─▶ templates/report.html     cards, warnings, leaderboard: there without scripts
//!                └─ PlotData ─▶ JSON inside of it ─▶ templates/report.js draws the plots
//! ```
//!
//! Everything a user wrote is escaped by the template engine; the JSON has no `<`, so nothing in it ends its element. The
//! content-security policy allows the script and the style whose hashes it names, and no request at all. Beyond the first
//! 1,000 trials of the ranking it says what it leaves out.

mod plots;

use crate::cell::Cell;
use crate::ranked::parameter;
use crate::ranking::{RankedTrial, Ranking, TrialState};
use crate::study::Study;
use crate::table::{Format, printable};
use base64::Engine as _;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Value};
use mlpsweep_sweep::record::SweepInfo;
use plots::PlotData;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// Trials that are shown.
const MOST_TRIALS: usize = 1000;
/// The width of an interval's bar.
const BAR: f64 = 180.0;

const TEMPLATE: &str = include_str!("../../templates/report.html");
const STYLE: &str = include_str!("../../templates/report.css");
const SCRIPT: &str = include_str!("../../templates/report.js");

#[derive(Serialize)]
struct View<'a> {
    name: &'a str,
    metric: &'a str,
    sentence: String,
    cards: Vec<Card>,
    warnings: &'a [String],
    leaderboard_note: String,
    heads: Vec<Head>,
    rows: Vec<Row>,
    winner: String,
    winner_note: String,
    provenance: Vec<(String, String)>,
    style: &'static str,
    script: &'static str,
    style_hash: String,
    script_hash: String,
    data: String,
}

#[derive(Serialize)]
struct Card {
    title: String,
    value: String,
    note: String,
    main: bool,
}

#[derive(Serialize)]
struct Head {
    name: String,
    key: String,
    number: bool,
}

#[derive(Serialize)]
struct Row {
    class: &'static str,
    winner: bool,
    cells: Vec<ViewCell>,
}

#[derive(Serialize, Default)]
struct ViewCell {
    text: String,
    number: bool,
    bar: Option<Bar>,
}

/// An interval around a mean, in pixels; without a mean there is none.
#[derive(Serialize, Default)]
struct Bar {
    mean: Option<String>,
    low: String,
    high: String,
    band: String,
    band_width: Option<String>,
}

/// report.html of a study that was read with its curves.
pub fn report_html(study: &Study, ranking: &Ranking<'_>) -> String {
    let info = &study.info;
    let shown = &ranking.rows[..ranking.rows.len().min(MOST_TRIALS)];
    let winner = ranking.winner().map(|row| row.trial.number);
    let data = serde_json::to_string(&PlotData::new(study, ranking, shown)).expect("keys are text");
    let view = View {
        name: &info.name,
        metric: info.metrics.first().map_or("", |metric| &metric.name),
        sentence: sentence(info),
        cards: cards(ranking, info),
        warnings: &ranking.warnings,
        leaderboard_note: leaderboard_note(ranking, shown.len()),
        heads: heads(info),
        rows: rows(ranking, shown, info),
        winner: winner.map_or("none yet".to_owned(), |number| number.to_string()),
        winner_note: winner_note(ranking, info),
        provenance: provenance(info),
        style: STYLE,
        script: SCRIPT,
        style_hash: hash(STYLE),
        script_hash: hash(SCRIPT),
        data: data.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026"),
    };
    let mut templates = Environment::new();
    templates.set_auto_escape_callback(|_| AutoEscape::Html);
    templates.add_template("report.html", TEMPLATE).expect("a valid template");
    let template = templates.get_template("report.html").expect("it has just been added");
    template.render(Value::from(Serde(&view))).expect("all it names is there")
}

/// As content-security policies want it.
fn hash(text: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text.as_bytes()))
}

fn sentence(info: &SweepInfo) -> String {
    let data = &info.data;
    let what = if data.is_classification() {
        format!("{} classes", data.targets.len())
    } else {
        data.targets.join(", ")
    };
    let goal = match info.metrics.first() {
        Some(metric) if metric.goal == "maximize" => format!("by {}, larger is better", metric.name),
        Some(metric) => format!("by {}, smaller is better", metric.name),
        None => String::new(),
    };
    let repeats = if info.repeats > 1 { format!(" × {} repeats", info.repeats) } else { String::new() };
    format!(
        "{} of {}: {} rows, {} features, {what}; {} folds ({}){repeats}, ranked {goal}.",
        data.task, data.name, data.n_rows, data.n_features, info.n_folds, info.cv_kind
    )
}

fn cards(ranking: &Ranking<'_>, info: &SweepInfo) -> Vec<Card> {
    let metric = info.metrics.first().map_or("", |metric| &metric.name);
    let mut cards = Vec::new();
    let best = ranking.best().and_then(|best| Some((best, best.scores.first()?)));
    let format = |value: f64, error: Option<f64>| Format::of(&[value], error.as_slice());
    if let Some(honest) = ranking.honest {
        let interval = honest.interval;
        let format = format(honest.score, Some((interval.high - interval.low) / 4.0));
        cards.push(Card {
            title: format!("Honest {metric} of the winner"),
            value: format.number(honest.score),
            note: format!(
                "95 %: {} to {}; BBC-CV, {} bootstraps of the validation rows",
                format.number(interval.low),
                format.number(interval.high),
                honest.n_resamples
            ),
            main: true,
        });
    }
    if let Some((best, scores)) = best
        && let Some(mean) = scores.mean
    {
        let format = format(mean, scores.se);
        let interval = scores.interval.map_or(String::new(), |ci| {
            format!("95 %: {} to {}; ", format.number(ci.low), format.number(ci.high))
        });
        cards.push(Card {
            title: format!("Best mean {metric}, trial {}", best.trial.number),
            value: format.number(mean),
            note: format!("{interval}chosen for being the best, so it promises too much"),
            main: false,
        });
    }
    if let Some(score) = ranking.refit.and_then(|refit| *refit.holdout_scores.first()?) {
        cards.push(Card {
            title: format!("{metric} on {} rows held out", info.n_test_rows),
            value: format(score, None).number(score),
            note: "of the winner, trained once more on all other rows; scored once".into(),
            main: false,
        });
    }
    let lost = [
        (TrialState::Running, "unfinished"),
        (TrialState::Diverged, "diverged"),
        (TrialState::Failed, "failed"),
    ];
    let lost = lost.map(|(state, word)| (ranking.count(state), word));
    let lost: Vec<String> =
        lost.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    let tied = ranking.rows.iter().filter(|row| row.tied_with_best == Some(true)).count();
    let tied = if tied > 1 { format!("{} tied with the best", tied - 1) } else { String::new() };
    cards.push(Card {
        title: "Complete trials".into(),
        value: ranking.count(TrialState::Complete).to_string(),
        note: [&lost[..], &[tied]]
            .concat()
            .into_iter()
            .filter(|s| !s.is_empty())
            .collect::<Vec<_>>()
            .join(", "),
        main: false,
    });
    cards
}

fn leaderboard_note(ranking: &Ranking<'_>, n_shown: usize) -> String {
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

fn heads(info: &SweepInfo) -> Vec<Head> {
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

fn rows(ranking: &Ranking<'_>, shown: &[RankedTrial<'_>], info: &SweepInfo) -> Vec<Row> {
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
                TrialState::Running => format!("{} {}/{}", row.state, row.folds_done, info.n_splits()),
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
fn value_cell(value: &mlpsweep_search::Value) -> String {
    match value {
        mlpsweep_search::Value::Float(x) => Cell::Number(*x).rounded(),
        value => printable(&value.to_string()),
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

fn winner_note(ranking: &Ranking<'_>, info: &SweepInfo) -> String {
    let Some((winner, selection)) = ranking.winner().zip(ranking.selection.as_ref()) else {
        return "No trial is complete yet.".into();
    };
    let rule = match (&selection.rule[..], selection.stands) {
        ("one_se", _) => "The fewest parameters within one standard error of the best.".to_owned(),
        ("confirmed", Some(stands)) => format!(
            "The best of {} on fresh splits; the first of the ranking {}.",
            selection.confirmed.len(),
            if stands { "stands" } else { "does not stand" }
        ),
        ("confirmed", None) => "The best mean; not confirmed yet.".to_owned(),
        _ => "The best mean.".to_owned(),
    };
    let searched = |name: &String| info.parameters.iter().any(|(known, searched)| known == name && *searched);
    let chosen = winner.trial.point.iter().filter(|(name, _)| searched(name));
    let values: Vec<String> = chosen.map(|(name, value)| format!("{name} = {}", value_cell(value))).collect();
    let values = if values.is_empty() { String::new() } else { format!(" {}.", values.join(", ")) };
    let refit = ranking.refit.map_or(String::new(), |refit| {
        format!(" Trained once more on {} rows for {} epochs.", refit.n_rows, refit.epochs)
    });
    let diagnosis =
        winner.diagnosis.and_then(|d| Some(format!(" It is {d}; what usually helps: {}.", d.advice()?)));
    format!("{rule}{values}{refit}{}", diagnosis.unwrap_or_default())
}

fn provenance(info: &SweepInfo) -> Vec<(String, String)> {
    let data = &info.data;
    let metrics: Vec<&str> = info.metrics.iter().map(|metric| &*metric.name).collect();
    let mut pairs = vec![
        ("data", format!("{}, SHA-256 {}", data.name, data.fingerprint)),
        ("rows, features", format!("{}, {}", data.n_rows, data.n_features)),
        (if data.is_classification() { "classes" } else { "targets" }, data.targets.join(", ")),
        ("rows held out", info.n_test_rows.to_string()),
        ("folds", format!("{} × {} {}", info.n_folds, info.repeats, info.cv_kind)),
        ("metrics", metrics.join(", ")),
        ("sampler, trials asked", format!("{}, {}", info.sampler, info.n_trials)),
        ("rule", info.select.rule.clone()),
        ("seed", info.seed.to_string()),
        ("sweep, SHA-256", info.sweep_hash.clone()),
        ("mlpsweep", info.version.clone()),
        ("this page made on", format!("{}, {}", std::env::consts::OS, std::env::consts::ARCH)),
    ];
    pairs.extend(info.identity.iter().filter(|(key, _)| key.starts_with("parameters.")).map(
        |(key, value)| (&key["parameters.".len()..], value.as_str().map_or(value.to_string(), str::to_owned)),
    ));
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

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

mod cards;
mod leaderboard;
mod plots;

use crate::ranking::Ranking;
use crate::study::Study;
use crate::table::what_it_is;
use base64::Engine as _;
use cards::{Card, cards};
use leaderboard::{Head, Row, heads, rows, value_cell};
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Value};
use mlpsweep_sweep::record::SweepInfo;
use plots::PlotData;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// Trials that are shown.
const MOST_TRIALS: usize = 1000;
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
        leaderboard_note: leaderboard::note(ranking, shown.len()),
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
    let searched = |name: &str| info.parameters.iter().any(|(known, searched)| known == name && *searched);
    let chosen = winner.trial.point.iter().filter(|(name, _)| searched(name));
    let values: Vec<String> = chosen.map(|(name, value)| format!("{name} = {}", value_cell(value))).collect();
    let values = if values.is_empty() { String::new() } else { format!(" {}.", values.join(", ")) };
    let refit = ranking.refit.map_or(String::new(), |refit| format!(" Model: {}.", what_it_is(refit, info)));
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

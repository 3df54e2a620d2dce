//! `mlpsweep validate`: what was understood of a sweep file and its data.

use crate::args::{Format, OutputArguments, ValidateArguments};
use crate::exit::{Problem, print, tell};
use crate::reports::csv_text;
use crate::run::jobs;
use mlpsweep_data::{Category, Labels, Roles, Target, Times, Weights};
use mlpsweep_search::{Domain, Entry, Expression, Parameter, Racing, Value};
use mlpsweep_sweep::Plan;
use mlpsweep_sweep::forecast::Forecast;
use mlpsweep_sweep::plan::MOST_GRID_POINTS;
use mlpsweep_sweep::spec::{SamplerKind, Sweep};
use std::collections::BTreeSet;

pub(crate) fn validate(arguments: &ValidateArguments) -> Result<(), Problem> {
    let sweep = Sweep::read(&arguments.sweep, &arguments.set)?;
    let plan = Plan::new(sweep)?;
    describe(&plan, jobs(arguments.jobs, arguments.output), arguments.output)
}

/// What was understood, on stdout; what the user may want to know, on stderr.
pub(crate) fn describe(plan: &Plan, jobs: usize, output: OutputArguments) -> Result<(), Problem> {
    let mut lines = lines(plan);
    lines.extend(forecast(plan, jobs));
    let text = match output.format {
        Format::Table => {
            let width = lines.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
            lines.iter().map(|(key, value)| format!("{key:width$}  {value}\n")).collect()
        }
        Format::Json => {
            let object: serde_json::Map<String, serde_json::Value> =
                lines.into_iter().map(|(key, value)| (key, value.into())).collect();
            format!("{:#}\n", serde_json::Value::Object(object))
        }
        Format::Csv => {
            let rows = lines.iter().map(|(key, value)| [key.as_str(), value.as_str()]);
            csv_text(std::iter::once(["key", "value"]).chain(rows))
        }
    };
    print(&text)?;
    notes(plan, jobs, output);
    Ok(())
}

/// What the user may want to know.
pub(crate) fn notes(plan: &Plan, jobs: usize, output: OutputArguments) {
    if output.quiet {
        return;
    }
    plan.notes.iter().for_each(|note| tell(&format!("note: {note}")));
    let lag = plan.sweep.search.lag;
    if plan.looks_back() && jobs as u64 > lag {
        tell(&format!(
            "note: {jobs} jobs, but no more than {lag} trials are under way at once, since later ones wait for their results; \
             a larger `lag` in [search] keeps more jobs busy, and lets them know less"
        ));
    }
}

fn lines(plan: &Plan) -> Vec<(String, String)> {
    let mut lines: Vec<(String, String)> = Vec::new();
    let mut line = |key: &str, value: String| lines.push((key.to_owned(), value));
    let data = &plan.data;
    line("sweep", plan.sweep.name.escape_debug().to_string());
    line(
        "data",
        format!("{}, {} rows, {} features", data.name.escape_debug(), data.n_rows(), data.n_features()),
    );
    for (key, value) in columns(plan) {
        line(key, value);
    }
    match &data.target {
        Target::Classes { name, labels, codes, .. } => {
            let count = |class: usize| codes.iter().filter(|&&code| code as usize == class).count();
            let shares: Vec<String> = labels
                .iter()
                .enumerate()
                .map(|(class, label)| {
                    let (n, label) = (count(class), label.escape_debug());
                    format!("{label} {n} ({:.1} %)", 100.0 * n as f64 / codes.len() as f64)
                })
                .collect();
            line(
                "target",
                format!("{}, {} classes: {}", name.escape_debug(), labels.len(), shares.join(", ")),
            );
        }
        Target::Numbers { names, .. } => {
            let names: Vec<String> = names.iter().map(|name| name.escape_debug().to_string()).collect();
            line("target", format!("{}, numeric", names.join(", ")));
        }
    }
    for (key, value) in roles(&data.roles) {
        line(key, value);
    }
    line("held out", format!("{} rows", plan.test_rows.len()));
    let repeats = if plan.folds.repeats() > 1 {
        format!(" × {} repeats", plan.folds.repeats())
    } else {
        String::new()
    };
    line("splits", format!("{} {} folds{repeats}", plan.folds.n_folds(), plan.cv_kind().name()));
    line("metric", {
        let ranks = format!("{}, {}", plan.metrics[0].name(), plan.metrics[0].goal().name());
        let also: Vec<&str> = plan.metrics[1..].iter().map(|metric| metric.name()).collect();
        if also.is_empty() { ranks } else { format!("{ranks}; also {}", also.join(", ")) }
    });
    line("sampler", plan.sweep.search.sampler.name().to_owned());
    line("racing", if plan.is_raced() { plan.sweep.search.racing } else { Racing::Off }.name().to_owned());
    let budget = plan.budget();
    if budget.is_shared_out() {
        let rungs: Vec<String> = budget.rungs().iter().map(usize::to_string).collect();
        line("budget", format!("{}, rungs of {} epochs", plan.sweep.search.budget.name(), rungs.join(", ")));
    }
    line("configurations", plan.n_points.map_or_else(|| uncounted(plan).to_owned(), |n| n.to_string()));
    let is_list = plan.sweep.search.sampler == SamplerKind::List;
    let entries = &plan.sweep.enqueue.entries;
    if plan.has_default_trial() {
        line("trial 0", "the default configuration".to_owned());
    }
    if !is_list && !entries.is_empty() {
        line("enqueued", format!("{}, tried first", entries.len()));
    }
    line(
        "trials",
        match plan.n_trials {
            Some(trials) if budget.is_shared_out() => {
                format!("{trials}, {} folds to train up to a rung", plan.n_units())
            }
            Some(trials) => {
                format!("{trials}, {} folds to train", u128::from(trials) * plan.folds.len() as u128)
            }
            None => format!("not settled: more than {MOST_GRID_POINTS} points need `trials` in [search]"),
        },
    );
    if plan.sweep.record.gradient_norms {
        line("recorded", "gradient norms, layer by layer".to_owned());
    }
    let space = &plan.sweep.parameters.space;
    let mut ranges: Vec<(&String, String)> = Vec::new();
    for Parameter { name, domain, when } in space.parameters() {
        let value = match domain {
            Domain::Fixed(_) => format!("= {domain}"),
            _ if is_list => listed(entries, name),
            _ => format!("in {domain}"),
        };
        let when = when.as_ref().map_or(String::new(), |when| format!(", when {when}"));
        // A name that stands in several groups has a line for all of them.
        match ranges.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => ["; ", &value, &when].into_iter().for_each(|part| values.push_str(part)),
            None => ranges.push((name, value + &when)),
        }
    }
    ranges.into_iter().for_each(|(name, value)| line(&format!("  {name}"), value));
    if !space.constraints().is_empty() {
        let constraints: Vec<&str> = space.constraints().iter().map(Expression::text).collect();
        line("  constraints", constraints.join("; "));
    }
    let is_beyond = |name: &str| space.parameters().iter().all(|parameter| parameter.name != name);
    for (name, _) in plan.parameters().iter().filter(|(name, _)| is_beyond(name)) {
        let value = listed(entries, name);
        line(&format!("  {name}"), value);
    }
    lines
}

/// What a run will need, as far as it can be known.
fn forecast(plan: &Plan, jobs: usize) -> Vec<(String, String)> {
    let Some(forecast) = Forecast::new(plan, jobs) else {
        return vec![("run time".to_owned(), "not known: runs of a moment came to no end".to_owned())];
    };
    let about = if forecast.is_bound { "at most" } else { "about" };
    let time = in_words(forecast.seconds);
    let whose = match (plan.n_trials, jobs) {
        (None, _) => "a trial on one thread".to_owned(),
        (_, 1) => "on one thread".to_owned(),
        _ => format!("on {jobs} threads"),
    };
    let sampled = forecast.n_sampled.map(|n| format!(", by {n} of the trials")).unwrap_or_default();
    let megabytes = (forecast.bytes / 1e6).ceil();
    vec![
        ("run time".to_owned(), format!("{about} {time} {whose}{sampled}")),
        ("memory".to_owned(), format!("about {megabytes} MB")),
    ]
}

/// A time to two digits, which is more than is known of it.
fn in_words(seconds: f64) -> String {
    const UNITS: [(f64, &str); 5] =
        [(86400.0, "days"), (3600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms")];
    let (size, unit) = UNITS.into_iter().find(|(size, _)| seconds >= *size).unwrap_or((1e-3, "ms"));
    let number = seconds / size;
    if number < 9.95 { format!("{number:.1} {unit}") } else { format!("{number:.0} {unit}") }
}

/// What a list says of one parameter.
fn listed(entries: &[Entry], name: &str) -> String {
    let named: Vec<&Value> = entries.iter().filter_map(|entry| entry.get(name)).collect();
    let different: BTreeSet<&Value> = named.iter().copied().collect();
    let values = match different.first() {
        Some(value) if different.len() == 1 => value.to_string(),
        _ => format!("{} different values", different.len()),
    };
    let rest = if named.len() < entries.len() { ", else the default" } else { "" };
    format!("listed, {values}{rest}")
}

/// The features by their kinds, where they are not all complete numbers.
fn columns(plan: &Plan) -> Vec<(&'static str, String)> {
    let data = &plan.data;
    let mut lines = Vec::new();
    let n_missing = data.n_missing();
    let named = |feature_idx: usize| data.feature_names[feature_idx].escape_debug().to_string();
    let has_gaps = n_missing.iter().any(|&n| n > 0);
    let (categories, numbers): (Vec<usize>, Vec<usize>) =
        (0..data.n_features()).partition(|feature_idx| data.categories.contains_key(feature_idx));
    if !categories.is_empty() || has_gaps {
        let names = numbers.iter().map(|&i| match n_missing[i] {
            0 => named(i),
            n => format!("{} ({n} missing)", named(i)),
        });
        lines.push(("numeric", format!("{}: {}", numbers.len(), names.collect::<Vec<_>>().join(", "))));
    }
    if !categories.is_empty() {
        let each = categories.iter().map(|&feature_idx| {
            let Category { levels, is_ordinal } = &data.categories[&feature_idx];
            let order = if *is_ordinal { ", ordered" } else { "" };
            let gaps = match n_missing[feature_idx] {
                0 => String::new(),
                n => format!(", {n} missing"),
            };
            format!("{} ({} levels{order}{gaps})", named(feature_idx), levels.len())
        });
        lines.push(("categorical", format!("{}: {}", categories.len(), each.collect::<Vec<_>>().join(", "))));
        lines.push(("inputs", format!("at most {}", plan.n_inputs)));
    }
    if !data.dropped.is_empty() {
        let each =
            data.dropped.iter().map(|dropped| format!("{} ({})", dropped.name.escape_debug(), dropped.why));
        lines.push(("left out", each.collect::<Vec<_>>().join(", ")));
    }
    lines
}

/// The columns beside features and target, and what they hold.
fn roles(roles: &Roles) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if let Some(Weights { name, values }) = &roles.weights {
        let [least, most] = [f64::min, f64::max].map(|end| values.iter().copied().reduce(end).unwrap_or(0.0));
        let n_without = values.iter().filter(|&&weight| weight == 0.0).count();
        let without = if n_without == 0 { String::new() } else { format!(", 0 in {n_without} rows") };
        lines.push(("sample weight", format!("{}, {least} to {most}{without}", name.escape_debug())));
    }
    let sizes = |codes: &[u32], n_labels: usize| {
        let mut sizes = vec![0_usize; n_labels];
        codes.iter().for_each(|&code| sizes[code as usize] += 1);
        sizes
    };
    if let Some(Labels { name, labels, codes }) = &roles.groups {
        let sizes = sizes(codes, labels.len());
        let (least, most) = (sizes.iter().min().unwrap_or(&0), sizes.iter().max().unwrap_or(&0));
        let name = name.escape_debug();
        lines.push(("groups", format!("{name}, {} groups of {least} to {most} rows", labels.len())));
    }
    if let Some(Times { name, ranks, first, last }) = &roles.times {
        let n_times = ranks.iter().max().map_or(0, |&rank| rank as usize + 1);
        let (name, first, last) = (name.escape_debug(), first.escape_debug(), last.escape_debug());
        lines.push(("time", format!("{name}, {n_times} different times from {first} to {last}")));
    }
    if let Some(Labels { name, labels, codes }) = &roles.folds {
        const SHOWN: usize = 10;
        let sizes = sizes(codes, labels.len());
        let counts = labels.iter().zip(sizes).take(SHOWN);
        let counts: Vec<String> =
            counts.map(|(label, size)| format!("{} {size}", label.escape_debug())).collect();
        let more = if labels.len() > SHOWN { " …" } else { "" };
        let name = name.escape_debug();
        lines.push(("fold column", format!("{name}, {} folds: {}{more}", labels.len(), counts.join(", "))));
    }
    lines
}

/// What stands for a number of configurations where there is none.
fn uncounted(plan: &Plan) -> &'static str {
    let parameters = plan.sweep.parameters.space.parameters();
    if parameters.iter().all(|parameter| parameter.domain.count().is_some()) {
        "not counted: conditions and constraints go by too many values"
    } else {
        "a continuum"
    }
}

//! A plain `cargo bench` as a report: CSV for programs, a page for people.

use crate::benchmark_files::Measured;
use crate::history::{Recorded, change_points};
use crate::host::Host;
use crate::markdown::time;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Value};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Pixels of the bars, and of the histories.
const BAR: f64 = 200.0;
const HISTORY: (f64, f64) = (160.0, 24.0);

#[derive(Serialize)]
struct View<'a> {
    title: &'a str,
    host: &'a Host,
    groups: Vec<Group>,
    has_history: bool,
}

#[derive(Serialize)]
struct Group {
    name: String,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    name: String,
    time: String,
    low: String,
    high: String,
    throughput: String,
    bar: String,
    band_start: String,
    band_width: String,
    history: Option<Line>,
}

#[derive(Serialize)]
struct Line {
    label: String,
    points: String,
    changes: Vec<String>,
}

/// `benchmark,nanoseconds,low,high,samples,per_second,unit`
pub fn benchmarks_csv(found: &BTreeMap<String, Measured>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = ["benchmark", "nanoseconds", "low", "high", "samples", "per_second", "unit"];
    writer.write_record(header).expect("text goes into memory without fail");
    for (name, measured) in found {
        let (per_second, unit) = measured.throughput.map_or_else(Default::default, |throughput| {
            (format!("{:?}", throughput.per_second(measured.median)), throughput.unit().to_owned())
        });
        let [median, low, high] = [measured.median, measured.low, measured.high].map(|x| format!("{x:?}"));
        let cells = [name.clone(), median, low, high, measured.n_samples.to_string(), per_second, unit];
        writer.write_record(cells).expect("text goes into memory without fail");
    }
    let bytes = writer.into_inner().expect("text goes into memory without fail");
    String::from_utf8(bytes).expect("text in, text out")
}

/// The page, which needs nothing but itself.
pub fn page(title: &str, host: &Host, found: &BTreeMap<String, Measured>, history: &[Recorded]) -> String {
    let class = host.class();
    let mut of_host: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for record in history.iter().filter(|record| record.host_class == class) {
        of_host.entry(&record.benchmark).or_default().push(record.nanoseconds);
    }
    let mut groups: BTreeMap<&str, Vec<(&str, &Measured)>> = BTreeMap::new();
    for (name, measured) in found {
        let group = name.rsplit_once('/').map_or(name.as_str(), |(group, _)| group);
        groups.entry(group).or_default().push((name, measured));
    }
    let groups: Vec<Group> = groups
        .into_iter()
        .map(|(name, members)| {
            let longest = members.iter().map(|(_, measured)| measured.high).fold(0.0, f64::max);
            let rows = members.iter().map(|(name, measured)| row(name, measured, longest, of_host.get(name)));
            Group { name: name.to_owned(), rows: rows.collect() }
        })
        .collect();
    let has_history = groups.iter().flat_map(|group| &group.rows).any(|row| row.history.is_some());
    let mut templates = Environment::new();
    templates.set_auto_escape_callback(|_| AutoEscape::Html);
    templates
        .add_template("report.html", include_str!("../templates/report.html"))
        .expect("a valid template");
    let template = templates.get_template("report.html").expect("it has just been added");
    let view = View { title, host, groups, has_history };
    template.render(Value::from(Serde(&view))).expect("all it names is there")
}

fn row(name: &str, measured: &Measured, longest: f64, history: Option<&Vec<f64>>) -> Row {
    let pixels = |x: f64| format!("{:.1}", BAR * x / longest);
    let throughput = measured.throughput.map_or_else(String::new, |throughput| {
        let per_second = throughput.per_second(measured.median);
        const UNITS: [(f64, &str); 3] = [(1e9, "G"), (1e6, "M"), (1e3, "k")];
        let (size, prefix) = UNITS.into_iter().find(|(size, _)| per_second >= *size).unwrap_or((1.0, ""));
        format!("{:.2} {prefix}{}/s", per_second / size, throughput.unit())
    });
    Row {
        name: name.to_owned(),
        time: time(measured.median),
        low: time(measured.low),
        high: time(measured.high),
        throughput,
        bar: pixels(measured.median),
        band_start: pixels(measured.low),
        band_width: pixels((measured.high - measured.low).max(longest / BAR)),
        history: history.filter(|times| times.len() > 1).map(|times| line(times)),
    }
}

/// A history as a line, the largest time at the top.
fn line(times: &[f64]) -> Line {
    let (width, height) = HISTORY;
    let (least, most) =
        times.iter().fold((f64::INFINITY, 0.0_f64), |(least, most), &time| (least.min(time), most.max(time)));
    let x = |at: usize| 2.0 + (width - 4.0) * at as f64 / (times.len() - 1) as f64;
    let y = |time: f64| {
        let share = if most > least { (time - least) / (most - least) } else { 0.5 };
        height - 2.0 - (height - 4.0) * share
    };
    let mut points = String::new();
    for (at, &time) in times.iter().enumerate() {
        let _ = write!(points, "{:.1},{:.1} ", x(at), y(time));
    }
    let changes =
        change_points(times).into_iter().map(|at| format!("{:.1}", f64::midpoint(x(at - 1), x(at))));
    let label = format!("{} records, {} to {}", times.len(), time(least), time(most));
    Line { label, points: points.trim_end().to_owned(), changes: changes.collect() }
}

//! `mlpsweep init`: a look at a table, and a sweep file that fits it.

use crate::args::InitArguments;
use crate::exit::{Problem, USAGE, tell};
use mlpsweep_data::{
    Category, CsvOptions, DataError, Dataset, Target, Task, printable, read_csv, read_header,
};
use std::path::{Path, PathBuf};

/// Epochs see about so many rows in all, within bounds.
const ROWS_SEEN: usize = 1_000_000;

pub(crate) fn init(arguments: &InitArguments) -> Result<(), Problem> {
    let path = &arguments.data;
    let target = match &arguments.target {
        Some(target) => target.clone(),
        None => read_header(path, None).map_err(refused)?.pop().expect("a header has a column"),
    };
    let options = CsvOptions { target: vec![target], gaps: true, ..CsvOptions::default() };
    let data = read_csv(path, &options).map_err(refused)?;
    let out = arguments.out.clone().unwrap_or_else(|| PathBuf::from(format!("{}.toml", data.name)));
    if out.exists() && !arguments.force {
        let message = format!("{}: the file is there already", out.display());
        return Err(
            Problem::new(USAGE, message).hint(Some("--force overwrites it, --out names another".into()))
        );
    }
    let from_there = path_from(&out, path);
    let Some(from_there) = from_there.to_str() else {
        return Err(Problem::new(
            USAGE,
            format!("{}: the name is not UTF-8, as a sweep file is", path.display()),
        ));
    };
    let text = sweep_file(&data, &options.target[0], from_there);
    mlpsweep_report::write_file(&out, text.as_bytes())?;
    tell(&format!("{} says what was found; next: mlpsweep run {}", out.display(), out.display()));
    Ok(())
}

fn refused(error: DataError) -> Problem {
    let is_of_target = matches!(
        &error.fault,
        mlpsweep_data::Fault::ConstantTarget { .. } | mlpsweep_data::Fault::MissingCell { target: true, .. }
    );
    let problem = Problem::from(error);
    if is_of_target {
        let hint = "--target names the column to predict; without it that is the last one";
        return problem.hint(Some(hint.to_owned()));
    }
    problem
}

/// How the file at `out` names the table at `data`.
fn path_from(out: &Path, data: &Path) -> PathBuf {
    let folder = |path: &Path| path.parent().unwrap_or(Path::new("")).to_owned();
    match data.strip_prefix(folder(out)) {
        Ok(inside) => inside.to_owned(),
        // From another folder only the whole path is sure to be right.
        Err(_) => std::path::absolute(data).unwrap_or_else(|_| data.to_owned()),
    }
}

/// The sweep file for this table.
fn sweep_file(data: &Dataset, target: &str, path: &str) -> String {
    let n_rows = data.n_rows();
    let (target_scale, score) = match data.target.task() {
        Task::Classification => (
            "",
            "metric = \"log_loss\"             # decides the ranking\n\
             also = [\"accuracy\", \"balanced_accuracy\", \"roc_auc\"]\n",
        ),
        Task::Regression => (
            "target_scale = \"standard\"       # none, standard, log1p; scores stay in the target's units\n",
            "metric = \"r2\"                   # decides the ranking\n\
             also = [\"rmse\", \"mae\"]\n",
        ),
    };
    format!(
        "\
# {comment}: {n_rows} rows. Made by `mlpsweep init`; every key is explained in sweeps/README.md.
name = {name}
seed = 0

[data]
path = {path}
target = {target}
{columns}missing = \"mean\"                # of numbers: mean, median, constant, error
missing_category = \"level\"      # of categories: level, most_frequent
test = \"auto\"                   # held out before any fold: 0.2 up to 10,000 rows, then 0.05, 0.01

[cv]
folds = 5

[preprocess]
scale = \"standard\"              # standard, robust, minmax, quantile, none
{target_scale}
[score]
{score}
[search]
sampler = \"random\"
trials = 24

[parameters]                    # a bare value is fixed, a table is searched
depth         = {{ min = 1, max = 4 }}
width         = {{ min = 16, max = 512, scale = \"log\" }}
learning_rate = {{ min = 1e-4, max = 1e-1, scale = \"log\" }}
schedule      = \"cosine\"        # the rate falls to 0 over all epochs; \"constant\" keeps it
l2            = {{ min = 1e-4, max = 10.0, scale = \"log\" }}
dropout       = {{ min = 0.0, max = 0.5, step = 0.1 }}
batch_size    = {{ values = {batch_sizes} }}
epochs        = {epochs}

[early_stopping]                # on rows set aside from the training rows
patience = 10
",
        comment = printable(&data.name),
        name = quoted(&data.name),
        path = quoted(path),
        target = quoted(target),
        columns = columns(data),
        batch_sizes = batch_sizes(n_rows),
        epochs = (ROWS_SEEN / n_rows).clamp(20, 200),
    )
}

/// What was found in the columns: the task, and the features by their kinds.
fn columns(data: &Dataset) -> String {
    let mut lines = vec![task(&data.target)];
    let n_missing = data.n_missing();
    let gaps = |feature_idx: usize| match n_missing[feature_idx] {
        0 => String::new(),
        n => format!(", {n} missing"),
    };
    let (mut numbers, mut categories) = (Vec::new(), Vec::new());
    for (feature_idx, name) in data.feature_names.iter().enumerate() {
        match data.categories.get(&feature_idx) {
            None => numbers.push((name, format!("# number    {}{}", printable(name), gaps(feature_idx)))),
            Some(Category { levels, .. }) => {
                let (shown, n_levels) = (printable(name), levels.len());
                let found = format!("# category  {shown}, {n_levels} levels{}", gaps(feature_idx));
                categories.push((name, found));
            }
        }
    }
    lines.extend(numbers.iter().chain(&categories).map(|(_, found)| found.clone()));
    for dropped in &data.dropped {
        let keep =
            dropped.key().map_or_else(String::new, |key| format!("; `{key}` instead of `drop` keeps it"));
        let why = printable(&dropped.why.to_string());
        lines.push(format!("# left out  {}: {why}{keep}", printable(&dropped.name)));
    }
    lines.push(format!("categorical = {}", list(categories.iter().map(|(name, _)| *name))));
    lines.push(format!("numeric = {}", list(numbers.iter().map(|(name, _)| *name))));
    lines.push(format!("drop = {}", list(data.dropped.iter().map(|dropped| &dropped.name))));
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn task(target: &Target) -> String {
    let Target::Classes { labels, codes, .. } = target else { return "task = \"regression\"".to_owned() };
    const SHOWN: usize = 6;
    let count = |class: usize| codes.iter().filter(|&&code| code as usize == class).count();
    let shares = labels.iter().take(SHOWN).enumerate().map(|(class, label)| {
        format!("{} {:.1} %", printable(label), 100.0 * count(class) as f64 / codes.len() as f64)
    });
    let more = if labels.len() > SHOWN { " …" } else { "" };
    let shares = shares.collect::<Vec<_>>().join(", ");
    format!("task = \"classification\"         # {} classes: {shares}{more}", labels.len())
}

/// Mini-batches that leave a few dozen steps an epoch.
fn batch_sizes(n_rows: usize) -> &'static str {
    match n_rows {
        0..2_000 => "[16, 32, 64]",
        2_000..20_000 => "[32, 64, 128]",
        _ => "[64, 128, 256]",
    }
}

/// Text as a TOML string: JSON's escapes are among TOML's, which wants one more.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

fn list<'a>(names: impl Iterator<Item = &'a String>) -> String {
    format!("[{}]", names.map(|name| quoted(name)).collect::<Vec<_>>().join(", "))
}

//! `mlpsweep init`: a look at a table, and a sweep file that fits it.

use crate::args::InitArguments;
use crate::exit::{BAD_DATA, Problem, USAGE, tell};
use mlpsweep_data::{
    Category, CsvOptions, DataError, Dataset, ErrorKind, Target, Task, read_csv, read_header,
};
use std::fmt::Write as _;
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
    let code = match error.kind() {
        ErrorKind::Config => USAGE,
        ErrorKind::Input => BAD_DATA,
    };
    let hint = match &error.fault {
        mlpsweep_data::Fault::ConstantTarget { .. }
        | mlpsweep_data::Fault::MissingCell { target: true, .. } => {
            Some("--target names the column to predict; without it that is the last one".to_owned())
        }
        _ => error.hint(),
    };
    Problem::new(code, error.to_string()).hint(hint)
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
    let mut text = String::new();
    let mut line = |line: String| {
        text.push_str(line.trim_end());
        text.push('\n');
    };
    let task = data.target.task();
    let n_rows = data.n_rows();
    let n_missing = data.n_missing();

    line(format!(
        "# {}: {n_rows} rows. Made by `mlpsweep init`; every key is explained in sweeps/README.md.",
        comment(&data.name)
    ));
    line(format!("name = {}", quoted(&data.name)));
    line("seed = 0".into());
    line(String::new());
    line("[data]".into());
    line(format!("path = {}", quoted(path)));
    line(format!("target = {}", quoted(target)));
    match &data.target {
        Target::Classes { labels, codes, .. } => {
            const SHOWN: usize = 6;
            let count = |class: usize| codes.iter().filter(|&&code| code as usize == class).count();
            let shares = labels.iter().take(SHOWN).enumerate().map(|(class, label)| {
                format!("{} {:.1} %", comment(label), 100.0 * count(class) as f64 / n_rows as f64)
            });
            let more = if labels.len() > SHOWN { " …" } else { "" };
            let shares = shares.collect::<Vec<_>>().join(", ");
            line(format!("task = \"classification\"         # {} classes: {shares}{more}", labels.len()));
        }
        Target::Numbers { .. } => line("task = \"regression\"".into()),
    }
    let features = || data.feature_names.iter().enumerate();
    let with_gaps = |feature_idx: usize| match n_missing[feature_idx] {
        0 => String::new(),
        n => format!(", {n} missing"),
    };
    let numbers = features().filter(|(i, _)| !data.categories.contains_key(i));
    for (i, name) in numbers.clone() {
        line(format!("# number    {}{}", comment(name), with_gaps(i)));
    }
    for (i, name) in features() {
        if let Some(Category { levels, .. }) = data.categories.get(&i) {
            line(format!("# category  {}, {} levels{}", comment(name), levels.len(), with_gaps(i)));
        }
    }
    for dropped in &data.dropped {
        let keep =
            dropped.key().map_or_else(String::new, |key| format!("; `{key}` instead of `drop` keeps it"));
        line(format!("# left out  {}: {}{keep}", comment(&dropped.name), comment(&dropped.why.to_string())));
    }
    let categories = features().filter(|(i, _)| data.categories.contains_key(i));
    line(format!("categorical = {}", list(categories.map(|(_, name)| name))));
    line(format!("numeric = {}", list(numbers.map(|(_, name)| name))));
    line(format!("drop = {}", list(data.dropped.iter().map(|dropped| &dropped.name))));
    line("missing = \"mean\"                # of numbers: mean, median, constant, error".into());
    line("missing_category = \"level\"      # of categories: level, most_frequent".into());
    line("test = \"auto\"                   # held out before any fold: 0.2 up to 10,000 rows, then 0.05, 0.01".into());
    line(String::new());
    line("[cv]".into());
    line("folds = 5".into());
    line(String::new());
    line("[preprocess]".into());
    line("scale = \"standard\"              # standard, robust, minmax, quantile, none".into());
    if task == Task::Regression {
        line(
            "target_scale = \"standard\"       # none, standard, log1p; scores stay in the target's units"
                .into(),
        );
    }
    line(String::new());
    line("[score]".into());
    match task {
        Task::Classification => {
            line("metric = \"log_loss\"             # decides the ranking".into());
            line("also = [\"accuracy\", \"balanced_accuracy\", \"roc_auc\"]".into());
        }
        Task::Regression => {
            line("metric = \"r2\"                   # decides the ranking".into());
            line("also = [\"rmse\", \"mae\"]".into());
        }
    }
    line(String::new());
    line("[search]".into());
    line("sampler = \"random\"".into());
    line("trials = 24".into());
    line(String::new());
    line("[parameters]                    # a bare value is fixed, a table is searched".into());
    line("depth         = { min = 1, max = 4 }".into());
    line("width         = { min = 16, max = 512, scale = \"log\" }".into());
    line("learning_rate = { min = 1e-4, max = 1e-1, scale = \"log\" }".into());
    line("l2            = { min = 1e-4, max = 10.0, scale = \"log\" }".into());
    line("dropout       = { min = 0.0, max = 0.5, step = 0.1 }".into());
    line(format!("batch_size    = {{ values = {} }}", batch_sizes(n_rows)));
    line(format!("epochs        = {}", (ROWS_SEEN / n_rows).clamp(20, 200)));
    line(String::new());
    line("[early_stopping]                # on rows set aside from the training rows".into());
    line("patience = 10".into());
    text
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

/// Text as it may stand in a comment.
fn comment(text: &str) -> String {
    text.chars().fold(String::new(), |mut shown, c| {
        if c.is_control() {
            _ = write!(shown, "{}", c.escape_default());
        } else {
            shown.push(c);
        }
        shown
    })
}

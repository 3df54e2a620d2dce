//! What was written in a sweep file → what it means.
//!
//! [`Sweep::read`] checks everything that can be checked without the data; every error points at its line. Defaults and
//! their sources stand in the README of `sweeps/`.

mod columns;
mod document;
mod enqueue;
mod keys;
mod parameters;
mod section;
mod select;
mod together;

pub use columns::ColumnsSpec;
pub use document::{Place, SpecError};
pub use enqueue::Enqueue;
pub use parameters::Parameters;
pub use select::{Ensemble, SelectRule, SelectSpec};

use crate::budget::Budget;
use document::{Fault, Kind, Node, shortened};
use mlpsweep_data::{PipelineOptions, Scale, Task, TestShare, builtin};
use mlpsweep_optim::{OptimizerKind, ScheduleKind};
use mlpsweep_search::{Domain, Racing, Value};
use mlpsweep_train::{EarlyStopping, Metric, Preprocess, TargetScale};
use section::Section;
pub(crate) use section::unknown_word;
use select::select;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The update rule when none is named.
pub(crate) const DEFAULT_OPTIMIZER: OptimizerKind = OptimizerKind::Adam;
/// The decay law when none is named.
pub(crate) const DEFAULT_SCHEDULE: ScheduleKind = ScheduleKind::Constant;

/// A checked sweep file.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// The file it was read from.
    pub file: PathBuf,
    /// The sweep's name; the file's stem when it has none.
    pub name: String,
    /// Where all randomness starts.
    pub seed: u64,
    /// Where the table comes from.
    pub data: DataSpec,
    /// How it is split.
    pub cv: CvSpec,
    /// The metric that ranks, then the others, with their places; empty for the task's default.
    pub metrics: Vec<(Metric, Place)>,
    /// How points are proposed.
    pub search: SearchSpec,
    /// What is searched.
    pub parameters: Parameters,
    /// What is tried first.
    pub enqueue: Enqueue,
    /// How the table is scaled.
    pub preprocess: Preprocess,
    /// When runs stop early.
    pub early_stopping: Option<EarlyStopping>,
    /// What curves record beside the losses.
    pub record: RecordSpec,
    /// What becomes of the winner.
    pub select: SelectSpec,
}

/// `[data]`
#[derive(Clone, Debug)]
pub struct DataSpec {
    /// Where the table comes from.
    pub source: Source,
    /// The target columns, for a CSV file.
    pub target: Vec<String>,
    /// What is predicted; inferred when not said.
    pub task: Option<Task>,
    /// Columns left out.
    pub drop: Vec<String>,
    /// What the other columns are, for a CSV file.
    pub columns: ColumnsSpec,
    /// Another file with the rows that are held out.
    pub test_path: Option<(PathBuf, Place)>,
    /// The classes in their order, for a CSV file; empty for those it holds, sorted.
    pub classes: Vec<String>,
    /// The class that scores of one class are about, and where it was said; the last one when not said.
    pub positive_class: Option<(String, Place)>,
    /// The column that says how much each row counts.
    pub sample_weight: Option<(String, Place)>,
    /// Share held out before any fold.
    pub test: TestShare,
    /// Where `[data]` begins.
    pub place: Place,
}

/// Where a table comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// A CSV file.
    File(PathBuf),
    /// A set shipped with mlpsweep.
    Builtin(String),
    /// Two interleaved half circles.
    Moons {
        /// Rows.
        rows: usize,
        /// Standard deviation of the noise.
        noise: f64,
    },
    /// Interleaved spirals.
    Spirals {
        /// Rows.
        rows: usize,
        /// Standard deviation of the noise.
        noise: f64,
        /// Arms, a class each.
        arms: usize,
    },
    /// Two periods of a sine over one feature.
    Sine {
        /// Rows.
        rows: usize,
        /// Standard deviation of the noise.
        noise: f64,
    },
    /// Friedman's first regression problem.
    Friedman1 {
        /// Rows.
        rows: usize,
        /// Features, 5 of which matter.
        features: usize,
        /// Standard deviation of the noise.
        noise: f64,
    },
}

/// `[cv]`
#[derive(Clone, Debug, PartialEq)]
pub struct CvSpec {
    /// Folds per repeat.
    pub folds: usize,
    /// Times the rows are shared out anew.
    pub repeats: usize,
    /// Which rows go together; `None` for stratified where there are classes, else kfold.
    pub kind: Option<CvKind>,
    /// Share of the validation rows of a holdout.
    pub share: f64,
    /// The column whose rows stay together.
    pub group: Option<(String, Place)>,
    /// The column that says when each row was.
    pub time: Option<(String, Place)>,
    /// The column that says which fold validates each row.
    pub column: Option<(String, Place)>,
}

/// The words for `cv.kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CvKind {
    /// Any row in any fold.
    KFold,
    /// Every fold has its share of each class.
    Stratified,
    /// Groups stay whole.
    Group,
    /// Groups stay whole, and every fold has its share of each class as far as they allow.
    StratifiedGroup,
    /// Nothing is learned from the future.
    TimeSeries,
    /// One split.
    Holdout,
    /// As a column says.
    Column,
}

impl CvKind {
    /// All of them.
    pub const ALL: [CvKind; 7] = [
        CvKind::KFold,
        CvKind::Stratified,
        CvKind::Group,
        CvKind::StratifiedGroup,
        CvKind::TimeSeries,
        CvKind::Holdout,
        CvKind::Column,
    ];

    /// The word for it in sweep files.
    pub fn name(self) -> &'static str {
        match self {
            CvKind::KFold => "kfold",
            CvKind::Stratified => "stratified",
            CvKind::Group => "group",
            CvKind::StratifiedGroup => "stratified_group",
            CvKind::TimeSeries => "timeseries",
            CvKind::Holdout => "holdout",
            CvKind::Column => "column",
        }
    }
}

/// `[search]`
#[derive(Clone, Debug, PartialEq)]
pub struct SearchSpec {
    /// How points are proposed.
    pub sampler: SamplerKind,
    /// Whether a grid comes in a random order.
    pub shuffle: bool,
    /// Trials, at most; `None` for all of a grid or a list.
    pub trials: Option<u64>,
    /// Time for the whole sweep.
    pub max_time: Option<Duration>,
    /// Time for the folds of a trial together.
    pub max_trial_time: Option<Duration>,
    /// Trials that may be under way at once: units are started longest first among those of so many trials, and what depends on
    /// results sees those of the trials so many before.
    pub lag: u64,
    /// Whether trials that fall behind go on.
    pub racing: Racing,
    /// Whether trial 0 is the default configuration.
    pub default_trial: bool,
    /// The mean score that ends the search, and where it was said.
    pub target: Option<(f64, Place)>,
    /// How epochs are shared out.
    pub budget: BudgetKind,
    /// Of so many trials one goes on to the next rung.
    pub factor: u64,
    /// Epochs of the first rung, at least; `None` for a 27th of all.
    pub least_epochs: Option<usize>,
    /// Where the sampler was named, or `[search]` begins.
    pub place: Place,
}

impl Default for SearchSpec {
    fn default() -> SearchSpec {
        SearchSpec {
            sampler: SamplerKind::Random,
            shuffle: false,
            trials: Some(DEFAULT_TRIALS),
            max_time: None,
            max_trial_time: None,
            lag: DEFAULT_LAG,
            racing: Racing::default(),
            default_trial: true,
            target: None,
            budget: BudgetKind::Full,
            factor: DEFAULT_FACTOR,
            least_epochs: None,
            place: Place::At { line: 1, column: 1 },
        }
    }
}

impl SearchSpec {
    /// Epochs of the first rung, at least, of runs of so many.
    pub(crate) fn min_epochs(&self, epochs: usize) -> usize {
        let cubed = usize::try_from(self.factor.saturating_pow(3)).unwrap_or(usize::MAX);
        self.least_epochs.unwrap_or(epochs.div_ceil(cubed)).max(1)
    }
}

/// The words for `search.budget`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetKind {
    /// Every trial has all its epochs.
    Full,
    /// Many trials have few epochs, and the best of them more.
    Halving,
    /// The same, with brackets that begin with more and more epochs.
    Hyperband,
}

impl BudgetKind {
    /// All of them.
    pub const ALL: [BudgetKind; 3] = [BudgetKind::Full, BudgetKind::Halving, BudgetKind::Hyperband];

    /// The word for it in sweep files.
    pub fn name(self) -> &'static str {
        match self {
            BudgetKind::Full => "full",
            BudgetKind::Halving => "halving",
            BudgetKind::Hyperband => "hyperband",
        }
    }
}

/// The words for `search.sampler`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SamplerKind {
    /// Every point, in order.
    Grid,
    /// Points drawn at random.
    Random,
    /// Points of a scrambled Sobol sequence.
    Sobol,
    /// Points like the best so far, by the tree-structured Parzen estimator.
    Tpe,
    /// Points where a Gaussian process expects the largest improvement.
    Gp,
    /// Points between and beyond the best so far.
    DifferentialEvolution,
    /// Those of the sampler that suits the space and the number of trials.
    Auto,
    /// What is enqueued, and nothing else.
    List,
}

impl SamplerKind {
    /// All of them.
    pub const ALL: [SamplerKind; 8] = [
        SamplerKind::Grid,
        SamplerKind::Random,
        SamplerKind::Sobol,
        SamplerKind::Tpe,
        SamplerKind::Gp,
        SamplerKind::DifferentialEvolution,
        SamplerKind::Auto,
        SamplerKind::List,
    ];

    /// The word for it in sweep files.
    pub fn name(self) -> &'static str {
        match self {
            SamplerKind::Grid => "grid",
            SamplerKind::Random => "random",
            SamplerKind::Sobol => "sobol",
            SamplerKind::Tpe => "tpe",
            SamplerKind::Gp => "gp",
            SamplerKind::DifferentialEvolution => "differential_evolution",
            SamplerKind::Auto => "auto",
            SamplerKind::List => "list",
        }
    }

    /// Whether proposals depend on results.
    pub fn is_adaptive(self) -> bool {
        matches!(
            self,
            SamplerKind::Tpe | SamplerKind::Gp | SamplerKind::DifferentialEvolution | SamplerKind::Auto
        )
    }
}

/// `[record]`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecordSpec {
    /// Each layer's gradient norm, epoch by epoch.
    pub gradient_norms: bool,
}

/// No sweep file is larger than this.
const LARGEST_FILE: u64 = 16 << 20;
/// Trials of a random search when none are given.
const DEFAULT_TRIALS: u64 = 64;
/// Trials under way when no `lag` is given.
const DEFAULT_LAG: u64 = 8;
/// Of so many trials one goes on to the next rung when no `factor` is given: that of Li et al. 2018.
const DEFAULT_FACTOR: u64 = 3;

impl Sweep {
    /// Reads the sweep file at `path`, with `overrides` of the form `key=value` put in first.
    ///
    /// # Errors
    /// What is wrong, with its line and what would be right.
    pub fn read(path: &Path, overrides: &[String]) -> Result<Sweep, SpecError> {
        let whole = |message: String| SpecError { file: path.to_owned(), place: None, message, hint: None };
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|file| file.take(LARGEST_FILE + 1).read_to_end(&mut bytes));
        read.map_err(|error| whole(error.to_string()))?;
        if bytes.len() as u64 > LARGEST_FILE {
            return Err(whole(format!("more than {} MiB, which is no sweep file", LARGEST_FILE >> 20)));
        }
        let text = String::from_utf8(bytes)
            .map_err(|error| whole(format!("not UTF-8 at byte {}", error.utf8_error().valid_up_to())))?;
        Sweep::parse(&text, path, overrides)
    }

    /// Checks the text of a sweep file; `path` is its name in messages, and where its data's path starts.
    ///
    /// # Errors
    /// What is wrong, with its line and what would be right.
    pub fn parse(text: &str, path: &Path, overrides: &[String]) -> Result<Sweep, SpecError> {
        let parsed = (|| {
            let mut root = document::parse(text)?;
            for text in overrides {
                document::set(&mut root, text)?;
            }
            sweep(&root, path)
        })();
        parsed.map_err(|fault: Fault| fault.within(path))
    }

    /// The configurations of `sampler = "list"`, every parameter of which is fixed.
    pub(crate) fn configurations(&self) -> impl Iterator<Item = Parameters> {
        (0..self.enqueue.entries.len())
            .map(|entry_idx| self.enqueue.configuration(entry_idx, &self.parameters))
    }

    /// The error `message` at `place` of this sweep's file.
    pub(crate) fn error(
        &self,
        place: Option<&Place>,
        message: impl Into<String>,
        hint: Option<String>,
    ) -> SpecError {
        SpecError { file: self.file.clone(), place: place.cloned(), message: message.into(), hint }
    }
}

fn sweep(root: &Node, path: &Path) -> Result<Sweep, Fault> {
    let top = Section::new("", root)?;
    let name = name(&top, path)?;
    let seed = top.whole("seed", 0)?.unwrap_or(0).unsigned_abs();
    let (data, features) = data(&top, path)?;
    let cv = cv(top.section("cv")?, &data.source)?;
    let metrics = metrics(top.section("score")?)?;
    let search = search(&top)?;
    let parameters = Parameters::read(&top)?;
    if search.sampler != SamplerKind::List {
        parameters.check_together()?;
    } else if let Some(place) = parameters.first_condition() {
        return Err(Fault::new(
            place,
            "conditions, groups and constraints beside `search.sampler = \"list\"`",
        )
        .hint("a list is tried as it stands: every entry says what its configuration has"));
    }
    check_budget(&search, &parameters)?;
    let enqueue = Enqueue::read(&top, &search, &parameters)?;
    let preprocess = preprocess(top.section("preprocess")?, features)?;
    let early_stopping = early_stopping(top.section("early_stopping")?)?;
    let record = record(top.section("record")?)?;
    let select = select(top.section("select")?)?;
    top.finish()?;
    Ok(Sweep {
        file: path.to_owned(),
        name,
        seed,
        data,
        cv,
        metrics,
        search,
        parameters,
        enqueue,
        preprocess,
        early_stopping,
        record,
        select,
    })
}

fn name(top: &Section<'_>, path: &Path) -> Result<String, Fault> {
    const LONGEST: usize = 200;
    let Some((name, place)) = top.text("name")? else {
        return Ok(path
            .file_stem()
            .map_or_else(|| "sweep".into(), |stem| stem.to_string_lossy().into_owned()));
    };
    if name.trim().is_empty() || name.len() > LONGEST || !name.chars().all(mlpsweep_data::is_printable) {
        let message = format!(
            "`name` is \"{}\", but must be 1 to {LONGEST} bytes of text without control characters",
            shortened(name)
        );
        return Err(Fault::new(place, message));
    }
    Ok(name.to_owned())
}

fn data(top: &Section<'_>, path: &Path) -> Result<(DataSpec, PipelineOptions), Fault> {
    let missing = |place| {
        Fault { place, message: "there is no `data`".into(), hint: None }.hint(
            "add [data] with `path = \"data.csv\"` and `target = \"label\"`, or with `builtin = \"iris\"`",
        )
    };
    let section = top.section("data")?.ok_or_else(|| missing(None))?;
    let place = section.place.clone();
    let file = section.text("path")?;
    let builtin = section.text("builtin")?;
    let source = match (file, builtin) {
        (Some((file, _)), None) => Source::File(path.parent().unwrap_or(Path::new("")).join(file)),
        (None, Some((name, at))) => generated(&section, name, at)?,
        (Some(_), Some((_, at))) => {
            return Err(Fault::new(at, "`data.builtin` beside `data.path`").hint("give one of the two"));
        }
        (None, None) => return Err(missing(Some(place))),
    };
    let targets = section.texts("target")?;
    let task = section.word("task", &Task::ALL, Task::name)?;
    let drop = section.texts("drop")?;
    let sample_weight = section.text("sample_weight")?.map(owned);
    match source {
        Source::File(_) if targets.is_empty() => {
            return Err(Fault::new(&place, "`data.target` is missing").hint("name the column to predict"));
        }
        Source::File(_) => {}
        _ => {
            let extra = ["target", "task", "drop", "classes", "sample_weight"]
                .into_iter()
                .chain(columns::KEYS)
                .find_map(|key| Some((key, section.get(key)?)));
            if let Some((key, node)) = extra {
                let theirs =
                    if ["target", "task", "drop", "classes"].contains(&key) { "theirs" } else { "none" };
                let message = format!("`data.{key}` is for files; built-in sets have {theirs}");
                return Err(Fault::new(&node.place, message));
            }
        }
    }
    let classes = classes(&section, task, targets.len())?;
    let positive_class = match section.labels("positive_class")?.as_slice() {
        [] => None,
        [(label, place)] => Some((label.clone(), (*place).clone())),
        [(_, place), ..] => {
            return Err(Fault::new(place, "`data.positive_class` is a list, but must be one class"));
        }
    };
    let test = match section.get("test") {
        None => TestShare::Auto,
        Some(Node { kind: Kind::Text(text), .. }) if text == "auto" => TestShare::Auto,
        Some(_) => {
            let share = section
                .number("test", "\"auto\" or a share in [0, 1)", |share| (0.0..1.0).contains(&share))?;
            share.filter(|&share| share > 0.0).map_or(TestShare::None, TestShare::Share)
        }
    };
    let test_path = section.text("test_path")?.map(owned);
    if let (Some((_, place)), Some(_)) = (&test_path, section.get("test")) {
        return Err(Fault::new(place, "`data.test_path` beside `data.test`")
            .hint("give one of the two: the rows of that file are what is held out"));
    }
    let test_path = test_path.map(|(file, place)| (path.parent().unwrap_or(Path::new("")).join(file), place));
    let (columns, features) = columns::read(&section)?;
    section.finish()?;
    let texts = |texts: Vec<(&str, &Place)>| texts.into_iter().map(|(text, _)| text.to_owned()).collect();
    let data = DataSpec {
        source,
        target: texts(targets),
        task,
        drop: texts(drop),
        columns,
        test_path,
        classes,
        positive_class,
        sample_weight,
        test,
        place,
    };
    Ok((data, features))
}

/// `data.classes`, which make the target one column of classes.
fn classes(section: &Section<'_>, task: Option<Task>, n_targets: usize) -> Result<Vec<String>, Fault> {
    let Some(node) = section.get("classes") else { return Ok(Vec::new()) };
    let classes = section.labels("classes")?;
    if task == Some(Task::Regression) || n_targets > 1 {
        let beside = if n_targets > 1 { "several targets" } else { "`data.task = \"regression\"`" };
        return Err(Fault::new(&node.place, format!("`data.classes` beside {beside}"))
            .hint("classes are predicted for one column; a regression has none"));
    }
    for (i, (label, place)) in classes.iter().enumerate() {
        if classes[..i].iter().any(|(earlier, _)| earlier == label) {
            return Err(Fault::new(place, format!("`data.classes` lists \"{}\" twice", shortened(label))));
        }
    }
    if classes.len() < 2 {
        return Err(section.wrong("classes", node, "a list of two classes or more"));
    }
    Ok(classes.into_iter().map(|(label, _)| label).collect())
}

/// A name and the place it was written at.
fn owned((name, place): (&str, &Place)) -> (String, Place) {
    (name.to_owned(), place.clone())
}

fn generated(section: &Section<'_>, name: &str, place: &Place) -> Result<Source, Fault> {
    const GENERATED: [&str; 4] = ["moons", "spirals", "friedman1", "sine"];
    if builtin::NAMES.contains(&name) {
        return Ok(Source::Builtin(name.to_owned()));
    }
    if !GENERATED.contains(&name) {
        let names: Vec<&str> = builtin::NAMES.into_iter().chain(GENERATED).collect();
        return Err(unknown_word("data.builtin", name, &names, place));
    }
    const MOST_CELLS: usize = 100_000_000;
    let whole = |key: &str, least: i64, default: usize| -> Result<usize, Fault> {
        Ok(section.whole(key, least)?.map_or(default, |found| found as usize))
    };
    let noise = |default: f64| {
        let found =
            section.number("noise", "a number, 0 or more", |noise| noise >= 0.0 && noise.is_finite())?;
        Ok(found.unwrap_or(default))
    };
    let source = match name {
        "moons" => Source::Moons { rows: whole("rows", 10, 500)?, noise: noise(0.2)? },
        "spirals" => {
            Source::Spirals { rows: whole("rows", 10, 500)?, noise: noise(0.1)?, arms: whole("arms", 2, 2)? }
        }
        "sine" => Source::Sine { rows: whole("rows", 10, 500)?, noise: noise(0.0)? },
        _ => Source::Friedman1 {
            rows: whole("rows", 10, 500)?,
            features: whole("features", 5, 10)?,
            noise: noise(1.0)?,
        },
    };
    let (rows, columns) = match source {
        Source::Friedman1 { rows, features, .. } => (rows, features),
        Source::Spirals { rows, arms, .. } if arms > rows => {
            let message = format!("`data.arms` is {arms}, but there are only {rows} rows");
            return Err(Fault::new(place, message));
        }
        Source::Moons { rows, .. } | Source::Spirals { rows, .. } => (rows, 2),
        Source::Sine { rows, .. } => (rows, 1),
        Source::File(_) | Source::Builtin(_) => unreachable!("generated"),
    };
    if rows.saturating_mul(columns) > MOST_CELLS {
        let message = format!("{rows} rows of {columns} features, but {MOST_CELLS} cells are the most");
        return Err(Fault::new(place, message));
    }
    Ok(source)
}

fn cv(section: Option<Section<'_>>, source: &Source) -> Result<CvSpec, Fault> {
    let mut cv =
        CvSpec { folds: 5, repeats: 1, kind: None, share: 0.2, group: None, time: None, column: None };
    let Some(section) = section else { return Ok(cv) };
    cv.kind = section.word("kind", &CvKind::ALL, CvKind::name)?;
    cv_columns(&section, &mut cv, source)?;
    if cv.kind == Some(CvKind::Holdout) {
        let share = section.number("share", "a share in (0, 1)", |share| share > 0.0 && share < 1.0)?;
        cv.share = share.unwrap_or(cv.share);
        cv.folds = 1;
        if let Some(node) = section.get("folds") {
            return Err(Fault::new(
                &node.place,
                "`cv.folds` beside `cv.kind = \"holdout\"`, which is one split",
            )
            .hint("give `cv.share`, the share of the rows that are held out, or another kind"));
        }
    } else {
        if let Some(node) = section.get("share") {
            return Err(Fault::new(&node.place, "`cv.share` without `cv.kind = \"holdout\"`")
                .hint("give `cv.folds`; each fold then holds out its share of the rows"));
        }
        cv.folds = section.whole("folds", 2)?.map_or(cv.folds, |folds| folds as usize);
    }
    if cv.kind == Some(CvKind::Column)
        && let Some(node) = section.get("folds")
    {
        return Err(Fault::new(&node.place, "`cv.folds` beside `cv.kind = \"column\"`")
            .hint("the column says how many folds there are; take `folds` out"));
    }
    cv.repeats = section.whole("repeats", 1)?.map_or(cv.repeats, |repeats| repeats as usize);
    let is_shuffled = cv.time.is_none() && cv.column.is_none();
    if cv.repeats > 1
        && !is_shuffled
        && let Some(node) = section.get("repeats")
    {
        let kind = cv.kind.map_or("", CvKind::name);
        let message = format!("`cv.repeats` is {}, but must be 1 beside `cv.kind = \"{kind}\"`", cv.repeats);
        let hint = if cv.time.is_some() { "time has one order" } else { "the column says it once" };
        return Err(
            Fault::new(&node.place, message).hint(format!("{hint}: there is nothing to share out anew"))
        );
    }
    const MOST_SPLITS: usize = 10_000;
    if cv.folds.saturating_mul(cv.repeats) > MOST_SPLITS {
        let message =
            format!("{} folds × {} repeats are more than {MOST_SPLITS} splits", cv.folds, cv.repeats);
        return Err(Fault::new(&section.place, message));
    }
    section.finish()?;
    Ok(cv)
}

/// The columns that say which rows go together, each beside a kind that goes by it; without a kind, `group` and `time`
/// imply theirs.
fn cv_columns(section: &Section<'_>, cv: &mut CvSpec, source: &Source) -> Result<(), Fault> {
    let named = |key: &str| -> Result<Option<(String, Place)>, Fault> { Ok(section.text(key)?.map(owned)) };
    (cv.group, cv.time, cv.column) = (named("group")?, named("time")?, named("column")?);
    if let (Some(_), Some((_, place))) = (&cv.group, &cv.time) {
        return Err(Fault::new(place, "`cv.time` beside `cv.group`").hint("give one of the two"));
    }
    cv.kind = cv.kind.or(match (&cv.group, &cv.time) {
        (Some(_), _) => Some(CvKind::Group),
        (_, Some(_)) => Some(CvKind::TimeSeries),
        _ => None,
    });
    use CvKind::{Column, Group, Holdout, StratifiedGroup, TimeSeries};
    let columns: [(&str, &Option<(String, Place)>, &[CvKind], &str); 3] = [
        ("group", &cv.group, &[Group, StratifiedGroup, Holdout], "the column whose rows stay together"),
        ("time", &cv.time, &[TimeSeries, Holdout], "the column that says when each row was"),
        ("column", &cv.column, &[Column], "the column that says which fold a row is of"),
    ];
    for (key, column, kinds, what) in columns {
        let goes_by_it = cv.kind.is_some_and(|kind| kinds.contains(&kind));
        let quoted = |kind: &CvKind| format!("`kind = \"{}\"`", kind.name());
        match column {
            Some((_, place)) if !matches!(source, Source::File(_)) => {
                let message =
                    format!("`cv.{key}` is for files; built-in sets have no column but features and target");
                return Err(Fault::new(place, message));
            }
            Some((_, place)) if !goes_by_it => {
                let beside = cv.kind.map_or("without `cv.kind`".to_owned(), |kind| {
                    format!("beside `cv.kind = \"{}\"`, which does not go by it", kind.name())
                });
                let kinds: Vec<String> = kinds.iter().map(quoted).collect();
                return Err(Fault::new(place, format!("`cv.{key}` {beside}"))
                    .hint(format!("give {}, or take `{key}` out", kinds.join(" or "))));
            }
            None if goes_by_it && cv.kind != Some(Holdout) => {
                let kind = section.get("kind").expect("a kind without its column was written");
                let name = cv.kind.map_or("", CvKind::name);
                return Err(Fault::new(&kind.place, format!("`cv.kind = \"{name}\"` without `cv.{key}`"))
                    .hint(format!("name {what}: `{key} = \"...\"`, of a table in a file")));
            }
            _ => {}
        }
    }
    Ok(())
}

fn metrics(section: Option<Section<'_>>) -> Result<Vec<(Metric, Place)>, Fault> {
    let Some(section) = section else { return Ok(Vec::new()) };
    let named = |path: &str, (name, place): (&str, &Place)| {
        let names: Vec<&str> = Metric::ALL.iter().map(|metric| metric.name()).collect();
        let metric = Metric::from_name(name).ok_or_else(|| unknown_word(path, name, &names, place))?;
        Ok((metric, place.clone()))
    };
    let metric = section.text("metric")?.map(|found| named("score.metric", found)).transpose()?;
    let also = section.texts("also")?.into_iter().map(|found| named("score.also", found));
    let also = also.collect::<Result<Vec<_>, Fault>>()?;
    if metric.is_none() && !also.is_empty() {
        return Err(
            Fault::new(&also[0].1, "`score.also` without `score.metric`").hint("name the metric that ranks")
        );
    }
    section.finish()?;
    let mut metrics: Vec<(Metric, Place)> = Vec::new();
    for (metric, place) in metric.into_iter().chain(also) {
        if !metrics.iter().any(|(known, _)| *known == metric) {
            metrics.push((metric, place));
        }
    }
    Ok(metrics)
}

fn search(top: &Section<'_>) -> Result<SearchSpec, Fault> {
    let Some(section) = top.section("search")? else {
        return Ok(SearchSpec { place: top.place.clone(), ..SearchSpec::default() });
    };
    let sampler =
        section.word("sampler", &SamplerKind::ALL, SamplerKind::name)?.unwrap_or(SamplerKind::Random);
    let place = section.get("sampler").map_or(section.place.clone(), |node| node.place.clone());
    let trials = section.whole("trials", 1)?.map(i64::unsigned_abs);
    let trials = match sampler {
        SamplerKind::Grid | SamplerKind::List => trials,
        SamplerKind::Random
        | SamplerKind::Sobol
        | SamplerKind::Tpe
        | SamplerKind::Gp
        | SamplerKind::DifferentialEvolution
        | SamplerKind::Auto => trials.or(Some(DEFAULT_TRIALS)),
    };
    let shuffle = section.flag("shuffle")?.unwrap_or(false);
    if let Some(node) = section.get("shuffle").filter(|_| sampler != SamplerKind::Grid) {
        return Err(Fault::new(
            &node.place,
            format!("`search.shuffle` beside `sampler = \"{}\"`", sampler.name()),
        )
        .hint("only a grid has an order; take `shuffle` out"));
    }
    let time = |key| -> Result<Option<Duration>, Fault> {
        let Some(node) = section.get(key) else { return Ok(None) };
        let found = if let Kind::Text(text) = &node.kind { parse_duration(text) } else { None };
        found.map(Some).ok_or_else(|| section.wrong(key, node, "a time such as \"90s\" or \"1h 30m\""))
    };
    let (max_time, max_trial_time) = (time("max_time")?, time("max_trial_time")?);
    let lag = lag(&section)?.unwrap_or(DEFAULT_LAG);
    let racing = section.word("racing", &Racing::ALL, Racing::name)?.unwrap_or_default();
    let has_default = !matches!(sampler, SamplerKind::Grid | SamplerKind::List);
    let default_trial = section.flag("default_trial")?;
    if let Some(node) = section.get("default_trial").filter(|_| default_trial == Some(true) && !has_default) {
        let message = format!("`search.default_trial` beside `sampler = \"{}\"`", sampler.name());
        return Err(Fault::new(&node.place, message)
            .hint("a grid and a list say what is tried; enqueue the default configuration, or take it out"));
    }
    let default_trial = has_default && default_trial.unwrap_or(true);
    let target = section.number("target_score", "a score", f64::is_finite)?;
    let target = target.zip(section.get("target_score").map(|node| node.place.clone()));
    let budget = section.word("budget", &BudgetKind::ALL, BudgetKind::name)?.unwrap_or(BudgetKind::Full);
    let factor = section.whole("factor", 2)?.map_or(DEFAULT_FACTOR, i64::unsigned_abs);
    let least_epochs = section.whole("min_epochs", 1)?.map(|epochs| epochs as usize);
    if let Some((key, node)) =
        ["factor", "min_epochs"].into_iter().find_map(|key| Some((key, section.get(key)?)))
        && budget == BudgetKind::Full
    {
        return Err(Fault::new(&node.place, format!("`search.{key}` beside `budget = \"full\"`"))
            .hint("it is for budget = \"halving\" or \"hyperband\"; take it out"));
    }
    section.finish()?;
    Ok(SearchSpec {
        sampler,
        shuffle,
        trials,
        max_time,
        max_trial_time,
        lag,
        racing,
        default_trial,
        target,
        budget,
        factor,
        least_epochs,
        place,
    })
}

/// Epochs are shared out where they are the same for all.
fn check_budget(search: &SearchSpec, parameters: &Parameters) -> Result<(), Fault> {
    if search.budget == BudgetKind::Full {
        return Ok(());
    }
    let name = search.budget.name();
    let is_fixed = parameters
        .space
        .parameters()
        .iter()
        .filter(|parameter| parameter.name == "epochs")
        .all(|parameter| matches!(parameter.domain, Domain::Fixed(_)) && parameter.when.is_none());
    if search.sampler == SamplerKind::List || !is_fixed {
        let place = parameters.place("epochs").unwrap_or(&search.place);
        return Err(Fault::new(
            place,
            format!("`search.budget = \"{name}\"` shares out `epochs`, which differ here"),
        )
        .hint("fix `epochs` in [parameters]: how many a whole run has"));
    }
    let epochs = match parameters.domain("epochs") {
        Some(Domain::Fixed(Value::Int(epochs))) => *epochs as usize,
        _ => crate::objective::DEFAULT_EPOCHS as usize,
    };
    let budget = Budget::new(search, epochs);
    if budget.rungs().len() < 2 {
        let place = parameters.place("epochs").unwrap_or(&search.place);
        let message = format!(
            "`search.budget = \"{name}\"` of {epochs} epochs has no rung before the last, with at least {} a rung and a factor of {}",
            search.min_epochs(epochs),
            search.factor
        );
        return Err(
            Fault::new(place, message).hint("take more `epochs`, or less of `min_epochs` or `factor`")
        );
    }
    Ok(())
}

fn lag(section: &Section<'_>) -> Result<Option<u64>, Fault> {
    /// Trials that may be held in memory while they wait.
    const MOST: i64 = 10_000;
    match section.get("lag") {
        None => Ok(None),
        Some(Node { kind: Kind::Int(lag), .. }) if (1..=MOST).contains(lag) => Ok(Some(lag.unsigned_abs())),
        Some(node) => Err(section.wrong("lag", node, &format!("a whole number from 1 to {MOST}"))),
    }
}

/// A time such as "90s", "10m" or "1h 30m"; not 0.
pub fn parse_duration(text: &str) -> Option<Duration> {
    humantime::parse_duration(text.trim()).ok().filter(|time| !time.is_zero())
}

fn preprocess(section: Option<Section<'_>>, features: PipelineOptions) -> Result<Preprocess, Fault> {
    let mut preprocess = Preprocess { features, target_scale: TargetScale::None };
    let Some(section) = section else { return Ok(preprocess) };
    let scale = section.word("scale", &Scale::ALL, Scale::name)?;
    preprocess.features.scale = scale.unwrap_or(preprocess.features.scale);
    let target_scale = section.word("target_scale", &TargetScale::ALL, TargetScale::name)?;
    preprocess.target_scale = target_scale.unwrap_or(preprocess.target_scale);
    section.finish()?;
    Ok(preprocess)
}

fn early_stopping(section: Option<Section<'_>>) -> Result<Option<EarlyStopping>, Fault> {
    let Some(section) = section else { return Ok(None) };
    let patience = section.whole("patience", 1)?.map_or(10, |patience| patience as usize);
    let share =
        section.number("share", "a share in (0, 1)", |share| share > 0.0 && share < 1.0)?.unwrap_or(0.1);
    let min_delta =
        section.number("min_delta", "a number, 0 or more", |delta| delta >= 0.0 && delta.is_finite())?;
    section.finish()?;
    Ok(Some(EarlyStopping { patience, share, min_delta: min_delta.unwrap_or(0.0) }))
}

fn record(section: Option<Section<'_>>) -> Result<RecordSpec, Fault> {
    let Some(section) = section else { return Ok(RecordSpec::default()) };
    let gradient_norms = section.flag("gradient_norms")?.unwrap_or(false);
    section.finish()?;
    Ok(RecordSpec { gradient_norms })
}

//! A checked sweep and its data → everything a run needs: the space, the folds, the number of trials, its identity.

use crate::record::{DataInfo, MetricInfo, SweepInfo, Trial};
use crate::spec::{CvKind, SamplerKind, Source, SpecError, Sweep};
use crate::{SweepError, objective};
use mlpsweep_data::{CsvOptions, Dataset, FoldKind, Folds, Target, builtin, generate, hold_out, read_csv};
use mlpsweep_search::{Domain, Grid, Point, Random, Sampler, TrialNumber, Value};
use mlpsweep_seed::Seed;
use mlpsweep_train::{Metric, TrainConfig};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// A grid of more points is not run unless `search.trials` says how many.
pub const MOST_GRID_POINTS: u128 = 1_000_000;

/// Memory one unit may need at most.
pub const MOST_UNIT_BYTES: f64 = 8.0 * 1024.0 * 1024.0 * 1024.0;

/// Changes whenever the same sweep would give other numbers, so that old results are not continued with new ones.
const SEMANTICS: u64 = 1;

/// A sweep that is ready to run.
#[derive(Debug)]
pub struct Plan {
    /// The checked sweep file.
    pub sweep: Sweep,
    /// The table.
    pub data: Dataset,
    /// The splits of the rows that are not held out.
    pub folds: Folds,
    /// Rows held out before any fold.
    pub test_rows: Vec<u32>,
    /// The metric that ranks, then the others.
    pub metrics: Vec<Metric>,
    /// Points of the space; `None` for a continuum.
    pub n_points: Option<u128>,
    /// Trials to run; `None` when that is not settled: a huge grid without `trials`.
    pub n_trials: Option<u64>,
    /// What the user may want to know.
    pub notes: Vec<String>,
}

impl Plan {
    /// Loads the data, makes the folds, and checks what depends on them.
    ///
    /// # Errors
    /// What is wrong with the sweep file or the data.
    pub fn new(sweep: Sweep) -> Result<Plan, SweepError> {
        let data = load(&sweep)?;
        Plan::with_data(sweep, data)
    }

    /// The same with a table that is already there.
    ///
    /// # Errors
    /// What is wrong with the sweep file.
    pub fn with_data(sweep: Sweep, data: Dataset) -> Result<Plan, SweepError> {
        let seed = Seed::new(sweep.seed);
        let metrics = metrics(&sweep, &data)?;
        let classifies = matches!(data.target, Target::Classes { .. });
        let stratify = classifies && sweep.cv.kind != Some(CvKind::KFold);
        let (rest, test_rows) = hold_out(&data.target, sweep.data.test, stratify, seed)
            .map_err(|error| SweepError::from_folds(&sweep, "the test share", &error))?;
        let folds = Folds::new(
            fold_kind(&sweep, classifies),
            sweep.cv.folds,
            sweep.cv.repeats,
            &data.target,
            &rest,
            seed,
        )
        .map_err(|error| SweepError::from_folds(&sweep, "the folds", &error))?;

        let space = &sweep.parameters.space;
        let n_points = space.count();
        if sweep.search.sampler == SamplerKind::Grid
            && let Err(error) = Grid::new(space)
        {
            let place = sweep.parameters.place(&error.name);
            return Err(sweep.error(place, error.to_string(), Some(error.hint().to_owned())).into());
        }
        let points_at_most = n_points.map_or(u64::MAX, |n| u64::try_from(n).unwrap_or(u64::MAX));
        let n_trials = match sweep.search.trials {
            Some(trials) => Some(trials.min(points_at_most)),
            None if n_points.is_some_and(|n| n <= MOST_GRID_POINTS) => Some(points_at_most),
            None => None,
        };
        let mut plan = Plan {
            notes: sweep.parameters.notes.clone(),
            sweep,
            data,
            folds,
            test_rows,
            metrics,
            n_points,
            n_trials,
        };
        plan.check_extremes()?;
        plan.note_data();
        Ok(plan)
    }

    /// The sampler, from the start.
    pub fn sampler(&self) -> Box<dyn Sampler + Send> {
        match self.sweep.search.sampler {
            SamplerKind::Grid => {
                Box::new(Grid::new(&self.sweep.parameters.space).expect("checked when planned"))
            }
            SamplerKind::Random => Box::new(Random::new(Seed::new(self.sweep.seed))),
        }
    }

    /// The trials, proposed one by one; fewer than asked for when the space has no more.
    pub fn trials(&self, n_trials: u64) -> impl Iterator<Item = Trial> + Send + use<'_> {
        let mut sampler = self.sampler();
        let space = &self.sweep.parameters.space;
        (0..n_trials).map_while(move |number: TrialNumber| {
            let point = sampler.propose(space, &[], number)?;
            Some(Trial { number, point: owned(&point) })
        })
    }

    /// The training configuration of a trial.
    pub fn config(&self, trial: &Trial) -> TrainConfig {
        objective::train_config(&trial.point, &self.data.target, self.sweep.early_stopping)
    }

    /// What reports need to know of the sweep.
    pub fn info(&self) -> SweepInfo {
        let identity = self.identity();
        let splits: Vec<_> = self.folds.iter().collect();
        let (task, targets) = match &self.data.target {
            Target::Classes { labels, .. } => ("classification", labels.clone()),
            Target::Numbers { names, .. } => ("regression", names.clone()),
        };
        SweepInfo {
            name: self.sweep.name.clone(),
            seed: self.sweep.seed,
            data: DataInfo {
                name: self.data.name.clone(),
                fingerprint: self.data.fingerprint(),
                n_rows: self.data.n_rows(),
                n_features: self.data.n_features(),
                task: task.into(),
                targets,
            },
            n_test_rows: self.test_rows.len(),
            cv_kind: self.cv_kind().name().into(),
            n_folds: self.folds.n_folds(),
            repeats: self.folds.repeats(),
            n_train: splits.iter().map(|split| split.train.len()).collect(),
            n_validation: splits.iter().map(|split| split.validation.len()).collect(),
            metrics: self
                .metrics
                .iter()
                .map(|metric| MetricInfo { name: metric.name().into(), goal: metric.goal().name().into() })
                .collect(),
            sampler: self.sweep.search.sampler.name().into(),
            n_trials: self.n_trials.unwrap_or(0),
            parameters: self
                .sweep
                .parameters
                .space
                .parameters()
                .iter()
                .map(|parameter| (parameter.name.clone(), !matches!(parameter.domain, Domain::Fixed(_))))
                .collect(),
            sweep_hash: sha256(&Json::Object(identity.clone()).to_string()),
            identity,
            version: env!("CARGO_PKG_VERSION").into(),
        }
    }

    /// Which rows go together.
    pub fn cv_kind(&self) -> CvKind {
        let classifies = matches!(self.data.target, Target::Classes { .. });
        self.sweep.cv.kind.unwrap_or(if classifies { CvKind::Stratified } else { CvKind::KFold })
    }

    /// What makes two sweeps the same: everything a result depends on but the number of trials.
    fn identity(&self) -> Map<String, Json> {
        let sweep = &self.sweep;
        let mut identity = Map::new();
        let mut put = |key: &str, value: Json| drop(identity.insert(key.to_owned(), value));
        put("semantics", json!(SEMANTICS));
        put("seed", json!(sweep.seed));
        put("data hash", json!(self.data.fingerprint()));
        put("data.test rows", json!(self.test_rows.len()));
        put("cv.kind", json!(self.cv_kind().name()));
        put("cv.folds", json!(self.folds.n_folds()));
        put("cv.repeats", json!(self.folds.repeats()));
        if self.cv_kind() == CvKind::Holdout {
            put("cv.share", json!(sweep.cv.share));
        }
        put("score", json!(self.metrics.iter().map(|metric| metric.name()).collect::<Vec<_>>()));
        put("search.sampler", json!(sweep.search.sampler.name()));
        put("preprocess.scale", json!(sweep.preprocess.scale.name()));
        put("preprocess.target_scale", json!(sweep.preprocess.target_scale.name()));
        if let Some(stopping) = sweep.early_stopping {
            put("early_stopping", json!([stopping.patience, stopping.share, stopping.min_delta]));
        }
        let names = sweep.parameters.space.parameters().iter().map(|parameter| parameter.name.as_str());
        put("parameters", json!(names.collect::<Vec<_>>()));
        for parameter in sweep.parameters.space.parameters() {
            put(&format!("parameters.{}", parameter.name), json!(parameter.domain.to_string()));
        }
        identity
    }

    /// The largest network of the space must fit into memory; found from the ends of its domains, without drawing.
    fn check_extremes(&self) -> Result<(), SweepError> {
        let space = &self.sweep.parameters.space;
        let largest = |name: &str| -> Option<i64> {
            let parameter = space.parameters().iter().find(|parameter| parameter.name == name)?;
            largest_whole(&parameter.domain)
        };
        let hidden =
            space.parameters().iter().find(|parameter| parameter.name == "hidden").map(|parameter| {
                let count = parameter.domain.count().unwrap_or(0);
                let points = (0..count).filter_map(|i| parameter.domain.nth(i));
                points.map(|value| vec![("hidden".to_owned(), value)]).collect::<Vec<_>>()
            });
        let points = hidden.unwrap_or_else(|| {
            let keys = ["depth", "width"].into_iter();
            vec![keys.filter_map(|key| Some((key.to_owned(), Value::Int(largest(key)?)))).collect()]
        });
        for mut point in points {
            const DEEPEST: i64 = 10_000;
            if let Some((_, Value::Int(depth))) = point.iter_mut().find(|(key, _)| key == "depth") {
                if *depth > DEEPEST {
                    let message =
                        format!("`parameters.depth` reaches {depth}, but must be at most {DEEPEST}");
                    return Err(self.sweep.error(self.sweep.parameters.place("depth"), message, None).into());
                }
            }
            let config = objective::train_config(&point, &self.data.target, None);
            let bytes = self.unit_bytes(&config, largest("batch_size"));
            if bytes > MOST_UNIT_BYTES {
                let key = ["hidden", "width", "depth"]
                    .into_iter()
                    .find(|key| self.sweep.parameters.place(key).is_some());
                let place = key.and_then(|key| self.sweep.parameters.place(key));
                let message = format!(
                    "hidden layers of {:?} units need about {:.1} GiB for one run, but {:.0} GiB is the limit",
                    config.hidden,
                    bytes / 1024.0_f64.powi(3),
                    MOST_UNIT_BYTES / 1024.0_f64.powi(3)
                );
                return Err(self
                    .sweep
                    .error(place, message, Some("make `width` or `depth` smaller".into()))
                    .into());
            }
        }
        Ok(())
    }

    /// Bytes a run of this shape takes: parameters, gradient, two optimizer states, the best epoch's copy, one workspace.
    fn unit_bytes(&self, config: &TrainConfig, batch_size: Option<i64>) -> f64 {
        let n_outputs = match &self.data.target {
            Target::Classes { labels, .. } => config.loss.n_outputs(labels.len()),
            Target::Numbers { values, .. } => config.loss.n_outputs(values.ncols()),
        };
        let sizes: Vec<f64> = std::iter::once(self.data.n_features())
            .chain(config.hidden.iter().copied())
            .chain([n_outputs])
            .map(|size| size as f64)
            .collect();
        let n_params: f64 = sizes.windows(2).map(|pair| pair[1] * (pair[0] + 1.0)).sum();
        let n_rows = self.data.n_rows() as f64;
        let batch =
            batch_size.map_or(n_rows.min(256.0), |rows| (rows as f64).min(n_rows).max(256.0_f64.min(n_rows)));
        let per_row: f64 = sizes.iter().map(|size| 2.0 * size).sum();
        8.0 * (5.0 * n_params + batch * per_row)
    }

    fn note_data(&mut self) {
        let constant: Vec<&str> =
            self.data.constant_features().into_iter().map(|i| self.data.feature_names[i].as_str()).collect();
        if !constant.is_empty() {
            self.notes.push(format!("constant columns carry no information: {}", constant.join(", ")));
        }
        if let Target::Numbers { values, names } = &self.data.target
            && self.sweep.preprocess.target_scale == mlpsweep_train::TargetScale::None
        {
            for (j, name) in names.iter().enumerate() {
                let column = values.column(j);
                let n = column.len() as f64;
                let mean = column.iter().map(|y| y / n).sum::<f64>();
                let sd = column.iter().map(|y| (y - mean).powi(2) / n).sum::<f64>().sqrt();
                if !(0.01..=100.0).contains(&sd) {
                    self.notes.push(format!(
                        "the target {name:?} has a standard deviation of {sd:.3e}; \
                         [preprocess] target_scale = \"standard\" trains faster, and scores stay in its own units"
                    ));
                }
            }
        }
    }

    /// The error for a grid too large to run unasked.
    pub fn too_many_points(&self) -> SpecError {
        let n = self.n_points.unwrap_or(u128::MAX);
        let message =
            format!("the grid has {n} points, and more than {MOST_GRID_POINTS} are not run unasked");
        let hint = "say how many with `trials` in [search], or use sampler = \"random\"";
        self.sweep.error(Some(&self.sweep.search.place), message, Some(hint.into()))
    }
}

/// The largest whole number of the domain, if it holds any.
fn largest_whole(domain: &Domain) -> Option<i64> {
    let whole = |value: Value| if let Value::Int(value) = value { Some(value) } else { None };
    match domain {
        Domain::Categorical(_) => (0..domain.count()?).filter_map(|i| domain.nth(i)).filter_map(whole).max(),
        domain => whole(domain.sample(1.0)),
    }
}

/// The point as it is stored and reported.
fn owned(point: &Point) -> Vec<(String, Value)> {
    point.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect()
}

/// The table a sweep file names.
///
/// # Errors
/// When it cannot be read or understood.
pub fn load(sweep: &Sweep) -> Result<Dataset, SweepError> {
    let seed = Seed::new(sweep.seed).child("data");
    Ok(match &sweep.data.source {
        Source::Builtin(name) => builtin::load(name).expect("the name was checked with the file"),
        Source::Moons { rows, noise } => generate::moons(*rows, *noise, seed),
        Source::Spirals { rows, noise, classes } => generate::spirals(*rows, *noise, *classes, seed),
        Source::Friedman1 { rows, features, noise } => generate::friedman1(*rows, *features, *noise, seed),
        Source::File(path) => {
            let options = CsvOptions {
                target: sweep.data.target.clone(),
                task: sweep.data.task,
                drop: sweep.data.drop.clone(),
            };
            read_csv(path, &options).map_err(|error| SweepError::from_data(sweep, error))?
        }
    })
}

fn fold_kind(sweep: &Sweep, classifies: bool) -> FoldKind {
    match sweep.cv.kind {
        Some(CvKind::Holdout) => FoldKind::Holdout { share: sweep.cv.share },
        Some(CvKind::KFold) => FoldKind::KFold,
        Some(CvKind::Stratified) => FoldKind::Stratified,
        None if classifies => FoldKind::Stratified,
        None => FoldKind::KFold,
    }
}

fn metrics(sweep: &Sweep, data: &Dataset) -> Result<Vec<Metric>, SweepError> {
    let task = data.target.task();
    for (metric, place) in &sweep.metrics {
        if metric.task() != task {
            let fitting: Vec<&str> = Metric::ALL
                .iter()
                .filter(|metric| metric.task() == task)
                .map(|metric| metric.name())
                .collect();
            let message = format!("`score` names {}, but this is a {task}", metric.name());
            let hint = format!("for a {task} there are {}", fitting.join(", "));
            return Err(sweep.error(Some(place), message, Some(hint)).into());
        }
    }
    let mut metrics: Vec<Metric> = sweep.metrics.iter().map(|(metric, _)| *metric).collect();
    if metrics.is_empty() {
        metrics.push(Metric::default_for(task));
    }
    Ok(metrics)
}

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

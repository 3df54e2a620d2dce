//! A checked sweep and its data → everything a run needs: the space, the folds, the number of trials, its identity.

use crate::budget::Budget;
use crate::record::{DataInfo, DomainInfo, MetricInfo, Name, SelectInfo, SweepInfo, Trial, ValidationRows};
use crate::spec::{
    BudgetKind, CvKind, Place, SamplerKind, SelectRule, SelectSpec, Source, SpecError, Sweep, unknown_word,
};
use crate::trivial::trivial_scores;
use crate::{SweepError, networks, objective};
use mlpsweep_data::{
    CsvOptions, Dataset, Fill, FoldKind, Folds, Schema, Target, builtin, generate, hold_out, printable,
    read_csv,
};
use mlpsweep_search::{
    Auto, DifferentialEvolution, Domain, EnqueueError, Enqueued, Entry, Expression, Gp, Grid, GridError,
    History, List, Parameter, Point, Racing, Random, Sampler, Sobol, Tpe, TrialNumber, Value,
};
use mlpsweep_seed::Seed;
use mlpsweep_train::{Metric, TargetScale, TrainConfig};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// A grid of more points is not run unless `search.trials` says how many.
pub const MOST_GRID_POINTS: u128 = 1_000_000;

/// Changes whenever the same sweep would give other numbers, so that old results are not continued with new ones.
const SEMANTICS: u64 = 9;

/// A sweep that is ready to run.
#[derive(Debug)]
pub struct Plan {
    /// The checked sweep file.
    pub sweep: Sweep,
    /// The table.
    pub data: Dataset,
    /// Inputs of the networks, at most: a fold may lack a level.
    pub n_inputs: usize,
    /// The splits of the rows that are not held out.
    pub folds: Folds,
    /// Rows held out before any fold.
    pub test_rows: Vec<u32>,
    /// The metric that ranks, then the others.
    pub metrics: Vec<Metric>,
    /// Points of the space, or of the list; `None` for a continuum.
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
        let mut data = load(&sweep)?;
        let n_rows = data.n_rows();
        append_test_rows(&sweep, &mut data)?;
        Plan::of(sweep, data, n_rows)
    }

    /// The same with a table that is already there.
    ///
    /// # Errors
    /// What is wrong with the sweep file.
    pub fn with_data(sweep: Sweep, data: Dataset) -> Result<Plan, SweepError> {
        let n_rows = data.n_rows();
        Plan::of(sweep, data, n_rows)
    }

    /// The same; the rows from `n_rows` on are those of another file, which are held out.
    fn of(sweep: Sweep, data: Dataset, n_rows: usize) -> Result<Plan, SweepError> {
        let seed = Seed::new(sweep.seed);
        let metrics = metrics(&sweep, &data)?;
        let kind = cv_kind(&sweep, &data.target);
        let fold_kind = fold_kind(&sweep, kind);
        let keeps_shares = matches!(kind, CvKind::Stratified | CvKind::StratifiedGroup | CvKind::Holdout);
        let stratify = matches!(data.target, Target::Classes { .. }) && keeps_shares;
        let (rest, test_rows) = if n_rows < data.n_rows() {
            ((0..n_rows as u32).collect(), (n_rows as u32..data.n_rows() as u32).collect())
        } else {
            hold_out(&data, sweep.data.test, stratify, seed)
                .map_err(|error| SweepError::from_folds(&sweep, "the test share", &error))?
        };
        let folds = Folds::new(fold_kind, sweep.cv.folds, sweep.cv.repeats, &data, &rest, seed)
            .map_err(|error| SweepError::from_folds(&sweep, "the folds", &error))?;

        check_folds(&sweep, &data.target, &metrics, &folds)?;
        check_rule(&sweep, kind, &data)?;
        check_target_scale(&sweep, &data.target)?;

        let space = &sweep.parameters.space;
        let is_list = sweep.search.sampler == SamplerKind::List;
        let n_enqueued = sweep.enqueue.entries.len();
        let n_points = if is_list { Some(n_enqueued as u128) } else { space.count() };
        if sweep.search.sampler == SamplerKind::Grid
            && let Err(error) = Grid::new(space)
        {
            let place = match &error {
                GridError::Continuum { name } => sweep.parameters.place(name),
                GridError::Uncountable => Some(&sweep.search.place),
            };
            return Err(sweep.error(place, error.to_string(), Some(error.hint().to_owned())).into());
        }
        let mut plan = Plan {
            n_inputs: sweep.preprocess.features.n_inputs_at_most(&data),
            notes: sweep.parameters.notes.clone(),
            sweep,
            data,
            folds,
            test_rows,
            metrics,
            n_points,
            n_trials: None,
        };
        plan.check_enqueued()?;
        networks::check(&plan.sweep, &plan.data)?;
        plan.note_data();
        Ok(plan)
    }

    /// How epochs are shared out.
    pub fn budget(&self) -> Budget {
        let epochs = match self.sweep.parameters.domain("epochs") {
            Some(Domain::Fixed(Value::Int(epochs))) => *epochs as usize,
            _ => objective::DEFAULT_EPOCHS as usize,
        };
        Budget::new(&self.sweep.search, epochs)
    }

    /// Whether proposals depend on results.
    pub fn is_adaptive(&self) -> bool {
        self.sweep.search.sampler.is_adaptive()
    }

    /// Whether trials that fall behind are stopped before their last fold.
    pub fn is_raced(&self) -> bool {
        self.sweep.search.racing != Racing::Off && self.folds.len() > 1
    }

    /// Whether what is done with a trial depends on how earlier ones ended.
    pub fn looks_back(&self) -> bool {
        self.is_adaptive() || self.is_raced() || self.sweep.search.target.is_some()
    }

    /// The sampler, from the start.
    pub fn sampler(&self) -> Box<dyn Sampler + Send> {
        self.new_sampler().expect("checked when planned")
    }

    fn new_sampler(&self) -> Result<Box<dyn Sampler + Send>, EnqueueError> {
        let space = &self.sweep.parameters.space;
        let seed = Seed::new(self.sweep.seed);
        let sampler: Box<dyn Sampler + Send> = match self.sweep.search.sampler {
            SamplerKind::Grid => {
                let grid = Grid::new(space).expect("checked when planned");
                Box::new(if self.sweep.search.shuffle { grid.shuffled(seed) } else { grid })
            }
            SamplerKind::Random => Box::new(Random::new(seed)),
            SamplerKind::Sobol => Box::new(Sobol::new(seed)),
            SamplerKind::Tpe => Box::new(Tpe::new(seed)),
            SamplerKind::Gp => Box::new(Gp::new(seed)),
            SamplerKind::DifferentialEvolution => Box::new(DifferentialEvolution::new(seed)),
            SamplerKind::Auto => Box::new(Auto::new(seed)),
            SamplerKind::List => return Ok(Box::new(List::new(self.sweep.enqueue.entries.clone()))),
        };
        let First { entries, outside, .. } = self.first();
        let enqueued = Enqueued::new(&entries, sampler, space)?;
        Ok(match outside {
            Some(default) => {
                Box::new(enqueued.after(default.into_iter().map(|(name, value)| (name.to_string(), value))))
            }
            None => Box::new(enqueued),
        })
    }

    /// How many trials there are; `None` when that is not settled.
    fn settled_trials(&self) -> Option<u64> {
        let points_at_most = self.n_points.map_or(u64::MAX, |n| u64::try_from(n).unwrap_or(u64::MAX));
        let points_at_most = points_at_most.saturating_add(u64::from(self.first().outside.is_some()));
        let is_list = self.sweep.search.sampler == SamplerKind::List;
        match self.sweep.search.trials {
            Some(trials) => Some(self.budget().whole_brackets(trials).min(points_at_most)),
            None if is_list || self.n_points.is_some_and(|n| n <= MOST_GRID_POINTS) => Some(points_at_most),
            None => None,
        }
    }

    /// How often a fold of a trial is trained up to a rung; without rungs the folds of all trials.
    pub fn n_units(&self) -> u64 {
        let n_stops = self.budget().n_stops(self.n_trials.unwrap_or(0));
        n_stops.saturating_mul(self.folds.len() as u64)
    }

    /// Trials that come before those that the sampler chooses.
    pub(crate) fn n_first(&self) -> u64 {
        let First { entries, outside, .. } = self.first();
        (entries.len() + usize::from(outside.is_some())) as u64
    }

    /// Every entry must stand for a point of its own.
    fn check_enqueued(&mut self) -> Result<(), SweepError> {
        match self.new_sampler().map(drop) {
            Ok(()) => {}
            Err(EnqueueError::Repeated { entry_idx, earlier_idx }) => {
                let n_own = self.first().n_own;
                // The default configuration comes first, where it is no entry of the file.
                let earlier_idx = earlier_idx.and_then(|earlier_idx| earlier_idx.checked_sub(n_own));
                let fault = self.sweep.enqueue.repeated(entry_idx - n_own, earlier_idx);
                return Err(fault.within(&self.sweep.file).into());
            }
            Err(EnqueueError::Refused { entry_idx }) => {
                let fault = self.sweep.enqueue.refused(entry_idx - self.first().n_own);
                return Err(fault.within(&self.sweep.file).into());
            }
            Err(error) => return Err(self.sweep.error(None, error.to_string(), None).into()),
        }
        self.n_trials = self.settled_trials();
        if self.sweep.search.sampler == SamplerKind::Auto {
            let reason = Auto::reason(&self.sweep.parameters.space, self.n_trials.unwrap_or(0));
            self.notes.push(format!("sampler = \"auto\" takes {reason}"));
        }
        if let (Some(asked), Some(n_trials)) = (self.sweep.search.trials, self.n_trials)
            && n_trials > asked
        {
            let budget = self.sweep.search.budget.name();
            self.notes.push(format!(
                "{n_trials} trials instead of {asked}: whole brackets of budget = \"{budget}\""
            ));
        }
        let n_enqueued = self.sweep.enqueue.entries.len() as u64;
        let n_others = self.n_first() - n_enqueued;
        if let Some(n_trials) = self.n_trials.filter(|&n_trials| n_trials < n_enqueued + n_others) {
            let note = format!(
                "{n_enqueued} configurations are enqueued; the first {} are run, as `trials` says",
                n_trials - n_others
            );
            self.notes.push(note);
        }
        Ok(())
    }

    /// The trials, proposed one by one as if none had ended; fewer than asked for when the space has no more.
    pub fn trials(&self, n_trials: u64) -> impl Iterator<Item = Trial> + Send + use<'_> {
        let mut sampler = self.sampler();
        let space = &self.sweep.parameters.space;
        (0..n_trials).map_while(move |number: TrialNumber| {
            let point = sampler.propose(space, History::EMPTY, number)?;
            Some(Trial { number, point: owned(&point) })
        })
    }

    /// The training configuration of a trial.
    pub fn config(&self, trial: &Trial) -> TrainConfig {
        let config = objective::train_config(&trial.point, &self.data.target, self.sweep.early_stopping);
        TrainConfig { gradient_norms: self.sweep.record.gradient_norms, ..config }
    }

    /// The default configuration: what is searched left out, so that its default stands. `None` where nothing is searched, or
    /// where a list says what is tried.
    pub fn default_config(&self) -> Option<TrainConfig> {
        let parameters = self.sweep.parameters.space.parameters();
        let is_searched = parameters.iter().any(|parameter| !matches!(parameter.domain, Domain::Fixed(_)))
            && self.sweep.search.sampler != SamplerKind::List;
        let fixed = parameters.iter().filter(|parameter| parameter.when.is_none());
        let fixed: Vec<(Name, Value)> = fixed
            .filter_map(|parameter| match &parameter.domain {
                Domain::Fixed(value) => Some((parameter.name.as_str().into(), value.clone())),
                _ => None,
            })
            .collect();
        is_searched.then(|| objective::train_config(&fixed, &self.data.target, self.sweep.early_stopping))
    }

    /// Whether trial 0 is the default configuration.
    pub fn has_default_trial(&self) -> bool {
        self.sweep.search.default_trial && self.default_config().is_some()
    }

    /// The default configuration as a point: of each parameter that is used there its default, searched or not.
    fn default_point(&self) -> Option<Vec<(Name, Value)>> {
        let config = self.default_config().filter(|_| self.sweep.search.default_trial)?;
        let mut point: Vec<(Name, Value)> = Vec::new();
        for Parameter { name, domain, when } in self.sweep.parameters.space.parameters() {
            let value =
                |name: &str| point.iter().find(|(own, _)| **own == *name).map(|(_, value)| value.clone());
            let is_used = value(name).is_none()
                && when.as_ref().is_none_or(|when| matches!(when.holds(value), Ok(Some(true))));
            if !is_used {
                continue;
            }
            let value = match domain {
                Domain::Fixed(value) => Some(value.clone()),
                // Which group is tried has no default: the first.
                _ if name == "group" => domain.nth(0),
                _ => objective::value_of(&config, name),
            };
            point.extend(value.map(|value| (name.as_str().into(), value)));
        }
        Some(point)
    }

    /// What is tried first: entries of the space, and what is none of it.
    fn first(&self) -> First {
        let entries = self.sweep.enqueue.entries.to_vec();
        let Some(default) = self.default_point() else { return First { entries, n_own: 0, outside: None } };
        let values = default.iter().map(|(name, value)| (&**name, value));
        let Ok(point) = self.sweep.parameters.space.point(values) else {
            return First { entries, n_own: 0, outside: Some(default) };
        };
        let holds =
            |entry: &Entry| point.iter().all(|(name, value)| entry.get(name).is_none_or(|own| own == value));
        let is_searched = |name: &str| {
            self.sweep.parameters.domains(name).any(|domain| !matches!(domain, Domain::Fixed(_)))
        };
        let searched = point.iter().filter(|(name, _)| is_searched(name));
        let own: Entry = searched.map(|(name, value)| (name.to_owned(), value.clone())).collect();
        if entries.iter().any(|entry| entry.len() == own.len() && holds(entry)) {
            return First { entries, n_own: 0, outside: None };
        }
        First { entries: [vec![own], entries].concat(), n_own: 1, outside: None }
    }

    /// The rows that are not held out, ascending.
    pub fn rest_rows(&self) -> Vec<u32> {
        let mut is_held_out = vec![false; self.data.n_rows()];
        self.test_rows.iter().for_each(|&row| is_held_out[row as usize] = true);
        (0..self.data.n_rows() as u32).filter(|&row| !is_held_out[row as usize]).collect()
    }

    /// What the table's columns are, as a model must know it.
    pub fn schema(&self) -> Schema {
        Schema::new(&self.data, &csv_options(&self.sweep))
    }

    /// What reports need to know of the sweep.
    pub fn info(&self) -> SweepInfo {
        let identity = self.identity();
        let mut hashed = Json::Object(identity.clone()).to_string();
        if !self.sweep.enqueue.entries.is_empty() {
            hashed += &json!(self.sweep.enqueue.entries[..]).to_string();
        }
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
            trivial: splits.iter().map(|split| trivial_scores(&self.data.target, split)).collect(),
            metrics: self
                .metrics
                .iter()
                .map(|metric| MetricInfo { name: metric.name().into(), goal: metric.goal().name().into() })
                .collect(),
            sampler: self.sweep.search.sampler.name().into(),
            n_trials: self.n_trials.unwrap_or(0),
            default_trial: self.has_default_trial(),
            n_units: self.n_units(),
            select: SelectInfo {
                rule: self.sweep.select.rule.name().into(),
                confirm_top: self.sweep.select.confirm_top,
                confirm_repeats: self.sweep.select.confirm_repeats,
                ensemble: self.sweep.select.ensemble.name(),
            },
            parameters: self.parameters(),
            domains: self.domains(),
            sweep_hash: sha256(&hashed),
            identity,
            version: env!("CARGO_PKG_VERSION").into(),
        }
    }

    /// What the searched parameters may be; of one with different domains in different groups, all of them together.
    fn domains(&self) -> Vec<(String, DomainInfo)> {
        let parameters = self.sweep.parameters.space.parameters().iter();
        let mut domains: Vec<(String, DomainInfo)> = Vec::new();
        for (name, domain) in parameters.filter_map(|p| Some((&p.name, DomainInfo::new(&p.domain)?))) {
            match domains.iter_mut().find(|(known, _)| known == name) {
                None => domains.push((name.clone(), domain)),
                Some((_, known)) => known.widen(domain),
            }
        }
        domains
    }

    /// The names of the parameters, in the file's order, and whether each is searched: those of `[parameters]`, then those
    /// that only a list has.
    pub fn parameters(&self) -> Vec<(String, bool)> {
        let own = self.sweep.parameters.space.parameters().iter();
        let is_searched = |domain: &Domain| !matches!(domain, Domain::Fixed(_));
        let mut parameters: Vec<(String, bool)> = Vec::new();
        for parameter in own {
            let is_searched = is_searched(&parameter.domain) || parameter.when.is_some();
            match parameters.iter_mut().find(|(known, _)| *known == parameter.name) {
                None => parameters.push((parameter.name.clone(), is_searched)),
                Some((_, known)) => *known |= is_searched,
            }
        }
        for name in self.sweep.enqueue.entries.iter().flat_map(|entry| entry.keys()) {
            if !parameters.iter().any(|(known, _)| known == name) {
                parameters.push((name.clone(), true));
            }
        }
        parameters
    }

    /// The folds with as many further repeats as a confirmation takes: its splits are those from [`Plan::folds`]' end on, which
    /// no trial has seen, and so are the draws of their training.
    ///
    /// # Errors
    /// When there cannot be any.
    pub fn confirm_folds(&self) -> Result<Folds, SweepError> {
        let SelectSpec { confirm_repeats, .. } = self.sweep.select;
        let kind = fold_kind(&self.sweep, self.cv_kind());
        let repeats = self.folds.repeats() + confirm_repeats;
        let (rest, seed) = (self.rest_rows(), Seed::new(self.sweep.seed));
        let folds = Folds::new(kind, self.sweep.cv.folds, repeats, &self.data, &rest, seed)
            .map_err(|error| SweepError::from_folds(&self.sweep, "the folds of the confirmation", &error))?;
        check_folds(&self.sweep, &self.data.target, &self.metrics, &folds)?;
        Ok(folds)
    }

    /// The score every unit has beside those asked for: comparable whatever the metrics and losses are.
    pub fn base_metric(&self) -> Metric {
        Metric::default_for(self.data.target.task())
    }

    /// Whether predictions of validation rows are kept whatever the metric: with two repeats or more, rows have several of
    /// them, and bias and variance can be told apart.
    pub fn keeps_predictions(&self) -> bool {
        self.folds.repeats() > 1
    }

    /// The validation rows of every split.
    pub fn validation_rows(&self) -> impl Iterator<Item = ValidationRows> {
        self.folds.iter().map(|split| {
            let rows = || split.validation.iter().map(|&row| row as usize);
            let truth = match &self.data.target {
                Target::Classes { codes, .. } => rows().map(|row| f64::from(codes[row])).collect(),
                Target::Numbers { values, .. } => rows().flat_map(|row| values.row(row).to_vec()).collect(),
            };
            let groups = self.data.roles.groups.as_ref();
            let groups = groups.map(|groups| rows().map(|row| groups.codes[row]).collect());
            ValidationRows { truth, groups: groups.unwrap_or_default(), rows: split.validation }
        })
    }

    /// Which rows go together.
    pub fn cv_kind(&self) -> CvKind {
        cv_kind(&self.sweep, &self.data.target)
    }

    /// What makes two sweeps the same: everything a result depends on but the trials, of which there may be more later.
    /// What is enqueued is compared with those that are stored, one by one, when a run goes on.
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
        let roles = [
            ("data.sample_weight", &sweep.data.sample_weight),
            ("cv.group", &sweep.cv.group),
            ("cv.time", &sweep.cv.time),
            ("cv.column", &sweep.cv.column),
        ];
        for (key, column) in roles {
            if let Some((name, _)) = column {
                put(key, json!(name));
            }
        }
        put("score", json!(self.metrics.iter().map(|metric| metric.name()).collect::<Vec<_>>()));
        if let Target::Classes { labels, positive, .. } = &self.data.target
            && self.metrics.contains(&Metric::AveragePrecision)
        {
            put("data.positive_class", json!(labels[*positive as usize]));
        }
        put("search.sampler", json!(sweep.search.sampler.name()));
        if self.is_raced() {
            put("search.racing", json!(sweep.search.racing.name()));
        }
        if self.is_adaptive() || self.is_raced() {
            put("search.lag", json!(sweep.search.lag));
        }
        if sweep.search.budget != BudgetKind::Full {
            put("search.budget", json!(sweep.search.budget.name()));
            put("search.factor", json!(sweep.search.factor));
            put("search.rungs", json!(self.budget().rungs()));
        }
        if self.default_config().is_some() {
            put("search.default_trial", json!(self.has_default_trial()));
        }
        let features = sweep.preprocess.features;
        put("preprocess.scale", json!(features.scale.name()));
        put(
            "data.missing",
            match features.fill {
                Fill::Mean => json!("mean"),
                Fill::Median => json!("median"),
                Fill::Constant(value) => json!(value),
            },
        );
        put("data.missing_indicator", json!(features.missing_indicator));
        put("data.missing_category", json!(features.fill_level.name()));
        put("data.max_levels", json!(features.max_levels));
        put("preprocess.target_scale", json!(sweep.preprocess.target_scale.name()));
        if let Some(stopping) = sweep.early_stopping {
            put("early_stopping", json!([stopping.patience, stopping.share, stopping.min_delta]));
        }
        if sweep.record.gradient_norms {
            // No score depends on it, but curves.csv cannot show what earlier folds did not record.
            put("record.gradient_norms", json!(true));
        }
        if sweep.search.shuffle {
            put("search.shuffle", json!(true));
        }
        let parameters = sweep.parameters.space.parameters();
        let names = parameters.iter().map(|parameter| parameter.name.as_str());
        put("parameters", json!(names.collect::<Vec<_>>()));
        for (position, parameter) in parameters.iter().enumerate() {
            let namesakes = parameters[..position].iter().filter(|earlier| earlier.name == parameter.name);
            let which = match namesakes.count() {
                0 => String::new(),
                n => format!(" ({})", n + 1),
            };
            let name = &parameter.name;
            put(&format!("parameters.{name}{which}"), json!(parameter.domain.to_string()));
            if let Some(when) = &parameter.when {
                put(&format!("parameters.{name}{which}.when"), json!(when.text()));
            }
        }
        let constraints = sweep.parameters.space.constraints();
        if !constraints.is_empty() {
            put("constraint", json!(constraints.iter().map(Expression::text).collect::<Vec<_>>()));
        }
        identity
    }

    fn note_data(&mut self) {
        for dropped in &self.data.dropped {
            let keep = match dropped.remedy() {
                Some(remedy) => format!("; `{remedy}` in [data] keeps it"),
                None => String::new(),
            };
            self.notes.push(format!("column {:?} is left out: {}{keep}", dropped.name, dropped.why));
        }
        let n_missing = self.data.n_missing();
        let gaps = self.data.feature_names.iter().zip(&n_missing).filter(|(_, n)| **n > 0);
        let gaps: Vec<String> = gaps.map(|(name, n)| format!("{} {n}", printable(name))).collect();
        if !gaps.is_empty() {
            self.notes.push(format!("missing cells, filled in within each fold: {}", gaps.join(", ")));
        }
        let constant = self.data.constant_features().into_iter();
        let constant: Vec<String> = constant.map(|i| printable(&self.data.feature_names[i])).collect();
        if !constant.is_empty() {
            self.notes.push(format!("constant columns carry no information: {}", constant.join(", ")));
        }
        if let Target::Numbers { values, names } = &self.data.target
            && self.sweep.preprocess.target_scale == TargetScale::None
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

/// What is tried before the sampler is asked.
struct First {
    /// Points of the space, or parts of such.
    entries: Vec<Entry>,
    /// Of these so many come from no `[[enqueue]]`.
    n_own: usize,
    /// The default configuration where it is none of the space.
    outside: Option<Vec<(Name, Value)>>,
}

/// The point as it is stored and reported.
pub(crate) fn owned(point: &Point) -> Vec<(Name, Value)> {
    point.iter().map(|(name, value)| (name.into(), value.clone())).collect()
}

/// The table a sweep file names.
///
/// # Errors
/// When it cannot be read or understood.
pub fn load(sweep: &Sweep) -> Result<Dataset, SweepError> {
    let seed = Seed::new(sweep.seed).child("data");
    let mut data = match &sweep.data.source {
        Source::Builtin(name) => builtin::load(name).expect("the name was checked with the file"),
        Source::Moons { rows, noise } => generate::moons(*rows, *noise, seed),
        Source::Spirals { rows, noise, arms } => generate::spirals(*rows, *noise, *arms, seed),
        Source::Friedman1 { rows, features, noise } => generate::friedman1(*rows, *features, *noise, seed),
        Source::Sine { rows, noise } => generate::sine(*rows, *noise, seed),
        Source::File(path) => {
            read_csv(path, &csv_options(sweep)).map_err(|error| SweepError::from_data(sweep, error))?
        }
    };
    set_positive_class(sweep, &mut data.target)?;
    Ok(data)
}

/// How the sweep's files are read.
fn csv_options(sweep: &Sweep) -> CsvOptions {
    let name = |column: &Option<(String, Place)>| column.as_ref().map(|(name, _)| name.clone());
    let columns = &sweep.data.columns;
    CsvOptions {
        target: sweep.data.target.clone(),
        task: sweep.data.task,
        drop: sweep.data.drop.clone(),
        classes: sweep.data.classes.clone(),
        categorical: columns.categorical.clone(),
        numeric: columns.numeric.clone(),
        ordinal: columns.ordinal.clone(),
        keep_all: false,
        only_named: false,
        id: columns.id.clone(),
        gaps: !columns.refuses_gaps,
        delimiter: columns.delimiter,
        sample_weight: name(&sweep.data.sample_weight),
        group: name(&sweep.cv.group),
        time: name(&sweep.cv.time),
        fold: name(&sweep.cv.column),
    }
}

/// Puts the rows of `data.test_path` below those of the table.
fn append_test_rows(sweep: &Sweep, data: &mut Dataset) -> Result<(), SweepError> {
    let Some((path, _)) = &sweep.data.test_path else { return Ok(()) };
    let options = data.same_columns(&csv_options(sweep));
    let test = read_csv(path, &options).map_err(|error| SweepError::from_data(sweep, error))?;
    data.append(&test);
    Ok(())
}

/// The class that `data.positive_class` names; two classes must be all there are, or it would mean nothing.
fn set_positive_class(sweep: &Sweep, target: &mut Target) -> Result<(), SweepError> {
    let Some((label, place)) = &sweep.data.positive_class else { return Ok(()) };
    let refused = |message: String, hint: String| Err(sweep.error(Some(place), message, Some(hint)).into());
    let found = target.class(label);
    match target {
        Target::Numbers { .. } => {
            refused("`data.positive_class`, but this is a regression".into(), "leave it out".into())
        }
        Target::Classes { labels, .. } if found.is_none() => {
            let names: Vec<String> = labels.iter().map(|label| label.escape_debug().to_string()).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            Err(unknown_word("data.positive_class", label, &names, place).within(&sweep.file).into())
        }
        Target::Classes { labels, .. } if labels.len() != 2 => refused(
            format!("`data.positive_class`, but there are {} classes", labels.len()),
            "one of two classes is the positive one; scores of more classes treat all alike".into(),
        ),
        Target::Classes { positive, .. } => {
            *positive = found.unwrap_or(*positive);
            Ok(())
        }
    }
}

/// ln(1 + y) wants y > −1.
fn check_target_scale(sweep: &Sweep, target: &Target) -> Result<(), SweepError> {
    let Target::Numbers { names, values } = target else { return Ok(()) };
    let low = values.indexed_iter().find(|(_, y)| **y <= -1.0);
    match low {
        Some(((_, j), y)) if sweep.preprocess.target_scale == TargetScale::Log1p => Err(SweepError::Data {
            message: format!("the target {:?} has the value {y}, which has no log1p", names[j]),
            hint: Some("target_scale = \"log1p\" is for targets above -1; \"standard\" is for all".into()),
        }),
        _ => Ok(()),
    }
}

/// How rows are shared out.
fn fold_kind(sweep: &Sweep, kind: CvKind) -> FoldKind {
    match kind {
        CvKind::KFold => FoldKind::KFold,
        CvKind::Stratified => FoldKind::Stratified,
        CvKind::Group => FoldKind::Group,
        CvKind::StratifiedGroup => FoldKind::StratifiedGroup,
        CvKind::TimeSeries => FoldKind::TimeSeries,
        CvKind::Column => FoldKind::Column,
        CvKind::Holdout => FoldKind::Holdout { share: sweep.cv.share },
    }
}

/// Which rows go together: what was asked for, else stratified where there are classes.
fn cv_kind(sweep: &Sweep, target: &Target) -> CvKind {
    sweep.cv.kind.unwrap_or(match target {
        Target::Classes { .. } => CvKind::Stratified,
        Target::Numbers { .. } => CvKind::KFold,
    })
}

fn metrics(sweep: &Sweep, data: &Dataset) -> Result<Vec<Metric>, SweepError> {
    let task = data.target.task();
    for (metric, place) in &sweep.metrics {
        if !metric.fits(&data.target) {
            let fitting = Metric::ALL.iter().filter(|metric| metric.fits(&data.target));
            let fitting: Vec<&str> = fitting.map(|metric| metric.name()).collect();
            let (what, mismatch) = match &data.target {
                Target::Classes { labels, .. } if metric.task() == task => {
                    let n_classes = labels.len();
                    let mismatch = format!("which is for two classes, but there are {n_classes}");
                    (format!("{n_classes} classes"), mismatch)
                }
                _ => (format!("a {task}"), format!("but this is a {task}")),
            };
            let message = format!("`score` names {}, {mismatch}", metric.name());
            let hint = format!("for {what} there are {}", fitting.join(", "));
            return Err(sweep.error(Some(place), message, Some(hint)).into());
        }
    }
    let mut metrics: Vec<Metric> = sweep.metrics.iter().map(|(metric, _)| *metric).collect();
    if metrics.is_empty() {
        metrics.push(Metric::default_for(task));
    }
    Ok(metrics)
}

/// A confirmation wants splits that no trial has seen.
fn check_rule(sweep: &Sweep, kind: CvKind, data: &Dataset) -> Result<(), SweepError> {
    let is_fixed = match kind {
        CvKind::TimeSeries | CvKind::Column => true,
        CvKind::Holdout => data.roles.times.is_some(),
        _ => false,
    };
    if sweep.select.rule != SelectRule::Confirmed || !is_fixed {
        return Ok(());
    }
    let message = "`select.rule = \"confirmed\"`, but the table has no other splits than those of the search"
        .to_owned();
    let hint = "take \"best\" or \"one_se\": time and a fold column leave nothing to draw";
    Err(sweep.error(sweep.select.place.as_ref(), message, Some(hint.into())).into())
}

/// Every metric must have a value on the rows of every split, or no trial could ever be complete.
fn check_folds(sweep: &Sweep, target: &Target, metrics: &[Metric], folds: &Folds) -> Result<(), SweepError> {
    let Target::Classes { labels, .. } = target else { return Ok(()) };
    for split in folds.iter() {
        for (kind, rows) in [("validation", &split.validation), ("training", &split.train)] {
            for metric in metrics {
                let Some(lack) = metric.lacks_in(target, rows) else { continue };
                let place = sweep.metrics.iter().find(|(named, _)| named == metric).map(|(_, place)| place);
                let message = format!(
                    "{} is not defined in fold {} of repeat {}: the {kind} rows {}",
                    metric.name(),
                    split.fold,
                    split.repeat,
                    lack.describe(labels)
                );
                let hint = match cv_kind(sweep, target) {
                    CvKind::KFold => "take another metric, fewer folds or `cv.kind = \"stratified\"`",
                    CvKind::Group => "take another metric, fewer folds or `cv.kind = \"stratified_group\"`",
                    _ => "take another metric, or folds that hold every class",
                };
                return Err(sweep.error(place, message, Some(hint.into())).into());
            }
        }
    }
    Ok(())
}

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

//! The state of one training run, and one epoch of it.

mod check;

pub use check::{CheckOptions, GradientCheck};

use crate::estimator::Estimator;
use crate::gradient_norms::GradientNorms;
use crate::predictions::Predictions;
use crate::row_weights::RowWeights;
use crate::{BatchSize, EarlyStopping, Preprocess, TargetScaler, TrainConfig, TrainError};
use mlpsweep_data::{Dataset, Pipeline, Target, inner_split};
use mlpsweep_mlp::{Loss, Network, NetworkConfig, Targets, Workspace};
use mlpsweep_optim::{Optimizer, Penalty, Schedule, Segment};
use mlpsweep_real::{Buffer, Real, zeros};
use mlpsweep_seed::{Seed, Stream};
use rand::seq::SliceRandom;

/// Rows that are scored at a time, at least: large products are faster, and more would not be.
pub const SCORING_ROWS: usize = 256;

/// What to train, on what.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The whole table.
    pub data: &'a Dataset,
    /// The rows to train on, ascending. Early stopping sets its rows aside from these.
    pub rows: &'a [u32],
    /// The hyperparameters.
    pub config: &'a TrainConfig,
    /// How the table is prepared; fitted on `rows`.
    pub preprocess: Preprocess,
    /// Start weights instead of drawn ones, in the network's layout.
    pub start: Option<&'a [f64]>,
    /// Where the streams "init", "shuffle", "dropout" and "inner" start: the same for each trial of a fold.
    pub seed: Seed,
}

/// The losses of one epoch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EpochLoss {
    /// The data term, meaned over the rows of the epoch as they came by.
    pub data: f64,
    /// The penalty of the weights at the epoch's end.
    pub penalty: f64,
}

/// A training run between two epochs.
#[derive(Clone, Debug)]
pub struct Session<'a, T> {
    job: Job<'a>,
    pipeline: Pipeline,
    target_scaler: TargetScaler,
    network: Network,
    params: Buffer<T>,
    gradient: Buffer<T>,
    optimizer: Optimizer<T>,
    schedule: Schedule,
    segments: Vec<Segment<T>>,
    /// All parameters without penalty, for gradients that have it already.
    unpenalised: [Segment<T>; 1],
    workspace: Workspace<T>,
    /// The rows trained on, ascending.
    rows: Vec<u32>,
    /// The same rows in the order of the last epoch.
    order: Vec<u32>,
    /// The rows early stopping watches.
    watched: Vec<u32>,
    batch_size: usize,
    masks: Stream,
    row_weights: RowWeights<'a>,
    classes: Vec<u32>,
    numbers: Vec<T>,
    weights: Vec<T>,
    epochs_done: usize,
    step_in_epoch: usize,
    /// Whether the optimizer has said that there is nothing left to gain.
    at_rest: bool,
    /// `None` where nobody asked for them.
    gradient_norms: Option<GradientNorms>,
}

/// A session between two epochs, without what the job says.
#[derive(Clone, Debug)]
pub(crate) struct SessionState<T> {
    params: Buffer<T>,
    optimizer: Optimizer<T>,
    schedule: Schedule,
    masks: Stream,
    epochs_done: usize,
    at_rest: bool,
}

impl<'a, T: Real> Session<'a, T> {
    /// Splits off the rows early stopping watches, fits the scaling, draws the start weights.
    ///
    /// # Errors
    /// A configuration that makes no sense for this table, as [`TrainError`] says.
    pub fn new(job: Job<'a>) -> Result<Session<'a, T>, TrainError> {
        let Job { data, config, preprocess, seed, .. } = job;
        check(config)?;
        let classifies = matches!(data.target, Target::Classes { .. });
        let (rows, watched) = match config.early_stopping {
            Some(stopping) => inner_split(data, job.rows, stopping.share, classifies, seed)?,
            None => (job.rows.to_vec(), Vec::new()),
        };
        let row_weights = RowWeights::new::<T>(job, &rows, &watched)?;
        let pipeline = Pipeline::fit(data, job.rows, preprocess.features)?;
        let (target_scaler, n_outputs) = outputs(job)?;
        let network = Network::new(NetworkConfig {
            sizes: [&[pipeline.n_inputs()], &config.hidden[..], &[n_outputs]].concat(),
            activation: config.activation,
            loss: config.loss,
            loss_options: config.loss_options,
            dropout: config.dropout,
            input_dropout: config.input_dropout,
        })?;
        let n_params = network.layout().n_params();
        let mut params = zeros(n_params);
        match job.start {
            None => config.init.fill(network.layout(), &mut seed.child("init").stream(), &mut params),
            Some(start) if start.len() == n_params => {
                params.iter_mut().zip(start).for_each(|(param, &start)| *param = T::from_f64(start));
            }
            Some(start) => return Err(TrainError::StartWeights { found: start.len(), expected: n_params }),
        }
        let constant =
            |key: &str| config.constants.iter().find(|(name, _)| name == key).map(|&(_, value)| value);
        let optimizer = Optimizer::new(config.optimizer, n_params, constant)?;
        let schedule = Schedule::new(config.schedule, config.learning_rate, config.epochs, constant)?;
        let batch_size = config.batch_size.of(rows.len());
        let workspace = Workspace::new(&network, batch_size.max(SCORING_ROWS.min(data.n_rows())));
        let m_train = rows.len() as f64;
        let penalty = Penalty { l1: T::from_f64(config.l1 / m_train), l2: T::from_f64(config.l2 / m_train) };
        let blocks = network.layout().blocks().iter();
        let segments = blocks.flat_map(|block| {
            let weights = Segment { range: block.weights.clone(), penalty };
            [weights, Segment { range: block.biases.clone(), penalty: Penalty::none() }]
        });
        Ok(Session {
            job,
            pipeline,
            target_scaler,
            gradient: zeros(n_params),
            params,
            optimizer,
            schedule,
            segments: segments.collect(),
            unpenalised: [Segment { range: 0..n_params, penalty: Penalty::none() }],
            workspace,
            batch_size,
            masks: seed.child("dropout").stream(),
            row_weights,
            gradient_norms: config.gradient_norms.then(|| GradientNorms::new(network.layout())),
            classes: Vec::with_capacity(batch_size),
            numbers: Vec::with_capacity(batch_size * n_outputs),
            weights: Vec::with_capacity(batch_size),
            network,
            order: rows.clone(),
            rows,
            watched,
            epochs_done: 0,
            step_in_epoch: 0,
            at_rest: false,
        })
    }

    /// What the next epoch depends on beside the job.
    pub(crate) fn state(&self) -> SessionState<T> {
        SessionState {
            params: self.params.clone(),
            optimizer: self.optimizer.clone(),
            schedule: self.schedule.clone(),
            masks: self.masks.clone(),
            epochs_done: self.epochs_done,
            at_rest: self.at_rest,
        }
    }

    /// Goes on from where a session of the same job was between two epochs.
    pub(crate) fn resume(&mut self, state: SessionState<T>) {
        let SessionState { params, optimizer, schedule, masks, epochs_done, at_rest } = state;
        (self.params, self.optimizer, self.schedule, self.masks) = (params, optimizer, schedule, masks);
        (self.epochs_done, self.step_in_epoch, self.at_rest) = (epochs_done, 0, at_rest);
    }

    /// One pass over the training rows, a mini-batch at a time.
    pub fn epoch(&mut self) -> EpochLoss {
        self.epoch_while(|| true).expect("nobody breaks it off")
    }

    /// The same, broken off after a mini-batch when `go_on` says so: `None`, and the session is of no further use.
    pub(crate) fn epoch_while(&mut self, mut go_on: impl FnMut() -> bool) -> Option<EpochLoss> {
        self.find_order(self.epochs_done);
        self.gradient_norms.iter_mut().for_each(GradientNorms::begin_epoch);
        let order = std::mem::take(&mut self.order);
        let (mut total, mut total_weight) = (0.0, 0.0);
        for (idx, batch) in order.chunks(self.batch_size).enumerate() {
            if idx > 0 && !go_on() {
                return None;
            }
            let loss = self.step(batch);
            let weight = self.weight_of_batch();
            total += loss * weight;
            total_weight += weight;
        }
        let data = total / total_weight;
        self.order = order;
        self.epochs_done += 1;
        self.step_in_epoch = 0;
        Some(EpochLoss { data, penalty: self.penalty() })
    }

    /// Puts the rows into the order of the epoch after `epochs_done` whole ones.
    fn find_order(&mut self, epochs_done: usize) {
        if self.job.config.shuffle {
            let seed = self.job.seed.child("shuffle").nth(epochs_done as u64);
            self.order.copy_from_slice(&self.rows);
            self.order.shuffle(&mut seed.stream());
        }
    }

    /// One mini-batch: gradient and update. Returns the mean of the data term before the update.
    pub fn step(&mut self, batch: &[u32]) -> f64 {
        self.load(batch);
        let rate = T::from_f64(self.learning_rate());
        let Session { job, network, params, gradient, workspace, optimizer, masks, gradient_norms, .. } =
            self;
        let config = job.config;
        let targets = targets(config.loss, &self.classes, &self.numbers, &self.weights);
        let clips = config.clip_norm.is_some() || config.clip_value.is_some();
        let is_random = config.dropout > 0.0 || config.input_dropout > 0.0;
        if is_random {
            optimizer.forget_objective();
        }
        // However often the optimizer asks, the masks of one step are the same.
        let masks_before = masks.clone();
        let mut is_loaded = true;
        let objective = |params: &[T], gradient: &mut [T]| {
            masks.clone_from(&masks_before);
            if !is_loaded && config.input_dropout > 0.0 {
                self.pipeline.gather(&job.data.features, batch, workspace.input(batch.len()));
            }
            is_loaded = false;
            let loss = network.loss_and_gradient(params, workspace, targets, masks, gradient);
            if let Some(norms) = gradient_norms.as_mut() {
                norms.look(network.layout(), gradient);
            }
            if clips {
                clip(config, &self.segments, params, gradient);
            }
            loss
        };
        // What is clipped has its penalties already.
        let segments = if clips { &self.unpenalised[..] } else { &self.segments };
        let step = optimizer.step(rate, params, gradient, segments, objective);
        self.at_rest = step.at_rest && !is_random;
        if !step.at_rest
            && let Some(norms) = gradient_norms
        {
            norms.end_step();
        }
        self.step_in_epoch += 1;
        step.loss
    }

    /// The data term of a mini-batch and its gradient, which stays in [`gradient`](Session::gradient), without an update.
    pub fn gradient_of(&mut self, batch: &[u32]) -> f64 {
        self.load(batch);
        let Session { network, params, gradient, workspace, masks, classes, numbers, weights, .. } = self;
        let targets = targets(network.config().loss, classes, numbers, weights);
        network.loss_and_gradient(params, workspace, targets, masks, gradient)
    }

    /// The data term's gradient of the last mini-batch, in the network's layout; with clipping, what became of it. L-BFGS
    /// keeps gradients of its own.
    pub fn gradient(&self) -> &[T] {
        &self.gradient
    }

    /// The mean over the last epoch's mini-batches of ‖∂J/∂(W_l, b_l)‖₂, J the data term, a number a layer from the input
    /// up; empty unless the configuration asks for them.
    pub fn gradient_norms(&self) -> Vec<f64> {
        self.gradient_norms.as_ref().map(GradientNorms::means).unwrap_or_default()
    }

    /// Σ w over the rows that are loaded.
    fn weight_of_batch(&self) -> f64 {
        if self.weights.is_empty() {
            self.classes.len().max(self.numbers.len() / self.network.n_outputs()) as f64
        } else {
            self.weights.iter().map(|weight| weight.to_f64()).sum()
        }
    }

    /// α of the step that comes next.
    pub fn learning_rate(&self) -> f64 {
        self.schedule.rate(self.epochs_done, self.step_in_epoch, self.rows.len().div_ceil(self.batch_size))
    }

    /// Tells the schedule the loss that `plateau` watches, of the epoch that has just ended.
    pub fn observe(&mut self, loss: f64) {
        self.schedule.observe(loss);
    }

    /// The penalty of the weights as they are: λ₂/(2 m_train) Σ w² + λ₁/m_train Σ|w|.
    pub fn penalty(&self) -> f64 {
        self.segments.iter().map(|segment| segment.penalty.value(&self.params[segment.range.clone()])).sum()
    }

    /// The mean data term on the rows early stopping watches, in the scaled target's units; `None` where there are none.
    pub fn watched_loss(&mut self) -> Option<f64> {
        if self.watched.is_empty() {
            return None;
        }
        let watched = std::mem::take(&mut self.watched);
        let (mut total, mut total_weight) = (0.0, 0.0);
        for batch in watched.chunks(self.workspace.max_rows()) {
            self.load(batch);
            total_weight += self.weight_of_batch();
            let Session { network, params, workspace, classes, numbers, weights, .. } = self;
            let targets = targets(network.config().loss, classes, numbers, weights);
            total += network.total_loss(params, workspace, targets);
        }
        let loss = total / total_weight;
        self.watched = watched;
        Some(loss)
    }

    /// Predictions for any rows of the table, in the target's own units.
    pub fn predict(&mut self, rows: &[u32]) -> Predictions {
        let Session { job, pipeline, target_scaler, network, params, workspace, .. } = self;
        Estimator { pipeline, target_scaler, network, params }.predict(&job.data.features, rows, workspace)
    }

    /// What turns rows into predictions.
    pub fn estimator(&self) -> Estimator<'_, T> {
        let Session { pipeline, target_scaler, network, params, .. } = self;
        Estimator { pipeline, target_scaler, network, params }
    }

    /// What is predicted.
    pub(crate) fn target(&self) -> &'a Target {
        &self.job.data.target
    }

    /// The parameters, in the network's layout.
    pub fn params(&self) -> &[T] {
        &self.params
    }

    /// Puts back parameters taken from [`params`](Session::params).
    pub fn restore(&mut self, params: &[T]) {
        self.params.copy_from_slice(params);
        self.optimizer.forget_objective();
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Whether the optimizer has nothing left to gain, so that further epochs would change nothing.
    pub fn is_at_rest(&self) -> bool {
        self.at_rest
    }

    /// Whole epochs done.
    pub fn epochs_done(&self) -> usize {
        self.epochs_done
    }

    /// The hyperparameters.
    pub fn config(&self) -> &'a TrainConfig {
        self.job.config
    }

    /// Scaled features of the rows into the workspace.
    fn gather(&mut self, rows: &[u32]) {
        let input = self.workspace.input(rows.len());
        self.pipeline.gather(&self.job.data.features, rows, input);
    }

    /// Scaled features and targets of the rows into the workspace and the target buffers.
    fn load(&mut self, rows: &[u32]) {
        self.gather(rows);
        match &self.job.data.target {
            Target::Classes { codes, .. } => {
                self.classes.clear();
                self.classes.extend(rows.iter().map(|&row| codes[row as usize]));
            }
            Target::Numbers { values, .. } => {
                self.numbers.clear();
                for &row in rows {
                    let scaled = values.row(row as usize).into_iter().enumerate();
                    self.numbers.extend(scaled.map(|(j, &y)| T::from_f64(self.target_scaler.scale(j, y))));
                }
            }
        }
        if !self.row_weights.are_even() {
            self.weights.clear();
            self.weights.extend(rows.iter().map(|&row| self.row_weights.of::<T>(row)));
        }
    }
}

fn targets<'b, T: Real>(
    loss: Loss,
    classes: &'b [u32],
    numbers: &'b [T],
    weights: &'b [T],
) -> Targets<'b, T> {
    let targets = if loss.classifies() { Targets::classes(classes) } else { Targets::numbers(numbers) };
    if weights.is_empty() { targets } else { targets.weighted(weights) }
}

/// The gradient with its penalties, its entries cut to ± `clip_value`, then its norm to `clip_norm` as PyTorch does.
fn clip<T: Real>(config: &TrainConfig, segments: &[Segment<T>], params: &[T], gradient: &mut [T]) {
    for Segment { range, penalty } in segments {
        penalty.add_to_gradient(&params[range.clone()], &mut gradient[range.clone()]);
    }
    if let Some(most) = config.clip_value {
        let most = T::from_f64(most);
        gradient.iter_mut().for_each(|g| *g = g.max(-most).min(most));
    }
    if let Some(most) = config.clip_norm {
        let norm = gradient.iter().map(|g| g.to_f64().powi(2)).sum::<f64>().sqrt();
        // PyTorch's guard against a norm of 0.
        let factor = T::from_f64((most / (norm + 1e-6)).min(1.0));
        gradient.iter_mut().for_each(|g| *g *= factor);
    }
}

/// The target's scaling and the network's outputs.
fn outputs(job: Job<'_>) -> Result<(TargetScaler, usize), TrainError> {
    let loss = job.config.loss;
    let wrong = |found: String| {
        let meant = if loss.classifies() { "classes" } else { "numbers" };
        Err(TrainError::LossTarget { loss: loss.name(), meant, found })
    };
    match &job.data.target {
        Target::Classes { .. } if !loss.classifies() => wrong("classes".into()),
        Target::Classes { labels, .. } if loss.n_outputs(labels.len()) == 1 && labels.len() != 2 => {
            wrong(format!("{} classes instead of 2", labels.len()))
        }
        Target::Classes { labels, .. } => Ok((TargetScaler::identity(0), loss.n_outputs(labels.len()))),
        Target::Numbers { .. } if loss.classifies() => wrong("numbers".into()),
        Target::Numbers { values, .. } => {
            let scaler = TargetScaler::fit(job.preprocess.target_scale, values, job.rows)?;
            Ok((scaler, loss.n_outputs(values.ncols())))
        }
    }
}

fn check(config: &TrainConfig) -> Result<(), TrainError> {
    let value = |key, found: f64, expected, fits: bool| {
        if fits { Ok(()) } else { Err(TrainError::Value { key, found: found.to_string(), expected }) }
    };
    let finite = |x: f64| x.is_finite() && x >= 0.0;
    value("l1", config.l1, "0 or more", finite(config.l1))?;
    value("l2", config.l2, "0 or more", finite(config.l2))?;
    let above_zero = |limit: Option<f64>| limit.is_none_or(|limit| limit > 0.0 && limit.is_finite());
    value("clip_norm", config.clip_norm.unwrap_or(0.0), "above 0", above_zero(config.clip_norm))?;
    value("clip_value", config.clip_value.unwrap_or(0.0), "above 0", above_zero(config.clip_value))?;
    if config.optimizer.is_full_batch() {
        let whole = config.batch_size == BatchSize::Full;
        value("batch_size", config.batch_size.of(usize::MAX) as f64, "\"full\" with lbfgs", whole)?;
        let clips = config.clip_norm.is_some() || config.clip_value.is_some();
        value(
            "clip_norm",
            config.clip_norm.or(config.clip_value).unwrap_or(0.0),
            "left out with lbfgs",
            !clips,
        )?;
    }
    value("epochs", config.epochs as f64, "at least 1", config.epochs >= 1)?;
    value("batch_size", 0.0, "at least 1, or \"full\"", config.batch_size.of(usize::MAX) >= 1)?;
    if let Some(EarlyStopping { patience, min_delta, .. }) = config.early_stopping {
        value("patience", patience as f64, "at least 1", patience >= 1)?;
        value("min_delta", min_delta, "0 or more", finite(min_delta))?;
    }
    Ok(())
}

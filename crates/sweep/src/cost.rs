//! What a unit has to do, counted from its configuration and the sizes of its split, before anything is trained.
//!
//! A network of n_0 … n_L units, P parameters and H = n_1 + … + n_{L−1} hidden units is trained for E epochs on m rows in
//! k = ⌈m/b⌉ mini-batches of b rows, the last one smaller; w rows are watched after every epoch by early stopping, and in the
//! end s = v + m + w rows are scored, v those that validate. With Σ = Σ_l n_{l−1} n_l:
//!
//! ```text
//! products      E (m (6 Σ − 2 n_0 n_1) + 2 w Σ) + 2 s Σ     floating-point operations: forward 2, dW 2, dX 2 a weight and row,
//!                                                           the input layer's dX being never computed
//! activations   (E (m + w) + s) H                           units that get their value
//! masks         E m (H + n_0)                               units, and features, that may be dropped
//! cells         (E (m + w) + s) n_0                         features gathered and scaled
//! outputs       (E (m + w) + s) n_L                         outputs that the loss looks at
//! passes        E (k (3 L − 1) + ⌈w/c⌉ L)                   matrix products, c = max(b, 256) rows at a time where nothing
//!                 + (⌈v/c⌉ + ⌈(m + w)/c⌉) L                 is trained
//! updates       E k P                                       parameters moved, their weights being packed on the way
//! looks         E (1 + [penalised] + k [clipped, norms]) P  parameters looked at in f64: are they finite, what is their penalty,
//!                                                           how long is their gradient
//! draws         P                                           start weights
//! fits          (m + w) n_0                                 features the scaling is fitted on
//! ```
//!
//! These counts are exact where all epochs are run. L-BFGS evaluates the objective E + 1 times, one mini-batch each, if its
//! line search takes the first step it tries, as it mostly does. [`Network::step_flops`] keeps to the round 6 m Σ, by which
//! libraries are compared; here it is what is computed.
//!
//! A time is counts times [`Term::nanoseconds`], typical for one core; the order in which units are started goes by that, and
//! a forecast fits it to the machine at hand.
//!
//! [`Network::step_flops`]: mlpsweep_mlp::Network::step_flops

use crate::networks::n_outputs;
use crate::plan::Plan;
use crate::unit;
use mlpsweep_data::{Split, Target, inner_split};
use mlpsweep_mlp::Activation;
use mlpsweep_optim::OptimizerKind;
use mlpsweep_train::{Precision, SCORING_ROWS, TrainConfig};

/// Something a unit has to do a number of times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// Floating-point operations of matrix products.
    Products(Precision),
    /// Hidden units that get their value.
    Activations(Activation),
    /// Units and features that may be dropped.
    Masks,
    /// Features gathered and scaled.
    Cells,
    /// Outputs that the loss looks at.
    Outputs,
    /// Matrix products, however small.
    Passes,
    /// Parameters moved.
    Updates(OptimizerKind),
    /// Parameters looked at in f64.
    Looks,
    /// Start weights drawn.
    Draws,
    /// Features the scaling is fitted on.
    Fits,
    /// The unit itself: its lists of rows, its record.
    Units,
}

impl Term {
    /// What one of it takes on a core of 2024, in nanoseconds.
    pub fn nanoseconds(self) -> f64 {
        match self {
            Term::Products(Precision::F32) => 0.008,
            Term::Products(Precision::F64) => 0.016,
            Term::Activations(Activation::Identity | Activation::Relu | Activation::LeakyRelu) => 0.3,
            Term::Activations(_) => 3.0, // an exponential or two
            Term::Masks => 0.4,
            Term::Cells => 0.5,
            Term::Outputs => 8.0,
            Term::Passes => 150.0,
            Term::Updates(optimizer) => 0.3 + 0.2 * optimizer.n_states() as f64,
            Term::Looks => 1.0,
            Term::Draws => 10.0,
            Term::Fits => 2.0,
            Term::Units => 100_000.0,
        }
    }
}

/// How many rows of a split a unit deals with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows {
    /// m, those trained on.
    pub trained: usize,
    /// w, those early stopping watches.
    pub watched: usize,
    /// v, those that validate.
    pub validated: usize,
}

/// What a unit has to do: its terms, each with its count.
#[derive(Clone, Debug, PartialEq)]
pub struct Work(pub Vec<(Term, f64)>);

impl Work {
    /// What a run of `config` on these rows has to do, with so many inputs and so many outputs.
    pub fn of(config: &TrainConfig, n_inputs: usize, n_outputs: usize, rows: Rows) -> Work {
        let sizes = [&[n_inputs], &config.hidden[..], &[n_outputs]].concat();
        let pairs = || sizes.windows(2).map(|pair| (pair[0] as f64, pair[1] as f64));
        let products: f64 = pairs().map(|(n_in, n_out)| n_in * n_out).sum();
        let n_params: f64 = pairs().map(|(n_in, n_out)| (n_in + 1.0) * n_out).sum();
        let n_hidden: f64 = config.hidden.iter().map(|&size| size as f64).sum();
        let [first_in, first_out] = [sizes[0], sizes[1]].map(|size| size as f64);
        let n_layers = (sizes.len() - 1) as f64;

        let batch = config.batch_size.of(rows.trained).max(1);
        let chunks = |rows: usize| rows.div_ceil(batch.max(SCORING_ROWS)) as f64;
        let n_steps = rows.trained.div_ceil(batch) as f64;
        let n_train = rows.trained + rows.watched;
        let [trained, watched] = [rows.trained, rows.watched].map(|rows| rows as f64);
        let scored = (n_train + rows.validated) as f64;
        let epochs = config.epochs as f64;
        let gradients = epochs + if config.optimizer.is_full_batch() { 1.0 } else { 0.0 };
        let seen = gradients * trained + epochs * watched + scored;

        let when = |condition: bool, count: f64| if condition { count } else { 0.0 };
        let droppable = when(config.dropout > 0.0, n_hidden) + when(config.input_dropout > 0.0, first_in);
        let looks_each_step = config.clip_norm.is_some() || config.gradient_norms;
        let is_penalised = config.l1 > 0.0 || config.l2 > 0.0;
        let looks = 1.0 + when(is_penalised, 1.0) + when(looks_each_step, n_steps);
        Work(vec![
            (
                Term::Products(config.precision),
                gradients * trained * (6.0 * products - 2.0 * first_in * first_out)
                    + 2.0 * (epochs * watched + scored) * products,
            ),
            (Term::Activations(config.activation), seen * n_hidden),
            (Term::Masks, gradients * trained * droppable),
            (Term::Cells, seen * first_in),
            (Term::Outputs, seen * n_outputs as f64),
            (
                Term::Passes,
                gradients * n_steps * (3.0 * n_layers - 1.0)
                    + (epochs * chunks(rows.watched) + chunks(rows.validated) + chunks(n_train)) * n_layers,
            ),
            (Term::Updates(config.optimizer), epochs * n_steps * n_params),
            (Term::Looks, epochs * looks * n_params),
            (Term::Draws, n_params),
            (Term::Fits, n_train as f64 * first_in),
            (Term::Units, 1.0),
        ])
    }

    /// Floating-point operations of its matrix products.
    pub fn flops(&self) -> f64 {
        let products = self.0.iter().filter(|(term, _)| matches!(term, Term::Products(_)));
        products.map(|(_, count)| count).sum()
    }

    /// The time it takes on one core, in nanoseconds, if each of a term takes `nanoseconds`.
    pub fn time(&self, nanoseconds: impl Fn(Term) -> f64) -> f64 {
        self.0.iter().map(|&(term, count)| count * nanoseconds(term)).sum()
    }
}

/// The sizes of a sweep's table and splits: all that the work of its units depends on beside their configurations.
#[derive(Clone, Debug)]
pub struct Costs<'p> {
    plan: &'p Plan,
    rows: Vec<Rows>,
}

impl<'p> Costs<'p> {
    /// Counts the rows of every split as its units will: where early stopping sets rows aside, they are drawn here too.
    pub fn new(plan: &'p Plan) -> Costs<'p> {
        Costs { plan, rows: plan.folds.iter().map(|split| rows(plan, &split)).collect() }
    }

    /// The sweep they are of.
    pub(crate) fn plan(&self) -> &'p Plan {
        self.plan
    }

    /// What the unit of this configuration on this split has to do.
    pub fn unit(&self, config: &TrainConfig, split_idx: usize) -> Work {
        self.work(config, self.rows[split_idx])
    }

    /// The time of the units of this configuration on these splits, each split with its time, if each of a term takes
    /// `nanoseconds`.
    pub fn times(
        &self,
        config: &TrainConfig,
        splits: impl Iterator<Item = usize>,
        nanoseconds: impl Fn(Term) -> f64,
    ) -> impl Iterator<Item = (usize, f64)> {
        splits.map(move |split_idx| (split_idx, self.unit(config, split_idx).time(&nanoseconds)))
    }

    /// What a run of this configuration on so many rows of the table has to do.
    pub(crate) fn work(&self, config: &TrainConfig, rows: Rows) -> Work {
        let Plan { data, n_inputs, .. } = self.plan;
        Work::of(config, *n_inputs, n_outputs(&data.target, config.loss), rows)
    }
}

fn rows(plan: &Plan, split: &Split) -> Rows {
    let n_train = split.train.len();
    let stratify = matches!(plan.data.target, Target::Classes { .. });
    let watched = plan.sweep.early_stopping.and_then(|stopping| {
        let seed = unit::seed(plan, split);
        // Where none can be set aside the unit fails at once.
        inner_split(&plan.data, &split.train, stopping.share, stratify, seed).ok()
    });
    let watched = watched.map_or(0, |(_, watched)| watched.len());
    Rows { trained: n_train - watched, watched, validated: split.validation.len() }
}

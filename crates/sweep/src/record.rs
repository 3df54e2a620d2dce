//! What is known about a sweep: the plain records that are stored and reported.

use mlpsweep_search::{Domain, Scale, TrialNumber, Value};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A parameter's name. Trials that are read from a store share one text, since there may be very many.
pub type Name = Arc<str>;

/// One configuration under evaluation: its number and its point of the search space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// Counted from 0 in the order of proposal.
    pub number: TrialNumber,
    /// A value per parameter of the sweep file, fixed ones too, in the file's order.
    pub point: Vec<(Name, Value)>,
}

/// Trial × split: the job of every engine, and one row of folds.csv.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UnitId {
    /// Which trial.
    pub trial: TrialNumber,
    /// Which split: repeat · folds + fold.
    pub split: usize,
}

/// How a unit ended, and what came out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoldRecord {
    /// Which unit.
    pub unit: UnitId,
    /// How it ended.
    pub state: FoldState,
    /// A score per metric of the sweep, on the validation rows. Empty unless complete or paused.
    pub test_scores: Vec<f64>,
    /// The same on the training rows. Empty unless complete or paused.
    pub train_scores: Vec<f64>,
    /// The base score, whatever the metrics are. `None` unless complete or paused, or when it is not finite.
    pub base: Option<BaseScores>,
    /// The validation base score at the end of each rung before, `None` where it was not finite. Empty where the epochs are not
    /// shared out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Option<f64>>,
    /// The epoch whose parameters were scored, from 1; 0 when no epoch ended well.
    pub best_epoch: usize,
    /// Epochs that were run.
    pub epochs_run: usize,
    /// Whether early stopping ended the run.
    pub early_stopped: bool,
    /// Parameters of the network; 0 when it could not be made.
    pub n_parameters: usize,
    /// The learning curve, an entry per epoch.
    #[serde(skip)]
    pub curve: Vec<CurvePoint>,
    /// What is kept of the validation rows; nothing unless complete, and when read with the folds.
    #[serde(skip)]
    pub out_of_fold: OutOfFold,
}

impl FoldRecord {
    /// The same without its curve and what is kept of its rows.
    pub(crate) fn without_rows(&self) -> FoldRecord {
        FoldRecord {
            unit: self.unit,
            state: self.state.clone(),
            test_scores: self.test_scores.clone(),
            train_scores: self.train_scores.clone(),
            base: self.base,
            earlier: self.earlier.clone(),
            best_epoch: self.best_epoch,
            epochs_run: self.epochs_run,
            early_stopped: self.early_stopped,
            n_parameters: self.n_parameters,
            curve: Vec::new(),
            out_of_fold: OutOfFold::Nothing,
        }
    }

    /// How often it was trained up to a rung; once where there are none.
    pub fn n_stops(&self) -> u64 {
        self.earlier.len() as u64 + 1
    }
}

/// What is kept of a unit's validation rows, one by one, in the order of [`ValidationRows`].
#[derive(Clone, Debug, Default, PartialEq)]
pub enum OutOfFold {
    /// Nothing.
    #[default]
    Nothing,
    /// Each row's own score, where the metric that ranks is the mean of these and rows are validated once.
    Scores(Vec<f32>),
    /// What the network predicts, [`DataInfo::n_predicted`] numbers a row.
    Predictions(Vec<f64>),
}

/// One score of the training and the validation rows that every sweep of a task has: log_loss for classes, mse in the
/// target's own units for numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BaseScores {
    /// Of the rows trained on, those early stopping watches included.
    pub train: f64,
    /// Of the rows held out from the fold.
    pub validation: f64,
}

/// The validation rows of a split, in the order in which scores and predictions of them are stored.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidationRows {
    /// Row numbers of the table, ascending.
    pub rows: Vec<u32>,
    /// What is true of them, row after row: the class's position, or a number per target.
    pub truth: Vec<f64>,
    /// The group of each; empty where every row stands for itself.
    pub groups: Vec<u32>,
}

/// How a unit ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum FoldState {
    /// With scores.
    Complete,
    /// With scores, at the end of a rung and not of its epochs: it may go on.
    Paused,
    /// When its trial had used up its time.
    Timeout {
        /// The last epoch that it has finished; 0 for none.
        epoch: usize,
    },
    /// With a number that is not finite.
    Diverged {
        /// The epoch it showed in; 0 for before the first.
        epoch: usize,
    },
    /// With an error or a panic.
    Failed {
        /// What it said.
        message: String,
    },
}

impl FoldState {
    /// The word for it.
    pub fn name(&self) -> &'static str {
        match self {
            FoldState::Complete => "complete",
            FoldState::Paused => "paused",
            FoldState::Timeout { .. } => "timeout",
            FoldState::Diverged { .. } => "diverged",
            FoldState::Failed { .. } => "failed",
        }
    }

    /// Whether there are scores.
    pub fn is_scored(&self) -> bool {
        matches!(self, FoldState::Complete | FoldState::Paused)
    }
}

/// One epoch of a learning curve.
#[derive(Clone, Debug, PartialEq)]
pub struct CurvePoint {
    /// α during the epoch; L-BFGS has none.
    pub learning_rate: Option<f64>,
    /// The data term of the loss on the rows trained on.
    pub train_loss: f64,
    /// The penalty at the epoch's end.
    pub penalty: f64,
    /// The data term on the rows early stopping watches.
    pub validation_loss: Option<f64>,
    /// Each layer's gradient norm, from the input up; as many in every epoch of a unit, none unless asked for.
    pub gradient_norms: Vec<f64>,
}

/// When a unit ran and how long; wall-clock numbers live here alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timing {
    /// Which unit.
    pub unit: UnitId,
    /// Milliseconds since 1970 when it started.
    pub started_unix_ms: u64,
    /// Microseconds it took, by a monotonic clock.
    pub elapsed_us: u64,
    /// One more than the times the process was killed before while it was under way.
    pub attempt: u64,
}

/// The winner, trained once more on all rows that are not held out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refit {
    /// Which trial's configuration.
    pub trial: TrialNumber,
    /// For how many epochs.
    pub epochs: usize,
    /// On how many rows.
    pub n_rows: usize,
    /// `none`, `folds` or `top-K`: which networks are averaged.
    pub ensemble: String,
    /// Of which trials, the winner first.
    pub trials: Vec<TrialNumber>,
    /// A score per metric of the sweep on the rows held out before any fold, `None` where it has no value on them; empty
    /// when there are none.
    pub holdout_scores: Vec<Option<f64>>,
}

/// What was found out when the search was over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Closing {
    /// Whose details these are.
    pub winner: TrialNumber,
    /// The trials that were the best when they came, in their order, the winner among them; none without a test share.
    pub incumbents: Vec<Incumbent>,
    /// Scores of the default configuration on the splits of the search, by the metric that ranks: what is searched left at its
    /// default. `None` where there is nothing searched, or a fold did not end with a score.
    pub default_scores: Option<Vec<f64>>,
    /// Of each feature; none where the metric has no value on the rows in question.
    pub importances: Vec<Importance>,
    /// What it says of rows it was not trained on.
    pub judged: Judged,
}

/// A trial on the rows held out before any fold: the mean prediction of its fold models.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incumbent {
    /// Which.
    pub trial: TrialNumber,
    /// A score per metric, `None` where it has no value on them.
    pub holdout_scores: Vec<Option<f64>>,
}

/// How much worse the winner's score gets when a feature is shuffled among validation rows (permutation importance).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Importance {
    /// The feature's column.
    pub feature: String,
    /// The mean over folds and shuffles, in units of the metric that ranks; larger is worse without it.
    pub mean: f64,
    /// The standard deviation over them.
    pub std: f64,
}

/// The winner's predictions of validation rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judged {
    /// Of classes.
    Classes {
        /// Rows by true class, then by most probable class.
        confusion: Vec<Vec<u64>>,
    },
    /// Of numbers.
    Numbers {
        /// Validation rows there are.
        n_rows: usize,
        /// (truth, prediction), a number per target each, of at most 2000 rows at even distances.
        rows: Vec<(Vec<f64>, Vec<f64>)>,
    },
}

/// What values a searched parameter may take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum DomainInfo {
    /// Numbers, whole ones where `is_int`.
    Range {
        /// The least.
        min: f64,
        /// The largest.
        max: f64,
        /// Between neighbours; `None` for a continuum.
        step: Option<f64>,
        /// Whether equal ratios are equally likely, and not equal differences.
        log: bool,
        /// Whether all are whole.
        is_int: bool,
    },
    /// One of a list.
    Categorical {
        /// In the file's order.
        values: Vec<Value>,
    },
}

impl DomainInfo {
    /// Takes in the values of another domain of the same parameter.
    pub(crate) fn widen(&mut self, other: DomainInfo) {
        match (self, other) {
            (
                DomainInfo::Range { min, max, step, log, is_int },
                DomainInfo::Range {
                    min: other_min,
                    max: other_max,
                    step: other_step,
                    log: other_log,
                    is_int: other_is_int,
                },
            ) if *is_int == other_is_int => {
                (*min, *max) = (min.min(other_min), max.max(other_max));
                *log &= other_log;
                if *step != other_step {
                    *step = is_int.then_some(1.0);
                }
            }
            (DomainInfo::Categorical { values }, DomainInfo::Categorical { values: others }) => {
                values.extend(others.into_iter().filter(|other| !values.contains(other)).collect::<Vec<_>>());
            }
            // A list and a range, of which no one domain is known.
            (this, _) => *this = DomainInfo::Categorical { values: Vec::new() },
        }
    }

    /// What is to be known of a domain; `None` of a single value, which nothing searches.
    pub(crate) fn new(domain: &Domain) -> Option<DomainInfo> {
        Some(match domain {
            Domain::Fixed(_) => return None,
            Domain::Float(range) => DomainInfo::Range {
                min: range.min(),
                max: range.max(),
                step: range.step(),
                log: range.scale() == Scale::Log,
                is_int: false,
            },
            Domain::Int(range) => DomainInfo::Range {
                min: range.min() as f64,
                max: range.max() as f64,
                step: Some(range.step() as f64),
                log: range.scale() == Scale::Log,
                is_int: true,
            },
            Domain::Categorical(values) => DomainInfo::Categorical { values: values.values().to_vec() },
        })
    }
}

/// How the winner is chosen among complete trials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelectInfo {
    /// `best`, `one_se` or `confirmed`.
    pub rule: String,
    /// How many of the best are confirmed.
    pub confirm_top: usize,
    /// On how many further repeats.
    pub confirm_repeats: usize,
    /// `none`, `folds` or `top-K`: which networks the model averages.
    pub ensemble: String,
}

/// What a report needs to know of a sweep beside its trials and folds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SweepInfo {
    /// The sweep's name.
    pub name: String,
    /// Its seed.
    pub seed: u64,
    /// The table.
    pub data: DataInfo,
    /// Rows held out before any fold.
    pub n_test_rows: usize,
    /// `kfold`, `stratified`, `group`, `stratified_group`, `timeseries`, `holdout` or `column`.
    pub cv_kind: String,
    /// Folds per repeat.
    pub n_folds: usize,
    /// Repeats.
    pub repeats: usize,
    /// Training rows of each split.
    pub n_train: Vec<usize>,
    /// Validation rows of each split.
    pub n_validation: Vec<usize>,
    /// The base score, on each split, of the class shares or the mean of its training rows; `None` when it is not finite.
    pub trivial: Vec<Option<BaseScores>>,
    /// The metric that ranks, then the others.
    pub metrics: Vec<MetricInfo>,
    /// `grid`, `random`, `list` …
    pub sampler: String,
    /// Trials asked for.
    pub n_trials: u64,
    /// Whether trial 0 is the default configuration.
    pub default_trial: bool,
    /// How often a fold of a trial is trained up to a rung, all in all and where none falls behind; without rungs the folds.
    pub n_units: u64,
    /// How the winner is chosen.
    pub select: SelectInfo,
    /// The parameters in the file's order, and whether each is searched or listed.
    pub parameters: Vec<(String, bool)>,
    /// What the searched ones may be; those that only a list has are not among them.
    pub domains: Vec<(String, DomainInfo)>,
    /// What makes two sweeps the same sweep, key by key; see `Sweep::identity`.
    pub identity: serde_json::Map<String, serde_json::Value>,
    /// SHA-256 of the identity and of what is enqueued.
    pub sweep_hash: String,
    /// The version of mlpsweep that wrote it last.
    pub version: String,
}

/// The table a sweep is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataInfo {
    /// The file's stem or the built-in set's name.
    pub name: String,
    /// SHA-256 of its content.
    pub fingerprint: String,
    /// Rows.
    pub n_rows: usize,
    /// Features.
    pub n_features: usize,
    /// `classification` or `regression`.
    pub task: String,
    /// The classes in order, or the names of the numeric targets.
    pub targets: Vec<String>,
}

impl DataInfo {
    /// Whether the targets are classes.
    pub fn is_classification(&self) -> bool {
        self.task == "classification"
    }

    /// Numbers that are stored of a row's prediction: one per target; of classes one probability each, and of two classes
    /// only the second's, which says all.
    pub fn n_predicted(&self) -> usize {
        if self.is_classification() && self.targets.len() == 2 { 1 } else { self.targets.len() }
    }

    /// Numbers that are true of a row: the position of its class, or one per target.
    pub fn n_true(&self) -> usize {
        if self.is_classification() { 1 } else { self.targets.len() }
    }
}

/// A metric's name and direction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricInfo {
    /// As in sweep files.
    pub name: String,
    /// `maximize` or `minimize`.
    pub goal: String,
}

impl SweepInfo {
    /// Splits per trial: folds · repeats.
    pub fn n_splits(&self) -> usize {
        self.n_folds * self.repeats
    }
}

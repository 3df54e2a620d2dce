//! Everything that is chosen about one training run.

use mlpsweep_data::{PipelineOptions, Scale};
use mlpsweep_mlp::{Activation, Init, Loss, LossOptions};
use mlpsweep_optim::{OptimizerKind, ScheduleKind};

/// The hyperparameters of one run.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainConfig {
    /// Units of each hidden layer, from the input up; none makes a linear model.
    pub hidden: Vec<usize>,
    /// Activation of the hidden layers.
    pub activation: Activation,
    /// How the weights start.
    pub init: Init,
    /// What is minimised.
    pub loss: Loss,
    /// Constants of the loss.
    pub loss_options: LossOptions,
    /// How much each class counts.
    pub class_weight: ClassWeight,
    /// The update rule.
    pub optimizer: OptimizerKind,
    /// The decay law of the learning rate.
    pub schedule: ScheduleKind,
    /// Constants of the update rule and the decay law that differ from their defaults, by key.
    pub constants: Vec<(String, f64)>,
    /// α₀, the learning rate of the first epoch.
    pub learning_rate: f64,
    /// λ₁: J has λ₁/m_train · Σ|w|.
    pub l1: f64,
    /// λ₂: J has λ₂/(2 m_train) · Σ w².
    pub l2: f64,
    /// Probability that a hidden unit is dropped.
    pub dropout: f64,
    /// Probability that an input feature is dropped.
    pub input_dropout: f64,
    /// The gradient's norm ‖g‖₂ is cut to this, penalties included; `None` for no limit.
    pub clip_norm: Option<f64>,
    /// Each entry of the gradient is cut to ± this, before the norm is; `None` for no limit.
    pub clip_value: Option<f64>,
    /// Rows of a mini-batch.
    pub batch_size: BatchSize,
    /// Passes over the training rows, at most.
    pub epochs: usize,
    /// Whether rows are put into a new order every epoch.
    pub shuffle: bool,
    /// The numbers everything is computed in.
    pub precision: Precision,
    /// When to stop before the last epoch; `None` for never.
    pub early_stopping: Option<EarlyStopping>,
    /// Whether each epoch's record has the layers' gradient norms.
    pub gradient_norms: bool,
}

/// How much the rows of a class count in the loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClassWeight {
    /// Every row counts the same.
    None,
    /// A row of class c counts m/(C·m_c), m_c of the m training rows being of that class: every class counts the same.
    Balanced,
}

impl ClassWeight {
    /// Both.
    pub const ALL: [ClassWeight; 2] = [ClassWeight::None, ClassWeight::Balanced];

    /// The word for it in sweep files.
    pub fn name(self) -> &'static str {
        match self {
            ClassWeight::None => "none",
            ClassWeight::Balanced => "balanced",
        }
    }
}

/// Rows of a mini-batch; the last one of an epoch may be smaller and is used all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchSize {
    /// So many rows.
    Rows(usize),
    /// All training rows at once: batch gradient descent.
    Full,
}

impl BatchSize {
    /// Rows of a full mini-batch out of `n_rows` training rows.
    pub fn of(self, n_rows: usize) -> usize {
        match self {
            BatchSize::Rows(rows) => rows.min(n_rows),
            BatchSize::Full => n_rows,
        }
    }
}

/// The numbers a network is computed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Precision {
    /// 32 bits: twice as fast, and as good for training.
    F32,
    /// 64 bits.
    F64,
}

impl Precision {
    /// Both.
    pub const ALL: [Precision; 2] = [Precision::F32, Precision::F64];

    /// The word for it in sweep files.
    pub fn name(self) -> &'static str {
        match self {
            Precision::F32 => "f32",
            Precision::F64 => "f64",
        }
    }
}

/// Stops when the loss on rows set aside has not improved for a while, and keeps the best epoch's parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EarlyStopping {
    /// Epochs without improvement that are waited for.
    pub patience: usize,
    /// Share of the training rows that is set aside to watch.
    pub share: f64,
    /// What counts as an improvement: a loss lower than the best by more than this.
    pub min_delta: f64,
}

/// How the table is prepared before training; fitted on the training rows alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Preprocess {
    /// How features become inputs.
    pub features: PipelineOptions,
    /// Of a numeric target.
    pub target_scale: TargetScale,
}

impl Preprocess {
    /// These scales, and all else as usual.
    pub const fn scaled(features: Scale, target_scale: TargetScale) -> Preprocess {
        Preprocess { features: PipelineOptions::scaled(features), target_scale }
    }
}

/// Scaling of a numeric target; scores are in the target's own units all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetScale {
    /// y' = y
    None,
    /// y' = (y − μ)/σ
    Standard,
    /// y' = ln(1 + y), y > −1
    Log1p,
}

impl TargetScale {
    /// All of them.
    pub const ALL: [TargetScale; 3] = [TargetScale::None, TargetScale::Standard, TargetScale::Log1p];

    /// The word for it in sweep files.
    pub fn name(self) -> &'static str {
        match self {
            TargetScale::None => "none",
            TargetScale::Standard => "standard",
            TargetScale::Log1p => "log1p",
        }
    }
}

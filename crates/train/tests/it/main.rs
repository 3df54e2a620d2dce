//! Tests of training through its public face.

mod allocations;
mod gradient_norms;
mod gradients;
mod learning;
mod metrics;
mod parity;
mod pausing;
mod sklearn;
mod theory;
mod weights;

use mlpsweep_data::{Dataset, Scale, Target, builtin};
use mlpsweep_mlp::{Activation, Init, Loss, LossOptions};
use mlpsweep_optim::{OptimizerKind, ScheduleKind};
use mlpsweep_seed::Seed;
use mlpsweep_train::{BatchSize, ClassWeight, Job, Precision, Preprocess, TargetScale, TrainConfig};

fn config(loss: Loss) -> TrainConfig {
    TrainConfig {
        hidden: vec![16],
        activation: Activation::Relu,
        init: Init::He,
        loss,
        loss_options: LossOptions::default(),
        class_weight: ClassWeight::None,
        optimizer: OptimizerKind::Adam,
        schedule: ScheduleKind::Constant,
        constants: Vec::new(),
        learning_rate: 0.01,
        l1: 0.0,
        l2: 0.0,
        dropout: 0.0,
        input_dropout: 0.0,
        clip_norm: None,
        clip_value: None,
        batch_size: BatchSize::Rows(16),
        epochs: 30,
        shuffle: true,
        precision: Precision::F32,
        early_stopping: None,
        gradient_norms: false,
    }
}

fn job<'a>(data: &'a Dataset, rows: &'a [u32], config: &'a TrainConfig) -> Job<'a> {
    let preprocess = Preprocess::scaled(Scale::Standard, TargetScale::Standard);
    Job { data, rows, config, preprocess, start: None, seed: Seed::new(7) }
}

fn data(name: &str) -> Dataset {
    builtin::load(name).expect("built in")
}

fn default_loss(data: &Dataset) -> Loss {
    match &data.target {
        Target::Numbers { .. } => Loss::SquaredError,
        Target::Classes { labels, .. } if labels.len() == 2 => Loss::BinaryCrossEntropy,
        Target::Classes { .. } => Loss::CrossEntropy,
    }
}

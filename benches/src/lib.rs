//! The five networks that benchmarks speak of.
//!
//! | name | layers | batch_size | what it stands for |
//! | --- | --- | --- | --- |
//! | W1 | 64→64→64→10 | 32 | digits, small batches |
//! | W2 | 64→100→10 | 200 | digits with scikit-learn's defaults |
//! | W3 | 8→128→128→128→1 | 256 | a regression like California housing |
//! | W4 | 784→512→512→10 | 256 | wide layers |
//! | W5 | 4→16→16→3 | 16 | iris: overhead is everything |

use mlpsweep_data::{Dataset, Target};
use mlpsweep_mlp::{Activation, Init, Loss, LossOptions, Network, NetworkConfig};
use mlpsweep_optim::{OptimizerKind, ScheduleKind};
use mlpsweep_seed::Seed;
use mlpsweep_train::{BatchSize, ClassWeight, Precision, TrainConfig};
use ndarray::Array2;
use rand_distr::{Distribution, StandardNormal};

/// One of the five.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    /// W1 … W5
    pub name: &'static str,
    /// n_0 … n_L
    pub sizes: &'static [usize],
    /// Rows of a mini-batch.
    pub batch_size: usize,
}

/// All five.
pub const WORKLOADS: [Workload; 5] = [
    Workload { name: "W1", sizes: &[64, 64, 64, 10], batch_size: 32 },
    Workload { name: "W2", sizes: &[64, 100, 10], batch_size: 200 },
    Workload { name: "W3", sizes: &[8, 128, 128, 128, 1], batch_size: 256 },
    Workload { name: "W4", sizes: &[784, 512, 512, 10], batch_size: 256 },
    Workload { name: "W5", sizes: &[4, 16, 16, 3], batch_size: 16 },
];

impl Workload {
    /// Whether it classifies; W3 is a regression.
    pub fn classifies(&self) -> bool {
        self.n_outputs() > 1
    }

    /// n_L
    pub fn n_outputs(&self) -> usize {
        self.sizes[self.sizes.len() - 1]
    }

    /// The network, relu inside.
    pub fn network(&self) -> Network {
        let config = NetworkConfig {
            sizes: self.sizes.to_vec(),
            activation: Activation::Relu,
            loss: self.loss(),
            loss_options: LossOptions::default(),
            dropout: 0.0,
            input_dropout: 0.0,
        };
        Network::new(config).expect("the workloads are valid")
    }

    /// The loss of its output layer.
    pub fn loss(&self) -> Loss {
        if self.classifies() { Loss::CrossEntropy } else { Loss::SquaredError }
    }

    /// Normal features and random targets of its shape, in ten mini-batches.
    pub fn data(&self) -> Dataset {
        let (n_rows, n_features) = (10 * self.batch_size, self.sizes[0]);
        let mut stream = Seed::new(7).stream();
        let mut normal = || -> f64 { StandardNormal.sample(&mut stream) };
        let features = Array2::from_shape_simple_fn((n_rows, n_features), &mut normal);
        let target = if self.classifies() {
            let labels = (0..self.n_outputs()).map(|class| class.to_string()).collect();
            let codes = (0..n_rows).map(|row| (row % self.n_outputs()) as u32).collect();
            Target::Classes { name: "class".into(), labels, codes, positive: 0 }
        } else {
            Target::Numbers {
                names: vec!["y".into()],
                values: Array2::from_shape_simple_fn((n_rows, 1), &mut normal),
            }
        };
        Dataset::of_numbers(self.name, features, target)
    }

    /// Adam with a little L2, as the peers' scripts train it.
    pub fn config(&self) -> TrainConfig {
        TrainConfig {
            hidden: self.sizes[1..self.sizes.len() - 1].to_vec(),
            activation: Activation::Relu,
            init: Init::He,
            loss: self.loss(),
            loss_options: LossOptions::default(),
            class_weight: ClassWeight::None,
            optimizer: OptimizerKind::Adam,
            schedule: ScheduleKind::Constant,
            constants: Vec::new(),
            learning_rate: 1e-3,
            l1: 0.0,
            l2: 1e-3,
            dropout: 0.0,
            input_dropout: 0.0,
            clip_norm: None,
            clip_value: None,
            batch_size: BatchSize::Rows(self.batch_size),
            epochs: 1,
            shuffle: true,
            precision: Precision::F32,
            early_stopping: None,
            gradient_norms: false,
        }
    }
}

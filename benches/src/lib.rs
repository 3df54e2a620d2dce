//! The five networks that benchmarks speak of.
//!
//! | name | layers | batch_size | what it stands for |
//! | --- | --- | --- | --- |
//! | W1 | 64→64→64→10 | 32 | digits, small batches |
//! | W2 | 64→100→10 | 200 | digits with scikit-learn's defaults |
//! | W3 | 8→128→128→128→1 | 256 | a regression like California housing |
//! | W4 | 784→512→512→10 | 256 | wide layers |
//! | W5 | 4→16→16→3 | 16 | iris: overhead is everything |

use mlpsweep_mlp::{Activation, Loss, Network, NetworkConfig};

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
            loss: if self.classifies() { Loss::CrossEntropy } else { Loss::SquaredError },
            dropout: 0.0,
            input_dropout: 0.0,
        };
        Network::new(config).expect("the workloads are valid")
    }
}

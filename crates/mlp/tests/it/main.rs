//! Tests of the network through its public face.

mod activations;
mod allocations;
mod dropout;
mod gradients;
mod initialisation;
mod losses;
mod oracle;
mod shapes;

use mlpsweep_mlp::{Activation, Loss, LossOptions, Network, NetworkConfig, Targets};
use mlpsweep_real::Real;
use mlpsweep_seed::{Seed, Stream};
use rand_distr::{Distribution, StandardNormal};

fn network(sizes: &[usize], activation: Activation, loss: Loss, dropout: f64) -> Network {
    let config = NetworkConfig {
        sizes: sizes.to_vec(),
        activation,
        loss,
        loss_options: LossOptions::default(),
        dropout,
        input_dropout: dropout / 2.0,
    };
    Network::new(config).expect("a valid network")
}

fn normals<T: Real>(n: usize, stream: &mut Stream) -> Vec<T> {
    (0..n).map(|_| T::from_f64(StandardNormal.sample(stream))).collect()
}

/// Targets that fit the loss, for `n_rows` rows.
struct Answers<T> {
    classes: Vec<u32>,
    numbers: Vec<T>,
}

impl<T: Real> Answers<T> {
    fn new(n_rows: usize, n_outputs: usize, seed: Seed) -> Answers<T> {
        let n_classes = n_outputs.max(2);
        Answers {
            classes: (0..n_rows).map(|row| (row % n_classes) as u32).collect(),
            numbers: normals(n_rows * n_outputs, &mut seed.child("targets").stream()),
        }
    }

    fn of(&self, loss: Loss) -> Targets<'_, T> {
        if loss.classifies() { Targets::classes(&self.classes) } else { Targets::numbers(&self.numbers) }
    }
}

//! A multilayer perceptron from first principles.
//!
//! | symbol | meaning | shape |
//! | --- | --- | --- |
//! | m | rows in a batch | |
//! | n_0, n_1 … n_L | units per layer; n_0 = input features, n_L = outputs | |
//! | X = A_0 | inputs, a row a sample | m × n_0 |
//! | W_l, b_l | weights and biases of layer l = 1 … L, the parameters θ | n_l × n_{l−1}, n_l |
//! | Z_l = A_{l−1} W_lᵀ + b_l | pre-activation | m × n_l |
//! | A_l = ψ(Z_l) | activation; Ŷ = A_L | m × n_l |
//! | L(ŷ, y) | cost of one row; J = (1/m) Σ_i L(ŷ_i, y_i) | scalar |
//!
//! A [`Network`] is a shape with functions: [`forward and backward`](Network::loss_and_gradient) and
//! [`prediction`](Network::predict). The parameters are one flat vector laid out by [`Layout`], started by [`Init`];
//! memory for a batch is a [`Workspace`], allocated once. What ψ may be is in [`Activation`], what L may be in [`Loss`].
//! [`gradcheck`] holds the derivatives against differences, [`graph`] against the chain rule scalar by scalar.
//!
//! Nothing here reads a file, starts a thread, looks at a clock, or fails once it is built.

mod activation;
mod dropout;
mod error;
pub mod gradcheck;
pub mod graph;
mod init;
mod layout;
mod loss;
mod network;

pub use activation::Activation;
pub use error::NetworkError;
pub use init::Init;
pub use layout::{Block, Layout, Parameter};
pub use loss::{Loss, LossOptions, Targets};
pub use network::{Network, NetworkConfig, Workspace};

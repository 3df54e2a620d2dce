//! A multilayer perceptron from first principles.
//!
//! | symbol | meaning | shape |
//! | --- | --- | --- |
//! | m | rows in a batch | |
//! | n_0, n_1 … n_L | units per layer; n_0 = input features, n_L = outputs | |
//! | X = A_0 | inputs, a row a sample | m × n_0 |
//! | W_l, b_l | weights and biases of layer l = 1 … L, the parameters θ | n_l × n_{l−1}, n_l |
//! | Z_l | pre-activation | m × n_l |
//! | A_l = ψ(Z_l) | activation; Ŷ = A_L | m × n_l |
//! | L(ŷ, y) | cost of one row; J its mean over a batch | scalar |
//!
//! # Neuron, layer, network
//!
//! A neuron is a regression with an activation behind it: a = ψ(w·x + b). A layer is n_l of them side by side on the same
//! inputs, a network is layers one on another; L − 1 of them are hidden. A [`Network`] is such a shape with its functions and
//! holds no numbers: the parameters are one flat vector, θ = [W_1 | b_1 | W_2 | …], laid out by [`Layout`], which an optimizer
//! can move as a vector. Memory for a batch is a [`Workspace`], allocated once.
//!
//! # Forward
//!
//! ```text
//! Z_l = A_{l−1} W_lᵀ + b_l,   A_l = ψ(Z_l)         l = 1 … L, b_l added to each row
//! ```
//!
//! [`Network::predict`] goes this way. ψ of the hidden layers is an [`Activation`]; that of the last layer comes with the loss.
//! With σ(z) = 1/(1 + e^{−z}) and Φ the normal distribution function:
//!
//! | activation | ψ(z) | ψ'(z) | source |
//! | --- | --- | --- | --- |
//! | `identity` | z: the network is a linear regression | 1 | |
//! | `sigmoid` | σ(z) | a (1 − a) | |
//! | `tanh` | tanh z | 1 − a² | |
//! | `relu` | max(z, 0) | \[z > 0\] | |
//! | `leaky_relu` | z above 0, else 0.01 z | 1 or 0.01 | Maas et al. 2013 |
//! | `elu` | z above 0, else e^z − 1 | 1 or e^z | Clevert et al. 2016 |
//! | `selu` | 1.0507 z above 0, else 1.7581 (e^z − 1) | 1.0507 or 1.7581 e^z | Klambauer et al. 2017 |
//! | `gelu` | z Φ(z) | Φ(z) + z Φ'(z) | Hendrycks & Gimpel 2016 |
//! | `gelu_tanh` | ½ z (1 + tanh(√(2/π) (z + 0.044715 z³))) | by the product rule | the same |
//! | `silu` | z σ(z) | σ(z) (1 + z (1 − σ(z))) | Elfwing et al. 2018 |
//! | `mish` | z tanh(ln(1 + e^z)) | by the product rule | Misra 2020 |
//! | `softplus` | ln(1 + e^z) | σ(z) | |
//!
//! # Loss
//!
//! ```text
//! J = Σ_i w_i L(ŷ_i, y_i) / Σ_i w_i                w_i = 1 without weights
//! ```
//!
//! A [`Loss`] knows its head, the units and the activation of the output layer, and is computed from the logits z = Z_L, so that
//! no rounded 0 meets a logarithm. [`Targets`] are classes or numbers, with weights or without.
//!
//! | loss | L(ŷ, y) | head, and ∂L/∂z |
//! | --- | --- | --- |
//! | `squared_error` | mean over outputs of (ŷ − y)² | n numbers; (2/n) (ŷ − y) |
//! | `absolute_error` | mean over outputs of \|ŷ − y\| | n numbers; (1/n) sign(ŷ − y) |
//! | `huber` | ½ e² for \|e\| ≤ δ, else δ (\|e\| − ½ δ), e = ŷ − y, meaned over outputs | n numbers; (1/n) e cut to ± δ |
//! | `binary_cross_entropy` | −y ln p − (1 − y) ln(1 − p) | one unit, p = σ(z); p − y |
//! | `cross_entropy` | −Σ_c q_c ln p_c, q = (1 − s) onehot(y) + s/C | a unit a class, p = softmax(z); p − q |
//!
//! # Backward
//!
//! The chain rule, from the last layer down; ⋆ is the product entry by entry:
//!
//! ```text
//! dZ_L     = ∂J/∂Z_L                               m × n_L      the 1/m lives here
//! dW_l     = dZ_lᵀ A_{l−1}                         n_l × n_{l−1}
//! db_l     = Σ_rows dZ_l                           n_l
//! dZ_{l−1} = (dZ_l W_l) ⋆ ψ'(Z_{l−1})              m × n_{l−1}
//! ```
//!
//! [`Network::loss_and_gradient`] goes forward and back; it keeps the slopes ψ'(Z) of the way there for the way back.
//!
//! # Dropout
//!
//! While training each unit of a hidden layer is kept with probability p = 1 − `dropout`, and each feature with
//! 1 − `input_dropout`; every row has a mask r of its own (Srivastava et al. 2014). What is kept is divided by p, so that
//! prediction needs neither mask nor factor:
//!
//! ```text
//! r ~ Bernoulli(p),   Ã_l = r ⋆ A_l / p,           and the slope that comes back is r ⋆ ψ'(Z_l) / p
//! ```
//!
//! # Initialisation
//!
//! [`Init`] draws W_l so that neither the signals on the way up nor the gradients on the way down grow or fade; b_l starts at 0.
//!
//! | init | entries of W_l, n_in = n_{l−1}, n_out = n_l | source |
//! | --- | --- | --- |
//! | `zeros` | 0: all units of a layer stay equal for ever | |
//! | `normal` | N(0, s²), s = 0.01 unless said | |
//! | `xavier`, `lecun` | N(0, 1/n_in) | as commonly taught; LeCun et al. 1998 |
//! | `glorot`, `glorot_uniform` | N(0, 2/(n_in + n_out)), U(±√(6/(n_in + n_out))) | Glorot & Bengio 2010 |
//! | `he`, `he_uniform` | N(0, 2/n_in), U(±√(6/n_in)) | He et al. 2015 |
//! | `orthogonal` | a random matrix with orthonormal rows, or columns | Saxe et al. 2014 |
//!
//! # Are the derivatives right?
//!
//! [`gradcheck`] holds them against central differences, layer by layer; [`graph`] computes them a second time by the chain rule
//! scalar by scalar, and shares no line with the matrices.
//!
//! # All of it at work
//!
//! Exclusive or: no straight line parts its two classes, a hidden layer does. Plain gradient descent is one line.
//!
//! ```
//! use mlpsweep_mlp::{Activation, Init, Loss, LossOptions, Network, NetworkConfig, Targets, Workspace};
//! use mlpsweep_seed::Seed;
//!
//! let x = [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0_f64];
//! let classes = [0, 1, 1, 0];
//!
//! let network = Network::new(NetworkConfig {
//!     sizes: vec![2, 8, 1],
//!     activation: Activation::Tanh,
//!     loss: Loss::BinaryCrossEntropy,
//!     loss_options: LossOptions::default(),
//!     dropout: 0.0,
//!     input_dropout: 0.0,
//! })?;
//! let mut theta: Vec<f64> = Init::Glorot.draw(network.layout(), &mut Seed::new(7).stream());
//! let mut gradient = vec![0.0; theta.len()];
//! let mut workspace = Workspace::new(&network, 4);
//! let mut masks = Seed::new(7).child("dropout").stream();
//!
//! let mut losses = Vec::new();
//! for _ in 0..500 {
//!     workspace.input(4).copy_from_slice(&x);
//!     let targets = Targets::classes(&classes);
//!     losses.push(network.loss_and_gradient(&theta, &mut workspace, targets, &mut masks, &mut gradient));
//!     theta.iter_mut().zip(&gradient).for_each(|(theta, g)| *theta -= 0.5 * g);
//! }
//! assert!(losses.is_sorted_by(|earlier, later| earlier > later), "each step goes down");
//! assert!(losses[499] < 0.1 * losses[0]);
//!
//! workspace.input(4).copy_from_slice(&x);
//! let p = network.predict(&theta, &mut workspace);
//! assert!(p[0] < 0.1 && p[1] > 0.9 && p[2] > 0.9 && p[3] < 0.1);
//! # Ok::<(), mlpsweep_mlp::NetworkError>(())
//! ```
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

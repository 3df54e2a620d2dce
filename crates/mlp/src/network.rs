//! Forward and backward through the layers.
//!
//! For a batch of m rows, A_0 = X, and layers l = 1 … L:
//!
//! ```text
//! forward                               backward
//! Z_l = A_{l−1} W_lᵀ + b_l   m × n_l     dZ_L     = ∂J/∂Z_L             m × n_L     (the 1/m lives here)
//! A_l = ψ(Z_l)               m × n_l     dW_l     = dZ_lᵀ A_{l−1}       n_l × n_{l−1}
//! Ã_l = R_l ⋆ A_l / p        m × n_l     db_l     = Σ_rows dZ_l         n_l
//!                                        dZ_{l−1} = dZ_l W_l ⋆ S_{l−1}  m × n_{l−1}
//! ```
//!
//! `S_l` is the slope ψ'(Z_l) ⋆ R_l / p, kept by the forward pass where Ã_l does not tell it. The network holds no parameters:
//! they are one flat slice laid out by [`Layout`], so that an optimizer can treat them as a vector.

use crate::dropout::Mask;
use crate::{Activation, Layout, Loss, LossOptions, NetworkError, Targets};
use mlpsweep_kernels::{Matrix, Packing, product, product_then};
use mlpsweep_real::{Buffer, Real, vectorised, zeros};
use mlpsweep_seed::Stream;

/// What a network is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkConfig {
    /// n_0, n_1 … n_L: input features, the hidden layers' units, outputs.
    pub sizes: Vec<usize>,
    /// Activation of every hidden layer.
    pub activation: Activation,
    /// Loss, and with it the activation of the output layer.
    pub loss: Loss,
    /// Constants of the loss.
    pub loss_options: LossOptions,
    /// Probability that a hidden unit is dropped while training; 0 for none.
    pub dropout: f64,
    /// Probability that an input feature is dropped while training; 0 for none.
    pub input_dropout: f64,
}

/// A multilayer perceptron: its shape and its functions, without parameters.
///
/// ```
/// use mlpsweep_mlp::{Activation, Init, Loss, LossOptions, Network, NetworkConfig, Targets, Workspace};
/// use mlpsweep_seed::Seed;
///
/// let network = Network::new(NetworkConfig {
///     sizes: vec![2, 8, 3],
///     activation: Activation::Relu,
///     loss: Loss::CrossEntropy,
///     loss_options: LossOptions::default(),
///     dropout: 0.0,
///     input_dropout: 0.0,
/// })?;
/// let params: Vec<f32> = Init::He.draw(network.layout(), &mut Seed::new(7).stream());
/// let mut gradient = vec![0.0; params.len()];
/// let mut workspace = Workspace::new(&network, 2);
///
/// workspace.input(2).copy_from_slice(&[0.5, -1.0, 2.0, 0.1]);
/// let targets = Targets::classes(&[0, 2]);
/// let mut masks = Seed::new(7).child("dropout").stream();
/// let loss = network.loss_and_gradient(&params, &mut workspace, targets, &mut masks, &mut gradient);
/// assert!(loss > 0.0 && gradient.iter().any(|&g| g != 0.0));
/// # Ok::<(), mlpsweep_mlp::NetworkError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    config: NetworkConfig,
    layout: Layout,
}

/// The memory one batch needs, allocated once.
///
/// Fill [`input`](Workspace::input), then call the network: the rows of the input are the rows of the batch.
#[derive(Clone, Debug)]
pub struct Workspace<T> {
    sizes: Vec<usize>,
    max_rows: usize,
    n_rows: usize,
    /// A_0 … A_L (after dropout); A_L holds the logits, then dZ_L.
    activations: Vec<Buffer<T>>,
    /// S_1 … S_{L−1}; none where they are not kept.
    slopes: Vec<Buffer<T>>,
    /// dZ of two neighbouring layers, taking turns.
    deltas: [Buffer<T>; 2],
    packing: Packing<T>,
}

impl<T: Real> Workspace<T> {
    /// Memory for batches of up to `max_rows` rows.
    pub fn new(network: &Network, max_rows: usize) -> Workspace<T> {
        let sizes = network.config.sizes.clone();
        let buffer = |size: &usize| zeros(size * max_rows);
        let hidden = &sizes[1..sizes.len() - 1];
        let widest = hidden.iter().copied().max().unwrap_or(0);
        let slopes = if network.keeps_slopes() { hidden } else { &[] };
        Workspace {
            activations: sizes.iter().map(buffer).collect(),
            slopes: slopes.iter().map(buffer).collect(),
            deltas: [buffer(&widest), buffer(&widest)],
            packing: Packing::default(),
            sizes,
            max_rows,
            n_rows: 0,
        }
    }

    /// Rows this memory is for, at most.
    pub fn max_rows(&self) -> usize {
        self.max_rows
    }

    /// The place for a batch of `n_rows` rows of n_0 features, row after row.
    ///
    /// # Panics
    /// When `n_rows` is 0 or more than `max_rows`.
    pub fn input(&mut self, n_rows: usize) -> &mut [T] {
        assert!(
            (1..=self.max_rows).contains(&n_rows),
            "{n_rows} rows in a workspace for 1 to {}",
            self.max_rows
        );
        self.n_rows = n_rows;
        &mut self.activations[0][..n_rows * self.sizes[0]]
    }

    /// Ã_1 … Ã_{L−1} of the last pass: a unit's sign is the side of the kink at 0 that it is on.
    pub(crate) fn hidden(&self) -> impl Iterator<Item = &[T]> {
        let n_hidden = self.sizes.len() - 2;
        let layers = self.activations.iter().zip(&self.sizes).skip(1).take(n_hidden);
        layers.map(|(a, size)| &a[..self.n_rows * size])
    }
}

impl Network {
    /// A network of that shape.
    ///
    /// # Errors
    /// Fewer than two sizes, a size of 0, a rate outside [0, 1), or a `huber_delta` that is not above 0.
    pub fn new(config: NetworkConfig) -> Result<Network, NetworkError> {
        if config.sizes.len() < 2 || config.sizes.contains(&0) {
            return Err(NetworkError::Sizes { found: config.sizes });
        }
        for (name, rate) in [("dropout", config.dropout), ("input_dropout", config.input_dropout)] {
            if !(0.0..1.0).contains(&rate) {
                return Err(NetworkError::Rate { name, found: rate });
            }
        }
        let LossOptions { huber_delta, label_smoothing } = config.loss_options;
        if !(0.0..1.0).contains(&label_smoothing) {
            return Err(NetworkError::Rate { name: "label_smoothing", found: label_smoothing });
        }
        if !(huber_delta > 0.0 && huber_delta.is_finite()) {
            return Err(NetworkError::HuberDelta { found: huber_delta });
        }
        Ok(Network { layout: Layout::new(&config.sizes), config })
    }

    /// What it was made of.
    pub fn config(&self) -> &NetworkConfig {
        &self.config
    }

    /// Where each layer lies in the parameter vector.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// n_L
    pub fn n_outputs(&self) -> usize {
        *self.config.sizes.last().expect("a network has at least two sizes")
    }

    /// Floating-point operations of one training step on a batch of `n_rows`: 6·m·Σ n_in·n_out.
    pub fn step_flops(&self, n_rows: usize) -> f64 {
        let products = self.layout.blocks().iter().map(|block| (block.n_in * block.n_out) as f64);
        6.0 * n_rows as f64 * products.sum::<f64>()
    }

    /// Whether the forward pass has to keep slopes.
    fn keeps_slopes(&self) -> bool {
        !self.config.activation.value_tells_slope(self.config.dropout)
    }

    /// Ŷ for the rows in the workspace's input (rows × n_L): numbers, or probabilities. No dropout.
    pub fn predict<'w, T: Real>(&self, params: &[T], workspace: &'w mut Workspace<T>) -> &'w mut [T] {
        let logits = self.logits(params, workspace);
        self.config.loss.output(logits, self.n_outputs());
        logits
    }

    /// Σ_i w_i L(ŷ_i, y_i) over the rows in the workspace's input. No dropout, no penalty.
    pub fn total_loss<T: Real>(
        &self,
        params: &[T],
        workspace: &mut Workspace<T>,
        targets: Targets<'_, T>,
    ) -> f64 {
        let logits = self.logits(params, workspace);
        self.config.loss.total(&self.config.loss_options, logits, self.n_outputs(), targets)
    }

    /// Z_L for the rows in the workspace's input (rows × n_L). No dropout.
    pub fn logits<'w, T: Real>(&self, params: &[T], workspace: &'w mut Workspace<T>) -> &'w mut [T] {
        self.check(params, workspace);
        let n_rows = workspace.n_rows;
        let last = self.layout.blocks().len() - 1;
        let Workspace { activations, packing, .. } = &mut *workspace;
        for (l, block) in self.layout.blocks().iter().enumerate() {
            let (below, above) = activations.split_at_mut(l + 1);
            let z = &mut above[0][..n_rows * block.n_out];
            let activation = if l == last { Activation::Identity } else { self.config.activation };
            let bias = &params[block.biases.clone()];
            let (a, w) = (matrix(&below[l], n_rows, block.n_in), weights(params, block));
            product_then(a, w.transposed(), z, packing, &mut |_, z| activation.apply(z, bias));
        }
        &mut workspace.activations[last + 1][..n_rows * self.n_outputs()]
    }

    /// J, the mean loss of the batch in the workspace's input, and its `gradient`, with dropout masks from `masks`.
    ///
    /// Allocates nothing but the packing buffers of the matrix products.
    ///
    /// # Panics
    /// When `params` or `gradient` are not of this network's length, or the workspace is of another network.
    pub fn loss_and_gradient<T: Real>(
        &self,
        params: &[T],
        workspace: &mut Workspace<T>,
        targets: Targets<'_, T>,
        masks: &mut Stream,
        gradient: &mut [T],
    ) -> f64 {
        let logits = self.forward(params, workspace, masks);
        let loss =
            self.config.loss.mean_and_delta(&self.config.loss_options, logits, self.n_outputs(), targets);
        self.backward(params, workspace, gradient);
        loss
    }

    /// Z_L with dropout, having left A_1 … A_{L−1} and their slopes in the workspace.
    pub(crate) fn forward<'w, T: Real>(
        &self,
        params: &[T],
        workspace: &'w mut Workspace<T>,
        masks: &mut Stream,
    ) -> &'w mut [T] {
        self.check(params, workspace);
        let n_rows = workspace.n_rows;
        let Workspace { activations, slopes, packing, .. } = workspace;

        if self.config.input_dropout > 0.0 {
            let x = &mut activations[0][..n_rows * self.config.sizes[0]];
            Mask::draw(self.config.input_dropout, masks).apply(0, x);
        }
        let last = self.layout.blocks().len() - 1;
        for (l, block) in self.layout.blocks().iter().enumerate() {
            let (below, above) = activations.split_at_mut(l + 1);
            let z = &mut above[0][..n_rows * block.n_out];
            let bias = &params[block.biases.clone()];
            let (a, w) = (matrix(&below[l], n_rows, block.n_in), weights(params, block).transposed());
            if l == last {
                product_then(a, w, z, packing, &mut |_, z| Activation::Identity.apply(z, bias));
                continue;
            }
            let (activation, rate) = (self.config.activation, self.config.dropout);
            let mask = (rate > 0.0).then(|| Mask::draw(rate, masks));
            product_then(a, w, z, packing, &mut |first_row, z| {
                let first = first_row * block.n_out;
                if self.keeps_slopes() {
                    let slopes = &mut slopes[l][first..][..z.len()];
                    activation.apply_with_slope(z, bias, slopes);
                    if let Some(mask) = mask {
                        mask.apply(first, slopes);
                    }
                } else {
                    activation.apply(z, bias);
                }
                if let Some(mask) = mask {
                    mask.apply(first, z);
                }
            });
        }
        &mut activations[last + 1][..n_rows * self.n_outputs()]
    }

    /// `gradient` = ∂J/∂θ, from dZ_L down. The input layer's dX is never computed.
    fn backward<T: Real>(&self, params: &[T], workspace: &mut Workspace<T>, gradient: &mut [T]) {
        assert_eq!(gradient.len(), self.layout.n_params(), "the gradient of another network");
        let n_rows = workspace.n_rows;
        let Workspace { activations, slopes, deltas, packing, .. } = workspace;
        let [upper, lower] = deltas;
        let (mut upper, mut lower) = (upper, lower);

        let blocks = self.layout.blocks();
        let last = blocks.len() - 1;
        let dz = &activations[last + 1][..n_rows * blocks[last].n_out];
        column_sums(dz, &mut gradient[blocks[last].biases.clone()]);
        for (l, block) in blocks.iter().enumerate().rev() {
            let (below, above) = activations.split_at(l + 1);
            let delta = matrix(if l == last { &above[0] } else { &*upper }, n_rows, block.n_out);
            let a = matrix(&below[l], n_rows, block.n_in);
            product(delta.transposed(), a, &mut gradient[block.weights.clone()], packing);
            if l > 0 {
                let (w, lower_rows) = (weights(params, block), &mut lower[..n_rows * block.n_in]);
                let sums = &mut gradient[blocks[l - 1].biases.clone()];
                sums.fill(T::zero());
                product_then(delta, w, lower_rows, packing, &mut |first, delta| {
                    let rows = first * block.n_in..first * block.n_in + delta.len();
                    if self.keeps_slopes() {
                        vectorised(multiply_and_sum, (delta, &slopes[l - 1][rows], &mut *sums));
                    } else {
                        let NetworkConfig { activation, dropout, .. } = self.config;
                        activation.finish_delta(delta, &below[l][rows], dropout, sums);
                    }
                });
                std::mem::swap(&mut upper, &mut lower);
            }
        }
    }

    fn check<T: Real>(&self, params: &[T], workspace: &Workspace<T>) {
        assert_eq!(params.len(), self.layout.n_params(), "the parameters of another network");
        assert_eq!(workspace.sizes, self.config.sizes, "the workspace of another network");
        assert!(workspace.n_rows > 0, "no rows in the workspace: fill its input first");
    }
}

fn matrix<T>(values: &[T], n_rows: usize, n_columns: usize) -> Matrix<'_, T> {
    Matrix::new(&values[..n_rows * n_columns], n_rows, n_columns)
}

fn weights<'p, T>(params: &'p [T], block: &crate::Block) -> Matrix<'p, T> {
    matrix(&params[block.weights.clone()], block.n_out, block.n_in)
}

/// values ⋆= factors, and the rows are added to `sums`.
#[inline(always)]
fn multiply_and_sum<T: Real>((values, factors, sums): (&mut [T], &[T], &mut [T])) {
    for (row, factors) in values.chunks_exact_mut(sums.len()).zip(factors.chunks_exact(sums.len())) {
        for ((value, &factor), sum) in row.iter_mut().zip(factors).zip(&mut *sums) {
            *value *= factor;
            *sum += *value;
        }
    }
}

/// sums_j = Σ_i m_ij, row after row
fn column_sums<T: Real>(rows: &[T], sums: &mut [T]) {
    vectorised(column_sums_loop, (rows, sums));
}

#[inline(always)]
fn column_sums_loop<T: Real>((rows, sums): (&[T], &mut [T])) {
    sums.fill(T::zero());
    for row in rows.chunks_exact(sums.len()) {
        sums.iter_mut().zip(row).for_each(|(sum, &value)| *sum += value);
    }
}

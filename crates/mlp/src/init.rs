//! Initial weights; biases start at 0.
//!
//! With `n_in`, `n_out` the units below and of the layer:
//!
//! | name | entries of `W_l` | source |
//! | --- | --- | --- |
//! | `zeros` | 0; it *shows* the symmetry problem: all units of a layer stay equal for ever | |
//! | `normal` | N(0, s²), `init_scale` = s, default 0.01; a large s saturates sigmoid and tanh | |
//! | `xavier` | N(0, 1/n_in) | as commonly taught; equals LeCun normal |
//! | `glorot`, `glorot_uniform` | N(0, 2/(n_in + n_out)), U(±√(6/(n_in + n_out))) | Glorot & Bengio 2010 |
//! | `he`, `he_uniform` | N(0, 2/n_in), U(±√(6/n_in)) | He et al. 2015 |
//! | `lecun` | N(0, 1/n_in) | LeCun et al. 1998 |
//! | `orthogonal` | a random matrix with orthonormal rows, or columns where there are more rows | Saxe, McClelland & Ganguli 2014 |
//!
//! Numbers are drawn in f64, layer after layer, row after row, and then rounded: f32 and f64 start from the same weights.

use crate::Layout;
use mlpsweep_real::Real;
use mlpsweep_seed::Stream;
use rand_distr::{Distribution, StandardNormal, StandardUniform};

/// How weights start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// All 0.
    Zeros,
    /// N(0, scale²).
    Normal {
        /// Standard deviation s.
        scale: f64,
    },
    /// N(0, 1/`n_in`).
    Xavier,
    /// N(0, 2/(`n_in` + `n_out`)).
    Glorot,
    /// U(±√(6/(`n_in` + `n_out`))).
    GlorotUniform,
    /// N(0, 2/`n_in`).
    He,
    /// U(±√(6/`n_in`)).
    HeUniform,
    /// N(0, 1/`n_in`).
    Lecun,
    /// Orthonormal rows, or columns where there are more rows than columns.
    Orthogonal,
}

impl Init {
    /// Standard deviation of `normal` when none is given.
    pub const DEFAULT_SCALE: f64 = 0.01;

    /// The words for them in sweep files.
    pub const NAMES: &'static [&'static str] =
        &["zeros", "normal", "xavier", "glorot", "glorot_uniform", "he", "he_uniform", "lecun", "orthogonal"];

    /// The initialisation of that name; `scale` is used by `normal` alone.
    pub fn from_name(name: &str, scale: f64) -> Option<Init> {
        Some(match name {
            "zeros" => Init::Zeros,
            "normal" => Init::Normal { scale },
            "xavier" => Init::Xavier,
            "glorot" => Init::Glorot,
            "glorot_uniform" => Init::GlorotUniform,
            "he" => Init::He,
            "he_uniform" => Init::HeUniform,
            "lecun" => Init::Lecun,
            "orthogonal" => Init::Orthogonal,
            _ => return None,
        })
    }

    /// The parameter vector to start from.
    pub fn draw<T: Real>(self, layout: &Layout, stream: &mut Stream) -> Vec<T> {
        let mut params = vec![T::zero(); layout.n_params()];
        self.fill(layout, stream, &mut params);
        params
    }

    /// The same into parameters that are zeros.
    ///
    /// # Panics
    /// When there are fewer than the layout has.
    pub fn fill<T: Real>(self, layout: &Layout, stream: &mut Stream, params: &mut [T]) {
        for block in layout.blocks() {
            let (n_in, n_out) = (block.n_in as f64, block.n_out as f64);
            let weights = &mut params[block.weights.clone()];
            match self {
                Init::Zeros => {}
                Init::Normal { scale } => normal(weights, scale, stream),
                Init::Xavier | Init::Lecun => normal(weights, (1.0 / n_in).sqrt(), stream),
                Init::Glorot => normal(weights, (2.0 / (n_in + n_out)).sqrt(), stream),
                Init::GlorotUniform => uniform(weights, (6.0 / (n_in + n_out)).sqrt(), stream),
                Init::He => normal(weights, (2.0 / n_in).sqrt(), stream),
                Init::HeUniform => uniform(weights, (6.0 / n_in).sqrt(), stream),
                Init::Orthogonal => orthogonal(weights, block.n_out, block.n_in, stream),
            }
        }
    }
}

fn normal<T: Real>(weights: &mut [T], sd: f64, stream: &mut Stream) {
    for weight in weights {
        let standard: f64 = StandardNormal.sample(stream);
        *weight = T::from_f64(sd * standard);
    }
}

fn uniform<T: Real>(weights: &mut [T], bound: f64, stream: &mut Stream) {
    for weight in weights {
        let unit: f64 = StandardUniform.sample(stream);
        *weight = T::from_f64(bound * (2.0 * unit - 1.0));
    }
}

/// Gram–Schmidt on normal vectors, each made orthogonal to those before it twice: once leaves rounding behind.
///
/// A direction of normal numbers is uniform on the sphere, and so is the next one within what is left of the space.
fn orthogonal<T: Real>(weights: &mut [T], n_rows: usize, n_columns: usize, stream: &mut Stream) {
    let (n_vectors, length) = (n_rows.min(n_columns), n_rows.max(n_columns));
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let mut basis: Vec<Vec<f64>> = Vec::with_capacity(n_vectors);
    for _ in 0..n_vectors {
        let mut vector: Vec<f64> = (0..length).map(|_| StandardNormal.sample(stream)).collect();
        for _ in 0..2 {
            for earlier in &basis {
                let along = dot(&vector, earlier);
                vector.iter_mut().zip(earlier).for_each(|(v, e)| *v -= along * e);
            }
            let norm = dot(&vector, &vector).sqrt();
            vector.iter_mut().for_each(|v| *v /= norm);
        }
        basis.push(vector);
    }
    for (row, weights) in weights.chunks_exact_mut(n_columns).enumerate() {
        for (column, weight) in weights.iter_mut().enumerate() {
            *weight = T::from_f64(if n_rows <= n_columns { basis[row][column] } else { basis[column][row] });
        }
    }
}

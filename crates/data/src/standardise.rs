//! Features on a common scale.
//!
//! With μ_j and σ_j of the rows it is fitted on, m of them, and of no others:
//!
//! ```text
//! μ_j  = (1/m) Σ_i x_ij
//! σ_j² = (1/m) Σ_i (x_ij − μ_j)²        population variance, ddof 0
//! x'   = (x − μ_j) / σ_j                σ_j = 1 for a feature that is constant on those rows
//! ```
//!
//! Computed in two passes over differences to the feature's first value, d = x − x_0j, so that a constant feature
//! has exactly σ² = 0 and a timestamp's large offset costs no digits; what rounding leaves of Σ(d − d̄) is
//! subtracted (Chan, Golub & LeVeque 1983). The division is a multiplication by 1/σ_j, in `f64`, before the value
//! becomes what training computes with. What is missing (NaN) is filled in before.

use mlpsweep_real::{Pass, Real, vectorised, vectorised_pass};
use ndarray::Array2;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A shift and a scale for each feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standardiser {
    /// μ, one per feature.
    mean: Vec<f64>,
    /// 1/σ, one per feature.
    inverse_deviation: Vec<f64>,
    /// What stands for NaN, one per feature.
    fill: Vec<f64>,
}

/// A feature whose mean or deviation `f64` cannot hold: squares of its differences overflow (values around 1e155
/// and more) or vanish (differences around 1e-155 and less, but not 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("feature {feature_idx} has values too large or too close together to be standardised")]
pub struct ScaleError {
    /// The column of the feature matrix, from 0.
    pub feature_idx: usize,
}

impl Standardiser {
    /// The standardiser of the given rows of `features`. Only these rows are read.
    ///
    /// # Errors
    /// A feature whose mean or deviation cannot be computed in `f64`. The data are finite, so nothing is wrong with
    /// the file; training on them would diverge.
    ///
    /// # Panics
    /// When there are no rows, a row is not in the table, or the table is not row-major.
    pub fn fit(features: &Array2<f64>, rows: &[u32]) -> Result<Standardiser, ScaleError> {
        let mut standardiser = Standardiser::identity(features.ncols());
        for (feature_idx, moments) in moments(features, rows).into_iter().enumerate() {
            standardiser.set(feature_idx, moments.ok_or(ScaleError { feature_idx })?, 0.0);
        }
        Ok(standardiser)
    }

    /// The standardiser that leaves every feature as it is: `scale = "none"`.
    pub fn identity(n_features: usize) -> Standardiser {
        Standardiser {
            mean: vec![0.0; n_features],
            inverse_deviation: vec![1.0; n_features],
            fill: vec![0.0; n_features],
        }
    }

    /// Gives a feature its μ and σ, and the value that stands for what is missing.
    pub(crate) fn set(&mut self, feature_idx: usize, (mean, deviation): (f64, f64), fill: f64) {
        self.mean[feature_idx] = mean;
        self.inverse_deviation[feature_idx] = 1.0 / deviation;
        self.fill[feature_idx] = fill;
    }

    /// x' of one value of a feature.
    pub(crate) fn scaled(&self, feature_idx: usize, x: f64) -> f64 {
        (filled(x, self.fill[feature_idx]) - self.mean[feature_idx]) * self.inverse_deviation[feature_idx]
    }

    /// Whether it is one of `n_features`, of finite numbers and scales above 0, as every fitted one is; what was read from a file
    /// may be anything.
    pub fn is_sound(&self, n_features: usize) -> bool {
        let lengths = [self.mean.len(), self.inverse_deviation.len(), self.fill.len()];
        lengths == [n_features; 3]
            && self.mean.iter().chain(&self.fill).all(|number| number.is_finite())
            && self.inverse_deviation.iter().all(|inverse| inverse.is_finite() && *inverse > 0.0)
    }

    /// How many features it was made for.
    pub fn n_features(&self) -> usize {
        self.mean.len()
    }

    /// μ, one per feature, in the feature's own units.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// What stands for a missing value, one per feature.
    pub fn fill(&self) -> &[f64] {
        &self.fill
    }

    /// 1/σ, one per feature.
    pub fn inverse_deviation(&self) -> &[f64] {
        &self.inverse_deviation
    }

    /// Scales the given rows of `features` into `out`, `rows.len() × n_features`, row-major, in the order of
    /// `rows`. Allocates nothing.
    ///
    /// # Panics
    /// When `out` has another length, a row is not in the table, or the table has other features or is not
    /// row-major.
    pub fn gather<T: Real>(&self, features: &Array2<f64>, rows: &[u32], out: &mut [T]) {
        let (values, n_features) = row_major(features);
        assert_eq!(n_features, self.n_features(), "a table with other features");
        assert_eq!(out.len(), rows.len() * n_features, "room for exactly these rows");
        if n_features == 0 {
            return;
        }
        vectorised_pass(Gather { standardiser: self, values, rows, out });
    }
}

/// μ and σ of each feature, 1 for one that is constant; `None` where `f64` cannot hold them.
pub(crate) fn moments(features: &Array2<f64>, rows: &[u32]) -> Vec<Option<(f64, f64)>> {
    assert!(!rows.is_empty(), "a standardiser is fitted on at least one row");
    let (values, n_features) = row_major(features);
    let row = |row_idx: u32| row_of(values, n_features, row_idx);
    let n_rows = rows.len() as f64;
    let first = row(rows[0]);

    let mut shift = vec![0.0; n_features];
    vectorised(add_differences, (values, first, rows, &mut shift[..]));
    for sum in &mut shift {
        *sum /= n_rows;
    }
    let mut squares = vec![0.0; n_features];
    let mut residues = vec![0.0; n_features];
    vectorised(add_squares, (values, first, rows, &shift[..], (&mut squares[..], &mut residues[..])));

    let each = (0..n_features).map(|feature_idx| {
        let x_0 = first[feature_idx];
        let variance = (squares[feature_idx] - residues[feature_idx].powi(2) / n_rows) / n_rows;
        let mean = x_0 + shift[feature_idx];
        let constant = || rows.iter().all(|&row_idx| row(row_idx)[feature_idx] == x_0);
        let deviation = if variance.is_normal() && variance > 0.0 {
            variance.sqrt()
        } else if constant() {
            1.0
        } else {
            return None;
        };
        mean.is_finite().then_some((mean, deviation))
    });
    each.collect()
}

/// [`Standardiser::gather`], as work that can be compiled for the processor at hand.
struct Gather<'a, T> {
    standardiser: &'a Standardiser,
    values: &'a [f64],
    rows: &'a [u32],
    out: &'a mut [T],
}

impl<T: Real> Pass for Gather<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(mut self) {
        let from = self.chunks::<16>(0);
        let from = self.chunks::<8>(from);
        let from = self.chunks::<4>(from);
        self.chunks::<1>(from);
    }
}

impl<T: Real> Gather<'_, T> {
    /// Scales the features from `from` on as far as they come in chunks of N, and says where that ended. All of a chunk are read
    /// before the first is written: nothing has to be proved about who overlaps whom.
    #[inline(always)]
    fn chunks<const N: usize>(&mut self, from: usize) -> usize {
        let Standardiser { mean, inverse_deviation, fill } = self.standardiser;
        let n_features = mean.len();
        let until = n_features - (n_features - from) % N;
        if from == until {
            return until;
        }
        let means = mean[from..until].as_chunks::<N>().0;
        let inverses = inverse_deviation[from..until].as_chunks::<N>().0;
        let fills = fill[from..until].as_chunks::<N>().0;
        for (&row_idx, out) in self.rows.iter().zip(self.out.chunks_exact_mut(n_features)) {
            let xs = row_of(self.values, n_features, row_idx)[from..until].as_chunks::<N>().0;
            let outs = out[from..until].as_chunks_mut::<N>().0;
            let scales = means.iter().zip(inverses).zip(fills);
            for ((out, x), ((mean, inverse), fill)) in outs.iter_mut().zip(xs).zip(scales) {
                if x.iter().fold(false, |any, x| any | x.is_nan()) {
                    scale_filled(x, (mean, inverse, fill), out);
                } else {
                    *out = std::array::from_fn(|i| T::from_f64((x[i] - mean[i]) * inverse[i]));
                }
            }
        }
        until
    }
}

/// Σ d of every feature, d = x − x_0; small enough to be compiled for the processor at hand.
#[inline(always)]
fn add_differences((values, first, rows, sums): (&[f64], &[f64], &[u32], &mut [f64])) {
    for &row_idx in rows {
        let row = row_of(values, sums.len(), row_idx);
        for ((sum, x), x_0) in sums.iter_mut().zip(row).zip(first) {
            *sum += x - x_0;
        }
    }
}

/// Σ (d − d̄)² and Σ (d − d̄) of every feature; the same.
#[inline(always)]
fn add_squares(
    (values, first, rows, shift, sums): (&[f64], &[f64], &[u32], &[f64], (&mut [f64], &mut [f64])),
) {
    let (squares, residues) = sums;
    for &row_idx in rows {
        let row = row_of(values, shift.len(), row_idx).iter().zip(first).zip(shift);
        for ((square, residue), ((x, x_0), d)) in squares.iter_mut().zip(residues.iter_mut()).zip(row) {
            let difference = (x - x_0) - d;
            *square += difference * difference;
            *residue += difference;
        }
    }
}

/// Some features of a row, gaps among them. A call, so that the loop around it takes one row's features after another: left to itself
/// the compiler takes many rows' at once, each from its own place, ten times slower.
#[inline(never)]
fn scale_filled<T: Real, const N: usize>(
    x: &[f64; N],
    (mean, inverse, fill): (&[f64; N], &[f64; N], &[f64; N]),
    out: &mut [T; N],
) {
    *out = std::array::from_fn(|i| T::from_f64((filled(x[i], fill[i]) - mean[i]) * inverse[i]));
}

/// x, or what stands for it where it is missing.
#[inline(always)]
fn filled(x: f64, fill: f64) -> f64 {
    if x.is_nan() { fill } else { x }
}

pub(crate) fn row_major(features: &Array2<f64>) -> (&[f64], usize) {
    (features.as_slice().expect("tables are row-major"), features.ncols())
}

#[inline(always)]
pub(crate) fn row_of(values: &[f64], n_features: usize, row_idx: u32) -> &[f64] {
    &values[row_idx as usize * n_features..][..n_features]
}

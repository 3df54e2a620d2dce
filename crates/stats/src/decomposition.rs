//! Bias² and variance of a way of fitting, from several fits' predictions of rows that none of them was fitted on.
//!
//! Row i has the truth y_i and r_i predictions ŷ_i1 … ŷ_ir, vectors of n outputs; e_ij = ŷ_ij − y_i:
//!
//! ```text
//! ē_i        = (1/r_i) Σ_j e_ij
//! variance_i = Σ_j |e_ij − ē_i|² / (r_i − 1)          ddof 1, summed over the outputs
//! bias²_i    = |ē_i|² − variance_i / r_i
//! bias² = mean_i bias²_i,   variance = mean_i variance_i        over the rows with r_i ≥ 2
//! ```
//!
//! |ē_i|² alone would be too large: a mean of r_i predictions still scatters by variance_i/r_i. With that taken off both
//! figures are unbiased, and they add up to the squared error of *one* fit, exactly:
//!
//! ```text
//! bias²_i + variance_i = (1/r_i) Σ_j |e_ij|²
//! ```
//!
//! y_i is what was observed, y = f(x) + ε, and nobody sees ε: the noise σ² is a part of bias². Corrected, the estimate of
//! a bias² near 0 may fall below 0. Fits that share training rows, as repeats of cross-validation do, resemble each other:
//! the variance is that over ways to draw the folds and start the fit, and less than that over data drawn anew.
//!
//! The deviations are summed as Welford (1962) does, in one pass and without large squares that cancel.

/// The two parts of the expected squared error of one fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decomposition {
    /// The squared distance of the mean prediction from what was observed: bias² and the noise.
    pub bias2: f64,
    /// How far predictions of the same row scatter around their mean.
    pub variance: f64,
}

/// The errors of several fits on the same rows, taken in one by one.
///
/// ```
/// use mlpsweep_stats::RepeatedErrors;
///
/// let mut errors = RepeatedErrors::new(2, 1);
/// for (row, error) in [(0, 1.0), (0, 3.0), (1, -2.0), (1, -2.0)] {
///     errors.add(row, &[error]);
/// }
/// let parts = errors.decomposition().unwrap();
/// assert_eq!((parts.bias2, parts.variance), (3.5, 1.0)); // rows: 2² − 2/2 and 2², 2 and 0
/// ```
#[derive(Clone, Debug)]
pub struct RepeatedErrors {
    n_outputs: usize,
    /// r_i.
    counts: Vec<u32>,
    /// ē_i, row after row.
    means: Vec<f64>,
    /// Σ_j |e_ij − ē_i|².
    squares: Vec<f64>,
}

impl RepeatedErrors {
    /// No errors yet, of rows 0 … `n_rows` − 1 with `n_outputs` numbers each.
    pub fn new(n_rows: usize, n_outputs: usize) -> RepeatedErrors {
        RepeatedErrors {
            n_outputs,
            counts: vec![0; n_rows],
            means: vec![0.0; n_rows * n_outputs],
            squares: vec![0.0; n_rows],
        }
    }

    /// Takes in e_ij, the error of one fit on row `row`.
    ///
    /// # Panics
    /// When there is no such row, or the error has another number of outputs.
    pub fn add(&mut self, row: usize, errors: &[f64]) {
        assert_eq!(errors.len(), self.n_outputs, "an error per output");
        self.counts[row] += 1;
        let count = f64::from(self.counts[row]);
        let means = &mut self.means[row * self.n_outputs..][..self.n_outputs];
        for (mean, error) in means.iter_mut().zip(errors) {
            let before = error - *mean;
            *mean += before / count;
            self.squares[row] += before * (error - *mean);
        }
    }

    /// Forgets all errors.
    pub fn clear(&mut self) {
        self.counts.fill(0);
        self.means.fill(0.0);
        self.squares.fill(0.0);
    }

    /// bias² and variance; `None` where no row has two predictions, or the errors are so large that a sum overflows.
    pub fn decomposition(&self) -> Option<Decomposition> {
        let (mut bias2, mut variance, mut n_rows) = (0.0, 0.0, 0.0);
        for (row, &count) in self.counts.iter().enumerate().filter(|&(_, &count)| count >= 2) {
            let means = &self.means[row * self.n_outputs..][..self.n_outputs];
            let of_row = self.squares[row] / f64::from(count - 1);
            variance += of_row;
            bias2 += means.iter().map(|mean| mean * mean).sum::<f64>() - of_row / f64::from(count);
            n_rows += 1.0;
        }
        let parts = Decomposition { bias2: bias2 / n_rows, variance: variance / n_rows };
        Some(parts).filter(|parts| parts.bias2.is_finite() && parts.variance.is_finite())
    }
}

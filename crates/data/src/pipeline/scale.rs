//! Scales of a column, by its training rows.
//!
//! ```text
//! standard   (x − μ)/σ                       population σ
//! robust     (x − median)/(q₇₅ − q₂₅)        percentiles between their neighbours in proportion, as NumPy's
//! minmax     (x − min)/(max − min)
//! quantile   the share of rows below x       between 1000 quantiles in proportion, as scikit-learn's uniform output
//! none       x
//! ```
//!
//! A column without spread is divided by 1.

use mlpsweep_stats::quantile;
use serde::{Deserialize, Serialize};

/// Scaling of the features.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// x' = (x − μ)/σ
    Standard,
    /// x' = (x − median)/(q₇₅ − q₂₅)
    Robust,
    /// x' = (x − min)/(max − min)
    MinMax,
    /// x' = the share of rows below
    Quantile,
    /// x' = x
    None,
}

impl Scale {
    /// All of them.
    pub const ALL: [Scale; 5] = [Scale::Standard, Scale::Robust, Scale::MinMax, Scale::Quantile, Scale::None];

    /// The word for it in sweep files.
    pub fn name(self) -> &'static str {
        match self {
            Scale::Standard => "standard",
            Scale::Robust => "robust",
            Scale::MinMax => "minmax",
            Scale::Quantile => "quantile",
            Scale::None => "none",
        }
    }
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values
}

/// The median, of any values.
pub(super) fn median(values: Vec<f64>) -> Option<f64> {
    (!values.is_empty()).then(|| quantile(&sorted(values), 0.5))
}

/// Median and the distance of the quartiles.
pub(super) fn robust(values: Vec<f64>) -> (f64, f64) {
    let values = sorted(values);
    (quantile(&values, 0.5), or_one(quantile(&values, 0.75) - quantile(&values, 0.25)))
}

/// Least value and the distance to the largest.
pub(super) fn span(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (least, most) =
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), x| (least.min(x), most.max(x)));
    (least, or_one(most - least))
}

fn or_one(spread: f64) -> f64 {
    if spread == 0.0 { 1.0 } else { spread }
}

/// Values that cut the training rows in equal shares.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Quantiles(Vec<f64>);

impl Quantiles {
    /// As many as scikit-learn's QuantileTransformer takes.
    const MOST: usize = 1000;

    pub(super) fn fit(values: Vec<f64>) -> Quantiles {
        let values = sorted(values);
        let n = values.len().min(Quantiles::MOST);
        let last = (n - 1).max(1) as f64;
        Quantiles((0..n).map(|i| quantile(&values, i as f64 / last)).collect())
    }

    /// The values, ascending.
    pub(super) fn values(&self) -> &[f64] {
        &self.0
    }

    /// Whether there are some, finite and in order.
    pub(super) fn is_sound(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|quantile| quantile.is_finite()) && self.0.is_sorted()
    }

    /// Where x lies among them, in [0, 1]; among equal ones in the middle.
    pub(super) fn place(&self, x: f64) -> f64 {
        let quantiles = &self.0;
        let last = (quantiles.len() - 1).max(1) as f64;
        if x <= quantiles[0] {
            return 0.0;
        }
        if x >= quantiles[quantiles.len() - 1] {
            return 1.0;
        }
        // Strictly between the ends, so that both neighbours are there.
        let below = quantiles.partition_point(|&quantile| quantile < x);
        let not_above = quantiles.partition_point(|&quantile| quantile <= x);
        if below < not_above {
            return (below + not_above - 1) as f64 / (2.0 * last);
        }
        let (low, high) = (quantiles[below - 1], quantiles[below]);
        ((below - 1) as f64 + (x - low) / (high - low)) / last
    }
}

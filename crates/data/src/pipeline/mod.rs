//! Features → inputs of a network: gaps filled, levels spread out, numbers on a common scale.
//!
//! ```text
//! number    x' = scaled(x), x the column's mean, median or a constant where it is missing   1 input, and 1 more on request
//! category  one of the level's inputs is 1, the others 0                                    an input a level
//! ordinal   its level's position, then as a number                                          1 input
//! ```
//!
//! All that is fitted is fitted on the rows it is given and on no others: means, scales, which levels have an input.

mod gaps;
mod levels;
mod scale;

pub use scale::Scale;

use crate::dataset::Dataset;
use crate::standardise::{ScaleError, Standardiser, moments};
use gaps::Gaps;
use levels::Levels;
use mlpsweep_real::Real;
use ndarray::Array2;
use scale::{Quantiles, median, robust, span};
use serde::{Deserialize, Serialize};

/// How features become inputs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PipelineOptions {
    /// Of numbers.
    pub scale: Scale,
    /// What stands for a missing number.
    pub fill: Fill,
    /// Whether a number that is missing in some training rows has another input, 1 where it is.
    pub missing_indicator: bool,
    /// What stands for a missing level.
    pub fill_level: FillLevel,
    /// Levels of a category with an input of their own, at most.
    pub max_levels: usize,
}

impl Default for PipelineOptions {
    fn default() -> PipelineOptions {
        PipelineOptions::scaled(Scale::Standard)
    }
}

impl PipelineOptions {
    /// Numbers on this scale, and all else as usual: gaps get the mean or a level of their own, and 50 levels an input.
    pub const fn scaled(scale: Scale) -> PipelineOptions {
        PipelineOptions {
            scale,
            fill: Fill::Mean,
            missing_indicator: false,
            fill_level: FillLevel::Level,
            max_levels: 50,
        }
    }

    /// Inputs that `data` becomes, at most: a fold may lack a level.
    pub fn n_inputs_at_most(&self, data: &Dataset) -> usize {
        let n_missing = data.n_missing();
        let each = n_missing.iter().enumerate().map(|(feature_idx, &n_missing)| {
            match data.categories.get(&feature_idx).filter(|category| !category.is_ordinal) {
                Some(category) => {
                    let n_levels = category.levels.len();
                    let others = usize::from(n_levels > self.max_levels);
                    let missing = usize::from(n_missing > 0 && self.fill_level == FillLevel::Level);
                    n_levels.min(self.max_levels) + others + missing
                }
                None => 1 + usize::from(n_missing > 0 && self.missing_indicator),
            }
        });
        each.sum()
    }
}

/// What stands for a missing number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fill {
    /// The mean of the training rows.
    Mean,
    /// Their median.
    Median,
    /// This number.
    Constant(f64),
}

/// What stands for a missing level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FillLevel {
    /// A level of its own.
    Level,
    /// The most frequent level of the training rows.
    MostFrequent,
}

impl FillLevel {
    /// Both.
    pub const ALL: [FillLevel; 2] = [FillLevel::Level, FillLevel::MostFrequent];

    /// The word for it in sweep files.
    pub fn name(self) -> &'static str {
        match self {
            FillLevel::Level => "level",
            FillLevel::MostFrequent => "most_frequent",
        }
    }
}

/// Features → inputs, as fitted on some rows.
///
/// ```
/// use mlpsweep_data::{CsvOptions, Pipeline, PipelineOptions, read_csv_from};
///
/// let csv = "size,colour,price\n1.5,red,7\n2.5,blue,9\n,red,8\n";
/// let options = CsvOptions { target: vec!["price".into()], gaps: true, ..CsvOptions::default() };
/// let data = read_csv_from(csv.as_bytes(), std::path::Path::new("shop.csv"), &options)?;
/// let pipeline = Pipeline::fit(&data, &[0, 1], PipelineOptions::default())?;
/// assert_eq!(pipeline.input_names(&data), ["size", "colour=blue", "colour=red"]);
///
/// let mut inputs = [0.0_f32; 3];
/// pipeline.gather(&data.features, &[2], &mut inputs);
/// assert_eq!(inputs, [0.0, 0.0, 1.0], "the mean of 1.5 and 2.5, and red");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pipeline {
    /// What fills and scales every feature that is one number.
    standardiser: Standardiser,
    /// What else becomes of each feature; empty where that is nothing.
    encoders: Vec<Encoder>,
    n_inputs: usize,
}

/// What becomes of one feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Encoder {
    /// The standardiser's number; another input says whether there was one if so asked.
    Number { has_indicator: bool },
    /// Its place among the quantiles.
    Quantile { quantiles: Quantiles, has_indicator: bool },
    /// An input for its level.
    Level(Levels),
}

/// What becomes of one feature, in numbers, for whoever has to do it elsewhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step<'a> {
    /// (x − mean) · `inverse_deviation`, and another input that is 1 where x is missing.
    Number {
        /// What stands for a missing x.
        fill: f64,
        /// Subtracted.
        mean: f64,
        /// Multiplied by.
        inverse_deviation: f64,
        /// Whether there is the other input.
        has_indicator: bool,
    },
    /// The place of x among these, in [0, 1]; among equal ones in the middle.
    Quantile {
        /// What stands for a missing x.
        fill: f64,
        /// Ascending.
        quantiles: &'a [f64],
        /// Whether there is the other input.
        has_indicator: bool,
    },
    /// One of these inputs is 1.
    Levels {
        /// By the level's position in the schema; `None` for one that was not there to learn from.
        input_of: &'a [Option<u32>],
        /// For those and for unknown ones.
        infrequent: Option<u32>,
        /// For a missing one.
        missing: Option<u32>,
        /// How many inputs.
        n_inputs: usize,
    },
}

impl Encoder {
    fn n_inputs(&self) -> usize {
        match self {
            Encoder::Number { has_indicator } | Encoder::Quantile { has_indicator, .. } => {
                1 + usize::from(*has_indicator)
            }
            Encoder::Level(levels) => levels.n_inputs(),
        }
    }
}

impl Pipeline {
    /// The pipeline of these rows of `data`. Only they are read.
    ///
    /// # Errors
    /// A feature that cannot be scaled in `f64`, as [`ScaleError`] says.
    ///
    /// # Panics
    /// When there are no rows, or a row is not in the table.
    pub fn fit(data: &Dataset, rows: &[u32], options: PipelineOptions) -> Result<Pipeline, ScaleError> {
        let mut standardiser = Standardiser::identity(data.n_features());
        let mut encoders = Vec::with_capacity(data.n_features());
        let whole = if options.scale == Scale::Standard { moments(&data.features, rows) } else { Vec::new() };
        let gaps = Gaps::of(&data.features, rows);
        for feature_idx in 0..data.n_features() {
            let cells = || rows.iter().map(|&row_idx| data.features[[row_idx as usize, feature_idx]]);
            let category = data.categories.get(&feature_idx);
            if let Some(category) = category.filter(|category| !category.is_ordinal) {
                encoders.push(Encoder::Level(Levels::fit(category.levels.len(), cells(), options)));
                continue;
            }
            let has_gaps = gaps.any(feature_idx);
            let has_indicator = has_gaps && options.missing_indicator;
            // A gap may come later, in rows that were not there to learn from.
            let fill = match options.fill {
                Fill::Constant(value) => value,
                Fill::Mean => gaps.mean(feature_idx),
                Fill::Median => median(cells().filter(|x| !x.is_nan()).collect()).unwrap_or(0.0),
            };
            let filled = || cells().map(|x| if x.is_nan() { fill } else { x });
            let (mean, deviation) = match options.scale {
                Scale::None => (0.0, 1.0),
                Scale::Standard if !has_gaps => {
                    whole.get(feature_idx).copied().flatten().ok_or(ScaleError { feature_idx })?
                }
                Scale::Standard => {
                    let column: Vec<f64> = filled().collect();
                    let every: Vec<u32> = (0..column.len() as u32).collect();
                    let column = Array2::from_shape_vec((column.len(), 1), column);
                    moments(&column.expect("one column"), &every)[0].ok_or(ScaleError { feature_idx })?
                }
                Scale::Robust => robust(filled().collect()),
                Scale::MinMax => span(filled()),
                Scale::Quantile => {
                    let quantiles = Quantiles::fit(filled().collect());
                    standardiser.set(feature_idx, (0.0, 1.0), fill);
                    encoders.push(Encoder::Quantile { quantiles, has_indicator });
                    continue;
                }
            };
            if !(mean.is_finite() && (1.0 / deviation).is_finite() && deviation.is_finite()) {
                return Err(ScaleError { feature_idx });
            }
            standardiser.set(feature_idx, (mean, deviation), fill);
            encoders.push(Encoder::Number { has_indicator });
        }
        let n_inputs = encoders.iter().map(Encoder::n_inputs).sum();
        if encoders.iter().all(|encoder| *encoder == Encoder::Number { has_indicator: false }) {
            encoders.clear();
        }
        Ok(Pipeline { standardiser, encoders, n_inputs })
    }

    /// Whether it is one for `n_features`, as every fitted one is; what was read from a file may be anything.
    pub fn is_sound(&self, n_features: usize) -> bool {
        let encoders = &self.encoders;
        let each = |encoder: &Encoder| match encoder {
            Encoder::Number { .. } => true,
            Encoder::Quantile { quantiles, .. } => quantiles.is_sound(),
            Encoder::Level(levels) => levels.is_sound(),
        };
        let n_inputs = if encoders.is_empty() {
            Some(n_features)
        } else {
            encoders.iter().try_fold(0_usize, |n, encoder| n.checked_add(encoder.n_inputs()))
        };
        self.standardiser.is_sound(n_features)
            && (encoders.is_empty() || encoders.len() == n_features)
            && encoders.iter().all(each)
            && n_inputs == Some(self.n_inputs)
    }

    /// How many inputs a row becomes.
    pub fn n_inputs(&self) -> usize {
        self.n_inputs
    }

    /// What becomes of each feature, in their order.
    pub fn steps(&self) -> Vec<Step<'_>> {
        let standardiser = &self.standardiser;
        let number = |feature_idx: usize, has_indicator| Step::Number {
            fill: standardiser.fill()[feature_idx],
            mean: standardiser.mean()[feature_idx],
            inverse_deviation: standardiser.inverse_deviation()[feature_idx],
            has_indicator,
        };
        let step = |feature_idx| match self.encoders.get(feature_idx) {
            None => number(feature_idx, false),
            Some(Encoder::Number { has_indicator }) => number(feature_idx, *has_indicator),
            Some(Encoder::Quantile { quantiles, has_indicator }) => Step::Quantile {
                fill: standardiser.fill()[feature_idx],
                quantiles: quantiles.values(),
                has_indicator: *has_indicator,
            },
            Some(Encoder::Level(levels)) => levels.step(),
        };
        (0..standardiser.n_features()).map(step).collect()
    }

    /// A name for each input: the feature's, with its level where there is one.
    pub fn input_names(&self, data: &Dataset) -> Vec<String> {
        if self.encoders.is_empty() {
            return data.feature_names.clone();
        }
        let mut names = Vec::with_capacity(self.n_inputs);
        for ((feature_idx, name), encoder) in data.feature_names.iter().enumerate().zip(&self.encoders) {
            match encoder {
                Encoder::Number { has_indicator } | Encoder::Quantile { has_indicator, .. } => {
                    names.push(name.clone());
                    names.extend(has_indicator.then(|| format!("{name}=missing")));
                }
                Encoder::Level(levels) => {
                    let labels = levels.labels(&data.categories[&feature_idx].levels);
                    names.extend(labels.into_iter().map(|label| format!("{name}={label}")));
                }
            }
        }
        names
    }

    /// The inputs of the given rows of a table's `features` into `out`, `rows.len() × n_inputs`, row-major, in the order of `rows`. Allocates
    /// nothing.
    ///
    /// # Panics
    /// When `out` has another length, a row is not in the table, or the table has other features.
    pub fn gather<T: Real>(&self, features: &Array2<f64>, rows: &[u32], out: &mut [T]) {
        if self.encoders.is_empty() {
            return self.standardiser.gather(features, rows, out);
        }
        assert_eq!(features.ncols(), self.encoders.len(), "a table with other features");
        assert_eq!(out.len(), rows.len() * self.n_inputs, "room for exactly these rows");
        if self.n_inputs == 0 {
            return;
        }
        for (&row_idx, out) in rows.iter().zip(out.chunks_exact_mut(self.n_inputs)) {
            let cells = features.row(row_idx as usize);
            let mut rest = out;
            for (feature_idx, (&x, encoder)) in cells.iter().zip(&self.encoders).enumerate() {
                let (inputs, others) = rest.split_at_mut(encoder.n_inputs());
                rest = others;
                match encoder {
                    Encoder::Number { .. } => {
                        inputs[0] = T::from_f64(self.standardiser.scaled(feature_idx, x));
                    }
                    Encoder::Quantile { quantiles, .. } => {
                        let filled = self.standardiser.scaled(feature_idx, x);
                        inputs[0] = T::from_f64(quantiles.place(filled));
                    }
                    Encoder::Level(levels) => {
                        inputs.fill(T::zero());
                        if let Some(input) = levels.input(x) {
                            inputs[input] = T::one();
                        }
                        continue;
                    }
                }
                if let [_, indicator] = inputs {
                    *indicator = if x.is_nan() { T::one() } else { T::zero() };
                }
            }
        }
    }
}

//! What a predictor that does not look at the features scores: the mark a network has to beat.
//!
//! ```text
//! classes   p_c = m_c/m, the shares of the training rows         log_loss = −(1/m) Σ_i ln p_(t_i)
//! numbers   ȳ_j, the mean of the training rows                   mse = (1/(m n)) Σ_i Σ_j (y_ij − ȳ_j)²
//! ```
//!
//! Both scores are those of `train::metric`, on the training rows and on the validation rows of a split: a class that no
//! training row has costs −ln ε, ε = 2⁻⁵².

use crate::record::BaseScores;
use mlpsweep_data::{Split, Target};

/// The trivial predictor's scores on a split; `None` when they are not finite, as of numbers whose squares overflow.
pub(crate) fn trivial_scores(target: &Target, split: &Split) -> Option<BaseScores> {
    let score = |rows: &[u32]| match target {
        Target::Classes { labels, codes, .. } => {
            let counts = |rows: &[u32]| {
                let mut counts = vec![0_u32; labels.len()];
                rows.iter().for_each(|&row| counts[codes[row as usize] as usize] += 1);
                counts
            };
            let share = |count: u32| f64::from(count) / split.train.len() as f64;
            let losses = counts(&split.train)
                .into_iter()
                .map(|count| -share(count).clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln());
            let total: f64 = losses.zip(counts(rows)).map(|(loss, count)| f64::from(count) * loss).sum();
            total / rows.len() as f64
        }
        Target::Numbers { values, .. } => {
            let of_target = |j: usize| {
                // Differences to the first value, so that numbers that are all equal have exactly that mean.
                let first = values[[split.train[0] as usize, j]];
                let differences = split.train.iter().map(|&row| values[[row as usize, j]] - first);
                let mean = first + differences.sum::<f64>() / split.train.len() as f64;
                let squares = rows.iter().map(|&row| (values[[row as usize, j]] - mean).powi(2));
                squares.sum::<f64>() / rows.len() as f64
            };
            (0..values.ncols()).map(of_target).sum::<f64>() / values.ncols() as f64
        }
    };
    let scores = BaseScores { train: score(&split.train), validation: score(&split.validation) };
    Some(scores).filter(|scores| scores.train.is_finite() && scores.validation.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlpsweep_train::{Metric, Predictions, Truth};

    fn split(train: &[u32], validation: &[u32]) -> Split {
        Split { repeat: 0, fold: 0, train: train.to_vec(), validation: validation.to_vec() }
    }

    /// The metric's own score of the same predictions; sums run in another order, hence 1e-15.
    #[track_caller]
    fn assert_scores(scores: Option<BaseScores>, train: f64, validation: f64) {
        let scores = scores.expect("finite");
        assert!((scores.train - train).abs() <= 1e-15 * train, "{scores:?}, not {train}");
        assert!((scores.validation - validation).abs() <= 1e-15 * validation, "{scores:?}, not {validation}");
    }

    #[test]
    fn class_shares() {
        let codes = vec![0, 0, 1, 0, 1, 2];
        let target = Target::Classes {
            name: "y".into(),
            labels: ["a", "b", "c"].map(String::from).into(),
            codes: codes.clone(),
            positive: 2,
        };
        let split = split(&[0, 1, 2, 3], &[4, 5]); // of class c there is no training row
        let score = |rows: &[u32]| {
            let codes = rows.iter().map(|&row| codes[row as usize]).collect();
            let truth = Truth::Classes { codes, positive: 2 };
            let values = [0.75, 0.25, 0.0].repeat(rows.len());
            Metric::LogLoss.score(&truth, &Predictions::Probabilities { n_classes: 3, values })
        };
        assert_scores(trivial_scores(&target, &split), score(&split.train), score(&split.validation));
    }

    #[test]
    fn target_means() {
        let values = ndarray::arr2(&[[1.0, 10.0], [2.0, 20.0], [6.0, 60.0], [4.0, 0.0]]);
        let target = Target::Numbers { names: vec!["u".into(), "v".into()], values };
        let scores = trivial_scores(&target, &split(&[0, 1, 2], &[3]));
        assert_scores(scores, (14.0 + 1400.0) / 6.0, f64::midpoint(1.0, 900.0));
    }

    #[test]
    fn equal_numbers_and_huge_ones() {
        let numbers = |values: &[f64]| Target::Numbers {
            names: vec!["y".into()],
            values: ndarray::Array2::from_shape_vec((values.len(), 1), values.to_vec()).expect("a column"),
        };
        let scores = trivial_scores(&numbers(&[0.1, 0.1, 0.1, 0.3]), &split(&[0, 1, 2], &[3]));
        assert_eq!(scores.expect("finite").train, 0.0);
        assert_eq!(trivial_scores(&numbers(&[1e200, -1e200, 0.0]), &split(&[0, 1], &[2])), None);
    }
}

//! Standardised features have mean 0 and deviation 1 on the rows they are fitted on, and know no others.

use mlpsweep_data::{Dataset, Pipeline, PipelineOptions, ScaleError, Standardiser, Step, Target};
use ndarray::{Array2, array};
use proptest::prelude::*;

fn all_rows(features: &Array2<f64>) -> Vec<u32> {
    (0..features.nrows() as u32).collect()
}

fn gather(standardiser: &Standardiser, features: &Array2<f64>, rows: &[u32]) -> Array2<f64> {
    let mut out = Array2::zeros((rows.len(), features.ncols()));
    standardiser.gather(features, rows, out.as_slice_mut().expect("row-major"));
    out
}

/// Standardises a single column over all its rows.
fn standardised(column: &[f64]) -> Result<Vec<f64>, ScaleError> {
    let features = Array2::from_shape_vec((column.len(), 1), column.to_vec()).expect("one column");
    let standardiser = Standardiser::fit(&features, &all_rows(&features))?;
    Ok(gather(&standardiser, &features, &all_rows(&features)).into_raw_vec_and_offset().0)
}

#[test]
fn population_deviation() {
    let features = array![[1.0, 10.0], [2.0, 10.0], [3.0, 40.0], [4.0, 40.0]];
    let standardiser = Standardiser::fit(&features, &[0, 1, 2, 3]).expect("small numbers");
    assert_eq!(standardiser.mean(), [2.5, 25.0]);
    assert_eq!(standardiser.inverse_deviation(), [1.0 / 1.25_f64.sqrt(), 1.0 / 15.0]);
    let mut row = [0.0_f32; 2];
    standardiser.gather(&array![[2.5, 40.0]], &[0], &mut row);
    assert_eq!(row, [0.0, 1.0]);
}

#[test]
fn rows_come_in_the_order_asked_for() {
    let features = array![[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]];
    let rows = [2, 0, 2];
    assert_eq!(
        gather(&Standardiser::identity(2), &features, &rows),
        array![[4.0, 5.0], [0.0, 1.0], [4.0, 5.0]]
    );
}

#[test]
fn f32_is_the_rounded_f64() {
    let features = array![[0.1, 1e9], [0.7, 1e9 + 1.0], [0.2, 1e9 + 5.0]];
    let standardiser = Standardiser::fit(&features, &[0, 1, 2]).expect("ordinary numbers");
    let mut single = [0.0_f32; 6];
    standardiser.gather(&features, &[0, 1, 2], &mut single);
    let double = gather(&standardiser, &features, &[0, 1, 2]);
    assert!(single.iter().zip(&double).all(|(single, double)| *single == *double as f32));
}

#[test]
fn a_constant_feature_becomes_zero() {
    for constant in [0.0, 0.1, 1e-300, 1.7e18, 1e300, f64::MAX] {
        assert_eq!(standardised(&[constant; 7]), Ok(vec![0.0; 7]), "{constant}");
    }
    assert_eq!(standardised(&[3.0]), Ok(vec![0.0]), "one row is constant too");
}

/// Nanoseconds since 1970, microseconds apart: the offset has 18 digits, the differences 4.
#[test]
fn timestamps_keep_their_differences() {
    let start = 1_700_000_000_000_000_000.0;
    let found = standardised(&[start, start + 2_048.0, start + 4_096.0]).expect("ordinary numbers");
    let expected = 1.5_f64.sqrt();
    assert!((found[0] + expected).abs() < 1e-12 && found[1] == 0.0 && (found[2] - expected).abs() < 1e-12);
}

#[test]
fn what_f64_cannot_square_is_an_error() {
    let refused = Err(ScaleError { feature_idx: 0 });
    assert_eq!(standardised(&[1e300, 2e300, 3e300]), refused);
    assert_eq!(standardised(&[f64::MAX, f64::MIN]), refused);
    assert_eq!(standardised(&[1e-300, 2e-300, 3e-300]), refused);
    insta::assert_snapshot!(
        ScaleError { feature_idx: 3 },
        @"feature 3 has values too large or too close together to be standardised"
    );
}

/// As a model brings them.
#[test]
fn parts_that_are_read_are_sound_or_said_not_to_be() {
    let features = array![[1.0], [2.0], [6.0]];
    let fitted = Standardiser::fit(&features, &[0, 1, 2]).expect("small numbers");
    let read = |mean: &str, inverse: &str| -> Standardiser {
        let json = format!(r#"{{"mean":[{mean}],"inverse_deviation":[{inverse}],"fill":[0.0]}}"#);
        serde_json::from_str(&json).expect("parts")
    };
    let inverse = 1.0 / (14.0_f64 / 3.0).sqrt();
    let again = read("3.0", &inverse.to_string());
    assert_eq!(again, fitted);
    assert!(again.is_sound(1) && !again.is_sound(2));
    assert!(!read("0.0", "0.0").is_sound(1));
    assert!(!read("0.0", "-1.0").is_sound(1));
    assert!(!read("0.0", "1.0,1.0").is_sound(1));
    assert!(!Standardiser::identity(2).is_sound(1));
}

fn tables() -> impl Strategy<Value = Array2<f64>> {
    (2_usize..40, 1_usize..6).prop_flat_map(|(n_rows, n_features)| {
        prop::collection::vec(-1e6..1e6, n_rows * n_features)
            .prop_map(move |values| Array2::from_shape_vec((n_rows, n_features), values).expect("that many"))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Relative to 1: sums of 40 numbers lose a few units in the 16th digit, of which the shift costs most.
    #[test]
    fn mean_zero_and_deviation_one(features in tables()) {
        let rows = all_rows(&features);
        let scaled = gather(&Standardiser::fit(&features, &rows).expect("ordinary numbers"), &features, &rows);
        for column in scaled.columns() {
            prop_assert!(column.sum().abs() / (rows.len() as f64) < 1e-9);
            prop_assert!((column.std(0.0) - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn rows_it_is_not_fitted_on_change_nothing(features in tables(), replacement: f64, split in 1_usize..39) {
        let n_train = split.min(features.nrows() - 1);
        let train: Vec<u32> = (0..n_train as u32).collect();
        let mut changed = features.clone();
        changed.rows_mut().into_iter().skip(n_train).for_each(|mut row| row.fill(replacement));
        prop_assert_eq!(Standardiser::fit(&features, &train), Standardiser::fit(&changed, &train));
    }
}

/// Whatever the width, and wherever the gaps are, an input is what the formula says.
#[test]
fn every_width_is_scaled_feature_by_feature() {
    for n_features in 1..=40_u32 {
        let value = |row: u32, feature: u32| {
            let is_gap = (row * 7 + feature * 5).is_multiple_of(11);
            if is_gap { f64::NAN } else { f64::from(row * 31 + feature * 17 % 13) * 0.37 - 2.0 }
        };
        let features = Array2::from_shape_fn((9, n_features as usize), |(row, feature)| {
            value(row as u32, feature as u32)
        });
        let data = Dataset::of_numbers(
            "gaps",
            features.clone(),
            Target::Numbers { names: vec!["y".into()], values: Array2::zeros((9, 1)) },
        );
        let rows: Vec<u32> = (0..9).collect();
        let pipeline = Pipeline::fit(&data, &rows, PipelineOptions::default()).expect("small numbers");
        let mut out = vec![0.0_f32; 9 * n_features as usize];
        pipeline.gather(&features, &rows, &mut out);
        for (feature_idx, step) in pipeline.steps().into_iter().enumerate() {
            let Step::Number { fill, mean, inverse_deviation, has_indicator: false } = step else {
                panic!("numbers only")
            };
            let present: Vec<f64> =
                features.column(feature_idx).iter().copied().filter(|x| !x.is_nan()).collect();
            assert_eq!(fill, present.iter().sum::<f64>() / present.len() as f64);
            for (row, &x) in features.column(feature_idx).iter().enumerate() {
                let x = if x.is_nan() { fill } else { x };
                assert_eq!(
                    out[row * n_features as usize + feature_idx],
                    ((x - mean) * inverse_deviation) as f32
                );
            }
        }
    }
}

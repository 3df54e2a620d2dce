//! The built-in tables are those scikit-learn ships: shapes, class counts and column means as it reports them
//! (`datasets/make.py` prints them).

use mlpsweep_data::{Dataset, Target, builtin};

fn load(name: &str) -> Dataset {
    builtin::load(name).expect("a built-in name")
}

#[track_caller]
fn check_shape(data: &Dataset, n_rows: usize, n_features: usize) {
    assert_eq!((data.n_rows(), data.n_features()), (n_rows, n_features), "{}", data.name);
    assert_eq!(data.feature_names.len(), n_features);
    assert_eq!(data.target.n_rows(), n_rows);
}

/// Means agree to 12 digits: both sides sum in `f64`, in different orders.
#[track_caller]
fn check_means(data: &Dataset, first_feature: usize, expected: &[f64]) {
    for (feature_idx, expected) in expected.iter().enumerate() {
        let column = data.features.column(first_feature + feature_idx);
        let mean = column.sum() / column.len() as f64;
        assert!(
            (mean - expected).abs() <= 1e-12 * expected.abs(),
            "{} feature {feature_idx}: {mean} instead of {expected}",
            data.name
        );
    }
}

#[track_caller]
fn check_classes(data: &Dataset, target: &str, expected: &[(&str, usize)]) {
    let Target::Classes { name, labels, codes, .. } = &data.target else {
        panic!("{} has classes", data.name)
    };
    assert_eq!(name, target);
    let counts: Vec<(&str, usize)> = (0_u32..)
        .zip(labels)
        .map(|(code, label)| (label.as_str(), codes.iter().filter(|&&c| c == code).count()))
        .collect();
    assert_eq!(counts, expected);
}

#[test]
fn iris() {
    let data = load("iris");
    check_shape(&data, 150, 4);
    check_classes(&data, "species", &[("setosa", 50), ("versicolor", 50), ("virginica", 50)]);
    check_means(
        &data,
        0,
        &[5.843_333_333_333_335, 3.057_333_333_333_334, 3.758_000_000_000_002_7, 1.199_333_333_333_334],
    );
    assert_eq!(data.feature_names[0], "sepal length (cm)");
}

#[test]
fn wine() {
    let data = load("wine");
    check_shape(&data, 178, 13);
    check_classes(&data, "cultivar", &[("class_0", 59), ("class_1", 71), ("class_2", 48)]);
    check_means(&data, 0, &[13.000_617_977_528_083, 2.336_348_314_606_741]);
    check_means(&data, 12, &[746.893_258_426_966_3]);
}

#[test]
fn breast_cancer() {
    let data = load("breast_cancer");
    check_shape(&data, 569, 30);
    check_classes(&data, "diagnosis", &[("benign", 357), ("malignant", 212)]);
    check_means(&data, 0, &[14.127_291_739_894_563, 19.289_648_506_151_17, 91.969_033_391_915_66]);
    check_means(&data, 29, &[0.083_945_817_223_198_55]);
}

#[test]
fn digits() {
    let data = load("digits");
    check_shape(&data, 1797, 64);
    let counts = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180];
    let labels = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    check_classes(&data, "digit", &labels.into_iter().zip(counts).collect::<Vec<_>>());
    check_means(&data, 0, &[0.0, 0.303_839_732_888_146_9, 5.204_785_754_034_502]);
    check_means(&data, 63, &[0.364_496_382_860_322_77]);
    assert_eq!(data.constant_features(), [0, 32, 39]);
}

#[test]
fn diabetes() {
    let data = load("diabetes");
    check_shape(&data, 442, 10);
    check_means(&data, 0, &[48.518_099_547_511_31, 1.468_325_791_855_203_5, 26.375_791_855_203_64]);
    check_means(&data, 9, &[91.260_180_995_475_11]);
    let Target::Numbers { names, values } = &data.target else { panic!("diabetes is a regression") };
    assert_eq!(names, &["progression"]);
    assert!((values.sum() / 442.0 - 152.133_484_162_895_94).abs() < 1e-9);
}

#[test]
fn every_name_loads_and_no_other() {
    for name in builtin::NAMES {
        assert_eq!(load(name).name, name);
    }
    assert!(builtin::load("").is_none());
    assert!(builtin::load("Iris").is_none());
}

/// What a sweep stores to know its data again: when this test fails, stored sweeps no longer find theirs.
#[test]
fn fingerprints_do_not_change() {
    let fingerprints = builtin::NAMES.map(|name| format!("{} {name}", load(name).fingerprint())).join("\n");
    insta::assert_snapshot!(fingerprints, @r"
        318c1702d474148a24dfe0771ec60ca22abd64317542f48d3bec6c7df6d396fd iris
        5d650ae04eb380885a3b4d3489e15026805dfd9d5e0d907837bf9861270d3d8c wine
        4d2b146f46659aadbe5be9aa138acbb85993038e4b235fba9f16d55571925097 breast_cancer
        6926fcbaa220ec8ec659a1be394ff032c92a80f84547cc0b633cc48003c142ab digits
        ec63dcf68ac5f53a1f8028aa893dd96b585d5ff175b71f30a2d52643ca7060f6 diabetes
        ");
}

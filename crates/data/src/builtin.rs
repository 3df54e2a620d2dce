//! Small, well-known tables, inside the program: for first steps, tests and examples.
//!
//! | name | rows × features | target |
//! | --- | --- | --- |
//! | `iris` | 150 × 4 | `species`, 3 classes |
//! | `wine` | 178 × 13 | `cultivar`, 3 classes |
//! | `breast_cancer` | 569 × 30 | `diagnosis`, 2 classes |
//! | `digits` | 1797 × 64 | `digit`, 10 classes |
//! | `diabetes` | 442 × 10 | `progression`, a number; features in their own units |
//!
//! Sources, citations and licences stand in `datasets/README.md`; `datasets/make.py` made the files.

use std::path::Path;

use crate::dataset::Dataset;
use crate::read::{CsvOptions, read_csv_from};

/// The names [`load`] knows.
pub const NAMES: [&str; 5] = ["iris", "wine", "breast_cancer", "digits", "diabetes"];

/// The built-in table called `name`.
///
/// ```
/// let digits = mlpsweep_data::builtin::load("digits").expect("one of NAMES");
/// assert_eq!((digits.n_rows(), digits.n_features()), (1797, 64));
/// assert!(mlpsweep_data::builtin::load("titanic").is_none());
/// ```
pub fn load(name: &str) -> Option<Dataset> {
    let (target, csv_gz): (&str, &[u8]) = match name {
        "iris" => ("species", include_bytes!("../datasets/iris.csv.gz")),
        "wine" => ("cultivar", include_bytes!("../datasets/wine.csv.gz")),
        "breast_cancer" => ("diagnosis", include_bytes!("../datasets/breast_cancer.csv.gz")),
        "digits" => ("digit", include_bytes!("../datasets/digits.csv.gz")),
        "diabetes" => ("progression", include_bytes!("../datasets/diabetes.csv.gz")),
        _ => return None,
    };
    let options = CsvOptions { target: vec![target.to_owned()], keep_all: true, ..CsvOptions::default() };
    let path = format!("{name}.csv.gz");
    Some(
        read_csv_from(csv_gz, Path::new(&path), &options)
            .expect("built-in tables are well formed, and tested"),
    )
}

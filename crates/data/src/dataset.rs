//! A table in memory: features, and what is to be predicted from them.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use ndarray::Array2;
use sha2::{Digest as _, Sha256};

use crate::category::{Categories, Category, Dropped};
use crate::roles::{Labels, Roles, Times, Weights};
use crate::target::position_of_label;

/// A table with its target.
///
/// Values are `f64`, since timestamps and large identifiers do not survive `f32`; training converts to its own
/// precision after standardisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// A short name for people: the file's name without its ending, or the built-in set's name.
    pub name: String,
    /// `n_rows × n_features`, row-major: finite numbers, positions of levels in columns of `categories`, and NaN for what is
    /// missing.
    pub features: Array2<f64>,
    /// A name for each column of `features`, no two alike.
    pub feature_names: Vec<String>,
    /// What is to be predicted, one entry a row.
    pub target: Target,
    /// Which features are not numbers but levels.
    pub categories: Categories,
    /// Columns that were read and left out, for what is in them.
    pub dropped: Vec<Dropped>,
    /// Columns that are neither feature nor target.
    pub roles: Roles,
}

/// What is to be predicted.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// One of several classes.
    Classes {
        /// The column's name.
        name: String,
        /// The classes of the whole table: as they were listed, else in numeric order when all are numbers, else in byte
        /// order. A listed class may have no rows.
        labels: Vec<String>,
        /// For each row the position of its class in `labels`.
        codes: Vec<u32>,
        /// The class that scores of one class are about, by its position; the last one unless the user says another.
        positive: u32,
    },
    /// One number or several.
    Numbers {
        /// The columns' names.
        names: Vec<String>,
        /// `n_rows × names.len()`, row-major, every value finite.
        values: Array2<f64>,
    },
}

impl Target {
    /// How many rows there are.
    pub fn n_rows(&self) -> usize {
        match self {
            Target::Classes { codes, .. } => codes.len(),
            Target::Numbers { values, .. } => values.nrows(),
        }
    }

    /// The position of the class called `label`, spelled so or the same number; `None` where there is none.
    pub fn class(&self, label: &str) -> Option<u32> {
        match self {
            Target::Classes { labels, .. } => {
                position_of_label(labels, label).map(|position| position as u32)
            }
            Target::Numbers { .. } => None,
        }
    }

    /// What kind of prediction this target asks for.
    pub fn task(&self) -> Task {
        match self {
            Target::Classes { .. } => Task::Classification,
            Target::Numbers { .. } => Task::Regression,
        }
    }
}

impl Dataset {
    /// A table of complete numbers, whose features are called `x1`, `x2`, ….
    pub fn of_numbers(name: impl Into<String>, features: Array2<f64>, target: Target) -> Dataset {
        let feature_names = (1..=features.ncols()).map(|number| format!("x{number}")).collect();
        Dataset {
            name: name.into(),
            features,
            feature_names,
            target,
            categories: Categories::default(),
            dropped: Vec::new(),
            roles: Roles::default(),
        }
    }

    /// How many rows there are.
    pub fn n_rows(&self) -> usize {
        self.features.nrows()
    }

    /// How many features each row has.
    pub fn n_features(&self) -> usize {
        self.features.ncols()
    }

    /// Cells of each feature that hold nothing.
    pub fn n_missing(&self) -> Vec<usize> {
        let mut n_missing = vec![0; self.n_features()];
        for row in self.features.rows() {
            n_missing.iter_mut().zip(row).for_each(|(n, value)| *n += usize::from(value.is_nan()));
        }
        n_missing
    }

    /// The positions of features that have the same value in every row: they carry no information, and whoever
    /// talks to the user may want to say so.
    pub fn constant_features(&self) -> Vec<usize> {
        let Some(first) = self.features.rows().into_iter().next() else { return Vec::new() };
        let mut constant: Vec<usize> = (0..self.n_features()).collect();
        for row in self.features.rows() {
            if constant.is_empty() {
                break;
            }
            constant.retain(|&feature_idx| row[feature_idx] == first[feature_idx]);
        }
        constant
    }

    /// The SHA-256 of what the table says, as 64 lower-case hexadecimal digits.
    ///
    /// It covers feature names, feature values bit by bit (−0.0 counts as 0.0), the kind of target, its names, labels and
    /// values, in their order, the levels of its categories, and the same of each of its [`roles`](Dataset::roles) — a table
    /// without any has the fingerprint it had before there were some. It does not cover the data set's name, nor anything
    /// about the file it came from: path, byte-order mark, line ends, quoting, how a number was spelled.
    ///
    /// Each part goes in behind its length, so that no two different tables can run together into the same bytes.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(b"mlpsweep data 1");
        hash_names(&mut hash, &self.feature_names);
        hash_matrix(&mut hash, &self.features);
        for (feature_idx, Category { levels, is_ordinal }) in &self.categories {
            hash.update(if *is_ordinal { b"ordinal" } else { b"nominal" });
            hash.update((*feature_idx as u64).to_le_bytes());
            hash_names(&mut hash, levels);
        }
        match &self.target {
            Target::Classes { name, labels, codes, .. } => {
                hash.update(b"classes");
                hash_names(&mut hash, std::slice::from_ref(name));
                hash_names(&mut hash, labels);
                hash_numbers(&mut hash, codes.iter(), |code| code.to_le_bytes());
            }
            Target::Numbers { names, values } => {
                hash.update(b"numbers");
                hash_names(&mut hash, names);
                hash_matrix(&mut hash, values);
            }
        }
        hash_roles(&mut hash, &self.roles);
        hash.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("writing to a string cannot fail");
            hex
        })
    }
}

fn hash_roles(hash: &mut Sha256, roles: &Roles) {
    if let Some(Weights { name, values }) = &roles.weights {
        hash.update(b"weights");
        hash_names(hash, std::slice::from_ref(name));
        hash_numbers(hash, values.iter(), |value| (value + 0.0).to_bits().to_le_bytes());
    }
    for (role, column) in [("groups", &roles.groups), ("folds", &roles.folds)] {
        if let Some(Labels { name, labels, codes }) = column {
            hash.update(role.as_bytes());
            hash_names(hash, std::slice::from_ref(name));
            hash_names(hash, labels);
            hash_numbers(hash, codes.iter(), |code| code.to_le_bytes());
        }
    }
    // Of times the order alone matters, however they are written.
    if let Some(Times { name, ranks, .. }) = &roles.times {
        hash.update(b"times");
        hash_names(hash, std::slice::from_ref(name));
        hash_numbers(hash, ranks.iter(), |rank| rank.to_le_bytes());
    }
}

fn hash_names(hash: &mut Sha256, names: &[String]) {
    hash.update((names.len() as u64).to_le_bytes());
    for name in names {
        hash.update((name.len() as u64).to_le_bytes());
        hash.update(name.as_bytes());
    }
}

fn hash_matrix(hash: &mut Sha256, matrix: &Array2<f64>) {
    hash.update((matrix.nrows() as u64).to_le_bytes());
    hash.update((matrix.ncols() as u64).to_le_bytes());
    // −0.0 + 0.0 is 0.0, and adding 0.0 changes nothing else.
    hash_numbers(hash, matrix.iter(), |value| (value + 0.0).to_bits().to_le_bytes());
}

/// Hashes many small numbers through a buffer: SHA-256 is several times slower when fed eight bytes at a time.
fn hash_numbers<'a, T: 'a, const N: usize>(
    hash: &mut Sha256,
    numbers: impl ExactSizeIterator<Item = &'a T>,
    to_bytes: impl Fn(&T) -> [u8; N],
) {
    const BUFFER: usize = 16 << 10;
    hash.update((numbers.len() as u64).to_le_bytes());
    let mut buffer = Vec::with_capacity(BUFFER + N);
    for number in numbers {
        buffer.extend_from_slice(&to_bytes(number));
        if buffer.len() >= BUFFER {
            hash.update(&buffer);
            buffer.clear();
        }
    }
    hash.update(&buffer);
}

/// What a target asks for.
///
/// Where the user does not say, it is inferred from the target column:
///
/// - no number among the cells: classification;
/// - numbers only: classification if all are whole and at most 20 differ, else regression;
/// - numbers and text: classification if the numbers alone would be, else an error, since one mistyped cell in a
///   column of measurements must not turn each measurement into a class;
/// - several target columns: regression.
///
/// ```
/// use mlpsweep_data::Task;
/// assert_eq!("regression".parse(), Ok(Task::Regression));
/// assert_eq!(Task::Classification.name(), "classification");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Task {
    /// Which class a row belongs to.
    Classification,
    /// Which number, or numbers, a row has.
    Regression,
}

impl Task {
    /// Every task, in the order of the documentation.
    pub const ALL: [Task; 2] = [Task::Classification, Task::Regression];

    /// The word in sweep files and reports.
    pub fn name(self) -> &'static str {
        match self {
            Task::Classification => "classification",
            Task::Regression => "regression",
        }
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that names no [`Task`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a task; there are `classification` and `regression`")]
pub struct UnknownTask(pub String);

impl FromStr for Task {
    type Err = UnknownTask;

    fn from_str(word: &str) -> Result<Task, UnknownTask> {
        Task::ALL.into_iter().find(|task| task.name() == word).ok_or_else(|| UnknownTask(word.to_owned()))
    }
}

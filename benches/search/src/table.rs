//! A tabulated training: its scores for every configuration, metric, fold and rung.
//!
//! ```text
//! FILE      gzip of  HEADER newline VALUES
//! HEADER    JSON: the training, its configurations, its rows, and the digest of the configurations
//! VALUES    for each metric, fold and rung a column, then for each metric the column of held-out scores
//! column    the high bytes of all configurations' codes, then their low bytes
//! code      65535              the training diverged
//!           k                  accuracy: k rows predicted wrongly, so that loss = k/rows
//!           c                  other metrics: loss = 2^(c/1365 − 24), rounded: 0.025 % at most
//! ```
//!
//! Losses are turned so that less is better. The held-out score is that of the folds' networks together: the mean of their losses.
//! Configurations are not stored: they are the first points of a Sobol sequence, and the digest says whether they still are.

use crate::cube::Cube;
use crate::training::{N_FOLDS, N_METRICS, N_RUNGS, TRAININGS, Training};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use mlpsweep_search::{History, Point, Sampler as _, Space, Value};
use mlpsweep_train::Metric;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// The mark of a training that diverged.
pub const DIVERGED: u16 = u16::MAX;

/// Columns of a table.
pub const N_COLUMNS: usize = N_METRICS * (N_FOLDS * N_RUNGS + 1);

/// What stands in front of the values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Its name.
    pub training: String,
    /// Configurations.
    pub n_configs: usize,
    /// Epochs at which scores are taken.
    pub rungs: [usize; N_RUNGS],
    /// Names of the metrics.
    pub metrics: [String; N_METRICS],
    /// Rows each fold validates.
    pub n_validation: [usize; N_FOLDS],
    /// Rows that are held out.
    pub n_held_out: usize,
    /// SHA-256 of the configurations to seven digits.
    pub digest: String,
}

/// The scores of all configurations of a training.
#[derive(Clone, Debug)]
pub struct Table {
    /// What was trained.
    pub training: Training,
    /// Where its configurations lie.
    pub cube: Cube,
    header: Header,
    codes: Vec<u16>,
}

impl Table {
    /// From the codes of [`code`], column after column.
    ///
    /// # Panics
    /// When there are not [`N_COLUMNS`] columns.
    pub fn new(
        training: Training,
        n_validation: [usize; N_FOLDS],
        n_held_out: usize,
        codes: Vec<u16>,
    ) -> Table {
        let n_configs = codes.len() / N_COLUMNS;
        assert_eq!(codes.len(), n_configs * N_COLUMNS, "{N_COLUMNS} columns");
        let space = training.space();
        let points = configurations(&space, n_configs);
        let header = Header {
            training: training.to_string(),
            n_configs,
            rungs: training.rungs,
            metrics: training.metrics().map(|metric| metric.name().to_owned()),
            n_validation,
            n_held_out,
            digest: digest(&points),
        };
        Table { training, cube: Cube::new(space, &points), header, codes }
    }

    /// What stands in front of the values.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The loss on the rows a fold validates, after the epochs of a rung; `None` when it diverged.
    pub fn loss(&self, metric: usize, config: usize, fold: usize, rung: usize) -> Option<f64> {
        let column = (metric * N_FOLDS + fold) * N_RUNGS + rung;
        self.decoded(metric, column, config, self.header.n_validation[fold])
    }

    /// The loss on the rows held out, after all epochs; `None` when a fold diverged.
    pub fn held_out_loss(&self, metric: usize, config: usize) -> Option<f64> {
        let column = N_METRICS * N_FOLDS * N_RUNGS + metric;
        self.decoded(metric, column, config, N_FOLDS * self.header.n_held_out)
    }

    fn decoded(&self, metric: usize, column: usize, config: usize, n_rows: usize) -> Option<f64> {
        let code = self.codes[column * self.header.n_configs + config];
        loss(self.training.metrics()[metric], n_rows, code)
    }

    /// Where it stands in a folder.
    pub fn path(folder: &Path, training: &Training) -> PathBuf {
        folder.join(format!("{training}.gz"))
    }

    /// Reads the table of a training.
    ///
    /// # Errors
    /// No such file, or not what it should be.
    pub fn load(folder: &Path, training: &Training) -> Result<Table, TableError> {
        let path = Table::path(folder, training);
        let failed = |source| TableError::Io { path: path.clone(), source };
        let file = File::open(&path).map_err(failed)?;
        let mut bytes = Vec::new();
        GzDecoder::new(BufReader::new(file)).read_to_end(&mut bytes).map_err(failed)?;
        Table::read(&bytes, training).map_err(|what| TableError::Content { path, what })
    }

    fn read(bytes: &[u8], training: &Training) -> Result<Table, String> {
        let header_len = bytes.iter().position(|&byte| byte == b'\n').ok_or("it has no header")?;
        let header: Header =
            serde_json::from_slice(&bytes[..header_len]).map_err(|error| format!("its header: {error}"))?;
        let values = &bytes[header_len + 1..];
        let n_bytes = 2 * N_COLUMNS * header.n_configs;
        if values.len() != n_bytes || header.n_configs == 0 {
            return Err(format!("it has {} bytes of values instead of {n_bytes}", values.len()));
        }
        let codes = values.chunks_exact(2 * header.n_configs).flat_map(|column| {
            let (high, low) = column.split_at(header.n_configs);
            high.iter().zip(low).map(|(&high, &low)| u16::from_be_bytes([high, low]))
        });
        let table = Table::new(*training, header.n_validation, header.n_held_out, codes.collect());
        if table.header.digest != header.digest {
            return Err("its configurations are not those that the sampler draws now".to_owned());
        }
        if table.header != header {
            return Err(format!("it is of {header:?}, but should be of {:?}", table.header));
        }
        Ok(table)
    }

    /// Writes it to its place in a folder.
    ///
    /// # Errors
    /// What the system says.
    pub fn save(&self, folder: &Path) -> Result<(), TableError> {
        let path = Table::path(folder, &self.training);
        let save = || -> io::Result<()> {
            let mut gz = GzEncoder::new(BufWriter::new(File::create(&path)?), Compression::best());
            self.write(&mut gz)?;
            gz.finish()?.flush()
        };
        save().map_err(|source| TableError::Io { path: path.clone(), source })
    }

    fn write(&self, to: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer(&mut *to, &self.header)?;
        to.write_all(b"\n")?;
        for column in self.codes.chunks_exact(self.header.n_configs) {
            for byte_idx in 0..2 {
                let bytes: Vec<u8> = column.iter().map(|code| code.to_be_bytes()[byte_idx]).collect();
                to.write_all(&bytes)?;
            }
        }
        Ok(())
    }
}

/// The code of a score of `n_rows` rows.
pub fn code(metric: Metric, n_rows: usize, score: f64) -> u16 {
    let code = match metric {
        Metric::Accuracy => (1.0 - score) * n_rows as f64,
        _ => (score.log2() + 24.0) * STEPS_AN_OCTAVE,
    };
    code.round().clamp(0.0, f64::from(DIVERGED - 1)) as u16
}

/// 65,534/48: from 2⁻²⁴ to 2²⁴.
const STEPS_AN_OCTAVE: f64 = 1365.0;

/// The loss that a code stands for.
fn loss(metric: Metric, n_rows: usize, code: u16) -> Option<f64> {
    (code != DIVERGED).then(|| match metric {
        Metric::Accuracy => f64::from(code) / n_rows as f64,
        _ => (f64::from(code) / STEPS_AN_OCTAVE - 24.0).exp2(),
    })
}

/// The first configurations of a space.
pub fn configurations(space: &Space, n_configs: usize) -> Vec<Point> {
    let mut sequence = Training::sequence();
    let numbers = 0..n_configs as u64;
    numbers.map(|number| sequence.propose(space, History::EMPTY, number).expect("a continuum")).collect()
}

/// SHA-256 of names and values, numbers to seven digits: logarithms differ in their last bits from system to system.
fn digest(points: &[Point]) -> String {
    let mut hash = Sha256::new();
    for (name, value) in points.iter().flat_map(Point::iter) {
        let line = match value {
            Value::Float(x) => format!("{name}={x:.6e}\n"),
            other => format!("{name}={other}\n"),
        };
        hash.update(line.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One metric of a table: what a sampler is set to minimise.
#[derive(Clone, Copy, Debug)]
pub struct Problem<'a> {
    /// All scores.
    pub table: &'a Table,
    /// The position of the metric.
    pub metric: usize,
}

impl Problem<'_> {
    /// Such as `iris-adam-accuracy`.
    pub fn name(&self) -> String {
        format!("{}-{}", self.table.training, self.table.training.metrics()[self.metric].name())
    }

    /// The mean loss of a configuration's folds after all epochs; `None` when one diverged.
    pub fn loss(&self, config: usize) -> Option<f64> {
        self.loss_at(self.metric, config, N_RUNGS - 1)
    }

    /// The mean loss of a configuration's folds at a rung, by any metric; `None` when one diverged.
    pub fn loss_at(&self, metric: usize, config: usize, rung: usize) -> Option<f64> {
        let folds = (0..N_FOLDS).map(|fold| self.table.loss(metric, config, fold, rung));
        Some(folds.sum::<Option<f64>>()? / N_FOLDS as f64)
    }

    /// The loss on the rows held out.
    pub fn held_out_loss(&self, config: usize) -> Option<f64> {
        self.table.held_out_loss(self.metric, config)
    }

    /// The least and the largest of all losses.
    pub fn range(&self) -> (f64, f64) {
        range((0..self.table.header.n_configs).filter_map(|config| self.loss(config)))
    }

    /// The same on the rows held out.
    pub fn held_out_range(&self) -> (f64, f64) {
        range((0..self.table.header.n_configs).filter_map(|config| self.held_out_loss(config)))
    }
}

fn range(losses: impl Iterator<Item = f64>) -> (f64, f64) {
    losses.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), loss| (low.min(loss), high.max(loss)))
}

/// All tables in a folder.
///
/// # Errors
/// The first that is missing, or not what it should be.
pub fn load_all(folder: &Path) -> Result<Vec<Table>, TableError> {
    TRAININGS.iter().map(|training| Table::load(folder, training)).collect()
}

/// The problems of these tables, in their order.
pub fn problems(tables: &[Table]) -> Vec<Problem<'_>> {
    tables.iter().flat_map(|table| (0..N_METRICS).map(move |metric| Problem { table, metric })).collect()
}

/// Why there is no table.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The system says no.
    #[error("{}: {source}\n\nhint: `search-bench tabulate` makes the tables; `--tables` says where they are", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What it says.
        source: io::Error,
    },
    /// The file is of something else.
    #[error("{}: {what}\n\nhint: make it anew with `search-bench tabulate`", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A table whose configurations lose by chance.
    pub(crate) fn made_up(training: Training, n_configs: usize) -> Table {
        let codes = (0..N_COLUMNS * n_configs).map(|i| (i * 7919 % 23) as u16).collect();
        Table::new(training, [24; N_FOLDS], 30, codes)
    }

    fn bytes(table: &Table) -> Vec<u8> {
        let mut bytes = Vec::new();
        table.write(&mut bytes).expect("memory");
        bytes
    }

    #[test]
    fn what_is_written_is_read() {
        for training in TRAININGS {
            let table = made_up(training, 50);
            let again = Table::read(&bytes(&table), &training).expect("its own bytes");
            assert_eq!((&again.header, &again.codes), (&table.header, &table.codes));
        }
    }

    #[test]
    fn other_configurations_are_refused() {
        let table = made_up(TRAININGS[0], 50);
        let text = String::from_utf8_lossy(&bytes(&table)).into_owned();
        let digest = &table.header.digest;
        let other = text.replacen(digest.as_str(), &digest.chars().rev().collect::<String>(), 1).into_bytes();
        let error =
            |bytes: &[u8], training: &Training| Table::read(bytes, training).expect_err("another table");
        assert!(error(&other, &TRAININGS[0]).contains("the sampler draws now"));
        assert!(error(&bytes(&table), &TRAININGS[2]).contains("should be of"));
        assert!(error(&bytes(&table)[..300], &TRAININGS[0]).contains("bytes"));
        assert!(error(b"", &TRAININGS[0]).contains("no header"));
    }

    #[test]
    fn a_missing_table_says_what_to_do() {
        let error = Table::load(Path::new("nowhere"), &TRAININGS[0]).expect_err("no such folder").to_string();
        assert!(error.contains("iris-adam.gz") && error.contains("search-bench tabulate"), "{error}");
    }

    #[test]
    fn codes_keep_losses() {
        for k in 0..=24 {
            let code = code(Metric::Accuracy, 24, 1.0 - f64::from(k) / 24.0);
            assert_eq!(loss(Metric::Accuracy, 24, code), Some(f64::from(k) / 24.0));
        }
        for score in [1e-6, 0.03, 1.0, 2900.0, 1e6] {
            let kept = loss(Metric::Mse, 24, code(Metric::Mse, 24, score)).expect("a number");
            assert!((kept / score - 1.0).abs() < 2.6e-4, "{score} became {kept}");
        }
        assert_eq!(code(Metric::LogLoss, 24, 0.0), 0);
        assert_eq!(code(Metric::Mse, 24, 1e30), DIVERGED - 1);
        assert_eq!(loss(Metric::Mse, 24, DIVERGED), None);
    }
}

//! A CSV file as a [`Dataset`].
//!
//! The file is read once, front to back, by two threads. One finds records and checks them
//! ([`records`](crate::records)), the other turns their cells into numbers, and the first lays those into the matrix
//! that training will use. Batches go round between them in order, so that the first fault in the file is the one
//! reported.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use ndarray::Array2;

use crate::category::{Categories, Dropped};
use crate::columns::{self, Columns, Role, RoleKind};
use crate::dataset::{Dataset, Target, Task};
use crate::fault::{DataError, Fault, excerpt};
use crate::feature_column::FeatureColumn;
use crate::features::{Features, features};
use crate::records::{Batch, Cells, Record, Records};
use crate::role_column::RoleColumn;
use crate::roles::Roles;
use crate::source::Source;
use crate::target::{Finished, TargetColumn};

/// What the columns of a file are there for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CsvOptions {
    /// The column to predict, or several columns of numbers.
    pub target: Vec<String>,
    /// What to predict; inferred by the rules of [`Task`] when `None`.
    pub task: Option<Task>,
    /// Columns to leave out. Their cells may hold anything.
    pub drop: Vec<String>,
    /// The classes of the target, in their order; those in the file, sorted, when there are none. No two are alike.
    pub classes: Vec<String>,
    /// Features that are levels, whatever their cells look like.
    pub categorical: Vec<String>,
    /// Features that are numbers, and kept even if no two are alike.
    pub numeric: Vec<String>,
    /// Features that are levels in an order, with the levels from the lowest up, or none for their usual order.
    pub ordinal: Vec<(String, Vec<String>)>,
    /// Whether columns stay that say nothing about a row, or are another in each.
    pub keep_all: bool,
    /// Whether a column is a feature only if one of the three lists above names it; a target may be missing then.
    pub only_named: bool,
    /// A column that names the rows: no feature.
    pub id: Option<String>,
    /// Whether cells of features may be missing.
    pub gaps: bool,
    /// What stands between cells; found when `None`.
    pub delimiter: Option<u8>,
    /// The column that says how much each row counts: finite numbers, 0 or more.
    pub sample_weight: Option<String>,
    /// The column that says which rows belong together: any text.
    pub group: Option<String>,
    /// The column that says when each row was: numbers, or dates as ISO 8601 writes them.
    pub time: Option<String>,
    /// The column that says which fold validates each row: whole numbers or words.
    pub fold: Option<String>,
}

impl CsvOptions {
    /// The columns beside features and target that are named, with their keys.
    pub(crate) fn beside(&self) -> Vec<(RoleKind, &'static str, &str)> {
        let all = [
            (RoleKind::Weights, "sample_weight", &self.sample_weight),
            (RoleKind::Groups, "group", &self.group),
            (RoleKind::Times, "time", &self.time),
            (RoleKind::Folds, "column", &self.fold),
        ];
        all.into_iter().filter_map(|(kind, key, name)| Some((kind, key, name.as_deref()?))).collect()
    }
}

/// Reads the table in the file at `path`.
///
/// The first line names the columns, and tells what stands between cells (a comma, semicolon, tab or bar) unless that is said
/// or the name ends in `.tsv`; a further `.gz` means gzip. UTF-8 with or without byte-order mark, LF or CR LF, last line end or
/// not: the same table. Rows keep their order.
///
/// A feature is numbers or levels, as its cells look or the options say. Columns that say nothing about a row, or are another
/// in each, become [`Dataset::dropped`] unless the options name them.
///
/// # Errors
/// Whatever in the file is not a table of numbers, with line and column; see [`Fault`]. Nothing is repaired or
/// skipped silently, except empty lines.
pub fn read_csv(path: &Path, options: &CsvOptions) -> Result<Dataset, DataError> {
    let open = || {
        let file = File::open(path)?;
        let n_bytes = file.metadata()?.len();
        Ok((file, n_bytes))
    };
    let (file, n_bytes) =
        open().map_err(|error| DataError { path: path.to_owned(), fault: Fault::Unreadable(error) })?;
    read(file, Some(n_bytes), path, options)
}

/// Reads a table from any source, as [`read_csv`] would from a file called `path`.
///
/// # Errors
/// As [`read_csv`].
///
/// ```
/// use std::path::Path;
/// use mlpsweep_data::{CsvOptions, Target, read_csv_from};
///
/// let csv = "height,species\n1.5,oak\n2.5,elm\n";
/// let options = CsvOptions { target: vec!["species".into()], ..CsvOptions::default() };
/// let data = read_csv_from(csv.as_bytes(), Path::new("trees.csv"), &options)?;
/// assert_eq!(data.features, ndarray::array![[1.5], [2.5]]);
/// assert!(matches!(data.target, Target::Classes { labels, .. } if labels == ["elm", "oak"]));
/// # Ok::<(), mlpsweep_data::DataError>(())
/// ```
pub fn read_csv_from(source: impl Read, path: &Path, options: &CsvOptions) -> Result<Dataset, DataError> {
    read(source, None, path, options)
}

fn read(
    source: impl Read,
    n_bytes: Option<u64>,
    path: &Path,
    options: &CsvOptions,
) -> Result<Dataset, DataError> {
    let table = || {
        let mut source = Source::open(source, path, options.delimiter)?;
        let n_bytes = n_bytes.filter(|_| !source.is_packed);
        let Table { feature_names, features, categories, dropped, target, roles, .. } =
            read_table(&mut source.records, n_bytes, options, None)?;
        let target = target.ok_or(Fault::NoTarget)?;
        Ok(Dataset { name: source.name, features, feature_names, target, categories, dropped, roles })
    };
    table().map_err(|fault| DataError { path: path.to_owned(), fault })
}

/// Reads a table without stopping at rows that cannot be read, and the cells of the columns `kept`, as
/// [`Schema::read_rows`](crate::Schema::read_rows) says.
pub(crate) fn read_rows(
    source: impl Read,
    n_bytes: Option<u64>,
    path: &Path,
    options: &CsvOptions,
    kept: &[(&str, bool)],
) -> Result<Table, Fault> {
    let mut source = Source::open(source, path, options.delimiter)?;
    let n_bytes = n_bytes.filter(|_| !source.is_packed);
    read_table(&mut source.records, n_bytes, options, Some(kept))
}

/// The names of the columns of the file at `path`, of which no more is read.
///
/// # Errors
/// A file without a header, or with one that names columns twice or not at all.
pub fn read_header(path: &Path, delimiter: Option<u8>) -> Result<Vec<String>, DataError> {
    let names = || {
        let file = File::open(path).map_err(Fault::Unreadable)?;
        let mut source = Source::open(file, path, delimiter)?;
        columns::read_names(&source.records.next()?.ok_or(Fault::Empty)?)
    };
    names().map_err(|fault| DataError { path: path.to_owned(), fault })
}

/// What a file holds.
pub(crate) struct Table {
    pub(crate) feature_names: Vec<String>,
    pub(crate) features: Array2<f64>,
    pub(crate) categories: Categories,
    pub(crate) dropped: Vec<Dropped>,
    /// `None` where none was asked for.
    pub(crate) target: Option<Target>,
    pub(crate) roles: Roles,
    /// Rows that are in none of these, by their position among all rows, where that was allowed.
    pub(crate) refused: Vec<(usize, Fault)>,
    /// The cells of all rows, of each column asked for.
    pub(crate) kept: Vec<(String, Vec<String>)>,
}

fn read_table<R: Read>(
    records: &mut Records<R>,
    n_bytes: Option<u64>,
    options: &CsvOptions,
    kept: Option<&[(&str, bool)]>,
) -> Result<Table, Fault> {
    /// How far the thread that finds records may be ahead, in batches.
    const AHEAD: usize = 8;
    let header = records.next()?.ok_or(Fault::Empty)?;
    let columns = Columns::new(&header, options)?;
    let mut matrix = Matrix::new(columns.n_features(), n_bytes);
    let mut parser = Parser::new(&columns, options)?;
    parser.passing_over = kept.map(|kept| PassingOver::new(&columns, kept)).transpose()?;
    let (full_sender, full) = sync_channel(AHEAD);
    let (done_sender, done) = channel();
    let parser = thread::scope(|scope| {
        let parsing = thread::Builder::new()
            .name("csv".to_owned())
            .spawn_scoped(scope, || parser.run(full, done_sender))
            .map_err(Fault::Unreadable)?;
        let read = feed(records, &mut matrix, full_sender, done);
        let parsed = parsing.join().expect("parsing does not panic")?;
        read.map_err(|fault| with_column_name(fault, &columns.names))?;
        Ok(parsed)
    })?;
    let Parser { features: feature_columns, targets, beside, passing_over, .. } = parser;
    let PassingOver { refused, kept, .. } = passing_over.unwrap_or_default();
    let kept =
        kept.into_iter().map(|(column_idx, cells)| (columns.names[column_idx].clone(), cells)).collect();
    let n_rows = matrix.n_rows();
    if n_rows + refused.len() == 0 {
        return Err(Fault::NoRows);
    }
    let Features { names: feature_names, values: features, categories, dropped } =
        features(feature_columns, columns.feature_names(), matrix.values, n_rows)?;
    let task = options.task.or((!options.classes.is_empty()).then_some(Task::Classification));
    let has_target = !targets.is_empty();
    let target = has_target.then(|| finish_targets(targets, task, options.keep_all, n_rows)).transpose()?;
    let mut roles = Roles::default();
    for column in beside {
        column.finish(&mut roles)?;
    }
    Ok(Table { feature_names, features, categories, dropped, target, roles, refused, kept })
}

/// Records, and the feature values they hold once they are parsed.
#[derive(Default)]
struct Work {
    batch: Batch,
    values: Vec<f64>,
}

/// Sends all records of the source to the parser and collects what it makes of them, until there are no more or the
/// parser has found a fault.
fn feed<R: Read>(
    records: &mut Records<R>,
    matrix: &mut Matrix,
    full: SyncSender<Work>,
    done: Receiver<Work>,
) -> Result<(), Fault> {
    let mut more = Ok(true);
    while matches!(more, Ok(true)) {
        let mut work = done.try_recv().unwrap_or_default();
        matrix.append(&work)?;
        more = records.next_batch(&mut work.batch);
        if full.send(work).is_err() {
            return Ok(());
        }
    }
    drop(full);
    for work in done {
        matrix.append(&work)?;
    }
    more.map(|_| ())
}

/// The feature values of all rows so far.
struct Matrix {
    values: Vec<f64>,
    n_features: usize,
    /// The length of the file, where it has one.
    n_bytes: Option<u64>,
}

impl Matrix {
    fn new(n_features: usize, n_bytes: Option<u64>) -> Matrix {
        Matrix { values: Vec::new(), n_features, n_bytes }
    }

    fn append(&mut self, work: &Work) -> Result<(), Fault> {
        if self.values.len() + work.values.len() > self.values.capacity() {
            self.grow(work)?;
        }
        self.values.extend_from_slice(&work.values);
        Ok(())
    }

    /// Makes room for more rows: for as many as the rest of the file seems to have, so that the matrix is neither
    /// moved often nor made twice too large.
    fn grow(&mut self, work: &Work) -> Result<(), Fault> {
        /// Fewer values are too few to judge the file's length by.
        const SAMPLE: usize = 1 << 16;
        let known = self.values.len() + work.values.len();
        let n_read = work.batch.end_offset();
        let expected = match self.n_bytes {
            // Rows differ in length, hence the two per cent. A pipe has no length, a growing file not this one.
            Some(n_bytes) if known >= SAMPLE && n_bytes > n_read => {
                let rest = (n_bytes - n_read) as f64 / n_read as f64;
                known + (known as f64 * rest.max(0.01) * 1.02) as usize
            }
            _ => 2 * known,
        };
        let n_rows = self.values.len() / self.n_features;
        let reserved = self.values.try_reserve_exact(expected - self.values.len());
        reserved.map_err(|_| Fault::OutOfMemory { n_rows })
    }

    fn n_rows(&self) -> usize {
        self.values.len() / self.n_features
    }
}

/// Cells into numbers, row by row.
struct Parser<'a> {
    columns: &'a Columns,
    features: Vec<FeatureColumn>,
    targets: Vec<TargetColumn>,
    beside: Vec<RoleColumn>,
    n_rows: usize,
    /// Where rows that cannot be read are passed over.
    passing_over: Option<PassingOver>,
}

/// Rows that cannot be read are noted here, and cells of all rows.
#[derive(Default)]
struct PassingOver {
    n_rows: usize,
    refused: Vec<(usize, Fault)>,
    /// Columns by their position in the file, and their cells.
    kept: Vec<(usize, Vec<String>)>,
}

impl PassingOver {
    fn new(columns: &Columns, kept: &[(&str, bool)]) -> Result<PassingOver, Fault> {
        let mut rows = PassingOver::default();
        for &(name, must_be_there) in kept {
            match columns::position(&columns.names, "--keep", name) {
                Ok(column_idx) => rows.kept.push((column_idx, Vec::new())),
                Err(fault) if must_be_there => return Err(fault),
                Err(_) => {}
            }
        }
        Ok(rows)
    }

    /// Notes a row, and what was wrong with it.
    fn note(&mut self, record: &Record<'_>, fault: Option<Fault>) {
        self.refused.extend(fault.map(|fault| (self.n_rows, fault)));
        for (column_idx, cells) in &mut self.kept {
            cells.push(record.cells().nth(*column_idx).map_or_else(String::new, String::from));
        }
        self.n_rows += 1;
    }
}

impl<'a> Parser<'a> {
    fn new(columns: &'a Columns, options: &CsvOptions) -> Result<Parser<'a>, Fault> {
        let several = options.target.len() > 1;
        if several && options.task == Some(Task::Classification) {
            return Err(Fault::SeveralClassTargets { n_targets: options.target.len() });
        }
        let numbers_only = several || options.task == Some(Task::Regression);
        let targets = options
            .target
            .iter()
            .map(|name| TargetColumn::new(name, numbers_only, &options.classes))
            .collect();
        let beside = columns.beside.iter().map(|(kind, name)| RoleColumn::new(*kind, name)).collect();
        let names = columns.feature_names();
        let stated = names.iter().zip(&columns.stated);
        let features = stated.map(|(name, stated)| FeatureColumn::new(name, stated.clone(), options));
        Ok(Parser { columns, features: features.collect(), targets, beside, n_rows: 0, passing_over: None })
    }

    /// Parses batches as they come, up to the first fault unless those are passed over.
    fn run(mut self, full: Receiver<Work>, done: Sender<Work>) -> Result<Parser<'a>, Fault> {
        for mut work in full {
            work.values.clear();
            for record in work.batch.records() {
                let end = work.values.len();
                let pushed = self.push(&record, &mut work.values);
                let Some(rows) = &mut self.passing_over else {
                    pushed?;
                    continue;
                };
                if pushed.is_err() {
                    work.values.truncate(end);
                    self.targets.iter_mut().for_each(|target| target.truncate(self.n_rows));
                }
                rows.note(&record, pushed.err());
            }
            if done.send(work).is_err() {
                break;
            }
        }
        Ok(self)
    }

    fn push(&mut self, record: &Record<'_>, values: &mut Vec<f64>) -> Result<(), Fault> {
        if self.n_rows == u32::MAX as usize {
            return Err(Fault::TooManyRows);
        }
        let mut cells = record.cells();
        for (column_idx, role) in self.columns.roles.iter().enumerate() {
            if let Role::Feature(feature_idx) = role
                && self.features[*feature_idx].is_number()
                && let Some(value) = cells.short_decimal()
            {
                values.push(value);
                continue;
            }
            self.push_cell(record, &mut cells, column_idx, values)?;
        }
        if cells.next().is_some() {
            return Err(self.field_count(record));
        }
        self.n_rows += 1;
        Ok(())
    }

    /// Any cell, the slow way.
    fn push_cell(
        &mut self,
        record: &Record<'_>,
        cells: &mut Cells<'_>,
        column_idx: usize,
        values: &mut Vec<f64>,
    ) -> Result<(), Fault> {
        let Some(cell) = cells.next() else { return Err(self.field_count(record)) };
        let pushed = match self.columns.roles[column_idx] {
            Role::Dropped(_) => Ok(()),
            Role::Target(target_idx) => self.targets[target_idx].push(record.line, &cell),
            Role::Beside(beside_idx) => self.beside[beside_idx].push(record.line, &cell),
            Role::Feature(feature_idx) => {
                let value = self.features[feature_idx].value(self.n_rows, record.line, &cell);
                value.map(|value| values.push(value))
            }
        };
        // A row with a field too many or too few has its cells in the wrong columns: say that first.
        pushed.map_err(|fault| {
            if record.cells().count() == self.columns.names.len() { fault } else { self.field_count(record) }
        })
    }

    fn field_count(&self, record: &Record<'_>) -> Fault {
        Fault::FieldCount {
            line: record.line,
            found: record.cells().count(),
            expected: self.columns.names.len(),
        }
    }
}

fn finish_targets(
    targets: Vec<TargetColumn>,
    task: Option<Task>,
    may_be_constant: bool,
    n_rows: usize,
) -> Result<Target, Fault> {
    let mut names = Vec::with_capacity(targets.len());
    let mut columns = Vec::with_capacity(targets.len());
    let task = if targets.len() > 1 { Some(Task::Regression) } else { task };
    for target in targets {
        match target.finish(task, may_be_constant)? {
            Finished::Target(target) => return Ok(target),
            Finished::Numbers { name, values } => {
                names.push(name);
                columns.push(values);
            }
        }
    }
    let values =
        Array2::from_shape_fn((n_rows, columns.len()), |(row_idx, column_idx)| columns[column_idx][row_idx]);
    Ok(Target::Numbers { names, values })
}

fn with_column_name(fault: Fault, names: &[String]) -> Fault {
    match fault {
        Fault::TextAfterQuote { line, opened, field, found, .. } => {
            let column = names.get(field - 1).map(|name| excerpt(name));
            Fault::TextAfterQuote { line, opened, field, column, found }
        }
        fault => fault,
    }
}

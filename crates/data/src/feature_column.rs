//! A feature while a table is read, and what it turns out to be.
//!
//! A column is numbers until a cell is text; then it is levels, and what was read before becomes levels too. In the end
//!
//! ```text
//! text alone                                  a category
//! whole numbers and text, ≤ 20 numbers differ a category
//! other numbers and text                      an error: one mistyped cell must not turn measurements into levels
//! one value, none, dates, identifiers, prose  no feature
//! ```
//!
//! unless the user has said what the column is.

use std::collections::{HashMap, HashSet};

use crate::category::{Category, Useless};
use crate::columns::nearest;
use crate::fault::{Fault, excerpt};
use crate::moment::{self, Clock};
use crate::number::{self, NotANumber};
use crate::read::CsvOptions;
use crate::target::{EXACT_BELOW, are_class_numbers, cell_fault, order_labels};

/// In fewer rows values may all differ by chance.
const FEWEST_ROWS_OF_IDENTIFIERS: usize = 20;

/// What the user has said of a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stated {
    /// Nothing.
    #[default]
    Nothing,
    Number,
    Category,
    /// With its levels from the lowest up, or none for their usual order.
    Ordinal(Vec<String>),
}

/// What a column has turned out to be.
pub(crate) enum Found {
    Number,
    Category(Category),
    Useless(Useless),
}

/// One feature while it is read.
pub(crate) struct FeatureColumn {
    name: String,
    stated: Stated,
    /// Whether cells may be missing.
    may_lack: bool,
    /// Whether it is a feature even if it is of no use.
    stays: bool,
    levels: Option<Levels>,
}

/// Levels in the order they came.
struct Levels {
    /// The rows before it hold numbers.
    first_row: usize,
    labels: Vec<String>,
    /// The level of each spelling.
    codes: HashMap<String, u32>,
    /// The first cell that is no number, and its line.
    first_text: Option<(u64, String)>,
}

impl FeatureColumn {
    pub(crate) fn new(name: &str, stated: Stated, options: &CsvOptions) -> FeatureColumn {
        let is_category = matches!(stated, Stated::Category | Stated::Ordinal(_));
        let (may_lack, stays) = (options.gaps, options.keep_all || stated != Stated::Nothing);
        let mut column = FeatureColumn { name: name.to_owned(), stated, may_lack, stays, levels: None };
        if is_category {
            column.levels = Some(Levels::from_row(0));
        }
        if let (Stated::Ordinal(listed), Some(levels)) = (&column.stated, &mut column.levels) {
            listed.iter().for_each(|label| _ = levels.code(label, label));
        }
        column
    }

    /// Whether all cells so far were numbers, or missing.
    #[inline]
    pub(crate) fn is_number(&self) -> bool {
        self.levels.is_none()
    }

    /// What the cell of row `row_idx` is in the table: a number, a level's position so far, or NaN for nothing.
    pub(crate) fn value(&mut self, row_idx: usize, line: u64, cell: &str) -> Result<f64, Fault> {
        if let Some(&code) = self.levels.as_ref().and_then(|levels| levels.codes.get(cell)) {
            return Ok(f64::from(code));
        }
        match number::parse(cell) {
            Err(NotANumber::Missing) if self.may_lack => Ok(f64::NAN),
            Err(NotANumber::Missing) => Err(cell_fault(NotANumber::Missing, line, &self.name, cell, false)),
            Ok(number) => match (&mut self.levels, &self.stated) {
                (None, _) => Ok(number),
                // What was read as numbers before has lost its spelling, so all numbers here go without.
                (Some(levels), Stated::Nothing) => Ok(levels.code(cell, &number.to_string())),
                (Some(_), _) => self.level(line, cell),
            },
            Err(NotANumber::Text) if self.stated != Stated::Number => {
                let levels = self.levels.get_or_insert_with(|| Levels::from_row(row_idx));
                levels.first_text.get_or_insert_with(|| (line, excerpt(cell)));
                self.level(line, cell)
            }
            Err(_) if self.levels.is_some() => self.level(line, cell),
            Err(why) => Err(cell_fault(why, line, &self.name, cell, false)),
        }
    }

    /// The level spelled so, which may be new unless the levels are listed.
    fn level(&mut self, line: u64, cell: &str) -> Result<f64, Fault> {
        let levels = self.levels.as_mut().expect("a column of levels");
        match &self.stated {
            Stated::Ordinal(listed) if !listed.is_empty() => Err(Fault::UnlistedLevel {
                line,
                column: excerpt(&self.name),
                found: excerpt(cell),
                nearest: nearest(listed, cell).map(|label| excerpt(label)),
            }),
            _ => Ok(levels.code(cell, cell)),
        }
    }

    /// What the column is, all `n_rows` of which have been read into `values`, those of a row `stride` apart. Levels get their
    /// final positions there.
    pub(crate) fn finish(self, values: &mut [f64], stride: usize) -> Result<Found, Fault> {
        let is_stated = self.stated != Stated::Nothing;
        let Some(levels) = self.levels else {
            let useless = if self.stays { None } else { useless_numbers(values, stride) };
            return Ok(useless.map_or(Found::Number, Found::Useless));
        };
        let Levels { first_row, mut labels, mut codes, first_text } = levels;
        // The numbers of before become levels.
        for value in values.iter_mut().step_by(stride).take(first_row).filter(|value| !value.is_nan()) {
            let label = (*value + 0.0).to_string();
            let next = labels.len() as u32;
            let code = *codes.entry(label.clone()).or_insert_with(|| {
                labels.push(label);
                next
            });
            *value = f64::from(code);
        }
        let column = || values.iter().step_by(stride);
        if !is_stated {
            if let Some((line, found)) =
                first_text.as_ref().filter(|_| labels.iter().all(|label| is_with_comma(label)))
            {
                return Err(Fault::Comma { line: *line, column: excerpt(&self.name), found: found.clone() });
            }
            let numbers: Vec<f64> = labels.iter().filter_map(|label| number::parse(label).ok()).collect();
            if let Some((line, found)) = first_text
                && !numbers.is_empty()
                && !are_class_numbers(&numbers)
            {
                return Err(Fault::Text { line, column: excerpt(&self.name), found, target: false });
            }
            if !self.stays
                && let Some(useless) = useless_text(&labels, numbers.len(), column())
            {
                return Ok(Found::Useless(useless));
            }
        }
        let is_ordinal = matches!(self.stated, Stated::Ordinal(_));
        if matches!(&self.stated, Stated::Ordinal(listed) if !listed.is_empty()) {
            return Ok(Found::Category(Category { levels: labels, is_ordinal }));
        }
        let distinct: Vec<&str> = labels.iter().map(String::as_str).collect();
        let (levels, positions) = order_labels(&distinct);
        for value in values.iter_mut().step_by(stride).filter(|value| !value.is_nan()) {
            *value = f64::from(positions[*value as usize]);
        }
        Ok(Found::Category(Category { levels, is_ordinal }))
    }
}

impl Levels {
    fn from_row(first_row: usize) -> Levels {
        Levels { first_row, labels: Vec::new(), codes: HashMap::new(), first_text: None }
    }

    /// The level called `label`, which `cell` spells.
    fn code(&mut self, cell: &str, label: &str) -> f64 {
        let code = self.codes.get(label).copied().unwrap_or_else(|| {
            self.labels.push(label.to_owned());
            self.labels.len() as u32 - 1
        });
        self.codes.insert(label.to_owned(), code);
        self.codes.insert(cell.to_owned(), code);
        f64::from(code)
    }
}

/// A number, perhaps with a comma where a point should be.
fn is_with_comma(label: &str) -> bool {
    number::parse(label).is_ok()
        || label.matches(',').count() == 1 && number::parse(&label.replace(',', ".")).is_ok()
}

/// Why a column of numbers is no feature.
fn useless_numbers(values: &[f64], stride: usize) -> Option<Useless> {
    let present = || values.iter().step_by(stride).copied().filter(|value| !value.is_nan());
    let Some(first) = present().next() else { return Some(Useless::Empty) };
    // Beside gaps a single value says something.
    if values.iter().step_by(stride).all(|&value| value == first) {
        return Some(Useless::Constant { value: first.to_string() });
    }
    let mut seen = HashSet::new();
    let all_differ = present().all(|value| {
        value.fract() == 0.0 && value.abs() < EXACT_BELOW && seen.insert((value + 0.0).to_bits())
    });
    (all_differ && seen.len() >= FEWEST_ROWS_OF_IDENTIFIERS)
        .then_some(Useless::Identifier { is_number: true })
}

/// Why a column of these labels, `n_numbers` of them numbers, is no feature.
fn useless_text<'a>(
    labels: &[String],
    n_numbers: usize,
    column: impl Iterator<Item = &'a f64>,
) -> Option<Useless> {
    let (mut n_present, mut n_missing) = (0, 0);
    column.for_each(|value| *if value.is_nan() { &mut n_missing } else { &mut n_present } += 1);
    let n_distinct = labels.len();
    // Beside gaps a single label says something.
    if n_distinct == 1 && n_missing == 0 {
        return Some(Useless::Constant { value: excerpt(&labels[0]) });
    }
    let is_date = |label: &String| moment::parse(label).is_some_and(|(clock, _)| clock != Clock::Number);
    if n_numbers == 0 && labels.iter().all(is_date) {
        return Some(Useless::Dates);
    }
    if n_present < FEWEST_ROWS_OF_IDENTIFIERS || 2 * n_distinct <= n_present {
        return None;
    }
    Some(if n_distinct == n_present {
        Useless::Identifier { is_number: false }
    } else {
        Useless::FreeText { n_distinct }
    })
}

//! The target column: read once, as numbers and as text, until its task is clear.
//!
//! Whether a column holds classes is known only at its last cell. Until then the spelling of every cell is kept in
//! one piece of memory, so that classes get the labels that stand in the file, at a few bytes a row.

use std::collections::HashMap;

use crate::columns::nearest;
use crate::dataset::{Target, Task};
use crate::fault::{Fault, excerpt};
use crate::number::{self, NotANumber};

/// Whole numbers with more distinct values than this are measurements or counts, not classes.
const MOST_CLASS_NUMBERS: usize = 20;

/// Below 2⁵³ different whole numbers are different `f64`; from there on, equal values need not be equal labels.
pub(crate) const EXACT_BELOW: f64 = 9_007_199_254_740_992.0;

/// One target column while it is read.
pub(crate) struct TargetColumn {
    name: String,
    /// The cells that are numbers; all of them, if the column is regressed on.
    values: Vec<f64>,
    /// The spelling of every cell; `None` for a column that must be numbers.
    spellings: Option<Spellings>,
    first_text: Option<Odd>,
    first_not_finite: Option<(Odd, NotANumber)>,
    /// The classes, where the user has listed them.
    listed: Option<Listed>,
}

/// A cell that stands out.
struct Odd {
    line: u64,
    found: String,
}

impl TargetColumn {
    /// A column of which nothing has been read; `numbers_only` refuses text at once.
    ///
    /// With `classes` only those may appear.
    pub(crate) fn new(name: &str, numbers_only: bool, classes: &[String]) -> TargetColumn {
        TargetColumn {
            name: name.to_owned(),
            values: Vec::new(),
            spellings: (!numbers_only).then(Spellings::default),
            first_text: None,
            first_not_finite: None,
            listed: (!numbers_only && !classes.is_empty()).then(|| Listed::new(classes)),
        }
    }

    /// Takes the cell of the next row.
    pub(crate) fn push(&mut self, line: u64, cell: &str) -> Result<(), Fault> {
        if let Some(listed) = &mut self.listed {
            return listed.push(line, &self.name, cell);
        }
        match number::parse(cell) {
            Ok(value) => self.values.push(value),
            Err(NotANumber::Missing) => {
                return Err(cell_fault(NotANumber::Missing, line, &self.name, cell, true));
            }
            Err(why) if self.spellings.is_none() => {
                return Err(cell_fault(why, line, &self.name, cell, true));
            }
            Err(NotANumber::Text) => {
                self.first_text.get_or_insert_with(|| Odd { line, found: excerpt(cell) });
            }
            Err(why) => {
                self.first_not_finite.get_or_insert_with(|| (Odd { line, found: excerpt(cell) }, why));
            }
        }
        if let Some(spellings) = &mut self.spellings {
            spellings.push(cell);
        }
        Ok(())
    }

    /// Forgets all but the first rows.
    pub(crate) fn truncate(&mut self, n_rows: usize) {
        if let Some(listed) = &mut self.listed {
            listed.codes.truncate(n_rows);
        } else {
            self.values.truncate(n_rows);
        }
    }

    /// The target, with its task as stated or inferred by the rules of [`Task`].
    ///
    /// There is nothing to learn from one that is the same in every row, but something to score.
    pub(crate) fn finish(self, task: Option<Task>, may_be_constant: bool) -> Result<Finished, Fault> {
        if let Some(Listed { labels, codes, .. }) = self.listed {
            return classes(self.name, labels, codes, may_be_constant);
        }
        let task = match task {
            Some(task) => task,
            None => self.infer_task()?,
        };
        if let (Task::Classification, Some(spellings)) = (task, self.spellings) {
            let (labels, codes) = spellings.into_classes();
            return classes(self.name, labels, codes, may_be_constant);
        }
        let first = self.values.first().copied().unwrap_or(f64::NAN);
        if !may_be_constant && self.values.iter().all(|&value| value == first) {
            return Err(Fault::ConstantTarget { column: excerpt(&self.name), value: first.to_string() });
        }
        Ok(Finished::Numbers { name: self.name, values: self.values })
    }

    fn infer_task(&self) -> Result<Task, Fault> {
        if let Some(Odd { line, found }) = &self.first_text {
            return if self.values.is_empty() || are_class_numbers(&self.values) {
                Ok(Task::Classification)
            } else {
                Err(Fault::TextAmongNumbers {
                    line: *line,
                    column: excerpt(&self.name),
                    found: found.clone(),
                })
            };
        }
        if let Some((Odd { line, found }, why)) = &self.first_not_finite {
            return Err(cell_fault(*why, *line, &self.name, found, true));
        }
        Ok(if are_class_numbers(&self.values) { Task::Classification } else { Task::Regression })
    }
}

/// The target of those classes, of which the rows must have two unless one is enough.
fn classes(
    name: String,
    labels: Vec<String>,
    codes: Vec<u32>,
    may_be_constant: bool,
) -> Result<Finished, Fault> {
    if !may_be_constant && codes.iter().all(|code| *code == codes[0]) {
        let value = codes.first().map_or("", |&code| &labels[code as usize]);
        return Err(Fault::ConstantTarget { column: excerpt(&name), value: excerpt(value) });
    }
    let positive = labels.len() as u32 - 1;
    Ok(Finished::Target(Target::Classes { name, labels, codes, positive }))
}

/// A target column whose classes the user has listed.
struct Listed {
    labels: Vec<String>,
    /// The class of each spelling seen so far: `1` and `1.0` are one label here too.
    codes_of: HashMap<String, u32>,
    codes: Vec<u32>,
}

impl Listed {
    fn new(labels: &[String]) -> Listed {
        let codes_of = labels.iter().cloned().zip(0..).collect();
        Listed { labels: labels.to_vec(), codes_of, codes: Vec::new() }
    }

    fn push(&mut self, line: u64, column: &str, cell: &str) -> Result<(), Fault> {
        let known = self.codes_of.get(cell).copied();
        let found = known.or_else(|| position_of_label(&self.labels, cell).map(|position| position as u32));
        let code = found.ok_or_else(|| self.unlisted(line, column, cell))?;
        if known.is_none() {
            self.codes_of.insert(cell.to_owned(), code);
        }
        self.codes.push(code);
        Ok(())
    }

    fn unlisted(&self, line: u64, column: &str, cell: &str) -> Fault {
        if number::parse(cell) == Err(NotANumber::Missing) {
            return cell_fault(NotANumber::Missing, line, column, cell, true);
        }
        Fault::UnlistedClass {
            line,
            column: excerpt(column),
            found: excerpt(cell),
            nearest: nearest(&self.labels, cell).map(|label| excerpt(label)),
        }
    }
}

/// Where `wanted` stands among the labels: spelled the same, or the same number.
pub(crate) fn position_of_label(labels: &[String], wanted: &str) -> Option<usize> {
    labels.iter().position(|label| label == wanted).or_else(|| {
        let value = number::parse(wanted).ok().filter(|value| value.abs() < EXACT_BELOW)?;
        labels.iter().position(|label| number::parse(label) == Ok(value))
    })
}

/// A target column that has been read to its end.
pub(crate) enum Finished {
    Target(Target),
    /// One of possibly several columns of numbers.
    Numbers {
        name: String,
        values: Vec<f64>,
    },
}

/// The error for a cell that is not a finite number.
pub(crate) fn cell_fault(why: NotANumber, line: u64, column: &str, cell: &str, target: bool) -> Fault {
    let (column, found) = (excerpt(column), excerpt(cell));
    match why {
        NotANumber::Missing => Fault::MissingCell { line, column, found, target },
        NotANumber::Infinite => Fault::NotFinite { line, column, found, out_of_range: false },
        NotANumber::OutOfRange => Fault::NotFinite { line, column, found, out_of_range: true },
        NotANumber::Text => Fault::Text { line, column, found, target },
    }
}

/// Whole numbers, of which at most [`MOST_CLASS_NUMBERS`] differ.
pub(crate) fn are_class_numbers(values: &[f64]) -> bool {
    let mut distinct = Vec::with_capacity(MOST_CLASS_NUMBERS);
    values.iter().all(|&value| {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
        value.fract() == 0.0 && distinct.len() <= MOST_CLASS_NUMBERS
    })
}

/// The text of many cells, end to end.
#[derive(Default)]
pub(crate) struct Spellings {
    text: String,
    ends: Vec<usize>,
}

impl Spellings {
    pub(crate) fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(self.text.len());
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        self.ends.iter().scan(0, |start, &end| {
            let cell = &self.text[*start..end];
            *start = end;
            Some(cell)
        })
    }

    /// The distinct labels in order, and for each cell the position of its label.
    pub(crate) fn into_classes(self) -> (Vec<String>, Vec<u32>) {
        let mut number_of = HashMap::new();
        let mut distinct = Vec::new();
        let mut codes = Vec::with_capacity(self.ends.len());
        for cell in self.iter() {
            let code = *number_of.entry(cell).or_insert_with(|| {
                distinct.push(cell);
                distinct.len() - 1
            });
            codes.push(code as u32);
        }
        let (labels, new_codes) = order_labels(&distinct);
        for code in &mut codes {
            *code = new_codes[*code as usize];
        }
        (labels, codes)
    }
}

/// Labels in their order, and for each of `distinct` the position of its label: numbers by value, `1` and `1.0`
/// being one label; anything else by bytes.
pub(crate) fn order_labels(distinct: &[&str]) -> (Vec<String>, Vec<u32>) {
    let numbers: Option<Vec<f64>> = distinct.iter().map(|label| number::parse(label).ok()).collect();
    let mut order: Vec<usize> = (0..distinct.len()).collect();
    match &numbers {
        Some(values) => order.sort_by(|&a, &b| {
            let by_value = (values[a] + 0.0).total_cmp(&(values[b] + 0.0));
            by_value.then_with(|| distinct[a].cmp(distinct[b]))
        }),
        None => order.sort_by_key(|&idx| distinct[idx]),
    }
    let same_number = |a: usize, b: usize| {
        numbers.as_ref().is_some_and(|values| values[a] == values[b] && values[a].abs() < EXACT_BELOW)
    };
    let mut labels: Vec<String> = Vec::with_capacity(distinct.len());
    let mut codes = vec![0; distinct.len()];
    for (order_idx, &idx) in order.iter().enumerate() {
        match order_idx.checked_sub(1).map(|before| order[before]) {
            Some(before) if same_number(before, idx) => {
                let value = numbers.as_ref().map_or(0.0, |values| values[idx] + 0.0);
                *labels.last_mut().expect("a label before this one") = value.to_string();
            }
            _ => labels.push(distinct[idx].to_owned()),
        }
        codes[idx] = (labels.len() - 1) as u32;
    }
    (labels, codes)
}

//! The columns of [`Roles`] while a table is read.

use crate::columns::RoleKind;
use crate::fault::{Fault, excerpt};
use crate::moment::{self, Clock};
use crate::number::{self, NotANumber};
use crate::roles::{Labels, Roles, Times, Weights};
use crate::target::Spellings;

/// One column of [`Roles`] while it is read.
pub(crate) struct RoleColumn {
    name: String,
    cells: Cells,
}

enum Cells {
    Weights(Vec<f64>),
    Groups(Spellings),
    Times(Moments),
    Folds(Spellings),
}

/// Cells of one clock.
#[derive(Default)]
struct Moments {
    clock: Option<Clock>,
    keys: Vec<i128>,
    /// The cells with the smallest and the largest key.
    ends: Option<[(i128, String); 2]>,
}

impl RoleColumn {
    /// A column of which nothing has been read.
    pub(crate) fn new(kind: RoleKind, name: &str) -> RoleColumn {
        let cells = match kind {
            RoleKind::Weights => Cells::Weights(Vec::new()),
            RoleKind::Groups => Cells::Groups(Spellings::default()),
            RoleKind::Times => Cells::Times(Moments::default()),
            RoleKind::Folds => Cells::Folds(Spellings::default()),
        };
        RoleColumn { name: name.to_owned(), cells }
    }

    /// Takes the cell of the next row.
    pub(crate) fn push(&mut self, line: u64, cell: &str) -> Result<(), Fault> {
        let column = || excerpt(&self.name);
        match &mut self.cells {
            Cells::Weights(values) => match number::parse(cell) {
                Ok(weight) if weight >= 0.0 => values.push(weight),
                _ => return Err(Fault::Weight { line, column: column(), found: excerpt(cell) }),
            },
            // `NA` is a country to some, but nothing at all is nobody's name.
            Cells::Groups(_) if cell.trim().is_empty() => {
                return Err(Fault::NoLabel { line, column: column(), found: excerpt(cell), role: "group" });
            }
            Cells::Groups(spellings) => spellings.push(cell),
            Cells::Folds(spellings) => match number::parse(cell) {
                Err(NotANumber::Missing) => {
                    return Err(Fault::NoLabel {
                        line,
                        column: column(),
                        found: excerpt(cell),
                        role: "fold",
                    });
                }
                Ok(number) if number.fract() != 0.0 => {
                    return Err(Fault::FoldLabel { line, column: column(), found: excerpt(cell) });
                }
                _ => spellings.push(cell),
            },
            Cells::Times(moments) => {
                let Some((clock, key)) = moment::parse(cell) else {
                    return Err(Fault::Time { line, column: column(), found: excerpt(cell) });
                };
                let before = *moments.clock.get_or_insert(clock);
                if clock != before {
                    let (is, others) = (clock.cell(), before.column());
                    return Err(Fault::MixedTimes {
                        line,
                        column: column(),
                        found: excerpt(cell),
                        is,
                        others,
                    });
                }
                moments.push(key, cell);
            }
        }
        Ok(())
    }

    /// Puts the column, read to its end, into its place.
    pub(crate) fn finish(self, roles: &mut Roles) -> Result<(), Fault> {
        let name = self.name;
        match self.cells {
            Cells::Weights(values) => {
                if values.iter().all(|&weight| weight == 0.0) {
                    return Err(Fault::NoWeight { column: excerpt(&name) });
                }
                roles.weights = Some(Weights { name, values });
            }
            Cells::Groups(spellings) => roles.groups = Some(labels(name, spellings)),
            Cells::Folds(spellings) => roles.folds = Some(labels(name, spellings)),
            Cells::Times(moments) => roles.times = Some(moments.finish(name)),
        }
        Ok(())
    }
}

fn labels(name: String, spellings: Spellings) -> Labels {
    let (labels, codes) = spellings.into_classes();
    Labels { name, labels, codes }
}

impl Moments {
    fn push(&mut self, key: i128, cell: &str) {
        self.keys.push(key);
        let cell = || (key, excerpt(cell.trim_ascii()));
        match &mut self.ends {
            None => self.ends = Some([cell(), cell()]),
            Some([first, _]) if key < first.0 => *first = cell(),
            Some([_, last]) if key > last.0 => *last = cell(),
            Some(_) => {}
        }
    }

    fn finish(self, name: String) -> Times {
        let mut distinct = self.keys.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let rank = |key: &i128| distinct.partition_point(|other| other < key) as u32;
        let ranks = self.keys.iter().map(rank).collect();
        let [first, last] = self.ends.map_or_else(Default::default, |ends| ends.map(|(_, cell)| cell));
        Times { name, ranks, first, last }
    }
}

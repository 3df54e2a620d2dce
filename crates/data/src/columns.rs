//! The header of a table: which column is a feature, which a target, which has another role or none.

use std::collections::{HashMap, HashSet};

use crate::fault::{Fault, excerpt};
use crate::feature_column::Stated;
use crate::read::CsvOptions;
use crate::records::Record;

/// The most columns a table may have.
pub(crate) const COLUMN_LIMIT: usize = 100_000;

/// What a column is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The feature at this position.
    Feature(usize),
    /// The target at this position of `options.target`.
    Target(usize),
    /// The column at this position of [`Columns::beside`].
    Beside(usize),
    /// None, as the key of this name says.
    Dropped(&'static str),
}

/// A role beside feature and target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RoleKind {
    Weights,
    Groups,
    Times,
    Folds,
}

/// The columns in the order of the file.
pub(crate) struct Columns {
    pub(crate) names: Vec<String>,
    pub(crate) roles: Vec<Role>,
    /// What the user has said of each feature.
    pub(crate) stated: Vec<Stated>,
    /// The columns beside features and target, and their names.
    pub(crate) beside: Vec<(RoleKind, String)>,
}

impl Columns {
    /// Takes names from the header and roles from the options.
    ///
    /// # Errors
    /// Names that are empty or used twice, and options that name columns which do not exist, or twice, or leave
    /// no feature.
    pub(crate) fn new(header: &Record<'_>, options: &CsvOptions) -> Result<Columns, Fault> {
        let names = read_names(header)?;
        let beside = options.beside();
        let roles = give_roles(&names, options, &beside)?;
        let stated = stated_kinds(&names, options, &roles, &beside)?;
        let beside = beside.into_iter().map(|(kind, _, name)| (kind, name.to_owned())).collect();
        Ok(Columns { names, roles, stated, beside })
    }

    /// How many columns are features.
    pub(crate) fn n_features(&self) -> usize {
        self.stated.len()
    }

    /// The names of the features, in their order.
    pub(crate) fn feature_names(&self) -> Vec<String> {
        let features =
            self.names.iter().zip(&self.roles).filter(|(_, role)| matches!(role, Role::Feature(_)));
        features.map(|(name, _)| name.clone()).collect()
    }
}

pub(crate) fn read_names(header: &Record<'_>) -> Result<Vec<String>, Fault> {
    let names: Vec<String> = header.cells().take(COLUMN_LIMIT + 1).map(String::from).collect();
    if names.len() > COLUMN_LIMIT {
        return Err(Fault::TooManyColumns);
    }
    if let [only] = names.as_slice()
        && let Some(separator) = [';', '\t', '|'].into_iter().find(|&c| only.contains(c))
    {
        return Err(Fault::Separator { header: excerpt(header.text()), separator });
    }
    let mut seen = HashMap::with_capacity(names.len());
    for (name_idx, name) in names.iter().enumerate() {
        if name.trim().is_empty() {
            return Err(Fault::UnnamedColumn { position: name_idx + 1 });
        }
        if let Some(first_idx) = seen.insert(name, name_idx) {
            return Err(Fault::DuplicateColumn {
                name: excerpt(name),
                first: first_idx + 1,
                second: name_idx + 1,
            });
        }
    }
    Ok(names)
}

fn give_roles(
    names: &[String],
    options: &CsvOptions,
    beside: &[(RoleKind, &'static str, &str)],
) -> Result<Vec<Role>, Fault> {
    if options.target.is_empty() && !options.only_named {
        return Err(Fault::NoTarget);
    }
    let mut roles = vec![Role::Feature(0); names.len()];
    for (target_idx, name) in options.target.iter().enumerate() {
        let role = &mut roles[position(names, "target", name)?];
        if !matches!(role, Role::Feature(_)) {
            return Err(Fault::RepeatedTarget { name: excerpt(name) });
        }
        *role = Role::Target(target_idx);
    }
    for name in &options.drop {
        let role = &mut roles[position(names, "drop", name)?];
        if matches!(role, Role::Target(_)) {
            return Err(Fault::DroppedTarget { name: excerpt(name) });
        }
        *role = Role::Dropped("drop");
    }
    let mut claim = |key: &'static str, name: &str, claimed: Role| {
        let role = &mut roles[position(names, key, name)?];
        if let Some(other) = key_of(*role, beside) {
            return Err(Fault::TwoRoles { name: excerpt(name), key, other });
        }
        *role = claimed;
        Ok(())
    };
    for (beside_idx, &(_, key, name)) in beside.iter().enumerate() {
        claim(key, name, Role::Beside(beside_idx))?;
    }
    if let Some(name) = &options.id {
        claim("id", name, Role::Dropped("id"))?;
    }
    if options.only_named {
        leave_named(names, options, &mut roles)?;
    }
    let features = roles.iter_mut().filter(|role| matches!(role, Role::Feature(_)));
    let n_features =
        features.enumerate().map(|(feature_idx, role)| *role = Role::Feature(feature_idx)).count();
    if n_features == 0 {
        return Err(Fault::NoFeatures { dropped: !options.drop.is_empty() });
    }
    Ok(roles)
}

/// Drops every feature that no option names.
fn leave_named(names: &[String], options: &CsvOptions, roles: &mut [Role]) -> Result<(), Fault> {
    let ordinal = options.ordinal.iter().map(|(name, _)| name);
    let named: HashSet<&String> = options.numeric.iter().chain(&options.categorical).chain(ordinal).collect();
    let present: HashSet<&String> = names.iter().collect();
    // The first in the alphabet, whichever the set has first.
    if let Some(name) = named.iter().filter(|name| !present.contains(*name)).min() {
        return Err(Fault::MissingColumn {
            name: excerpt(name),
            nearest: nearest(names, name).map(|name| excerpt(name)),
        });
    }
    for (name, role) in names.iter().zip(roles) {
        if matches!(role, Role::Feature(_)) && !named.contains(name) {
            *role = Role::Dropped("drop");
        }
    }
    Ok(())
}

/// The key that gave a column its role; `None` for a feature.
fn key_of(role: Role, beside: &[(RoleKind, &'static str, &str)]) -> Option<&'static str> {
    match role {
        Role::Feature(_) => None,
        Role::Target(_) => Some("target"),
        Role::Dropped(key) => Some(key),
        Role::Beside(beside_idx) => Some(beside[beside_idx].1),
    }
}

/// What the options say of each feature.
fn stated_kinds(
    names: &[String],
    options: &CsvOptions,
    roles: &[Role],
    beside: &[(RoleKind, &'static str, &str)],
) -> Result<Vec<Stated>, Fault> {
    let n_features = roles.iter().filter(|role| matches!(role, Role::Feature(_))).count();
    let mut stated = vec![(Stated::Nothing, None); n_features];
    let numeric = options.numeric.iter().map(|name| ("numeric", name, Stated::Number));
    let categorical = options.categorical.iter().map(|name| ("categorical", name, Stated::Category));
    let ordinal =
        options.ordinal.iter().map(|(name, levels)| ("ordinal", name, Stated::Ordinal(levels.clone())));
    for (key, name, kind) in numeric.chain(categorical).chain(ordinal) {
        let role = roles[position(names, key, name)?];
        let other = match role {
            Role::Feature(feature_idx) => stated[feature_idx].1,
            _ => key_of(role, beside),
        };
        if let Some(other) = other {
            return Err(Fault::TwoRoles { name: excerpt(name), key, other });
        }
        if let Role::Feature(feature_idx) = role {
            stated[feature_idx] = (kind, Some(key));
        }
    }
    Ok(stated.into_iter().map(|(kind, _)| kind).collect())
}

pub(crate) fn position(names: &[String], key: &'static str, wanted: &str) -> Result<usize, Fault> {
    const SHOWN: usize = 8;
    names.iter().position(|name| name == wanted).ok_or_else(|| Fault::UnknownColumn {
        key,
        name: excerpt(wanted),
        nearest: nearest(names, wanted).map(|name| excerpt(name)),
        columns: names.iter().take(SHOWN).map(|name| excerpt(name)).collect(),
        n_columns: names.len(),
    })
}

/// The name most like `wanted`, if any is at least half alike: the rest would be guesses.
pub(crate) fn nearest<'a>(names: &'a [String], wanted: &str) -> Option<&'a String> {
    const ALIKE: f64 = 0.5;
    let wanted = wanted.trim().to_lowercase();
    let likeness = |name: &str| strsim::normalized_damerau_levenshtein(&name.trim().to_lowercase(), &wanted);
    let scored = names.iter().map(|name| (likeness(name), name)).filter(|(score, _)| *score >= ALIKE);
    // `reduce` keeps the first of equals, in the order of the file.
    scored.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, name)| name)
}

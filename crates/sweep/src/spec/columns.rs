//! The keys of `[data]` that say what the columns of a file are, and what becomes of gaps and levels.

use super::document::{Fault, Kind, Node};
use super::section::Section;
use mlpsweep_data::{Fill, FillLevel, PipelineOptions, Scale};

/// What the columns of a file are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnsSpec {
    /// Features that are levels; the others are as they look.
    pub categorical: Vec<String>,
    /// Features that are numbers, and stay.
    pub numeric: Vec<String>,
    /// Features that are levels in an order, with the levels from the lowest up, or none for their usual order.
    pub ordinal: Vec<(String, Vec<String>)>,
    /// The column that names the rows.
    pub id: Option<String>,
    /// What stands between cells; found when not said.
    pub delimiter: Option<u8>,
    /// Whether a missing cell is an error.
    pub refuses_gaps: bool,
}

/// The keys that only files have, in the order of the documentation.
pub(super) const KEYS: [&str; 11] = [
    "categorical",
    "numeric",
    "ordinal",
    "max_levels",
    "id",
    "delimiter",
    "missing",
    "fill_value",
    "missing_indicator",
    "missing_category",
    "test_path",
];

/// The words for `data.missing`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    Mean,
    Median,
    Constant,
    Error,
}

impl Missing {
    const ALL: [Missing; 4] = [Missing::Mean, Missing::Median, Missing::Constant, Missing::Error];

    fn name(self) -> &'static str {
        match self {
            Missing::Mean => "mean",
            Missing::Median => "median",
            Missing::Constant => "constant",
            Missing::Error => "error",
        }
    }
}

/// What the columns are, and how they become inputs but for the scale.
pub(super) fn read(section: &Section<'_>) -> Result<(ColumnsSpec, PipelineOptions), Fault> {
    let names = |key: &str| -> Result<Vec<String>, Fault> {
        Ok(section.texts(key)?.into_iter().map(|(name, _)| name.to_owned()).collect())
    };
    let categorical = match section.get("categorical") {
        Some(Node { kind: Kind::Text(word), .. }) if word == "auto" => Vec::new(),
        Some(node @ Node { kind: Kind::Text(_), .. }) => {
            return Err(section.wrong("categorical", node, "\"auto\" or a list of columns"));
        }
        _ => names("categorical")?,
    };
    let missing = section.word("missing", &Missing::ALL, Missing::name)?.unwrap_or(Missing::Mean);
    let fill_value = section.number("fill_value", "a finite number", f64::is_finite)?;
    if let (Some(node), true) = (section.get("fill_value"), missing != Missing::Constant) {
        return Err(Fault::new(&node.place, "`data.fill_value` is not used")
            .hint("it goes with `missing = \"constant\"`"));
    }
    let mut options = PipelineOptions::scaled(Scale::Standard);
    options.fill = match missing {
        Missing::Mean | Missing::Error => Fill::Mean,
        Missing::Median => Fill::Median,
        Missing::Constant => Fill::Constant(fill_value.unwrap_or(0.0)),
    };
    options.missing_indicator = section.flag("missing_indicator")?.unwrap_or(false);
    let fill_level = section.word("missing_category", &FillLevel::ALL, FillLevel::name)?;
    options.fill_level = fill_level.unwrap_or(options.fill_level);
    options.max_levels = section.whole("max_levels", 1)?.map_or(options.max_levels, |most| most as usize);
    let columns = ColumnsSpec {
        categorical,
        numeric: names("numeric")?,
        ordinal: ordinal(section)?,
        id: section.text("id")?.map(|(name, _)| name.to_owned()),
        delimiter: delimiter(section)?,
        refuses_gaps: missing == Missing::Error,
    };
    Ok((columns, options))
}

/// A list of columns, or a table of columns with their levels.
fn ordinal(section: &Section<'_>) -> Result<Vec<(String, Vec<String>)>, Fault> {
    let Some(node @ Node { kind: Kind::Table(_), .. }) = section.get("ordinal") else {
        let names = section.texts("ordinal")?;
        return Ok(names.into_iter().map(|(name, _)| (name.to_owned(), Vec::new())).collect());
    };
    let table = Section::new(section.path("ordinal"), node)?;
    let mut columns = Vec::new();
    for (name, node) in table.entries() {
        let levels = table.labels(name)?;
        for (i, (level, place)) in levels.iter().enumerate() {
            if levels[..i].iter().any(|(earlier, _)| earlier == level) {
                return Err(Fault::new(place, format!("`{}` lists {level:?} twice", table.path(name))));
            }
        }
        if levels.len() < 2 {
            return Err(table.wrong(name, node, "a list of two levels or more, from the lowest up"));
        }
        columns.push((name.clone(), levels.into_iter().map(|(level, _)| level).collect()));
    }
    Ok(columns)
}

fn delimiter(section: &Section<'_>) -> Result<Option<u8>, Fault> {
    let Some((text, _)) = section.text("delimiter")? else { return Ok(None) };
    match text.as_bytes() {
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Ok(Some(*byte)),
        _ => {
            let node = section.get("delimiter").expect("just read");
            Err(section.wrong("delimiter", node, "one character such as \",\", \";\" or \"\\t\""))
        }
    }
}

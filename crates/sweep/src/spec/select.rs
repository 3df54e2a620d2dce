//! `[select]`: which trial is the winner, and what is made of it.

use super::document::{Fault, Place};
use super::section::Section;

/// How the winner is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectRule {
    /// The best mean score.
    Best,
    /// The fewest parameters within one standard error of the best.
    OneSe,
    /// The best on splits that the search has not seen, among the best few.
    Confirmed,
}

impl SelectRule {
    /// All of them.
    pub const ALL: [SelectRule; 3] = [SelectRule::Best, SelectRule::OneSe, SelectRule::Confirmed];

    /// The word for it in sweep files.
    pub fn name(self) -> &'static str {
        match self {
            SelectRule::Best => "best",
            SelectRule::OneSe => "one_se",
            SelectRule::Confirmed => "confirmed",
        }
    }
}

/// Which networks the model averages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ensemble {
    /// One network, trained on all rows.
    None,
    /// Those of the winner's folds.
    Folds,
    /// Of the best so many configurations, each trained on all rows.
    Top(usize),
}

impl Ensemble {
    /// The word for it in sweep files.
    pub fn name(self) -> String {
        match self {
            Ensemble::None => "none".into(),
            Ensemble::Folds => "folds".into(),
            Ensemble::Top(n) => format!("top-{n}"),
        }
    }

    /// What the word says; networks of a `top-K` are 2 to 100.
    pub fn from_name(name: &str) -> Option<Ensemble> {
        match name {
            "none" => Some(Ensemble::None),
            "folds" => Some(Ensemble::Folds),
            _ => {
                let n = name.strip_prefix("top-")?.parse().ok()?;
                (2..=100).contains(&n).then_some(Ensemble::Top(n))
            }
        }
    }
}

/// `[select]`
#[derive(Clone, Debug, PartialEq)]
pub struct SelectSpec {
    /// How the winner is chosen.
    pub rule: SelectRule,
    /// Where that stands.
    pub place: Option<Place>,
    /// How many of the best are confirmed.
    pub confirm_top: usize,
    /// On how many further repeats of the folds.
    pub confirm_repeats: usize,
    /// Whether the winner is trained once more, on all rows that are not held out.
    pub refit: bool,
    /// Which networks its model averages.
    pub ensemble: Ensemble,
    /// Whether the folds of the winner and of earlier incumbents are trained once more to be looked into.
    pub examine: bool,
}

/// What the section says; without one the defaults.
pub(super) fn select(section: Option<Section<'_>>) -> Result<SelectSpec, Fault> {
    let mut select = SelectSpec {
        rule: SelectRule::Best,
        place: None,
        confirm_top: 5,
        confirm_repeats: 1,
        refit: true,
        ensemble: Ensemble::None,
        examine: true,
    };
    let Some(section) = section else { return Ok(select) };
    select.rule = section.word("rule", &SelectRule::ALL, SelectRule::name)?.unwrap_or(select.rule);
    select.place = section.get("rule").map(|node| node.place.clone());
    let confirm_top = section.whole("confirm_top", 2)?;
    let confirm_repeats = section.whole("confirm_repeats", 1)?;
    for key in ["confirm_top", "confirm_repeats"] {
        if let Some(node) = section.get(key)
            && select.rule != SelectRule::Confirmed
        {
            let message = format!("`select.{key}` without `rule = \"confirmed\"`");
            return Err(Fault::new(&node.place, message).hint("only a confirmation goes by it"));
        }
    }
    select.confirm_top = confirm_top.map_or(select.confirm_top, |n| n as usize);
    select.confirm_repeats = confirm_repeats.map_or(select.confirm_repeats, |n| n as usize);
    select.refit = section.flag("refit")?.unwrap_or(true);
    if let Some((name, place)) = section.text("ensemble")? {
        select.ensemble = Ensemble::from_name(name).ok_or_else(|| {
            let message = format!("`select.ensemble` is {name:?}, which is not known");
            Fault::new(place, message).hint("known are `none`, `folds`, and `top-2` to `top-100`")
        })?;
    }
    select.examine = section.flag("examine")?.unwrap_or(true);
    section.finish()?;
    Ok(select)
}

//! The figures at the top of the page: what the winner is worth, and what the search came to.

use crate::ranking::{Ranking, TrialState};
use crate::table::{Format, what_it_is};
use mlpsweep_sweep::record::SweepInfo;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Card {
    title: String,
    value: String,
    note: String,
    main: bool,
}

/// The cards, the honest score first.
pub(super) fn cards(ranking: &Ranking<'_>, info: &SweepInfo) -> Vec<Card> {
    let metric = info.metrics.first().map_or("", |metric| &metric.name);
    let mut cards = Vec::new();
    let best = ranking.best().and_then(|best| Some((best, best.scores.first()?)));
    let format = |value: f64, error: Option<f64>| Format::of(&[value], error.as_slice());
    if let Some(honest) = ranking.honest {
        let interval = honest.interval;
        let format = format(honest.score, Some((interval.high - interval.low) / 4.0));
        cards.push(Card {
            title: format!("Honest {metric} of the winner"),
            value: format.number(honest.score),
            note: format!(
                "95 %: {} to {}; BBC-CV, {} bootstraps of the validation rows",
                format.number(interval.low),
                format.number(interval.high),
                honest.n_resamples
            ),
            main: true,
        });
    }
    if let Some((best, scores)) = best
        && let Some(mean) = scores.mean
    {
        let format = format(mean, scores.se);
        let interval = scores.interval.map_or(String::new(), |ci| {
            format!("95 %: {} to {}; ", format.number(ci.low), format.number(ci.high))
        });
        cards.push(Card {
            title: format!("Best mean {metric}, trial {}", best.trial.number),
            value: format.number(mean),
            note: format!("{interval}chosen for being the best, so it promises too much"),
            main: false,
        });
    }
    if let Some((refit, score)) =
        ranking.refit.and_then(|refit| Some((refit, (*refit.holdout_scores.first()?)?)))
    {
        cards.push(Card {
            title: format!("{metric} on {} rows held out", info.n_test_rows),
            value: format(score, None).number(score),
            note: format!("{}; scored once", what_it_is(refit, info)),
            main: false,
        });
    }
    let lost = [
        (TrialState::Running, "unfinished"),
        (TrialState::Pruned, "pruned"),
        (TrialState::Timeout, "out of time"),
        (TrialState::Diverged, "diverged"),
        (TrialState::Failed, "failed"),
    ];
    let lost = lost.map(|(state, word)| (ranking.count(state), word));
    let lost: Vec<String> =
        lost.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    let tied = ranking.rows.iter().filter(|row| row.tied_with_best == Some(true)).count();
    let tied = if tied > 1 { format!("{} tied with the best", tied - 1) } else { String::new() };
    cards.push(Card {
        title: "Complete trials".into(),
        value: ranking.count(TrialState::Complete).to_string(),
        note: [&lost[..], &[tied]]
            .concat()
            .into_iter()
            .filter(|s| !s.is_empty())
            .collect::<Vec<_>>()
            .join(", "),
        main: false,
    });
    cards
}

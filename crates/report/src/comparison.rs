//! Two sweeps side by side: is the winner of the one better than the winner of the other?
//!
//! ```text
//! d_j    score of B's winner − score of A's on split j, turned so that more is better for B
//! paired     where both sweeps have the same rows in the same folds: the corrected resampled t-test of d (Nadeau & Bengio
//!            2003), interval mean(d) ± t_{J−1}·√(1/J + ρ)·sd(d)
//! unpaired   else: √(se_A² + se_B²) of the corrected errors, with the fewer degrees of freedom of the two, which is the
//!            cautious choice
//! ```
//!
//! The folds agree where seed, data, test share and everything that shares out rows are the same.

use crate::ranking::Ranking;
use crate::scores::{rho, sign};
use crate::study::Study;
use mlpsweep_search::TrialNumber;
use mlpsweep_stats::{Interval, corrected_se, mean, sd, t_interval, t_two_sided_p};
use mlpsweep_sweep::record::SweepInfo;
use serde::Serialize;

/// The keys of a sweep's identity that decide which rows are in which fold.
const FOLD_KEYS: [&str; 10] = [
    "seed",
    "data hash",
    "data.test rows",
    "cv.kind",
    "cv.folds",
    "cv.repeats",
    "cv.share",
    "cv.group",
    "cv.time",
    "cv.column",
];

/// What two sweeps' winners differ by.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The metric that ranks both.
    pub metric: String,
    /// Whether folds agree, and so scores were compared one by one.
    pub paired: bool,
    /// The winner of the first.
    pub a: Side,
    /// The winner of the second.
    pub b: Side,
    /// By how much the second is better; negative where it is worse.
    pub difference: f64,
    /// The lower end of its 95 % interval; `None` with a single split.
    pub ci_low: Option<f64>,
    /// The upper end.
    pub ci_high: Option<f64>,
    /// How probable so large a difference is by chance, two-sided; `None` with a single split.
    pub p: Option<f64>,
    /// The same on the hypothesis that the second is not worse than the first by more than the margin.
    pub p_worse: Option<f64>,
    /// The loss that is put up with.
    pub margin: f64,
    /// What is to be said of it.
    pub verdict: Verdict,
}

/// One sweep's winner.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Side {
    /// The sweep's name.
    pub name: String,
    /// The winner's number.
    pub number: TrialNumber,
    /// Its mean score.
    pub mean: f64,
    /// The corrected standard error; `None` with a single split.
    pub se: Option<f64>,
}

/// What is to be said of the second winner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Better than the first.
    Better,
    /// Worse by more than the margin.
    Worse,
    /// These folds cannot tell the two apart.
    NoDifference,
    /// There is a single split and nothing to test.
    Untested,
}

impl Verdict {
    /// As in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Better => "better",
            Verdict::Worse => "worse",
            Verdict::NoDifference => "no_difference",
            Verdict::Untested => "untested",
        }
    }
}

/// Why two sweeps cannot be compared, in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Incomparable(String);

/// Compares the winners of two sweeps at the level `alpha`, the second one's loss of up to `margin` being put up with.
///
/// # Errors
/// Other metrics, other data, or no complete trial in one of them.
pub fn compare(a: &Study, b: &Study, margin: f64, alpha: f64) -> Result<Comparison, Incomparable> {
    let metric = |study: &Study| study.info.metrics.first().cloned();
    let (Some(metric_a), Some(metric_b)) = (metric(a), metric(b)) else {
        return Err(Incomparable("a sweep without a metric".into()));
    };
    if metric_a != metric_b {
        let message = format!("one is ranked by {}, the other by {}", metric_a.name, metric_b.name);
        return Err(Incomparable(message));
    }
    if a.info.data.fingerprint != b.info.data.fingerprint {
        let message = format!(
            "they are about different data: {} and {} (SHA-256 {:.12}… and {:.12}…)",
            a.info.data.name, b.info.data.name, a.info.data.fingerprint, b.info.data.fingerprint
        );
        return Err(Incomparable(message));
    }
    let (ranking_a, ranking_b) = (Ranking::new(a), Ranking::new(b));
    let (side_a, scores_a) = side(&ranking_a, &a.info)?;
    let (side_b, scores_b) = side(&ranking_b, &b.info)?;
    let key = |info: &SweepInfo, key: &str| info.identity.get(key).cloned();
    let paired = scores_a.len() == scores_b.len()
        && FOLD_KEYS.iter().all(|name| key(&a.info, name) == key(&b.info, name));
    let sign = sign(&a.info);
    let difference = sign * (side_b.mean - side_a.mean) + 0.0;
    let (error, df) = if paired {
        let differences: Vec<f64> = scores_b.iter().zip(&scores_a).map(|(b, a)| sign * (b - a)).collect();
        let error = sd(&differences).map(|sd| corrected_se(sd, differences.len(), rho(&a.info)));
        (error, differences.len() - 1)
    } else {
        let both = side_a.se.zip(side_b.se).map(|(a, b)| a.hypot(b));
        (both, scores_a.len().min(scores_b.len()).saturating_sub(1))
    };
    let error = error.filter(|_| df > 0);
    let interval = error.map(|error| t_interval(difference, error, df, 0.95));
    let p = error.map(|error| two_sided(difference, error, df));
    // One-sided: half of the two-sided one on the side in question.
    let p_worse = error.map(|error| {
        let half = two_sided(difference + margin, error, df) / 2.0;
        if difference + margin < 0.0 { half } else { 1.0 - half }
    });
    let verdict = match (p, p_worse) {
        (Some(_), Some(worse)) if worse < alpha => Verdict::Worse,
        (Some(p), _) if p < alpha && difference > 0.0 => Verdict::Better,
        (Some(_), _) => Verdict::NoDifference,
        (None, _) => Verdict::Untested,
    };
    let (ci_low, ci_high) = interval.map(|Interval { low, high }| (low, high)).unzip();
    let metric = metric_a.name;
    let (a, b) = (side_a, side_b);
    Ok(Comparison { metric, paired, a, b, difference, ci_low, ci_high, p, p_worse, margin, verdict })
}

fn side(ranking: &Ranking<'_>, info: &SweepInfo) -> Result<(Side, Vec<f64>), Incomparable> {
    let winner = ranking.winner().and_then(|winner| Some((winner, winner.scores.first()?)));
    let none = || Incomparable(format!("the sweep {} has no complete trial", info.name));
    let (winner, scores) = winner.ok_or_else(none)?;
    let of_splits: Vec<f64> = scores.test.iter().flatten().copied().collect();
    let mean = mean(&of_splits).ok_or_else(none)?;
    Ok((Side { name: info.name.clone(), number: winner.trial.number, mean, se: scores.se }, of_splits))
}

/// P(|T| ≥ |difference / error|); without any error 0, or 1 for no difference.
fn two_sided(difference: f64, error: f64, df: usize) -> f64 {
    if error > 0.0 { t_two_sided_p(difference / error, df) } else { f64::from(u8::from(difference == 0.0)) }
}

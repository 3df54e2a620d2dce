//! The history of a search in a terminal.
//!
//! ```text
//!  0.98 │            ──────────      · a trial's mean
//!       │ ·  ────────  ·    ·        ─ the best so far
//!  0.94 │─────   ·
//!       └──────────────────────
//!        0                    31
//! ```

use crate::ranking::{Ranking, TrialState};
use crate::scores::is_maximized;
use crate::table::Format;
use mlpsweep_stats::quantile;
use mlpsweep_sweep::record::SweepInfo;

const HEIGHT: usize = 7;
const WIDTH: usize = 60;
/// Fewer trials have no history.
const FEWEST: usize = 5;

/// The plot, lines that end in line ends; `None` for a few trials.
pub fn history_plot(ranking: &Ranking<'_>, info: &SweepInfo) -> Option<String> {
    let metric = info.metrics.first()?;
    let mut means: Vec<(u64, f64)> = ranking
        .rows
        .iter()
        .filter(|row| row.state == TrialState::Complete)
        .filter_map(|row| Some((row.trial.number, row.scores.first()?.mean?)))
        .collect();
    if means.len() < FEWEST {
        return None;
    }
    means.sort_unstable_by_key(|&(number, _)| number);
    let mut sorted: Vec<f64> = means.iter().map(|&(_, mean)| mean).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    // What is far worse than most would press all others into a line.
    let maximize = is_maximized(metric);
    let (low, high) = if maximize {
        (quantile(&sorted, 0.1), sorted[sorted.len() - 1])
    } else {
        (sorted[0], quantile(&sorted, 0.9))
    };
    let last = means[means.len() - 1].0.max(1);
    let width = WIDTH.min(usize::try_from(last).unwrap_or(WIDTH) + 1);
    let row = |mean: f64| {
        let share = if high > low { (mean - low) / (high - low) } else { 0.5 };
        ((1.0 - share.clamp(0.0, 1.0)) * (HEIGHT - 1) as f64).round() as usize
    };
    let mut cells = vec![vec![' '; width]; HEIGHT];
    let column = |number: u64| (number as f64 / last as f64 * (width - 1) as f64).round() as usize;
    let (mut best, mut at) = (None, 0);
    for &(number, mean) in &means {
        let here = column(number);
        if let Some(best) = best {
            cells[row(best)][at..=here].fill('─');
        }
        best = Some(best.map_or(mean, |best: f64| if maximize { best.max(mean) } else { best.min(mean) }));
        at = here;
    }
    if let Some(best) = best {
        cells[row(best)][at..].fill('─');
    }
    for &(number, mean) in means.iter().filter(|(_, mean)| (low..=high).contains(mean)) {
        let cell = &mut cells[row(mean)][column(number)];
        if *cell == ' ' {
            *cell = '·';
        }
    }
    let format = Format::of(&[low, high], &[(high - low) / HEIGHT as f64]);
    let labels = [format.number(high), format.number(low)];
    let margin = labels.iter().map(String::len).max().unwrap_or(0);
    let mut lines = vec![format!("{}: ─ best so far, · a trial", metric.name)];
    for (row_idx, cells) in cells.into_iter().enumerate() {
        let label = match row_idx {
            0 => &labels[0],
            i if i == HEIGHT - 1 => &labels[1],
            _ => "",
        };
        let line: String = cells.into_iter().collect();
        lines.push(format!("{label:>margin$} │{line}"));
    }
    let gap = width.saturating_sub(1);
    lines.push(format!("{:margin$} └{}", "", "─".repeat(width)));
    lines.push(format!("{:margin$}  0{last:>gap$}", ""));
    Some(lines.into_iter().map(|line| format!("{}\n", line.trim_end())).collect())
}

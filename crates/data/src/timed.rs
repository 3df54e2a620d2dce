//! Rows shared out in the order of time: what is learned from lies before what is judged.
//!
//! Rows of one time are never parted: of the n rows in order, a cut comes before a row that is later than the one before
//! it. Of such places each cut takes the nearest to where it belongs, the earlier of two, and leaves at least one time
//! to every later block.
//!
//! ```text
//! k folds     k + 1 blocks; cut j = 1 … k belongs at n − (k + 1 − j) ⌊n/(k + 1)⌋, as in scikit-learn's TimeSeriesSplit
//! a share     one cut; it belongs at n − share · n
//! ```

use crate::fault::excerpt;
use crate::folds::FoldError;
use crate::roles::Times;

/// The block of each position, from 0 to `n_folds`: an earlier time is never in a later block.
pub(crate) fn blocks(times: &Times, rows: &[u32], n_folds: usize) -> Result<Vec<u32>, FoldError> {
    let block_size = rows.len() / (n_folds + 1);
    let ideals: Vec<usize> = (1..=n_folds).map(|j| rows.len() - (n_folds + 1 - j) * block_size).collect();
    let cuts = cuts(times, rows, &ideals).map_err(|n_times| FoldError::MoreFoldsThanTimes {
        column: excerpt(&times.name),
        n_folds,
        n_times,
    })?;
    let block = |&row: &u32| cuts.partition_point(|&rank| rank <= times.ranks[row as usize]) as u32;
    Ok(rows.iter().map(block).collect())
}

/// Which positions are the latest `n_drawn`, as nearly as whole times allow: at least one time, and one is left.
pub(crate) fn latest(times: &Times, rows: &[u32], n_drawn: usize) -> Result<Vec<bool>, FoldError> {
    let cuts = cuts(times, rows, &[rows.len() - n_drawn])
        .map_err(|_| FoldError::OneTime { column: excerpt(&times.name) })?;
    Ok(rows.iter().map(|&row| times.ranks[row as usize] >= cuts[0]).collect())
}

/// The first time of each block but the first, for cuts as near to `ideals` as whole times allow; the number of
/// different times where they are too few.
fn cuts(times: &Times, rows: &[u32], ideals: &[usize]) -> Result<Vec<u32>, usize> {
    let mut ranks: Vec<u32> = rows.iter().map(|&row| times.ranks[row as usize]).collect();
    ranks.sort_unstable();
    let starts: Vec<usize> = (0..ranks.len()).filter(|&i| i == 0 || ranks[i] != ranks[i - 1]).collect();
    if starts.len() <= ideals.len() {
        return Err(starts.len());
    }
    let mut cuts = Vec::with_capacity(ideals.len());
    let mut first = 1;
    for (cut_idx, &ideal) in ideals.iter().enumerate() {
        let last = starts.len() - (ideals.len() - cut_idx);
        let nearest = (first..=last).min_by_key(|&time_idx| starts[time_idx].abs_diff(ideal));
        let time_idx = nearest.expect("as many times are left as cuts");
        cuts.push(ranks[starts[time_idx]]);
        first = time_idx + 1;
    }
    Ok(cuts)
}

//! What was measured at other times, as a comparison: two criterion folders, or the heads of two saved runs.
//!
//! Nothing was interleaved, so what changed on the machine in between is in the differences; of a criterion folder there is one
//! process a side, of which no rounds can be made: such benchmarks are `inconclusive` at best.

use crate::benchmark_files::Measured;
use crate::host::Host;
use crate::judge::{Judged, Verdict};
use crate::run::{Arm, FORMAT, Options, Pair, SavedRun, Stage};
use std::collections::BTreeMap;

/// One side: by benchmark its times, round by round.
pub type Side = BTreeMap<String, Vec<f64>>;

/// The heads of a saved run.
pub fn side_of_run(run: &SavedRun) -> Side {
    let mut side = Side::new();
    for pair in run.pairs.iter().filter(|pair| pair.stage == Stage::First) {
        side.entry(run.benchmarks[pair.benchmark].clone()).or_default().push(pair.head);
    }
    side
}

/// A criterion folder: one process.
pub fn side_of_folder(folder: BTreeMap<String, Measured>) -> Side {
    folder.into_iter().map(|(name, measured)| (name, vec![measured.median])).collect()
}

/// Two sides as a comparison.
pub fn offline(base: (&str, &Side), head: (&str, &Side), host: Host, options: Options) -> SavedRun {
    let only = |these: &Side, others: &Side| {
        these.keys().filter(|name| !others.contains_key(*name)).cloned().collect::<Vec<String>>()
    };
    let benchmarks: Vec<String> = base.1.keys().filter(|name| head.1.contains_key(*name)).cloned().collect();
    let mut pairs = Vec::new();
    for (benchmark, name) in benchmarks.iter().enumerate() {
        for (round, (&base, &head)) in base.1[name].iter().zip(&head.1[name]).enumerate() {
            pairs.push(Pair { benchmark, stage: Stage::First, round, first: Arm::Base, base, head });
        }
    }
    SavedRun {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        host,
        base: base.0.to_owned(),
        head: head.0.to_owned(),
        options: Options { confirms: false, ..options },
        only_base: only(base.1, head.1),
        only_head: only(head.1, base.1),
        benchmarks,
        pairs,
        broken: Vec::new(),
    }
}

/// Takes back what is said of sides that were not measured in the same way.
pub fn incomparable(judged: &mut Judged, why: &str) {
    for row in &mut judged.rows {
        if row.estimate.is_some() {
            row.verdict = Verdict::Incomparable;
            row.note = Some(why.to_owned());
        }
    }
    judged.rows.sort_by_key(|row| row.verdict);
}

//! Rounds → verdicts.
//!
//! With d_r = ln(head/base) of n rounds and the margin μ = ln(1 + T), T the threshold, or what two copies of one build differed by
//! on this host if that is more:
//!
//! ```text
//! effect      Hodges–Lehmann estimate of d, as exp(d) − 1
//! interval    95 % bootstrap over rounds
//! slower      p of the exact one-sided signed-rank test of d_r − μ, corrected over benchmarks by Benjamini & Hochberg, ≤ level
//! faster      the same of −d_r − μ
//! ```
//!
//! A benchmark that is slower or faster has tripped. Its fresh rounds decide, alone: of many that are looked at, those that trip by
//! chance do not do so twice. What was measured at other times cannot be measured again, and is decided at once. The least p of n rounds is 2⁻ⁿ, so fewer than [`least_rounds`] could never find anything.

use crate::run::{Pair, SavedRun, Stage};
use mlpsweep_seed::Seed;
use mlpsweep_stats::{
    Interval, benjamini_hochberg, bootstrap_interval, hodges_lehmann, median, signed_rank_p,
};
use rand::RngExt as _;
use serde::Serialize;
use std::cmp::Ordering;

const INTERVAL_LEVEL: f64 = 0.95;

/// What is to be said of a benchmark, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Slower than the margin, twice.
    Regressed,
    /// A process crashed, hung, or measured nothing.
    Broken,
    /// The head has it no more.
    Missing,
    /// Measured on another machine or by another compiler.
    Incomparable,
    /// It tripped, and its fresh rounds did not say so again.
    Unconfirmed,
    /// These rounds cannot tell.
    Inconclusive,
    /// The base did not have it.
    New,
    /// The whole interval is within the margin.
    Equivalent,
    /// Faster than the margin, twice.
    Improved,
}

impl Verdict {
    /// All of them, the worst first.
    pub const ALL: [Verdict; 9] = [
        Verdict::Regressed,
        Verdict::Broken,
        Verdict::Missing,
        Verdict::Incomparable,
        Verdict::Unconfirmed,
        Verdict::Inconclusive,
        Verdict::New,
        Verdict::Equivalent,
        Verdict::Improved,
    ];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Regressed => "regressed",
            Verdict::Broken => "broken",
            Verdict::Missing => "missing",
            Verdict::Incomparable => "incomparable",
            Verdict::Unconfirmed => "unconfirmed",
            Verdict::Inconclusive => "inconclusive",
            Verdict::New => "new",
            Verdict::Equivalent => "equivalent",
            Verdict::Improved => "improved",
        }
    }
}

/// What rounds say of a benchmark.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// Rounds.
    pub n_rounds: usize,
    /// Nanoseconds an iteration of the base, the median over rounds.
    pub base: f64,
    /// The same of the head.
    pub head: f64,
    /// head/base − 1
    pub effect: f64,
    /// The interval of it.
    pub low: f64,
    /// Its other end.
    pub high: f64,
    /// T
    pub margin: f64,
    /// Of being slower by more than the margin, corrected.
    pub p_slower: f64,
    /// Of being faster by more than it.
    pub p_faster: f64,
    /// The least slowdown that rounds like these would have found.
    pub smallest_effect: f64,
}

/// One benchmark and what is said of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Its name.
    pub benchmark: String,
    /// The verdict.
    pub verdict: Verdict,
    /// What it rests on; `None` where nothing was measured.
    pub estimate: Option<Estimate>,
    /// Why, where that is not in the numbers.
    pub note: Option<String>,
}

/// A comparison that is judged.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    /// The benchmarks, the worst first.
    pub rows: Vec<Row>,
    /// The geometric mean of head/base over those with an estimate; 1 for none.
    pub geometric_mean: f64,
}

impl Judged {
    /// How many benchmarks have a verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.rows.iter().filter(|row| row.verdict == verdict).count()
    }
}

/// Rounds without which `n_benchmarks` at that level could never trip: 2⁻ⁿ ≤ level/benchmarks.
pub fn least_rounds(n_benchmarks: usize, level: f64) -> usize {
    (n_benchmarks.max(1) as f64 / level).log2().ceil().max(1.0) as usize
}

/// The verdicts of a run: a function of what was measured.
pub fn judge(run: &SavedRun) -> Judged {
    let tests = Tests::new(run, Stage::First);
    let tripped = tests.tripped(run.options.level);
    let first = tests.estimates(run, Stage::First);
    let confirm = Tests::new(run, Stage::Confirm).estimates(run, Stage::Confirm);
    let mut rows = Vec::new();
    for (benchmark, name) in run.benchmarks.iter().enumerate() {
        let broken = run.broken.iter().find(|broken| broken.benchmark == benchmark);
        let (verdict, estimate) = match (&first[benchmark], &confirm[benchmark]) {
            _ if broken.is_some() => (Verdict::Broken, first[benchmark].clone()),
            (None, _) => (Verdict::Inconclusive, None),
            (Some(first), again) if tripped.contains(&benchmark) => {
                // What cannot be measured again is decided by what there is.
                let decisive = again.as_ref().or((!run.options.confirms).then_some(first));
                let (is_slower, level) = (first.p_slower <= run.options.level, run.options.level);
                let verdict = match decisive {
                    Some(again) if is_slower && again.p_slower <= level => Verdict::Regressed,
                    Some(again) if !is_slower && again.p_faster <= level => Verdict::Improved,
                    _ => Verdict::Unconfirmed,
                };
                (verdict, Some(again.as_ref().unwrap_or(first).clone()))
            }
            (Some(estimate), _) => {
                // A process or a few say nothing of what differs between processes.
                let inside = estimate.n_rounds >= least_rounds(1, run.options.level)
                    && estimate.high < estimate.margin
                    && estimate.low > 1.0 / (1.0 + estimate.margin) - 1.0;
                let verdict = if inside { Verdict::Equivalent } else { Verdict::Inconclusive };
                (verdict, Some(estimate.clone()))
            }
        };
        let note = broken.map(|broken| format!("{}: {}", broken.arm.name(), broken.reason));
        rows.push(Row { benchmark: name.clone(), verdict, estimate, note });
    }
    let without =
        |name: &String, verdict| Row { benchmark: name.clone(), verdict, estimate: None, note: None };
    rows.extend(run.only_base.iter().map(|name| without(name, Verdict::Missing)));
    rows.extend(run.only_head.iter().map(|name| without(name, Verdict::New)));
    let effects: Vec<f64> =
        rows.iter().filter_map(|row| Some(row.estimate.as_ref()?.effect.ln_1p())).collect();
    let geometric_mean = (effects.iter().sum::<f64>() / effects.len().max(1) as f64).exp();
    rows.sort_by(worst_first);
    Judged { rows, geometric_mean }
}

fn worst_first(a: &Row, b: &Row) -> Ordering {
    let effect = |row: &Row| row.estimate.as_ref().map_or(0.0, |estimate| estimate.effect);
    let by_effect = || effect(b).total_cmp(&effect(a));
    a.verdict.cmp(&b.verdict).then_with(by_effect).then_with(|| a.benchmark.cmp(&b.benchmark))
}

/// The benchmarks that are to be measured again.
pub(crate) fn to_confirm(run: &SavedRun) -> Vec<usize> {
    let is_whole = |benchmark: &usize| run.broken.iter().all(|broken| broken.benchmark != *benchmark);
    let tripped = Tests::new(run, Stage::First).tripped(run.options.level);
    tripped.into_iter().filter(is_whole).collect()
}

/// The tests of a stage, by benchmark.
struct Tests {
    /// d_r
    differences: Vec<Vec<f64>>,
    /// T
    margins: Vec<f64>,
    /// Corrected; 1 where nothing was measured.
    p_slower: Vec<f64>,
    p_faster: Vec<f64>,
    n_tested: usize,
}

impl Tests {
    fn new(run: &SavedRun, stage: Stage) -> Tests {
        let n = run.benchmarks.len();
        let differences: Vec<Vec<f64>> = (0..n).map(|benchmark| run.differences(benchmark, stage)).collect();
        let margin = |name: &String| {
            let noise = run.options.noise.iter().find(|(noisy, _)| noisy == name);
            run.options.threshold.max(noise.map_or(0.0, |(_, noise)| *noise))
        };
        let margins: Vec<f64> = run.benchmarks.iter().map(margin).collect();
        let tested: Vec<usize> = (0..n).filter(|&i| !differences[i].is_empty()).collect();
        let p = |sign: f64| {
            let each = tested.iter().map(|&benchmark| {
                let beyond = differences[benchmark].iter().map(|d| sign * d - margins[benchmark].ln_1p());
                signed_rank_p(&beyond.collect::<Vec<_>>())
            });
            let corrected = benjamini_hochberg(&each.collect::<Vec<_>>());
            let mut all = vec![1.0; n];
            tested.iter().zip(corrected).for_each(|(&benchmark, p)| all[benchmark] = p);
            all
        };
        let (p_slower, p_faster) = (p(1.0), p(-1.0));
        Tests { differences, margins, p_slower, p_faster, n_tested: tested.len() }
    }

    fn tripped(&self, level: f64) -> Vec<usize> {
        let least = self.p_slower.iter().zip(&self.p_faster).map(|(slower, faster)| slower.min(*faster));
        least.enumerate().filter(|(_, p)| *p <= level).map(|(benchmark, _)| benchmark).collect()
    }

    /// What the rounds say of each benchmark that has some.
    fn estimates(&self, run: &SavedRun, stage: Stage) -> Vec<Option<Estimate>> {
        let strictest = run.options.level / self.n_tested.max(1) as f64;
        let estimate = |(benchmark, differences): (usize, &Vec<f64>)| {
            let d = hodges_lehmann(differences)?;
            let seed = Seed::new(run.options.seed).child("bootstrap").child(&run.benchmarks[benchmark]);
            let Interval { low, high } = interval(differences, run.options.resamples, seed);
            let times = |time: fn(&Pair) -> f64| {
                let of = run.pairs.iter().filter(|pair| pair.benchmark == benchmark && pair.stage == stage);
                median(&mut of.map(time).collect::<Vec<f64>>()).expect("rounds")
            };
            let margin = self.margins[benchmark];
            Some(Estimate {
                n_rounds: differences.len(),
                base: times(|pair| pair.base),
                head: times(|pair| pair.head),
                effect: d.exp_m1(),
                low: low.exp_m1(),
                high: high.exp_m1(),
                margin,
                p_slower: self.p_slower[benchmark],
                p_faster: self.p_faster[benchmark],
                smallest_effect: smallest_effect(differences, d, margin.ln_1p(), strictest).exp_m1(),
            })
        };
        self.differences.iter().enumerate().map(estimate).collect()
    }
}

/// The bootstrap interval of the Hodges–Lehmann estimate.
fn interval(differences: &[f64], resamples: usize, seed: Seed) -> Interval {
    let mut stream = seed.stream();
    let estimate = |drawn: &[f64]| hodges_lehmann(drawn).expect("as many as there are");
    bootstrap_interval(differences, estimate, INTERVAL_LEVEL, resamples, |n| stream.random_range(0..n))
        .expect("rounds")
}

/// The least d at which rounds that scatter like these would be found beyond the margin; infinite where none would.
fn smallest_effect(differences: &[f64], d: f64, margin: f64, level: f64) -> f64 {
    let p = |shift: f64| {
        let shifted: Vec<f64> = differences.iter().map(|other| other - d + shift - margin).collect();
        signed_rank_p(&shifted)
    };
    let widest = differences.iter().fold(0.0_f64, |widest, other| widest.max((other - d).abs()));
    // Beyond this all signs are positive.
    let (mut low, mut high) = (0.0, margin + 2.0 * widest + f64::MIN_POSITIVE);
    if p(high) > level {
        return f64::INFINITY;
    }
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if p(middle) <= level { high = middle } else { low = middle }
    }
    high
}

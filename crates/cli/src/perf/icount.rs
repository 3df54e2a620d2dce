//! `mlpsweep perf icount`: instructions instead of time.

use super::builds::{build, listed};
use super::counted;
use super::output::cells_as;
use crate::args::PerfIcountArguments;
use crate::exit::{BAD_DATA, GATE, INTERNAL, NOTHING, Problem, print, tell};
use crate::signals::Signals;
use mlpsweep_perf::{Arm, CountError, Counter, FEWEST_INSTRUCTIONS, Timing, Verdict, valgrind};
use std::sync::atomic::Ordering;

pub(super) fn icount(arguments: &PerfIcountArguments) -> Result<(), Problem> {
    let skipped = |error: CountError| match error {
        CountError::NoValgrind(_) => Problem::new(NOTHING, error.to_string())
            .hint(Some("install valgrind; a count that was skipped is no pass".into())),
        CountError::Benchmark(_) => Problem::new(BAD_DATA, error.to_string()),
    };
    tell(&format!("counting with {}", valgrind().map_err(skipped)?));
    let signals = Signals::watch().map_err(|error| Problem::new(INTERNAL, error.to_string()))?;
    let limit = Timing::default().limit;
    let arm = |source: &str, arm: &str| {
        let built = build(source, arm, &arguments.choice)?;
        listed(&built, &arguments.choice, limit, signals.stop())
    };
    let (base, head) = (arm(&arguments.base, "base")?, arm(&arguments.head, "head")?);
    let (mut counter, mut rows) = (Counter::default(), Vec::new());
    for (name, executable) in &base {
        if signals.stop().load(Ordering::Relaxed) {
            return Err(Problem::said(signals.exit_code().unwrap_or(130)));
        }
        let Some(of_head) = head.get(name) else {
            rows.push((f64::NEG_INFINITY, name, Verdict::Missing, String::new(), String::new()));
            continue;
        };
        let before = counter.count(executable, Arm::Base, name).map_err(skipped)?;
        let after = counter.count(of_head, Arm::Head, name).map_err(skipped)?;
        let change = after as f64 / before.max(1) as f64 - 1.0;
        let verdict = match change {
            _ if before.max(after) < FEWEST_INSTRUCTIONS => Verdict::Inconclusive,
            more if more > arguments.threshold => Verdict::Regressed,
            less if less < -arguments.threshold => Verdict::Improved,
            _ => Verdict::Equivalent,
        };
        rows.push((change, name, verdict, before.to_string(), after.to_string()));
    }
    if rows.iter().all(|row| row.2 == Verdict::Missing) && !arguments.allow_missing || rows.is_empty() {
        return Err(Problem::new(NOTHING, "no benchmark is in both builds"));
    }
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let header = ["benchmark", "verdict", "change", "base", "head"].map(str::to_owned);
    let cells = rows.iter().map(|(change, name, verdict, base, head)| {
        let change = if change.is_finite() { format!("{:+.2} %", 100.0 * change) } else { String::new() };
        vec![(*name).clone(), verdict.name().to_owned(), change, base.clone(), head.clone()]
    });
    print(&cells_as(arguments.format, &header, cells.collect()))?;
    let count = |wanted: Verdict| rows.iter().filter(|row| row.2 == wanted).count();
    match (count(Verdict::Regressed), count(Verdict::Missing)) {
        (0, missing) if missing > 0 && !arguments.allow_missing => {
            Err(Problem::new(NOTHING, counted(missing, "is missing", "are missing")))
        }
        (0, _) => Ok(()),
        (regressed, _) => {
            Err(Problem::new(GATE, counted(regressed, "needs more instructions", "need more instructions")))
        }
    }
}

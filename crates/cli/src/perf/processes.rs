//! Two builds measured in turn, with progress.

use super::builds::{Built, listed};
use crate::args::PerfTiming;
use crate::exit::{NOTHING, Problem, USAGE};
use crate::progress::Progress;
use mlpsweep_perf::{Arm, Executable, Gate, GateError, Host, Measure, Options, SavedRun, Stage, Timing};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

/// Why nothing was measured.
pub(super) enum Failure {
    Gate(GateError),
    Problem(Problem),
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Problem {
        match failure {
            Failure::Problem(problem) => problem,
            Failure::Gate(error @ GateError::Nothing) => Problem::new(NOTHING, error.to_string())
                .hint(Some("a baseline is another revision or executable with the same benchmarks".into())),
            Failure::Gate(error) => Problem::new(USAGE, error.to_string())
                .hint(Some("more --rounds, fewer benchmarks, or a larger --level".into())),
        }
    }
}

/// The processes of both arms.
struct Processes<'a> {
    arms: [BTreeMap<String, Executable>; 2],
    timing: Timing,
    stop: &'a AtomicBool,
}

impl Measure for Processes<'_> {
    fn measure(&mut self, arm: Arm, benchmark: &str) -> Result<f64, String> {
        self.arms[usize::from(arm == Arm::Head)][benchmark].measure(benchmark, self.timing, self.stop)
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

pub(super) fn measure(
    built: &[Built; 2],
    options: Options,
    host: Host,
    timing: &PerfTiming,
    stop: &AtomicBool,
) -> Result<SavedRun, Failure> {
    let [base, head] =
        [0, 1].map(|arm: usize| listed(&built[arm], &timing.choice, timing.timing().limit, stop));
    let arms = [base.map_err(Failure::Problem)?, head.map_err(Failure::Problem)?];
    let names = |arm: &BTreeMap<String, Executable>| arm.keys().cloned().collect::<Vec<String>>();
    let gate = Gate {
        options,
        base: built[0].label.clone(),
        head: built[1].label.clone(),
        base_benchmarks: names(&arms[0]),
        head_benchmarks: names(&arms[1]),
    };
    let mut processes = Processes { arms, timing: timing.timing(), stop };
    let mut progress: Option<(Stage, Progress)> = None;
    let run = gate.run(host, &mut processes, |now| {
        let unit = match now.stage {
            Stage::First => "processes",
            Stage::Confirm => "processes to confirm",
        };
        if progress.as_ref().is_none_or(|(stage, _)| *stage != now.stage) {
            if let Some((_, progress)) = progress.take() {
                progress.finish();
            }
            progress = Some((now.stage, Progress::new(now.total as u64, unit, timing.output)));
        }
        if let Some((_, progress)) = &mut progress {
            progress.show(now.done as u64, "");
        }
    });
    if let Some((_, progress)) = progress {
        progress.finish();
    }
    run.map_err(Failure::Gate)
}

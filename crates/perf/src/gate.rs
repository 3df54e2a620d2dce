//! The gate: measures rounds, then again what tripped.

use crate::host::Host;
use crate::judge::{least_rounds, to_confirm};
use crate::rounds::Order;
use crate::run::{Arm, Broken, FORMAT, Options, Pair, SavedRun, Stage};
use mlpsweep_seed::Seed;
use mlpsweep_stats::hodges_lehmann_interval;

/// Whatever gives a time of a benchmark: a process, or a simulation of one.
pub trait Measure {
    /// Nanoseconds an iteration, of a new process.
    ///
    /// # Errors
    /// What kept it from a number, in words.
    fn measure(&mut self, arm: Arm, benchmark: &str) -> Result<f64, String>;

    /// Whether to stop now, without verdicts.
    fn is_stopped(&self) -> bool {
        false
    }
}

/// How far a comparison is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Processes that have ended.
    pub done: usize,
    /// Processes of this stage.
    pub total: usize,
    /// The stage.
    pub stage: Stage,
}

/// Why nothing was measured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GateError {
    /// Neither arm has a benchmark that the other has.
    #[error("no benchmark is in both builds")]
    Nothing,
    /// Whatever was measured, nothing could trip.
    #[error("{rounds} rounds can find nothing among {n_benchmarks} benchmarks: at least {least} are needed")]
    TooFewRounds {
        /// Asked for.
        rounds: usize,
        /// Benchmarks.
        n_benchmarks: usize,
        /// What would do.
        least: usize,
    },
    /// Stopped from outside.
    #[error("stopped")]
    Stopped,
}

/// What is compared, and how.
#[derive(Clone, Debug)]
pub struct Gate {
    /// How.
    pub options: Options,
    /// The base, for people.
    pub base: String,
    /// The head, for people.
    pub head: String,
    /// The base's benchmarks.
    pub base_benchmarks: Vec<String>,
    /// The head's.
    pub head_benchmarks: Vec<String>,
}

impl Gate {
    /// Measures both stages.
    ///
    /// A benchmark is left alone when its interval is a quarter of its margin to either side: what it is is known
    /// well enough, whatever it is.
    ///
    /// # Errors
    /// When nothing can be compared, or it was stopped.
    pub fn run(
        &self,
        host: Host,
        measure: &mut impl Measure,
        mut show: impl FnMut(Progress),
    ) -> Result<SavedRun, GateError> {
        let is_in = |names: &[String], name: &&String| names.contains(name);
        let both = self.head_benchmarks.iter().filter(|name| is_in(&self.base_benchmarks, name));
        let only = |these: &[String], others: &[String]| {
            these.iter().filter(|name| !is_in(others, name)).cloned().collect::<Vec<_>>()
        };
        let mut run = SavedRun {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            host,
            base: self.base.clone(),
            head: self.head.clone(),
            options: self.options.clone(),
            benchmarks: both.cloned().collect(),
            only_base: only(&self.base_benchmarks, &self.head_benchmarks),
            only_head: only(&self.head_benchmarks, &self.base_benchmarks),
            pairs: Vec::new(),
            broken: Vec::new(),
        };
        let n_benchmarks = run.benchmarks.len();
        if n_benchmarks == 0 {
            return Err(GateError::Nothing);
        }
        let (rounds, least) = (self.options.rounds, least_rounds(n_benchmarks, self.options.level));
        if rounds < least {
            return Err(GateError::TooFewRounds { rounds, n_benchmarks, least });
        }
        let every: Vec<usize> = (0..n_benchmarks).collect();
        self.stage(Stage::First, &every, &mut run, measure, &mut show)?;
        let again = to_confirm(&run);
        if !again.is_empty() {
            self.stage(Stage::Confirm, &again, &mut run, measure, &mut show)?;
        }
        Ok(run)
    }

    /// The rounds of a stage, for some benchmarks.
    fn stage(
        &self,
        stage: Stage,
        benchmarks: &[usize],
        run: &mut SavedRun,
        measure: &mut impl Measure,
        show: &mut impl FnMut(Progress),
    ) -> Result<(), GateError> {
        let seed = Seed::new(self.options.seed).child(match stage {
            Stage::First => "first stage",
            Stage::Confirm => "confirmation",
        });
        let order = Order::new(benchmarks.len(), self.options.rounds, seed);
        let mut progress = Progress { done: 0, total: 2 * self.options.rounds * benchmarks.len(), stage };
        let mut is_open = vec![true; benchmarks.len()];
        for round in 0..self.options.rounds {
            for place in order.round(round) {
                if !is_open[place] {
                    progress.done += 2;
                    continue;
                }
                let benchmark = benchmarks[place];
                let arms = order.arms(place, round);
                let mut times = [0.0; 2];
                for arm in arms {
                    if measure.is_stopped() {
                        return Err(GateError::Stopped);
                    }
                    progress.done += 1;
                    match measure.measure(arm, &run.benchmarks[benchmark]) {
                        Ok(time) => times[usize::from(arm == Arm::Head)] = time,
                        Err(_) if measure.is_stopped() => return Err(GateError::Stopped),
                        Err(reason) => {
                            run.broken.push(Broken { benchmark, arm, reason });
                            is_open[place] = false;
                            break;
                        }
                    }
                    show(progress);
                }
                if is_open[place] {
                    let [base, head] = times;
                    run.pairs.push(Pair { benchmark, stage, round, first: arms[0], base, head });
                }
            }
            for (place, &benchmark) in benchmarks.iter().enumerate() {
                is_open[place] &= !self.is_known(run, benchmark, stage, benchmarks.len());
            }
        }
        Ok(())
    }

    /// Whether more rounds would only sharpen what is known.
    fn is_known(&self, run: &SavedRun, benchmark: usize, stage: Stage, n_benchmarks: usize) -> bool {
        /// Fewer rounds may lie close by chance.
        const FEWEST: usize = 12;
        let differences = run.differences(benchmark, stage);
        if differences.len() < FEWEST.max(least_rounds(n_benchmarks, self.options.level)) {
            return false;
        }
        // Rounds that scatter in two clusters have a wide one; a wild round hardly widens it.
        let (low, high) = hodges_lehmann_interval(&differences, 1.96).expect("rounds");
        (high - low) / 2.0 <= self.options.threshold.ln_1p() / 4.0
    }
}

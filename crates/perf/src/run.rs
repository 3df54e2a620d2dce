//! What was measured: the one thing that verdicts and reports are made of, as JSON on the disk.

use crate::host::Host;
use serde::{Deserialize, Serialize};

/// Raised when a file of before cannot be read any more.
pub(crate) const FORMAT: u32 = 1;

/// Everything a comparison has measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedRun {
    /// Of this structure.
    pub format: u32,
    /// Of mlpsweep.
    pub version: String,
    /// Where it was measured.
    pub host: Host,
    /// What the base is, for people.
    pub base: String,
    /// What the head is.
    pub head: String,
    /// How it was measured and is judged.
    pub options: Options,
    /// The benchmarks of both, by name.
    pub benchmarks: Vec<String>,
    /// Benchmarks of the base alone.
    pub only_base: Vec<String>,
    /// Benchmarks of the head alone.
    pub only_head: Vec<String>,
    /// The rounds, in the order they were measured.
    pub pairs: Vec<Pair>,
    /// What gave no number.
    pub broken: Vec<Broken>,
}

/// How a comparison is measured and judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Options {
    /// What counts as slower: by more than this share.
    pub threshold: f64,
    /// The share of false alarms that is accepted among the alarms.
    pub level: f64,
    /// Rounds of each stage, at most.
    pub rounds: usize,
    /// Whether what trips is measured again before it is believed.
    pub confirms: bool,
    /// Resamples of a bootstrap interval.
    pub resamples: usize,
    /// Where all that is drawn starts.
    pub seed: u64,
    /// By benchmark, how far apart two copies of one build have been on this host; margins are no smaller.
    pub noise: Vec<(String, f64)>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            threshold: 0.05,
            level: 0.05,
            rounds: 20,
            confirms: true,
            resamples: 2000,
            seed: 0,
            noise: Vec::new(),
        }
    }
}

/// One of the two builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arm {
    /// What was before.
    Base,
    /// What is to be judged.
    Head,
}

impl Arm {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Arm::Base => "base",
            Arm::Head => "head",
        }
    }
}

/// When a round was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// All benchmarks.
    First,
    /// Those that tripped, anew.
    Confirm,
}

/// One benchmark in one round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// Its position in [`SavedRun::benchmarks`].
    pub benchmark: usize,
    /// The stage.
    pub stage: Stage,
    /// The round within the stage, from 0.
    pub round: usize,
    /// The arm that came first.
    pub first: Arm,
    /// Nanoseconds an iteration, the median of a process's samples.
    pub base: f64,
    /// The same of the head.
    pub head: f64,
}

impl Pair {
    /// ln(head/base)
    pub fn difference(&self) -> f64 {
        (self.head / self.base).ln()
    }
}

/// A process that gave no number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Broken {
    /// The benchmark's position in [`SavedRun::benchmarks`].
    pub benchmark: usize,
    /// Which build.
    pub arm: Arm,
    /// What happened.
    pub reason: String,
}

impl SavedRun {
    /// ln(head/base) of each round of a stage.
    pub fn differences(&self, benchmark: usize, stage: Stage) -> Vec<f64> {
        let pairs = self.pairs.iter().filter(|pair| pair.benchmark == benchmark && pair.stage == stage);
        pairs.map(Pair::difference).collect()
    }

    /// As JSON.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("keys are text");
        text.push('\n');
        text
    }

    /// From JSON; else what is wrong with it, in words.
    ///
    /// # Errors
    /// Another format, or numbers that no run has measured.
    pub fn from_json(text: &str) -> Result<SavedRun, String> {
        let json: serde_json::Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        match json.get("format").and_then(serde_json::Value::as_u64) {
            Some(format) if format == u64::from(FORMAT) => {}
            Some(format) => return Err(format!("format {format}, and this mlpsweep knows format {FORMAT}")),
            None => return Err("no run of mlpsweep perf: it has no `format`".to_owned()),
        }
        let run: SavedRun = serde_json::from_value(json).map_err(|error| error.to_string())?;
        let n = run.benchmarks.len();
        let is_time = |time: f64| time.is_finite() && time > 0.0;
        if run.pairs.iter().any(|pair| pair.benchmark >= n) || run.broken.iter().any(|one| one.benchmark >= n)
        {
            return Err("a round of a benchmark that is not listed".to_owned());
        }
        if run.pairs.iter().any(|pair| !is_time(pair.base) || !is_time(pair.head)) {
            return Err("a time that is no number above 0".to_owned());
        }
        let Options { threshold, level, resamples, .. } = run.options;
        if !((1..=1_000_000).contains(&resamples)
            && threshold > 0.0
            && threshold.is_finite()
            && level > 0.0
            && level < 1.0)
        {
            return Err("a threshold or level that makes no sense".to_owned());
        }
        Ok(run)
    }
}

//! How far apart two copies of one build are on a host: what no margin may be smaller than.

use crate::host::Host;
use crate::run::{FORMAT, SavedRun, Stage};
use mlpsweep_stats::quantile;
use serde::{Deserialize, Serialize};

/// The share of rounds that may be further apart.
const SHARE: f64 = 0.99;

/// The noise of a host, benchmark by benchmark.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Noise {
    /// Of this structure.
    pub format: u32,
    /// The host.
    pub host: Host,
    /// The 99th percentile of |head/base − 1| over rounds.
    pub benchmarks: Vec<(String, f64)>,
}

impl Noise {
    /// The noise in a comparison of two copies of one build.
    pub fn new(run: &SavedRun) -> Noise {
        let of = |(benchmark, name): (usize, &String)| {
            let mut apart: Vec<f64> =
                run.differences(benchmark, Stage::First).iter().map(|d| d.abs().exp_m1()).collect();
            apart.sort_unstable_by(f64::total_cmp);
            (!apart.is_empty()).then(|| (name.clone(), quantile(&apart, SHARE)))
        };
        let benchmarks = run.benchmarks.iter().enumerate().filter_map(of).collect();
        Noise { format: FORMAT, host: run.host.clone(), benchmarks }
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
    /// Another format.
    pub fn from_json(text: &str) -> Result<Noise, String> {
        let noise: Noise = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let is_noise = |(_, noise): &(String, f64)| noise.is_finite() && *noise >= 0.0;
        if noise.format != FORMAT || !noise.benchmarks.iter().all(is_noise) {
            return Err("not the noise of a host as this mlpsweep writes it".to_owned());
        }
        Ok(noise)
    }
}

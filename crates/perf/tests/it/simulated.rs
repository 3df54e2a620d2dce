//! Benchmarks without a clock: times that are drawn, and whatever goes wrong on real machines.

use mlpsweep_perf::{Arm, Gate, Host, Judged, Measure, Options, SavedRun, judge};
use mlpsweep_seed::{Seed, Stream};
use rand::RngExt as _;
use rand_distr::StandardNormal;

/// What is wrong with the machine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Trouble {
    Nothing,
    /// Whoever comes second of two is slower by this share.
    SecondPlace(f64),
    /// From the middle on everything is slower by this share.
    LoadStep(f64),
    /// Everything becomes slower, by this share in the end.
    Drift(f64),
    /// In one round the head takes so many times as long.
    BadRound(f64),
}

/// 40 benchmarks, and times that scatter.
pub(crate) struct Simulated {
    stream: Stream,
    /// The scatter of ln(head/base).
    pub(crate) sd: f64,
    trouble: Trouble,
    /// By benchmark, how much slower the head is.
    pub(crate) slower: Vec<(String, f64)>,
    n_measured: usize,
    n_expected: usize,
}

pub(crate) fn names(n: usize) -> Vec<String> {
    (0..n).map(|i| format!("group/{i}")).collect()
}

impl Simulated {
    pub(crate) fn new(seed: u64, sd: f64, trouble: Trouble) -> Simulated {
        let stream = Seed::new(seed).child("simulated").stream();
        Simulated { stream, sd, trouble, slower: Vec::new(), n_measured: 0, n_expected: 40 * 40 }
    }

    pub(crate) fn compare(&mut self, n_benchmarks: usize, options: &Options) -> (SavedRun, Judged) {
        self.n_expected = 2 * options.rounds * n_benchmarks;
        let gate = Gate {
            options: options.clone(),
            base: "base".into(),
            head: "head".into(),
            base_benchmarks: names(n_benchmarks),
            head_benchmarks: names(n_benchmarks),
        };
        let run = gate.run(host(), self, |_| ()).expect("it can be compared");
        let judged = judge(&run);
        (run, judged)
    }
}

pub(crate) fn host() -> Host {
    Host { cpu: "a cpu".into(), cores: 2, system: "x86_64-linux".into(), rustc: "rustc 1.95.0".into() }
}

impl Measure for Simulated {
    fn measure(&mut self, arm: Arm, benchmark: &str) -> Result<f64, String> {
        let is_second = self.n_measured % 2 == 1;
        let progress = self.n_measured as f64 / self.n_expected as f64;
        self.n_measured += 1;
        let slower =
            self.slower.iter().find(|(name, _)| name == benchmark).map_or(0.0, |(_, slower)| *slower);
        let mut log =
            1000.0_f64.ln() + self.sd / 2.0_f64.sqrt() * self.stream.sample::<f64, _>(StandardNormal);
        if arm == Arm::Head {
            log += slower.ln_1p();
        }
        log += match self.trouble {
            Trouble::SecondPlace(share) if is_second => share.ln_1p(),
            Trouble::LoadStep(share) if progress > 0.5 => share.ln_1p(),
            Trouble::Drift(share) => progress * share.ln_1p(),
            Trouble::BadRound(times) if arm == Arm::Head && (0.25..0.3).contains(&progress) => times.ln(),
            _ => 0.0,
        };
        Ok(log.exp())
    }
}

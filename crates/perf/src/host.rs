//! The machine and the compiler: what two numbers must have in common to be compared.

use serde::{Deserialize, Serialize};

/// Where and with what something was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// The processor's name.
    pub cpu: String,
    /// Its cores, as the system counts them.
    pub cores: usize,
    /// Operating system and architecture.
    pub system: String,
    /// The compiler, as `rustc --version` says it.
    pub rustc: String,
}

impl Host {
    /// This one.
    pub fn here() -> Host {
        let system = format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let rustc = std::process::Command::new("rustc").arg("--version").output();
        let rustc = rustc.ok().map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        Host { cpu: cpu(), cores, system, rustc: rustc.unwrap_or_else(|| "unknown".to_owned()) }
    }

    /// In one word, for file names and columns: numbers of one class may stand in one history.
    pub fn class(&self) -> String {
        let word = |text: &str| {
            let parts = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
            parts.collect::<Vec<_>>().join("-").to_lowercase()
        };
        format!("{}-{}c-{}", word(&self.cpu), self.cores, word(&self.system))
    }
}

/// The processor's name as the system tells it.
fn cpu() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let named = |key: &str| {
        let line = info.lines().find(|line| line.starts_with(key))?;
        line.split_once(':').map(|(_, name)| name.trim().to_owned())
    };
    named("model name").or_else(|| named("CPU part")).unwrap_or_else(|| "unknown".to_owned())
}

//! Progress on stderr: a bar in a terminal, else a line now and then.

use crate::args::OutputArguments;
use crate::exit::tell;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

/// Without a terminal, lines come no faster than this.
const LINE_EVERY: Duration = Duration::from_secs(1);

/// Shows how far something is.
pub(crate) struct Progress {
    shown: Shown,
    unit: &'static str,
}

enum Shown {
    Bar(ProgressBar),
    Lines { total: u64, started: Instant, first: Option<u64>, last: Option<Instant> },
    Nothing,
}

impl Progress {
    /// Progress over `total` of `unit`, such as "folds".
    pub(crate) fn new(total: u64, unit: &'static str, output: OutputArguments) -> Progress {
        let in_terminal = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        let shown = if output.quiet || output.no_progress {
            Shown::Nothing
        } else if in_terminal {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
            let template = format!("{{bar:30}} {{pos}}/{{len}} {unit}  {{msg}}  {{eta}} left");
            bar.set_style(ProgressStyle::with_template(&template).expect("a valid template"));
            Shown::Bar(bar)
        } else {
            Shown::Lines { total, started: Instant::now(), first: None, last: None }
        };
        Progress { shown, unit }
    }

    /// `done` of them are done; `note` says how good the best is.
    pub(crate) fn show(&mut self, done: u64, note: &str) {
        match &mut self.shown {
            Shown::Bar(bar) => {
                if bar.position() == 0 && done > 0 {
                    // What an earlier run has done says nothing about this one's speed.
                    bar.reset_eta();
                }
                bar.set_message(note.to_owned());
                bar.set_position(done);
            }
            Shown::Lines { total, started, first, last } => {
                let first = *first.get_or_insert(done);
                let due = last.is_none_or(|last| last.elapsed() >= LINE_EVERY) || done == *total;
                if !due {
                    return;
                }
                *last = Some(Instant::now());
                let left = match done.checked_sub(first) {
                    Some(now) if now > 0 && done < *total => {
                        let seconds = started.elapsed().as_secs_f64() / now as f64 * (*total - done) as f64;
                        format!(", {seconds:.0} s left")
                    }
                    _ => String::new(),
                };
                let comma = if note.is_empty() { "" } else { ", " };
                tell(&format!("{done}/{total} {}{comma}{note}{left}", self.unit));
            }
            Shown::Nothing => {}
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(self) {
        if let Shown::Bar(bar) = self.shown {
            bar.finish_and_clear();
        }
    }
}

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
    total: u64,
    started: Instant,
    /// What was done when it began: by an earlier run.
    done_before: Option<u64>,
}

enum Shown {
    Bar(ProgressBar),
    Lines { last: Option<Instant> },
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
            let template = format!("{{bar:30}} {{pos}}/{{len}} {unit}  {{msg}}");
            bar.set_style(ProgressStyle::with_template(&template).expect("a valid template"));
            Shown::Bar(bar)
        } else {
            Shown::Lines { last: None }
        };
        Progress { shown, unit, total, started: Instant::now(), done_before: None }
    }

    /// `done` of them are done; `note` says how good the best is.
    pub(crate) fn show(&mut self, done: u64, note: &str) {
        self.show_of(done, self.total, note);
    }

    /// The same where what there is to do has changed.
    pub(crate) fn show_of(&mut self, done: u64, total: u64, note: &str) {
        self.total = total;
        let before = *self.done_before.get_or_insert(done);
        let mut said = vec![note.to_owned()];
        said.extend(self.seconds_left(done, before).map(|seconds| format!("{seconds:.0} s left")));
        said.retain(|part| !part.is_empty());
        match &mut self.shown {
            Shown::Bar(bar) => {
                bar.set_message(said.join(", "));
                bar.set_length(total);
                bar.set_position(done);
            }
            Shown::Lines { last } => {
                if last.is_none_or(|last| last.elapsed() >= LINE_EVERY) || done == self.total {
                    *last = Some(Instant::now());
                    said.insert(0, format!("{done}/{} {}", self.total, self.unit));
                    tell(&said.join(", "));
                }
            }
            Shown::Nothing => {}
        }
    }

    /// By the speed of this run alone: what an earlier one has done says nothing about it.
    fn seconds_left(&self, done: u64, before: u64) -> Option<f64> {
        let now = done.checked_sub(before).filter(|&now| now > 0 && done < self.total)?;
        Some(self.started.elapsed().as_secs_f64() / now as f64 * (self.total - done) as f64)
    }

    /// Takes the bar away.
    pub(crate) fn finish(self) {
        if let Shown::Bar(bar) = self.shown {
            bar.finish_and_clear();
        }
    }
}

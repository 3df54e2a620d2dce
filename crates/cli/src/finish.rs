//! What follows a search: the best few confirmed, the winner trained once more, its details found out.
//!
//! Each part is stored when it is whole, and skipped when it is there: an interrupted one begins anew with the next run.

use crate::args::OutputArguments;
use crate::exit::{Problem, tell};
use crate::progress::Progress;
use mlpsweep_model::{FILE_NAME, FOLDER};
use mlpsweep_report::{Ranking, Study, make_folder, write_file};
use mlpsweep_sweep::record::Trial;
use mlpsweep_sweep::runner::confirm;
use mlpsweep_sweep::spec::{Ensemble, SelectRule};
use mlpsweep_sweep::store::Store;
use mlpsweep_sweep::{Plan, RefitEnd, SweepError, closing, refit};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A bar for less would only flicker.
const SHOWN_AFTER: Duration = Duration::from_secs(1);

/// How everything that follows a search is done.
#[derive(Clone, Copy)]
pub(crate) struct Finish<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) folder: &'a Path,
    pub(crate) jobs: usize,
    pub(crate) stop: &'a AtomicBool,
    pub(crate) output: OutputArguments,
}

impl Finish<'_> {
    /// Does what is asked for and not done yet; true when it was stopped before its end.
    pub(crate) fn run(self, study: &mut Study) -> Result<bool, Problem> {
        let select = &self.plan.sweep.select;
        if Ranking::new(study).best().is_none() {
            return Ok(false);
        }
        if select.rule == SelectRule::Confirmed && !self.confirm(study)? {
            return Ok(true);
        }
        let is_stopped = (select.refit && !self.refit(study)?) || (select.examine && !self.examine(study)?);
        Ok(is_stopped)
    }

    /// Trains the best few on further repeats; false when it was stopped.
    fn confirm(self, study: &mut Study) -> Result<bool, Problem> {
        let Finish { plan, folder, jobs, stop, output } = self;
        let ranking = Ranking::new(study);
        let complete = ranking.rows.iter().filter(|row| row.rank.is_some());
        let trials: Vec<Trial> =
            complete.take(plan.sweep.select.confirm_top).map(|row| row.trial.clone()).collect();
        let mut bar = Bar::new("folds of the confirmation", output);
        let is_whole = confirm(plan, folder, &trials, jobs, stop, |done, total| bar.show(done, total))?;
        bar.finish();
        study.confirmations = Store::read(folder)?.confirmations()?;
        Ok(is_whole)
    }

    /// Trains the winner once more and writes its model; false when it was stopped.
    fn refit(self, study: &mut Study) -> Result<bool, Problem> {
        let Finish { plan, folder, jobs, stop, output } = self;
        let file = folder.join(FOLDER).join(FILE_NAME);
        let ranking = Ranking::new(study);
        if ranking.refit.is_some() && file.exists() {
            return Ok(true);
        }
        let n_wanted = if let Ensemble::Top(n) = plan.sweep.select.ensemble { n } else { 1 };
        let best = ranking.top(n_wanted).into_iter();
        let best: Vec<(Trial, usize)> =
            best.filter_map(|row| Some((row.trial.clone(), row.best_epoch?))).collect();
        let Some((winner, _)) = best.first() else { return Ok(true) };
        let number = winner.number;
        let n_epochs = match plan.sweep.select.ensemble {
            Ensemble::Folds => plan.config(winner).epochs * plan.folds.len(),
            _ => best.iter().map(|(_, epochs)| epochs).sum(),
        };
        let bar = Mutex::new(Bar::new("epochs of the winner", output));
        let end = refit(plan, &best, jobs, &|epochs| {
            if let Ok(mut bar) = bar.lock() {
                bar.show(epochs as u64, n_epochs as u64);
            }
            !stop.load(Ordering::Relaxed)
        });
        if let Ok(bar) = bar.into_inner() {
            bar.finish();
        }
        let end = end.map_err(SweepError::Threads)?;
        match end {
            RefitEnd::Stopped => return Ok(false),
            RefitEnd::Failed(why) => {
                tell(&format!("warning: trial {number} on all rows gave no model: {why}"));
            }
            RefitEnd::Done(model, refit) => {
                make_folder(&folder.join(FOLDER))?;
                write_file(&file, &model.to_bytes())?;
                Store::open(folder, &plan.info())?.put_refit(&refit)?;
                study.refit = Some(refit);
            }
        }
        Ok(true)
    }

    /// Finds out how the incumbents do on the test share and what the winner gets wrong; false when it was stopped.
    fn examine(self, study: &mut Study) -> Result<bool, Problem> {
        let Finish { plan, folder, jobs, stop, output } = self;
        let ranking = Ranking::new(study);
        let Some(winner) = ranking.winner().filter(|_| ranking.closing.is_none()) else { return Ok(true) };
        let (winner, incumbents) = (winner.trial.clone(), ranking.incumbents());
        let incumbents: Vec<Trial> = incumbents.into_iter().map(|(row, _)| row.trial.clone()).collect();
        let mut bar = Bar::new("folds looked into", output);
        let stop = || stop.load(Ordering::Relaxed);
        let found = closing(plan, &incumbents, &winner, jobs, &stop, |done, total| bar.show(done, total));
        bar.finish();
        let found = found.map_err(SweepError::Threads)?;
        let Some(found) = found else { return Ok(!stop()) };
        Store::open(folder, &plan.info())?.put_closing(&found)?;
        study.closing = Some(found);
        Ok(true)
    }
}

/// A progress bar that comes when there is something to wait for.
struct Bar {
    since: Instant,
    what: &'static str,
    output: OutputArguments,
    shown: Option<Progress>,
}

impl Bar {
    fn new(what: &'static str, output: OutputArguments) -> Bar {
        Bar { since: Instant::now(), what, output, shown: None }
    }

    fn show(&mut self, done: u64, total: u64) {
        if self.since.elapsed() > SHOWN_AFTER {
            let (what, output) = (self.what, self.output);
            self.shown.get_or_insert_with(|| Progress::new(total, what, output)).show(done, "");
        }
    }

    fn finish(self) {
        if let Some(shown) = self.shown {
            shown.finish();
        }
    }
}

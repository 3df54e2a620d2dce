//! `mlpsweep status`: how far a sweep is. `mlpsweep report`: all reports made again from the store.

use crate::args::{Format, ReportArguments, StatusArguments};
use crate::exit::{NOTHING, Problem, print, tell, tell_if_immutable};
use crate::reports::csv_text;
use mlpsweep_report::{Ranking, Study, TrialState, plain_table, write_all};
use mlpsweep_sweep::record::FoldState;
use mlpsweep_sweep::store::Store;
use serde_json::json;

pub(crate) fn status(arguments: &StatusArguments) -> Result<(), Problem> {
    let study = Study::read_scores(&arguments.folder)?;
    tell_if_immutable(&study, &arguments.folder, arguments.output.quiet);
    let ranking = Ranking::new(&study);
    let info = &study.info;
    let n_units = study.n_units();
    let n_pruned = ranking.count(TrialState::Pruned);
    let count =
        |wanted: fn(&FoldState) -> bool| study.folds.iter().filter(|fold| wanted(&fold.state)).count();
    let timeout = count(|state| matches!(state, FoldState::Timeout { .. }));
    let diverged = count(|state| matches!(state, FoldState::Diverged { .. }));
    let failed = count(|state| matches!(state, FoldState::Failed { .. }));
    let running = Store::owner(&arguments.folder);
    let seconds = study.timings.iter().map(|timing| timing.elapsed_us as f64 / 1e6).sum::<f64>();
    let best = ranking.best().and_then(|best| Some((best.trial.number, best.scores.first()?.mean?)));
    let metric = info.metrics.first().map_or("", |metric| &metric.name);
    let done = study.n_done();
    let found = json!({
        "name": info.name,
        "folds_done": done,
        "folds": n_units,
        "trials_complete": ranking.count(TrialState::Complete),
        "trials_pruned": n_pruned,
        "trials": info.n_trials,
        "timeout": timeout,
        "diverged": diverged,
        "failed": failed,
        "is_running": running,
        "training_seconds": (seconds * 1e3).round() / 1e3,
        "best": best.map(|(number, mean)| json!({ "number": number, "metric": metric, "mean_test_score": mean })),
        "has_model": ranking.refit.is_some(),
    });
    print(&match arguments.output.format {
        Format::Json => format!("{found:#}\n"),
        format => {
            let best =
                best.map_or(String::new(), |(number, mean)| format!("trial {number}, {metric} {mean:.4}"));
            let pairs: Vec<[String; 2]> = vec![
                ["sweep".into(), info.name.clone()],
                ["folds done".into(), format!("{done} of {n_units}")],
                [
                    "trials complete".into(),
                    format!("{} of {}", ranking.count(TrialState::Complete), info.n_trials),
                ],
                ["trials pruned".into(), n_pruned.to_string()],
                ["folds out of time".into(), timeout.to_string()],
                ["folds diverged".into(), diverged.to_string()],
                ["folds failed".into(), failed.to_string()],
                ["running now".into(), if running { "yes" } else { "no" }.into()],
                ["time in folds".into(), format!("{seconds:.1} s")],
                ["best".into(), best],
                ["model".into(), if ranking.refit.is_some() { "model/" } else { "none yet" }.into()],
            ];
            if format == Format::Csv {
                csv_text([["key".to_owned(), "value".to_owned()]].into_iter().chain(pairs))
            } else {
                let rows = pairs.into_iter().map(Vec::from).collect();
                plain_table(&[String::new(), String::new()], rows)
            }
        }
    })
}

pub(crate) fn report(arguments: &ReportArguments) -> Result<(), Problem> {
    let study = Study::read(&arguments.folder, true)?;
    tell_if_immutable(&study, &arguments.folder, false);
    if study.folds.is_empty() {
        let message = format!("{}: no fold is finished yet", arguments.folder.display());
        return Err(Problem::new(NOTHING, message));
    }
    let folder = arguments.out.as_ref().unwrap_or(&arguments.folder);
    write_all(&study, &Ranking::new(&study), folder)?;
    tell(&format!("reports are in {}", folder.display()));
    Ok(())
}

//! `mlpsweep rank`: the ranking of a sweep, finished or not.

use crate::args::{Format, OutputArguments, RankArguments};
use crate::exit::{NOTHING, Problem, print, tell_if_immutable};
use mlpsweep_report::{Ranking, Study};
use mlpsweep_sweep::record::SweepInfo;
use std::io::IsTerminal as _;

pub(crate) fn rank(arguments: &RankArguments) -> Result<(), Problem> {
    Study::ranked(&arguments.folder, |study, ranking| {
        tell_if_immutable(study, &arguments.folder, arguments.output.quiet);
        if ranking.rows.is_empty() {
            let message = format!("{}: no fold is finished yet", arguments.folder.display());
            return Err(Problem::new(NOTHING, message));
        }
        print_ranking(ranking, &study.info, arguments.top, arguments.output)
    })?
}

/// The ranking on stdout, in the format asked for.
pub(crate) fn print_ranking(
    ranking: &Ranking<'_>,
    info: &SweepInfo,
    top: usize,
    output: OutputArguments,
) -> Result<(), Problem> {
    let text = match output.format {
        Format::Json => mlpsweep_report::to_json(ranking, info),
        Format::Csv => mlpsweep_report::to_csv(ranking, info),
        Format::Table => {
            let top = if top == 0 { usize::MAX } else { top };
            // A pipe or a file has no width; 120 columns is what a page takes.
            let width = if std::io::stdout().is_terminal() { None } else { Some(120) };
            let table = mlpsweep_report::table(ranking, info, top, width);
            match mlpsweep_report::history_plot(ranking, info) {
                Some(history) => format!("{table}\n{history}"),
                None => table,
            }
        }
    };
    print(&text)
}

//! `mlpsweep perf record` and `history`: benchmarks over commits.

use super::before::read_run;
use super::builds::is_wanted;
use super::make_folder_of;
use super::output::cells_as;
use crate::args::{PerfHistoryArguments, PerfRecordArguments};
use crate::exit::{BAD_DATA, NOTHING, Problem, print, tell};
use mlpsweep_perf::{Recorded, append_history, change_points, read_history, records, time};
use mlpsweep_report::write_file;
use std::collections::BTreeMap;
use std::path::Path;

pub(super) fn record(arguments: &PerfRecordArguments) -> Result<(), Problem> {
    let run = read_run(&arguments.run)?;
    let path = &arguments.history;
    let text = match std::fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        text => text.map_err(|error| Problem::new(BAD_DATA, format!("{}: {error}", path.display())))?,
    };
    check_history(path, &text)?;
    let more = records(&run, &arguments.commit);
    make_folder_of(path)?;
    write_file(path, append_history(&text, &more).as_bytes())?;
    tell(&format!(
        "{}: {} benchmarks of {} added",
        path.display(),
        more.len(),
        arguments.commit.escape_debug()
    ));
    Ok(())
}

pub(super) fn history(arguments: &PerfHistoryArguments) -> Result<(), Problem> {
    let path = &arguments.history;
    let text = std::fs::read_to_string(path).map_err(|error| {
        let code = if error.kind() == std::io::ErrorKind::NotFound { NOTHING } else { BAD_DATA };
        Problem::new(code, format!("{}: {error}", path.display()))
            .hint(Some("`perf record` begins a history".into()))
    })?;
    let mut series: BTreeMap<(String, String), Vec<Recorded>> = BTreeMap::new();
    for record in check_history(path, &text)? {
        if is_wanted(&record.benchmark, &arguments.only) {
            series.entry((record.benchmark.clone(), record.host_class.clone())).or_default().push(record);
        }
    }
    if series.is_empty() {
        return Err(Problem::new(NOTHING, format!("{}: no such benchmark is recorded", path.display())));
    }
    let header =
        ["benchmark", "host_class", "records", "last", "since the first", "changes"].map(str::to_owned);
    let rows = series.into_iter().map(|((benchmark, host_class), records)| {
        let times: Vec<f64> = records.iter().map(|record| record.nanoseconds).collect();
        let (first, last) = (times[0], times[times.len() - 1]);
        let changes = change_points(&times).into_iter().map(|at| {
            let mean = |times: &[f64]| times.iter().sum::<f64>() / times.len() as f64;
            let share = mean(&times[at..]) / mean(&times[..at]) - 1.0;
            format!("{} ({:+.1} %)", records[at].commit, 100.0 * share)
        });
        let changes = changes.collect::<Vec<_>>().join(", ");
        let since = format!("{:+.1} %", 100.0 * (last / first - 1.0));
        vec![benchmark, host_class, times.len().to_string(), time(last), since, changes]
    });
    print(&cells_as(arguments.format, &header, rows.collect()))
}

pub(super) fn check_history(path: &Path, text: &str) -> Result<Vec<Recorded>, Problem> {
    let read = read_history(text);
    let (records, is_cut) =
        read.map_err(|reason| Problem::new(BAD_DATA, format!("{}: {reason}", path.display())))?;
    if is_cut {
        tell(&format!("warning: {}: the last line is cut off, and left out", path.display()));
    }
    Ok(records)
}

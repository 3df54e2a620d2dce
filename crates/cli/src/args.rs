//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// Finds the best multilayer perceptron for a table of data.
#[derive(Debug, Parser)]
#[command(
    name = "mlpsweep",
    version,
    arg_required_else_help = true,
    after_help = "Examples:
  mlpsweep init people.csv                 look at a table and write a sweep file that fits it
  mlpsweep validate sweeps/digits.toml     check a sweep file and its data, train nothing
  mlpsweep run sweeps/digits.toml          run it, or continue it, and print the ranking
  mlpsweep rank results/digits             print the ranking again
  mlpsweep compare results/a results/b     is the winner of b better than that of a?
  mlpsweep predict results/digits new.csv  what the winner says of new rows
  mlpsweep train config.toml --save weights.safetensors
  mlpsweep gradcheck config.toml           hold its derivatives against differences
  mlpsweep perf ab --base main             is any benchmark slower than on main?

Exit codes:
  0 done    1 internal error    2 usage or sweep file    3 a check failed    4 nothing to rank
  5 no usable trial    6 bad data    7 store locked, damaged, newer or of another sweep
  8 output not written    9 inconclusive, on request    129, 130, 143 stopped by a signal; what was finished is stored"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Init(InitArguments),
    Run(RunArguments),
    Validate(ValidateArguments),
    Status(StatusArguments),
    Rank(RankArguments),
    Report(ReportArguments),
    Compare(CompareArguments),
    Check(CheckArguments),
    Predict(PredictArguments),
    Export(ExportArguments),
    Train(TrainArguments),
    Gradcheck(GradcheckArguments),
    Perf(PerfArguments),
}

/// Look at a table and write a commented sweep file that runs as it is.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mlpsweep init people.csv
  mlpsweep init people.csv --target income --out sweeps/income.toml")]
pub(crate) struct InitArguments {
    /// The table: .csv or .tsv, also .gz, with a header
    #[arg(value_name = "DATA.csv")]
    pub(crate) data: PathBuf,
    /// The column to predict [default: the last one]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) target: Option<String>,
    /// The sweep file to write [default: the table's name with .toml, in this folder]
    #[arg(long, value_name = "SWEEP.toml")]
    pub(crate) out: Option<PathBuf>,
    /// Overwrite a sweep file that is there
    #[arg(long)]
    pub(crate) force: bool,
}

/// Run a sweep, or continue it where it stopped.
///
/// Every finished fold is on the disk before it is counted as done. Run the same command again after an interruption, or
/// with more `trials` in the file: what is finished is not done twice.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mlpsweep run sweeps/digits.toml
  mlpsweep run sweeps/digits.toml --jobs 8 --max-time 10m
  mlpsweep run sweeps/digits.toml --set search.trials=10 --out /tmp/short")]
pub(crate) struct RunArguments {
    /// The sweep file
    #[arg(value_name = "SWEEP.toml")]
    pub(crate) sweep: PathBuf,
    /// Threads [default: all cores]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) jobs: Option<u64>,
    /// Change a key of the sweep file, such as search.trials=10; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// The folder for results [default: results/NAME, by the name of the sweep]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Delete the results that are there and begin anew
    #[arg(long)]
    pub(crate) fresh: bool,
    /// End after this time, such as 90s or 1h30m; run again to continue
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) max_time: Option<Duration>,
    /// Time that the folds of a trial may take together, such as 5m; a trial that takes longer is not ranked
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) max_trial_time: Option<Duration>,
    /// Time that training may take to end after Ctrl-C or another signal, before it is given up; a second signal gives up at once
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "5s")]
    pub(crate) grace: Duration,
    /// Which networks the winner's model averages: none, folds, or top-K such as top-5; short for --set select.ensemble=...
    #[arg(long, value_name = "NETWORKS")]
    pub(crate) ensemble: Option<String>,
    /// Folds that may fail; with one more the run stops with exit code 5
    #[arg(long, value_name = "N")]
    pub(crate) max_failures: Option<u64>,
    /// Pass over a fold, as failed, that was under way at N kills of the process, such as for want of memory
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) max_attempts: Option<u64>,
    /// Check everything and train nothing, as `validate`
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Rows of the ranking that are printed; 0 for all
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) top: usize,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

/// Check a sweep file and its data without training.
///
/// The time a run will take is predicted from what its folds have to do and how long a few of them, cut short, take on this machine.
#[derive(Debug, Args)]
pub(crate) struct ValidateArguments {
    /// The sweep file
    #[arg(value_name = "SWEEP.toml")]
    pub(crate) sweep: PathBuf,
    /// Threads of the run whose time is predicted [default: all cores]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) jobs: Option<u64>,
    /// Change a key of the sweep file, such as search.trials=10; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

/// Print the ranking of a sweep, finished or not.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mlpsweep rank results/digits
  mlpsweep rank results/digits --format csv > ranking.csv")]
pub(crate) struct RankArguments {
    /// The folder a run has written
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Rows that are printed as a table; 0 for all
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) top: usize,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

/// Say how far a sweep is, running or not.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mlpsweep status results/digits
  mlpsweep status results/digits --format json")]
pub(crate) struct StatusArguments {
    /// The folder a run has written
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

/// Make all reports again from the store.
///
/// Reads study.db and writes ranked.csv, folds.csv, curves.csv, timings.csv, summary.json and report.html. Nothing is trained, and a
/// run may go on meanwhile.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mlpsweep report results/digits
  mlpsweep report results/digits --out /tmp/digits")]
pub(crate) struct ReportArguments {
    /// The folder a run has written
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Write the reports into this folder [default: DIR]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

/// Compare the winners of two sweeps of the same data.
///
/// Fold by fold where both have the same rows in the same folds, by the corrected resampled t-test; else unpaired, which sees less.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mlpsweep compare results/before results/after
  mlpsweep compare results/before results/after --format json")]
pub(crate) struct CompareArguments {
    /// The folder of the first sweep, A
    #[arg(value_name = "DIR_A")]
    pub(crate) first: PathBuf,
    /// The folder of the second, B
    #[arg(value_name = "DIR_B")]
    pub(crate) second: PathBuf,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

/// Fail when the best of a sweep is significantly worse than that of an earlier one.
///
/// One-sided at 5 %, as `compare`. Exit code 3 when it is worse, 0 when it is not, or not as far as these folds can tell; 4 when the
/// two are about other data or another metric. The files of --out are written before anything fails.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mlpsweep check results/now --baseline results/main
  mlpsweep check results/now --baseline results/main --margin 0.005 --out check/")]
pub(crate) struct CheckArguments {
    /// The folder of the sweep in question
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// The folder of the earlier one
    #[arg(long, value_name = "OLD")]
    pub(crate) baseline: PathBuf,
    /// A loss that is put up with, in units of the metric, 0 or more
    #[arg(long, value_name = "LOSS", default_value = "0", value_parser = margin)]
    pub(crate) margin: f64,
    /// Write report.md, junit.xml and check.json into this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Exit with 9 where there is a single split and nothing to test
    #[arg(long)]
    pub(crate) fail_inconclusive: bool,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

/// Predict the rows of a table with the winner of a sweep, preprocessing included.
///
/// The table needs the columns the sweep had, in any order; others are left out, and the target may be missing. A class gets its
/// probability from the network; of equally probable ones the first is predicted. A row that cannot be read has its reason in
/// the column `error`, all others are predicted, and the exit code is 6.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mlpsweep predict results/people new.csv > predictions.csv
  mlpsweep predict results/people new.csv --keep name,town --out predictions.csv
  mlpsweep predict results/people labelled.csv --score")]
pub(crate) struct PredictArguments {
    /// The folder a run has written, or the file of a model
    #[arg(value_name = "MODEL")]
    pub(crate) model: PathBuf,
    /// The table: .csv or .tsv, also .gz, with a header
    #[arg(value_name = "DATA.csv")]
    pub(crate) data: PathBuf,
    /// Columns of the table that come first in the result, as they stand; the column that `[data] id` named always does
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    pub(crate) keep: Vec<String>,
    /// Hold the predictions against the target in the table, and print the scores alone
    #[arg(long, conflicts_with = "keep")]
    pub(crate) score: bool,
    /// Write the result to this file, not to standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// How the result is written [default: csv, of scores table]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
}

/// Write a sweep or its winner in other people's formats.
///
/// safetensors and onnx are the winner's model, its preprocessing inside; sklearn-json and sklearn-csv are the `cv_results_` of a
/// scikit-learn search; optuna is a journal that Optuna and optuna-dashboard open; tensorboard are the learning curves of the first
/// 20 trials.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mlpsweep export results/people --to onnx --out people.onnx
  mlpsweep export results/people --to sklearn-csv > cv_results.csv
  mlpsweep export results/people --to optuna --out people.log && optuna-dashboard people.log")]
pub(crate) struct ExportArguments {
    /// The folder a run has written; for safetensors and onnx also the file of a model
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// The format
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) to: ExportFormat,
    /// Write to this file; text goes to standard output without it
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// What `export` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// The model as `run` has written it
    Safetensors,
    /// The model for onnxruntime
    Onnx,
    /// `cv_results_` as JSON
    SklearnJson,
    /// `cv_results_` as a table
    SklearnCsv,
    /// A study in Optuna's journal storage
    Optuna,
    /// Learning curves as an event file
    Tensorboard,
    /// A copy of the store, study.db, whole even while a run goes on
    Store,
}

/// Train one configuration on all rows.
///
/// The file is a sweep file in which every parameter is fixed. All rows are trained on, test share and folds left aside.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mlpsweep train config.toml --save weights.safetensors --curve curve.csv
  mlpsweep train config.toml --init weights.safetensors --set parameters.epochs=5")]
pub(crate) struct TrainArguments {
    /// The configuration
    #[arg(value_name = "CONFIG.toml")]
    pub(crate) config: PathBuf,
    /// Start from these weights: tensors `layers.<i>.weight` [out, in] and `layers.<i>.bias`
    #[arg(long, value_name = "WEIGHTS.safetensors")]
    pub(crate) init: Option<PathBuf>,
    /// Write the weights that were found
    #[arg(long, value_name = "WEIGHTS.safetensors")]
    pub(crate) save: Option<PathBuf>,
    /// Write the learning curve
    #[arg(long, value_name = "CURVE.csv")]
    pub(crate) curve: Option<PathBuf>,
    /// Change a key of the file, such as parameters.epochs=5; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

/// Hold the derivatives of one configuration's network against differences, layer by layer.
///
/// The file is one that `train` takes. J is the objective of training, penalties and class weights included, over the first
/// mini-batch, its dropout masks held fixed, in 64 bits. A layer's ratio ‖g − ĝ‖ / (‖g‖ + ‖ĝ‖) of gradient g and central
/// differences ĝ up to 1e-6 is correct; from 1e-4, and beyond ten times what rounding alone makes of it, it is suspect, and the
/// command fails; between them, or where rounding could hide a wrong one, it is unclear. A parameter whose ± ε crosses a kink, of relu say, has no derivative by differences: it is left out and counted.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mlpsweep gradcheck config.toml
  mlpsweep gradcheck config.toml --init weights.safetensors --rows 100
  mlpsweep gradcheck config.toml --set parameters.hidden=[512,512] --sample 200")]
pub(crate) struct GradcheckArguments {
    /// The configuration
    #[arg(value_name = "CONFIG.toml")]
    pub(crate) config: PathBuf,
    /// Check at these weights, not at drawn ones: tensors `layers.<i>.weight` [out, in] and `layers.<i>.bias`
    #[arg(long, value_name = "WEIGHTS.safetensors")]
    pub(crate) init: Option<PathBuf>,
    /// Rows of the mini-batch [default: `batch_size`, at most 32]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) rows: Option<u64>,
    /// The step ε of the differences, above 0
    #[arg(long, value_name = "E", default_value = "1e-5", value_parser = epsilon)]
    pub(crate) epsilon: f64,
    /// Parameters compared of each layer, drawn from the seed [default: all, or 1000 in a network of more than 20000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) sample: Option<u64>,
    /// Change a key of the file, such as parameters.activation=tanh; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

/// Performance-regression checks of criterion benchmarks, this project's or any other's.
///
/// Criterion measures; what differs between processes is not in its own verdict, and is in this one. Two builds are measured in
/// turn, a process each time, in an order that is drawn; the test is whether a benchmark is slower by more than a margin; what
/// trips is measured again, and decided on that alone.
#[derive(Debug, Args)]
pub(crate) struct PerfArguments {
    #[command(subcommand)]
    pub(crate) verb: PerfVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PerfVerb {
    Ab(PerfAbArguments),
    Aa(PerfAaArguments),
    Compare(PerfCompareArguments),
    Icount(PerfIcountArguments),
    Record(PerfRecordArguments),
    History(PerfHistoryArguments),
    Report(PerfReportArguments),
}

/// Compare two builds: a verdict a benchmark, exit 3 when one is slower.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mlpsweep perf ab --base origin/main --bench step --out perf
  mlpsweep perf ab --base old/step --head new/step --only W1,W2 --rounds 10

Exit codes:
  0 no benchmark is slower    3 one is    4 benchmarks are missing, or none is in both
  6 a benchmark gave no number    9 these rounds cannot tell, with --fail-inconclusive")]
pub(crate) struct PerfAbArguments {
    /// The build to compare with: a git revision, a folder with a source tree, or a benchmark executable
    #[arg(long, value_name = "REV|DIR|EXE")]
    pub(crate) base: String,
    /// The build to judge
    #[arg(long, value_name = "REV|DIR|EXE", default_value = ".")]
    pub(crate) head: String,
    /// The noise of this host, as `perf aa` has written it: no margin is smaller
    #[arg(long, value_name = "NOISE.json")]
    pub(crate) noise: Option<PathBuf>,
    /// Benchmarks that only the base has are no failure
    #[arg(long)]
    pub(crate) allow_missing: bool,
    /// End with 9 when the rounds cannot tell of every benchmark
    #[arg(long)]
    pub(crate) fail_inconclusive: bool,
    #[command(flatten)]
    pub(crate) timing: PerfTiming,
}

/// Compare a build with a copy of itself: the noise of this host.
#[derive(Debug, Args)]
pub(crate) struct PerfAaArguments {
    /// The build: a git revision, a folder with a source tree, or a benchmark executable
    #[arg(long, value_name = "REV|DIR|EXE", default_value = ".")]
    pub(crate) build: String,
    /// Write the noise to this file, for `perf ab --noise`
    #[arg(long, value_name = "NOISE.json")]
    pub(crate) noise: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) timing: PerfTiming,
}

/// Compare what was measured before: criterion folders, or runs that `perf ab --out` has saved.
///
/// A criterion folder holds one process's samples, which say nothing of what differs between processes: of such benchmarks the
/// change is shown and the verdict is `inconclusive`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mlpsweep perf compare target/criterion target/criterion --base-baseline main
  mlpsweep perf compare monday/run.json tuesday/run.json")]
pub(crate) struct PerfCompareArguments {
    /// A criterion folder or a run.json
    #[arg(value_name = "A")]
    pub(crate) base: PathBuf,
    /// Another
    #[arg(value_name = "B")]
    pub(crate) head: PathBuf,
    /// The baseline of A, where that is a criterion folder
    #[arg(long, value_name = "NAME", default_value = "new")]
    pub(crate) base_baseline: String,
    /// The baseline of B
    #[arg(long, value_name = "NAME", default_value = "new")]
    pub(crate) head_baseline: String,
    /// What counts as slower: by more than this, such as 5% or 0.05
    #[arg(long, value_name = "SHARE", default_value = "5%", value_parser = share)]
    pub(crate) threshold: f64,
    /// The share of false alarms that is accepted among the alarms
    #[arg(long, value_name = "SHARE", default_value = "5%", value_parser = share)]
    pub(crate) level: f64,
    /// Benchmarks that only A has are no failure
    #[arg(long)]
    pub(crate) allow_missing: bool,
    /// Show numbers of other machines or compilers too, and decide nothing
    #[arg(long)]
    pub(crate) allow_cross_host: bool,
    /// End with 9 when the numbers cannot tell of every benchmark
    #[arg(long)]
    pub(crate) fail_inconclusive: bool,
    /// Write run.json, verdicts.json, report.md and junit.xml into this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// How the verdicts are printed
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub(crate) format: Format,
}

/// Compare instruction counts of two builds under callgrind, each benchmark run once.
///
/// Instructions do not depend on who else is on the machine, but are not time. What the executable needs without a benchmark is taken
/// off; fewer than 20,000 are too few to tell. Where valgrind is missing nothing is said and the exit code is 4, never 0.
#[derive(Debug, Args)]
pub(crate) struct PerfIcountArguments {
    /// The build to compare with: a git revision, a folder with a source tree, or a benchmark executable
    #[arg(long, value_name = "REV|DIR|EXE")]
    pub(crate) base: String,
    /// The build to judge
    #[arg(long, value_name = "REV|DIR|EXE", default_value = ".")]
    pub(crate) head: String,
    /// More instructions by more than this are a regression
    #[arg(long, value_name = "SHARE", default_value = "1%", value_parser = share)]
    pub(crate) threshold: f64,
    /// Benchmarks that only the base has are no failure
    #[arg(long)]
    pub(crate) allow_missing: bool,
    #[command(flatten)]
    pub(crate) choice: PerfChoice,
    /// How the counts are printed
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub(crate) format: Format,
}

/// Append the head of a saved run to a history.
#[derive(Debug, Args)]
pub(crate) struct PerfRecordArguments {
    /// The run.json of `perf ab --out` or `perf aa --out`
    #[arg(value_name = "RUN.json")]
    pub(crate) run: PathBuf,
    /// What was measured, such as a commit
    #[arg(long, value_name = "COMMIT")]
    pub(crate) commit: String,
    /// The history
    #[arg(long, value_name = "HISTORY.csv", default_value = "results/perf/history.csv")]
    pub(crate) history: PathBuf,
}

/// Show a history: of each benchmark and host class the last time, and where it changed.
#[derive(Debug, Args)]
pub(crate) struct PerfHistoryArguments {
    /// The history
    #[arg(value_name = "HISTORY.csv", default_value = "results/perf/history.csv")]
    pub(crate) history: PathBuf,
    /// Show only benchmarks with one of these in their names
    #[arg(long, value_name = "PART", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// How it is printed
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub(crate) format: Format,
}

/// Make the reports of a saved run again, or a page of what a plain `cargo bench` has measured.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mlpsweep perf report perf/run.json --out perf
  cargo bench && mlpsweep perf report target/criterion --out results/perf")]
pub(crate) struct PerfReportArguments {
    /// The run.json of `perf ab --out`, or a criterion folder
    #[arg(value_name = "RUN.json|DIR")]
    pub(crate) run: PathBuf,
    /// Write the reports into this folder: run.json, verdicts.json, report.md and junit.xml, or benchmarks.csv and report.html
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// The baseline, of a criterion folder
    #[arg(long, value_name = "NAME", default_value = "new")]
    pub(crate) baseline: String,
    /// The history the page shows
    #[arg(long, value_name = "HISTORY.csv", default_value = "results/perf/history.csv")]
    pub(crate) history: PathBuf,
    /// How the verdicts are printed
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub(crate) format: Format,
}

/// What is built, and what of it is measured.
#[derive(Debug, Args)]
pub(crate) struct PerfChoice {
    /// Build the benchmarks of this package alone; may be repeated
    #[arg(long, short, value_name = "NAME")]
    pub(crate) package: Vec<String>,
    /// Build this bench target alone; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) bench: Vec<String>,
    /// Measure only benchmarks with one of these in their names
    #[arg(long, value_name = "PART", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
}

/// What is measured, and how long.
#[derive(Debug, Args)]
pub(crate) struct PerfTiming {
    #[command(flatten)]
    pub(crate) choice: PerfChoice,
    /// What counts as slower: by more than this, such as 5% or 0.05
    #[arg(long, value_name = "SHARE", default_value = "5%", value_parser = share)]
    pub(crate) threshold: f64,
    /// The share of false alarms that is accepted among the alarms
    #[arg(long, value_name = "SHARE", default_value = "5%", value_parser = share)]
    pub(crate) level: f64,
    /// Rounds, at most; what trips has as many again
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) rounds: usize,
    /// Where all that is drawn starts
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Seconds a process warms up
    #[arg(long, value_name = "SECONDS", default_value = "0.2", value_parser = seconds)]
    pub(crate) warm_up_time: f64,
    /// Seconds a process measures
    #[arg(long, value_name = "SECONDS", default_value = "0.5", value_parser = seconds)]
    pub(crate) measurement_time: f64,
    /// Samples of a process
    #[arg(long, value_name = "N", default_value = "20", value_parser = samples)]
    pub(crate) sample_size: usize,
    /// Seconds after which a process hangs
    #[arg(long, value_name = "SECONDS", default_value = "120", value_parser = seconds)]
    pub(crate) timeout: f64,
    /// Write run.json, verdicts.json, report.md and junit.xml into this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct OutputArguments {
    /// How tables are printed
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub(crate) format: Format,
    /// Print results and errors only
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Show no progress
    #[arg(long)]
    pub(crate) no_progress: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// For programs
    Json,
    /// For spreadsheets
    Csv,
}

fn epsilon(text: &str) -> Result<f64, String> {
    let epsilon = text.parse().ok().filter(|epsilon: &f64| *epsilon > 0.0 && epsilon.is_finite());
    epsilon.ok_or_else(|| "the step is a number above 0, such as 1e-5".to_owned())
}

fn duration(text: &str) -> Result<Duration, String> {
    mlpsweep_sweep::spec::parse_duration(text).ok_or_else(|| "a time is such as 90s, 10m or 1h30m".to_owned())
}

fn share(text: &str) -> Result<f64, String> {
    let share = match text.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().map(|percent| percent / 100.0),
        None => text.parse::<f64>(),
    };
    let share = share.ok().filter(|share| *share > 0.0 && *share < 1.0);
    share.ok_or_else(|| "a share is above 0 and below 1, such as 0.05 or 5%".to_owned())
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse().ok().filter(|seconds: &f64| *seconds > 0.0 && *seconds <= 86_400.0);
    seconds.ok_or_else(|| "a time is seconds above 0, at most a day".to_owned())
}

fn samples(text: &str) -> Result<usize, String> {
    let samples = text.parse().ok().filter(|samples: &usize| *samples >= 10);
    samples.ok_or_else(|| "criterion takes 10 samples or more".to_owned())
}

/// A loss: a number, 0 or more.
fn margin(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(margin) if margin >= 0.0 && margin.is_finite() => Ok(margin),
        _ => Err("a number, 0 or more".into()),
    }
}

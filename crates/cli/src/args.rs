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
  mlpsweep predict results/digits new.csv  what the winner says of new rows
  mlpsweep train config.toml --save weights.safetensors
  mlpsweep gradcheck config.toml           hold its derivatives against differences

Exit codes:
  0 done    1 internal error    2 usage or sweep file    3 a check failed    4 nothing to rank
  5 no usable trial    6 bad data    7 store locked, damaged, newer or of another sweep
  8 output not written    129, 130, 143 stopped by a signal; what was finished is stored"
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
    Rank(RankArguments),
    Predict(PredictArguments),
    Train(TrainArguments),
    Gradcheck(GradcheckArguments),
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
    /// Folds that may fail; with one more the run stops with exit code 5
    #[arg(long, value_name = "N")]
    pub(crate) max_failures: Option<u64>,
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

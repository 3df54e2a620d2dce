//! `search-bench`: the commands of the benchmark.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command of its own")]

use clap::{Args, Parser, Subcommand};
use mlpsweep_search_bench::replay::{Outcome, in_order, replay};
use mlpsweep_search_bench::samplers::{SAMPLERS, sampler};
use mlpsweep_search_bench::table::{Problem, Table, load_all, problems};
use mlpsweep_search_bench::tabulate::tabulate;
use mlpsweep_search_bench::training::{N_METRICS, TRAININGS, Training};
use mlpsweep_search_bench::{budget, serve, summary};
use mlpsweep_seed::Seed;
use std::error::Error;
use std::io::{stdin, stdout};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

#[derive(Parser)]
#[command(about = "Samplers and stopping rules, measured on trainings that were done once")]
struct Arguments {
    /// Where the tables are.
    #[arg(long, global = true, default_value = "benches/search/tables")]
    tables: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Trains all configurations and writes their scores.
    Tabulate {
        /// Only this training, such as iris-adam; may be repeated.
        #[arg(long)]
        only: Vec<String>,
        /// Only says how long it would take.
        #[arg(long)]
        forecast: bool,
    },
    /// The problems and their spaces, as JSON.
    Spaces,
    /// Answers points, a line of JSON each, with their losses.
    Serve {
        /// Such as iris-adam-accuracy.
        problem: String,
    },
    /// Runs our samplers, and prints the incumbents as CSV.
    Replay {
        /// Which of them.
        #[arg(long, value_delimiter = ',', default_values_t = SAMPLERS.iter().map(|&(name, _)| name.to_owned()))]
        samplers: Vec<String>,
        #[command(flatten)]
        repeats: Repeats,
        /// Trials of a search.
        #[arg(long, default_value_t = 100)]
        trials: usize,
        /// A trial is proposed from those at least so many before it.
        #[arg(long, default_value_t = 1)]
        lag: usize,
    },
    /// Reads results, ours and others', and prints tables of Markdown.
    Summary {
        /// CSV files of `replay` and of optuna_samplers.py.
        files: Vec<PathBuf>,
    },
    /// How much training racing and halving need for what random search finds, as Markdown.
    Budget {
        /// Samplers that are raced and halved.
        #[arg(long, value_delimiter = ',', default_value = "random,tpe")]
        samplers: Vec<String>,
        /// Only rules of this name, such as "racing (paired)"; may be repeated.
        #[arg(long)]
        only: Vec<String>,
        #[command(flatten)]
        repeats: Repeats,
    },
}

#[derive(Args)]
struct Repeats {
    /// Searches on each problem.
    #[arg(long, default_value_t = 20)]
    seeds: u64,
    /// Threads.
    #[arg(long, default_value_t = 1)]
    jobs: usize,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(Arguments { tables: folder, command }: Arguments) -> Result<(), Box<dyn Error>> {
    match command {
        Command::Tabulate { only, forecast } => {
            for training in chosen(&only)? {
                let n_configs = if forecast { 64 } else { training.n_configs };
                let begin = Instant::now();
                let table = tabulate(training, n_configs, |done| {
                    if !forecast && done.is_multiple_of(256) {
                        eprintln!(
                            "{training}: {done} of {n_configs}, {:.0} s",
                            begin.elapsed().as_secs_f64()
                        );
                    }
                })?;
                let seconds = begin.elapsed().as_secs_f64();
                if forecast {
                    let all = seconds * training.n_configs as f64 / n_configs as f64;
                    println!("{training}: {} configurations in {all:.0} s", training.n_configs);
                } else {
                    table.save(&folder)?;
                    eprintln!("{training}: {seconds:.0} s");
                }
            }
        }
        Command::Spaces => {
            let spaces = TRAININGS.iter().flat_map(|training| {
                training.metrics().map(|metric| {
                    serde_json::json!({
                        "problem": format!("{training}-{}", metric.name()),
                        "parameters": serve::parameters(training),
                    })
                })
            });
            println!("{}", spaces.collect::<serde_json::Value>());
        }
        Command::Serve { problem } => {
            let (training, metric) = named(&problem)?;
            let table = Table::load(&folder, &training)?;
            serve::serve(&Problem { table: &table, metric }, stdin().lock(), stdout().lock())?;
        }
        Command::Replay { samplers, repeats, trials, lag } => {
            let tables = load_all(&folder)?;
            let outcomes = replay_all(&problems(&tables), &samplers, &repeats, trials, lag)?;
            let mut writer = csv::Writer::from_writer(stdout().lock());
            outcomes.iter().try_for_each(|outcome| writer.serialize(outcome))?;
            writer.flush()?;
        }
        Command::Summary { files } => {
            let tables = load_all(&folder)?;
            print!("{}", summary::markdown(&problems(&tables), &summary::read(&files)?)?);
        }
        Command::Budget { samplers, only, repeats } => {
            let tables = load_all(&folder)?;
            print!(
                "{}",
                budget::markdown(&problems(&tables), &samplers, &only, repeats.seeds, repeats.jobs)?
            );
        }
    }
    Ok(())
}

/// Every sampler on every problem with every seed. Seeds begin at 1.
fn replay_all(
    problems: &[Problem<'_>],
    samplers: &[String],
    Repeats { seeds, jobs }: &Repeats,
    trials: usize,
    lag: usize,
) -> Result<Vec<Outcome>, String> {
    let mut outcomes = Vec::new();
    for name in samplers {
        let make = sampler(name)?;
        let begin = Instant::now();
        let n_seeds = *seeds as usize;
        let searches = in_order(*jobs, problems.len() * n_seeds, |job| {
            let (problem, seed) = (&problems[job / n_seeds], (job % n_seeds) as u64 + 1);
            let told = replay(problem, &mut *make(Seed::new(seed)), trials, lag);
            let outcome = |(trials, loss, hidden)| Outcome {
                sampler: name.clone(),
                problem: problem.name(),
                seed,
                trials,
                loss,
                hidden,
            };
            told.into_iter().map(outcome).collect::<Vec<_>>()
        });
        outcomes.extend(searches.into_iter().flatten());
        eprintln!("{name}: {:.0} s", begin.elapsed().as_secs_f64());
    }
    Ok(outcomes)
}

/// The trainings of these names; all of them where there are none.
fn chosen(names: &[String]) -> Result<Vec<Training>, String> {
    let find = |name: &String| {
        let found = TRAININGS.into_iter().find(|training| training.to_string() == *name);
        found.ok_or_else(|| {
            format!("`{name}` is no training; they are {}", TRAININGS.map(|t| t.to_string()).join(", "))
        })
    };
    if names.is_empty() { Ok(TRAININGS.to_vec()) } else { names.iter().map(find).collect() }
}

/// The training and the metric of a problem's name.
fn named(problem: &str) -> Result<(Training, usize), String> {
    let all = TRAININGS.into_iter().flat_map(|training| (0..N_METRICS).map(move |metric| (training, metric)));
    let is_it = |(training, metric): &(Training, usize)| {
        format!("{training}-{}", training.metrics()[*metric].name()) == problem
    };
    all.clone()
        .find(is_it)
        .ok_or_else(|| format!("`{problem}` is no problem; `search-bench spaces` lists them"))
}

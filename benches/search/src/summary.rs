//! What the results say, as Markdown.
//!
//! For sampler s, problem p and n trials, f being the incumbent's mean loss and ⟨⟩ the mean over seeds:
//!
//! ```text
//! regret     r_s,p = (⟨f_s⟩ − f*)/(⟨f_random⟩ − f*)     f* the least loss of the table, random our random search after n trials, too
//! hidden     the same of the loss on the rows held out
//! mean       of r_s,p over the problems; 0 is the best there is, 1 random search
//! interval   95 % of 2,000 bootstraps, which draw problems, and seeds of each sampler in each of them; for differences also of such
//!            as draw seeds alone: the first is about problems like these, the second about these
//! Borda      samplers that s beats on p, those it ties with half, summed over the problems
//! firsts     problems on which no sampler has a smaller r; those who tie share one
//! ```
//!
//! A problem on which random search always finds the best there is after n trials says nothing, and is left out for that n.

use crate::replay::{BUDGETS, Outcome};
use crate::table::Problem;
use flate2::read::GzDecoder;
use mlpsweep_seed::{Seed, Stream};
use mlpsweep_stats::{Interval, mean, quantile};
use rand::RngExt as _;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

const N_BOOTSTRAPS: usize = 2000;
const REFERENCE: &str = "random";
const THEIRS: &str = "optuna";
/// The budget that the goal is about.
const GOAL: usize = 50;

/// The outcomes in CSV files, `.gz` or not.
///
/// # Errors
/// A file that is missing or no result.
pub fn read(files: &[PathBuf]) -> Result<Vec<Outcome>, String> {
    let mut outcomes = Vec::new();
    for path in files {
        let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let file = File::open(path).map_err(|error| told(&error))?;
        let is_gz = path.extension().is_some_and(|extension| extension == "gz");
        let text: Box<dyn Read> = if is_gz { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
        for outcome in csv::Reader::from_reader(text).into_deserialize() {
            outcomes.push(outcome.map_err(|error| told(&error))?);
        }
    }
    Ok(outcomes)
}

/// What a bootstrap draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Drawn {
    ProblemsAndSeeds,
    Seeds,
}

/// The losses of one kind, by sampler, trials and problem.
struct Losses<'a> {
    of: BTreeMap<&'a str, BTreeMap<(usize, usize), Vec<f64>>>,
    /// The least of each problem's table.
    least: Vec<f64>,
}

/// A sampler on a problem: its mean less that of another, or less the best there is, in units of random search's regret.
/// `None` where that is 0.
fn regret(ours: f64, less: f64, random: f64, least: f64) -> Option<f64> {
    let unit = random - least;
    // Means of equal losses may differ in their last bits.
    (unit > 1e-12 * least.abs().max(f64::MIN_POSITIVE)).then(|| (ours - less) / unit)
}

impl Losses<'_> {
    fn of(&self, sampler: &str, trials: usize, problem: usize) -> &[f64] {
        self.of.get(sampler).and_then(|of| of.get(&(trials, problem))).map_or(&[], Vec::as_slice)
    }

    /// Whether there are outcomes of every problem.
    fn has(&self, sampler: &str, trials: usize) -> bool {
        (0..self.least.len()).all(|problem| !self.of(sampler, trials, problem).is_empty())
    }

    /// r on a problem; less that of another sampler where there is one.
    fn regret(&self, sampler: &str, less: Option<&str>, trials: usize, problem: usize) -> Option<f64> {
        self.regret_of(sampler, less, trials, problem, |losses| mean(losses).unwrap_or(f64::NAN))
    }

    fn regret_of(
        &self,
        sampler: &str,
        less: Option<&str>,
        trials: usize,
        problem: usize,
        mut mean: impl FnMut(&[f64]) -> f64,
    ) -> Option<f64> {
        let least = self.least[problem];
        let random = mean(self.of(REFERENCE, trials, problem));
        let ours = if sampler == REFERENCE { random } else { mean(self.of(sampler, trials, problem)) };
        let less = match less {
            None => least,
            Some(REFERENCE) => random,
            Some(other) => mean(self.of(other, trials, problem)),
        };
        regret(ours, less, random, least)
    }

    /// The mean over the problems.
    fn mean(&self, sampler: &str, less: Option<&str>, trials: usize) -> f64 {
        let problems = 0..self.least.len();
        let regrets: Vec<f64> =
            problems.filter_map(|problem| self.regret(sampler, less, trials, problem)).collect();
        mean(&regrets).unwrap_or(f64::NAN)
    }

    /// Its interval.
    fn interval(&self, sampler: &str, less: Option<&str>, trials: usize, drawn: Drawn) -> Interval {
        let n_problems = self.least.len();
        let seed = Seed::new(1).child(sampler).nth(trials as u64);
        let mut means: Vec<f64> = (0..N_BOOTSTRAPS)
            .filter_map(|draw| {
                let mut stream = seed.nth(draw as u64).stream();
                let regrets: Vec<f64> = (0..n_problems)
                    .filter_map(|problem| {
                        let problem = match drawn {
                            Drawn::ProblemsAndSeeds => stream.random_range(0..n_problems),
                            Drawn::Seeds => problem,
                        };
                        let drawn_mean = |losses: &[f64]| drawn_mean(losses, &mut stream);
                        self.regret_of(sampler, less, trials, problem, drawn_mean)
                    })
                    .collect();
                mean(&regrets)
            })
            .collect();
        means.sort_unstable_by(f64::total_cmp);
        if means.is_empty() {
            return Interval { low: f64::NAN, high: f64::NAN };
        }
        Interval { low: quantile(&means, 0.025), high: quantile(&means, 0.975) }
    }

    /// `0.62 [0.55, 0.70]`
    fn cell(&self, sampler: &str, less: Option<&str>, trials: usize, drawn: Drawn) -> String {
        if !self.has(sampler, trials) {
            return "–".to_owned();
        }
        let Interval { low, high } = self.interval(sampler, less, trials, drawn);
        format!("{:.2} [{low:.2}, {high:.2}]", self.mean(sampler, less, trials))
    }

    /// Borda points and firsts of each sampler.
    fn ranks(&self, samplers: &[&str], trials: usize) -> Vec<(f64, f64)> {
        let mut ranks = vec![(0.0, 0.0); samplers.len()];
        for problem in 0..self.least.len() {
            let regrets: Vec<Option<f64>> =
                samplers.iter().map(|sampler| self.regret(sampler, None, trials, problem)).collect();
            let Some(regrets) = regrets.into_iter().collect::<Option<Vec<f64>>>() else { continue };
            let is_tied = |a: f64, b: f64| (a - b).abs() < 1e-9;
            let least = regrets.iter().copied().fold(f64::INFINITY, f64::min);
            let n_first = regrets.iter().filter(|&&r| is_tied(r, least)).count();
            for (&ours, (borda, firsts)) in regrets.iter().zip(&mut ranks) {
                let points =
                    regrets.iter().map(|&r| if is_tied(ours, r) { 0.5 } else { f64::from(ours < r) });
                // Half a point of these is the tie with itself.
                *borda += points.sum::<f64>() - 0.5;
                if is_tied(ours, least) {
                    *firsts += 1.0 / n_first as f64;
                }
            }
        }
        ranks
    }
}

/// The mean of as many losses, drawn with replacement.
fn drawn_mean(losses: &[f64], stream: &mut Stream) -> f64 {
    let sum: f64 = losses.iter().map(|_| losses[stream.random_range(0..losses.len())]).sum();
    sum / losses.len() as f64
}

/// Tables of Markdown.
///
/// # Errors
/// Where random search has not been run on all problems, or an outcome is of an unknown one.
pub fn markdown(problems: &[Problem<'_>], outcomes: &[Outcome]) -> Result<String, String> {
    let names: Vec<String> = problems.iter().map(Problem::name).collect();
    let of = |loss: fn(&Outcome) -> f64| {
        let mut of: BTreeMap<&str, BTreeMap<(usize, usize), Vec<f64>>> = BTreeMap::new();
        for outcome in outcomes {
            let problem = names.iter().position(|name| *name == outcome.problem);
            let problem =
                problem.ok_or_else(|| format!("`{}` is no problem of these tables", outcome.problem))?;
            let of = of.entry(&outcome.sampler).or_default();
            of.entry((outcome.trials, problem)).or_default().push(loss(outcome));
        }
        Ok::<_, String>(of)
    };
    let least = problems.iter().map(|problem| problem.range().0).collect();
    let least_hidden = problems.iter().map(|problem| problem.held_out_range().0).collect();
    let losses = Losses { of: of(|outcome| outcome.loss)?, least };
    let hidden = Losses { of: of(|outcome| outcome.hidden)?, least: least_hidden };
    if let Some(trials) = BUDGETS.iter().find(|&&trials| !losses.has(REFERENCE, trials)) {
        return Err(format!(
            "no outcomes of `{REFERENCE}` on all problems after {trials} trials\n\nhint: `search-bench replay --samplers {REFERENCE} --seeds 200`"
        ));
    }
    let found: BTreeSet<&str> = outcomes.iter().map(|outcome| outcome.sampler.as_str()).collect();
    let mut samplers: Vec<&str> = found.into_iter().filter(|name| losses.has(name, GOAL)).collect();
    samplers.sort_by(|a, b| losses.mean(a, None, GOAL).total_cmp(&losses.mean(b, None, GOAL)));
    let mut text = String::new();
    overall(&mut text, &losses, &hidden, &samplers);
    differences(&mut text, &losses, &samplers);
    by_problem(&mut text, &losses, &samplers, &names);
    Ok(text)
}

fn overall(text: &mut String, losses: &Losses<'_>, hidden: &Losses<'_>, samplers: &[&str]) {
    let budgets = BUDGETS.map(|trials| format!("{trials} trials")).join(" | ");
    let _ = writeln!(
        text,
        "| sampler | seeds | {budgets} | hidden, {GOAL} | Borda, {GOAL} | firsts, {GOAL} |\n| --- | --- | --- | --- | --- | --- | --- | --- |"
    );
    for (sampler, (borda, firsts)) in samplers.iter().zip(losses.ranks(samplers, GOAL)) {
        let seeds = losses.of(sampler, GOAL, 0).len();
        let cells =
            BUDGETS.map(|trials| losses.cell(sampler, None, trials, Drawn::ProblemsAndSeeds)).join(" | ");
        let hidden = hidden.cell(sampler, None, GOAL, Drawn::ProblemsAndSeeds);
        let _ = writeln!(text, "| {sampler} | {seeds} | {cells} | {hidden} | {borda:.1} | {firsts:.1} |");
    }
}

/// Ours less the best of theirs.
fn differences(text: &mut String, losses: &Losses<'_>, samplers: &[&str]) {
    let theirs = |trials: usize| {
        let theirs = samplers.iter().filter(|name| name.starts_with(THEIRS) && losses.has(name, trials));
        theirs.copied().min_by(|a, b| losses.mean(a, None, trials).total_cmp(&losses.mean(b, None, trials)))
    };
    let best: Vec<(usize, &str)> =
        BUDGETS.iter().filter_map(|&trials| Some((trials, theirs(trials)?))).collect();
    if best.is_empty() {
        return;
    }
    let head: String = best.iter().map(|(trials, name)| format!(" {trials} trials − {name} |")).collect();
    for (what, drawn) in [
        ("difference, on problems like these", Drawn::ProblemsAndSeeds),
        ("difference, on these problems", Drawn::Seeds),
    ] {
        let _ = writeln!(text, "\n| {what} |{head}\n| --- |{}", " --- |".repeat(best.len()));
        for sampler in samplers.iter().filter(|name| !name.starts_with(THEIRS)) {
            let cells: String = best
                .iter()
                .map(|&(trials, other)| format!(" {} |", losses.cell(sampler, Some(other), trials, drawn)))
                .collect();
            let _ = writeln!(text, "| {sampler} |{cells}");
        }
    }
}

fn by_problem(text: &mut String, losses: &Losses<'_>, samplers: &[&str], names: &[String]) {
    let _ = writeln!(
        text,
        "\n| problem, {GOAL} trials | {} |\n| --- |{}",
        samplers.join(" | "),
        " --- |".repeat(samplers.len())
    );
    for (problem, name) in names.iter().enumerate() {
        let cells: String = samplers
            .iter()
            .map(|sampler| {
                let regret = losses.regret(sampler, None, GOAL, problem);
                regret.map_or(" – |".to_owned(), |regret| format!(" {regret:.2} |"))
            })
            .collect();
        let _ = writeln!(text, "| {name} |{cells}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::tests::made_up;
    use crate::table::{Table, problems};
    use crate::training::TRAININGS;

    #[test]
    fn regret_is_0_at_the_best_and_1_at_random_search() {
        assert_eq!(regret(0.2, 0.2, 0.6, 0.2), Some(0.0));
        assert_eq!(regret(0.6, 0.2, 0.6, 0.2), Some(1.0));
        assert_eq!(regret(0.3, 0.2, 0.6, 0.2), Some((0.3 - 0.2) / (0.6 - 0.2)));
        assert_eq!(regret(0.2, 0.2, 0.2, 0.2), None, "random search has no regret to measure by");
    }

    /// Two problems; `half` has half of random search's regret on both, `optuna-x` all of it on one and none on the other.
    #[test]
    fn a_constructed_example() {
        let table = made_up(TRAININGS[0], 50);
        let tables: [Table; 1] = [table];
        let problems = problems(&tables);
        let outcome = |sampler: &str, problem: &Problem<'_>, seed: u64, trials, share: f64| {
            let ((least, _), (least_hidden, _)) = (problem.range(), problem.held_out_range());
            // Seeds scatter evenly about the share.
            let share = share * if seed == 1 { 0.8 } else { 1.2 };
            Outcome {
                sampler: sampler.into(),
                problem: problem.name(),
                seed,
                trials,
                loss: least + share,
                hidden: least_hidden + share,
            }
        };
        let mut outcomes = Vec::new();
        for (idx, problem) in problems.iter().enumerate() {
            for seed in 1..=2 {
                for trials in BUDGETS {
                    outcomes.push(outcome("random", problem, seed, trials, 0.5));
                    outcomes.push(outcome("half", problem, seed, trials, 0.25));
                    outcomes.push(outcome("optuna-x", problem, seed, trials, [0.5, 0.0][idx]));
                }
            }
        }
        let text = markdown(&problems, &outcomes).expect("random search is there");
        let line = |begin: &str| text.lines().find(|line| line.starts_with(begin)).expect(begin).to_owned();
        assert!(line("| half | 2 | 0.50 [0.").ends_with("| 3.0 | 1.0 |"), "{text}");
        assert!(line("| optuna-x | 2 | 0.50 [0.").ends_with("| 2.5 | 1.0 |"), "{text}");
        assert!(line("| random | 2 | 1.00 [1.00, 1.00]").ends_with("| 0.5 | 0.0 |"), "{text}");
        assert!(text.contains("| half | 0.00 [") || text.contains("| half | -0.00 ["), "{text}");
        assert!(text.contains("| iris-adam-accuracy | 0.50 | 1.00 | 1.00 |"), "{text}");

        let error = markdown(&problems, &outcomes[1..2]).expect_err("random search is missing");
        assert!(error.contains("no outcomes of `random`"), "{error}");
    }
}

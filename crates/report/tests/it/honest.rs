//! The honest score of real sweeps beside a second derivation: every bootstrap made of copied rows, every score by its metric.

use mlpsweep_report::{Ranking, Study};
use mlpsweep_seed::Seed;
use mlpsweep_sweep::Plan;
use mlpsweep_sweep::record::OutOfFold;
use mlpsweep_sweep::runner::{self, RunOptions};
use mlpsweep_sweep::spec::Sweep;
use mlpsweep_sweep::store::Store;
use mlpsweep_train::{Metric, Predictions, Truth};
use rand::RngExt as _;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;

const RESAMPLES: usize = 1000;

fn run(folder: &Path, text: &str) -> (Plan, Study) {
    let sweep = Sweep::parse(text, &folder.join("s.toml"), &[]).unwrap_or_else(|error| panic!("{error}"));
    let plan = Plan::new(sweep).unwrap_or_else(|error| panic!("{error}"));
    let stop = AtomicBool::new(false);
    let options = RunOptions::new(2, &stop);
    runner::run(&plan, folder, &options, |_| {}).unwrap_or_else(|error| panic!("{error}"));
    let study = Study::read(folder, false).expect("a study");
    (plan, study)
}

/// The predictions of a trial for each row and repeat, from the store.
fn predictions(plan: &Plan, folder: &Path, trial: u64) -> Vec<BTreeMap<u32, Vec<f64>>> {
    let store = Store::read(folder).expect("a store");
    let mut repeats = vec![BTreeMap::new(); plan.folds.repeats()];
    let visited = store.each_out_of_fold(|unit, kept| {
        if let (OutOfFold::Predictions(numbers), true) = (kept, unit.trial == trial) {
            let split = plan.folds.split(unit.split);
            for (row, p) in split.validation.iter().zip(numbers) {
                repeats[split.repeat].insert(*row, vec![1.0 - p, p]);
            }
        }
        Ok(())
    });
    visited.expect("predictions");
    repeats
}

/// The metric of rows, each repeated as often as it is named, meaned over the repeats.
fn score(metric: Metric, plan: &Plan, repeats: &[BTreeMap<u32, Vec<f64>>], rows: &[u32]) -> f64 {
    let of_repeat = |said: &BTreeMap<u32, Vec<f64>>| {
        let values = rows.iter().flat_map(|row| said[row].clone()).collect();
        metric
            .score(&Truth::new(&plan.data.target, rows), &Predictions::Probabilities { n_classes: 2, values })
    };
    repeats.iter().map(of_repeat).sum::<f64>() / repeats.len() as f64
}

/// Rows in the order in which they are first validated, which is the order in which they are drawn.
fn check(metric: Metric, text: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let (plan, study) = run(folder.path(), text);
    let trials: Vec<_> = (0..4).map(|trial| predictions(&plan, folder.path(), trial)).collect();
    let mut rows: Vec<u32> = Vec::new();
    for split in 0..plan.folds.n_folds() {
        rows.extend(plan.folds.split(split).validation);
    }
    let mut stream = Seed::new(plan.sweep.seed).child("honest").stream();
    let (mut scores, mut wins) = (Vec::new(), [0.0; 4]);
    for _ in 0..RESAMPLES {
        let drawn: Vec<u32> = (0..rows.len()).map(|_| rows[stream.random_range(0..rows.len())]).collect();
        let left: Vec<u32> = rows.iter().copied().filter(|row| !drawn.contains(row)).collect();
        let in_bag: Vec<f64> = trials.iter().map(|said| score(metric, &plan, said, &drawn)).collect();
        let best = (0..4).fold(0, |best, next| if in_bag[next] > in_bag[best] { next } else { best });
        wins[best] += 1.0 / RESAMPLES as f64;
        scores.push(score(metric, &plan, &trials[best], &left));
    }
    let honest = study.honest.as_ref().expect("a score");
    let mean = scores.iter().sum::<f64>() / scores.len() as f64;
    assert!((honest.score - mean).abs() < 1e-9, "{} and {mean}", honest.score);
    assert!(honest.interval.low < honest.score && honest.score < honest.interval.high);
    let ranking = Ranking::new(&study);
    for row in &ranking.rows {
        let share = row.prob_best.expect("complete");
        assert!((share - wins[row.trial.number as usize]).abs() < 1e-9, "{share} and {wins:?}");
    }
}

const SWEEP: &str = "seed = 2\n[data]\nbuiltin = \"moons\"\nrows = 60\nnoise = 0.5\ntest = 0\n[search]\ntrials = 4\n\
     [parameters]\nlearning_rate = { min = 1e-3, max = 1e-1, scale = \"log\" }\nwidth = 4\nepochs = 6\n";

#[test]
fn a_metric_that_takes_predictions() {
    check(Metric::RocAuc, &format!("{SWEEP}[score]\nmetric = \"roc_auc\"\n[cv]\nfolds = 3\n"));
}

#[test]
fn rows_that_are_validated_twice_stay_one_row() {
    check(
        Metric::BalancedAccuracy,
        &format!("{SWEEP}[score]\nmetric = \"balanced_accuracy\"\n[cv]\nfolds = 3\nrepeats = 2\n"),
    );
}

/// Twenty groups of three rows that are alike: drawn whole, the score is less sure than if rows were drawn.
#[test]
fn groups_are_drawn_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut csv = "x1,x2,who,fold,label\n".to_owned();
    for group in 0..20 {
        for copy in 0..3 {
            let x = f64::from(group) / 10.0 - 1.0 + f64::from(copy) / 1000.0;
            let y = f64::from(group * 7 % 20) / 10.0 - 1.0;
            let label = if (x > 0.0) ^ (group % 6 == 0) { "yes" } else { "no" };
            csv.push_str(
                &[x.to_string(), y.to_string(), format!("g{group},f{},{label}\n", group % 4)].join(","),
            );
        }
    }
    std::fs::write(folder.path().join("t.csv"), csv).expect("a file");
    let width = |unused: &str, cv: &str| {
        let text = format!(
            "seed = 2\n[data]\npath = \"t.csv\"\ntarget = \"label\"\ntest = 0\ndrop = [\"{unused}\"]\n[search]\ntrials = 3\n\
             [score]\nmetric = \"accuracy\"\n[cv]\n{cv}\n[parameters]\nlearning_rate = {{ min = 1e-2, max = 1e-1 }}\n\
             epochs = 5\nwidth = 3\n"
        );
        std::fs::create_dir_all(folder.path().join(unused)).expect("a folder");
        std::fs::copy(folder.path().join("t.csv"), folder.path().join(unused).join("t.csv")).expect("a file");
        let (_, study) = run(&folder.path().join(unused), &text);
        let honest = study.honest.expect("a score");
        honest.interval.high - honest.interval.low
    };
    let whole = width("fold", "kind = \"group\"\ngroup = \"who\"\nfolds = 4");
    let single = width("who", "kind = \"column\"\ncolumn = \"fold\"");
    // √3 times as wide when a group's three rows count as one; half of that is left to the folds' being others.
    assert!(whole > 1.2 * single, "{whole} and {single}");
}

//! What a mark of the ranking is worth, where the truth is known.

use crate::fixture::study;
use mlpsweep_report::{Ranking, Study};
use mlpsweep_stats::paired_corrected_t_test;
use mlpsweep_sweep::record::Trial;
use mlpsweep_sweep::spec::Sweep;
use mlpsweep_sweep::{Plan, unit};

/// One configuration trained with a dozen seeds on the same folds, as if they were twelve: each row ties with the best. The tie
/// mark says so; the paired t-test that takes folds for independent calls more than one in twenty of them worse.
#[test]
#[expect(clippy::print_stdout, reason = "the rates are worth reading")]
fn one_configuration_with_many_seeds_is_tied_with_itself() {
    const SWEEPS: u64 = 60;
    const SEEDS: u64 = 12;
    let (mut n_rows, mut right, mut naive_right) = (0_usize, 0_usize, 0_usize);
    for seed in 0..SWEEPS {
        let text = format!(
            "seed = {seed}\n[data]\nbuiltin = \"moons\"\nrows = 120\nnoise = 0.35\ntest = 0\n\
             [parameters]\nhidden = [6]\nlearning_rate = 0.03\nepochs = 12\n"
        );
        let sweep = Sweep::parse(&text, std::path::Path::new("aa.toml"), &[]).expect("a sweep");
        let mut plan = Plan::new(sweep).expect("a plan");
        let mut study: Study = study(plan.info());
        let point = plan.trials(1).next().expect("a trial").point;
        for number in 0..SEEDS {
            // The data and the folds are made: from here on the seed is that of training.
            plan.sweep.seed = 1000 * seed + number;
            let trial = Trial { number, point: point.clone() };
            for split in 0..plan.folds.len() {
                study.folds.push(unit::run(&plan, &trial, split, &|| false).expect("not stopped"));
            }
            study.trials.push(trial);
        }
        let ranking = Ranking::new(&study);
        let scores = |row_idx: usize| -> Vec<f64> {
            ranking.rows[row_idx].scores[0].test.iter().map(|score| score.expect("complete")).collect()
        };
        for row_idx in 1..ranking.rows.len() {
            n_rows += 1;
            right += usize::from(ranking.rows[row_idx].tied_with_best == Some(true));
            let naive = paired_corrected_t_test(&scores(row_idx), &scores(0), 0.0).expect("a test");
            naive_right += usize::from(naive.p >= 0.05);
        }
    }
    let (share, naive) = (right as f64 / n_rows as f64, naive_right as f64 / n_rows as f64);
    println!("{n_rows} rows that tie with the best: marked so {share:.3}, by the naive test {naive:.3}");
    assert!(share >= 0.95, "{share}");
    assert!(naive < 0.95, "{naive}");
}

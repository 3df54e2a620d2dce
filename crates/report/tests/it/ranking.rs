//! The order: total, stable, a function of the records alone.

use crate::fixture::{add_fold, add_trial, study, sweep_of};
use mlpsweep_report::{Ranking, Study, TrialState, folds_csv, to_csv};
use mlpsweep_sweep::record::FoldState;
use proptest::prelude::*;

const N_SPLITS: usize = 3;

/// A score; few values, so that ties are common.
fn score() -> impl Strategy<Value = f64> {
    let odd = [f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e308, -1e308];
    prop_oneof![
        8 => prop::sample::select(vec![0.0, -0.0, 1.0, -1.0, 0.5]),
        1 => prop::sample::select(odd.to_vec()),
        1 => -10.0..10.0,
    ]
}

/// A split of a trial: missing, scored, diverged or failed.
fn split() -> impl Strategy<Value = Option<(FoldState, f64)>> {
    let ended = |state: FoldState| Just(Some((state, 0.0)));
    prop_oneof![
        2 => Just(None),
        20 => score().prop_map(|score| Some((FoldState::Complete, score))),
        1 => ended(FoldState::Diverged { epoch: 2 }),
        1 => ended(FoldState::Failed { message: "no".into() }),
    ]
}

fn studies() -> impl Strategy<Value = Study> {
    let trials = prop::collection::vec(prop::collection::vec(split(), N_SPLITS), 0..12);
    (trials, prop::sample::select(vec!["maximize", "minimize"])).prop_map(|(trials, goal)| {
        let mut study = study(sweep_of(N_SPLITS, 1, goal));
        for (number, splits) in (0..).zip(trials) {
            add_trial(&mut study, number, 0.1, &[8], None);
            for (split_idx, (state, score)) in
                splits.into_iter().enumerate().filter_map(|(split_idx, split)| Some((split_idx, split?)))
            {
                let scores = if state == FoldState::Complete { vec![score] } else { vec![] };
                add_fold(&mut study, number, split_idx, state, [&scores, &scores]);
            }
        }
        study
    })
}

/// Whether `a` is strictly better than `b`; a number is better than none.
fn is_better(a: f64, b: f64, goal: &str) -> bool {
    if a.is_nan() || b.is_nan() {
        return b.is_nan() && !a.is_nan();
    }
    if goal == "maximize" { a > b } else { a < b }
}

proptest! {
    #[test]
    fn ranks_count_who_is_better(study in studies()) {
        let goal = &study.info.metrics[0].goal;
        let ranking = Ranking::new(&study);
        let complete: Vec<_> =
            ranking.rows.iter().filter(|row| row.state == TrialState::Complete).collect();
        let mean = |row: &mlpsweep_report::RankedTrial<'_>| row.scores[0].mean.unwrap();
        for row in &complete {
            let n_better = complete.iter().filter(|other| is_better(mean(other), mean(row), goal)).count();
            prop_assert_eq!(row.rank, Some(n_better + 1));
        }
        for pair in ranking.rows.windows(2) {
            prop_assert!(pair[0].state <= pair[1].state);
            let same_state = pair[0].state == pair[1].state;
            let same_place = match pair[0].state {
                TrialState::Complete => pair[0].rank == pair[1].rank,
                TrialState::Running | TrialState::Pruned => {
                    if same_state {
                        prop_assert!(pair[0].folds_done >= pair[1].folds_done);
                    }
                    false
                }
                TrialState::Timeout | TrialState::Diverged | TrialState::Failed => true,
            };
            if same_state && same_place {
                prop_assert!(pair[0].trial.number < pair[1].trial.number);
            }
        }
        prop_assert!(ranking.rows.iter().all(|row| row.rank.is_some() == (row.state == TrialState::Complete)));
        let mut numbers: Vec<u64> = ranking.rows.iter().map(|row| row.trial.number).collect();
        numbers.sort_unstable();
        prop_assert_eq!(numbers, (0..study.trials.len() as u64).collect::<Vec<_>>());
    }

    #[test]
    fn the_order_of_records_does_not_matter(
        (study, shuffled) in studies().prop_flat_map(|study| {
            let trials = Just(study.trials.clone()).prop_shuffle();
            let folds = Just(study.folds.clone()).prop_shuffle();
            (Just(study), trials, folds).prop_map(|(study, trials, folds)| {
                let shuffled = Study { trials, folds, ..study.clone() };
                (study, shuffled)
            })
        })
    ) {
        let (ranked, again) = (Ranking::new(&study), Ranking::new(&shuffled));
        prop_assert_eq!(to_csv(&ranked, &study.info), to_csv(&again, &study.info));
        prop_assert_eq!(folds_csv(&study), folds_csv(&shuffled));
    }

    #[test]
    fn probabilities_are_probabilities(study in studies()) {
        for row in &Ranking::new(&study).rows {
            prop_assert!(row.p_vs_best.is_none_or(|p| (0.0..=1.0).contains(&p)));
            prop_assert!(row.p_holm.is_none_or(|holm| holm >= row.p_vs_best.unwrap() && holm <= 1.0));
            prop_assert_eq!(row.p_holm.is_some(), row.p_vs_best.is_some());
        }
    }
}

#[test]
fn running_trials_by_folds_then_mean() {
    let mut study = study(sweep_of(3, 1, "maximize"));
    for (number, scores) in (0..).zip([&[0.9][..], &[0.1, 0.2], &[0.3, 0.2], &[], &[0.95]]) {
        add_trial(&mut study, number, 0.1, &[8], None);
        for (split, &score) in scores.iter().enumerate() {
            add_fold(&mut study, number, split, FoldState::Complete, [&[score], &[score]]);
        }
    }
    let ranking = Ranking::new(&study);
    let numbers: Vec<u64> = ranking.rows.iter().map(|row| row.trial.number).collect();
    assert_eq!(numbers, [2, 1, 4, 0, 3]);
    assert!(ranking.best().is_none(), "none is complete");
}

#[test]
fn records_that_do_not_fit_together_are_rankable_all_the_same() {
    let mut study = study(sweep_of(2, 1, "maximize"));
    add_trial(&mut study, 0, 0.1, &[8], None);
    for split in [0, 1, 9] {
        add_fold(&mut study, 0, split, FoldState::Complete, [&[], &[]]);
    }
    add_fold(&mut study, 5, 0, FoldState::Complete, [&[0.5], &[0.5]]);
    let ranking = Ranking::new(&study);
    assert_eq!(ranking.rows.len(), 1);
    assert_eq!(ranking.rows[0].scores[0].mean, None);
    assert_eq!(to_csv(&ranking, &study.info).lines().count(), 2);
    assert_eq!(folds_csv(&study).lines().count(), 5);
}

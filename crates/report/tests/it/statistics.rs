//! The figures of a ranking beside those of numpy and scipy.

use crate::fixture::{add_scores, add_trial, digits, study, sweep, sweep_of};
use mlpsweep_report::{RankedTrial, Ranking, Scores, to_csv};
use mlpsweep_sweep::record::FoldState;

#[track_caller]
fn assert_close(got: Option<f64>, want: f64) {
    let got = got.expect("a number");
    assert!((got - want).abs() <= 1e-12 * want.abs(), "{got:e}, not {want:e}");
}

#[track_caller]
fn row_of<'r>(ranking: &'r Ranking<'r>, number: u64) -> &'r RankedTrial<'r> {
    ranking.rows.iter().find(|row| row.trial.number == number).expect("the trial is there")
}

/// Mean, standard deviation, corrected error and interval: `np.mean`, `np.std(ddof=1)`, `√(1/5 + ρ)·std`,
/// `stats.t.interval(0.95, 4, mean, se)`, where ρ is the mean of 33/127, 32/128, 32/128, 32/128 and 31/129.
#[track_caller]
fn check_scores(scores: &Scores, [mean, std, se, low, high]: [f64; 5]) {
    assert_close(scores.mean, mean);
    assert_close(scores.std, std);
    assert_close(scores.se, se);
    assert_close(scores.interval.map(|ci| ci.low), low);
    assert_close(scores.interval.map(|ci| ci.high), high);
}

#[test]
fn means_errors_and_intervals() {
    let study = digits();
    let ranking = Ranking::new(&study);
    let best = row_of(&ranking, 0);
    check_scores(
        &best.scores[0],
        [
            0.306,
            0.027_018_512_172_212_58,
            0.018_125_183_562_983_434,
            0.255_676_422_815_743_15,
            0.356_323_577_184_256_83,
        ],
    );
    check_scores(
        &best.scores[1],
        [
            0.905,
            0.020_916_500_663_351_91,
            0.014_031_690_997_716_1,
            0.866_041_780_211_743_3,
            0.943_958_219_788_256_8,
        ],
    );
    check_scores(
        &row_of(&ranking, 1).scores[0],
        [
            0.316,
            0.033_615_472_627_943_21,
            0.022_550_709_234_261_31,
            0.253_389_193_727_796_5,
            0.378_610_806_272_203_5,
        ],
    );
}

/// `2·stats.t.sf(|t|, 4)` with the corrected t of the differences; Holm by hand over the three that are compared.
#[test]
fn tests_against_the_best() {
    let mut study = digits();
    study.trials.retain(|trial| trial.number != 7);
    study.folds.retain(|fold| fold.unit.trial != 7);
    let ranking = Ranking::new(&study);
    let best = row_of(&ranking, 0);
    assert_eq!((best.p_vs_best, best.p_holm, best.tied_with_best), (None, None, Some(true)));
    for (number, p, holm, tied) in [
        (1, 0.290_454_625_203_384_66, 0.290_454_625_203_384_66, true),
        (6, 0.009_465_416_104_576_052, 0.018_930_832_209_152_103, false),
        (2, 7.538_150_015_339_103e-6, 2.261_445_004_601_731e-5, false),
    ] {
        let row = row_of(&ranking, number);
        // The differences have three digits fewer than the scores.
        assert!((row.p_vs_best.unwrap() / p - 1.0).abs() < 1e-10, "trial {number}: {:?}", row.p_vs_best);
        assert!((row.p_holm.unwrap() / holm - 1.0).abs() < 1e-10, "trial {number}: {:?}", row.p_holm);
        assert_eq!(row.tied_with_best, Some(tied), "trial {number}");
    }
}

#[test]
fn a_positive_gap_is_overfitting_in_both_directions() {
    let study = digits();
    let ranking = Ranking::new(&study);
    let best = row_of(&ranking, 0);
    assert_close(best.scores[0].mean_train, 0.206);
    assert!((best.scores[0].gap.unwrap() - 0.1).abs() < 1e-12, "log_loss: test − train");
    assert!((best.scores[1].gap.unwrap() - 0.05).abs() < 1e-12, "accuracy: train − test");
}

#[test]
fn an_incomplete_trial_has_splits_and_nothing_else() {
    let study = digits();
    let ranking = Ranking::new(&study);
    for (number, n_scored) in [(3, 3), (4, 1), (5, 0)] {
        let row = row_of(&ranking, number);
        let scores = &row.scores[0];
        assert_eq!(scores.test.iter().flatten().count(), n_scored, "trial {number}");
        assert_eq!(Scores { test: scores.test.clone(), ..Scores::default() }, *scores, "trial {number}");
        assert_eq!((row.rank, row.best_epoch, row.folds_done), (None, None, n_scored), "trial {number}");
        assert_eq!((row.p_vs_best, row.p_holm, row.tied_with_best), (None, None, None), "trial {number}");
    }
}

#[test]
fn messages_say_what_happened_where() {
    let mut study = digits();
    assert_eq!(
        row_of(&Ranking::new(&study), 4).message.as_deref(),
        Some("fold 1: diverged in epoch 3"),
        "the first of two"
    );
    study.info = sweep_of(2, 2, "minimize");
    study.folds.retain(|fold| fold.unit != mlpsweep_sweep::record::UnitId { trial: 4, split: 1 });
    assert_eq!(
        row_of(&Ranking::new(&study), 4).message.as_deref(),
        Some(
            "repeat 1, fold 0: diverged before the first epoch: values too large or too close together to be standardised"
        )
    );
    study.folds.iter_mut().find(|fold| fold.unit.trial == 4).unwrap().state =
        FoldState::Failed { message: "no memory".into() };
    assert_eq!(row_of(&Ranking::new(&study), 4).state.as_str(), "diverged", "which outweighs failed");
}

#[track_caller]
fn check_best_epoch(epochs: &[usize], median: usize) {
    let mut study = study(sweep_of(epochs.len(), 1, "minimize"));
    add_trial(&mut study, 0, 0.1, &[8], None);
    add_scores(&mut study, 0, &vec![0.5; epochs.len()], &vec![0.5; epochs.len()]);
    for (fold, &epoch) in study.folds.iter_mut().zip(epochs) {
        fold.best_epoch = epoch;
    }
    assert_eq!(Ranking::new(&study).rows[0].best_epoch, Some(median), "{epochs:?}");
}

#[test]
fn the_best_epoch_is_a_median() {
    check_best_epoch(&[7], 7);
    check_best_epoch(&[9, 1, 5], 5);
    check_best_epoch(&[10, 1, 4, 9], 7);
    check_best_epoch(&[2, 4], 3);
}

#[test]
fn a_single_split_has_no_interval_and_no_test() {
    let mut study = study(sweep_of(1, 1, "maximize"));
    for number in 0..2 {
        add_trial(&mut study, number, 0.1, &[8], None);
        add_scores(&mut study, number, &[0.5 + number as f64], &[0.0]);
    }
    let ranking = Ranking::new(&study);
    for row in &ranking.rows {
        let scores = &row.scores[0];
        assert!(scores.mean.is_some());
        assert_eq!((scores.std, scores.se, scores.interval), (None, None, None));
        assert_eq!((row.p_vs_best, row.p_holm, row.tied_with_best), (None, None, None));
    }
    assert_eq!(ranking.best().unwrap().trial.number, 1, "more is better");
}

#[test]
fn equal_trials_are_tied_with_certainty() {
    let mut study = study(sweep());
    for number in 0..3 {
        add_trial(&mut study, number, 0.1, &[8], None);
        add_scores(&mut study, number, &[0.1, 0.2, 0.3, 0.2, 0.1], &[0.5; 5]);
    }
    let ranking = Ranking::new(&study);
    for (row, p) in ranking.rows.iter().zip([None, Some(1.0), Some(1.0)]) {
        assert_eq!((row.rank, row.p_vs_best, row.p_holm, row.tied_with_best), (Some(1), p, p, Some(true)));
    }
}

#[test]
fn nothing_to_rank() {
    let study = study(sweep());
    let ranking = Ranking::new(&study);
    assert!(ranking.rows.is_empty() && ranking.best().is_none());
    assert_eq!(to_csv(&ranking, &study.info).lines().count(), 1, "the header");
}

//! Which trial is the winner by each rule.

use crate::fixture::{add_scores, add_trial, study, sweep};
use mlpsweep_report::{Ranking, Study, summary_json, table};
use mlpsweep_sweep::record::{
    BaseScores, Closing, FoldRecord, FoldState, Importance, Incumbent, Judged, Refit, UnitId,
};
use serde_json::Value as Json;

/// Three trials, the first of which is the best and has the most parameters.
fn three() -> Study {
    let mut study = study(sweep());
    for (number, scores) in [
        (0, [0.30, 0.31, 0.29, 0.32, 0.30]),
        (1, [0.31, 0.32, 0.29, 0.32, 0.31]),
        (2, [0.45, 0.47, 0.43, 0.48, 0.44]),
    ] {
        add_trial(&mut study, number, 0.01, &[8], None);
        add_scores(&mut study, number, &scores, &[0.9; 5]);
    }
    for fold in &mut study.folds {
        fold.n_parameters = [500, 300, 20][fold.unit.trial as usize];
    }
    study
}

fn winner(study: &Study) -> u64 {
    Ranking::new(study).winner().expect("a winner").trial.number
}

fn confirmation(study: &Study, trial: u64, scores: &[f64]) -> Vec<FoldRecord> {
    let of_split = |(split, &score): (usize, &f64)| FoldRecord {
        unit: UnitId { trial, split: 5 + split },
        test_scores: vec![score, 0.9],
        ..study.folds[0].clone()
    };
    scores.iter().enumerate().map(of_split).collect()
}

/// se of the best by the formula of scores.rs is 0.0076: trial 1 lies within it, trial 2 does not.
#[test]
fn one_se_takes_the_simplest_of_those_that_are_close() {
    let mut study = three();
    assert_eq!(winner(&study), 0);
    study.info.select.rule = "one_se".into();
    let se = Ranking::new(&study).rows[0].scores[0].se.expect("an error");
    assert!((0.0075..0.0078).contains(&se), "{se}");
    assert_eq!(winner(&study), 1);
    for fold in study.folds.iter_mut().filter(|fold| fold.unit.trial == 1) {
        fold.n_parameters = 600;
    }
    assert_eq!(winner(&study), 0);
}

#[test]
fn a_confirmation_decides_when_it_is_whole() {
    let mut study = three();
    study.info.select.rule = "confirmed".into();
    study.info.select.confirm_top = 2;
    let selection = |study: &Study| Ranking::new(study).selection.expect("a selection");
    study.confirmations = confirmation(&study, 0, &[0.31; 5]);
    assert_eq!((winner(&study), selection(&study).stands), (0, None), "trial 1 is missing");
    study.confirmations.extend(confirmation(&study, 1, &[0.30, 0.32, 0.31, 0.30, 0.31]));
    assert_eq!((winner(&study), selection(&study).stands), (1, Some(true)), "no difference but chance");
    // Scores of sd √0.7 hundredths, rows validated per row trained on ρ as the fixture's sizes say, t of four degrees of freedom.
    let interval = selection(&study).confirmed[1].interval.expect("five splits");
    let rho = (33.0 / 127.0 + 3.0 * 32.0 / 128.0 + 31.0 / 129.0) / 5.0;
    let half = 2.776_445_105_197_793 * (0.2_f64 + rho).sqrt() * 0.01 * 0.7_f64.sqrt();
    assert!((interval.high - 0.308 - half).abs() < 1e-12 && (0.308 - interval.low - half).abs() < 1e-12);
    study.info.select.confirm_repeats = 2;
    assert_eq!((winner(&study), selection(&study).stands), (0, None), "the second repeat is missing");
    study.info.select.confirm_repeats = 1;
    study.confirmations = confirmation(&study, 0, &[0.41, 0.42, 0.41, 0.43, 0.42]);
    study.confirmations.extend(confirmation(&study, 1, &[0.30, 0.32, 0.31, 0.31, 0.32]));
    assert_eq!((winner(&study), selection(&study).stands), (1, Some(false)));
    let text = table(&Ranking::new(&study), &study.info, 10, None);
    assert!(text.contains("on fresh splits, 2 trials: trial 0 does not stand; winner: trial 1"), "{text}");
    // The higher the better: then trial 2 is the first, and does not stand.
    let mut higher = study.clone();
    higher.info.metrics[0].goal = "maximize".into();
    higher.confirmations = confirmation(&study, 1, &[0.41, 0.42, 0.41, 0.43, 0.42]);
    higher.confirmations.extend(confirmation(&study, 2, &[0.30, 0.32, 0.31, 0.31, 0.32]));
    assert_eq!((winner(&higher), selection(&higher).stands), (1, Some(false)));
    // One that diverges there is not chosen.
    study.confirmations[7].state = FoldState::Diverged { epoch: 1 };
    assert_eq!((winner(&study), selection(&study).stands), (0, Some(true)));
}

fn closing(scores: [Option<f64>; 2]) -> Closing {
    let incumbent = |(trial, score): (usize, Option<f64>)| Incumbent {
        trial: trial as u64,
        holdout_scores: vec![score, None],
    };
    Closing {
        winner: 1,
        incumbents: scores.into_iter().enumerate().map(incumbent).collect(),
        default_scores: None,
        importances: ["age", "town"]
            .iter()
            .zip([0.01, 0.2])
            .map(|(feature, mean)| Importance { feature: (*feature).into(), mean, std: 0.1 })
            .collect(),
        judged: Judged::Classes { confusion: vec![vec![3, 1], vec![0, 4]] },
    }
}

#[test]
fn the_over_tuning_curve_and_its_warning() {
    let mut study = three();
    // Now the second trial is the better one, and the third never is.
    for fold in study.folds.iter_mut().filter(|fold| fold.unit.trial == 0) {
        fold.test_scores[0] += 0.1;
    }
    study.info.n_test_rows = 40;
    study.closing = Some(closing([Some(0.39), Some(0.33)]));
    let overtuning = |study: &Study| -> Vec<(u64, Option<f64>)> {
        Ranking::new(study).overtuning().iter().map(|point| (point.trial, point.holdout)).collect()
    };
    assert_eq!(overtuning(&study), [(0, Some(0.39)), (1, Some(0.33))]);
    assert!(Ranking::new(&study).warnings.is_empty(), "{:?}", Ranking::new(&study).warnings);

    let text = summary_json(&Ranking::new(&study), &study.info);
    let summary: Json = serde_json::from_str(&text).expect("JSON");
    assert_eq!(summary["importances"][0]["feature"], "town", "the most important first");
    assert_eq!(summary["overtuning"][1]["holdout_score"], 0.33);

    study.closing = Some(closing([Some(0.33), Some(0.39)]));
    let warnings = Ranking::new(&study).warnings;
    assert!(
        warnings[0].starts_with("over-tuning: on the rows held out trial 0 (0.3300) is better than trial 1"),
        "{warnings:?}"
    );

    // Beside the default configuration.
    let mut found = closing([Some(0.39), Some(0.33)]);
    found.default_scores = Some(vec![0.31, 0.33, 0.29, 0.32, 0.30]);
    study.closing = Some(found.clone());
    let warnings = Ranking::new(&study).warnings;
    assert_eq!(
        warnings,
        [
            "trial 1 is not better than the default configuration beyond chance: log_loss 0.3100 against 0.3100, p = 1.00"
        ]
    );
    found.default_scores = Some(vec![0.51, 0.53, 0.49, 0.52, 0.50]);
    study.closing = Some(found);
    assert!(Ranking::new(&study).warnings.is_empty());

    // More trials came, and another is the best: what was found out is not of now.
    add_trial(&mut study, 3, 0.01, &[8], None);
    add_scores(&mut study, 3, &[0.2; 5], &[0.9; 5]);
    assert_eq!(overtuning(&study), []);
    assert_eq!(Ranking::new(&study).closing, None);
}

/// Of equal means the trial that came first was the best, and a later one was not when it came.
#[test]
fn incumbents_are_better_than_all_before() {
    let mut study = study(sweep());
    for (number, mean) in [(0, 0.5), (1, 0.5), (2, 0.6), (3, 0.4), (4, 0.4), (5, 0.3)] {
        add_trial(&mut study, number, 0.01, &[8], None);
        add_scores(&mut study, number, &[mean; 5], &[0.9; 5]);
    }
    let ranking = Ranking::new(&study);
    let incumbents: Vec<u64> = ranking.incumbents().into_iter().map(|(row, _)| row.trial.number).collect();
    assert_eq!(incumbents, [0, 3, 5]);
    let top: Vec<u64> = ranking.top(4).into_iter().map(|row| row.trial.number).collect();
    assert_eq!(top, [5, 3, 4, 0]);
}

/// What was found out of another winner, or holds other trials against the rows held out, is not of now.
#[test]
fn details_are_those_of_the_winner() {
    let mut study = three();
    let is_shown = |study: &Study| Ranking::new(study).closing.is_some();
    let found = |winner: u64, incumbents: &[u64]| {
        let mut found = closing([None, None]);
        let incumbent = |&trial: &u64| Incumbent { trial, holdout_scores: vec![Some(0.3), None] };
        (found.winner, found.incumbents) = (winner, incumbents.iter().map(incumbent).collect());
        Some(found)
    };
    study.info.n_test_rows = 0;
    study.closing = found(0, &[]);
    assert!(is_shown(&study), "nothing is held out");
    study.closing = found(1, &[]);
    assert!(!is_shown(&study), "trial 0 is the winner");
    study.info.n_test_rows = 40;
    for (winner, incumbents, expected) in
        [(0, &[0][..], true), (0, &[], false), (0, &[0, 1], false), (1, &[0], false), (1, &[1], false)]
    {
        study.closing = found(winner, incumbents);
        assert_eq!(is_shown(&study), expected, "{winner}, {incumbents:?}");
    }
}

/// A model is that of the winner, of its epochs and of the ensemble asked for, or it is none.
#[test]
fn the_model_is_that_of_the_winner() {
    let mut study = three();
    let epochs = Ranking::new(&study).winner().and_then(|winner| winner.best_epoch).expect("complete");
    let is_shown = |study: &mut Study, refit: Refit| {
        study.refit = Some(refit);
        Ranking::new(study).refit.is_some()
    };
    study.info.select.ensemble = "none".into();
    let right = Refit {
        trial: 0,
        epochs,
        n_rows: 100,
        ensemble: "none".into(),
        trials: vec![0],
        holdout_scores: Vec::new(),
    };
    assert!(is_shown(&mut study, right.clone()));
    for wrong in [
        Refit { trial: 1, ..right.clone() },
        Refit { trial: 1, trials: vec![1], ..right.clone() },
        Refit { epochs: epochs + 1, ..right.clone() },
        Refit { ensemble: "folds".into(), ..right.clone() },
        Refit { trials: vec![0, 1], ..right.clone() },
        Refit { trials: Vec::new(), ..right.clone() },
    ] {
        assert!(!is_shown(&mut study, wrong.clone()), "{wrong:?}");
    }
    study.info.select.ensemble = "top-2".into();
    assert!(!is_shown(&mut study, right.clone()));
    let two = Refit { ensemble: "top-2".into(), trials: vec![0, 1], ..right };
    assert!(is_shown(&mut study, two.clone()));
    assert!(!is_shown(&mut study, Refit { trials: vec![0, 2], ..two.clone() }));
    assert!(!is_shown(&mut study, Refit { trials: vec![1, 0], ..two }), "the winner first");
}

#[test]
fn a_winner_that_knows_nothing_is_said_to() {
    let mut study = three();
    assert!(Ranking::new(&study).warnings.is_empty());
    study.info.trivial = vec![Some(BaseScores { train: 0.3, validation: 0.305 }); 5];
    let warnings = Ranking::new(&study).warnings;
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0].starts_with(
            "trial 0 is not better than predicting the class shares beyond chance: log_loss 0.3040 against 0.3050, p ="
        ),
        "{warnings:?}"
    );
}

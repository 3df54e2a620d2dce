//! The table in terminals of several widths.

use crate::fixture::{add_fold, add_trial, digits, study, sweep_of};
use mlpsweep_report::{Ranking, Study, table};
use mlpsweep_search::Value;
use mlpsweep_sweep::record::FoldState;

fn drawn(study: &Study, top: usize, width: Option<u16>) -> String {
    table(&Ranking::new(study), &study.info, top, width)
}

#[test]
fn at_80_columns() {
    insta::assert_snapshot!(drawn(&digits(), 20, Some(80)), @r"
    rank  trial  state             log_loss  =  95 % interval   accuracy  hidden
    ──────────────────────────────────────────────────────────────────────────────
       1      0  complete     0.306 ± 0.018  =  0.256 to 0.356     0.905  [64, 32]
       2      1  complete     0.316 ± 0.023  =  0.253 to 0.379     0.890  [64]
       3      6  complete     0.386 ± 0.014     0.347 to 0.425     0.855  [32]
       3      7  complete     0.386 ± 0.014     0.347 to 0.425     0.850  [32]
       5      2  complete     0.506 ± 0.020     0.449 to 0.563     0.800  [16]
              3  running 3/5                                              [64, 64]
              4  diverged                                                 [128]
              5  failed                                                   []

    ± corrected standard error; = tied with the best (paired t-test, p ≥ 0.05)
    no room for: n_parameters, learning_rate, optimizer, momentum
    ");
}

#[test]
fn at_120_columns() {
    insta::assert_snapshot!(drawn(&digits(), 20, Some(120)), @r"
    rank  trial  state             log_loss  =  95 % interval   accuracy  learning_rate  hidden    optimizer   momentum
    ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────
       1      0  complete     0.306 ± 0.018  =  0.256 to 0.356     0.905        0.01235  [64, 32]  adam
       2      1  complete     0.316 ± 0.023  =  0.253 to 0.379     0.890            0.1  [64]      heavy_ball       0.9
       3      6  complete     0.386 ± 0.014     0.347 to 0.425     0.855          0.005  [32]      adam
       3      7  complete     0.386 ± 0.014     0.347 to 0.425     0.850          0.006  [32]      adam
       5      2  complete     0.506 ± 0.020     0.449 to 0.563     0.800           1e-7  [16]      heavy_ball       0.5
              3  running 3/5                                                       0.02  [64, 64]  adam
              4  diverged                                                           1.0  [128]     heavy_ball      0.99
              5  failed                                                            0.05  []        adam

    ± corrected standard error; = tied with the best (paired t-test, p ≥ 0.05)
    no room for: n_parameters
    ");
}

#[test]
fn at_100_columns() {
    insta::assert_snapshot!(drawn(&digits(), 20, Some(100)), @r"
    rank  trial  state             log_loss  =  95 % interval   accuracy  learning_rate  hidden
    ─────────────────────────────────────────────────────────────────────────────────────────────
       1      0  complete     0.306 ± 0.018  =  0.256 to 0.356     0.905        0.01235  [64, 32]
       2      1  complete     0.316 ± 0.023  =  0.253 to 0.379     0.890            0.1  [64]
       3      6  complete     0.386 ± 0.014     0.347 to 0.425     0.855          0.005  [32]
       3      7  complete     0.386 ± 0.014     0.347 to 0.425     0.850          0.006  [32]
       5      2  complete     0.506 ± 0.020     0.449 to 0.563     0.800           1e-7  [16]
              3  running 3/5                                                       0.02  [64, 64]
              4  diverged                                                           1.0  [128]
              5  failed                                                            0.05  []

    ± corrected standard error; = tied with the best (paired t-test, p ≥ 0.05)
    no room for: n_parameters, optimizer, momentum
    ");
}

#[test]
fn at_20_columns_what_matters_is_there() {
    insta::assert_snapshot!(drawn(&digits(), 2, Some(20)), @r"
    rank  trial       log_loss  =
    ─────────────────────────────
       1      0  0.306 ± 0.018  =
       2      1  0.316 ± 0.023  =

    the first 2 of 8
    trials
    ± corrected standard
    error; = tied with
    the best (paired
    t-test, p ≥ 0.05)
    no room for: 95 %
    interval, accuracy,
    n_parameters,
    learning_rate,
    hidden, optimizer,
    momentum
    ");
}

#[test]
fn the_first_few_at_80_columns() {
    insta::assert_snapshot!(drawn(&digits(), 3, Some(80)), @r"
    rank  trial       log_loss  =  95 % interval   accuracy  learning_rate  hidden
    ────────────────────────────────────────────────────────────────────────────────
       1      0  0.306 ± 0.018  =  0.256 to 0.356     0.905        0.01235  [64, 32]
       2      1  0.316 ± 0.023  =  0.253 to 0.379     0.890            0.1  [64]
       3      6  0.386 ± 0.014     0.347 to 0.425     0.855          0.005  [32]

    the first 3 of 8 trials
    ± corrected standard error; = tied with the best (paired t-test, p ≥ 0.05)
    no room for: n_parameters, optimizer, momentum
    ");
}

#[test]
fn a_single_split() {
    let mut study = study(sweep_of(1, 1, "maximize"));
    for (number, score) in (0..).zip([0.912_34, -0.5, 0.0]) {
        add_trial(&mut study, number, 0.1, &[8], None);
        add_fold(&mut study, number, 0, FoldState::Complete, [&[score], &[score]]);
    }
    insta::assert_snapshot!(drawn(&study, 20, Some(80)), @r"
    rank  trial       r2  n_parameters  learning_rate  hidden  optimizer  momentum
    ──────────────────────────────────────────────────────────────────────────────
       1      0   0.9123          2410            0.1  [8]     adam
       2      2   0.0000          2410            0.1  [8]     adam
       3      1  -0.5000          2410            0.1  [8]     adam

    one split: no standard error, and no test against the best
    ");
}

#[test]
fn tiny_scores() {
    let mut study = study(sweep_of(2, 1, "minimize"));
    add_trial(&mut study, 0, 0.1, &[8], None);
    for (split, score) in [1.25e-11, 1.5e-11].into_iter().enumerate() {
        add_fold(&mut study, 0, split, FoldState::Complete, [&[score], &[score]]);
    }
    insta::assert_snapshot!(drawn(&study, 20, Some(80)), @r"
    rank  trial                   r2  =  95 % interval            learning_rate
    ───────────────────────────────────────────────────────────────────────────
       1      0  1.375e-11 ± 1.5e-12  =  -5.702e-12 to 3.320e-11            0.1

    ± corrected standard error; = tied with the best (paired t-test, p ≥ 0.05)
    no room for: n_parameters, hidden, optimizer, momentum
    ");
}

#[test]
fn nothing_yet() {
    let mut study = study(sweep_of(3, 1, "minimize"));
    insta::assert_snapshot!(drawn(&study, 20, Some(80)), @"no trials yet");
    add_trial(&mut study, 0, 0.1, &[8], None);
    add_fold(&mut study, 0, 0, FoldState::Complete, [&[0.5], &[0.4]]);
    insta::assert_snapshot!(drawn(&study, 20, Some(80)), @r"
    rank  trial  state        r2  learning_rate  hidden  optimizer  momentum
    ────────────────────────────────────────────────────────────────────────
              0  running 1/3                0.1  [8]     adam

    no trial is complete, so none has a rank
    no room for: n_parameters
    ");
}

#[test]
fn what_came_from_files_moves_no_cursor() {
    let mut study = digits();
    study.info.metrics[1].name = "acc\u{1b}[2J".into();
    study.trials[0].point[2].1 = Value::Text("a\r\n\u{202e}\u{9b}b".into());
    study.trials[1].point[2].1 = Value::Text("long ".repeat(20));
    let text = drawn(&study, 20, None);
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    assert!(!text.contains('\u{202e}'), "{text:?}");
    assert!(text.contains(r"a\r\n\u{202e}\u{9b}b"), "{text}");
    assert!(
        text.contains("long long long long long…") || text.contains("long long long long long …"),
        "{text}"
    );
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in 50..=200 {
        let text = drawn(&digits(), 20, Some(width));
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(usize::from(width)), "{width}: {text}");
    }
}

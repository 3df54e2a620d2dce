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
    insta::assert_snapshot!(drawn(&digits(), 20, Some(80)), @"");
}

#[test]
fn at_120_columns() {
    insta::assert_snapshot!(drawn(&digits(), 3, Some(120)), @"");
}

#[test]
fn at_20_columns_what_matters_is_there() {
    insta::assert_snapshot!(drawn(&digits(), 2, Some(20)), @"");
}

#[test]
fn a_single_split() {
    let mut study = study(sweep_of(1, 1, "maximize"));
    for (number, score) in (0..).zip([0.912_34, -0.5, 0.0]) {
        add_trial(&mut study, number, 0.1, &[8], None);
        add_fold(&mut study, number, 0, FoldState::Complete, [&[score], &[score]]);
    }
    insta::assert_snapshot!(drawn(&study, 20, Some(80)), @"");
}

#[test]
fn tiny_scores() {
    let mut study = study(sweep_of(2, 1, "minimize"));
    add_trial(&mut study, 0, 0.1, &[8], None);
    for (split, score) in [1.25e-11, 1.5e-11].into_iter().enumerate() {
        add_fold(&mut study, 0, split, FoldState::Complete, [&[score], &[score]]);
    }
    insta::assert_snapshot!(drawn(&study, 20, Some(80)), @"");
}

#[test]
fn nothing_yet() {
    let mut study = study(sweep_of(3, 1, "minimize"));
    insta::assert_snapshot!(drawn(&study, 20, Some(80)), @"");
    add_trial(&mut study, 0, 0.1, &[8], None);
    add_fold(&mut study, 0, 0, FoldState::Complete, [&[0.5], &[0.4]]);
    insta::assert_snapshot!(drawn(&study, 20, Some(80)), @"");
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
    assert!(text.contains("long long long long long…"), "{text}");
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in 54..=200 {
        let text = drawn(&digits(), 20, Some(width));
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(usize::from(width)), "{width}: {text}");
    }
}

//! The files as a user sees them.

use crate::fixture::digits;
use mlpsweep_report::{Ranking, curves_csv, folds_csv, summary_json, to_csv, to_json};

#[test]
fn ranked() {
    let study = digits();
    insta::assert_snapshot!(to_csv(&Ranking::new(&study), &study.info), @"");
}

#[test]
fn folds() {
    insta::assert_snapshot!(folds_csv(&digits()), @"");
}

#[test]
fn curves() {
    let mut study = digits();
    study.folds.truncate(1);
    study.folds[0].curve[1].train_loss = f64::INFINITY;
    insta::assert_snapshot!(curves_csv(&study), @"");
}

#[test]
fn ranked_as_json() {
    let mut study = digits();
    study.trials.retain(|trial| trial.number == 5);
    insta::assert_snapshot!(to_json(&Ranking::new(&study), &study.info), @"");
}

#[test]
fn summary() {
    let study = digits();
    let text = summary_json(&Ranking::new(&study), &study.info);
    let text = text.replace(std::env::consts::OS, "<os>").replace(std::env::consts::ARCH, "<arch>");
    insta::assert_snapshot!(text, @"");
}

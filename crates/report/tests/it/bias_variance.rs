//! Diagnosis, information criteria, and bias² and variance from a store.

use crate::fixture::{add_trial, cell, parse, study, sweep, sweep_of};
use mlpsweep_report::{Diagnosis, Ranking, Study, table, to_csv};
use mlpsweep_search::TrialNumber;
use mlpsweep_sweep::record::{
    BaseScores, FoldRecord, FoldState, OutOfFold, SweepInfo, Timing, Trial, UnitId, ValidationRows,
};
use mlpsweep_sweep::store::{Store, StoreError};
use std::path::Path;

fn fold(trial: TrialNumber, split: usize, train: f64, validation: f64) -> FoldRecord {
    FoldRecord {
        unit: UnitId { trial, split },
        state: FoldState::Complete,
        test_scores: vec![validation],
        train_scores: vec![train],
        base: Some(BaseScores { train, validation }),
        earlier: Vec::new(),
        out_of_fold: OutOfFold::Nothing,
        best_epoch: 1,
        epochs_run: 1,
        early_stopped: false,
        n_parameters: 10,
        curve: Vec::new(),
    }
}

/// Trials given by the (J_train, J_dev) of each split, where the trivial predictor scores 1 and 1.02 on every split.
fn trials(of_trials: &[&[(f64, f64)]]) -> Study {
    let trivial = Some(BaseScores { train: 1.0, validation: 1.02 });
    let n_splits = of_trials[0].len();
    let mut study =
        study(SweepInfo { trivial: vec![trivial; n_splits], ..sweep_of(n_splits, 1, "minimize") });
    for (number, splits) in (0..).zip(of_trials) {
        add_trial(&mut study, number, 0.1, &[8], None);
        let folds = splits.iter().enumerate();
        study.folds.extend(folds.map(|(split, &(train, validation))| fold(number, split, train, validation)));
    }
    study
}

fn diagnoses(study: &Study) -> Vec<Option<Diagnosis>> {
    let ranking = Ranking::new(study);
    let mut rows: Vec<_> = ranking.rows.iter().map(|row| (row.trial.number, row.diagnosis)).collect();
    rows.sort_by_key(|&(number, _)| number);
    rows.into_iter().map(|(_, diagnosis)| diagnosis).collect()
}

/// The diagnosis of a trial whose five folds are alike, beside one that scores 0.3 and 0.4.
#[track_caller]
fn check(train: f64, validation: f64, diagnosis: Diagnosis) {
    let study = trials(&[&[(0.3, 0.4); 5], &[(train, validation); 5]]);
    assert_eq!(diagnoses(&study), [Some(Diagnosis::Ok), Some(diagnosis)], "{train} {validation}");
}

#[test]
fn the_rules_at_their_limits() {
    use Diagnosis::{HighBias, HighVariance, Ok};
    // Against the best one's 0.4 and a twentieth of 1.
    check(0.449, 0.46, Ok);
    check(0.451, 0.46, HighBias);
    // The ratio, where the gap is large enough …
    check(0.4, 0.599, Ok);
    check(0.4, 0.601, HighVariance);
    // … and the gap, where the ratio is.
    check(0.36, 0.4001, Ok);
    check(0.0, 0.4001, HighVariance);
    // Both: what is not fitted is not over-fitted.
    check(0.6, 1.5, HighBias);
    check(2.0, 9.0, HighBias);
}

#[test]
fn near_zero_every_ratio_is_large() {
    let study = trials(&[&[(1e-6, 1e-3); 5], &[(0.0, 0.049); 5], &[(0.0, 0.051); 5]]);
    assert_eq!(diagnoses(&study), [Some(Diagnosis::Ok), Some(Diagnosis::Ok), Some(Diagnosis::HighVariance)]);
}

#[test]
fn alone_it_is_held_against_the_trivial_predictor() {
    for (train, validation, diagnosis) in [
        (0.89, 0.95, Diagnosis::Ok),
        (0.91, 0.95, Diagnosis::HighBias),
        (0.89, 1.0199, Diagnosis::Ok),
        (0.89, 1.02, Diagnosis::HighVariance), // no better than the class shares on rows it never saw
    ] {
        assert_eq!(
            diagnoses(&trials(&[&[(train, validation); 5]])),
            [Some(diagnosis)],
            "{train} {validation}"
        );
        assert_eq!(diagnoses(&trials(&[&[(train, validation)]])), [Some(diagnosis)], "a single split");
    }
}

/// Mean gap 0.5 both times: ten corrected standard errors, and two thirds of one.
#[test]
fn one_odd_fold_decides_nothing() {
    let even = [(0.2, 0.6), (0.2, 0.8), (0.2, 0.7), (0.2, 0.7), (0.2, 0.7)];
    let odd = [(0.2, 0.2), (0.2, 0.2), (0.2, 0.2), (0.2, 0.2), (0.2, 2.7)];
    assert_eq!(diagnoses(&trials(&[&even])), [Some(Diagnosis::HighVariance)]);
    assert_eq!(diagnoses(&trials(&[&odd])), [Some(Diagnosis::Ok)]);
    // The best one's 0.4 ± 0.29 (one-sided 5 %): 0.6 on the training rows is not beyond it, 0.7 is.
    let best = [(0.3, 0.2), (0.3, 0.6), (0.3, 0.2), (0.3, 0.6), (0.3, 0.4)];
    let study = trials(&[&best, &[(0.6, 0.62); 5], &[(0.7, 0.72); 5]]);
    assert_eq!(diagnoses(&study)[1..], [Some(Diagnosis::Ok), Some(Diagnosis::HighBias)]);
}

#[test]
fn without_base_scores_there_is_no_verdict() {
    let mut study = trials(&[&[(0.3, 0.4); 5], &[(0.3, 0.4); 5], &[(0.3, 0.4); 5]]);
    study.folds[1].base = None;
    study.folds.retain(|fold| fold.unit != UnitId { trial: 2, split: 4 });
    assert_eq!(diagnoses(&study), [None, Some(Diagnosis::Ok), None]);
    study.info.trivial[0] = None;
    assert_eq!(diagnoses(&study), [None; 3]);
    study.info.trivial = vec![Some(BaseScores { train: 0.0, validation: 0.0 }); 5];
    assert_eq!(diagnoses(&study), [None; 3], "there is nothing to explain");
}

#[test]
fn advice_stands_under_the_table() {
    let drawn = |study: &Study| table(&Ranking::new(study), &study.info, 20, None);
    let study = trials(&[&[(0.1, 0.4); 5], &[(0.3, 0.5); 5]]);
    let note = "the best is high_variance; what usually helps: more rows, more l2 or dropout, early stopping, \
                fewer units\n";
    assert!(drawn(&study).contains(note), "{}", drawn(&study));
    let study = trials(&[&[(0.95, 0.96); 5]]);
    let note = "the best is high_bias; what usually helps: more units or layers, more epochs, another learning rate, \
                less l2, l1 and dropout\n";
    assert!(drawn(&study).contains(note), "{}", drawn(&study));
    let study = trials(&[&[(0.3, 0.4); 5], &[(0.0, 0.9); 5]]);
    assert!(!drawn(&study).contains("usually"), "{}", drawn(&study));
}

/// A regression of `targets` on two splits with 80 training rows, whose trivial mse is 4, and P = 10.
fn regression(targets: &[&str], mse: [f64; 2]) -> Study {
    let mut study = trials(&[&[(mse[0], 1.0), (mse[1], 1.0)]]);
    study.info.data.task = "regression".into();
    study.info.data.targets = targets.iter().map(|&name| name.into()).collect();
    study.info.trivial = vec![Some(BaseScores { train: 4.0, validation: 4.0 }); 2];
    study
}

#[track_caller]
fn check_criteria(study: &Study, [aic, bic]: [f64; 2]) {
    let ranking = Ranking::new(study);
    let criteria = ranking.rows[0].criteria.expect("a complete trial");
    for (got, want) in [(criteria.aic, aic), (criteria.bic, bic)] {
        assert!((got - want).abs() <= 1e-13 * want.abs(), "{criteria:?}, not {aic} and {bic}");
    }
    let row = &parse(&to_csv(&ranking, &study.info))[0];
    let written = ["aic", "bic"].map(|column| cell(row, column).parse::<f64>().expect("a finite number"));
    assert_eq!(written, [criteria.aic, criteria.bic]);
}

#[test]
fn aic_and_bic_by_their_formulas() {
    let ln_m = 80_f64.ln();
    // Classes: 2·80·0.3 and 2·80·0.5, the mean of which is 64.
    let study = trials(&[&[(0.3, 0.4), (0.5, 0.4)]]);
    check_criteria(&study, [64.0 + 20.0, 64.0 + 10.0 * ln_m]);
    // Numbers: RSS is 80·mse, so m ln(RSS/m) is 80 ln(mse), the mean of which is 80 ln √(2·8) = 80 ln 4.
    let misfit = 80.0 * 4_f64.ln();
    check_criteria(&regression(&["y"], [2.0, 8.0]), [misfit + 20.0, misfit + 10.0 * ln_m]);
    // Three targets are three times as many observations.
    check_criteria(
        &regression(&["u", "v", "w"], [2.0, 8.0]),
        [3.0 * misfit + 20.0, 3.0 * misfit + 10.0 * 240_f64.ln()],
    );
    // Rows and parameters may differ from fold to fold.
    let mut study = trials(&[&[(0.3, 0.4), (0.5, 0.4)]]);
    study.info.n_train[1] = 40;
    study.folds[1].n_parameters = 30;
    check_criteria(&study, [44.0 + 40.0, 44.0 + f64::midpoint(10.0 * ln_m, 30.0 * 40_f64.ln())]);
}

#[test]
fn a_perfect_fit_is_not_infinitely_good() {
    // An mse of 0 counts as ε²·4.
    let floor = 80.0 * (4.0 * f64::EPSILON * f64::EPSILON).ln();
    let ln_m = 80_f64.ln();
    check_criteria(&regression(&["y"], [0.0, 0.0]), [floor + 20.0, floor + 10.0 * ln_m]);
    check_criteria(&regression(&["y"], [1e-40, 0.0]), [floor + 20.0, floor + 10.0 * ln_m]);
    // Where the target of the training rows is constant there is no scale to hold it against.
    let mut study = regression(&["y"], [0.0, 0.0]);
    study.info.trivial[1] = Some(BaseScores { train: 0.0, validation: 4.0 });
    assert_eq!(Ranking::new(&study).rows[0].criteria, None);
    let row = &parse(&to_csv(&Ranking::new(&study), &study.info))[0];
    assert_eq!([cell(row, "aic"), cell(row, "bic")], ["", ""]);
}

#[test]
fn no_criteria_unless_complete() {
    let mut study = trials(&[&[(0.3, 0.4), (0.5, 0.4)]]);
    study.folds.pop();
    assert_eq!(Ranking::new(&study).rows[0].criteria, None);
}

/// Two repeats of two folds over the rows 0, 1, 4, 5 of six.
fn repeated(targets: &[&str], task: &str) -> SweepInfo {
    let mut info = SweepInfo { n_folds: 2, repeats: 2, ..sweep() };
    info.n_train = vec![2; 4];
    info.n_validation = vec![2; 4];
    info.trivial = vec![None; 4];
    info.metrics.truncate(1);
    info.data.task = task.into();
    info.data.targets = targets.iter().map(|&name| name.into()).collect();
    info.data.n_rows = 6;
    info
}

const ROWS: [[u32; 2]; 4] = [[0, 1], [4, 5], [0, 4], [1, 5]];

/// Stores the predictions of trials, `of_trials[t][split]` after one another, in the order of `units`; reads the study.
#[track_caller]
fn read(
    folder: &Path,
    info: &SweepInfo,
    truth: impl Fn(u32) -> Vec<f64>,
    of_trials: &[[Vec<f64>; 4]],
    units: impl Iterator<Item = (usize, usize)>,
) -> Result<Study, StoreError> {
    let mut store = Store::open(folder, info).expect("a new store");
    let rows = |rows: [u32; 2]| ValidationRows {
        rows: rows.to_vec(),
        truth: rows.iter().flat_map(|&row| truth(row)).collect(),
        groups: Vec::new(),
    };
    store.put_validation_rows(ROWS.map(rows)).expect("room on the disk");
    for (trial_idx, split) in units {
        let trial = Trial { number: trial_idx as u64, point: Vec::new() };
        let out_of_fold = match &of_trials[trial_idx][split] {
            numbers if numbers.is_empty() => OutOfFold::Nothing,
            numbers => OutOfFold::Predictions(numbers.clone()),
        };
        let record = FoldRecord { out_of_fold, ..fold(trial.number, split, 0.5, 0.5) };
        let timing = Timing { unit: record.unit, started_unix_ms: 0, elapsed_us: 0, attempt: 1 };
        store.append([(&trial, &record, &timing)], []).expect("room on the disk");
    }
    Study::read(folder, false)
}

/// What ranked.csv says of the first trial, whatever the order in which its units were stored.
#[track_caller]
fn check_parts(
    info: &SweepInfo,
    truth: impl Fn(u32) -> Vec<f64>,
    predictions: [Vec<f64>; 4],
    bias2: f64,
    variance: f64,
) {
    let other = predictions.clone().map(|numbers| numbers.into_iter().map(|x| x / 3.0).collect());
    let of_trials = [predictions, other];
    let units = || (0..2).flat_map(|trial| (0..4).map(move |split| (trial, split)));
    let csv = |units: &mut dyn Iterator<Item = (usize, usize)>| {
        let folder = tempfile::tempdir().expect("a folder");
        let study = read(folder.path(), info, &truth, &of_trials, units).expect("a study");
        to_csv(&Ranking::new(&study), &study.info)
    };
    let forward = csv(&mut units());
    assert_eq!(forward, csv(&mut units().collect::<Vec<_>>().into_iter().rev()));
    let rows = parse(&forward);
    let row = rows.iter().find(|row| cell(row, "number") == "0").expect("the first trial");
    for (column, want) in [("bias2", bias2), ("variance", variance)] {
        let got: f64 = cell(row, column).parse().unwrap_or_else(|_| panic!("no {column}: {forward}"));
        assert!((got - want).abs() <= 1e-13 * want.abs(), "{column} {got}, not {want}");
    }
}

/// ŷ is y + 1 and y + 3 in the two repeats, of every row: bias² 2² − 2/2, variance 2. The second target is hit.
#[test]
fn numbers() {
    let truth = |row: u32| vec![1e6 + f64::from(row)];
    let predicted = |split: usize| {
        let error = if split < 2 { 1.0 } else { 3.0 };
        ROWS[split].iter().map(|&row| truth(row)[0] + error).collect()
    };
    check_parts(&repeated(&["y"], "regression"), truth, [0, 1, 2, 3].map(predicted), 3.0, 2.0);
    let truth = |row: u32| vec![f64::from(row), 7.0];
    let predicted = |split: usize| {
        let error = if split < 2 { 1.0 } else { 3.0 };
        ROWS[split].iter().flat_map(|&row| [f64::from(row) + error, 7.0]).collect()
    };
    check_parts(&repeated(&["y", "z"], "regression"), truth, [0, 1, 2, 3].map(predicted), 3.0, 2.0);
}

/// Class 0 of two with p₁ = 0.25 and 0.75: errors ∓(0.25, 0.25) and ∓(0.75, 0.75), mean 2·0.5², variance 2·2·0.25².
#[test]
fn probabilities() {
    let predicted = |split: usize| vec![if split < 2 { 0.25 } else { 0.75 }; 2];
    let parts = [0.5 - 0.25 / 2.0, 0.25];
    let info = repeated(&["even", "odd"], "classification");
    check_parts(&info, |_| vec![0.0], [0, 1, 2, 3].map(predicted), parts[0], parts[1]);
    // Of three classes, the third without a chance.
    let predicted = |split: usize| if split < 2 { [0.75, 0.25, 0.0] } else { [0.25, 0.75, 0.0] }.repeat(2);
    let info = repeated(&["a", "b", "c"], "classification");
    check_parts(&info, |_| vec![0.0], [0, 1, 2, 3].map(predicted), parts[0], parts[1]);
}

#[test]
fn a_split_without_predictions_leaves_the_cells_empty() {
    let folder = tempfile::tempdir().expect("a folder");
    let info = repeated(&["y"], "regression");
    let mut of_trial = [0, 1, 2, 3].map(|_| vec![1.0, 2.0]);
    of_trial[2].clear();
    let study = read(folder.path(), &info, |_| vec![0.0], &[of_trial], (0..4).map(|split| (0, split)));
    assert!(study.expect("a study").decompositions.is_empty());
}

#[test]
fn predictions_that_do_not_fit_are_damage() {
    for (numbers, class) in [(vec![1.0], 0.0), (vec![0.0; 7], 0.0), (vec![0.0; 6], 3.0)] {
        let folder = tempfile::tempdir().expect("a folder");
        let info = repeated(&["a", "b", "c"], "classification");
        let of_trial = [0, 1, 2, 3].map(|_| numbers.clone());
        let error = read(folder.path(), &info, |_| vec![class], &[of_trial], [(0, 3)].into_iter());
        let error = error.expect_err("damage").to_string();
        assert!(
            error.ends_with("damaged: the predictions of split 3 of trial 0 do not fit the sweep"),
            "{error}"
        );
    }
}

//! Studies made by hand.

use mlpsweep_report::Study;
use mlpsweep_search::Value;
use mlpsweep_sweep::record::{
    BaseScores, CurvePoint, DataInfo, FoldRecord, FoldState, MetricInfo, Name, OutOfFold, SelectInfo,
    SweepInfo, Timing, Trial, UnitId,
};

/// 2026-03-01T12:34:56.789Z.
pub(crate) const STARTED: u64 = 1_772_368_496_789;

/// What is lost by giving two classes even odds: ln 2, more or less.
pub(crate) const COIN: BaseScores = BaseScores { train: 0.69, validation: 0.7 };

/// A sweep of five folds that minimises log_loss, with uneven splits, and no trial yet.
pub(crate) fn sweep() -> SweepInfo {
    let metric = |name: &str, goal: &str| MetricInfo { name: name.into(), goal: goal.into() };
    let parameters = [
        ("learning_rate", true),
        ("hidden", true),
        ("optimizer", true),
        ("momentum", true),
        ("epochs", false),
    ];
    let mut identity = serde_json::Map::new();
    identity.insert("seed".into(), 7.into());
    identity.insert("metric".into(), "log_loss".into());
    SweepInfo {
        name: "digits".into(),
        seed: 7,
        data: DataInfo {
            name: "digits".into(),
            fingerprint: "c0ffee".into(),
            n_rows: 200,
            n_features: 64,
            task: "classification".into(),
            targets: vec!["even".into(), "odd".into()],
        },
        n_test_rows: 40,
        cv_kind: "stratified".into(),
        n_folds: 5,
        repeats: 1,
        n_train: vec![127, 128, 128, 128, 129],
        n_validation: vec![33, 32, 32, 32, 31],
        trivial: vec![Some(COIN); 5],
        metrics: vec![metric("log_loss", "minimize"), metric("accuracy", "maximize")],
        sampler: "random".into(),
        n_trials: 8,
        default_trial: false,
        n_units: 40,
        select: SelectInfo {
            rule: "best".into(),
            confirm_top: 5,
            confirm_repeats: 1,
            ensemble: "none".into(),
        },
        domains: Vec::new(),
        parameters: parameters.map(|(name, searched)| (name.to_owned(), searched)).into(),
        identity,
        sweep_hash: "abc123".into(),
        version: "0.1.0".into(),
    }
}

/// The same with a number of folds, repeats and a single metric.
pub(crate) fn sweep_of(n_folds: usize, repeats: usize, goal: &str) -> SweepInfo {
    SweepInfo {
        n_folds,
        repeats,
        n_train: vec![80; n_folds * repeats],
        n_validation: vec![20; n_folds * repeats],
        trivial: vec![Some(COIN); n_folds * repeats],
        metrics: vec![MetricInfo { name: "r2".into(), goal: goal.into() }],
        ..sweep()
    }
}

/// A study without trials.
pub(crate) fn study(info: SweepInfo) -> Study {
    Study {
        info,
        trials: Vec::new(),
        folds: Vec::new(),
        pruned: std::collections::BTreeMap::new(),
        timings: Vec::new(),
        decompositions: std::collections::BTreeMap::new(),
        honest: None,
        confirmations: Vec::new(),
        closing: None,
        refit: None,
        is_immutable: false,
    }
}

/// Adds a trial with the sweep's parameters.
pub(crate) fn add_trial(
    study: &mut Study,
    number: u64,
    learning_rate: f64,
    widths: &[i64],
    momentum: Option<f64>,
) {
    let optimizer = if momentum.is_some() { "heavy_ball" } else { "adam" };
    let mut point: Vec<(Name, Value)> = vec![
        ("learning_rate".into(), Value::Float(learning_rate)),
        ("hidden".into(), Value::List(widths.iter().map(|&width| Value::Int(width)).collect())),
        ("optimizer".into(), Value::Text(optimizer.into())),
    ];
    point.extend(momentum.map(|momentum| ("momentum".into(), Value::Float(momentum))));
    point.push(("epochs".into(), Value::Int(50)));
    study.trials.push(Trial { number, point });
}

/// Adds a finished unit and when it ran.
pub(crate) fn add_fold(study: &mut Study, trial: u64, split: usize, state: FoldState, scores: [&[f64]; 2]) {
    let unit = UnitId { trial, split };
    let is_complete = state == FoldState::Complete;
    let curve = |epoch: usize| CurvePoint {
        learning_rate: Some(0.01),
        train_loss: 1.0 / (epoch as f64 + 1.0),
        penalty: 1e-7,
        validation_loss: is_complete.then_some(0.5),
        gradient_norms: Vec::new(),
    };
    let first = scores[1].first().zip(scores[0].first());
    let base = first.map(|(&train, &validation)| BaseScores { train, validation });
    study.folds.push(FoldRecord {
        unit,
        state,
        test_scores: scores[0].to_vec(),
        train_scores: scores[1].to_vec(),
        base: base.filter(|_| study.info.metrics[0].name == "log_loss"),
        earlier: Vec::new(),
        out_of_fold: OutOfFold::Nothing,
        best_epoch: if is_complete { 10 + split } else { 0 },
        epochs_run: 2,
        early_stopped: split == 1,
        n_parameters: 2_410,
        curve: (0..2).map(curve).collect(),
    });
    let started_unix_ms = STARTED + 1_000 * trial + split as u64;
    study.timings.push(Timing { unit, started_unix_ms, elapsed_us: 1_250_000, attempt: 1 });
}

/// Adds the folds of a complete trial, or the first of them.
pub(crate) fn add_scores(study: &mut Study, trial: u64, log_loss: &[f64], accuracy: &[f64]) {
    for (split, (&loss, &accuracy)) in log_loss.iter().zip(accuracy).enumerate() {
        let train = [loss - 0.1, (accuracy + 0.05).min(1.0)];
        add_fold(study, trial, split, FoldState::Complete, [&[loss, accuracy], &train]);
    }
}

/// A trial of every kind, and two that share a rank.
pub(crate) fn digits() -> Study {
    let mut study = study(sweep());
    add_trial(&mut study, 0, 0.012_345_678_901_234_5, &[64, 32], None);
    add_scores(&mut study, 0, &[0.31, 0.28, 0.35, 0.30, 0.29], &[0.90, 0.925, 0.875, 0.90, 0.925]);
    add_trial(&mut study, 1, 0.1, &[64], Some(0.9));
    add_scores(&mut study, 1, &[0.33, 0.27, 0.36, 0.32, 0.30], &[0.90, 0.90, 0.85, 0.90, 0.90]);
    add_trial(&mut study, 2, 1e-7, &[16], Some(0.5));
    add_scores(&mut study, 2, &[0.52, 0.47, 0.55, 0.49, 0.50], &[0.80, 0.80, 0.775, 0.80, 0.825]);
    add_trial(&mut study, 3, 0.02, &[64, 64], None);
    add_scores(&mut study, 3, &[0.30, 0.27, 0.33], &[0.925, 0.925, 0.90]);
    add_trial(&mut study, 4, 1.0, &[128], Some(0.99));
    add_scores(&mut study, 4, &[0.45], &[0.85]);
    add_fold(&mut study, 4, 1, FoldState::Diverged { epoch: 3 }, [&[], &[]]);
    add_fold(&mut study, 4, 2, FoldState::Diverged { epoch: 0 }, [&[], &[]]);
    add_trial(&mut study, 5, 0.05, &[], None);
    let message = "=cmd|' /C calc'!A0\n\"quoted\", and more".to_owned();
    add_fold(&mut study, 5, 0, FoldState::Failed { message }, [&[], &[]]);
    add_trial(&mut study, 6, 0.005, &[32], None);
    add_scores(&mut study, 6, &[0.40, 0.36, 0.39, 0.41, 0.37], &[0.85, 0.875, 0.85, 0.85, 0.85]);
    add_trial(&mut study, 7, 0.006, &[32], None);
    add_scores(&mut study, 7, &[0.36, 0.40, 0.39, 0.37, 0.41], &[0.85, 0.85, 0.85, 0.85, 0.85]);
    study
}

/// The cells of a CSV text, by row and name of column.
pub(crate) fn parse(csv: &str) -> Vec<Vec<(String, String)>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let row = |record: csv::StringRecord| {
        header.iter().cloned().zip(record.iter().map(str::to_owned)).collect::<Vec<_>>()
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

/// One cell of a parsed row.
#[track_caller]
pub(crate) fn cell<'a>(row: &'a [(String, String)], column: &str) -> &'a str {
    &row.iter().find(|(name, _)| name == column).unwrap_or_else(|| panic!("no column {column}")).1
}

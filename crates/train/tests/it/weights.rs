//! Sample weights: what they multiply, what they leave alone, and what becomes of rows that count nothing.

use crate::{config, data, job};
use mlpsweep_data::{Dataset, Labels, Roles, Scale, Target, Times, Weights};
use mlpsweep_mlp::{Init, Loss};
use mlpsweep_optim::OptimizerKind;
use mlpsweep_train::{
    BatchSize, ClassWeight, EarlyStopping, Ended, Job, Metric, Preprocess, Session, TargetScale, TrainConfig,
    TrainError, train,
};
use ndarray::{Array2, Axis};
use std::ops::ControlFlow;

/// Relative, on gradients: two orders of the same sums of at most 20 terms in f64.
const ROUNDING: f64 = 1e-13;

fn weighted(data: &Dataset, values: Vec<f64>) -> Dataset {
    let weights = Some(Weights { name: "w".into(), values });
    Dataset { roles: Roles { weights, ..Roles::default() }, ..data.clone() }
}

/// The table with these rows of `data`, in their order, as often as they are named.
fn select(data: &Dataset, rows: &[usize]) -> Dataset {
    let target = match &data.target {
        Target::Classes { name, labels, codes, positive } => {
            let codes = rows.iter().map(|&row| codes[row]).collect();
            Target::Classes { name: name.clone(), labels: labels.clone(), codes, positive: *positive }
        }
        Target::Numbers { names, values } => {
            Target::Numbers { names: names.clone(), values: values.select(Axis(0), rows) }
        }
    };
    Dataset { features: data.features.select(Axis(0), rows), target, ..data.clone() }
}

/// Twenty rows of a set, every seventh, so that classes mix.
fn twenty(name: &str) -> Dataset {
    let all = data(name);
    select(&all, &(0..20).map(|i| i * 7 % all.n_rows()).collect::<Vec<_>>())
}

/// Weights that are drawn and rows as they are; no scaling, which every row has a part in whatever it weighs.
fn unscaled<'a>(data: &'a Dataset, rows: &'a [u32], config: &'a TrainConfig) -> Job<'a> {
    let preprocess = Preprocess::scaled(Scale::None, TargetScale::None);
    Job { preprocess, ..job(data, rows, config) }
}

/// The data term and its gradient at the start weights, on all rows at once.
fn full_gradient(data: &Dataset, config: &TrainConfig) -> (f64, Vec<f64>) {
    let rows: Vec<u32> = (0..data.n_rows() as u32).collect();
    let mut session = Session::<f64>::new(unscaled(data, &rows, config)).expect("a valid job");
    let loss = session.gradient_of(&rows);
    (loss, session.gradient().to_vec())
}

#[track_caller]
fn check_same(a: &(f64, Vec<f64>), b: &(f64, Vec<f64>)) {
    let norm = |gradient: &[f64]| gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
    let apart: Vec<f64> = a.1.iter().zip(&b.1).map(|(a, b)| a - b).collect();
    assert!(norm(&a.1) > 0.0, "a gradient to compare");
    assert!(norm(&apart) <= ROUNDING * norm(&a.1), "gradients {:e} apart of {:e}", norm(&apart), norm(&a.1));
    assert!((a.0 - b.0).abs() <= ROUNDING * a.0.abs(), "losses {} and {}", a.0, b.0);
}

const CASES: [(&str, Loss); 5] = [
    ("iris", Loss::CrossEntropy),
    ("breast_cancer", Loss::BinaryCrossEntropy),
    ("diabetes", Loss::SquaredError),
    ("diabetes", Loss::AbsoluteError),
    ("diabetes", Loss::Huber),
];

/// Rows of weight 0, 1, 2 and 3 are rows that are there so many times, whatever the scale of the weights.
#[test]
fn a_row_of_weight_two_is_the_row_twice() {
    for (name, loss) in CASES {
        let data = twenty(name);
        let times: Vec<usize> = (0..20).map(|row| row % 4).collect();
        let repeated: Vec<usize> = (0..20).flat_map(|row| vec![row; times[row]]).collect();
        let expected = full_gradient(&select(&data, &repeated), &config(loss));
        for scale in [1.0, 0.1, 1e-300, 5e307] {
            let values = times.iter().map(|&n| n as f64 * scale).collect();
            check_same(&full_gradient(&weighted(&data, values), &config(loss)), &expected);
        }
        assert!(full_gradient(&data, &config(loss)).0 != expected.0, "{name}: the weights have an effect");
    }
}

/// Balanced classes count rows, and multiply with their weights: w_i = s_i · m/(C·m_c).
#[test]
fn class_weights_count_rows_and_multiply() {
    let mut balanced = config(Loss::CrossEntropy);
    balanced.class_weight = ClassWeight::Balanced;
    let data = twenty("iris");
    let Target::Classes { codes, labels, .. } = &data.target else { panic!("iris has classes") };
    let samples: Vec<f64> = (0..20).map(|row| 0.5 + f64::from(row)).collect();
    let count = |class: u32| codes.iter().filter(|&&code| code == class).count() as f64;
    let products = samples.iter().zip(codes);
    let products = products.map(|(s, &class)| s * 20.0 / (labels.len() as f64 * count(class))).collect();
    let expected = full_gradient(&weighted(&data, products), &config(Loss::CrossEntropy));
    check_same(&full_gradient(&weighted(&data, samples), &balanced), &expected);
}

/// One unit without hidden layers at θ = 0 has ŷ = 0 and ∂L/∂ŷ = −2y: dW = −2 Σ w y x / Σ w, db = −2 Σ w y / Σ w.
#[test]
fn a_line_has_a_closed_form() {
    let (x, y, w) = ([1.0, 2.0, 3.0], [2.0, -1.0, 4.0], [1.0, 0.0, 0.5]);
    let column = |values: [f64; 3]| Array2::from_shape_vec((3, 1), values.to_vec()).expect("three rows");
    let data = Dataset::of_numbers(
        "line",
        column(x),
        Target::Numbers { names: vec!["y".into()], values: column(y) },
    );
    let mut config = config(Loss::SquaredError);
    (config.hidden, config.init) = (Vec::new(), Init::Zeros);
    let mean = |f: &dyn Fn(usize) -> f64| (0..3).map(|i| w[i] * f(i)).sum::<f64>() / w.iter().sum::<f64>();
    let expected = (mean(&|i| y[i] * y[i]), vec![-2.0 * mean(&|i| y[i] * x[i]), -2.0 * mean(&|i| y[i])]);
    check_same(&full_gradient(&weighted(&data, w.to_vec()), &config), &expected);
}

/// A whole run on the whole batch: rows of weight 0 might as well be absent, even where their loss is not finite.
#[test]
fn a_row_of_weight_zero_is_absent() {
    for (name, loss) in CASES {
        let data = twenty(name);
        let kept: Vec<usize> = (0..20).filter(|row| row % 3 > 0).collect();
        let mut config = config(loss);
        (config.batch_size, config.optimizer, config.shuffle) = (BatchSize::Full, OptimizerKind::Adam, false);
        let run = |data: &Dataset| {
            let rows: Vec<u32> = (0..data.n_rows() as u32).collect();
            let fitted = train::<f64>(unscaled(data, &rows, &config), |_| ControlFlow::Continue(()));
            let fitted = fitted.expect("a valid job");
            assert_eq!(fitted.ended, Ended::Completed, "{name}");
            (fitted.curve.last().expect("an epoch").train_loss, fitted.params().to_vec())
        };
        let mut spoilt = weighted(&data, (0..20).map(|row| f64::from(u32::from(row % 3 > 0))).collect());
        if let Target::Numbers { values, .. } = &mut spoilt.target {
            values.row_mut(0).fill(f64::MAX);
        }
        let (without, with) = (run(&select(&data, &kept)), run(&spoilt));
        // A matrix product may add in another order where it has more rows: rounding, which thirty steps of Adam pass on.
        let apart = without.1.iter().zip(&with.1).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(apart < 1e-9, "{name} {loss:?}: parameters {apart:e} apart");
        assert!((without.0 - with.0).abs() < 1e-9 * without.0.abs(), "{name}: {} and {}", without.0, with.0);
    }
}

/// A mini-batch whose rows all weigh 0 has gradient 0 and no part in the epoch's loss.
#[test]
fn a_batch_of_weight_zero_counts_nothing() {
    let data = twenty("iris");
    let data = weighted(&data, (0..20).map(|row| f64::from(u32::from(row < 4))).collect());
    let rows: Vec<u32> = (0..20).collect();
    let mut config = config(Loss::CrossEntropy);
    (config.batch_size, config.shuffle, config.optimizer) = (BatchSize::Rows(4), false, OptimizerKind::Sgd);
    let mut session = Session::<f32>::new(unscaled(&data, &rows, &config)).expect("a valid job");
    let first = session.gradient_of(&rows[..4]);
    assert_eq!(session.gradient_of(&rows[4..8]), 0.0);
    assert!(session.gradient().iter().all(|&g| g == 0.0));
    let loss = session.epoch();
    assert_eq!(loss.data, first, "the loss of the only batch that counts");
    assert!(session.params().iter().all(|param| param.is_finite()));
}

/// The watched loss is Σ wL / Σ w over the rows set aside, and scores count every row once.
#[test]
fn the_watched_loss_is_weighted_and_scores_are_not() {
    let data = data("diabetes");
    let rows: Vec<u32> = (0..data.n_rows() as u32).collect();
    let samples: Vec<f64> = (0..data.n_rows()).map(|row| [0.0, 0.25, 3.0][row % 3]).collect();
    let weighted = weighted(&data, samples.clone());
    let mut config = config(Loss::SquaredError);
    config.early_stopping = Some(EarlyStopping { patience: 3, share: 0.2, min_delta: 0.0 });
    let job = unscaled(&weighted, &rows, &config);
    let (_, watched) =
        mlpsweep_data::inner_split(&weighted, &rows, 0.2, false, job.seed).expect("enough rows");
    let mut fitted = train::<f64>(job, |_| ControlFlow::Continue(())).expect("a valid job");
    let mlpsweep_train::Predictions::Numbers { values: predicted, .. } = fitted.predict(&watched) else {
        panic!("numbers were predicted")
    };
    let Target::Numbers { values: truth, .. } = &data.target else { panic!("diabetes holds numbers") };
    let errors: Vec<f64> =
        watched.iter().zip(&predicted).map(|(&row, y)| (y - truth[[row as usize, 0]]).powi(2)).collect();
    let weights = watched.iter().map(|&row| samples[row as usize]);
    let expected = errors.iter().zip(weights.clone()).map(|(e, w)| e * w).sum::<f64>() / weights.sum::<f64>();
    let found = fitted.curve[fitted.best_epoch - 1].validation_loss.expect("watched");
    assert!((found - expected).abs() < 1e-12 * expected, "{found} instead of {expected}");
    let mse = fitted.score(&watched, &[Metric::Mse]).expect("finite")[0];
    let mean = errors.iter().sum::<f64>() / errors.len() as f64;
    assert!((mse - mean).abs() < 1e-12 * mean, "{mse} instead of {mean}");
}

#[test]
fn rows_that_all_weigh_zero_are_refused() {
    let data = twenty("diabetes");
    let rows: Vec<u32> = (0..20).collect();
    let first_ten = weighted(&data, (0..20).map(|row| f64::from(u32::from(row < 10))).collect());
    let mut config = config(Loss::SquaredError);
    let refused = |rows: &[u32], data: &Dataset, config: &TrainConfig| -> TrainError {
        Session::<f32>::new(job(data, rows, config)).expect_err("nothing counts")
    };
    assert_eq!(
        refused(&rows[10..], &first_ten, &config).to_string(),
        "the sample weight of all rows trained on is 0"
    );
    // In the order of time, the rows of weight 0 are those set aside.
    config.early_stopping = Some(EarlyStopping { patience: 3, share: 0.2, min_delta: 0.0 });
    let mut in_time = first_ten.clone();
    let ends = || "0".to_owned();
    in_time.roles.times = Some(Times { name: "t".into(), ranks: rows.clone(), first: ends(), last: ends() });
    assert_eq!(
        refused(&rows, &in_time, &config).to_string(),
        "the sample weight of all rows set aside for early stopping is 0"
    );
}

/// Early stopping's rows are whole groups, or the latest: only they, spoilt, reach neither gradient nor weights.
#[test]
fn the_inner_split_respects_groups_and_times() {
    let data = data("breast_cancer");
    let rows: Vec<u32> = (0..200).collect();
    let mut config = config(Loss::BinaryCrossEntropy);
    config.early_stopping = Some(EarlyStopping { patience: 2, share: 0.25, min_delta: 0.0 });
    let n_rows = data.n_rows() as u32;
    let groups = Labels {
        name: "patient".into(),
        labels: (0..=n_rows / 10).map(|group| group.to_string()).collect(),
        codes: (0..n_rows).map(|row| row / 10).collect(),
    };
    let times =
        Times { name: "t".into(), ranks: (0..n_rows).rev().collect(), first: "0".into(), last: "9".into() };
    for roles in [
        Roles { groups: Some(groups.clone()), ..Roles::default() },
        Roles { times: Some(times), ..Roles::default() },
    ] {
        let data = Dataset { roles, ..data.clone() };
        let job = unscaled(&data, &rows, &config);
        let (train_rows, watched) =
            mlpsweep_data::inner_split(&data, &rows, 0.25, true, job.seed).expect("enough rows");
        if data.roles.times.is_some() {
            assert_eq!(watched, (0..50).collect::<Vec<u32>>(), "the latest come first in this table");
        } else {
            assert!(train_rows.iter().all(|row| watched.iter().all(|other| row / 10 != other / 10)));
        }
        let run = |data: &Dataset| {
            let mut session = Session::<f64>::new(unscaled(data, &rows, &config)).expect("a valid job");
            let loss = session.epoch();
            (loss, session.params().to_vec(), session.watched_loss())
        };
        let mut spoilt = data.clone();
        watched.iter().for_each(|&row| spoilt.features.row_mut(row as usize).fill(1e3));
        let (whole, spoilt) = (run(&data), run(&spoilt));
        assert_eq!((&whole.0, &whole.1), (&spoilt.0, &spoilt.1), "rows that are watched are not trained on");
        assert_ne!(whole.2, spoilt.2, "and rows that are not trained on are watched");
    }
}

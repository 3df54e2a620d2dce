//! Verdicts on networks that are trained to deserve them.

use crate::fixture::{Place, results};
use serde_json::{Map, Value};

/// A small and noisy sample: a network of one unit after one epoch, one of 200 units without and with a penalty.
const CLASSES: &str = r#"name = "classes"
seed = 3
[data]
builtin = "moons"
rows = 80
noise = 0.4
test = 0
[cv]
folds = 5
[score]
metric = "accuracy"
[search]
sampler = "grid"
[parameters]
hidden = { values = [[1], [200]] }
epochs = { values = [1, 300] }
l2 = { values = [0.0, 10.0] }
learning_rate = 0.03
"#;

const NUMBERS: &str = r#"name = "numbers"
seed = 3
[data]
builtin = "friedman1"
rows = 80
noise = 3.0
test = 0
[cv]
folds = 5
[score]
metric = "r2"
[preprocess]
target_scale = "standard"
[search]
sampler = "grid"
[parameters]
hidden = { values = [[1], [64]] }
epochs = { values = [1, 200] }
l2 = { values = [0.0, 10.0] }
learning_rate = 0.01
"#;

/// The rows of ranked.csv by trial.
fn rows(place: &Place, out: &str) -> Vec<Map<String, Value>> {
    let json = place.say(&format!("rank {out} --format json")).expect(0, "").stdout;
    let mut rows: Vec<Map<String, Value>> = serde_json::from_str(&json).expect("an array of objects");
    rows.sort_by_key(|row| row["number"].as_u64());
    rows
}

#[track_caller]
fn check_verdicts(sweep: &str, units: i64, epochs: i64, others: &[(f64, &str)]) {
    let place = Place::new(sweep);
    place.say("run s.toml --out o").expect(0, "");
    let rows = rows(&place, "o");
    let of = |hidden: i64, epochs: i64, l2: f64| {
        let values = [("hidden", vec![hidden].into()), ("epochs", epochs.into()), ("l2", Value::from(l2))];
        let is_it = |row: &&Map<String, Value>| {
            values.iter().all(|(name, value)| row[&format!("param_{name}")] == *value)
        };
        rows.iter().find(is_it).unwrap_or_else(|| panic!("no {values:?} in {rows:?}"))
    };
    for l2 in [0.0, 10.0] {
        assert_eq!(of(1, 1, l2)["diagnosis"], "high_bias", "one unit and one epoch: {:?}", of(1, 1, l2));
    }
    let wide = of(units, epochs, 0.0);
    assert_eq!(wide["diagnosis"], "high_variance", "{units} units, no penalty: {wide:?}");
    for &(l2, diagnosis) in others {
        let row = of(units, epochs, l2);
        assert_eq!(row["diagnosis"], diagnosis, "{units} units, l2 {l2}: {row:?}");
    }
    for row in &rows {
        assert!(row["aic"].is_f64() && row["bic"].is_f64(), "{row:?}");
        assert!(row["bias2"].is_null() && row["variance"].is_null(), "one repeat: {row:?}");
    }
}

#[test]
fn too_small_and_too_large_networks() {
    check_verdicts(CLASSES, 200, 300, &[(10.0, "ok")]);
    check_verdicts(NUMBERS, 64, 200, &[]);
}

/// On an over-fitted problem λ₂ takes variance away, and in the end pays with bias. Both parts add up to the mean squared
/// error of one fit, which is the ranking's score here; they are the same bytes on any number of threads.
#[test]
fn a_penalty_trades_variance_for_bias() {
    let repeated = NUMBERS
        .replace("folds = 5", "folds = 5\nrepeats = 4")
        .replace("metric = \"r2\"", "metric = \"mse\"")
        .replace("{ values = [[1], [64]] }", "[64]")
        .replace("{ values = [1, 200] }", "200")
        .replace("[0.0, 10.0]", "[0.0, 1.0, 10.0, 100.0]");
    let place = Place::new(&repeated);
    place.say("run s.toml --out o --jobs 1").expect(0, "");
    place.say("run s.toml --out p --jobs 8").expect(0, "");
    assert_eq!(results(&place.path("o")), results(&place.path("p")));
    let rows = rows(&place, "o");
    let column = |name: &str| -> Vec<f64> {
        rows.iter().map(|row| row[name].as_f64().unwrap_or_else(|| panic!("{name}: {row:?}"))).collect()
    };
    let (l2, bias2, variance, mse) =
        (column("param_l2"), column("bias2"), column("variance"), column("mean_test_score"));
    assert_eq!(l2, [0.0, 1.0, 10.0, 100.0]);
    assert!(variance.is_sorted_by(|more, less| *more > 2.0 * less), "{variance:?}");
    assert!(bias2[3] > 1.5 * bias2[2], "{bias2:?}");
    for i in 0..4 {
        // All folds have 16 rows; two thousand additions in another order.
        assert!((bias2[i] + variance[i] - mse[i]).abs() < 1e-12 * mse[i], "{bias2:?} {variance:?} {mse:?}");
    }
    let summary: Value = serde_json::from_slice(&place.read("o/summary.json")).expect("JSON");
    let best = rows.iter().find(|row| row["rank_test_score"] == 1).expect("a best trial");
    for figure in ["mean_train_score", "gap", "diagnosis", "aic", "bic", "bias2", "variance"] {
        assert_eq!(summary["best"][figure], best[figure], "{figure}");
    }
}

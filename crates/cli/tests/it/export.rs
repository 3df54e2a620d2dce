//! A sweep in other people's formats.

use crate::fixture::{self, Place, SMALL, entries};
use serde_json::Value as Json;

#[test]
fn every_format() {
    let place = Place::new(SMALL);
    place.say("run s.toml --out o").expect(0, "");
    let text = |format: &str| place.say(&format!("export o --to {format}")).expect(0, "").stdout;
    let results: Json = serde_json::from_str(&text("sklearn-json")).expect("JSON");
    assert_eq!(results["params"].as_array().expect("a list").len(), 4);
    let mut means: Vec<f64> = serde_json::from_value(results["mean_test_score"].clone()).expect("numbers");
    assert!(means.iter().all(|mean| *mean < 0.0), "log_loss is negated, as neg_log_loss: {means:?}");
    means.sort_by(f64::total_cmp);
    let ranks: Vec<usize> = serde_json::from_value(results["rank_test_score"].clone()).expect("ranks");
    assert!(ranks.contains(&1) && ranks.iter().all(|rank| (1..=4).contains(rank)));
    assert_eq!(text("sklearn-csv").lines().count(), 5);

    let journal = text("optuna");
    let lines: Vec<Json> =
        journal.lines().map(|line| serde_json::from_str(line).expect("JSON a line")).collect();
    assert_eq!(lines[0]["directions"], serde_json::json!([1]));
    let trials: Vec<&Json> = lines.iter().filter(|line| line["op_code"] == 4).collect();
    assert_eq!(trials.len(), 4);
    let best = trials.iter().filter_map(|trial| trial["value"].as_f64()).fold(f64::INFINITY, f64::min);
    assert_eq!(-best, means[3]);

    for format in ["safetensors", "onnx", "tensorboard"] {
        place.say(&format!("export o --to {format}")).expect(2, "--out is missing");
        place.say(&format!("export o --to {format} --out f.{format}")).expect(0, "written: f.");
        assert!(!place.read(&format!("f.{format}")).is_empty());
    }
    assert_eq!(place.read("f.safetensors"), place.read("o/model/model.safetensors"));
    place.say("export o --to store").expect(2, "--out is missing");
    std::fs::create_dir(place.path("copy")).expect("a folder");
    place.say("export o --to store --out copy/study.db").expect(0, "written: copy/study.db");
    assert_eq!(entries(&place.path("copy")), ["study.db"]);
    place.say("report copy").expect(0, "");
    assert_eq!(fixture::results(&place.path("copy")), fixture::results(&place.path("o")));
    place.say("export nowhere --to onnx --out x").expect(4, "");
    place.say("export nowhere --to optuna").expect(4, "no sweep has been run here");
}

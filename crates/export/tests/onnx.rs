//! ONNX files that onnxruntime has read: tests/fixtures holds models, their files and its answers, made by consumers.py beside it.

use mlpsweep_export::onnx;
use mlpsweep_model::Model;
use mlpsweep_train::Predictions;
use std::path::{Path, PathBuf};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

#[test]
fn the_files_are_those_that_onnxruntime_has_read_and_it_agrees() {
    for name in ["people", "prices", "counts"] {
        let model = Model::load(&fixture(&format!("{name}.safetensors"))).expect("a model");
        let file = std::fs::read(fixture(&format!("{name}.onnx"))).expect("a file");
        assert!(
            onnx(&model) == file,
            "{name}: another file than the one that was read; run consumers.py --fixtures"
        );

        let answers = std::fs::read_to_string(fixture(&format!("{name}.json"))).expect("answers");
        let answers: Vec<Vec<f64>> = serde_json::from_str(&answers).expect("numbers");
        let rows = model.schema.read_rows(&fixture("new.csv"), &[], false).expect("a table");
        assert!(rows.refused.is_empty() && rows.n_rows() == answers.len());
        let (Predictions::Probabilities { values, .. } | Predictions::Numbers { values, .. }) =
            model.predict(&rows.features);
        let answers: Vec<f64> = answers.into_iter().flatten().collect();
        assert_eq!(values.len(), answers.len());
        for (ours, theirs) in values.iter().zip(&answers) {
            assert!((ours - theirs).abs() <= 1e-5 * ours.abs().max(1.0), "{name}: {ours} and {theirs}");
        }
    }
}

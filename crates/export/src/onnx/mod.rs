//! A model as ONNX (opset 17, ai.onnx.ml 3), its preprocessing inside.
//!
//! ```text
//! X [rows, features] double                      where all features are numbers
//! <column> [rows, 1] double, or string           else an input a column, text for categories
//!      │ gaps filled, levels spread out, scaled          in double precision, as we do
//!      ▼
//! network, in single precision
//!      ▼
//! probabilities [rows, classes] float, label [rows] string          of classes
//! prediction [rows, targets] double, in the targets' own units       of numbers
//! ```
//!
//! NaN stands for a missing number, an empty text (or NA, N/A, NaN, null, ?) for a missing level. A level that was not there to learn
//! from counts as [`Pipeline`](mlpsweep_data::Pipeline) says. A network trained in double precision is rounded to single.

mod builder;
mod network;
mod preprocess;
mod proto;

use builder::{Builder, ML, Name, int, ints, strings};
use mlpsweep_data::TargetSchema;
use mlpsweep_model::Model;
use mlpsweep_train::TargetScaler;
use prost::Message as _;
use proto::{DOUBLE, Entry, FLOAT, Opset, STRING};

/// The content of the model's ONNX file.
pub fn onnx(model: &Model) -> Vec<u8> {
    let mut graph = Builder::default();
    let columns = preprocess::inputs(&mut graph, &model.schema);
    let answers: Vec<Name> = model
        .members()
        .iter()
        .map(|member| {
            let inputs = preprocess::build(&mut graph, &columns, &model.schema, &member.pipeline);
            let logits = network::build(&mut graph, member, &inputs);
            match &model.schema.target {
                TargetSchema::Classes { labels, .. } => probabilities(&mut graph, &logits, labels.len()),
                TargetSchema::Numbers { .. } => numbers(&mut graph, &logits, &member.target_scaler),
            }
        })
        .collect();
    match &model.schema.target {
        TargetSchema::Classes { labels, .. } => {
            mean(&mut graph, &answers, false, "probabilities");
            label(&mut graph, labels);
            graph.output("label", STRING, None);
            graph.output("probabilities", FLOAT, Some(labels.len()));
        }
        TargetSchema::Numbers { names } => {
            mean(&mut graph, &answers, true, "prediction");
            graph.output("prediction", DOUBLE, Some(names.len()));
        }
    }
    let origin = &model.origin;
    let entries = [
        ("sweep", origin.sweep.clone()),
        ("trial", origin.trial.to_string()),
        ("data_sha256", origin.data.clone()),
        ("features", model.schema.feature_names.join(",")),
    ];
    let opset = |domain: &str, version| Opset { domain: domain.to_owned(), version };
    let file = proto::Model {
        ir_version: 8,
        producer_name: "mlpsweep".into(),
        producer_version: origin.version.clone(),
        doc_string: format!("the winner of the sweep {}, with its preprocessing", origin.sweep),
        graph: Some(graph.finish("mlpsweep")),
        opset_import: vec![opset("", 17), opset(ML, 3)],
        metadata_props: entries.map(|(key, value)| Entry { key: key.into(), value }).to_vec(),
    };
    file.encode_to_vec()
}

/// The mean of what the networks say, by operators that runtimes have in both precisions.
fn mean(graph: &mut Builder, answers: &[Name], is_double: bool, name: &str) {
    let [first, others @ ..] = answers else { return };
    if others.is_empty() {
        graph.named_op("", "Identity", &[first], Vec::new(), Some(name));
        return;
    }
    let sum = others.iter().fold(first.clone(), |sum, answer| graph.op("Add", &[&sum, answer], Vec::new()));
    let n = answers.len() as f64;
    let n = if is_double { graph.doubles(&[n]) } else { graph.floats(&[1, 1], [n].into_iter()) };
    graph.named_op("", "Div", &[&sum, &n], Vec::new(), Some(name));
}

fn probabilities(graph: &mut Builder, logits: &str, n_classes: usize) -> Name {
    if n_classes > 2 {
        return graph.op("Softmax", &[logits], vec![int("axis", 1)]);
    }
    let second = graph.op("Sigmoid", &[logits], Vec::new());
    let one = graph.floats(&[1, 1], [1.0].into_iter());
    let first = graph.op("Sub", &[&one, &second], Vec::new());
    graph.op("Concat", &[&first, &second], vec![int("axis", 1)])
}

/// The most probable class.
fn label(graph: &mut Builder, labels: &[String]) {
    let position = graph.op("ArgMax", &["probabilities"], vec![int("axis", 1), int("keepdims", 0)]);
    let table = vec![
        ints("keys_int64s", (0..labels.len() as i64).collect()),
        strings("values_strings", labels.iter().cloned()),
    ];
    graph.named_op(ML, "LabelEncoder", &[&position], table, Some("label"));
}

/// Numbers in the targets' own units.
fn numbers(graph: &mut Builder, logits: &str, scaler: &TargetScaler) -> Name {
    let scaled = graph.cast(logits, DOUBLE);
    match scaler {
        TargetScaler::Linear(scaler) => {
            let deviations: Vec<f64> =
                scaler.inverse_deviation().iter().map(|inverse| 1.0 / inverse).collect();
            let (deviations, means) = (graph.doubles(&deviations), graph.doubles(scaler.mean()));
            let spread = graph.op("Mul", &[&scaled, &deviations], Vec::new());
            graph.op("Add", &[&spread, &means], Vec::new())
        }
        TargetScaler::Log1p => {
            let one = graph.doubles(&[1.0]);
            let power = graph.op("Exp", &[&scaled], Vec::new());
            graph.op("Sub", &[&power, &one], Vec::new())
        }
    }
}

//! The 55 runs of PyTorch through the command line: `train` with `--init` on the case's CSV ends in its weights.

use crate::fixture::Place;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde_json::Value as Json;
use std::fmt::Write as _;

const CASES: &str = include_str!("../../../train/tests/fixtures/parity.json");

fn numbers(json: &Json) -> Vec<f64> {
    match json {
        Json::Array(items) => items.iter().flat_map(numbers).collect(),
        number => vec![number.as_f64().expect("a number")],
    }
}

/// (name, shape, values) of every tensor of a case's network.
fn tensors(layers: &Json) -> Vec<(String, Vec<usize>, Vec<f64>)> {
    let layers = layers.as_array().expect("layers").iter().enumerate();
    layers
        .flat_map(|(i, layer)| {
            let (weight, bias) = (numbers(&layer["weight"]), numbers(&layer["bias"]));
            let shape = vec![bias.len(), weight.len() / bias.len()];
            [
                (format!("layers.{i}.weight"), shape, weight),
                (format!("layers.{i}.bias"), vec![bias.len()], bias),
            ]
        })
        .collect()
}

fn safetensors(layers: &Json) -> Vec<u8> {
    let bytes: Vec<(String, Vec<usize>, Vec<u8>)> = tensors(layers)
        .into_iter()
        .map(|(name, shape, values)| (name, shape, values.into_iter().flat_map(f64::to_le_bytes).collect()))
        .collect();
    let views = bytes.iter().map(|(name, shape, bytes)| {
        (name.as_str(), TensorView::new(Dtype::F64, shape.clone(), bytes).expect("a whole tensor"))
    });
    safetensors::serialize(views, None).expect("valid tensors")
}

/// The table, and the names of its target columns.
fn csv(case: &Json) -> (String, Vec<String>) {
    let rows = |key: &str| case[key].as_array().expect("rows").iter().map(numbers).collect::<Vec<_>>();
    let (x, y) = (rows("x"), rows("y"));
    let header = |letter: char, n: usize| (0..n).map(|j| format!("{letter}{j}")).collect::<Vec<_>>();
    let targets = header('y', y[0].len());
    let mut csv = [header('x', x[0].len()), targets.clone()].concat().join(",") + "\n";
    for (x, y) in x.iter().zip(&y) {
        let cells: Vec<String> = x.iter().chain(y).map(f64::to_string).collect();
        writeln!(csv, "{}", cells.join(",")).expect("text takes everything");
    }
    (csv, targets)
}

fn config(case: &Json, targets: &[String]) -> String {
    let text = |key: &str| case[key].as_str().expect("text").to_owned();
    let sizes = numbers(&case["sizes"]);
    let hidden: Vec<String> = sizes[1..sizes.len() - 1].iter().map(f64::to_string).collect();
    let (optimizer, loss) = (text("optimizer"), text("loss"));
    let mut toml = format!(
        "[data]\npath = \"data.csv\"\ntarget = {targets:?}\n[preprocess]\nscale = \"none\"\n[parameters]\nhidden = [{}]\n\
         activation = {:?}\nloss = {loss:?}\noptimizer = {optimizer:?}\nlearning_rate = {}\nschedule = {}\nl1 = {}\nl2 = {}\n\
         epochs = {}\nbatch_size = {}\nshuffle = false\nprecision = \"f64\"\n",
        hidden.join(", "),
        text("activation"),
        case["learning_rate"],
        case["schedule"]["kind"],
        case["l1"],
        case["l2"],
        case["epochs"],
        case["batch_size"],
    );
    let mut put = |key: &str, value: &Json| writeln!(toml, "{key} = {value}").expect("text takes everything");
    for (key, value) in case["constants"].as_object().expect("constants") {
        match (optimizer.as_str(), key.as_str()) {
            ("rmsprop", "beta") => put("rho", value),
            (_, "beta") => put("momentum", value),
            (_, key) => put(key, value),
        }
    }
    for (key, value) in
        case["schedule"].as_object().expect("a schedule").iter().filter(|(key, _)| *key != "kind")
    {
        put(&format!("schedule_{key}"), value);
    }
    match loss.as_str() {
        "huber" => put("huber_delta", &case["huber_delta"]),
        "cross_entropy" => put("label_smoothing", &case["label_smoothing"]),
        _ => {}
    }
    if !case["clip_norm"].is_null() {
        put("clip_norm", &case["clip_norm"]);
    }
    toml
}

#[test]
fn training_ends_in_pytorchs_weights() {
    check_all(CASES);
}

/// For cases of other seeds and shapes, made by PyTorch elsewhere:
/// `MLPSWEEP_PARITY=cases.json cargo test -p mlpsweep-cli -- --ignored pytorch`
#[test]
#[ignore = "wants a file of cases, named by MLPSWEEP_PARITY"]
fn any_other_cases_of_pytorch() {
    let path = std::env::var_os("MLPSWEEP_PARITY").expect("MLPSWEEP_PARITY names a file of cases");
    check_all(&std::fs::read_to_string(path).expect("the file of cases"));
}

/// Some hundred roundings of 1e-16 each, amplified by some fifty steps.
const BOUND: f64 = 1e-9;

fn check_all(cases: &str) {
    let fixture: Json = serde_json::from_str(cases).expect("JSON");
    for case in fixture["cases"].as_array().expect("cases") {
        let (csv, targets) = csv(case);
        let place = Place::new(&config(case, &targets));
        place.write("data.csv", csv);
        std::fs::write(place.path("start.safetensors"), safetensors(&case["init"])).expect("written");
        place.say("train s.toml --init start.safetensors --save end.safetensors --quiet").expect(0, "");
        let bytes = std::fs::read(place.path("end.safetensors")).expect("saved");
        let saved = SafeTensors::deserialize(&bytes).expect("a safetensors file");
        for (name, shape, expected) in tensors(&case["final"]) {
            let tensor = saved.tensor(&name).expect("a tensor of the network");
            assert_eq!((tensor.dtype(), tensor.shape()), (Dtype::F64, &shape[..]));
            let found = tensor
                .data()
                .chunks_exact(8)
                .map(|bytes| f64::from_le_bytes(bytes.try_into().expect("eight")));
            let largest = expected.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
            for (found, expected) in found.zip(expected) {
                let error = (found - expected).abs() / largest;
                assert!(error <= BOUND, "{} {name}: {found} instead of {expected}", case["name"]);
            }
        }
    }
}

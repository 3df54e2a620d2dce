//! The gradient check on the user's own network.

use crate::fixture::{Place, SMALL};
use serde_json::Value;

const CONFIG: &str = r#"seed = 3
[data]
builtin = "iris"
[parameters]
hidden = [5, 4]
activation = "tanh"
l1 = 0.5
l2 = 2.0
dropout = 0.2
input_dropout = 0.1
label_smoothing = 0.1
class_weight = "balanced"
"#;

fn json(place: &Place, rest: &str, code: i32) -> Value {
    let ran = place.say(format!("gradcheck s.toml --format json {rest}").trim_end()).expect(code, "");
    serde_json::from_str(&ran.stdout).expect("JSON")
}

#[test]
fn every_layer_is_correct() {
    let place = Place::new(CONFIG);
    let table = place.say("gradcheck s.toml").expect(0, "64/64 parameters").stdout;
    // 5·4 + 5, 4·5 + 4 and 3·4 + 3 are 64 parameters.
    for said in ["over 32 rows, ε = 1e-5, all parameters", "3 × 4", "weight [", "correct"] {
        assert!(table.contains(said), "{table}");
    }
    assert!(!table.contains("suspect") && !table.contains("unclear"), "{table}");
    let json = json(&place, "", 0);
    let csv = place.say("gradcheck s.toml --format csv").expect(0, "").stdout;
    let layers = json["layers"].as_array().expect("layers");
    assert_eq!((layers.len(), csv.lines().count()), (3, 4));
    for (layer, row) in layers.iter().zip(csv.lines().skip(1)) {
        let ratio = layer["ratio"].as_f64().expect("a number");
        assert!(ratio <= 1e-6 && layer["verdict"] == "correct", "{layer}");
        assert_eq!(layer["compared"], layer["parameters"]);
        let name = format!("\"{}\"", layer["worst"]["parameter"].as_str().expect("a name"));
        assert!(
            row.contains(&name) && row.contains(&format!(",{ratio:e},")) && row.ends_with(",correct"),
            "{row}"
        );
    }
    assert_eq!((&json["n_rows"], &json["suspect"]), (&32.into(), &false.into()));
}

/// A step as large as the network's own curves makes differences that are no derivatives: what a wrong one looks like.
#[test]
fn a_suspect_layer_fails_the_command() {
    let place = Place::new(CONFIG);
    let ran = place.say("gradcheck s.toml --epsilon 0.5").expect(3, "is suspect: ratio ");
    assert!(ran.stdout.contains("suspect"), "the table is printed all the same: {}", ran.stdout);
    let json = json(&place, "--epsilon 0.5", 3);
    let layers = json["layers"].as_array().expect("layers").iter().enumerate();
    let suspect = layers.filter(|(_, layer)| layer["verdict"] == "suspect");
    let ratio = |layer: &Value| layer["ratio"].as_f64().expect("a number");
    let (l, worst) = suspect.max_by(|a, b| ratio(a.1).total_cmp(&ratio(b.1))).expect("a suspect layer");
    let named = format!(
        "the gradient of layer {} is suspect: ratio {:.1e}; worst is {}, {:.6e} by back-propagation",
        l + 1,
        ratio(worst),
        worst["worst"]["parameter"].as_str().expect("a name"),
        worst["worst"]["analytic"].as_f64().expect("a number")
    );
    assert!(ran.stderr.contains(&named), "{named} is not in {}", ran.stderr);
}

#[test]
fn rows_samples_and_weights_of_the_users_choice() {
    let place = Place::new(CONFIG);
    assert_eq!(json(&place, "--rows 7", 0)["n_rows"], 7);
    assert_eq!(json(&place, "--rows 100000", 0)["n_rows"], 150);
    assert_eq!(json(&place, "--set parameters.batch_size=8", 0)["n_rows"], 8);
    let sampled = json(&place, "--sample 10", 0);
    assert!(
        sampled["layers"].as_array().expect("layers").iter().all(|layer| layer["compared"] == 10),
        "{sampled}"
    );
    let table = place.say("gradcheck s.toml --sample 10").expect(0, "30/30 parameters").stdout;
    assert!(table.contains("at most 10 parameters of a layer, drawn from the seed"), "{table}");
    // 100·4 + 100 and 3·100 + 3 parameters below, 200·100 + 200 more: sampled unasked.
    let large = json(&place, "--set parameters.hidden=[100,200]", 0);
    let compared: Vec<&Value> =
        large["layers"].as_array().expect("layers").iter().map(|layer| &layer["compared"]).collect();
    assert_eq!((compared, &large["sample"]), (vec![&500.into(), &1000.into(), &603.into()], &1000.into()));

    place.say("train s.toml --save w.safetensors --set parameters.epochs=3").expect(0, "");
    let drawn = json(&place, "", 0);
    let trained = json(&place, "--init w.safetensors", 0);
    assert_ne!(drawn["objective"], trained["objective"]);
    place.say("gradcheck s.toml --init w.safetensors --set parameters.hidden=[5]").expect(6, "shape [4, 5]");
}

/// The start weights are those `train` draws, and its loss of one whole batch is the data term of J.
#[test]
fn the_objective_is_that_of_train() {
    let place = Place::new(CONFIG);
    let sets = "--set parameters.batch_size=full --set parameters.epochs=1 --set parameters.precision=f64";
    place.say(&format!("train s.toml {sets} --curve c.csv")).expect(0, "");
    let curve = String::from_utf8(place.read("c.csv")).expect("text");
    let data_term: f64 = curve
        .lines()
        .nth(1)
        .and_then(|row| row.split(',').nth(2))
        .expect("a loss")
        .parse()
        .expect("a number");
    let without = "--set parameters.l1=0 --set parameters.l2=0";
    let objective =
        json(&place, &format!("{sets} {without} --rows 150"), 0)["objective"].as_f64().expect("a number");
    assert_eq!(objective, data_term);
    // In 64 bits whatever the precision of training.
    let in_f32 = sets.replace("f64", "f32");
    assert_eq!(json(&place, &format!("{in_f32} {without} --rows 150"), 0)["objective"], objective);
}

#[test]
fn kinks_are_counted() {
    let place = Place::new(&CONFIG.replace("tanh", "relu"));
    // A step so large that half the units change sides.
    let json = json(&place, "--epsilon 0.3 --rows 20", 3);
    let layers = json["layers"].as_array().expect("layers");
    let at_kinks = |l: usize| layers[l]["at_kinks"].as_u64().expect("a count");
    assert!(at_kinks(0) > 0, "{json}");
    for layer in layers {
        let number = |key: &str| layer[key].as_u64().expect("a count");
        assert_eq!(number("compared") + number("at_kinks"), number("parameters"));
    }
}

#[test]
fn numbers_too_large_have_no_derivatives() {
    let place = Place::new(&CONFIG.replace("tanh", "relu"));
    place
        .say("gradcheck s.toml --set parameters.init=normal --set parameters.init_scale=1e200")
        .expect(5, "at these weights, so it has no derivatives");
}

#[test]
fn configurations_that_are_none() {
    let place = Place::new(SMALL);
    place
        .say("gradcheck s.toml")
        .expect(2, "`parameters.learning_rate` is searched")
        .expect(2, "gradcheck wants");
    for epsilon in ["0", "-1", "NaN", "inf", "small"] {
        place.say(&format!("gradcheck s.toml --epsilon={epsilon}")).expect(2, "a number above 0");
    }
    place.say("gradcheck s.toml --rows 0").expect(2, "--rows");
    place.say("gradcheck s.toml --sample 0").expect(2, "--sample");
    place.say("gradcheck none.toml").expect(2, "No such file");
}

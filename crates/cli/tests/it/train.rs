//! One configuration on all rows.

use crate::fixture::{Place, SMALL, results};

const CONFIG: &str = r#"seed = 3
[data]
builtin = "moons"
rows = 60
[parameters]
hidden = [5, 3]
activation = "tanh"
optimizer = "sgd"
learning_rate = 0.1
batch_size = 16
epochs = 4
shuffle = false
"#;

#[test]
fn figures() {
    let place = Place::new(CONFIG);
    let table = place.say("train s.toml --curve c.csv").expect(0, "4/4 epochs").stdout;
    let json = place.say("train s.toml --format json").expect(0, "").stdout;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json["epochs_run"], &json["best_epoch"]), (&4.into(), &4.into()));
    assert_eq!(json["n_parameters"], 2 * 5 + 5 + 5 * 3 + 3 + 3 + 1);
    let csv = place.say("train s.toml --format csv").expect(0, "").stdout;
    let (head, row) = csv.split_once('\n').expect("two lines");
    for (name, value) in head.split(',').zip(row.trim().split(',')) {
        let number: f64 = value.parse().expect("a number");
        assert_eq!(json[name].as_f64(), Some(number), "{name}");
        assert!(table.contains(name) && table.contains(value), "{table}");
    }
    let curve = String::from_utf8(place.read("c.csv")).expect("text");
    assert!(curve.starts_with("epoch,learning_rate,train_loss,penalty,validation_loss\n1,0.1,"), "{curve}");
    assert_eq!(curve.lines().count(), 5);
}

/// All scores that fit the target and have a value on its rows are printed.
#[test]
fn scores() {
    let place = Place::new(CONFIG);
    let scores = |data: &str| -> Vec<String> {
        let data = format!("data={data}");
        let line = ["train", "s.toml", "--format", "csv", "--set", &data, "--set", "parameters.epochs=1"];
        let ran = place.run(&line).expect(0, "");
        let head = ran.stdout.lines().next().expect("a header").to_owned();
        head.split(',').skip_while(|name| *name != "penalty").skip(1).map(str::to_owned).collect()
    };
    let two = scores("{ builtin = \"breast_cancer\" }");
    let three = scores("{ builtin = \"iris\" }");
    let missing: Vec<&str> = two.iter().filter(|name| !three.contains(name)).map(String::as_str).collect();
    assert_eq!((two.len(), missing), (8, vec!["average_precision"]));
    assert_eq!(scores("{ builtin = \"diabetes\" }"), ["mse", "rmse", "mae", "r2", "mape"]);
    // A class without rows: there is no area under its curve, and no word about it.
    place.write("d.csv", "x,y\n1,a\n2,b\n3,a\n4,b\n");
    let listed = scores("{ path = \"d.csv\", target = \"y\", classes = [\"a\", \"b\", \"c\"] }");
    assert_eq!(listed, three.iter().filter(|name| *name != "roc_auc").cloned().collect::<Vec<_>>());
}

/// With `[record] gradient_norms` the curve has a column a layer and is otherwise the same.
#[test]
fn gradient_norms() {
    let place = Place::new(CONFIG);
    place.say("train s.toml --curve without.csv").expect(0, "");
    place.say("train s.toml --curve with.csv --set record.gradient_norms=true").expect(0, "");
    let [without, with] = ["without.csv", "with.csv"].map(|name| String::from_utf8(place.read(name)));
    let (without, with) = (without.expect("text"), with.expect("text"));
    assert!(with.starts_with("epoch,learning_rate,train_loss,penalty,validation_loss,gradient_norm_1,gradient_norm_2,gradient_norm_3\n"), "{with}");
    for (without, with) in without.lines().zip(with.lines()).skip(1) {
        let norms = with.strip_prefix(without).expect("the same cells, and more");
        let norms: Vec<f64> = norms[1..].split(',').map(|norm| norm.parse().expect("a number")).collect();
        assert!(norms.len() == 3 && norms.iter().all(|&norm| norm > 0.0 && norm < 10.0), "{norms:?}");
    }
}

/// A sweep of several depths has the columns of its deepest network, the same bytes on any number of threads.
#[test]
fn gradient_norms_of_a_sweep() {
    let grid = "[search]\nsampler = \"grid\"\n[record]\ngradient_norms = true\n[parameters]\nhidden = { values = [[], [5], [5, 3]] }";
    let place = Place::new(&CONFIG.replace("[parameters]\nhidden = [5, 3]", grid));
    place.say("run s.toml --jobs 1 --out one").expect(0, "");
    place.say("run s.toml --jobs 2 --out two").expect(0, "");
    let [.., curves] = results(&place.path("one"));
    assert_eq!(results(&place.path("two"))[2], curves);
    let mut lines = curves.lines();
    let header = lines.next().expect("a header");
    assert!(header.ends_with("validation_loss,gradient_norm_1,gradient_norm_2,gradient_norm_3"), "{header}");
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        let depth: usize = cells[0].parse().expect("a trial, as deep as its number");
        let given = cells[8..].iter().map(|cell| cell.parse::<f64>().is_ok_and(|norm| norm > 0.0));
        assert!(given.eq((0..3).map(|layer| layer <= depth)), "{line}");
    }
}

#[test]
fn two_halves_are_the_whole() {
    for precision in ["f32", "f64"] {
        let place = Place::new(CONFIG);
        let train = |epochs: u32, rest: &str| {
            let set = format!("--set parameters.precision={precision} --set parameters.epochs={epochs}");
            place.say(&format!("train s.toml {set} {rest}")).expect(0, "");
        };
        train(4, "--save whole.safetensors");
        train(2, "--save half.safetensors");
        train(2, "--init half.safetensors --save both.safetensors");
        assert!(place.read("whole.safetensors") == place.read("both.safetensors"), "{precision}");
        assert!(place.read("whole.safetensors") != place.read("half.safetensors"), "{precision}");
    }
}

/// Steps too small to change any number: what is saved is what was given, to the bit.
#[test]
fn weights_come_back() {
    for precision in ["f32", "f64"] {
        let place = Place::new(CONFIG);
        let set = format!("--set parameters.precision={precision}");
        place.say(&format!("train s.toml {set} --save first.safetensors")).expect(0, "");
        let still = "--set parameters.learning_rate=1e-30 --set parameters.shuffle=true --set seed=99";
        let line = format!("train s.toml {set} {still} --init first.safetensors --save second.safetensors");
        place.say(&line).expect(0, "");
        assert!(place.read("first.safetensors") == place.read("second.safetensors"), "{precision}");
    }
}

/// Weights of f64 start a network of f32, and the other way round.
#[test]
fn weights_of_the_other_precision() {
    let place = Place::new(CONFIG);
    place.say("train s.toml --set parameters.precision=f64 --save w64.safetensors").expect(0, "");
    place.say("train s.toml --set parameters.precision=f32 --init w64.safetensors").expect(0, "");
    place.say("train s.toml --save w32.safetensors").expect(0, "");
    place.say("train s.toml --set parameters.precision=f64 --init w32.safetensors").expect(0, "");
}

#[test]
fn weights_of_another_network() {
    let place = Place::new(CONFIG);
    place.say("train s.toml --save w.safetensors").expect(0, "");
    let with = |set: &str| place.run(&["train", "s.toml", "--init", "w.safetensors", "--set", set]);
    with("parameters.hidden=[5, 4]")
        .expect(6, "`layers.1.weight` has shape [3, 5], but this network needs [4, 5]");
    with("parameters.hidden=[5]").expect(6, "needs [1, 5]");
    with("parameters.hidden=[5, 3, 2]").expect(6, "layers.2");
    place.write("w.safetensors", "something else");
    with("seed=1").expect(6, "no safetensors file");
    place.say("train s.toml --init none.safetensors").expect(6, "No such file");
}

#[test]
fn configurations_that_are_none() {
    let place = Place::new(SMALL);
    place.say("train s.toml").expect(2, "`parameters.learning_rate` is searched").expect(2, "--set");
    place.say("train s.toml --set parameters.learning_rate=0.1").expect(0, "");
    let huge = "train s.toml --set parameters.learning_rate=0.1 --set parameters.width=1000000000";
    place.say(huge).expect(2, "GiB");
    let loss = "train s.toml --set parameters.learning_rate=0.1 --set parameters.loss=squared_error";
    place.say(loss).expect(2, "`loss` is squared_error");
    let away = "--set parameters.learning_rate=1e30 --set parameters.optimizer=sgd";
    place.say(&format!("train s.toml {away} --save w.safetensors")).expect(5, "diverged in epoch 1");
    assert!(!place.path("w.safetensors").exists());
}

#[test]
fn regressions_and_early_stopping() {
    let place =
        Place::new("[data]\nbuiltin = \"diabetes\"\n[parameters]\nwidth = 4\nepochs = 3\n[early_stopping]\n");
    let ran = place.say("train s.toml --set preprocess.target_scale=standard --format csv").expect(0, "");
    assert!(ran.stdout.contains("validation_loss") && ran.stdout.contains("rmse"), "{}", ran.stdout);
}

#[test]
fn output_that_cannot_be_written() {
    let place = Place::new(CONFIG);
    place.say("train s.toml --save none/w.safetensors").expect(8, "none/w.safetensors");
    place.say("train s.toml --curve none/c.csv").expect(8, "none/c.csv");
    std::fs::create_dir(place.path("folder")).expect("a folder");
    place.say("train s.toml --save folder").expect(8, "folder");
}

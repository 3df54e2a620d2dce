//! A model predicts what its network predicted, before and after it was a file.

use mlpsweep_data::{CsvOptions, Dataset, PipelineOptions, Scale, Schema, builtin, read_csv_from};
use mlpsweep_mlp::{Activation, Init, Loss, LossOptions};
use mlpsweep_model::{FILE_NAME, FOLDER, Member, Model, ModelError, Origin};
use mlpsweep_optim::{OptimizerKind, ScheduleKind};
use mlpsweep_real::Real;
use mlpsweep_seed::Seed;
use mlpsweep_train::{
    BatchSize, ClassWeight, Fitted, Job, Precision, Predictions, Preprocess, TargetScale, TrainConfig, train,
};
use std::ops::ControlFlow;
use std::path::Path;

fn config(loss: Loss) -> TrainConfig {
    TrainConfig {
        hidden: vec![6],
        activation: Activation::Gelu,
        init: Init::He,
        loss,
        loss_options: LossOptions::default(),
        class_weight: ClassWeight::None,
        optimizer: OptimizerKind::Adam,
        schedule: ScheduleKind::Constant,
        constants: Vec::new(),
        learning_rate: 0.01,
        l1: 0.0,
        l2: 0.1,
        dropout: 0.2,
        input_dropout: 0.1,
        clip_norm: None,
        clip_value: None,
        batch_size: BatchSize::Rows(8),
        epochs: 4,
        shuffle: true,
        precision: Precision::F32,
        early_stopping: None,
        gradient_norms: false,
    }
}

fn origin() -> Origin {
    let parameters = [("learning_rate".to_owned(), 0.01.into())].into_iter().collect();
    let (sweep, data, version) = ("s".into(), "0".repeat(64), "0.1.0".into());
    let (id, metrics) = (Some("who".into()), vec!["log_loss".into()]);
    Origin { sweep, trial: 3, parameters, epochs: 4, n_rows: 5, data, id, metrics, version }
}

fn options(target: &str) -> CsvOptions {
    CsvOptions { target: vec![target.to_owned()], gaps: true, ..CsvOptions::default() }
}

/// Numbers with gaps, levels, an order, and two targets to choose from.
fn mixed(target: &str, drop: &str) -> Dataset {
    let rows = (0..60).map(|i| {
        let gap = if i % 7 == 3 { String::new() } else { format!("{}.25", i % 13) };
        let (colour, size) = (["red", "blue", "green"][i % 3], ["low", "high"][i / 3 % 2]);
        format!("{gap},{colour},{size},{},{}\n", ["no", "yes"][i % 5 / 3], (i % 11) as f64 + 0.5)
    });
    let text = format!("a,colour,size,class,price\n{}", rows.collect::<String>());
    let ordinal = vec![("size".to_owned(), vec!["low".to_owned(), "high".to_owned()])];
    let options = CsvOptions { ordinal, drop: vec![drop.to_owned()], ..options(target) };
    read_csv_from(text.as_bytes(), Path::new("mixed.csv"), &options).expect("a table")
}

fn bits(predictions: &Predictions) -> Vec<u64> {
    let (Predictions::Probabilities { values, .. } | Predictions::Numbers { values, .. }) = predictions;
    values.iter().map(|value| value.to_bits()).collect()
}

fn fitted<'a, T: Real>(
    data: &'a Dataset,
    rows: &'a [u32],
    config: &'a TrainConfig,
    preprocess: Preprocess,
) -> Fitted<'a, T> {
    let job = Job { data, rows, config, preprocess, start: None, seed: Seed::new(7) };
    train::<T>(job, |_| ControlFlow::Continue(())).expect("a run")
}

fn model<T: Real>(fitted: &Fitted<'_, T>, data: &Dataset) -> Model {
    Model::new(fitted.estimator(), Schema::new(data, &options("")), origin())
}

fn check<T: Real>(data: &Dataset, loss: Loss, scale: Scale, target_scale: TargetScale) {
    let every: Vec<u32> = (0..data.n_rows() as u32).collect();
    let config = config(loss);
    let features = PipelineOptions { missing_indicator: true, ..PipelineOptions::scaled(scale) };
    let preprocess = Preprocess { features, target_scale };
    let mut fitted = fitted::<T>(data, &every[5..], &config, preprocess);
    let expected = bits(&fitted.predict(&every));
    let model = model(&fitted, data);
    assert_eq!(bits(&model.predict(&data.features)), expected, "{loss:?} {scale:?}");
    let bytes = model.to_bytes();
    let read = Model::from_bytes(&bytes).expect("our own file");
    assert_eq!(read, model);
    assert_eq!(read.to_bytes(), bytes);
    assert_eq!(bits(&read.predict(&data.features)), expected);
}

#[test]
fn a_model_predicts_the_bits_of_its_network() {
    for scale in Scale::ALL {
        check::<f32>(&mixed("class", "price"), Loss::BinaryCrossEntropy, scale, TargetScale::None);
        for target_scale in TargetScale::ALL {
            check::<f64>(&mixed("price", "class"), Loss::Huber, scale, target_scale);
        }
    }
    let iris = builtin::load("iris").expect("built in");
    check::<f32>(&iris, Loss::CrossEntropy, Scale::Standard, TargetScale::None);
}

#[test]
fn a_model_is_found_in_its_folders() {
    let data = mixed("class", "price");
    let config = config(Loss::CrossEntropy);
    let rows: Vec<u32> = (0..60).collect();
    let fitted = fitted::<f32>(&data, &rows, &config, Preprocess::scaled(Scale::Standard, TargetScale::None));
    let model = model(&fitted, &data);
    let folder = tempfile::tempdir().expect("a folder");
    assert!(matches!(Model::load(folder.path()), Err(ModelError::Missing { .. })));
    let inner = folder.path().join(FOLDER);
    std::fs::create_dir(&inner).expect("a folder");
    std::fs::write(inner.join(FILE_NAME), model.to_bytes()).expect("a file");
    for path in [folder.path(), &inner, &inner.join(FILE_NAME)] {
        assert_eq!(Model::load(path).expect("the model"), model);
    }
}

/// A model whose description is changed.
fn changed(change: impl Fn(&mut serde_json::Value)) -> String {
    let data = mixed("class", "price");
    let config = config(Loss::CrossEntropy);
    let rows: Vec<u32> = (0..60).collect();
    let fitted = fitted::<f32>(&data, &rows, &config, Preprocess::scaled(Scale::Standard, TargetScale::None));
    let bytes = model(&fitted, &data).to_bytes();
    let (_, metadata) = safetensors::SafeTensors::read_metadata(&bytes).expect("a file");
    let text = &metadata.metadata().as_ref().expect("metadata")["mlpsweep"];
    let mut json = serde_json::from_str(text).expect("JSON");
    change(&mut json);
    let tensors = safetensors::SafeTensors::deserialize(&bytes).expect("tensors");
    let entries = Some([("mlpsweep".to_owned(), json.to_string())].into());
    let bytes = safetensors::serialize(tensors.tensors(), entries).expect("a file");
    Model::from_bytes(&bytes).map_or_else(|reason| reason, |_| "fine".to_owned())
}

/// Several networks in one file: their predictions are averaged, and each must be whole.
#[test]
fn an_ensemble_comes_back_and_averages() {
    let data = mixed("class", "price");
    let config = config(Loss::CrossEntropy);
    let all: Vec<u32> = (0..60).collect();
    let preprocess = Preprocess::scaled(Scale::Standard, TargetScale::None);
    let [first, second] =
        [&all[..40], &all[20..]].map(|rows| fitted::<f32>(&data, rows, &config, preprocess));
    let members = [&first, &second].map(|fitted| Member::new(fitted.estimator()));
    let ensemble = Model::ensemble(members.to_vec(), model(&first, &data).schema, origin());
    let bytes = ensemble.to_bytes();
    let read = Model::from_bytes(&bytes).expect("the model");
    assert_eq!(read, ensemble);
    let values = |predictions: Predictions| match predictions {
        Predictions::Probabilities { values, .. } | Predictions::Numbers { values, .. } => values,
    };
    let [a, b] = members.map(|member| values(member.predict(&data.features, &all)));
    for (mean, (a, b)) in values(read.predict(&data.features)).iter().zip(a.iter().zip(&b)) {
        assert_eq!(*mean, (a + b) / 2.0);
    }

    let tensors = safetensors::SafeTensors::deserialize(&bytes).expect("tensors");
    let (_, metadata) = safetensors::SafeTensors::read_metadata(&bytes).expect("a file");
    let entries = metadata.metadata().clone();
    let lost: Vec<_> =
        tensors.tensors().into_iter().filter(|(name, _)| name != "members.1.layers.0.bias").collect();
    let lost = safetensors::serialize(lost, entries.clone()).expect("a file");
    let error = Model::from_bytes(&lost).expect_err("a tensor is missing");
    assert!(error.starts_with("no tensor `members.1.layers.0.bias`"), "{error}");
    let mut more = tensors.tensors();
    let (_, tensor) = more[0].clone();
    more.push(("members.2.layers.0.bias".into(), tensor));
    let more = safetensors::serialize(more, entries).expect("a file");
    let error = Model::from_bytes(&more).expect_err("a tensor too many");
    assert_eq!(error, "`members.2.layers.0.bias` has no place in this model of 2 networks");
}

#[test]
fn a_model_that_contradicts_itself_is_refused() {
    assert_eq!(changed(|_| ()), "fine");
    let unfit = "the parts of the model do not fit together";
    assert_eq!(
        changed(|json| json["format"] = 3.into()),
        "a model of format 3, and this mlpsweep knows formats 1 and 2"
    );
    assert_eq!(
        changed(|json| json["network"]["activation"] = "step".into()),
        "the activation \"step\" is unknown"
    );
    assert_eq!(changed(|json| json["network"]["loss"] = "mse".into()), "the loss \"mse\" is unknown");
    assert_eq!(changed(|json| json["network"]["loss"] = "huber".into()), unfit);
    assert_eq!(changed(|json| json["network"]["sizes"] = serde_json::json!([])), unfit);
    assert_eq!(changed(|json| json["network"]["sizes"][0] = 3.into()), unfit);
    let most = "a network of";
    assert!(changed(|json| json["network"]["sizes"][1] = u64::MAX.into()).starts_with(most));
    assert_eq!(
        changed(|json| json["network"]["sizes"][1] = 5.into()),
        "`layers.0.weight` has shape [6, 5], but this network needs [5, 5]"
    );
    assert_eq!(changed(|json| json["schema"]["feature_names"][0] = "colour".into()), unfit);
    assert_eq!(changed(|json| json["schema"]["target"]["classes"]["positive"] = 2.into()), unfit);
    assert_eq!(changed(|json| json["pipeline"]["n_inputs"] = 4.into()), unfit);
    assert_eq!(
        changed(|json| drop(json["pipeline"]["standardiser"]["mean"].as_array_mut().map(Vec::pop))),
        unfit
    );
    assert_eq!(
        changed(|json| json["pipeline"]["standardiser"]["inverse_deviation"][0] = (-1.0).into()),
        unfit
    );
    assert!(
        changed(|json| drop(json.as_object_mut().map(|json| json.remove("pipeline"))))
            .starts_with("no model: ")
    );
    let plain = safetensors::serialize(Vec::<(String, safetensors::tensor::TensorView<'_>)>::new(), None);
    let said = Model::from_bytes(&plain.expect("a file")).expect_err("refused");
    assert_eq!(said, "weights alone, without the preprocessing of a model");
}

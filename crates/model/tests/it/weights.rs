//! Weights as safetensors files: what is written is read, and the weights of another network are refused.

use mlpsweep_mlp::Layout;
use mlpsweep_model::{ModelError, weights};
use mlpsweep_real::Real;
use safetensors::tensor::{Dtype, TensorView};

fn layout() -> Layout {
    Layout::new(&[2, 3, 1])
}

fn load(bytes: &[u8]) -> Result<Vec<f64>, ModelError> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("w.safetensors");
    std::fs::write(&path, bytes).expect("a file");
    weights::load(&path, &layout())
}

fn round_trip<T: Real>(params: &[f64]) {
    let given: Vec<T> = params.iter().map(|&param| T::from_f64(param)).collect();
    let read = load(&weights::to_bytes(&layout(), &given)).expect("our own file");
    let bits = |numbers: &mut dyn Iterator<Item = f64>| numbers.map(f64::to_bits).collect::<Vec<_>>();
    assert_eq!(bits(&mut read.into_iter()), bits(&mut given.iter().map(|param| param.to_f64())));
}

#[test]
fn what_is_written_is_read() {
    let mut params: Vec<f64> = (0..layout().n_params()).map(|i| (i as f64 - 6.0) / 7.0).collect();
    params[..4].copy_from_slice(&[-0.0, 1e-40, 5e-324, 3.0e38]);
    round_trip::<f32>(&params);
    params[3] = f64::MAX;
    round_trip::<f64>(&params);
}

#[test]
fn tensors_have_the_names_and_shapes_others_use() {
    let params: Vec<f64> = (0..layout().n_params()).map(|i| i as f64).collect();
    let bytes = weights::to_bytes(&layout(), &params);
    let tensors = safetensors::SafeTensors::deserialize(&bytes).expect("a safetensors file");
    let mut found: Vec<String> = tensors
        .tensors()
        .iter()
        .map(|(name, view)| format!("{name} {:?} {:?}", view.dtype(), view.shape()))
        .collect();
    found.sort_unstable();
    insta::assert_snapshot!(found.join("\n"), @r"
    layers.0.bias F64 [3]
    layers.0.weight F64 [3, 2]
    layers.1.bias F64 [1]
    layers.1.weight F64 [1, 3]
    ");
}

/// The tensors of the network, one changed or left out.
fn file(change: impl Fn(&mut Vec<(String, Dtype, Vec<usize>, Vec<u8>)>)) -> Vec<u8> {
    let number = |n: usize| 1.0_f32.to_le_bytes().repeat(n);
    let mut tensors = vec![
        ("layers.0.weight".to_owned(), Dtype::F32, vec![3, 2], number(6)),
        ("layers.0.bias".to_owned(), Dtype::F32, vec![3], number(3)),
        ("layers.1.weight".to_owned(), Dtype::F32, vec![1, 3], number(3)),
        ("layers.1.bias".to_owned(), Dtype::F32, vec![1], number(1)),
    ];
    change(&mut tensors);
    let views = tensors.iter().map(|(name, dtype, shape, bytes)| {
        (name.as_str(), TensorView::new(*dtype, shape.clone(), bytes).expect("a tensor"))
    });
    safetensors::serialize(views, None).expect("a file")
}

fn refused(bytes: &[u8]) -> String {
    let said = load(bytes).expect_err("other weights").to_string();
    let name = said.find("w.safetensors").expect("the file is named");
    said[name..].to_owned()
}

#[test]
fn other_weights_are_refused() {
    load(&file(|_| {})).expect("the right weights");
    insta::assert_snapshot!(refused(&file(|tensors| drop(tensors.remove(1)))), @"w.safetensors: no tensor `layers.0.bias`; there are `layers.0.weight`, `layers.1.bias`, `layers.1.weight`");
    insta::assert_snapshot!(refused(&file(|tensors| tensors[0].2 = vec![2, 3])), @"w.safetensors: `layers.0.weight` has shape [2, 3], but this network needs [3, 2]");
    insta::assert_snapshot!(refused(&file(|tensors| tensors[0].2 = vec![6])), @"w.safetensors: `layers.0.weight` has shape [6], but this network needs [3, 2]");
    insta::assert_snapshot!(refused(&file(|tensors| {
        let extra = tensors[1].clone();
        tensors.push(("layers.2.bias".into(), extra.1, extra.2, extra.3));
    })), @"w.safetensors: `layers.2.bias` has no place in this network of 2 layers");
    insta::assert_snapshot!(refused(&file(|tensors| {
        tensors[1].3[..4].copy_from_slice(&f32::NAN.to_le_bytes());
    })), @"w.safetensors: `layers.0.bias` holds NaN, but weights must be finite");
    insta::assert_snapshot!(refused(&file(|tensors| {
        tensors[1].3[4..8].copy_from_slice(&f32::INFINITY.to_le_bytes());
    })), @"w.safetensors: `layers.0.bias` holds inf, but weights must be finite");
    insta::assert_snapshot!(refused(&file(|tensors| tensors[3] = (tensors[3].0.clone(), Dtype::I32, vec![1], vec![0; 4]))), @"w.safetensors: `layers.1.bias` holds I32, but must hold F32 or F64");
}

#[test]
fn files_that_hold_no_weights() {
    let good = file(|_| {});
    insta::assert_snapshot!(refused(b""), @"w.safetensors: no safetensors file: header too small");
    insta::assert_snapshot!(refused(b"not a safetensors file at all"), @"w.safetensors: no safetensors file: header too large");
    insta::assert_snapshot!(refused(&good[..good.len() - 1]), @"w.safetensors: no safetensors file: incomplete metadata, file not fully covered");
    insta::assert_snapshot!(refused(&vec![0; 17 << 20]), @"w.safetensors: larger than the weights of this network, 13 numbers");
    let error =
        weights::load(std::path::Path::new("/nowhere/w.safetensors"), &layout()).expect_err("no file");
    assert!(matches!(error, ModelError::Io { .. }));
}

//! A network's parameters as a safetensors file, the format PyTorch users read.
//!
//! Tensors `layers.<i>.weight` (out × in) and `layers.<i>.bias` (out), i from 0, in f32 or f64.

use crate::ModelError;
use mlpsweep_mlp::Layout;
use mlpsweep_real::Real;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// Names and shapes of all tensors take no more bytes.
const LONGEST_HEADER: u64 = 16 << 20;

/// `params` as the content of a safetensors file.
pub fn to_bytes<T: Real>(layout: &Layout, params: &[T]) -> Vec<u8> {
    with_metadata(layout, params, None)
}

/// The same with an entry of the file's metadata.
pub(crate) fn with_metadata<T: Real>(
    layout: &Layout,
    params: &[T],
    metadata: Option<(&str, String)>,
) -> Vec<u8> {
    to_file(tensors(layout, params, ""), metadata)
}

/// A tensor as it is written: its name, type, shape and bytes.
pub(crate) type Written = (String, Dtype, Vec<usize>, Vec<u8>);

/// The tensors of a network, their names after `prefix`.
pub(crate) fn tensors<T: Real>(layout: &Layout, params: &[T], prefix: &str) -> Vec<Written> {
    let dtype = if T::NAME == "f32" { Dtype::F32 } else { Dtype::F64 };
    let bytes = |range: std::ops::Range<usize>| -> Vec<u8> {
        let numbers = params[range].iter().map(|param| param.to_f64());
        match dtype {
            Dtype::F32 => numbers.flat_map(|number| (number as f32).to_le_bytes()).collect(),
            _ => numbers.flat_map(f64::to_le_bytes).collect(),
        }
    };
    layout
        .blocks()
        .iter()
        .enumerate()
        .flat_map(|(i, block)| {
            let name = |what: &str| format!("{prefix}layers.{i}.{what}");
            let weight = (name("weight"), dtype, vec![block.n_out, block.n_in], bytes(block.weights.clone()));
            [weight, (name("bias"), dtype, vec![block.n_out], bytes(block.biases.clone()))]
        })
        .collect()
}

/// The content of a safetensors file.
pub(crate) fn to_file(parts: Vec<Written>, metadata: Option<(&str, String)>) -> Vec<u8> {
    let views = parts.iter().map(|(name, dtype, shape, bytes)| {
        let view =
            TensorView::new(*dtype, shape.clone(), bytes).expect("as many bytes as the shape has numbers");
        (name.as_str(), view)
    });
    let metadata = metadata.map(|(key, text)| [(key.to_owned(), text)].into());
    safetensors::serialize(views, metadata).expect("valid views make a valid file")
}

/// Reads the parameters of a network of that layout from `path`.
///
/// # Errors
/// When the file cannot be read, or holds the weights of another network.
pub fn load(path: &Path, layout: &Layout) -> Result<Vec<f64>, ModelError> {
    let content = |reason: String| ModelError::Content { path: path.to_owned(), reason };
    let most = LONGEST_HEADER + 8 * layout.n_params() as u64;
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes));
    read.map_err(|source| ModelError::Io { path: path.to_owned(), source })?;
    if bytes.len() as u64 > most {
        return Err(content(format!(
            "larger than the weights of this network, {} numbers",
            layout.n_params()
        )));
    }
    let tensors = deserialize(&bytes).map_err(content)?;
    params_of(&tensors, layout, "").map_err(content)
}

/// The tensors of a safetensors file.
pub(crate) fn deserialize(bytes: &[u8]) -> Result<SafeTensors<'_>, String> {
    SafeTensors::deserialize(bytes).map_err(|error| format!("no safetensors file: {error}"))
}

/// The parameters of a network of that layout from the tensors whose names begin with `prefix`; else what is wrong with them, in
/// words.
pub(crate) fn params_of(
    tensors: &SafeTensors<'_>,
    layout: &Layout,
    prefix: &str,
) -> Result<Vec<f64>, String> {
    let mut names: Vec<&str> = tensors.names().into_iter().filter(|name| name.starts_with(prefix)).collect();
    names.sort_unstable();
    let mut params = vec![0.0; layout.n_params()];
    let mut expected = Vec::new();
    for (i, block) in layout.blocks().iter().enumerate() {
        let weight =
            (format!("{prefix}layers.{i}.weight"), vec![block.n_out, block.n_in], block.weights.clone());
        let bias = (format!("{prefix}layers.{i}.bias"), vec![block.n_out], block.biases.clone());
        for (name, shape, range) in [weight, bias] {
            let tensor = tensors.tensor(&name).map_err(|_| {
                let found: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                format!("no tensor `{name}`; there are {}", found.join(", "))
            })?;
            if tensor.shape() != shape {
                return Err(format!(
                    "`{name}` has shape {:?}, but this network needs {shape:?}",
                    tensor.shape()
                ));
            }
            let place = &mut params[range];
            match tensor.dtype() {
                Dtype::F32 => {
                    let numbers = tensor.data().chunks_exact(4);
                    let numbers =
                        numbers.map(|bytes| f32::from_le_bytes(bytes.try_into().expect("four bytes")));
                    place.iter_mut().zip(numbers).for_each(|(param, number)| *param = f64::from(number));
                }
                Dtype::F64 => {
                    let numbers = tensor.data().chunks_exact(8);
                    let numbers =
                        numbers.map(|bytes| f64::from_le_bytes(bytes.try_into().expect("eight bytes")));
                    place.iter_mut().zip(numbers).for_each(|(param, number)| *param = number);
                }
                other => return Err(format!("`{name}` holds {other:?}, but must hold F32 or F64")),
            }
            if let Some(bad) = place.iter().find(|number| !number.is_finite()) {
                return Err(format!("`{name}` holds {bad}, but weights must be finite"));
            }
            expected.push(name);
        }
    }
    if let Some(extra) = names.iter().find(|name| !expected.iter().any(|known| known == *name)) {
        let n_layers = layout.blocks().len();
        return Err(format!("`{extra}` has no place in this network of {n_layers} layers"));
    }
    Ok(params)
}

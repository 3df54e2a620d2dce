//! Any text as the description of a model, beside the weights of 3 inputs, 2 units and 2 classes: refused, or a model that predicts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mlpsweep_model::Model;
use ndarray::Array2;
use safetensors::tensor::{Dtype, TensorView};

fuzz_target!(|text: &str| {
    let tensors = [
        ("layers.0.weight", vec![2, 3]),
        ("layers.0.bias", vec![2]),
        ("layers.1.weight", vec![2, 2]),
        ("layers.1.bias", vec![2]),
    ];
    let zeros = [0; 64];
    let views = tensors.into_iter().map(|(name, shape)| {
        let n_bytes = 4 * shape.iter().product::<usize>();
        (name, TensorView::new(Dtype::F32, shape, &zeros[..n_bytes]).expect("a tensor"))
    });
    let metadata = Some([("mlpsweep".to_owned(), text.to_owned())].into());
    let bytes = safetensors::serialize(views, metadata).expect("a file");
    let Ok(model) = Model::from_bytes(&bytes) else { return };
    assert_eq!(Model::from_bytes(&model.to_bytes()).as_ref(), Ok(&model));
    let n_features = model.schema.feature_names.len();
    if n_features < 1000 {
        for cell in [0.0, 1.0, f64::NAN, 1e300, 7.0] {
            let _ = model.predict(&Array2::from_elem((2, n_features), cell));
        }
    }
});

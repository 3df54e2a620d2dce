//! Any bytes as a table: refused, or a table that keeps its promises.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mlpsweep_data::{CsvOptions, Fill, Pipeline, PipelineOptions, Scale, Schema, read_csv_from};
use std::path::Path;

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, csv)) = bytes.split_first() else { return };
    let options = CsvOptions {
        target: vec!["y".into()],
        gaps: choice & 1 != 0,
        keep_all: choice & 2 != 0,
        delimiter: [None, Some(b';')][usize::from(choice >> 2 & 1)],
        ordinal: if choice & 8 != 0 { vec![("o".into(), Vec::new())] } else { Vec::new() },
        ..CsvOptions::default()
    };
    let path = Path::new(if choice & 16 != 0 { "fuzz.csv.gz" } else { "fuzz.csv" });
    let Ok(data) = read_csv_from(csv, path, &options) else { return };
    assert_eq!(data.feature_names.len(), data.n_features());
    assert_eq!(data.target.n_rows(), data.n_rows());
    assert!(options.gaps || data.features.iter().all(|value| value.is_finite()));
    for (&feature_idx, category) in &data.categories {
        let column = data.features.column(feature_idx);
        assert!(column.iter().all(|code| code.is_nan() || (*code as usize) < category.levels.len()));
    }
    let rows: Vec<u32> = (0..data.n_rows() as u32).collect();
    let scale = Scale::ALL[usize::from(choice >> 5) % Scale::ALL.len()];
    let options = PipelineOptions {
        fill: Fill::Median,
        missing_indicator: true,
        max_levels: 3,
        ..PipelineOptions::scaled(scale)
    };
    if let Ok(pipeline) = Pipeline::fit(&data, &rows, options) {
        let mut inputs = vec![0.0_f64; rows.len() * pipeline.n_inputs()];
        pipeline.gather(&data.features, &rows, &mut inputs);
        assert!(inputs.iter().all(|input| !input.is_nan()));
        assert!(pipeline.n_inputs() <= options.n_inputs_at_most(&data));
        assert_eq!(pipeline.input_names(&data).len(), pipeline.n_inputs());
    }
    let options = CsvOptions { gaps: true, ..CsvOptions::default() };
    let rows = Schema::new(&data, &options).read_rows_from(csv, path, &[("y", true)], choice & 4 != 0);
    if let Ok(rows) = rows {
        assert_eq!(rows.features.ncols(), data.n_features());
        assert_eq!(rows.kept[0].1.len(), rows.n_rows());
        assert!(rows.target.is_none_or(|target| target.n_rows() == rows.features.nrows()));
    }
    let other = read_csv_from(
        csv,
        path,
        &data.same_columns(&CsvOptions { target: vec!["y".into()], gaps: true, ..CsvOptions::default() }),
    );
    if let Ok(other) = other {
        data.clone().append(&other);
    }
});

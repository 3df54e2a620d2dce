//! Features → inputs: figures of scikit-learn 1.9, levels, gaps, and nothing learned from other rows.

use crate::read::read;
use mlpsweep_data::{CsvOptions, Dataset, Fill, FillLevel, Pipeline, PipelineOptions, Scale};
use proptest::prelude::*;

const TARGET: &str = "y";

fn options() -> CsvOptions {
    CsvOptions { target: vec![TARGET.into()], gaps: true, ..CsvOptions::default() }
}

/// A table of one feature `x` with these cells.
fn column(cells: &[&str], options: &CsvOptions) -> Dataset {
    let rows = cells.iter().enumerate().map(|(i, cell)| format!("{cell},{i}.5\n"));
    read(&format!("x,y\n{}", rows.collect::<String>()), options)
}

fn inputs(pipeline: &Pipeline, data: &Dataset, rows: &[u32]) -> Vec<f64> {
    let mut inputs = vec![f64::NAN; rows.len() * pipeline.n_inputs()];
    pipeline.gather(&data.features, rows, &mut inputs);
    inputs
}

/// Ten rows to learn from, six that come later.
#[track_caller]
fn check_scale(fill: Fill, scale: Scale, expected: [f64; 6]) {
    let cells =
        ["3.0", "-1.5", "7.25", "0.5", "", "12", "2.0", "2", "NA", "40", "-2", "2", "5", "41", "?", "1"];
    let data = column(&cells, &options());
    let options = PipelineOptions { fill, ..PipelineOptions::scaled(scale) };
    let rows: Vec<u32> = (0..10).collect();
    let pipeline = Pipeline::fit(&data, &rows, options).expect("scales");
    let found = inputs(&pipeline, &data, &[10, 11, 12, 13, 14, 15]);
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= 1e-14, "{fill:?} {scale:?}: {found} instead of {expected}");
    }
}

#[test]
fn gaps_and_scales_are_those_of_scikit_learn() {
    check_scale(
        Fill::Mean,
        Scale::Standard,
        [
            -0.896_341_146_007_401_4,
            -0.543_320_633_118_332_6,
            -0.278_555_248_451_530_9,
            2.898_629_367_550_088_7,
            0.0,
            -0.631_575_761_340_599_8,
        ],
    );
    check_scale(
        Fill::Mean,
        Scale::Robust,
        [
            -1.157_360_406_091_370_5,
            -0.507_614_213_197_969_5,
            -0.020_304_568_527_918_78,
            5.827_411_167_512_690_5,
            0.492_385_786_802_030_43,
            -0.670_050_761_421_319_7,
        ],
    );
    check_scale(
        Fill::Mean,
        Scale::MinMax,
        [
            -0.012_048_192_771_084_335,
            0.084_337_349_397_590_37,
            0.156_626_506_024_096_4,
            1.024_096_385_542_168_8,
            0.232_680_722_891_566_27,
            0.060_240_963_855_421_69,
        ],
    );
    check_scale(
        Fill::Mean,
        Scale::Quantile,
        [
            0.0,
            0.277_777_777_777_777_8,
            0.496_732_026_143_790_86,
            1.0,
            // The mean is the seventh and eighth of ten; scikit-learn's percentiles miss it by a rounding and say 7/9.
            6.5 / 9.0,
            0.148_148_148_148_148_14,
        ],
    );
    check_scale(
        Fill::Median,
        Scale::Standard,
        [
            -0.781_083_436_710_139,
            -0.434_896_871_963_263,
            -0.175_256_948_403_106,
            2.940_422_134_318_778,
            -0.391_623_551_369_903_5,
            -0.521_443_513_149_981_9,
        ],
    );
    check_scale(
        Fill::Median,
        Scale::Quantile,
        [0.0, 0.277_777_777_777_777_8, 0.718_954_248_366_013_1, 1.0, 0.5, 0.148_148_148_148_148_14],
    );
    check_scale(
        Fill::Constant(-1.0),
        Scale::Robust,
        [
            -0.587_155_963_302_752_3,
            0.0,
            0.440_366_972_477_064_24,
            5.724_770_642_201_835,
            -0.440_366_972_477_064_24,
            -0.146_788_990_825_688_08,
        ],
    );
    check_scale(
        Fill::Constant(-1.0),
        Scale::Quantile,
        [0.0, 0.5, 0.718_954_248_366_013_1, 1.0, 0.166_666_666_666_666_66, 0.370_370_370_370_370_4],
    );
}

/// As scikit-learn's OneHotEncoder(max_categories=3, handle_unknown="infrequent_if_exist"), which counts the infrequent one.
#[test]
fn rare_and_unknown_levels_share_an_input() {
    let data = column(&["b", "b", "b", "a", "a", "a", "c", "d", "d", "d", "d", "e", "z"], &options());
    let rows: Vec<u32> = (0..12).collect();
    let with = |max_levels| PipelineOptions { max_levels, ..PipelineOptions::default() };
    let pipeline = Pipeline::fit(&data, &rows, with(2)).expect("levels");
    assert_eq!(
        pipeline.input_names(&data),
        ["x=a", "x=d", "x=infrequent"],
        "a and b are as frequent: the first"
    );
    let later = [3, 0, 6, 7, 12];
    #[rustfmt::skip]
    assert_eq!(inputs(&pipeline, &data, &later), [
        1.0, 0.0, 0.0,
        0.0, 0.0, 1.0,
        0.0, 0.0, 1.0,
        0.0, 1.0, 0.0,
        0.0, 0.0, 1.0,
    ]);
    let all = Pipeline::fit(&data, &rows, with(9)).expect("levels");
    assert_eq!(all.input_names(&data), ["x=a", "x=b", "x=c", "x=d", "x=e"]);
    assert_eq!(inputs(&all, &data, &[12]), [0.0; 5], "nothing is known of z");
    assert_eq!(with(2).n_inputs_at_most(&data), 3);
}

#[test]
fn missing_levels_are_a_level_or_the_most_frequent() {
    let data = column(&["b", "", "a", "b", "?"], &options());
    let fit = |rows: &[u32], fill_level| {
        let options = PipelineOptions { fill_level, ..PipelineOptions::default() };
        Pipeline::fit(&data, rows, options).expect("levels")
    };
    let level = fit(&[0, 1, 2, 3], FillLevel::Level);
    assert_eq!(level.input_names(&data), ["x=a", "x=b", "x=missing"]);
    assert_eq!(inputs(&level, &data, &[4, 0]), [0.0, 0.0, 1.0, 0.0, 1.0, 0.0]);
    let unseen = fit(&[0, 2, 3], FillLevel::Level);
    assert_eq!(inputs(&unseen, &data, &[4]), [0.0, 0.0], "no gap to learn from");
    let frequent = fit(&[0, 1, 2, 3], FillLevel::MostFrequent);
    assert_eq!(frequent.input_names(&data), ["x=a", "x=b"]);
    assert_eq!(inputs(&frequent, &data, &[4]), [0.0, 1.0]);
}

#[test]
fn an_indicator_says_what_was_missing_and_ordinals_are_numbers() {
    let csv = "a,size,y\n1.5,mid,1\n,low,2\n3.5,high,3.5\n";
    let levels = ["low", "mid", "high"].map(String::from).to_vec();
    let data = read(csv, &CsvOptions { ordinal: vec![("size".into(), levels)], ..options() });
    let options = PipelineOptions { missing_indicator: true, ..PipelineOptions::scaled(Scale::MinMax) };
    let pipeline = Pipeline::fit(&data, &[0, 1, 2], options).expect("scales");
    assert_eq!(pipeline.input_names(&data), ["a", "a=missing", "size"]);
    assert_eq!(inputs(&pipeline, &data, &[0, 1, 2]), [0.0, 0.0, 0.5, 0.5, 1.0, 0.0, 1.0, 0.0, 1.0]);
}

#[test]
fn a_pipeline_is_stored_and_read_back() {
    let data = column(&["b", "a", "", "b"], &options());
    let pipeline = Pipeline::fit(&data, &[0, 1, 2, 3], PipelineOptions::default()).expect("levels");
    let json = serde_json::to_string(&pipeline).expect("serialises");
    assert_eq!(serde_json::from_str::<Pipeline>(&json).expect("reads back"), pipeline);
}

/// Cells of a table of a number and a category.
fn cells() -> impl Strategy<Value = Vec<(Option<i8>, Option<u8>)>> {
    proptest::collection::vec((proptest::option::of(any::<i8>()), proptest::option::of(0..6_u8)), 8..40)
}

proptest! {
    /// Whatever the other rows hold, the same is fitted.
    #[test]
    fn nothing_is_learned_from_other_rows(cells in cells(), others in cells(), median: bool, scale in 0..5_usize) {
        let table = |others: &[(Option<i8>, Option<u8>)]| {
            let rows = cells.iter().chain(others).enumerate().map(|(i, (number, level))| {
                let number = number.map_or_else(String::new, |x| format!("{x}.5"));
                let level = level.map_or("", |level| ["u", "v", "w", "x", "y", "z"][usize::from(level)]);
                format!("{number},{level},{i}\n")
            });
            // All levels are there in both tables: positions are the table's, not the fold's.
            let levels = "uvwxyz".chars().map(|level| format!("0.25,{level},0.5\n"));
            let csv = format!("a,b,y\n{}", rows.chain(levels).collect::<String>());
            read(&csv, &CsvOptions { numeric: vec!["a".into()], categorical: vec!["b".into()], ..options() })
        };
        let rows: Vec<u32> = (0..cells.len() as u32).collect();
        let options = PipelineOptions {
            fill: if median { Fill::Median } else { Fill::Mean },
            missing_indicator: true,
            max_levels: 3,
            ..PipelineOptions::scaled(Scale::ALL[scale])
        };
        let fitted = |data: &Dataset| {
            serde_json::to_string(&Pipeline::fit(data, &rows, options).expect("scales")).expect("serialises")
        };
        prop_assert_eq!(fitted(&table(&others)), fitted(&table(&[])));
    }
}

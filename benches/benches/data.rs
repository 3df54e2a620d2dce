//! Reading CSV, making folds, gathering mini-batches as inputs.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mlpsweep_data::{CsvOptions, FoldKind, Folds, Pipeline, PipelineOptions, generate, read_csv_from};
use mlpsweep_seed::Seed;
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;

fn data(criterion: &mut Criterion) {
    let table = generate::friedman1(20_000, 20, 1.0, Seed::new(7));
    let mut csv = (0..20).map(|i| format!("x{i},")).collect::<String>() + "y\n";
    for (row, y) in table.features.rows().into_iter().zip(0..) {
        row.iter().for_each(|x| write!(csv, "{x:.6},").expect("text takes everything"));
        writeln!(csv, "{}", f64::from(y) * 0.5).expect("text takes everything");
    }
    let options = CsvOptions { target: vec!["y".into()], ..CsvOptions::default() };

    let mut group = criterion.benchmark_group("data");
    group.throughput(Throughput::Bytes(csv.len() as u64));
    group.bench_function("read_csv/20000x21", |bencher| {
        bencher
            .iter(|| read_csv_from(csv.as_bytes(), Path::new("bench.csv"), &options).expect("a good table"));
    });

    let rows: Vec<u32> = (0..table.n_rows() as u32).collect();
    group.throughput(Throughput::Elements(rows.len() as u64));
    group.bench_function("folds/5x20000", |bencher| {
        bencher.iter(|| {
            let folds = Folds::new(FoldKind::KFold, 5, 1, &table, &rows, Seed::new(7)).expect("enough rows");
            black_box(folds.split(0))
        });
    });
    for n_features in [8, 20, 64, 784] {
        let table = generate::friedman1(2_000, n_features, 1.0, Seed::new(7));
        let rows: Vec<u32> = (0..table.n_rows() as u32).collect();
        let fit = || Pipeline::fit(&table, &rows, PipelineOptions::default()).expect("finite features");
        group.throughput(Throughput::Elements((rows.len() * n_features) as u64));
        group.bench_function(format!("fit/2000x{n_features}"), |bencher| bencher.iter(fit));
        let pipeline = fit();
        let mut batch = vec![0.0_f32; 256 * n_features];
        group.throughput(Throughput::Elements(batch.len() as u64));
        group.bench_function(format!("gather/256x{n_features}"), |bencher| {
            bencher.iter(|| pipeline.gather(&table.features, black_box(&rows[..256]), &mut batch));
        });
    }

    // Of the shape of the census table that people try first: 6 numbers and 8 words, some of them missing.
    let csv = mixed(32_561);
    let options = CsvOptions { gaps: true, ..options };
    let read = || read_csv_from(csv.as_bytes(), Path::new("bench.csv"), &options).expect("a good table");
    group.throughput(Throughput::Bytes(csv.len() as u64));
    group.bench_function("read_csv/32561x15 mixed", |bencher| bencher.iter(read));
    let table = read();
    let rows: Vec<u32> = (0..table.n_rows() as u32).collect();
    let fit = || Pipeline::fit(&table, &rows, PipelineOptions::default()).expect("finite features");
    group.throughput(Throughput::Elements(rows.len() as u64));
    group.bench_function("fit/32561x14 mixed", |bencher| bencher.iter(fit));
    let pipeline = fit();
    let mut batch = vec![0.0_f32; 256 * pipeline.n_inputs()];
    group.throughput(Throughput::Elements(256));
    group.bench_function("gather/256x14 mixed", |bencher| {
        bencher.iter(|| pipeline.gather(&table.features, black_box(&rows[..256]), &mut batch));
    });
    group.finish();
}

/// Six numbers, eight words of 2 to 44 levels, and a target of two classes.
fn mixed(n_rows: u32) -> String {
    let mut csv = (0..14).map(|i| format!("x{i},")).collect::<String>() + "y\n";
    for i in 0..n_rows {
        let draw = |j: u32| i.wrapping_mul(2_654_435_761).wrapping_add(j * 40_503) >> 7;
        for j in 0..6 {
            write!(csv, "{},", draw(j) % (10_u32.pow(j + 1))).expect("text takes everything");
        }
        for j in 6..14 {
            match draw(j) % (2 + (j - 6) * 6) {
                0 if j % 3 == 0 => csv.push_str("?,"),
                level => write!(csv, "some-level-{level},").expect("text takes everything"),
            }
        }
        writeln!(csv, "{}", if draw(20).is_multiple_of(3) { "yes" } else { "no" })
            .expect("text takes everything");
    }
    csv
}

criterion_group!(benches, data);
criterion_main!(benches);

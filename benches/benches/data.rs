//! Reading CSV, making folds, gathering standardised mini-batches.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mlpsweep_data::{CsvOptions, FoldKind, Folds, Standardiser, generate, read_csv_from};
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
    let standardiser = Standardiser::fit(&table.features, &rows).expect("finite features");
    let mut batch = vec![0.0_f32; 256 * table.n_features()];
    group.throughput(Throughput::Elements(256));
    group.bench_function("gather/256x20", |bencher| {
        bencher.iter(|| standardiser.gather(&table.features, black_box(&rows[..256]), &mut batch));
    });
    group.finish();
}

criterion_group!(benches, data);
criterion_main!(benches);

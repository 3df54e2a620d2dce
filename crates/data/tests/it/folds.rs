//! Folds partition the rows, evenly and fairly, and depend on the seed and the data alone.

use std::collections::BTreeMap;

use mlpsweep_data::{ErrorKind, FoldError, FoldKind, Folds, Split, Target, TestShare, hold_out, inner_split};
use mlpsweep_seed::Seed;
use ndarray::Array2;
use proptest::prelude::*;

const SEED: Seed = Seed::new(7);

/// One row for each code.
fn classes(codes: &[u32]) -> Target {
    let n_classes = codes.iter().max().map_or(0, |most| most + 1);
    let labels = (0..n_classes).map(|code| format!("class {code}")).collect();
    Target::Classes { name: "y".to_owned(), labels, codes: codes.to_vec(), positive: 0 }
}

fn numbers(n_rows: usize) -> Target {
    Target::Numbers { names: vec!["y".to_owned()], values: Array2::zeros((n_rows, 1)) }
}

fn count(target: &Target, rows: &[u32]) -> BTreeMap<u32, usize> {
    let mut counts = BTreeMap::new();
    if let Target::Classes { codes, .. } = target {
        for &row in rows {
            *counts.entry(codes[row as usize]).or_default() += 1;
        }
    }
    counts
}

fn is_ascending(rows: &[u32]) -> bool {
    rows.is_sorted_by(|a, b| a < b)
}

/// `part` and `rest` are the rows, each once, and each list in order.
#[track_caller]
fn check_partition(rows: &[u32], rest: &[u32], part: &[u32]) {
    assert!(is_ascending(rest) && is_ascending(part));
    let mut both = [rest, part].concat();
    both.sort_unstable();
    assert_eq!(both, rows);
}

#[track_caller]
fn check_at_most_one_apart(sizes: impl IntoIterator<Item = usize>) {
    let sizes: Vec<usize> = sizes.into_iter().collect();
    let (least, most) = (sizes.iter().min(), sizes.iter().max());
    assert!(most.zip(least).is_none_or(|(most, least)| most - least <= 1), "{sizes:?}");
}

/// What every kind but the holdout promises of each repeat.
#[track_caller]
fn check_repeat(rows: &[u32], splits: &[Split]) {
    for split in splits {
        check_partition(rows, &split.train, &split.validation);
    }
    check_at_most_one_apart(splits.iter().map(|split| split.validation.len()));
    let mut validated: Vec<u32> = splits.iter().flat_map(|split| split.validation.clone()).collect();
    validated.sort_unstable();
    assert_eq!(validated, rows, "every row is validated once");
}

/// Class codes with at least five rows of each, and some of the rows to share out.
fn codes_and_rows() -> impl Strategy<Value = (Vec<u32>, Vec<u32>)> {
    (1_u32..5, prop::collection::vec((0_u32..5, prop::bool::weighted(0.8)), 0..120)).prop_map(
        |(n_classes, more)| {
            let fixed = (0..n_classes).flat_map(|code| [(code, true); 5]);
            let rows = fixed.chain(more.into_iter().map(|(code, kept)| (code % n_classes, kept)));
            let (codes, kept): (Vec<u32>, Vec<bool>) = rows.unzip();
            let rows = (0..codes.len() as u32).filter(|&row| kept[row as usize]).collect();
            (codes, rows)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn kfold_partitions((codes, rows) in codes_and_rows(), n_folds in 2_usize..6, seed: u64) {
        let folds = Folds::new(FoldKind::KFold, n_folds, 2, &classes(&codes), &rows, Seed::new(seed));
        let splits: Vec<Split> = folds.expect("enough rows").iter().collect();
        prop_assert_eq!(splits.len(), 2 * n_folds);
        for (repeat, of_repeat) in splits.chunks(n_folds).enumerate() {
            check_repeat(&rows, of_repeat);
            for (fold, split) in of_repeat.iter().enumerate() {
                prop_assert_eq!((split.repeat, split.fold), (repeat, fold));
            }
        }
    }

    #[test]
    fn stratified_keeps_class_shares((codes, rows) in codes_and_rows(), n_folds in 2_usize..6, seed: u64) {
        let target = classes(&codes);
        let folds = Folds::new(FoldKind::Stratified, n_folds, 2, &target, &rows, Seed::new(seed));
        let splits: Vec<Split> = folds.expect("five rows a class").iter().collect();
        for of_repeat in splits.chunks(n_folds) {
            check_repeat(&rows, of_repeat);
            for class in count(&target, &rows).into_keys() {
                check_at_most_one_apart(of_repeat.iter().map(|split| count(&target, &split.validation)[&class]));
            }
        }
    }

    #[test]
    fn divisions_keep_class_shares((codes, rows) in codes_and_rows(), share in 0.01..0.99, seed: u64) {
        let target = classes(&codes);
        let (train, validation) = inner_split(&target, &rows, share, true, Seed::new(seed)).expect("five rows");
        check_partition(&rows, &train, &validation);
        let expected = (share * rows.len() as f64).round().clamp(1.0, rows.len() as f64 - 1.0);
        prop_assert_eq!(validation.len() as f64, expected);
        let (all, drawn) = (count(&target, &rows), count(&target, &validation));
        for (class, n_rows) in all {
            let quota = expected * n_rows as f64 / rows.len() as f64;
            let n_drawn = drawn.get(&class).copied().unwrap_or(0) as f64;
            prop_assert!((n_drawn - quota).abs() < 1.0, "{} of {} rows for {}", n_drawn, n_rows, quota);
        }
    }

    #[test]
    fn more_repeats_leave_the_first_as_they_were(
        (codes, rows) in codes_and_rows(),
        seed: u64,
        kind in prop_oneof![
            Just(FoldKind::KFold),
            Just(FoldKind::Stratified),
            Just(FoldKind::Holdout { share: 0.3 }),
        ],
    ) {
        let target = classes(&codes);
        let make = |repeats| Folds::new(kind, 5, repeats, &target, &rows, Seed::new(seed)).expect("five rows a class");
        let (few, many) = (make(2), make(4));
        prop_assert!(few.iter().eq(many.iter().take(few.len())));
        prop_assert_eq!(&few, &make(2), "the same arguments give the same folds");
        let validated: Vec<Vec<u32>> = many.iter().map(|split| split.validation).collect();
        // Small tables may repeat a fold by chance, large ones do not.
        prop_assert!(rows.len() < 40 || validated[0] != validated[many.n_folds()], "repeats reshuffle");
    }
}

/// Results of a sweep depend on these rows: when this test fails, every stored result has changed.
#[test]
fn folds_are_the_same_on_every_machine() {
    let target = classes(&[0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2]);
    let rows: Vec<u32> = (0..12).collect();
    let show = |kind, n_folds| {
        let folds = Folds::new(kind, n_folds, 2, &target, &rows, SEED).expect("enough rows");
        folds.iter().map(|split| format!("{:?}\n", split.validation)).collect::<Vec<_>>().concat()
    };
    insta::assert_snapshot!(show(FoldKind::KFold, 3), @r"
        [7, 8, 10, 11]
        [0, 1, 4, 6]
        [2, 3, 5, 9]
        [2, 3, 8, 11]
        [0, 5, 9, 10]
        [1, 4, 6, 7]
        ");
    insta::assert_snapshot!(show(FoldKind::Stratified, 2), @r"
        [3, 4, 5, 6, 8, 11]
        [0, 1, 2, 7, 9, 10]
        [2, 3, 5, 7, 8, 11]
        [0, 1, 4, 6, 9, 10]
        ");
    insta::assert_snapshot!(show(FoldKind::Holdout { share: 0.25 }, 0), @r"
        [1, 3, 6]
        [0, 3, 8]
        ");
    let (_, test) = hold_out(&target, TestShare::Auto, true, SEED).expect("enough rows");
    let (_, inner) = inner_split(&target, &rows, 0.3, false, SEED).expect("enough rows");
    insta::assert_snapshot!(format!("{test:?} {inner:?}"), @"[0, 8] [1, 5, 6, 10]");
}

#[test]
fn another_seed_gives_other_folds() {
    let rows: Vec<u32> = (0..100).collect();
    let first = |seed| {
        Folds::new(FoldKind::KFold, 5, 1, &numbers(100), &rows, seed)
            .expect("enough rows")
            .split(0)
            .validation
    };
    assert_ne!(first(SEED), first(Seed::new(8)));
}

#[test]
fn a_holdout_is_one_split_a_repeat() {
    let target = classes(&[vec![0; 90], vec![1; 10]].concat());
    let rows: Vec<u32> = (0..100).collect();
    let folds =
        Folds::new(FoldKind::Holdout { share: 0.2 }, 5, 3, &target, &rows, SEED).expect("enough rows");
    assert_eq!((folds.len(), folds.n_folds(), folds.repeats()), (3, 1, 3));
    for split in folds.iter() {
        check_partition(&rows, &split.train, &split.validation);
        assert_eq!(count(&target, &split.validation), BTreeMap::from([(0, 18), (1, 2)]));
    }
}

#[test]
fn leave_one_out() {
    let rows: Vec<u32> = (0..7).collect();
    let folds = Folds::new(FoldKind::KFold, 7, 1, &numbers(7), &rows, SEED).expect("a row a fold");
    check_repeat(&rows, &folds.iter().collect::<Vec<_>>());
}

#[test]
fn the_test_share_follows_the_size() {
    for (n_rows, n_test) in
        [(10, 2), (150, 30), (10_000, 2_000), (10_001, 500), (1_000_000, 50_000), (1_000_001, 10_000)]
    {
        let (rest, test) = hold_out(&numbers(n_rows), TestShare::Auto, false, SEED).expect("enough rows");
        assert_eq!((rest.len(), test.len()), (n_rows - n_test, n_test));
    }
}

#[test]
fn no_test_share() {
    for share in [TestShare::None, TestShare::Share(0.0)] {
        let (rest, test) = hold_out(&numbers(3), share, false, SEED).expect("nothing to divide");
        assert_eq!((rest, test), (vec![0, 1, 2], vec![]));
    }
}

#[test]
fn each_part_has_a_row() {
    for share in [0.001, 0.5, 0.999] {
        let (train, validation) = inner_split(&numbers(9), &[3, 8], share, false, SEED).expect("two rows");
        assert_eq!((train.len(), validation.len()), (1, 1));
    }
}

/// The only row of a class stays among those that are learned from while others can go.
#[test]
fn a_lone_row_is_drawn_last() {
    let target = classes(&[0, 0, 0, 0, 0, 0, 0, 1, 2]);
    for seed in 0..20 {
        let (_, test) = hold_out(&target, TestShare::Share(0.2), true, Seed::new(seed)).expect("enough rows");
        assert_eq!(count(&target, &test), BTreeMap::from([(0, 2)]));
    }
}

fn kfold(n_folds: usize, repeats: usize, n_rows: usize) -> FoldError {
    let rows: Vec<u32> = (0..n_rows as u32).collect();
    let folds = Folds::new(FoldKind::KFold, n_folds, repeats, &numbers(n_rows), &rows, SEED);
    folds.expect_err("cannot be shared out so")
}

fn stratified(target: &Target) -> FoldError {
    let rows: Vec<u32> = (0..target.n_rows() as u32).collect();
    Folds::new(FoldKind::Stratified, 5, 1, target, &rows, SEED).expect_err("cannot be stratified so")
}

#[test]
fn messages() {
    let two = classes(&[0, 0, 0, 0, 0, 1, 1]);
    let one = classes(&[0, 0, 0, 0, 0, 1]);
    let errors = [
        kfold(1, 1, 10),
        kfold(0, 1, 10),
        kfold(5, 0, 10),
        kfold(200, 1, 150),
        kfold(2, 1, 1),
        stratified(&two),
        stratified(&one),
        stratified(&numbers(10)),
        inner_split(&two, &[0, 1, 2], 1.5, false, SEED).expect_err("a share"),
        inner_split(&two, &[0, 1, 2], f64::NAN, false, SEED).expect_err("a share"),
        inner_split(&two, &[4], 0.5, false, SEED).expect_err("one row"),
        hold_out(&numbers(5), TestShare::Share(-0.1), false, SEED).expect_err("a share"),
        hold_out(&numbers(5), TestShare::Auto, true, SEED).expect_err("no classes"),
    ];
    let shown: Vec<String> = errors
        .iter()
        .map(|error| {
            let code = if error.kind() == ErrorKind::Config { 2 } else { 6 };
            let hint = error.hint().map(|hint| format!("   hint: {hint}\n")).unwrap_or_default();
            format!("{code}: {error}\n{hint}")
        })
        .collect();
    insta::assert_snapshot!(shown.concat(), @r#"
        2: 1 fold, but there must be at least 2
           hint: 5 or 10 folds are common; `kind = "holdout"` makes a single split
        2: 0 folds, but there must be at least 2
           hint: 5 or 10 folds are common; `kind = "holdout"` makes a single split
        2: 0 repeats, but there must be at least 1
        2: 200 folds, but only 150 rows to share out
           hint: every fold validates at least one row, so 150 folds are the most
        2: 2 folds, but only 1 row to share out
           hint: each part needs at least one row
        6: class `class 1` has 2 rows, fewer than 5 folds
           hint: use at most 2 folds, collect more rows of that class, or use `kind = "kfold"`
        6: class `class 1` has 1 row, fewer than 5 folds
           hint: collect more rows of that class, leave it out, or use `kind = "kfold"`
        2: `y` holds numbers, but a stratified split needs classes
           hint: use `kind = "kfold"` for a regression
        2: share is 1.5, but must lie in (0, 1)
        2: share is NaN, but must lie in (0, 1)
        6: 1 row cannot be divided in two parts
           hint: each part needs at least one row
        2: share is -0.1, but must lie in (0, 1)
        2: `y` holds numbers, but a stratified split needs classes
           hint: use `kind = "kfold"` for a regression
        "#);
}

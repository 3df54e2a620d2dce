//! Folds partition the rows, evenly and fairly, and depend on the seed and the data alone.

use std::collections::BTreeMap;

use mlpsweep_data::{
    Dataset, ErrorKind, FoldError, FoldKind, Folds, Labels, Roles, Split, Target, TestShare, Times, hold_out,
    inner_split,
};
use mlpsweep_seed::Seed;
use ndarray::Array2;
use proptest::prelude::*;

const SEED: Seed = Seed::new(7);

/// One row for each code.
fn classes(codes: &[u32]) -> Dataset {
    let n_classes = codes.iter().max().map_or(0, |most| most + 1);
    let labels = (0..n_classes).map(|code| format!("class {code}")).collect();
    table(Target::Classes { name: "y".to_owned(), labels, codes: codes.to_vec(), positive: 0 })
}

fn numbers(n_rows: usize) -> Dataset {
    table(Target::Numbers { names: vec!["y".to_owned()], values: Array2::zeros((n_rows, 1)) })
}

/// A table with that target; its features have no part in its folds.
fn table(target: Target) -> Dataset {
    let features = Array2::zeros((target.n_rows(), 1));
    Dataset::of_numbers("t", features, target)
}

/// Labels as a file would have them: those of the whole table in order, and the label of each row.
fn labels(name: &str, of_rows: &[u32]) -> Labels {
    let mut distinct = of_rows.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let code = |label: &u32| distinct.binary_search(label).expect("one of them") as u32;
    let codes = of_rows.iter().map(code).collect();
    Labels { name: name.to_owned(), labels: distinct.iter().map(u32::to_string).collect(), codes }
}

fn in_groups(of_rows: &[u32], data: Dataset) -> Dataset {
    Dataset { roles: Roles { groups: Some(labels("patient", of_rows)), ..Roles::default() }, ..data }
}

fn in_folds(of_rows: &[u32], data: Dataset) -> Dataset {
    Dataset { roles: Roles { folds: Some(labels("fold", of_rows)), ..Roles::default() }, ..data }
}

fn in_time(of_rows: &[u32], data: Dataset) -> Dataset {
    let Labels { codes: ranks, labels, .. } = labels("date", of_rows);
    let [first, last] = [labels.first(), labels.last()].map(|end| end.cloned().unwrap_or_default());
    let times = Some(Times { name: "date".to_owned(), ranks, first, last });
    Dataset { roles: Roles { times, ..Roles::default() }, ..data }
}

fn count(data: &Dataset, rows: &[u32]) -> BTreeMap<u32, usize> {
    let mut counts = BTreeMap::new();
    if let Target::Classes { codes, .. } = &data.target {
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

/// Rows in groups of very different sizes, of a few classes, and some of the rows to share out.
fn groups_and_rows() -> impl Strategy<Value = (Vec<u32>, Vec<u32>, Vec<u32>)> {
    prop::collection::vec((1_usize..30, 0_u32..3), 6..25).prop_flat_map(|groups| {
        let sizes = groups.into_iter().enumerate();
        let of_rows = sizes.flat_map(|(group, (size, class))| vec![(group as u32, class); size]);
        let of_rows: Vec<(u32, u32)> = of_rows.collect();
        let n_rows = of_rows.len();
        (Just(of_rows).prop_shuffle(), prop::collection::vec((prop::bool::weighted(0.8), 0_u32..6), n_rows))
            .prop_map(|(of_rows, noise)| {
                let groups = of_rows.iter().map(|&(group, _)| group).collect();
                // Most rows of a group are of its own class.
                let class =
                    |((_, own), (_, any)): (&(u32, u32), &(bool, u32))| if *any < 3 { *any } else { *own };
                let classes = of_rows.iter().zip(&noise).map(class).collect();
                let rows = (0..of_rows.len() as u32).filter(|&row| noise[row as usize].0).collect();
                (groups, classes, rows)
            })
    })
}

/// How many rows each group has among `rows`.
fn group_sizes(groups: &[u32], rows: &[u32]) -> BTreeMap<u32, usize> {
    let mut sizes = BTreeMap::new();
    rows.iter().for_each(|&row| *sizes.entry(groups[row as usize]).or_default() += 1);
    sizes
}

#[track_caller]
fn check_no_group_straddles(groups: &[u32], a: &[u32], b: &[u32]) {
    let (a, b) = (group_sizes(groups, a), group_sizes(groups, b));
    assert!(a.keys().all(|group| !b.contains_key(group)), "{a:?} {b:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn groups_stay_whole(
        (groups, codes, rows) in groups_and_rows(),
        n_folds in 2_usize..6,
        stratified: bool,
        seed: u64,
    ) {
        let sizes = group_sizes(&groups, &rows);
        prop_assume!(sizes.len() >= n_folds);
        let data = in_groups(&groups, classes(&codes));
        let kind = if stratified { FoldKind::StratifiedGroup } else { FoldKind::Group };
        let make = || Folds::new(kind, n_folds, 3, &data, &rows, Seed::new(seed)).expect("enough groups");
        let folds = make();
        prop_assert_eq!(&folds, &make(), "the same arguments give the same folds");
        let splits: Vec<Split> = folds.iter().collect();
        prop_assert_eq!(splits.len(), 3 * n_folds);
        let largest = *sizes.values().max().expect("a group");
        for of_repeat in splits.chunks(n_folds) {
            let mut validated: Vec<u32> = Vec::new();
            for split in of_repeat {
                check_partition(&rows, &split.train, &split.validation);
                check_no_group_straddles(&groups, &split.train, &split.validation);
                prop_assert!(!split.validation.is_empty());
                validated.extend(&split.validation);
            }
            validated.sort_unstable();
            prop_assert_eq!(&validated, &rows, "every row is validated once");
            let sizes = of_repeat.iter().map(|split| split.validation.len());
            let apart = sizes.clone().max().expect("a fold") - sizes.min().expect("a fold");
            prop_assert!(stratified || apart <= largest, "{} apart with groups of at most {}", apart, largest);
        }
    }

    /// Nothing is learned from the future, all but the first block is validated once, and a block is off its size only
    /// where a cut would part rows of one time.
    #[test]
    fn time_has_one_direction(times in prop::collection::vec(0_u32..40, 6..150), n_folds in 2_usize..6, seed: u64) {
        let rows: Vec<u32> = (0..times.len() as u32).filter(|row| row % 7 != 3).collect();
        let data = in_time(&times, numbers(times.len()));
        let at = |row: &u32| times[*row as usize];
        let mut sorted: Vec<u32> = rows.iter().map(at).collect();
        sorted.sort_unstable();
        let n_times = { let mut distinct = sorted.clone(); distinct.dedup(); distinct.len() };
        prop_assume!(n_times > n_folds);
        let folds = Folds::new(FoldKind::TimeSeries, n_folds, 1, &data, &rows, Seed::new(seed)).expect("enough times");
        prop_assert_eq!(folds.len(), n_folds);
        let mut validated = Vec::new();
        let mut before: Option<Split> = None;
        for split in folds.iter() {
            prop_assert!(is_ascending(&split.train) && is_ascending(&split.validation));
            let last_learned = split.train.iter().map(at).max().expect("rows to train on");
            let first_judged = split.validation.iter().map(at).min().expect("rows to validate");
            prop_assert!(last_learned < first_judged);
            // The window grows by exactly the block that was validated last.
            if let Some(before) = before {
                check_partition(&split.train, &before.train, &before.validation);
            }
            validated.extend(&split.validation);
            before = Some(split);
        }
        let last = before.expect("a fold");
        check_partition(&rows, &last.train, &last.validation);
        let first_block = folds.split(0).train;
        validated.sort_unstable();
        check_partition(&rows, &first_block, &validated);
        let block_size = rows.len() / (n_folds + 1);
        if n_times == rows.len() {
            prop_assert!(folds.iter().all(|split| split.validation.len() == block_size));
        }
    }

    #[test]
    fn the_latest_rows_are_drawn(times in prop::collection::vec(0_u32..60, 3..120), share in 0.01..0.99, seed: u64) {
        let data = in_time(&times, numbers(times.len()));
        let at = |row: &u32| times[*row as usize];
        let drawn = hold_out(&data, TestShare::Share(share), false, Seed::new(seed));
        if times.iter().all(|time| *time == times[0]) {
            prop_assert_eq!(drawn, Err(FoldError::OneTime { column: "date".to_owned() }));
            return Ok(());
        }
        let (rest, test) = drawn.expect("two times");
        let all: Vec<u32> = (0..times.len() as u32).collect();
        check_partition(&all, &rest, &test);
        prop_assert!(rest.iter().map(at).max() < test.iter().map(at).min());
        // No other cut between two times is nearer to the share.
        let wanted = (share * times.len() as f64).round().clamp(1.0, times.len() as f64 - 1.0) as usize;
        for cut in &times {
            let n_later = times.iter().filter(|time| *time >= cut).count();
            if n_later < times.len() {
                prop_assert!(test.len().abs_diff(wanted) <= n_later.abs_diff(wanted));
            }
        }
        let folds = Folds::new(FoldKind::Holdout { share }, 1, 1, &data, &all, Seed::new(seed)).expect("two times");
        prop_assert_eq!(folds.split(0).validation, test.clone());
        prop_assert_eq!(inner_split(&data, &all, share, false, Seed::new(seed)).expect("two times").1, test);
    }

    #[test]
    fn whole_groups_are_drawn((groups, codes, rows) in groups_and_rows(), share in 0.05..0.95, seed: u64) {
        let sizes = group_sizes(&groups, &rows);
        prop_assume!(sizes.len() >= 2);
        let largest = *sizes.values().max().expect("a group") as f64;
        for (data, stratify) in [(classes(&codes), true), (classes(&codes), false), (numbers(codes.len()), false)] {
            let data = in_groups(&groups, data);
            let (train, inner) = inner_split(&data, &rows, share, stratify, Seed::new(seed)).expect("two groups");
            check_partition(&rows, &train, &inner);
            check_no_group_straddles(&groups, &train, &inner);
            prop_assert!(!train.is_empty() && !inner.is_empty());
            let off = (inner.len() as f64 - share * rows.len() as f64).abs();
            prop_assert!(stratify || off <= largest, "{} off with groups of at most {}", off, largest);
        }
        let data = in_groups(&groups, classes(&codes));
        let folds = Folds::new(FoldKind::Holdout { share }, 1, 2, &data, &rows, Seed::new(seed)).expect("two groups");
        for split in folds.iter() {
            check_partition(&rows, &split.train, &split.validation);
            check_no_group_straddles(&groups, &split.train, &split.validation);
        }
    }

    #[test]
    fn own_folds_are_taken_as_they_are(own in prop::collection::vec(0_u32..4, 40..80), seed: u64) {
        let data = in_folds(&own, numbers(own.len()));
        let (rest, test) = hold_out(&data, TestShare::Auto, false, Seed::new(seed)).expect("enough rows");
        let folds = Folds::new(FoldKind::Column, 0, 1, &data, &rest, Seed::new(seed)).expect("rows of each fold");
        prop_assert_eq!(folds.len(), group_sizes(&own, &rest).len());
        for (split, fold) in folds.iter().zip(group_sizes(&own, &rest).into_keys()) {
            check_partition(&rest, &split.train, &split.validation);
            prop_assert!(split.validation.iter().all(|&row| own[row as usize] == fold));
            prop_assert!(split.train.iter().all(|&row| own[row as usize] != fold));
        }
        // Each fold gives its share of the test rows.
        let (all, drawn) = (group_sizes(&own, &(0..own.len() as u32).collect::<Vec<_>>()), group_sizes(&own, &test));
        for (fold, n_rows) in all {
            let quota = test.len() as f64 * n_rows as f64 / own.len() as f64;
            prop_assert!((drawn.get(&fold).copied().unwrap_or(0) as f64 - quota).abs() < 1.0);
        }
    }
}

/// Groups of one class each: within a class the folds are as even as groups of one size allow.
#[test]
fn stratified_groups_keep_class_shares() {
    // Ten groups of six rows of the one class, five groups of four rows of the other.
    let groups: Vec<u32> = (0..60).map(|row| row / 6).chain((0..20).map(|row| 10 + row / 4)).collect();
    let codes = [vec![0; 60], vec![1; 20]].concat();
    let data = in_groups(&groups, classes(&codes));
    let rows: Vec<u32> = (0..80).collect();
    for seed in 0..20 {
        let folds = Folds::new(FoldKind::StratifiedGroup, 5, 3, &data, &rows, Seed::new(seed))
            .expect("enough groups");
        for split in folds.iter() {
            assert_eq!(count(&data, &split.validation), BTreeMap::from([(0, 12), (1, 4)]), "seed {seed}");
        }
        let (_, test) = hold_out(&data, TestShare::Share(0.2), true, Seed::new(seed)).expect("enough groups");
        assert_eq!(count(&data, &test), BTreeMap::from([(0, 12), (1, 4)]), "seed {seed}");
    }
}

/// The largest group first, each to the smallest fold: 9 | 8 | 7, then 6, 5, 4 the other way round, and 3.
#[test]
fn groups_go_to_the_smallest_fold() {
    let groups: Vec<u32> = (3..10_u32).flat_map(|size| vec![size; size as usize]).collect();
    let rows: Vec<u32> = (0..groups.len() as u32).collect();
    let data = in_groups(&groups, numbers(groups.len()));
    let folds = Folds::new(FoldKind::Group, 3, 4, &data, &rows, SEED).expect("enough groups");
    let of_split = |split: Split| group_sizes(&groups, &split.validation).into_keys().collect::<Vec<_>>();
    let shown: Vec<Vec<u32>> = folds.iter().map(of_split).collect();
    let mut first: Vec<&[u32]> = shown[..3].iter().map(Vec::as_slice).collect();
    first.sort_unstable();
    assert_eq!(first, [&[3, 4, 9][..], &[5, 8], &[6, 7]]);
    assert!(shown.chunks(3).skip(1).any(|repeat| repeat != &shown[..3]), "repeats reshuffle: {shown:?}");
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
    let grouped = |kind, data: &Dataset| {
        let folds = Folds::new(kind, 3, 2, data, &rows, SEED).expect("enough groups");
        folds.iter().map(|split| format!("{:?}\n", split.validation)).collect::<Vec<_>>().concat()
    };
    let in_groups = in_groups(&[0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 4, 5], target.clone());
    insta::assert_snapshot!(grouped(FoldKind::Group, &in_groups), @r"
        [0, 1, 2, 11]
        [5, 6, 7, 10]
        [3, 4, 8, 9]
        [3, 4, 8, 9]
        [0, 1, 2, 11]
        [5, 6, 7, 10]
        ");
    insta::assert_snapshot!(grouped(FoldKind::StratifiedGroup, &in_groups), @r"
        [5, 6, 7]
        [3, 4, 8, 9, 10]
        [0, 1, 2, 11]
        [3, 4, 8, 9]
        [0, 1, 2, 11]
        [5, 6, 7, 10]
        ");
    insta::assert_snapshot!(grouped(FoldKind::Holdout { share: 0.25 }, &in_groups), @r"
        [3, 4]
        [5, 6, 7]
        ");
    let in_time = in_time(&[5, 3, 8, 8, 8, 1, 2, 9, 4, 7, 6, 0], target.clone());
    let in_time = Folds::new(FoldKind::TimeSeries, 3, 1, &in_time, &rows, SEED).expect("enough times");
    insta::assert_snapshot!(in_time.iter().map(|split| format!("{:?} {:?}\n", split.train, split.validation)).collect::<Vec<_>>().concat(), @r"
        [5, 6, 11] [0, 1, 8]
        [0, 1, 5, 6, 8, 11] [9, 10]
        [0, 1, 5, 6, 8, 9, 10, 11] [2, 3, 4, 7]
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

fn fold_error(kind: FoldKind, n_folds: usize, repeats: usize, data: &Dataset) -> FoldError {
    let rows: Vec<u32> = (0..data.n_rows() as u32).collect();
    Folds::new(kind, n_folds, repeats, data, &rows, SEED).expect_err("cannot be shared out so")
}

fn stratified(target: &Dataset) -> FoldError {
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
        fold_error(FoldKind::Group, 4, 1, &in_groups(&[0, 0, 1, 1, 2, 2], numbers(6))),
        fold_error(FoldKind::StratifiedGroup, 2, 1, &in_groups(&[0; 6], classes(&[0, 1, 0, 1, 0, 1]))),
        fold_error(FoldKind::StratifiedGroup, 2, 1, &in_groups(&[0, 0, 1, 1, 2, 2], numbers(6))),
        fold_error(FoldKind::TimeSeries, 3, 1, &in_time(&[1, 1, 2, 2, 3, 3], numbers(6))),
        fold_error(FoldKind::TimeSeries, 2, 1, &in_time(&[1, 1, 1, 2, 2, 2], numbers(6))),
        fold_error(FoldKind::TimeSeries, 2, 3, &in_time(&[1, 2, 3, 4, 5, 6], numbers(6))),
        fold_error(FoldKind::Holdout { share: 0.2 }, 1, 1, &in_groups(&[1; 6], numbers(6))),
        fold_error(FoldKind::Holdout { share: 0.2 }, 1, 1, &in_time(&[1; 6], numbers(6))),
        fold_error(FoldKind::Holdout { share: 0.2 }, 1, 2, &in_time(&[1, 2, 3, 4, 5, 6], numbers(6))),
        fold_error(FoldKind::Column, 1, 1, &in_folds(&[1; 6], numbers(6))),
        fold_error(FoldKind::Column, 1, 2, &in_folds(&[1, 1, 1, 2, 2, 2], numbers(6))),
        fold_error(FoldKind::Column, 1, 1, &in_folds(&(0..10_001).collect::<Vec<_>>(), numbers(10_001))),
        Folds::new(FoldKind::Column, 1, 1, &in_folds(&[1, 1, 2, 2], numbers(4)), &[0, 1], SEED)
            .expect_err("empty"),
        fold_error(FoldKind::Group, 2, 1, &numbers(6)),
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
           hint: use `kind = "kfold"` for a regression, `kind = "group"` with groups
        2: share is 1.5, but must lie in (0, 1)
        2: share is NaN, but must lie in (0, 1)
        6: 1 row cannot be divided in two parts
           hint: each part needs at least one row
        2: share is -0.1, but must lie in (0, 1)
        2: `y` holds numbers, but a stratified split needs classes
           hint: use `kind = "kfold"` for a regression, `kind = "group"` with groups
        2: 4 folds, but only 3 groups in `patient` to share out
           hint: a group is never divided, so 3 folds are the most
        2: 2 folds, but only 1 group in `patient` to share out
           hint: each part needs at least one group
        2: `y` holds numbers, but a stratified split needs classes
           hint: use `kind = "kfold"` for a regression, `kind = "group"` with groups
        2: 3 folds are 4 blocks in time, but `date` has only 3 different times
           hint: rows of one time stay together, so 2 folds are the most
        2: 2 folds are 3 blocks in time, but `date` has only 2 different times
           hint: 2 folds, the fewest, need 3 different times
        2: 3 repeats, but without anything drawn at random they would all be the same
           hint: use `repeats = 1`
        6: all rows are of one group in `patient`, which cannot be divided
           hint: each part needs at least one group
        6: all rows have one time in `date`, which cannot be divided
           hint: each part needs rows of at least one time
        2: 2 repeats, but without anything drawn at random they would all be the same
           hint: use `repeats = 1`
        6: `fold` is `1` in every row, but there must be at least 2 folds
           hint: give the rows of each fold a value of their own
        2: 2 repeats, but without anything drawn at random they would all be the same
           hint: use `repeats = 1`
        2: `fold` has 10001 different values, and more than 10000 folds are not made
           hint: name the column that says which fold a row is of
        2: no row of fold `2` in `fold` is outside the test share
           hint: hold out fewer rows; `test = 0` holds out none
        2: these folds need a column that `group` names
        "#);
}

//! The bootstrap of a choice: NumPy's numbers (tests/fixtures/bootstrap_selection.py), and what it is for.

use crate::assert_close;
use mlpsweep_stats::{BootstrapSelection, HonestScore, mean, sd};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng};
use serde_json::Value as Json;

fn numbers(json: &Json) -> Vec<f64> {
    json.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
}

/// The mean of the scores, counted.
fn counted(scores: &[f64], counts: &[u8]) -> f64 {
    let total: f64 = scores.iter().zip(counts).map(|(score, &count)| score * f64::from(count)).sum();
    total / counts.iter().map(|&count| f64::from(count)).sum::<f64>()
}

fn select(
    candidates: &[Vec<f64>],
    clusters: &[u32],
    n_resamples: usize,
    maximize: bool,
    draw: impl FnMut(usize) -> usize,
) -> Option<HonestScore> {
    select_by(3, candidates, clusters, n_resamples, maximize, draw)
}

/// The same with so many candidates at a time.
fn select_by(
    n: usize,
    candidates: &[Vec<f64>],
    clusters: &[u32],
    n_resamples: usize,
    maximize: bool,
    draw: impl FnMut(usize) -> usize,
) -> Option<HonestScore> {
    let mut selection = BootstrapSelection::new(clusters, n_resamples, maximize, draw);
    for candidates in candidates.chunks(n) {
        let scores: Vec<_> =
            candidates.iter().map(|scores| |counts: &[u8]| counted(scores, counts)).collect();
        selection.add(&scores);
    }
    selection.honest_score()
}

#[test]
fn as_numpy_has_it() {
    let text = include_str!("../fixtures/bootstrap_selection.json");
    let cases: Json = serde_json::from_str(text).expect("JSON");
    for case in cases.as_array().expect("cases") {
        let candidates: Vec<Vec<f64>> =
            case["scores"].as_array().expect("a list").iter().map(numbers).collect();
        let clusters: Vec<u32> =
            numbers(&case["clusters"]).into_iter().map(|cluster| cluster as u32).collect();
        let mut draws = numbers(&case["draws"]).into_iter().map(|draw| draw as usize);
        let maximize = case["maximize"].as_bool().expect("a direction");
        let found = select(&candidates, &clusters, 60, maximize, |_| draws.next().expect("as many as drawn"));
        assert_eq!(draws.next(), None, "all draws are used");
        let found = found.expect("a score");
        let number = |key: &str| case[key].as_f64().expect("a number");
        assert_close(found.score, number("score"), "score");
        assert_close(found.interval.low, number("low"), "low");
        assert_close(found.interval.high, number("high"), "high");
        assert_eq!(found.prob_best, numbers(&case["prob_best"]));
    }
}

#[test]
fn nothing_to_say() {
    let one_row = select(&[vec![0.5]], &[0], 10, true, |_| 0);
    assert_eq!(one_row, None, "no bootstrap leaves a row out");
    assert_eq!(select(&[], &[0, 1, 2], 10, true, |n| n - 1), None);
    assert_eq!(select(&[vec![], vec![]], &[], 10, true, |_| 0), None);
    assert_eq!(select(&[vec![f64::NAN; 4]], &[0, 1, 2, 3], 10, true, |n| n / 2), None);
}

/// Whether a thread has them all or several share the bootstraps, and however many candidates come at a time.
#[test]
fn many_at_a_time_as_one_by_one() {
    let mut uniform = stream(7);
    // Few values, so that many means are equal.
    let mut row = || f64::from((uniform() * 3.0) as u8);
    let candidates: Vec<Vec<f64>> = (0..300).map(|_| (0..150).map(|_| row()).collect()).collect();
    let clusters: Vec<u32> = (0..150).collect();
    let select_by = |n: usize| {
        let mut uniform = stream(8);
        select_by(n, &candidates, &clusters, 200, false, |n| (uniform() * n as f64) as usize)
            .expect("a score")
    };
    let one_by_one = select_by(1);
    for n in [7, 150, 300] {
        assert_eq!(select_by(n), one_by_one, "{n} at a time");
    }
    assert!(one_by_one.prob_best.iter().filter(|&&share| share > 0.0).count() > 3, "{one_by_one:?}");
}

/// Numbers in [0, 1) from a seed.
fn stream(seed: u64) -> impl FnMut() -> f64 {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    move || (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// 200 searches over 40 candidates whose accuracies differ little, on 150 rows of which some are harder than others: what the
/// best one shows is too good, what the bootstrap says is right on average.
#[test]
#[expect(clippy::print_stdout, reason = "the rates are worth reading")]
fn the_naive_best_is_optimistic_and_the_honest_score_is_not() {
    const N_SEARCHES: u64 = 200;
    let (mut naive_bias, mut honest_bias, mut covered) = (Vec::new(), Vec::new(), 0);
    for search in 0..N_SEARCHES {
        let mut uniform = stream(search);
        let mut normal = || (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
        let hardness: Vec<f64> = (0..150).map(|_| 0.08 * normal()).collect();
        let skill: Vec<f64> = (0..40).map(|_| 0.75 + 0.015 * normal()).collect();
        let mut uniform = stream(search + 10_000);
        let candidates: Vec<Vec<f64>> = skill
            .iter()
            .map(|skill| hardness.iter().map(|hard| f64::from(u8::from(uniform() < skill + hard))).collect())
            .collect();
        let means: Vec<f64> = candidates.iter().map(|scores| mean(scores).expect("rows")).collect();
        let best = (0..40).fold(0, |best, next| if means[next] > means[best] { next } else { best });
        let clusters: Vec<u32> = (0..150).collect();
        let honest = select(&candidates, &clusters, 300, true, |n| (uniform() * n as f64) as usize);
        let honest = honest.expect("a score");
        naive_bias.push(means[best] - skill[best]);
        honest_bias.push(honest.score - skill[best]);
        covered += usize::from((honest.interval.low..=honest.interval.high).contains(&skill[best]));
    }
    let about = |bias: &[f64]| {
        let (mean, sd) = (mean(bias).expect("searches"), sd(bias).expect("searches"));
        (mean, 1.96 * sd / (bias.len() as f64).sqrt())
    };
    let ((naive, naive_half), (honest, honest_half)) = (about(&naive_bias), about(&honest_bias));
    println!(
        "bias over {N_SEARCHES} searches: naive best {naive:+.4} ± {naive_half:.4}, honest {honest:+.4} ± {honest_half:.4}; \
         the interval of a search holds the truth in {covered}"
    );
    assert!(naive - naive_half > 0.02, "the naive best promises too much: {naive} ± {naive_half}");
    assert!(honest.abs() <= honest_half, "{honest} ± {honest_half}");
    assert!(covered as f64 >= 0.95 * N_SEARCHES as f64, "{covered}");
}

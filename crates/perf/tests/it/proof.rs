//! The gate's rates, over many comparisons that are simulated: what it flags though nothing changed, and what it finds.
#![allow(clippy::print_stderr)] // the rates are what these tests are about

use crate::simulated::{Simulated, Trouble, names};
use mlpsweep_perf::{GateError, Options, Verdict, judge, least_rounds};

const N_BENCHMARKS: usize = 40;

fn options() -> Options {
    // The rates are of verdicts; intervals have no part in what is flagged.
    Options { resamples: 20, ..Options::default() }
}

/// Of `n_runs` comparisons, in how many `is_so`.
fn count(n_runs: u64, is_so: impl Fn(u64) -> bool + Sync) -> u64 {
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    std::thread::scope(|scope| {
        let is_so = &is_so;
        let of_core = |core| {
            scope.spawn(move || (core..n_runs).step_by(cores as usize).filter(|&run| is_so(run)).count())
        };
        let counts: Vec<_> = (0..cores).map(of_core).collect();
        counts.into_iter().map(|count| count.join().expect("no panic") as u64).sum()
    })
}

fn flags(run: u64, trouble: Trouble) -> bool {
    let (_, judged) = Simulated::new(run, 0.03, trouble).compare(N_BENCHMARKS, &options());
    judged.count(Verdict::Regressed) + judged.count(Verdict::Improved) > 0
}

/// Two copies of one build, 1,000 times 40 benchmarks: at most 1 % of the comparisons may flag anything.
#[test]
fn two_copies_of_one_build() {
    let n = count(1000, |run| flags(run, Trouble::Nothing));
    eprintln!("two copies: {n} of 1000 comparisons of {N_BENCHMARKS} benchmarks flag something");
    assert!(n <= 10, "{n}");
}

/// The same on machines where something else is wrong.
#[test]
fn trouble_is_no_regression() {
    for trouble in
        [Trouble::SecondPlace(0.08), Trouble::LoadStep(0.3), Trouble::Drift(0.3), Trouble::BadRound(3.0)]
    {
        let n = count(100, |run| flags(10_000 + run, trouble));
        eprintln!("{trouble:?}: {n} of 100 comparisons flag something");
        assert!(n <= 1, "{trouble:?}: {n}");
    }
}

/// One of 40 benchmarks 10 % slower, differences scattering by 3 %: it, and nothing else, is found in at least 95 % of comparisons.
#[test]
fn ten_percent_are_found() {
    let is_found = |run: u64| {
        let mut machine = Simulated::new(20_000 + run, 0.03, Trouble::Nothing);
        machine.slower = vec![("group/7".into(), 0.1)];
        let (_, judged) = machine.compare(N_BENCHMARKS, &options());
        judged.rows[0].benchmark == "group/7"
            && judged.rows[0].verdict == Verdict::Regressed
            && judged.count(Verdict::Regressed) == 1
    };
    let n = count(200, is_found);
    eprintln!("one benchmark 10 % slower: found in {n} of 200 comparisons");
    assert!(n >= 190, "{n}");
}

/// Slower by just the margin is not slower by more than it.
#[test]
fn at_the_margin() {
    let flags = |run: u64| {
        let mut machine = Simulated::new(30_000 + run, 0.03, Trouble::Nothing);
        machine.slower = names(N_BENCHMARKS).into_iter().map(|name| (name, 0.05)).collect();
        machine.compare(N_BENCHMARKS, &options()).1.count(Verdict::Regressed) > 0
    };
    let n = count(200, flags);
    eprintln!("all benchmarks slower by the margin: {n} of 200 comparisons flag something");
    assert!(n <= 10, "{n}");
}

#[test]
fn what_the_noise_of_a_host_hides() {
    let mut machine = Simulated::new(1, 0.02, Trouble::Nothing);
    machine.slower = vec![("group/0".into(), 0.1), ("group/1".into(), 0.1), ("group/2".into(), -0.2)];
    let options = Options { noise: vec![("group/0".into(), 0.3)], ..options() };
    let (run, judged) = machine.compare(3, &options);
    let verdict = |name: &str| {
        let row = judged.rows.iter().find(|row| row.benchmark == name).expect("a row");
        (row.verdict, row.estimate.as_ref().map(|estimate| estimate.margin))
    };
    assert_eq!(verdict("group/0"), (Verdict::Equivalent, Some(0.3)));
    assert_eq!(verdict("group/1"), (Verdict::Regressed, Some(0.05)));
    assert_eq!(verdict("group/2"), (Verdict::Improved, Some(0.05)));
    // What was decided is decided by the fresh rounds, and is a function of what was measured.
    assert_eq!(judge(&run), judged);
    let order: Vec<&str> = judged.rows.iter().map(|row| row.benchmark.as_str()).collect();
    assert_eq!(order, ["group/1", "group/0", "group/2"], "the worst first");
}

#[test]
fn rounds_that_can_find_nothing_are_refused() {
    assert_eq!(least_rounds(1, 0.05), 5);
    assert_eq!(least_rounds(40, 0.05), 10);
    assert_eq!(least_rounds(1, 0.5), 1);
    let gate = |rounds, names: Vec<String>| mlpsweep_perf::Gate {
        options: Options { rounds, ..options() },
        base: String::new(),
        head: String::new(),
        base_benchmarks: names.clone(),
        head_benchmarks: names,
    };
    let mut machine = Simulated::new(0, 0.01, Trouble::Nothing);
    let refused = gate(9, names(40)).run(crate::simulated::host(), &mut machine, |_| ());
    assert_eq!(refused, Err(GateError::TooFewRounds { rounds: 9, n_benchmarks: 40, least: 10 }));
    let refused = gate(20, Vec::new()).run(crate::simulated::host(), &mut machine, |_| ());
    assert_eq!(refused, Err(GateError::Nothing));
}

/// The least effect that is named is about the least that is found.
#[test]
fn the_smallest_effect_that_would_have_been_seen() {
    let (_, judged) = Simulated::new(5, 0.03, Trouble::Nothing).compare(N_BENCHMARKS, &options());
    for row in &judged.rows {
        let seen = row.estimate.as_ref().expect("rounds").smallest_effect;
        assert!((0.06..0.12).contains(&seen), "{seen}");
    }
}

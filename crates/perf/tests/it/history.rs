//! Series of records, and where they change.

use crate::simulated::{Simulated, Trouble};
use mlpsweep_perf::{HEADER, Options, append_history, change_points, read_history, records};
use mlpsweep_seed::Seed;
use rand::RngExt as _;
use rand_distr::StandardNormal;

#[test]
fn what_is_recorded_is_read_again() {
    let (mut run, _) = Simulated::new(1, 0.01, Trouble::Nothing).compare(2, &Options::default());
    run.benchmarks[0] = "a,\"b\"\nc".into();
    let more = records(&run, "abc");
    assert_eq!(more.len(), 2);
    assert!(more[0].low <= more[0].nanoseconds && more[0].nanoseconds <= more[0].high);
    let text = append_history("", &more);
    assert!(text.starts_with(HEADER));
    let twice = append_history(&text, &more);
    let (read, is_cut) = read_history(&twice).expect("records");
    assert!(!is_cut);
    assert_eq!(read, [&more[..], &more[..]].concat());

    // A line that a crash has cut goes, and the next record begins on a line of its own.
    let torn = &twice[..twice.len() - 5];
    let (read, is_cut) = read_history(torn).expect("records");
    assert!(is_cut && read.len() == 3);
    let (read, is_cut) = read_history(&append_history(torn, &more)).expect("records");
    assert!(!is_cut && read.len() == 5);
    assert_eq!(read_history(""), Ok((Vec::new(), false)));
    assert!(read_history("a,b\n1,2\n").expect_err("refused").starts_with("line 1"));
    let wrong = text.replace(&format!("{:?}", more[1].nanoseconds), "fast");
    assert!(read_history(&wrong).expect_err("refused").contains("times are numbers"));
}

#[test]
fn a_series_changes_where_it_does() {
    let series = |seed: u64, levels: &[(usize, f64)]| -> Vec<f64> {
        let mut stream = Seed::new(seed).stream();
        let each = levels.iter().flat_map(|&(n, level)| std::iter::repeat_n(level, n));
        each.map(|level| level * (0.02 * stream.sample::<f64, _>(StandardNormal)).exp()).collect()
    };
    assert_eq!(change_points(&series(1, &[(12, 100.0), (12, 115.0)])), [12]);
    assert_eq!(change_points(&series(2, &[(10, 100.0), (10, 120.0), (10, 90.0)])), [10, 20]);
    assert_eq!(change_points(&[]), [0; 0]);
    assert_eq!(change_points(&[100.0; 30]), [0; 0]);
    // Of a hundred series that do not change hardly any seems to.
    let n_false =
        (0..100).filter(|&seed| !change_points(&series(100 + seed, &[(24, 100.0)])).is_empty()).count();
    assert!(n_false <= 4, "{n_false}");
}

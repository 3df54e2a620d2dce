//! report.html: what a stranger wrote stays text, nothing leads elsewhere, and it is not too large.

use crate::fixture::{add_fold, add_scores, add_trial, digits, study, sweep};
use mlpsweep_report::{Ranking, Study, report_html};
use mlpsweep_search::Value;
use mlpsweep_sweep::record::{DomainInfo, FoldState};

fn page(study: &Study) -> String {
    report_html(study, &Ranking::new(study))
}

#[test]
fn what_a_user_wrote_is_never_markup() {
    let evil = "</script><img src=x onerror=alert(1)>\"'&";
    let mut study = digits();
    study.info.name = evil.into();
    study.info.data.name = evil.into();
    study.info.data.targets = vec![evil.into(), "{{ 7 * 7 }}".into()];
    study.info.metrics[0].name = evil.into();
    study.trials[0].point[0].1 = Value::Text(evil.into());
    study.info.identity.insert("parameters.x".into(), evil.into());
    add_fold(&mut study, 3, 4, FoldState::Failed { message: evil.into() }, [&[], &[]]);
    let html = page(&study);
    assert!(!html.contains("<img"), "it is markup");
    assert_eq!(html.matches("</script>").count(), 2, "only our two scripts end");
    assert!(html.contains("{{ 7 * 7 }}") && html.contains("&lt;img src=x onerror=alert(1)&gt;"));
}

#[test]
fn it_asks_for_nothing() {
    let html = page(&digits());
    for word in
        ["http:", "https:", "//cdn", " src=", "@import", "url(", "<link", "<iframe", "eval(", "innerHTML"]
    {
        let own = word == "http:"
            && html.matches("http:").count() == html.matches("http://www.w3.org/2000/svg").count();
        assert!(own || !html.contains(word), "{word}");
    }
    assert!(html.contains("default-src 'none'; script-src 'sha256-"));
    assert!(!html.contains("unsafe-inline") && !html.contains(" style=\"") && !html.contains(" onclick"));
}

#[test]
fn the_policy_names_what_is_there() {
    use base64::Engine as _;
    use sha2::Digest as _;
    let html = page(&digits());
    let between = |from: &str, to: &str| {
        let start = html.rfind(from).expect(from) + from.len();
        html[start..start + html[start..].find(to).expect(to)].to_owned()
    };
    for (from, to, kind) in [("<script>", "</script>", "script"), ("<style>", "</style>", "style")] {
        let digest = sha2::Sha256::digest(between(from, to).as_bytes());
        let hash = base64::engine::general_purpose::STANDARD.encode(digest);
        assert!(html.contains(&format!("{kind}-src 'sha256-{hash}'")), "{kind}");
    }
}

/// 1,300 trials of five folds with curves: the page holds the first 1,000 and stays below 2 MB.
#[test]
fn many_trials() {
    let mut study = study(sweep());
    study.info.domains = vec![(
        "learning_rate".into(),
        DomainInfo::Range { min: 1e-6, max: 1.0, step: None, log: true, is_int: false },
    )];
    for number in 0..1300_u64 {
        let x = (number as f64 * 0.618_033_988_749).fract();
        add_trial(&mut study, number, 1e-5 + x, &[64, 32], Some(0.9));
        let scores: Vec<f64> = (0..5).map(|fold| 0.3 + 0.1 * x + 0.01 * f64::from(fold)).collect();
        add_scores(&mut study, number, &scores, &[0.9; 5]);
    }
    let html = page(&study);
    assert!(html.contains("This page shows the first 1000 of 1300 trials"));
    assert!(html.len() < 2 << 20, "{} bytes", html.len());
    assert!(html.len() > 500_000, "they are there");
}

#[test]
fn before_anything_is_finished() {
    let html = page(&study(sweep()));
    assert!(html.contains("No trial is complete yet."));
}

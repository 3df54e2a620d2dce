//! The ranking, printed again.

use crate::fixture::{Place, SMALL};

#[test]
fn formats() {
    let place = Place::new(SMALL);
    let run = place.say("run s.toml --out o").expect(0, "");
    assert_eq!(place.say("rank o").expect(0, "").stdout, run.stdout);
    let csv = place.say("rank o --format csv").expect(0, "").stdout;
    assert_eq!(csv.as_bytes(), place.read("o/ranked.csv"));
    let json = place.say("rank o --format json").expect(0, "").stdout;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let rows = json.as_array().or_else(|| json.as_object()?.values().find_map(|value| value.as_array()));
    assert_eq!(rows.expect("rows").len(), 4);
    let rows = |top: &str| place.say(&format!("rank o --top {top}")).expect(0, "").stdout;
    let n_complete = |text: &str| text.matches("complete").count();
    assert_eq!([rows("1"), rows("0"), rows("99")].map(|text| n_complete(&text).min(4)), [1, 4, 4]);
    for format in ["csv", "json"] {
        let again = place.say(&format!("run s.toml --out o --format {format}")).expect(0, "").stdout;
        assert_eq!(again, place.say(&format!("rank o --format {format}")).stdout);
    }
}

#[test]
fn nothing_to_rank() {
    let place = Place::new(SMALL);
    place.say("rank nowhere").expect(4, "no sweep has been run here");
    assert!(!place.path("nowhere").exists());
    std::fs::create_dir(place.path("empty")).expect("a folder");
    place.say("rank empty").expect(4, "hint: ");
    place.say("rank s.toml").expect(4, "");
    place.say("run s.toml --out o --max-time 1ns").expect(0, "time is up");
    if crate::fixture::n_finished(&place.path("o")) == 0 {
        place.say("rank o").expect(4, "no fold is finished yet");
    }
}

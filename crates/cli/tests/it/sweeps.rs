//! Every sweep file that is shipped runs.

use crate::fixture::{Place, results};
use std::path::Path;

#[test]
fn each_runs_in_a_short_version() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sweeps");
    let mut n_files = 0;
    for entry in std::fs::read_dir(folder).expect("the folder of sweeps") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        n_files += 1;
        let file = path.display().to_string();
        let place = Place::new("");
        place.run(&["validate", &file]).expect(0, "");
        let short = ["--set", "search.trials=2", "--set", "parameters.epochs=2", "--out", "o"];
        place.run(&[&["run", file.as_str()][..], &short].concat()).expect(0, "");
        let [ranked, ..] = results(&place.path("o"));
        assert_eq!(ranked.lines().count(), 3, "{file}");
    }
    assert!(n_files >= 4);
}

//! Every sweep file that is shipped runs.

use crate::fixture::{Place, results};
use std::path::{Path, PathBuf};

/// The sweep files in a folder below `sweeps/`, in order.
fn shipped(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sweeps").join(folder);
    let entries = std::fs::read_dir(folder).expect("a folder of sweeps");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort_unstable();
    files
}

#[test]
fn each_runs_in_a_short_version() {
    let (sweeps, gallery) = (shipped(""), shipped("gallery"));
    assert!(sweeps.len() >= 4 && gallery.len() >= 10);
    for path in sweeps.iter().chain(&gallery) {
        let file = path.display().to_string();
        let place = Place::new("");
        place.run(&["validate", &file]).expect(0, "");
        let short = ["--set", "search.trials=2", "--set", "parameters.epochs=2", "--out", "o"];
        place.run(&[&["run", file.as_str()][..], &short].concat()).expect(0, "");
        let [ranked, ..] = results(&place.path("o"));
        assert_eq!(ranked.lines().count(), 3, "{file}");
    }
}

/// Each begins with what it shows and how it is run, and the table says what to look at.
#[test]
fn the_gallery_is_described() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sweeps/gallery/README.md");
    let readme = std::fs::read_to_string(readme).expect("the gallery's README");
    for path in shipped("gallery") {
        let name = path.file_stem().expect("a name").to_string_lossy();
        assert!(readme.contains(&format!("[{name}.toml]({name}.toml)")), "{name} is not in the README");
        let text = std::fs::read_to_string(&path).expect("a sweep file");
        assert!(text.contains(&format!("\nname = \"{name}\"\n")), "{name} is called something else");
        let command = format!("#   mlpsweep run sweeps/gallery/{name}.toml");
        assert!(text.lines().nth(1) == Some(&command), "{name} does not say how it is run");
    }
}

//! Any text as a sweep file: refused in one line that names the file, or a sweep.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mlpsweep_sweep::spec::Sweep;
use std::path::Path;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Err(error) = Sweep::parse(text, Path::new("fuzz.toml"), &[]) {
        let shown = error.to_string();
        assert!(shown.starts_with("fuzz.toml"), "{shown}");
        assert!(!shown.chars().any(char::is_control), "{shown:?}");
    }
});

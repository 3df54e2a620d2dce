//! Everything is held to other people's numbers or to a second derivation.

#![expect(clippy::unreadable_literal, reason = "numbers stand as scipy printed them")]

mod bootstrap_selection;
mod decomposition;
mod holm;
mod paired;
mod resampled;
mod student;

/// Equal to 1e-12, relatively: what the crate promises, and ten times what scipy's own numbers are worth at worst.
#[track_caller]
fn assert_close(got: f64, want: f64, what: &str) {
    assert!((got - want).abs() <= 1e-12 * want.abs(), "{what}: {got:e}, not {want:e}");
}

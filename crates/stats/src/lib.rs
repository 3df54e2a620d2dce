//! Tests, intervals and multiple comparisons, as pure functions of slices of `f64`.
//!
//! What a ranking says about configurations scored on the same folds:
//!
//! | question | function |
//! | --- | --- |
//! | what is the score, and how much do folds scatter? | [`mean`], [`sd`] |
//! | how sure is the mean? | [`corrected_se`], [`t_interval`] |
//! | is one configuration better than another? | [`paired_corrected_t_test`] |
//! | and when many are compared at once? | [`holm()`] |
//! | what is the winner of a search worth? | [`BootstrapSelection`] |
//! | is an error one of bias or of variance? | [`RepeatedErrors`] |
//!
//! What a gate says about two builds measured in turn, round by round:
//!
//! | question | function |
//! | --- | --- |
//! | how large is the difference? | [`hodges_lehmann()`], [`bootstrap_interval`] |
//! | is it larger than a margin? | [`signed_rank_p`] |
//! | and when many are compared at once? | [`benjamini_hochberg()`] |
//! | how likely is that under a normal distribution? | [`normal_cdf`], [`normal_quantile`] |
//!
//! ```
//! use mlpsweep_stats::{corrected_se, mean, paired_corrected_t_test, sd, t_interval};
//!
//! let ours = [0.91, 0.93, 0.90, 0.94, 0.92];
//! let theirs = [0.89, 0.92, 0.90, 0.91, 0.90];
//! let rho = 1.0 / 4.0; // five folds: one part validated, four parts trained on
//!
//! let (mean, sd) = (mean(&ours).unwrap(), sd(&ours).unwrap());
//! let interval = t_interval(mean, corrected_se(sd, ours.len(), rho), ours.len() - 1, 0.95);
//! assert!(interval.low < 0.92 && 0.92 < interval.high);
//!
//! let test = paired_corrected_t_test(&ours, &theirs, rho).unwrap();
//! assert!((test.p - 0.104_605).abs() < 1e-6);
//! ```
//!
//! Nothing here draws random numbers, reads a clock or fails on finite input; what cannot be computed from too
//! few values is `None`.

mod benjamini_hochberg;
mod bootstrap;
mod bootstrap_selection;
mod decomposition;
mod describe;
mod hodges_lehmann;
mod holm;
mod normal;
mod resampled;
mod signed_rank;
mod student;

pub use benjamini_hochberg::benjamini_hochberg;
pub use bootstrap::{bootstrap_interval, quantile};
pub use bootstrap_selection::{BootstrapSelection, HonestScore};
pub use decomposition::{Decomposition, RepeatedErrors};
pub use describe::{mean, sd};
pub use hodges_lehmann::{hodges_lehmann, hodges_lehmann_interval, median};
pub use holm::holm;
pub use normal::{normal_cdf, normal_quantile};
pub use resampled::{Interval, TTest, corrected_se, paired_corrected_t_test, t_interval};
pub use signed_rank::signed_rank_p;
pub use student::{t_critical, t_two_sided_p};

//! One network on one split of the data.
//!
//! ```text
//! Job ── Session::new ─▶ Session ── epoch, epoch, … ─▶ Fitted ── score(rows, metrics) ─▶ numbers
//!        inner split               shuffle, mini-batches,
//!        scaling                   gradient (mlp), step (optim)
//! ```
//!
//! [`train`] is the whole loop: it runs the epochs, stops early where it is told to, and keeps the best epoch's
//! parameters. This is where `mlp` and `optim` meet, on one flat vector; neither knows the other.
//! [`Session::check_gradient`] holds the gradient of that meeting, penalties included, against differences.
//!
//! # Scores
//!
//! A [`Metric`] judges [`Predictions`] by the [`Truth`], under scikit-learn's name and with its value. Rows i = 1 … m; p_ic is the
//! probability of class c, t_i the true class, and the most probable class is the predicted one:
//!
//! | metric | score | better |
//! | --- | --- | --- |
//! | `accuracy` | share of rows predicted rightly | more |
//! | `balanced_accuracy` | mean over classes of the share of their rows predicted rightly | more |
//! | `f1_macro` | mean over classes of 2 TP/(2 TP + FP + FN) | more |
//! | `mcc` | (n m − Σ t_c p_c)/√((m² − Σ p_c²)(m² − Σ t_c²)), n right, t_c truly and p_c predictedly of class c | more |
//! | `average_precision` | Σ_k (R_k − R_{k−1}) P_k over thresholds, of two classes the positive one | more |
//! | `roc_auc` | how likely a row of a class has a higher probability of it than another row; of several classes their mean | more |
//! | `log_loss` | −(1/m) Σ ln p_{i,t_i}, clipped at 2⁻⁵² | less |
//! | `brier` | (1/m) Σ_i Σ_c (p_ic − \[c = t_i\])², for two classes half of it | less |
//! | `mse`, `rmse` | (1/m) Σ (y − ŷ)², its root; meaned over targets | less |
//! | `mae`, `mape` | (1/m) Σ \|y − ŷ\|, each divided by \|y\|; meaned over targets | less |
//! | `r2` | 1 − Σ(y − ŷ)²/Σ(y − ȳ)², meaned over targets | more |

mod config;
mod error;
mod estimator;
mod fit;
mod gradient_norms;
mod metric;
mod observer;
mod predictions;
mod row_weights;
mod session;
mod target_scale;

pub use config::{BatchSize, ClassWeight, EarlyStopping, Precision, Preprocess, TargetScale, TrainConfig};
pub use error::{ScoreError, TrainError};
pub use estimator::Estimator;
pub use fit::{Ended, EpochRecord, Fitted, Run, Snapshot, score, train};
pub use metric::{Counted, Goal, Lack, Metric};
pub use observer::Observer;
pub use predictions::{Predictions, Truth, most_probable};
pub use session::{CheckOptions, EpochLoss, GradientCheck, Job, SCORING_ROWS, Session};
pub use target_scale::TargetScaler;

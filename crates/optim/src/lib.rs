//! How parameters move: update rules, learning-rate decay, penalties, on plain slices.
//!
//! ```text
//! g = ∇(data term) + λ₂/m_train · W + λ₁/m_train · sign(W)      weights only, never biases
//! θ ← θ − α_t · direction(g)
//! ```
//!
//! A [`Optimizer`] knows no network: it moves a vector, and [`Segment`]s tell it which stretches are penalised. Penalty
//! and update run in one pass, one read and one write of each parameter. A [`Schedule`] gives α_t. L-BFGS, which wants the
//! objective itself and not only one gradient, is an [`Optimizer`] like the others: each is handed the objective.
//!
//! # Update rules
//!
//! t counts the steps from 1; v, s, m and d are as long as θ and start at 0; v̂ = v/(1 − β₁ᵗ), ŝ = s/(1 − β₂ᵗ). Defaults and
//! their sources are also in [`OptimizerKind::constants`].
//!
//! | rule | update | defaults | source |
//! | --- | --- | --- | --- |
//! | `sgd` | θ ← θ − α g | | |
//! | `momentum` | v ← βv + (1 − β)g; θ ← θ − αv | β 0.9 | as taught with Adam in mind |
//! | `heavy_ball` | v ← βv + g; θ ← θ − αv | β 0.9 | Polyak 1964; PyTorch's SGD |
//! | `nesterov` | v ← βv + g; θ ← θ − α(g + βv) | β 0.9 | Sutskever et al. 2013; PyTorch's SGD |
//! | `rmsprop` | s ← ρs + (1 − ρ)g²; θ ← θ − α g/(√s + ε) | ρ 0.9, ε 1e-8 | Hinton, lecture 6e |
//! | `adam` | v ← β₁v + (1 − β₁)g; s ← β₂s + (1 − β₂)g²; θ ← θ − α v̂/(√ŝ + ε) | β₁ 0.9, β₂ 0.999, ε 1e-8 | Kingma & Ba 2015 |
//! | `amsgrad` | Adam with m ← max(m, s) for s in the step | as Adam | Reddi et al. 2018 |
//! | `adamw` | θ ← (1 − αω)θ, then Adam's step | as Adam, ω 0.01 | Loshchilov & Hutter 2019; PyTorch |
//! | `nadam` | Adam with Nesterov's look ahead | as Adam, momentum decay 0.004 | Dozat 2016 |
//! | `radam` | Adam that rectifies the variance of its first steps | as Adam | Liu et al. 2020 |
//! | `adagrad` | s ← s + g²; θ ← θ − α g/(√s + ε) | ε 1e-10 | Duchi et al. 2011; PyTorch |
//! | `adadelta` | s ← ρs + (1 − ρ)g²; Δ = √(d + ε)/√(s + ε) g; d ← ρd + (1 − ρ)Δ²; θ ← θ − αΔ | ρ 0.9, ε 1e-6 | Zeiler 2012; PyTorch |
//! | `lion` | θ ← θ − α(sign(β₁v + (1 − β₁)g) + ωθ); v ← β₂v + (1 − β₂)g | β₁ 0.9, β₂ 0.99, ω 0 | Chen et al. 2023 |
//! | `lbfgs` | θ ← θ − a H g, H from the last 10 steps, a by a strong-Wolfe line search; the whole batch, no α | c₁ 1e-4, c₂ 0.9 | Liu & Nocedal 1989 |
//!
//! # Decay of the learning rate
//!
//! t counts the whole epochs done, T is the configured epochs, `warmup_epochs` climb linearly in front of any law. Defaults and
//! their sources are also in [`ScheduleKind::constants`].
//!
//! | law | α_t | defaults |
//! | --- | --- | --- |
//! | `constant` | α₀ | |
//! | `inverse_time` | α₀/(1 + kt) | k 1 |
//! | `exponential` | α₀ γᵗ | γ 0.95 |
//! | `inverse_sqrt` | α₀ k/√(t + 1) | k 1 |
//! | `step` | α₀ γ^⌊t/s⌋ | γ 0.1, s 10 |
//! | `polynomial` | e + (α₀ − e)(1 − t/T)^p | p 1, e 0 |
//! | `cosine` | e + ½(α₀ − e)(1 + cos(πt/T)), begun anew r times | e 0, r 0 |
//! | `one_cycle` | per step: from α₀/25 up to α₀ over 30 % of the steps, then down to α₀/250,000, along cosines | |
//! | `plateau` | α₀ γ^d, d the stalls of the watched loss of more than n epochs | γ 0.1, n 10 |

mod constant;
mod lbfgs;
mod penalty;
mod rule;
mod schedule;

pub use constant::{ConfigError, Constant};
pub use penalty::{Penalty, Segment};
pub use rule::{Optimizer, OptimizerKind, Step};
pub use schedule::{Schedule, ScheduleKind};

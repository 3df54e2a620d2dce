//! Update rules: how a gradient becomes a step.
//!
//! With g the gradient with penalties, α the learning rate, t the steps counted from 1. To add one: a file with its `Rule`,
//! and a line in the list below.
//!
//! States that decay are flushed to 0 before they become denormal: a unit that is dead has gradients of exactly 0, and its
//! states would stay among the slow numbers for ever.

use crate::lbfgs::Lbfgs;
use crate::penalty::{L2, Pull};
use crate::{ConfigError, Constant, Segment};
use mlpsweep_real::Real;
use std::ops::Range;

mod moments;

/// One update rule: its name, its constants, its state.
trait Rule<T>: Sized {
    /// The word for it in sweep files.
    const NAME: &'static str;
    /// Vectors of the length of the parameters that its state takes.
    const N_STATES: usize;
    /// What a user may set, in the order `new` takes them.
    const CONSTANTS: &'static [Constant];

    /// A fresh state for `n_params` parameters; `constants` are checked and in order.
    fn new(constants: &[f64], n_params: usize) -> Self;

    /// A step begins; it consists of one `update` for each segment, all with this learning rate.
    fn begin_step(&mut self, _learning_rate: T) {}

    /// θ ← θ − α · direction(g) for the parameters at `range`; `params` and `gradient` are already cut to it.
    fn update(
        &mut self,
        range: Range<usize>,
        learning_rate: T,
        params: &mut [T],
        gradient: &[T],
        penalty: impl Pull<T>,
    );
}

macro_rules! optimizers {
    ($($file:ident :: $variant:ident),+ $(,)?) => {
        $(mod $file;)+

        /// The name of an update rule.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum OptimizerKind {
            $(
                #[doc = concat!("`", stringify!($file), "`, as its file says.")]
                $variant,
            )+
            /// `lbfgs`: quasi-Newton steps on the whole batch, each with a line search.
            Lbfgs,
        }

        #[derive(Clone, Debug)]
        enum AnyRule<T> {
            $($variant($file::$variant<T>),)+
            Lbfgs(Lbfgs<T>),
        }

        impl OptimizerKind {
            /// All of them, in the order of the documentation.
            pub const ALL: &'static [OptimizerKind] = &[$(OptimizerKind::$variant,)+ OptimizerKind::Lbfgs];

            /// The word for it in sweep files.
            pub fn name(self) -> &'static str {
                match self {
                    $(OptimizerKind::$variant => <$file::$variant<f32> as Rule<f32>>::NAME,)+
                    OptimizerKind::Lbfgs => "lbfgs",
                }
            }

            /// Vectors of the length of the parameters that its state takes.
            pub fn n_states(self) -> usize {
                match self {
                    $(OptimizerKind::$variant => <$file::$variant<f32> as Rule<f32>>::N_STATES,)+
                    OptimizerKind::Lbfgs => Lbfgs::<f32>::N_STATES,
                }
            }

            /// What a user may set.
            pub fn constants(self) -> &'static [Constant] {
                match self {
                    $(OptimizerKind::$variant => <$file::$variant<f32> as Rule<f32>>::CONSTANTS,)+
                    OptimizerKind::Lbfgs => &[],
                }
            }
        }

        impl<T: Real> Optimizer<T> {
            /// A fresh optimizer for `n_params` parameters; `value_of` gives the constants a user set, by key.
            ///
            /// # Errors
            /// A constant outside its range.
            pub fn new(
                kind: OptimizerKind,
                n_params: usize,
                value_of: impl Fn(&str) -> Option<f64>,
            ) -> Result<Optimizer<T>, ConfigError> {
                let value = |constant: &Constant| {
                    let value = constant.check(value_of(constant.key).unwrap_or(constant.default))?;
                    // What makes sense in 64 bits may round to 0 or 1 in 32.
                    constant.check(T::from_f64(value).to_f64()).map(|_| value)
                };
                let constants = kind.constants().iter().map(value).collect::<Result<Vec<f64>, ConfigError>>()?;
                let rule = match kind {
                    $(OptimizerKind::$variant => AnyRule::$variant(Rule::new(&constants, n_params)),)+
                    OptimizerKind::Lbfgs => AnyRule::Lbfgs(Lbfgs::new(n_params)),
                };
                Ok(Optimizer { n_params, rule })
            }

            /// One step: θ ← θ − α · direction(g), with the penalties of `segments` added to g on the way.
            ///
            /// `objective(θ, g)` gives the data term at θ and puts its gradient into g. Update rules ask for it once, at
            /// `params` and into `gradient`; L-BFGS, which has no use for `learning_rate`, wherever its line search goes.
            /// `segments` lie in order and cover the whole vector. Allocates nothing.
            ///
            /// # Panics
            /// When `params` or `gradient` are not of the length the optimizer was made for.
            pub fn step(
                &mut self,
                learning_rate: T,
                params: &mut [T],
                gradient: &mut [T],
                segments: &[Segment<T>],
                mut objective: impl FnMut(&[T], &mut [T]) -> f64,
            ) -> Step {
                assert_eq!(params.len(), self.n_params, "parameters of another network");
                assert_eq!(gradient.len(), self.n_params, "a gradient of another network");
                let loss = match &mut self.rule {
                    AnyRule::Lbfgs(lbfgs) => return lbfgs.step(params, segments, objective),
                    _ => objective(params, gradient),
                };
                match &mut self.rule {
                    $(AnyRule::$variant(rule) => step(rule, learning_rate, params, gradient, segments),)+
                    AnyRule::Lbfgs(_) => {}
                }
                Step { loss, at_rest: false }
            }
        }
    };
}

optimizers! {
    sgd::Sgd,
    momentum::Momentum,
    heavy_ball::HeavyBall,
    nesterov::Nesterov,
    rmsprop::RmsProp,
    adam::Adam,
    amsgrad::AmsGrad,
    adamw::AdamW,
    nadam::NAdam,
    radam::RAdam,
    adagrad::Adagrad,
    adadelta::Adadelta,
    lion::Lion,
}

/// An update rule with its state.
#[derive(Clone, Debug)]
pub struct Optimizer<T> {
    n_params: usize,
    rule: AnyRule<T>,
}

/// What came of one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The data term where the step began; NaN where L-BFGS found J or its gradient not finite and did not move.
    pub loss: f64,
    /// Whether there is nothing left to gain: further steps would stay where they are. Update rules never say so.
    pub at_rest: bool,
}

impl<T: Real> Optimizer<T> {
    /// The objective is another one from now on, as with new dropout masks: what is known of its value is forgotten.
    ///
    /// Only L-BFGS keeps a value from one step to the next.
    pub fn forget_objective(&mut self) {
        if let AnyRule::Lbfgs(lbfgs) = &mut self.rule {
            lbfgs.forget_cost();
        }
    }
}

impl OptimizerKind {
    /// Whether its steps are on the whole batch and of a length of their own: no mini-batches, no learning rate, no decay
    /// and no clipping.
    pub fn is_full_batch(self) -> bool {
        self == OptimizerKind::Lbfgs
    }

    /// The rule of that name.
    pub fn from_name(name: &str) -> Option<OptimizerKind> {
        OptimizerKind::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

fn step<T: Real>(
    rule: &mut impl Rule<T>,
    learning_rate: T,
    params: &mut [T],
    gradient: &[T],
    segments: &[Segment<T>],
) {
    rule.begin_step(learning_rate);
    for Segment { range, penalty } in segments {
        let (params, gradient) = (&mut params[range.clone()], &gradient[range.clone()]);
        if penalty.l1 == T::zero() {
            rule.update(range.clone(), learning_rate, params, gradient, L2(penalty.l2));
        } else {
            rule.update(range.clone(), learning_rate, params, gradient, *penalty);
        }
    }
}

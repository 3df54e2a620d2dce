//! Search spaces, and the samplers that propose points of them.
//!
//! A [`Space`] is a list of [`Parameter`]s, each with a [`Domain`]: what may be tried. Conditions say where a parameter is used, and
//! constraints which points there are ([`Expression`]). A [`Sampler`] proposes a [`Point`] of it, one [`Value`] a parameter that
//! is used, for every trial: what *is* tried.
//!
//! ```
//! use mlpsweep_search::{Domain, FloatRange, History, IntRange, Parameter, Random, Sampler, Scale, Space, Value};
//! use mlpsweep_seed::Seed;
//!
//! let space = Space::new(vec![
//!     Parameter::new("learning_rate", Domain::Float(FloatRange::new(1e-4, 1e-1, None, Scale::Log)?)),
//!     Parameter::new("depth", Domain::Int(IntRange::new(1, 4, None, Scale::Linear)?)),
//!     Parameter::new("activation", Domain::Fixed(Value::Text("relu".into()))),
//! ])?;
//!
//! let mut sampler = Random::new(Seed::new(7));
//! let point = sampler.propose(&space, History::EMPTY, 0).expect("a continuum never runs out");
//! assert_eq!(point.get("activation"), Some(&Value::Text("relu".into())));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! No file, clock or thread is touched here, and every proposal is a pure function of what stands in the call and of
//! the sampler's seed.

mod auto;
mod categorical;
mod cube;
mod differential_evolution;
mod domain;
mod draws;
mod enqueued;
mod expression;
mod float_range;
mod gp;
mod grid;
mod int_range;
mod list;
mod parzen;
mod permutation;
mod racing;
mod random;
mod sampler;
mod sobol;
mod space;
mod tpe;
mod tree;
mod value;

pub use auto::Auto;
pub use categorical::Categorical;
pub use differential_evolution::DifferentialEvolution;
pub use domain::{Domain, DomainError, Scale};
pub use enqueued::{EnqueueError, Enqueued, Entry};
pub use expression::{Expression, ExpressionError};
pub use float_range::FloatRange;
pub use gp::Gp;
pub use grid::{Grid, GridError};
pub use int_range::IntRange;
pub use list::List;
pub use racing::{Field, Racing, mean_loss};
pub use random::Random;
pub use sampler::{History, Sampler, TrialNumber, TrialRecord, TrialState};
pub use sobol::Sobol;
pub use space::{Parameter, Point, PointError, Space, SpaceError};
pub use tpe::Tpe;
pub use value::Value;

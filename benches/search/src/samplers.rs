//! The samplers that are replayed. To add one: a line.

use mlpsweep_search::{Auto, DifferentialEvolution, Gp, Random, Sampler, Sobol, Tpe};
use mlpsweep_seed::Seed;

/// Makes a sampler.
pub type Make = fn(Seed) -> Box<dyn Sampler>;

/// Names and samplers.
pub const SAMPLERS: &[(&str, Make)] = &[
    ("random", |seed| Box::new(Random::new(seed))),
    ("sobol", |seed| Box::new(Sobol::new(seed))),
    ("tpe", |seed| Box::new(Tpe::new(seed))),
    ("gp", |seed| Box::new(Gp::new(seed))),
    ("differential_evolution", |seed| Box::new(DifferentialEvolution::new(seed))),
    ("auto", |seed| Box::new(Auto::new(seed))),
];

/// The sampler of this name.
///
/// # Errors
/// No such name; what there is.
pub fn sampler(name: &str) -> Result<Make, String> {
    let found = SAMPLERS.iter().find(|(own, _)| *own == name).map(|&(_, make)| make);
    found.ok_or_else(|| {
        let names: Vec<&str> = SAMPLERS.iter().map(|&(name, _)| name).collect();
        format!("`{name}` is no sampler; they are {}", names.join(", "))
    })
}

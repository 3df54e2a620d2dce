//! What spaces hold, and what samplers make of them.

mod any;
mod conditions;
mod conformance;
mod domain;
mod enqueued;
mod random;
mod space;
mod value;

use mlpsweep_search::{
    Categorical, Domain, Expression, FloatRange, IntRange, Parameter, Scale, Space, Value,
};

fn floats(min: f64, max: f64, step: Option<f64>, scale: Scale) -> Domain {
    Domain::Float(FloatRange::new(min, max, step, scale).unwrap())
}

fn ints(min: i64, max: i64, step: Option<i64>, scale: Scale) -> Domain {
    Domain::Int(IntRange::new(min, max, step, scale).unwrap())
}

fn texts(values: &[&str]) -> Domain {
    let values = values.iter().map(|&text| Value::Text(text.to_owned())).collect();
    Domain::Categorical(Categorical::new(values).unwrap().0)
}

fn fixed(value: i64) -> Domain {
    Domain::Fixed(Value::Int(value))
}

/// A space of parameters a, b, c …
fn space(domains: &[Domain]) -> Space {
    let parameter = |(letter, domain): (char, &Domain)| Parameter::new(letter, domain.clone());
    Space::new(('a'..).zip(domains).map(parameter).collect()).unwrap()
}

/// A parameter that is used where `when` is true.
fn used(name: &str, domain: Domain, when: &str) -> Parameter {
    Parameter::new(name, domain).when(Expression::new(when).unwrap())
}

/// A space of these parameters where all of the constraints hold.
fn conditional<const N: usize>(parameters: [Parameter; N], constraints: &[&str]) -> Space {
    let constraints = constraints.iter().map(|text| Expression::new(text).unwrap()).collect();
    Space::constrained(parameters.to_vec(), constraints).unwrap()
}

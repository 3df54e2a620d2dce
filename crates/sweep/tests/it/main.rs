//! Sweep files, runs and stores, from the outside.

mod conditions;
mod cost;
mod fixture;
mod forecast;
mod longest_first;
mod looking_back;
mod machine;
mod plan;
mod runner;
mod shared_out;
mod spec;
mod store;
mod unit;

//! Studies are built by hand; what comes out is held to snapshots, to scipy's numbers and to a second derivation.

mod bias_variance;
mod cells;
mod fixture;
mod honest;
mod page;
mod ranking;
mod selection;
mod snapshots;
mod statistics;
mod table;
mod trust;
mod write;

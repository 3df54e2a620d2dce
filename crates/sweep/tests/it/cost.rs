//! What a unit has to do, against a walk through every mini-batch and layer of it.

use crate::fixture::{SMALL, plan};
use mlpsweep_data::Split;
use mlpsweep_mlp::{Network, NetworkConfig};
use mlpsweep_sweep::cost::{Costs, Rows, Term, Work};
use mlpsweep_sweep::plan::Plan;
use mlpsweep_sweep::record::Trial;
use mlpsweep_sweep::unit;
use mlpsweep_train::TrainConfig;
use proptest::prelude::*;

fn first(plan: &Plan) -> (Trial, TrainConfig) {
    let trial = plan.trials(1).next().expect("a trial");
    let config = plan.config(&trial);
    (trial, config)
}

fn count(work: &Work, is_it: impl Fn(Term) -> bool) -> f64 {
    work.0.iter().filter(|(term, _)| is_it(*term)).map(|(_, count)| count).sum()
}

/// Operations and products of one pass through the layers, layer by layer.
fn pass(sizes: &[usize], rows: usize, is_training: bool) -> (usize, usize) {
    let (mut flops, mut products) = (0, 0);
    for (l, pair) in sizes.windows(2).enumerate() {
        let product = 2 * rows * pair[0] * pair[1];
        let n_products = match (is_training, l) {
            (false, _) => 1,
            (true, 0) => 2,
            (true, _) => 3,
        };
        flops += n_products * product;
        products += n_products;
    }
    (flops, products)
}

proptest! {
    #[test]
    fn counted_batch_by_batch(
        n_features in 1..20_usize,
        hidden in prop::collection::vec(1..30_usize, 0..4),
        n_outputs in 1..5_usize,
        (trained, watched, validated) in (1..600_usize, 0..600_usize, 1..600_usize),
        batch in 1..700_usize,
        epochs in 1..4_usize,
    ) {
        let (_, mut config) = first(&plan(SMALL, &[&format!("parameters.batch_size={batch}")]));
        (config.hidden, config.epochs) = (hidden, epochs);
        let sizes = [&[n_features], &config.hidden[..], &[n_outputs]].concat();
        let (mut flops, mut products, mut steps, mut seen) = (0, 0, 0, 0);
        let mut go = |rows: usize, at_a_time: usize, is_training: bool| {
            for first in (0..rows).step_by(at_a_time) {
                let rows = at_a_time.min(rows - first);
                let (more_flops, more_products) = pass(&sizes, rows, is_training);
                flops += more_flops;
                products += more_products;
                steps += usize::from(is_training);
                seen += rows;
            }
        };
        let at_a_time = batch.min(trained).max(256);
        for _ in 0..epochs {
            go(trained, batch, true);
            go(watched, at_a_time, false);
        }
        go(validated, at_a_time, false);
        go(trained + watched, at_a_time, false);

        let work = Work::of(&config, n_features, n_outputs, Rows { trained, watched, validated });
        prop_assert_eq!(work.flops(), flops as f64);
        prop_assert_eq!(count(&work, |term| term == Term::Passes), products as f64);
        prop_assert_eq!(count(&work, |term| term == Term::Cells), (seen * n_features) as f64);
        let n_params: usize = sizes.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum();
        let updates = count(&work, |term| matches!(term, Term::Updates(_)));
        prop_assert_eq!(updates, (steps * n_params) as f64);
    }
}

/// The network's own count has the input layer's dX, which is not computed.
#[test]
fn one_step_is_the_networks_own_count_without_the_inputs_gradient() {
    let (_, config) = first(&plan(SMALL, &["parameters.batch_size=full", "parameters.epochs=1"]));
    let network = Network::new(NetworkConfig {
        sizes: vec![2, 4, 1],
        activation: config.activation,
        loss: config.loss,
        loss_options: config.loss_options,
        dropout: 0.0,
        input_dropout: 0.0,
    });
    let step = network.expect("a network").step_flops(40) - f64::from(2 * 40 * 2 * 4);
    let scoring = f64::from(2 * 60 * (2 * 4 + 4));
    let work = Work::of(&config, 2, 1, Rows { trained: 40, watched: 0, validated: 20 });
    assert_eq!(work.flops(), step + scoring);
}

/// The counts of a sweep's units are those of the rows the units then deal with.
#[test]
fn rows_are_those_of_the_unit() {
    let overrides = ["early_stopping={ patience = 1, share = 0.23 }", "cv.kind=kfold", "data.rows=61"];
    let plan = plan(SMALL, &overrides);
    let (trial, config) = first(&plan);
    let costs = Costs::new(&plan);
    for (split_idx, split) in plan.folds.iter().enumerate() {
        let Split { train, validation, .. } = split;
        let watched = (0.23 * train.len() as f64).round() as usize;
        let rows = Rows { trained: train.len() - watched, watched, validated: validation.len() };
        assert_eq!(costs.unit(&config, split_idx), Work::of(&config, 2, 1, rows), "{split_idx}");
        let record = unit::run(&plan, &trial, split_idx, &|| false).expect("a record");
        let work = costs.unit(&config, split_idx);
        assert_eq!(count(&work, |term| term == Term::Draws), record.n_parameters as f64);
    }
}

#[test]
fn lbfgs_looks_once_more_than_it_steps() {
    let (_, config) = first(&plan(
        SMALL,
        &["parameters={ optimizer = \"lbfgs\", width = 4, epochs = 3 }", "search.trials=1"],
    ));
    let work = Work::of(&config, 2, 1, Rows { trained: 40, watched: 0, validated: 20 });
    let one = 40 * (6 * (2 * 4 + 4) - 2 * 2 * 4);
    assert_eq!(work.flops(), f64::from(4 * one + 2 * 60 * (2 * 4 + 4)));
}

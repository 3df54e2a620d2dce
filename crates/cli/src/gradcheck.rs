//! `mlpsweep gradcheck`: the derivatives of the user's own network, held against differences.

use crate::args::{Format, GradcheckArguments};
use crate::exit::{GATE, NO_USABLE_TRIAL, Problem, print};
use crate::progress::Progress;
use crate::single::Single;
use mlpsweep_mlp::Block;
use mlpsweep_mlp::gradcheck::{LayerCheck, Verdict};
use mlpsweep_train::{CheckOptions, GradientCheck, Session};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Larger networks are sampled unless --sample says how.
const MOST_UNSAMPLED: usize = 20_000;
/// Parameters compared of each layer of those.
const SAMPLE: usize = 1_000;

pub(crate) fn gradcheck(arguments: &GradcheckArguments) -> Result<(), Problem> {
    let single = Single::read(&arguments.config, &arguments.set, "gradcheck")?;
    let start = single.start::<f64>(arguments.init.as_deref())?;
    let mut job = single.job();
    job.start = start.as_deref();
    let mut session = Session::<f64>::new(job).map_err(|error| single.refused(error))?;
    let blocks = session.network().layout().blocks().to_vec();
    let n_params = session.params().len();
    let at_most = match arguments.sample {
        Some(sample) => Some(usize::try_from(sample).unwrap_or(usize::MAX)),
        None => (n_params > MOST_UNSAMPLED).then_some(SAMPLE),
    };
    let options = CheckOptions {
        n_rows: arguments.rows.map(|rows| usize::try_from(rows).unwrap_or(usize::MAX)),
        epsilon: arguments.epsilon,
        at_most,
    };
    let n_compared =
        blocks.iter().map(|block| length(block).min(at_most.unwrap_or(usize::MAX))).sum::<usize>();
    let mut progress = Progress::new(n_compared as u64, "parameters", arguments.output);
    let check = session.check_gradient(options, |done, _| progress.show(done as u64, ""));
    progress.finish();
    if !check.objective.is_finite() {
        let message = format!("J is {} at these weights, so it has no derivatives", check.objective);
        let hint = "start from other weights, or scale the data";
        return Err(Problem::new(NO_USABLE_TRIAL, message).hint(Some(hint.into())));
    }
    print(&match arguments.output.format {
        Format::Table => table(&check, &blocks, options),
        Format::Json => format!("{:#}\n", document(&check, &blocks, options)),
        Format::Csv => csv(&check, &blocks),
    })?;
    verdict(&check.layers, &blocks)
}

/// The problem of a check in which a layer is suspect: the one with the largest ratio is named.
fn verdict(layers: &[LayerCheck], blocks: &[Block]) -> Result<(), Problem> {
    let suspect = layers.iter().zip(blocks).enumerate().filter(|(_, (layer, _))| layer.is_suspect());
    // A ratio that is no number, whatever its sign, is above all that are.
    let Some((l, (layer, block))) = suspect.max_by(|a, b| a.1.0.ratio.abs().total_cmp(&b.1.0.ratio.abs()))
    else {
        return Ok(());
    };
    let mut message = format!("the gradient of layer {} is suspect: ratio {:.1e}", l + 1, layer.ratio);
    if let Some(worst) = layer.worst {
        let _ = write!(
            message,
            "; worst is {}, {:.6e} by back-propagation and {:.6e} by differences",
            named(layer, block),
            worst.analytic,
            worst.numeric
        );
    }
    let hint = "a wrong derivative stays wrong with another --epsilon; the error of a difference falls with its square";
    Err(Problem::new(GATE, message).hint(Some(hint.into())))
}

fn length(block: &Block) -> usize {
    block.biases.end - block.weights.start
}

/// The worst parameter's name, such as "weight [2, 0]"; a dash where nothing was compared.
fn named(layer: &LayerCheck, block: &Block) -> String {
    let parameter = layer.worst.and_then(|worst| block.parameter(worst.param_idx));
    parameter.map_or_else(|| "-".to_owned(), |parameter| parameter.to_string())
}

fn table(check: &GradientCheck, blocks: &[Block], options: CheckOptions) -> String {
    let head = [
        "layer",
        "shape",
        "parameters",
        "compared",
        "at kinks",
        "ratio",
        "noise floor",
        "worst",
        "analytic",
        "numeric",
        "verdict",
    ];
    let mut rows = vec![head.map(str::to_owned)];
    for (l, (layer, block)) in check.layers.iter().zip(blocks).enumerate() {
        let of_worst =
            |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.6e}"));
        rows.push([
            (l + 1).to_string(),
            format!("{} × {}", block.n_out, block.n_in),
            layer.n_params.to_string(),
            layer.n_compared.to_string(),
            layer.n_at_kinks.to_string(),
            format!("{:.1e}", layer.ratio),
            format!("{:.1e}", layer.noise_floor),
            named(layer, block),
            of_worst(layer.worst.map(|worst| worst.analytic)),
            of_worst(layer.worst.map(|worst| worst.numeric)),
            layer.verdict().name().to_owned(),
        ]);
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let mut text = format!(
        "J = {:.6} over {} rows, ε = {:e}, {}\n\n",
        check.objective,
        check.n_rows,
        options.epsilon,
        match options.at_most {
            Some(at_most) if check.layers.iter().any(|layer| layer.n_params > at_most) => {
                format!("at most {at_most} parameters of a layer, drawn from the seed")
            }
            _ => "all parameters".to_owned(),
        }
    );
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        let _ = writeln!(text, "{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    text
}

fn csv(check: &GradientCheck, blocks: &[Block]) -> String {
    let mut text = String::from(
        "layer,n_out,n_in,parameters,compared,at_kinks,ratio,noise_floor,worst,analytic,numeric,verdict\n",
    );
    for (l, (layer, block)) in check.layers.iter().zip(blocks).enumerate() {
        let LayerCheck { ratio, noise_floor, n_params, n_compared, n_at_kinks, worst } = layer;
        let of_worst =
            worst.map(|worst| format!("\"{}\",{},{}", named(layer, block), worst.analytic, worst.numeric));
        let _ = writeln!(
            text,
            "{},{},{},{n_params},{n_compared},{n_at_kinks},{ratio:e},{noise_floor:e},{},{}",
            l + 1,
            block.n_out,
            block.n_in,
            of_worst.unwrap_or_else(|| ",,".to_owned()),
            layer.verdict().name()
        );
    }
    text
}

fn document(check: &GradientCheck, blocks: &[Block], options: CheckOptions) -> Value {
    let layers = check.layers.iter().zip(blocks).enumerate().map(|(l, (layer, block))| {
        json!({
            "layer": l + 1,
            "shape": [block.n_out, block.n_in],
            "parameters": layer.n_params,
            "compared": layer.n_compared,
            "at_kinks": layer.n_at_kinks,
            "ratio": layer.ratio,
            "noise_floor": layer.noise_floor,
            "worst": layer.worst.map(|worst| json!({
                "parameter": named(layer, block),
                "analytic": worst.analytic,
                "numeric": worst.numeric,
            })),
            "verdict": layer.verdict().name(),
        })
    });
    let suspect = check.layers.iter().any(|layer| layer.verdict() == Verdict::Suspect);
    json!({
        "n_rows": check.n_rows,
        "epsilon": options.epsilon,
        "sample": options.at_most,
        "objective": check.objective,
        "suspect": suspect,
        "layers": layers.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlpsweep_mlp::Layout;
    use mlpsweep_mlp::gradcheck::Difference;

    fn layer(ratio: f64, param_idx: usize) -> LayerCheck {
        LayerCheck {
            ratio,
            noise_floor: 1e-9,
            n_params: 8,
            n_compared: 8,
            n_at_kinks: 0,
            worst: Some(Difference { param_idx, analytic: 0.5, numeric: 0.25 }),
        }
    }

    /// Layers of 3 × 4 and 2 × 3 parameters.
    fn said(first: LayerCheck, second: LayerCheck) -> Option<String> {
        let layout = Layout::new(&[4, 3, 2]);
        verdict(&[first, second], layout.blocks()).err().map(|problem| format!("{problem:?}"))
    }

    #[test]
    fn one_suspect_layer_is_enough_and_the_worst_is_named() {
        assert_eq!(said(layer(1e-9, 0), layer(1e-5, 15)), None, "unclear is no failure");
        let problem = said(layer(1e-9, 0), layer(0.3, 19)).expect("a problem");
        assert!(
            problem.contains("code: 3") && problem.contains("layer 2 is suspect: ratio 3.0e-1"),
            "{problem}"
        );
        assert!(
            problem.contains("weight [1, 1], 5.000000e-1 by back-propagation and 2.500000e-1"),
            "{problem}"
        );
        let problem = said(layer(0.9, 13), layer(0.3, 19)).expect("a problem");
        assert!(problem.contains("layer 1") && problem.contains("bias [1]"), "{problem}");
        let problem = said(layer(0.9, 13), layer(f64::NAN, 19)).expect("a problem");
        assert!(problem.contains("layer 2"), "{problem}");
    }
}

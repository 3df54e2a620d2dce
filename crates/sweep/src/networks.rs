//! The networks of a space: each loss must fit the target, and the largest network must fit into memory.
//!
//! Both are found from the ends of the domains, without drawing a point and before anything is allocated; of a list, from
//! each configuration by itself.

use crate::SweepError;
use crate::objective::train_config;
use crate::plan::owned;
use crate::record::Name;
use crate::spec::{DEFAULT_OPTIMIZER, Enqueue, SamplerKind, Sweep};
use mlpsweep_data::{Dataset, Scale, Target, Weights};
use mlpsweep_mlp::Loss;
use mlpsweep_optim::OptimizerKind;
use mlpsweep_search::{Domain, History, Sampler as _, Sobol, Value};
use mlpsweep_seed::Seed;
use mlpsweep_train::{Job, Preprocess, Session, TargetScale, TrainConfig};

/// Memory one unit may need at most.
pub const MOST_UNIT_BYTES: f64 = 8.0 * GIB;

const GIB: f64 = 1024.0 * 1024.0 * 1024.0;

/// More hidden layers than this are a slip of the finger.
const DEEPEST: i64 = 10_000;

/// Checks the networks of the sweep's space on this table.
///
/// # Errors
/// The key whose values make no network, or too large a one.
pub fn check(sweep: &Sweep, data: &Dataset) -> Result<(), SweepError> {
    let n_inputs = sweep.preprocess.features.n_inputs_at_most(data);
    if sweep.search.sampler != SamplerKind::List {
        return check_space(sweep, data, n_inputs);
    }
    let mut alone = Sweep { enqueue: Enqueue::default(), ..sweep.clone() };
    for configuration in sweep.configurations() {
        alone.parameters = configuration;
        check_space(&alone, data, n_inputs)?;
    }
    Ok(())
}

fn check_space(sweep: &Sweep, data: &Dataset, n_inputs: usize) -> Result<(), SweepError> {
    check_losses(sweep, data)?;
    check_used(sweep, data)?;
    check_sizes(sweep, data, n_inputs)
}

/// Every loss must be one for this target: a network without hidden layers on one row tells, if the row counts.
fn check_losses(sweep: &Sweep, data: &Dataset) -> Result<(), SweepError> {
    let preprocess = Preprocess::scaled(Scale::None, TargetScale::None);
    let counts = |weights: &Weights| weights.values.iter().position(|&weight| weight > 0.0);
    let row = data.roles.weights.as_ref().and_then(counts).unwrap_or(0) as u32;
    for loss in values(sweep, "loss") {
        let point = [(Name::from("hidden"), Value::List(Vec::new())), ("loss".into(), loss)];
        let config = train_config(&point, &data.target, None);
        let (rows, seed) = (&[row], Seed::new(sweep.seed));
        let job = Job { data, rows, config: &config, preprocess, start: None, seed };
        if let Err(error) = Session::<f32>::new(job) {
            let place = sweep.parameters.place("loss");
            let hint = "without `loss` it is chosen to fit the target";
            return Err(sweep.error(place, error.to_string(), Some(hint.into())).into());
        }
    }
    Ok(())
}

/// What only some targets have a use for: label smoothing of the softmax that is the default for three classes and more,
/// class weights of classes.
fn check_used(sweep: &Sweep, data: &Dataset) -> Result<(), SweepError> {
    let refuse = |key: &str, why: String, hint: &str| {
        let message = format!("`{}` is not used {why}", sweep.parameters.path(key));
        Err(sweep.error(sweep.parameters.place(key), message, Some(hint.to_owned())).into())
    };
    let loss = train_config(&[], &data.target, None).loss;
    let smooths = sweep.parameters.domain("label_smoothing").is_some();
    if smooths && sweep.parameters.domain("loss").is_none() && loss != Loss::CrossEntropy {
        let hint = match data.target {
            Target::Classes { .. } => "for two classes say loss = \"cross_entropy\" as well",
            Target::Numbers { .. } => "it is a constant of loss = \"cross_entropy\", which is for classes",
        };
        return refuse(
            "label_smoothing",
            format!("by {}, the default loss of this target", loss.name()),
            hint,
        );
    }
    let weighs = values(sweep, "class_weight").any(|value| value == Value::Text("balanced".into()));
    if weighs && matches!(data.target, Target::Numbers { .. }) {
        return refuse("class_weight", "by a regression".to_owned(), "numbers have no classes; leave it out");
    }
    Ok(())
}

/// The largest network, at the ends of `hidden`, or of `depth` and `width`, must fit into memory.
fn check_sizes(sweep: &Sweep, data: &Dataset, n_inputs: usize) -> Result<(), SweepError> {
    let largest = |key: &str| sweep.parameters.domains(key).filter_map(largest_whole).max();
    if let Some(depth) = largest("depth").filter(|depth| *depth > DEEPEST) {
        let path = sweep.parameters.path("depth");
        let message = format!("`{path}` reaches {depth}, but must be at most {DEEPEST}");
        return Err(sweep.error(sweep.parameters.place("depth"), message, None).into());
    }
    let mut points: Vec<Vec<(Name, Value)>> =
        values(sweep, "hidden").map(|value| vec![("hidden".into(), value)]).collect();
    if points.is_empty() {
        let end = |key: &str| Some((key.into(), Value::Int(largest(key)?)));
        points.push(["depth", "width"].into_iter().filter_map(end).collect());
    }
    let space = &sweep.parameters.space;
    if !space.constraints().is_empty() {
        // The ends may be refused: what is drawn is not.
        const N_DRAWN: u64 = 256;
        let mut sobol = Sobol::new(Seed::new(sweep.seed));
        let drawn = (0..N_DRAWN).map_while(|number| sobol.propose(space, History::EMPTY, number));
        points = drawn.map(|point| owned(&point)).collect();
    }
    let optimizers = || optimizers(sweep);
    let n_states = optimizers().map(OptimizerKind::n_states).max().unwrap_or(0);
    let is_full_batch = optimizers().any(OptimizerKind::is_full_batch);
    let largest_batch = if is_full_batch { data.n_rows() } else { largest_batch(sweep, data) };
    for point in points {
        let config = train_config(&point, &data.target, None);
        let bytes = unit_bytes(data, n_inputs, &config, largest_batch, n_states);
        if bytes > MOST_UNIT_BYTES {
            let place = ["hidden", "width", "depth"].into_iter().find_map(|key| sweep.parameters.place(key));
            let message = format!(
                "{} need about {:.1} GiB for one run, but {:.0} GiB is the limit",
                layers(&config.hidden),
                bytes / GIB,
                MOST_UNIT_BYTES / GIB
            );
            return Err(sweep.error(place, message, Some("take fewer or smaller layers".into())).into());
        }
    }
    Ok(())
}

/// The update rules of the space.
fn optimizers(sweep: &Sweep) -> impl Iterator<Item = OptimizerKind> + use<> {
    let named =
        |value: Value| if let Value::Text(name) = value { OptimizerKind::from_name(&name) } else { None };
    let kinds: Vec<OptimizerKind> = values(sweep, "optimizer").filter_map(named).collect();
    if kinds.is_empty() { vec![DEFAULT_OPTIMIZER].into_iter() } else { kinds.into_iter() }
}

/// Rows of the largest mini-batch of the space.
fn largest_batch(sweep: &Sweep, data: &Dataset) -> usize {
    let rows = |value: Value| match value {
        Value::Int(rows) => rows as usize,
        _ => data.n_rows(), // "full"
    };
    let largest = |domain: &Domain| match domain {
        Domain::Int(_) => largest_whole(domain).map_or(0, |rows| rows as usize),
        listed => all(listed).map(rows).max().unwrap_or(0),
    };
    sweep.parameters.domains("batch_size").map(largest).max().unwrap_or(0).min(data.n_rows())
}

/// The values of a key that is fixed or listed.
fn values<'s>(sweep: &'s Sweep, key: &'s str) -> impl Iterator<Item = Value> + use<'s> {
    sweep.parameters.domains(key).flat_map(all)
}

/// The values of a domain that is no continuum.
fn all(domain: &Domain) -> impl Iterator<Item = Value> {
    (0..domain.count().unwrap_or(0)).filter_map(|i| domain.nth(i))
}

/// The largest whole number of the domain, if it holds any.
fn largest_whole(domain: &Domain) -> Option<i64> {
    let whole = |value: Value| if let Value::Int(value) = value { Some(value) } else { None };
    match domain {
        Domain::Categorical(_) => (0..domain.count()?).filter_map(|i| domain.nth(i)).filter_map(whole).max(),
        domain => whole(domain.sample(1.0)),
    }
}

/// Bytes a run of this shape takes: parameters, gradient, the best epoch's copy, the optimizer's state, one workspace.
fn unit_bytes(
    data: &Dataset,
    n_inputs: usize,
    config: &TrainConfig,
    batch_size: usize,
    n_states: usize,
) -> f64 {
    let sizes: Vec<f64> = std::iter::once(n_inputs)
        .chain(config.hidden.iter().copied())
        .chain([n_outputs(&data.target, config.loss)])
        .map(|size| size as f64)
        .collect();
    let n_params: f64 = sizes.windows(2).map(|pair| pair[1] * (pair[0] + 1.0)).sum();
    let batch = batch_size.max(data.n_rows().min(256)) as f64;
    let per_row: f64 = sizes.iter().map(|size| 2.0 * size).sum();
    8.0 * ((3.0 + n_states as f64) * n_params + batch * per_row)
}

/// n_L of a network with this loss for this target.
pub(crate) fn n_outputs(target: &Target, loss: Loss) -> usize {
    match target {
        Target::Classes { labels, .. } => loss.n_outputs(labels.len()),
        Target::Numbers { values, .. } => loss.n_outputs(values.ncols()),
    }
}

fn layers(hidden: &[usize]) -> String {
    match hidden {
        [width] => format!("{width} hidden units"),
        [first, rest @ ..] if rest.iter().all(|width| width == first) => {
            format!("{} hidden layers of {first} units", hidden.len())
        }
        _ => format!("hidden layers of {hidden:?} units"),
    }
}

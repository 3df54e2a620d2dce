//! The model and its file.

use crate::{ModelError, weights};
use mlpsweep_data::{Pipeline, Schema, TargetSchema};
use mlpsweep_mlp::{Activation, Loss, LossOptions, Network, NetworkConfig, Workspace};
use mlpsweep_real::Real;
use mlpsweep_train::{Estimator, Predictions, SCORING_ROWS, TargetScaler};
use ndarray::Array2;
use safetensors::tensor::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The folder of a model inside a results folder.
pub const FOLDER: &str = "model";
/// The file's name inside that.
pub const FILE_NAME: &str = "model.safetensors";

/// The entry of the file's metadata.
const KEY: &str = "mlpsweep";
/// Raised when a model of before cannot be read any more, or one of now not by the versions before.
const FORMAT: u32 = 1;
/// The same of a model of several networks.
const ENSEMBLE_FORMAT: u32 = 2;
/// No model is larger.
const LARGEST: u64 = 2 << 30;

/// Fitted networks with their preprocessing: one, or several whose predictions are averaged.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// What the columns are it predicts from, and what it predicts.
    pub schema: Schema,
    /// Where it comes from.
    pub origin: Origin,
    members: Vec<Member>,
}

/// One network of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Features → inputs.
    pub pipeline: Pipeline,
    /// Outputs → the target's units.
    pub target_scaler: TargetScaler,
    /// Its shape and functions.
    pub network: Network,
    params: Params,
}

/// Where a model comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// The sweep's name.
    pub sweep: String,
    /// The trial whose configuration it has.
    pub trial: u64,
    /// That configuration, in the order of the sweep file.
    pub parameters: Map<String, Json>,
    /// Epochs it was trained for.
    pub epochs: usize,
    /// Rows it was trained on.
    pub n_rows: usize,
    /// The SHA-256 of the table they are of.
    pub data: String,
    /// The column that names the rows, where there is one.
    pub id: Option<String>,
    /// The metrics of the sweep, the one that ranked first.
    pub metrics: Vec<String>,
    /// The version of mlpsweep that trained it.
    pub version: String,
}

/// Parameters in the precision they were trained in.
#[derive(Clone, Debug, PartialEq)]
enum Params {
    F32(Vec<f32>),
    F64(Vec<f64>),
}

/// What the metadata say. One network stands in the first three fields, several in `members`.
#[derive(Serialize, Deserialize)]
struct Content {
    format: u32,
    schema: Schema,
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    only: Option<MemberContent>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    members: Vec<MemberContent>,
    origin: Origin,
}

#[derive(Serialize, Deserialize)]
struct MemberContent {
    pipeline: Pipeline,
    target_scaler: TargetScaler,
    network: Shape,
}

#[derive(Serialize, Deserialize)]
struct Shape {
    sizes: Vec<usize>,
    activation: String,
    loss: String,
}

impl Member {
    /// What was fitted.
    pub fn new<T: Real>(fitted: Estimator<'_, T>) -> Member {
        let numbers = fitted.params.iter().map(|param| param.to_f64());
        let params = if T::NAME == "f32" {
            Params::F32(numbers.map(|number| number as f32).collect())
        } else {
            Params::F64(numbers.collect())
        };
        let NetworkConfig { sizes, activation, loss, .. } = fitted.network.config().clone();
        Member {
            pipeline: fitted.pipeline.clone(),
            target_scaler: fitted.target_scaler.clone(),
            network: network(sizes, activation, loss).expect("a network that was trained"),
            params,
        }
    }

    /// The parameters in the network's layout.
    pub fn params(&self) -> Vec<f64> {
        match &self.params {
            Params::F32(params) => params.iter().map(|&param| param.into()).collect(),
            Params::F64(params) => params.clone(),
        }
    }

    /// Predictions for those rows of a table's `features`.
    pub fn predict(&self, features: &Array2<f64>, rows: &[u32]) -> Predictions {
        match &self.params {
            Params::F32(params) => self.predict_in(params, features, rows),
            Params::F64(params) => self.predict_in(params, features, rows),
        }
    }

    fn predict_in<T: Real>(&self, params: &[T], features: &Array2<f64>, rows: &[u32]) -> Predictions {
        let Member { pipeline, target_scaler, network, .. } = self;
        let mut workspace = Workspace::new(network, SCORING_ROWS);
        Estimator { pipeline, target_scaler, network, params }.predict(features, rows, &mut workspace)
    }

    fn content(&self) -> MemberContent {
        let NetworkConfig { sizes, activation, loss, .. } = self.network.config();
        MemberContent {
            pipeline: self.pipeline.clone(),
            target_scaler: self.target_scaler.clone(),
            network: Shape {
                sizes: sizes.clone(),
                activation: activation.name().to_owned(),
                loss: loss.name().to_owned(),
            },
        }
    }

    fn tensors(&self, prefix: &str) -> Vec<weights::Written> {
        let layout = self.network.layout();
        match &self.params {
            Params::F32(params) => weights::tensors(layout, params, prefix),
            Params::F64(params) => weights::tensors(layout, params, prefix),
        }
    }

    /// The member that is said to be there, with its tensors.
    fn read(
        content: MemberContent,
        schema: &Schema,
        tensors: &SafeTensors<'_>,
        prefix: &str,
    ) -> Result<Member, String> {
        let MemberContent { pipeline, target_scaler, network: shape } = content;
        let activation = Activation::from_name(&shape.activation)
            .ok_or_else(|| format!("the activation {:?} is unknown", shape.activation))?;
        let loss =
            Loss::from_name(&shape.loss).ok_or_else(|| format!("the loss {:?} is unknown", shape.loss))?;
        let (n_values, n_targets) = match &schema.target {
            TargetSchema::Classes { labels, .. } => (labels.len(), 0),
            TargetSchema::Numbers { names } => (names.len(), names.len()),
        };
        let classifies = matches!(schema.target, TargetSchema::Classes { .. });
        let (inputs, outputs) = (shape.sizes.first(), shape.sizes.last());
        let fits = is_sound(schema)
            && pipeline.is_sound(schema.feature_names.len())
            && target_scaler.is_sound(n_targets)
            && classifies == loss.classifies()
            && n_values >= 1
            && (!classifies || loss.n_outputs(n_values) > 1 || n_values == 2)
            && inputs == Some(&pipeline.n_inputs())
            && outputs == Some(&loss.n_outputs(n_values));
        if !fits {
            return Err("the parts of the model do not fit together".to_owned());
        }
        // Before anything is allocated by the shape that is said: the numbers must be there.
        let n_numbers =
            tensors.tensors().iter().map(|(_, tensor)| tensor.data().len()).sum::<usize>() as u128;
        let n_params: u128 = shape
            .sizes
            .windows(2)
            .fold(0, |n: u128, pair| n.saturating_add((pair[0] as u128 + 1) * pair[1] as u128));
        if n_params > n_numbers {
            return Err(format!("a network of {n_params} parameters, which the file does not hold"));
        }
        let network = network(shape.sizes, activation, loss)?;
        let params = weights::params_of(tensors, network.layout(), prefix)?;
        let own = tensors.tensors();
        let is_double =
            own.iter().any(|(name, tensor)| name.starts_with(prefix) && tensor.dtype() == Dtype::F64);
        let params = if is_double {
            Params::F64(params)
        } else {
            Params::F32(params.into_iter().map(|param| param as f32).collect())
        };
        Ok(Member { pipeline, target_scaler, network, params })
    }
}

impl Model {
    /// The model of what was fitted on a table of that schema.
    pub fn new<T: Real>(fitted: Estimator<'_, T>, schema: Schema, origin: Origin) -> Model {
        Model::ensemble(vec![Member::new(fitted)], schema, origin)
    }

    /// The model of several networks, whose predictions are averaged: probabilities of classes, or numbers.
    ///
    /// # Panics
    /// Without members.
    pub fn ensemble(members: Vec<Member>, schema: Schema, origin: Origin) -> Model {
        assert!(!members.is_empty(), "a model has a network");
        Model { schema, origin, members }
    }

    /// Its networks.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Predictions for all rows of `features`, which are the schema's.
    ///
    /// # Panics
    /// When the columns are not as many as the schema's features.
    pub fn predict(&self, features: &Array2<f64>) -> Predictions {
        let rows: Vec<u32> = (0..features.nrows() as u32).collect();
        self.predict_rows(features, &rows)
    }

    /// The same for those rows.
    ///
    /// # Panics
    /// As [`predict`](Model::predict), and when a row is not there.
    pub fn predict_rows(&self, features: &Array2<f64>, rows: &[u32]) -> Predictions {
        let of_members = self.members.iter().map(|member| member.predict(features, rows));
        Predictions::mean(of_members).expect("a model has a network")
    }

    /// The content of its file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let (schema, origin) = (self.schema.clone(), self.origin.clone());
        let (content, tensors) = if let [only] = &self.members[..] {
            let content =
                Content { format: FORMAT, schema, only: Some(only.content()), members: Vec::new(), origin };
            (content, only.tensors(""))
        } else {
            let members = self.members.iter().map(Member::content).collect();
            let content = Content { format: ENSEMBLE_FORMAT, schema, only: None, members, origin };
            let tensors = self.members.iter().enumerate().flat_map(|(m, member)| member.tensors(&prefix(m)));
            (content, tensors.collect())
        };
        let json = serde_json::to_string(&content).expect("keys are text");
        weights::to_file(tensors, Some((KEY, json)))
    }

    /// Reads a model: its file, the folder with that, or the folder of results with that.
    ///
    /// # Errors
    /// When there is none, when it cannot be read, or when the file holds something else.
    pub fn load(path: &Path) -> Result<Model, ModelError> {
        let path = file_of(path).ok_or_else(|| ModelError::Missing { path: path.to_owned() })?;
        let mut bytes = Vec::new();
        let read = File::open(&path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
        read.map_err(|source| ModelError::Io { path: path.clone(), source })?;
        if bytes.len() as u64 > LARGEST {
            let reason = format!("larger than {} MiB, as no model is", LARGEST >> 20);
            return Err(ModelError::Content { path, reason });
        }
        Model::from_bytes(&bytes).map_err(|reason| ModelError::Content { path, reason })
    }

    /// The model in the content of a file; else what is wrong with it, in words.
    ///
    /// # Errors
    /// When the bytes are no model, or one that contradicts itself.
    pub fn from_bytes(bytes: &[u8]) -> Result<Model, String> {
        const NO_MODEL: &str = "weights alone, without the preprocessing of a model";
        let tensors = weights::deserialize(bytes)?;
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|error| error.to_string())?;
        let json = metadata.metadata().as_ref().and_then(|entries| entries.get(KEY)).ok_or(NO_MODEL)?;
        let json: Json = serde_json::from_str(json).map_err(|error| format!("no model: {error}"))?;
        let format = json.get("format").and_then(Json::as_u64).unwrap_or(0);
        if ![FORMAT, ENSEMBLE_FORMAT].map(u64::from).contains(&format) {
            return Err(format!(
                "a model of format {format}, and this mlpsweep knows formats {FORMAT} and {ENSEMBLE_FORMAT}"
            ));
        }
        let Content { schema, only, members, origin, .. } =
            serde_json::from_value(json).map_err(|error| format!("no model: {error}"))?;
        let members = match only {
            Some(only) if members.is_empty() => vec![Member::read(only, &schema, &tensors, "")?],
            None if !members.is_empty() => {
                let n = members.len();
                let known: Vec<String> = (0..n).map(prefix).collect();
                if let Some(extra) = tensors
                    .names()
                    .into_iter()
                    .find(|name| !known.iter().any(|p| name.starts_with(p.as_str())))
                {
                    return Err(format!("`{extra}` has no place in this model of {n} networks"));
                }
                let members = members.into_iter().zip(&known);
                members
                    .map(|(content, prefix)| Member::read(content, &schema, &tensors, prefix))
                    .collect::<Result<Vec<Member>, String>>()?
            }
            _ => return Err("no model: neither one network nor several".to_owned()),
        };
        Ok(Model { schema, origin, members })
    }
}

/// The start of the names of a member's tensors.
fn prefix(member_idx: usize) -> String {
    format!("members.{member_idx}.")
}

/// Whether a schema that was read says what one can say.
fn is_sound(schema: &Schema) -> bool {
    let n_features = schema.feature_names.len();
    let mut names: Vec<&String> = schema.feature_names.iter().chain(schema.target.names()).collect();
    names.sort_unstable();
    n_features > 0
        && names.windows(2).all(|pair| pair[0] != pair[1])
        && schema.categories.keys().all(|&feature_idx| feature_idx < n_features)
        && match &schema.target {
            TargetSchema::Classes { labels, positive, .. } => (*positive as usize) < labels.len(),
            TargetSchema::Numbers { .. } => true,
        }
}

/// The network as it predicts: what acts in training alone is left out.
fn network(sizes: Vec<usize>, activation: Activation, loss: Loss) -> Result<Network, String> {
    let loss_options = LossOptions::default();
    Network::new(NetworkConfig { sizes, activation, loss, loss_options, dropout: 0.0, input_dropout: 0.0 })
        .map_err(|error| error.to_string())
}

/// The file that `path` means.
fn file_of(path: &Path) -> Option<PathBuf> {
    let candidates = [path.to_owned(), path.join(FILE_NAME), path.join(FOLDER).join(FILE_NAME)];
    candidates.into_iter().find(|candidate| candidate.exists() && !candidate.is_dir())
}

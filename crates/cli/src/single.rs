//! One configuration: a sweep file in which every parameter is fixed, and its table, all of whose rows are trained on.

use crate::exit::{BAD_DATA, Problem, USAGE};
use mlpsweep_data::Dataset;
use mlpsweep_model::weights;
use mlpsweep_real::Real;
use mlpsweep_search::{Domain, Value};
use mlpsweep_seed::Seed;
use mlpsweep_sweep::record::Name;
use mlpsweep_sweep::spec::Sweep;
use mlpsweep_sweep::{networks, plan, train_config};
use mlpsweep_train::{Job, Session, TrainConfig, TrainError};
use std::path::{Path, PathBuf};

pub(crate) struct Single {
    file: PathBuf,
    sweep: Sweep,
    pub(crate) data: Dataset,
    pub(crate) config: TrainConfig,
    pub(crate) rows: Vec<u32>,
}

impl Single {
    /// What the file says, with the overrides of `--set`; `verb` is who wants it.
    pub(crate) fn read(file: &Path, set: &[String], verb: &str) -> Result<Single, Problem> {
        let sweep = Sweep::read(file, set)?;
        let n_enqueued = sweep.enqueue.entries.len();
        if n_enqueued > 0 {
            let message = format!("{}: `enqueue` lists configurations: {n_enqueued}", file.display());
            let hint = format!("{verb} wants one: every parameter fixed in [parameters], and no [[enqueue]]");
            return Err(Problem::new(USAGE, message).hint(Some(hint)));
        }
        let space = &sweep.parameters.space;
        let searched =
            space.parameters().iter().find(|parameter| !matches!(parameter.domain, Domain::Fixed(_)));
        if let Some(parameter) = searched {
            let message = format!("{}: `parameters.{}` is searched", file.display(), parameter.name);
            let hint = format!("{verb} wants every parameter fixed; give it one value, with --set perhaps");
            return Err(Problem::new(USAGE, message).hint(Some(hint)));
        }
        let point = space.nth(0).expect("the one point, since some point fulfils all constraints");
        let point: Vec<(Name, Value)> =
            point.iter().map(|(name, value)| (name.into(), value.clone())).collect();
        let data = plan::load(&sweep)?;
        networks::check(&sweep, &data)?;
        let config = train_config(&point, &data.target, sweep.early_stopping);
        let config = TrainConfig { gradient_norms: sweep.record.gradient_norms, ..config };
        let rows = (0..data.n_rows() as u32).collect();
        Ok(Single { file: file.to_owned(), sweep, data, config, rows })
    }

    /// The run it asks for, its weights drawn from the seed.
    pub(crate) fn job(&self) -> Job<'_> {
        Job {
            data: &self.data,
            rows: &self.rows,
            config: &self.config,
            preprocess: self.sweep.preprocess,
            start: None,
            seed: Seed::new(self.sweep.seed).child("train").child("all rows"),
        }
    }

    /// The weights of the file at `init`, if one is named, for this network.
    pub(crate) fn start<T: Real>(&self, init: Option<&Path>) -> Result<Option<Vec<f64>>, Problem> {
        let Some(path) = init else { return Ok(None) };
        let session = Session::<T>::new(self.job()).map_err(|error| self.refused(error))?;
        Ok(Some(weights::load(path, session.network().layout())?))
    }

    /// Why the run cannot begin, as a problem of the data or of the file.
    pub(crate) fn refused(&self, error: TrainError) -> Problem {
        match error {
            error @ (TrainError::Scale(_)
            | TrainError::TargetScale
            | TrainError::InnerSplit(_)
            | TrainError::NoWeight { .. }) => Problem::new(BAD_DATA, error.to_string()),
            error => Problem::new(USAGE, format!("{}: {error}", self.file.display())),
        }
    }
}

//! `mlpsweep export`: a sweep or its winner in other people's formats.

use crate::args::{ExportArguments, ExportFormat};
use crate::exit::{NOTHING, Problem, USAGE, print, tell, tell_if_immutable};
use mlpsweep_export::{cv_results_csv, cv_results_json, onnx, optuna_journal, tensorboard};
use mlpsweep_model::Model;
use mlpsweep_report::{Ranking, Study, write_file};
use mlpsweep_sweep::store::Store;

pub(crate) fn export(arguments: &ExportArguments) -> Result<(), Problem> {
    let ExportArguments { folder, to, out } = arguments;
    let content = match to {
        ExportFormat::Safetensors => Content::Bytes(Model::load(folder)?.to_bytes()),
        ExportFormat::Onnx => Content::Bytes(onnx(&Model::load(folder)?)),
        ExportFormat::Store => Content::Store,
        _ => {
            let study = Study::read(folder, *to == ExportFormat::Tensorboard)?;
            tell_if_immutable(&study, folder, false);
            if study.folds.is_empty() {
                let message = format!("{}: no fold is finished yet", folder.display());
                return Err(Problem::new(NOTHING, message));
            }
            let ranking = Ranking::new(&study);
            match to {
                ExportFormat::SklearnCsv => Content::Text(cv_results_csv(&study, &ranking)),
                ExportFormat::Optuna => Content::Text(optuna_journal(&study, &ranking)),
                ExportFormat::Tensorboard => Content::Bytes(tensorboard(&study, &ranking)),
                _ => Content::Text(cv_results_json(&study, &ranking)),
            }
        }
    };
    match (content, out) {
        (Content::Text(text), None) => print(&text),
        (Content::Bytes(_) | Content::Store, None) => {
            let message = "this format is no text: --out is missing";
            Err(Problem::new(USAGE, message)
                .hint(Some("name the file to write, such as --out model.onnx".into())))
        }
        (content, Some(path)) => {
            match &content {
                Content::Text(text) => write_file(path, text.as_bytes())?,
                Content::Bytes(bytes) => write_file(path, bytes)?,
                Content::Store => Store::copy(folder, path)?,
            }
            tell(&format!("written: {}", path.display()));
            Ok(())
        }
    }
}

enum Content {
    Text(String),
    Bytes(Vec<u8>),
    /// What is copied by SQLite itself.
    Store,
}

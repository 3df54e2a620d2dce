//! What a gate writes for people and CI systems, and tables as CSV.

use crate::exit::Problem;
use mlpsweep_report::{OutputError, formula_free, make_folder, write_file};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Writes `files` into `folder`, if one is given, and adds `summary` to what the job's page shows, if there is one. The tool posts
/// nothing itself.
pub(crate) fn write_reports(
    folder: Option<&Path>,
    files: &[(&str, &str)],
    summary: &str,
) -> Result<(), Problem> {
    if let Some(folder) = folder {
        make_folder(folder)?;
        for (name, content) in files {
            write_file(&folder.join(name), content.as_bytes())?;
        }
    }
    if let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").map(PathBuf::from) {
        let opened = std::fs::File::options().create(true).append(true).open(&path);
        let written = opened.and_then(|mut file| file.write_all(summary.as_bytes()));
        written.map_err(|source| OutputError { path, source })?;
    }
    Ok(())
}

/// Records as CSV, quoted where they must be, and free of formulas.
pub(crate) fn csv_text<R: IntoIterator<Item: AsRef<str>>>(records: impl IntoIterator<Item = R>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for record in records {
        for cell in record {
            let text = cell.as_ref();
            let is_number = text.parse::<f64>().is_ok();
            let cell = if is_number { text.into() } else { formula_free(text) };
            writer.write_field(cell.as_bytes()).expect("text goes into memory without fail");
        }
        writer.write_record(None::<&[u8]>).expect("text goes into memory without fail");
    }
    let bytes = writer.into_inner().expect("text goes into memory without fail");
    String::from_utf8(bytes).expect("text in, text out")
}

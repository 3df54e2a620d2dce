//! Where a table comes from: packed or not, and what stands between its cells.

use std::io::{self, Cursor, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::fault::Fault;
use crate::records::Records;

/// A table about to be read.
pub(crate) struct Source<'a> {
    /// The file's name without its ending.
    pub(crate) name: String,
    pub(crate) is_packed: bool,
    pub(crate) records: Records<Box<dyn Read + 'a>>,
}

impl<'a> Source<'a> {
    /// The table in `bytes`, which is called `path`; cells are apart by `delimiter`, else by what its name or its header says.
    ///
    /// # Errors
    /// Bytes that cannot be read.
    pub(crate) fn open(
        bytes: impl Read + 'a,
        path: &Path,
        delimiter: Option<u8>,
    ) -> Result<Source<'a>, Fault> {
        let Format { name, delimiter: usual, is_packed } = Format::of(path);
        let text: Box<dyn Read> =
            if is_packed { Box::new(MultiGzDecoder::new(bytes)) } else { Box::new(bytes) };
        let (start, rest) = with_start(text).map_err(Fault::Unreadable)?;
        let delimiter = delimiter.or(usual).unwrap_or_else(|| delimiter_of(&start));
        let text: Box<dyn Read> = Box::new(Cursor::new(start).chain(rest));
        Ok(Source { name, is_packed, records: Records::new(text, delimiter) })
    }
}

/// The first bytes of a source, where its header is, and what comes after them.
fn with_start<R: Read>(mut source: R) -> io::Result<(Vec<u8>, R)> {
    const ENOUGH: u64 = 64 << 10;
    let mut start = Vec::new();
    source.by_ref().take(ENOUGH).read_to_end(&mut start)?;
    Ok((start, source))
}

/// What stands between the cells of a header: a comma if there is one outside of quotes, else the candidate it has most of.
fn delimiter_of(start: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut is_quoted = false;
    // Empty lines before the header are skipped, as everywhere.
    for &byte in start.iter().skip_while(|byte| matches!(byte, b'\r' | b'\n')) {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' if !is_quoted => break,
            _ if !is_quoted => {
                counts.iter_mut().filter(|(candidate, _)| *candidate == byte).for_each(|(_, n)| *n += 1);
            }
            _ => {}
        }
    }
    let [(_, n_commas), ..] = counts;
    let most = counts.iter().rev().max_by_key(|(_, n)| *n).map_or(b',', |(candidate, _)| *candidate);
    if n_commas > 0 { b',' } else { most }
}

/// What a file's name says about it.
struct Format {
    name: String,
    delimiter: Option<u8>,
    is_packed: bool,
}

impl Format {
    fn of(path: &Path) -> Format {
        let file_name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let without = |name: &str, ending: &str| {
            let at = name.len().checked_sub(ending.len())?;
            name.get(at..)?.eq_ignore_ascii_case(ending).then(|| name[..at].to_owned())
        };
        let unpacked = without(&file_name, ".gz");
        let is_packed = unpacked.is_some();
        let table = unpacked.unwrap_or(file_name);
        if let Some(name) = without(&table, ".tsv") {
            return Format { name, delimiter: Some(b'\t'), is_packed };
        }
        let name = without(&table, ".csv").unwrap_or(table);
        Format { name, delimiter: None, is_packed }
    }
}

//! Bytes into records, strictly: every byte of a file either belongs to a cell or is refused.
//!
//! ```text
//! file    = [BOM] record *( end record ) [end]      end    = LF | CR LF         (CR alone at the very end too)
//! record  = cell *( delimiter cell )                empty records are skipped
//! cell    = bare | '"' *( any but '"' | '""' ) '"'
//! bare    = *( any but delimiter, LF, CR ), not starting with '"'
//! ```
//!
//! This is RFC 4180 with LF allowed and quotes inside bare cells (`5" pipe`) taken as they are. What most readers
//! let pass silently, losing or gluing rows, is an error here with its line: a quote that is never closed, text
//! after a closing quote, a lone CR, bytes that are not UTF-8.
//!
//! The file is read in blocks; a record lies whole in the buffer, and one longer than [`RECORD_LIMIT`] is refused
//! before more of it is read. Records without quotes, nearly all of most files, cost one vectorised search for
//! their end and one UTF-8 check.

use std::borrow::Cow;
use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memchr3};

use crate::fault::{Fault, excerpt};
use crate::number;

/// The longest record that is read, in bytes without its line end: 1 MiB.
///
/// A longer one is nearly always a file that is no CSV, or an opening quote without its end.
pub const RECORD_LIMIT: usize = 1 << 20;

/// Bytes asked for at a time, until a record needs more.
const BLOCK: usize = 256 << 10;

/// The records of a source, one after another.
pub(crate) struct Records<R> {
    source: R,
    delimiter: u8,
    /// Read and not yet handed out: `buffer[start..end]`.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// The source has no more bytes.
    ended: bool,
    begun: bool,
    /// Where `buffer[start]` stands in the source, lines counted from 1.
    line: u64,
    offset: u64,
}

impl<R: Read> Records<R> {
    pub(crate) fn new(source: R, delimiter: u8) -> Records<R> {
        Records {
            source,
            delimiter,
            buffer: vec![0; BLOCK],
            start: 0,
            end: 0,
            ended: false,
            begun: false,
            line: 1,
            offset: 0,
        }
    }

    /// Puts the next records into an emptied batch, as many as make it a full one; `false` at the end. On an error
    /// the batch has the records before it.
    pub(crate) fn next_batch(&mut self, batch: &mut Batch) -> Result<bool, Fault> {
        /// Large enough for handing over to cost little, small enough to stay in a cache.
        const FULL: usize = 128 << 10;
        batch.clear();
        batch.delimiter = self.delimiter;
        while batch.text.len() < FULL {
            let Some(record) = self.next()? else { return Ok(false) };
            batch.push(&record);
            batch.end_offset = self.offset;
        }
        Ok(true)
    }

    /// The next record that is not empty; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Record<'_>>, Fault> {
        if !self.begun {
            self.begin()?;
        }
        loop {
            let unread = &self.buffer[self.start..self.end];
            if unread.is_empty() && self.ended {
                return Ok(None);
            }
            let span = match find_end(unread, self.delimiter, self.ended) {
                Found::Record(span) if span.length <= RECORD_LIMIT => span,
                Found::Record(_) => return Err(Fault::RecordTooLong { line: self.line }),
                Found::NeedsMore { quote } if unread.len() > RECORD_LIMIT + 1 => {
                    return Err(match quote {
                        Some(at) => Fault::UnclosedQuote { line: self.line_of(at), within_limit: true },
                        None => Fault::RecordTooLong { line: self.line },
                    });
                }
                Found::NeedsMore { .. } => {
                    self.fill()?;
                    continue;
                }
                Found::UnclosedQuote { quote } => {
                    return Err(Fault::UnclosedQuote { line: self.line_of(quote), within_limit: false });
                }
                Found::TextAfterQuote { quote, at } => return Err(self.text_after_quote(quote, at)),
                Found::LoneCarriageReturn { at } => {
                    return Err(Fault::LoneCarriageReturn { line: self.line_of(at) });
                }
            };
            let (start, line) = (self.start, self.line);
            let end = start + span.length;
            if span.length == 0 {
                self.line += 1;
                self.offset += span.end_length as u64;
                self.start += span.end_length;
                continue;
            }
            return match std::str::from_utf8(&self.buffer[start..end]) {
                Ok(text) => {
                    let inner = if span.quoted { memchr_iter(b'\n', text.as_bytes()).count() } else { 0 };
                    self.line += 1 + inner as u64;
                    self.offset += (span.length + span.end_length) as u64;
                    self.start = end + span.end_length;
                    Ok(Some(Record { line, text, delimiter: self.delimiter }))
                }
                Err(error) => Err(self.invalid_utf8(error.valid_up_to())),
            };
        }
    }

    /// The first block; a UTF-8 byte-order mark is skipped, a UTF-16 one is told apart from other bad bytes.
    fn begin(&mut self) -> Result<(), Fault> {
        self.begun = true;
        self.fill()?;
        let head = &self.buffer[..self.end];
        if head.starts_with(b"\xef\xbb\xbf") {
            self.start = 3;
            self.offset = 3;
        } else if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
            return Err(Fault::InvalidUtf8 { line: 1, offset: 0, byte: head[0], utf16: true });
        }
        Ok(())
    }

    /// Reads until the buffer is full, which is twice as long as before if one record filled it.
    fn fill(&mut self) -> Result<(), Fault> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end == self.buffer.len() {
            self.buffer.resize(2 * self.end, 0);
        }
        while self.end < self.buffer.len() {
            match self.source.read(&mut self.buffer[self.end..]) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(n_bytes) => self.end += n_bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Fault::Unreadable(error)),
            }
        }
        Ok(())
    }

    /// The line in which the byte `at` bytes behind the record's start stands.
    fn line_of(&self, at: usize) -> u64 {
        self.line + memchr_iter(b'\n', &self.buffer[self.start..self.start + at]).count() as u64
    }

    fn text_after_quote(&self, quote: usize, at: usize) -> Fault {
        let record = &self.buffer[self.start..self.end];
        let before = String::from_utf8_lossy(&record[..quote]);
        let cell_end = memchr3(self.delimiter, b'\n', b'\r', &record[at..]).map_or(record.len(), |i| at + i);
        Fault::TextAfterQuote {
            line: self.line_of(at),
            opened: self.line_of(quote),
            field: Cells::new(&before, self.delimiter).count(),
            column: None,
            found: excerpt(&String::from_utf8_lossy(&record[quote..cell_end])),
        }
    }

    fn invalid_utf8(&self, at: usize) -> Fault {
        Fault::InvalidUtf8 {
            line: self.line_of(at),
            offset: self.offset + at as u64,
            byte: self.buffer[self.start + at],
            utf16: false,
        }
    }
}

/// What lies at the front of some bytes. Positions count from their start.
enum Found {
    Record(Span),
    /// No end in sight; `quote` is where a quoted cell opened that is not closed yet.
    NeedsMore {
        quote: Option<usize>,
    },
    UnclosedQuote {
        quote: usize,
    },
    TextAfterQuote {
        quote: usize,
        at: usize,
    },
    LoneCarriageReturn {
        at: usize,
    },
}

struct Span {
    /// Without the line end.
    length: usize,
    /// 0 at the end of the file, 1 for LF, 2 for CR LF.
    end_length: usize,
    /// Some cell is quoted, so that the record may hold line ends.
    quoted: bool,
}

fn find_end(bytes: &[u8], delimiter: u8, ended: bool) -> Found {
    let mut quoted = false;
    let mut from = 0;
    loop {
        let Some(at) = memchr3(b'\n', b'\r', b'"', &bytes[from..]).map(|i| from + i) else {
            return if ended {
                Found::Record(Span { length: bytes.len(), end_length: 0, quoted })
            } else {
                Found::NeedsMore { quote: None }
            };
        };
        match bytes[at] {
            b'\n' => return Found::Record(Span { length: at, end_length: 1, quoted }),
            b'\r' => {
                return match bytes.get(at + 1) {
                    Some(b'\n') => Found::Record(Span { length: at, end_length: 2, quoted }),
                    Some(_) => Found::LoneCarriageReturn { at },
                    // A CR LF file that lost its last byte is as good as one that lost its last line end.
                    None if ended => Found::Record(Span { length: at, end_length: 1, quoted }),
                    None => Found::NeedsMore { quote: None },
                };
            }
            _ if at > 0 && bytes[at - 1] != delimiter => from = at + 1,
            _ => {
                quoted = true;
                let Some(close) = closing_quote(bytes, at) else {
                    return if ended {
                        Found::UnclosedQuote { quote: at }
                    } else {
                        Found::NeedsMore { quote: Some(at) }
                    };
                };
                match bytes.get(close + 1) {
                    Some(b'\n' | b'\r') => {}
                    Some(&next) if next == delimiter => {}
                    Some(_) => return Found::TextAfterQuote { quote: at, at: close + 1 },
                    None if ended => {}
                    None => return Found::NeedsMore { quote: Some(at) },
                }
                from = close + 1;
            }
        }
    }
}

/// The quote that closes the one at `open`: the first that is not doubled.
fn closing_quote(bytes: &[u8], open: usize) -> Option<usize> {
    let mut from = open + 1;
    loop {
        let at = from + memchr(b'"', bytes.get(from..)?)?;
        if bytes.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        from = at + 2;
    }
}

/// One record: its text as it stands in the file, known to be well formed, and the line it starts on.
#[derive(Clone, Copy)]
pub(crate) struct Record<'a> {
    pub(crate) line: u64,
    text: &'a str,
    delimiter: u8,
}

impl<'a> Record<'a> {
    pub(crate) fn cells(&self) -> Cells<'a> {
        Cells::new(self.text, self.delimiter)
    }

    pub(crate) fn text(&self) -> &'a str {
        self.text
    }
}

/// Some records one after another, on their way to another thread.
#[derive(Default)]
pub(crate) struct Batch {
    text: String,
    /// For each record its line, and where it ends in `text`.
    records: Vec<(u64, usize)>,
    end_offset: u64,
    delimiter: u8,
}

impl Batch {
    /// How many bytes of the source there are up to the end of these records.
    pub(crate) fn end_offset(&self) -> u64 {
        self.end_offset
    }

    pub(crate) fn records(&self) -> impl Iterator<Item = Record<'_>> {
        self.records.iter().scan(0, |start, &(line, end)| {
            let text = &self.text[*start..end];
            *start = end;
            Some(Record { line, text, delimiter: self.delimiter })
        })
    }

    fn clear(&mut self) {
        self.text.clear();
        self.records.clear();
    }

    fn push(&mut self, record: &Record<'_>) {
        self.text.push_str(record.text);
        self.records.push((record.line, self.text.len()));
    }
}

/// The cells of a record, from left to right.
pub(crate) struct Cells<'a> {
    text: &'a str,
    /// Where the next cell starts; past the end when there is none.
    at: usize,
    delimiter: u8,
}

impl<'a> Cells<'a> {
    fn new(text: &'a str, delimiter: u8) -> Cells<'a> {
        Cells { text, at: 0, delimiter }
    }

    /// The next cell if it is a bare short decimal, parsed on the way to its end. Otherwise nothing is taken, and
    /// `next` has the cell.
    #[inline]
    pub(crate) fn short_decimal(&mut self) -> Option<f64> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let (value, length) = number::leading_decimal(rest)?;
        if rest.get(length).is_some_and(|&next| next != self.delimiter) {
            return None;
        }
        self.at += length + 1;
        Some(value)
    }
}

impl<'a> Iterator for Cells<'a> {
    type Item = Cow<'a, str>;

    /// The next cell without its quotes; borrowed unless it holds doubled ones.
    fn next(&mut self) -> Option<Cow<'a, str>> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let start = self.at;
        if rest.first() == Some(&b'"') {
            let close = closing_quote(rest, 0).expect("records are well formed");
            self.at += close + 2;
            let inner = &self.text[start + 1..start + close];
            return Some(if inner.contains('"') {
                Cow::Owned(inner.replace("\"\"", "\""))
            } else {
                Cow::Borrowed(inner)
            });
        }
        let length = memchr(self.delimiter, rest).unwrap_or(rest.len());
        self.at += length + 1;
        Some(Cow::Borrowed(&self.text[start..start + length]))
    }
}

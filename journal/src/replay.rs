//! Replaying: reads the journal's files from a given entry to the last one, entry by entry, and says where they end; then [`open`] leaves a
//! [`Writer`] there. The caller sees every entry and may refuse it.

use crate::catalog::Catalog;
use crate::data::DataError;
use crate::disk::Disk;
use crate::entry::Epoch;
use crate::error::JournalError;
use crate::record::Stored;
use crate::scan::{Found, Scan};
use crate::segment::{self, HEADER_LEN, Header, Segment, Segments};
use crate::tail::{self, Verdict};
use crate::writer::{Writer, WriterParts};
use std::path::{Path, PathBuf};

/// An open journal.
pub struct Opened {
    /// Its end, to be written.
    pub writer: Writer,
    /// Its catalog.
    pub segments: Segments,
    /// Id of its history.
    pub epoch: Epoch,
}

/// What the caller of [`replay`] thinks of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replayed {
    /// It gives the events that are stored.
    Same,
    /// It does not.
    Diverged,
    /// No more is wanted: this entry was not looked at.
    Enough,
}

/// Where an entry stands.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// In which file.
    pub segment: &'a Path,
    /// Where its record begins.
    pub offset: u64,
}

/// Where a journal ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct End {
    /// The last entry; the one that reading began behind, when there was none.
    pub last_seq: u64,
    /// Bytes of the last segment that make sense.
    pub len: u64,
    /// What stands behind them.
    pub torn: Option<Torn>,
}

/// The end of a last segment that is no whole record, and was never acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Torn {
    /// In which file.
    pub segment: PathBuf,
    /// Where it begins.
    pub offset: u64,
    /// What is wrong there.
    pub what: &'static str,
}

/// Takes one entry after the other.
pub type Take<'a> = dyn FnMut(Stored<'_>, Place<'_>) -> Replayed + 'a;

/// Gives each entry after `after`, up to `until`, to `take`, in order. Nothing is changed. What stands behind `until` is not looked at, so
/// that may still be written.
///
/// # Errors
/// A [`JournalError`] with its place. A torn tail is none.
pub fn replay(
    catalog: &Catalog,
    after: u64,
    until: u64,
    take: &mut Take<'_>,
) -> Result<End, JournalError> {
    let segments = catalog.segments();
    let mut end = End {
        last_seq: after,
        ..End::default()
    };
    let Some(first) = segments.first() else {
        return Ok(end);
    };
    if first.first_seq > after + 1 {
        return Err(JournalError::Unheld {
            seq: after + 1,
            first: first.first_seq,
        });
    }
    let from = segments.partition_point(|segment| segment.first_seq <= after + 1) - 1;
    for (index, segment) in segments.iter().enumerate().skip(from) {
        let place = (index == from, index + 1 == segments.len());
        if !end.read(segment, place, until, take)? {
            break;
        }
    }
    Ok(end)
}

/// Opens the journal to be written behind `end`, or makes a new one with a new epoch. A torn tail is cut off.
///
/// # Errors
/// A [`JournalError`].
pub fn open(
    catalog: &Catalog,
    end: &End,
    mut disk: Box<dyn Disk>,
    segment_bytes: u64,
) -> Result<Opened, JournalError> {
    let epoch = catalog.epoch().unwrap_or_else(Epoch::random);
    let segments = Segments::of(catalog.segments());
    let (tape, len) = match catalog.segments().last() {
        Some(last) => (disk.reopen(&last.path, end.len), end.len),
        None => {
            let first_seq = end.last_seq + 1;
            let path = segment::path(catalog.folder(), 1);
            segments.push(Segment {
                path: path.clone(),
                number: 1,
                first_seq,
            });
            let header = Header { epoch, first_seq };
            (disk.create(&path, &header.bytes()), HEADER_LEN)
        }
    };
    let tape = tape.map_err(|source| DataError::from_io(catalog.data(), source))?;
    let writer = Writer::new(WriterParts {
        disk,
        tape,
        folder: catalog.folder().to_owned(),
        epoch,
        segments: segments.clone(),
        len,
        segment_bytes,
    });
    Ok(Opened {
        writer,
        segments,
        epoch,
    })
}

impl End {
    /// Reads one segment, from the entry after the last one on. Whether more is wanted.
    fn read(
        &mut self,
        segment: &Segment,
        (is_first, is_last): (bool, bool),
        until: u64,
        take: &mut Take<'_>,
    ) -> Result<bool, JournalError> {
        let path = &segment.path;
        let mut scan = Scan::open(path)?;
        let follows = segment.first_seq == self.last_seq + 1;
        if !(follows || is_first && segment.first_seq <= self.last_seq) {
            return Err(scan.foreign("its first entry does not follow the segment before it"));
        }
        match scan.pass_to(self.last_seq + 1)? {
            Found::Entry(()) => {}
            Found::End => {
                return Err(JournalError::Short {
                    segment: path.clone(),
                    offset: scan.offset(),
                    last_seq: scan.next_seq() - 1,
                    known: self.last_seq,
                });
            }
            Found::Broken { what } => return Err(scan.damaged(what)),
        }
        while self.last_seq < until {
            let offset = scan.offset();
            let seq = scan.next_seq();
            match scan.read_stored()? {
                Found::Entry(stored) => {
                    let place = Place {
                        segment: path,
                        offset,
                    };
                    match take(stored, place) {
                        Replayed::Same => self.last_seq = seq,
                        Replayed::Enough => return Ok(false),
                        Replayed::Diverged => {
                            return Err(JournalError::Diverged {
                                segment: path.clone(),
                                seq,
                            });
                        }
                    }
                }
                Found::End => break,
                Found::Broken { what } => {
                    if !is_last || tail::judge(path, offset, seq)? == Verdict::Damaged {
                        return Err(scan.damaged(what));
                    }
                    let segment = path.clone();
                    self.torn = Some(Torn {
                        segment,
                        offset,
                        what,
                    });
                    break;
                }
            }
        }
        self.len = scan.offset();
        Ok(self.last_seq < until)
    }
}

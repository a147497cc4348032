//! [`open`]: reads the journal of a data folder from its first entry to its last, cuts a torn tail, and leaves a [`Writer`] at its end. The
//! caller sees every entry and may refuse it.

use crate::data::DataError;
use crate::disk::Disk;
use crate::entry::{Entry, Epoch};
use crate::error::JournalError;
use crate::scan::{Found, Scan};
use crate::segment::{self, Header, Segment, Segments};
use crate::tail::{self, Verdict};
use crate::writer::{HEADER_LEN, Writer, WriterParts};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// An open journal.
pub struct Opened {
    /// Its end, to be written.
    pub writer: Writer,
    /// Its files.
    pub segments: Segments,
    /// Id of its history.
    pub epoch: Epoch,
    /// Its last entry; 0 when it is new.
    pub last_seq: u64,
}

/// What the caller of [`open`] thinks of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replayed {
    /// It gives the events that are stored.
    Same,
    /// It does not.
    Diverged,
}

/// Opens the journal in `data`, or makes a new one with a new epoch. Each entry goes to `replay`, in order.
///
/// # Errors
/// A [`JournalError`]: nothing was changed then, except that the folder may have been made.
pub fn open(
    data: &Path,
    mut disk: Box<dyn Disk>,
    segment_bytes: u64,
    mut replay: impl FnMut(Entry) -> Replayed,
) -> Result<Opened, JournalError> {
    let folder = data.join("journal");
    let count = prepare(data, &folder)?;
    let segments = Segments::default();
    let mut end = End::default();
    for number in 1..=count {
        let path = segment::path(&folder, number);
        let first_seq = end.last_seq + 1;
        end.read(&path, number == count, &mut replay)?;
        segments.push(Segment { path, first_seq });
    }
    let last = segment::path(&folder, count.max(1));
    let epoch = end.epoch.unwrap_or_else(Epoch::random);
    let tape = if count == 0 {
        let header = Header {
            epoch,
            first_seq: 1,
        };
        segments.push(Segment {
            path: last.clone(),
            first_seq: 1,
        });
        end.len = HEADER_LEN;
        disk.create(&last, &header.bytes())
    } else {
        disk.reopen(&last, end.len)
    };
    let tape = tape.map_err(|source| DataError::from_io(data, source))?;
    let writer = Writer::new(WriterParts {
        disk,
        tape,
        folder,
        epoch,
        segments: segments.clone(),
        len: end.len,
        segment_bytes,
    });
    Ok(Opened {
        writer,
        segments,
        epoch,
        last_seq: end.last_seq,
    })
}

/// How far the reading has come.
#[derive(Debug, Default)]
struct End {
    /// Of the first segment.
    epoch: Option<Epoch>,
    /// The last entry read.
    last_seq: u64,
    /// Bytes of the last segment read that make sense.
    len: u64,
}

impl End {
    /// Reads one segment.
    fn read(
        &mut self,
        path: &Path,
        is_last: bool,
        replay: &mut impl FnMut(Entry) -> Replayed,
    ) -> Result<(), JournalError> {
        let mut scan = Scan::open(path)?;
        let header = scan.header();
        if *self.epoch.get_or_insert(header.epoch) != header.epoch {
            return Err(scan.foreign("it belongs to another history than the segments before it"));
        }
        if header.first_seq != self.last_seq + 1 {
            return Err(scan.foreign("its first entry does not follow the segment before it"));
        }
        loop {
            match scan.read()? {
                Found::Entry(entry) => self.take(path, *entry, replay)?,
                Found::End => break,
                Found::Broken { what } => {
                    judge(path, &scan, is_last, what)?;
                    break;
                }
            }
        }
        self.len = scan.offset();
        Ok(())
    }

    fn take(
        &mut self,
        path: &Path,
        entry: Entry,
        replay: &mut impl FnMut(Entry) -> Replayed,
    ) -> Result<(), JournalError> {
        let seq = entry.seq;
        self.last_seq = seq;
        match replay(entry) {
            Replayed::Same => Ok(()),
            Replayed::Diverged => Err(JournalError::Diverged {
                segment: path.to_owned(),
                seq,
            }),
        }
    }
}

/// Lets a torn tail pass, with a line in the log; anything else is damage.
fn judge(path: &Path, scan: &Scan, is_last: bool, what: &'static str) -> Result<(), JournalError> {
    if !is_last || tail::judge(path, scan.offset(), scan.next_seq())? == Verdict::Damaged {
        return Err(scan.damaged(what));
    }
    tracing::warn!(
        segment = %path.display(),
        offset = scan.offset(),
        seq = scan.next_seq(),
        what,
        "the journal has a torn tail, never acknowledged: cut off"
    );
    Ok(())
}

/// Makes the journal's folder if it is not there and removes half-made segments; how many segments there are.
fn prepare(data: &Path, folder: &Path) -> Result<u64, JournalError> {
    let failed = |source| JournalError::Folder(DataError::from_io(data, source));
    match fs::create_dir(folder) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(failed(error)),
    }
    let mut names = Vec::new();
    for file in fs::read_dir(folder).map_err(failed)? {
        let path = file.map_err(failed)?.path();
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("new") => fs::remove_file(&path).map_err(failed)?,
            Some("seg") => names.push(path),
            _ => {}
        }
    }
    names.sort();
    consecutive(folder, &names)
}

/// How many segments there are, when they are numbered from 1 without a gap.
fn consecutive(folder: &Path, names: &[PathBuf]) -> Result<u64, JournalError> {
    let mut count = 0;
    for name in names {
        let expected = segment::path(folder, count + 1);
        if *name != expected {
            return Err(JournalError::Missing { segment: expected });
        }
        count += 1;
    }
    Ok(count)
}

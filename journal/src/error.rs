//! [`JournalError`]: why a journal cannot be opened or read, by who is to blame.

use crate::data::DataError;
use crate::segment;
use std::io;
use std::path::{Path, PathBuf};

/// Why a journal cannot be opened or read.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The operating system refuses the folder: rights, room, or something in its place.
    #[error(transparent)]
    Folder(#[from] DataError),
    /// A segment has the layout of another version of the program.
    #[error("{segment}: layout version {version} is not known to this program")]
    Version {
        /// Which file.
        segment: PathBuf,
        /// Its version.
        version: u32,
    },
    /// A segment is not where its number belongs.
    #[error("the journal lacks the segment {segment}")]
    Missing {
        /// Which file should be there.
        segment: PathBuf,
    },
    /// An entry is asked for that no segment holds: older ones were archived or removed.
    #[error(
        "no segment of the journal holds entry {seq}: the first one begins with entry {first}; put the archived ones back"
    )]
    Unheld {
        /// Which entry.
        seq: u64,
        /// The first one that there is.
        first: u64,
    },
    /// The journal ends before an entry that a snapshot holds: durable entries are gone.
    #[error(
        "{segment}: it ends at byte {offset} with entry {last_seq}, but a snapshot holds entry {known}: entries are lost"
    )]
    Short {
        /// The last file.
        segment: PathBuf,
        /// Where it ends.
        offset: u64,
        /// The last entry in it.
        last_seq: u64,
        /// The last entry in the snapshot.
        known: u64,
    },
    /// A place to cut at has nothing ahead of it: it is the beginning of the first segment that there is.
    #[error(
        "{segment}: no segment is ahead of it: cut there, nothing of the journal would be left"
    )]
    NothingLeft {
        /// The first file.
        segment: PathBuf,
    },
    /// Bytes that were durable are not what was written.
    #[error("{segment}: damaged at byte {offset}: {what}")]
    Damaged {
        /// Which file.
        segment: PathBuf,
        /// Where the bad record (or header) begins.
        offset: u64,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Replaying an instruction does not give the events that are stored: another program wrote them, or this one has a defect.
    #[error("{segment}: entry {seq} replays to other events than the stored ones")]
    Diverged {
        /// Which file.
        segment: PathBuf,
        /// Which entry.
        seq: u64,
    },
    /// A segment cannot be read or written.
    #[error("{segment}: {source}")]
    Io {
        /// Which file.
        segment: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
}

impl JournalError {
    /// Where the journal could be cut to be used again: segment and byte. Not in front of segment 1: nothing would be left.
    pub fn place(&self) -> Option<(&Path, u64)> {
        let (segment, offset) = match self {
            Self::Damaged {
                segment, offset, ..
            }
            | Self::Short {
                segment, offset, ..
            } => (segment, *offset),
            Self::Missing { segment } => (segment, 0),
            _ => return None,
        };
        let is_all = offset == 0 && segment::number(segment) == Some(1);
        (!is_all).then_some((segment.as_path(), offset))
    }
}

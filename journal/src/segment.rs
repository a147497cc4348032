//! Segments: the header of a file, its name, and the list of all of them that writer and readers share.

use crate::entry::Epoch;
use crate::error::JournalError;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// Bytes of a segment's header.
pub const HEADER_BYTES: usize = 40;
const MAGIC: [u8; 8] = *b"LOGGIAJ1";
/// Of header and entries together: postcard writes no names, so every change of what an entry holds is another layout.
const VERSION: u32 = 4;
/// The greatest number that a segment may begin with: what is counted from there has room.
const MAX_FIRST_SEQ: u64 = 1 << 62;

/// The header of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Id of the journal's history.
    pub epoch: Epoch,
    /// The first entry in it.
    pub first_seq: u64,
}

impl Header {
    /// As it stands in the file.
    pub fn bytes(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..28].copy_from_slice(&self.epoch.0.to_le_bytes());
        bytes[28..36].copy_from_slice(&self.first_seq.to_le_bytes());
        let crc = crc32fast::hash(&bytes[..36]);
        bytes[36..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Reads the header of `segment`.
    ///
    /// # Errors
    /// [`JournalError::Damaged`] at byte 0, or [`JournalError::Version`].
    pub fn read(bytes: &[u8; HEADER_BYTES], segment: &Path) -> Result<Self, JournalError> {
        let damaged = |what| JournalError::Damaged {
            segment: segment.to_owned(),
            offset: 0,
            what,
        };
        let (magic, rest) = bytes.split_at(8);
        if magic != MAGIC {
            return Err(damaged("it does not begin with LOGGIAJ1"));
        }
        // First, so that a flipped bit is no other version.
        if crc32fast::hash(&bytes[..36]) != u32::from_le_bytes(fixed(bytes, 36)) {
            return Err(damaged("the header's checksum does not fit"));
        }
        let version = u32::from_le_bytes(fixed(rest, 0));
        if version != VERSION {
            return Err(JournalError::Version {
                segment: segment.to_owned(),
                version,
            });
        }
        let first_seq = u64::from_le_bytes(fixed(bytes, 28));
        if !(1..=MAX_FIRST_SEQ).contains(&first_seq) {
            return Err(damaged("its first entry has an impossible number"));
        }
        Ok(Self {
            epoch: Epoch(u128::from_le_bytes(fixed(bytes, 12))),
            first_seq,
        })
    }
}

/// `N` bytes from `at`, within a header.
fn fixed<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes[at..at + N]
        .try_into()
        .expect("the places of a header's fields lie within it")
}

/// One file of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Where it is.
    pub path: PathBuf,
    /// Its number, from 1.
    pub number: u64,
    /// The first entry in it.
    pub first_seq: u64,
}

/// Bytes of a segment without records.
pub(crate) const HEADER_LEN: u64 = 40;
const _: () = assert!(HEADER_BYTES == 40);

/// The number in a segment's name; `None` for every other file.
pub fn number(path: &Path) -> Option<u64> {
    let stem = path.file_name()?.to_str()?.strip_suffix(".seg")?;
    stem.parse().ok().filter(|number| *number > 0)
}

/// The path of segment `number` (from 1).
pub fn path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:010}.seg"))
}

/// All segments, oldest first; the writer adds, readers look up. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Segments(Arc<RwLock<Vec<Segment>>>);

impl Segments {
    /// These, oldest first.
    pub(crate) fn of(segments: &[Segment]) -> Self {
        Self(Arc::new(RwLock::new(segments.to_vec())))
    }

    /// All of them, oldest first.
    pub fn all(&self) -> Vec<Segment> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Forgets the oldest, unless it is the only one: nobody finds it here any more.
    pub fn forget_oldest(&self) -> Option<Segment> {
        let mut segments = self.0.write().unwrap_or_else(PoisonError::into_inner);
        (segments.len() > 1).then(|| segments.remove(0))
    }

    /// The oldest after all: it is where it was.
    pub fn put_back(&self, oldest: Segment) {
        let mut segments = self.0.write().unwrap_or_else(PoisonError::into_inner);
        segments.insert(0, oldest);
    }

    /// The first entry that a segment holds; 1 when there is none.
    pub fn first_seq(&self) -> u64 {
        let segments = self.0.read().unwrap_or_else(PoisonError::into_inner);
        segments.first().map_or(1, |segment| segment.first_seq)
    }

    /// Adds the newest.
    pub fn push(&self, segment: Segment) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .push(segment);
    }

    /// The number of the next one to be made.
    pub(crate) fn next_number(&self) -> u64 {
        let segments = self.0.read().unwrap_or_else(PoisonError::into_inner);
        segments.last().map_or(1, |last| last.number + 1)
    }

    /// The segment that holds entry `seq`, or will hold it when it is the next one to come.
    pub fn holding(&self, seq: u64) -> Option<Segment> {
        let segments = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let after = segments.partition_point(|segment| segment.first_seq <= seq);
        segments.get(after.checked_sub(1)?).cloned()
    }
}

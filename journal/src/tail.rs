//! Tells a torn tail from damage: looks behind a bad record for one that vouches that everything before it had been settled.

use crate::error::JournalError;
use crate::record::{HEADER_BYTES, RecordHeader, seq};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// What a bad record of the last segment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing behind it says that it was ever settled: the writer died.
    Torn,
    /// A whole record behind it was made when the bad one was durable.
    Damaged,
}

/// Judges the bad record at `offset` of `path`, where entry `expected` should stand.
pub(crate) fn judge(path: &Path, offset: u64, expected: u64) -> Result<Verdict, JournalError> {
    let failed = |source| JournalError::Io {
        segment: path.to_owned(),
        source,
    };
    let mut file = File::open(path).map_err(failed)?;
    file.seek(SeekFrom::Start(offset)).map_err(failed)?;
    let mut rest = Vec::new();
    file.read_to_end(&mut rest).map_err(failed)?;
    let mut at = 1;
    while let Some(candidate) = rest.get(at..) {
        match whole_record(candidate, expected, rest.len()) {
            Some(header) if header.settled >= expected => return Ok(Verdict::Damaged),
            Some(header) => at += HEADER_BYTES + header.payload_bytes,
            None => at += 1,
        }
    }
    Ok(Verdict::Torn)
}

/// The header of a whole record of a later entry at the start of `bytes`, if one stands there. The cheap checks come first: few places
/// of a file pass them by chance, so that the checksum is seldom computed in vain.
fn whole_record(bytes: &[u8], expected: u64, limit: usize) -> Option<RecordHeader> {
    let (header, rest) = bytes.split_first_chunk::<HEADER_BYTES>()?;
    let header = RecordHeader::read(header)?;
    let payload = rest.get(..header.payload_bytes)?;
    // Each record between the two has bytes of its own, so that a number far ahead is chance.
    let most = expected + u64::try_from(limit / HEADER_BYTES).ok()?;
    let later = (expected + 1..=most).contains(&seq(payload)?);
    (later && header.vouches_for(payload)).then_some(header)
}

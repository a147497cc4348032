//! [`Cursor`]: one reader's place in the journal's files. It reads only what is published, so the end of a file is never torn for it.

use crate::entry::Entry;
use crate::error::JournalError;
use crate::scan::{Found, Scan};
use crate::segment::Segments;

/// Entries behind one another, from the files. Blocking: not for an async task.
#[derive(Debug)]
pub struct Cursor {
    segments: Segments,
    /// The last entry read.
    position: u64,
    /// A walk through the segment of the last entry read.
    scan: Option<Scan>,
}

impl Cursor {
    /// Reads what comes after entry `position`.
    pub fn new(segments: Segments, position: u64) -> Self {
        Self {
            segments,
            position,
            scan: None,
        }
    }

    /// The next entries, up to number `until`, at most `max` of them, and none more once they have `events_max` events; none when the
    /// position is there already.
    ///
    /// # Errors
    /// A [`JournalError`] when the files do not hold what was published.
    pub fn read(
        &mut self,
        until: u64,
        max: usize,
        events_max: usize,
    ) -> Result<Vec<Entry>, JournalError> {
        let mut entries = Vec::new();
        let mut events = 0;
        while self.position < until && entries.len() < max && events < events_max {
            let entry = self.next_entry()?;
            self.position = entry.seq;
            events += entry.events.len();
            entries.push(entry);
        }
        Ok(entries)
    }

    fn next_entry(&mut self) -> Result<Entry, JournalError> {
        let seq = self.position + 1;
        if let Some(scan) = &mut self.scan
            && scan.next_seq() == seq
            && let Some(entry) = read(scan)?
        {
            return Ok(entry);
        }
        let segment = self
            .segments
            .holding(seq)
            .ok_or_else(|| JournalError::Unheld {
                seq,
                first: self.segments.first_seq(),
            })?;
        let scan = self.scan.insert(Scan::open(&segment.path)?);
        let there = scan.skip_to(seq)?;
        let entry = if there { read(scan)? } else { None };
        entry.ok_or_else(|| scan.damaged("it ends before a published entry"))
    }
}

/// The next entry of a segment; `None` at its end.
fn read(scan: &mut Scan) -> Result<Option<Entry>, JournalError> {
    match scan.read()? {
        Found::Entry(entry) => Ok(Some(entry)),
        Found::End => Ok(None),
        Found::Broken { what } => Err(scan.damaged(what)),
    }
}

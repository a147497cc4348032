//! Showing kept messages, from any segment. A read that the visitor broke off is gone on with by the next one at the
//! place where it stopped, from bytes that are there already: a long resend in pieces reads each byte once, by
//! 64 KiB at a time.

use std::fs::File;
use std::ops::{ControlFlow, RangeInclusive};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use crate::io::file_store::FileStore;
use crate::io::file_store::index::Index;
use crate::io::file_store::record::{self, Kind, Record};
use crate::io::file_store::recovery::{Sealed, incarnation_low, open_segment};
use crate::io::file_store::segment::RECORDS_AT;
use crate::io::file_store::walk::{Step, Walk};
use crate::session::store::{StoreError, Stored};

/// Shows one message; whether to go on.
pub(super) type Visit<'a> = dyn FnMut(Stored<'_>) -> ControlFlow<()> + 'a;

/// A place among the messages.
#[derive(Debug)]
pub(super) struct Reading {
    segment: u64,
    walk: Walk,
    /// The number behind the last one shown: where the next read probably begins.
    next: u64,
}

impl Reading {
    /// Memory behind it, in bytes.
    pub(super) fn held_bytes(&self) -> usize {
        self.walk.held_bytes()
    }
}

/// Why showing a segment ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// The visitor wants no more for now, after this number.
    Enough(u64),
    /// Everything behind is above the range.
    Past,
    /// The segment has no more.
    End,
}

impl FileStore {
    /// Shows what is kept of `range`. Everything is written.
    pub(super) fn show(
        &mut self,
        range: &RangeInclusive<u64>,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError> {
        let start = *range.start();
        let kept = self.reading.take().filter(|reading| reading.next == start);
        let mut reading = match kept {
            Some(reading) if self.records_end(reading.segment).is_some() => reading,
            _ => self.reading_from(start)?,
        };
        let low = incarnation_low(self.header.incarnation);
        while let Some(end) = self.records_end(reading.segment) {
            reading.walk.set_end(end);
            match show_walk(&mut reading.walk, low, range, visit)? {
                Shown::Past => break,
                Shown::Enough(number) => {
                    reading.next = number.saturating_add(1);
                    self.reading = Some(reading);
                    break;
                }
                Shown::End if reading.segment >= self.segment.number => break,
                Shown::End => reading = self.reading_at(reading.segment + 1, RECORDS_AT)?,
            }
        }
        Ok(())
    }

    /// Where the records of a segment end; `None` for one that is not kept.
    fn records_end(&self, segment: u64) -> Option<u64> {
        if segment == self.segment.number {
            return Some(self.len);
        }
        self.sealed(segment).map(|sealed| sealed.ends.records)
    }

    fn sealed(&self, segment: u64) -> Option<&Sealed> {
        let at = segment.checked_sub(self.header.first_segment)?;
        self.segments.get(usize::try_from(at).ok()?)
    }

    /// A place at or before the message `number`.
    fn reading_from(&self, number: u64) -> Result<Reading, StoreError> {
        if number >= self.segment.numbers.next_out || self.segments.is_empty() {
            let at = self.index.before(number).unwrap_or(RECORDS_AT);
            return self.reading_at(self.segment.number, at);
        }
        let after = self
            .segments
            .partition_point(|sealed| sealed.header.numbers.next_out <= number);
        let sealed = &self.segments[after.saturating_sub(1)];
        let (file, _) = open_segment(&self.place, sealed.header.number, self.header.incarnation)?;
        let index = read_index(&file, sealed);
        let at = index.and_then(|index| index.before(number));
        self.reading_at(sealed.header.number, at.unwrap_or(RECORDS_AT))
    }

    fn reading_at(&self, segment: u64, at: u64) -> Result<Reading, StoreError> {
        let file = if segment == self.segment.number {
            Arc::clone(&self.file)
        } else {
            Arc::new(open_segment(&self.place, segment, self.header.incarnation)?.0)
        };
        Ok(Reading {
            segment,
            walk: Walk::new(self.place.segment(segment), file, at..at),
            next: 0,
        })
    }
}

/// The index of a sealed segment; `None` where it cannot be read: then the segment is read from its beginning.
pub(super) fn read_index(file: &File, sealed: &Sealed) -> Option<Index> {
    let len = usize::try_from(sealed.ends.file - sealed.ends.records).ok()?;
    if len > record::OVERHEAD + record::BYTES_MAX {
        return None;
    }
    let mut bytes = vec![0; len];
    file.read_exact_at(&mut bytes, sealed.ends.records).ok()?;
    let record = Record::read(&bytes).ok()?;
    (record.kind == Kind::Index).then(|| Index::read(record.bytes))
}

/// Shows what is left of one segment.
pub(super) fn show_walk(
    walk: &mut Walk,
    incarnation_low: u16,
    range: &RangeInclusive<u64>,
    visit: &mut Visit<'_>,
) -> Result<Shown, StoreError> {
    loop {
        let (record, bytes) = match walk.step()? {
            Step::End => return Ok(Shown::End),
            Step::Bad(why) => return Err(walk.damaged(why)),
            Step::Record { record, bytes } => (record, bytes),
        };
        if record::incarnation_low(bytes) != incarnation_low {
            return Err(walk.damaged("it belongs to the numbers before a reset"));
        }
        let (number, len) = (record.number, bytes.len());
        if number > *range.end() {
            return Ok(Shown::Past);
        }
        let mut flow = ControlFlow::Continue(());
        if record.kind == Kind::Message && number >= *range.start() {
            flow = visit(Stored {
                msg_seq_num: number,
                cause: record.cause,
                bytes: record.bytes,
            });
        }
        walk.advance(len);
        if flow.is_break() {
            return Ok(Shown::Enough(number));
        }
    }
}

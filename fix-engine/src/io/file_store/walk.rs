//! A walk over the records of one segment, reading the file in pieces of 64 KiB. In: a file, a part of it. Out: its
//! records, one after the other. Changes nothing; remembers its place, so that it can be gone on with later.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use crate::io::file_store::place::Place;
use crate::io::file_store::record::{self, Extent, Record};
use crate::session::store::StoreError;

/// Bytes read at once, and kept between two calls: more only for a record that is longer.
pub(super) const PIECE: usize = 64 * 1024;

/// A walk over records.
#[derive(Debug)]
pub(super) struct Walk {
    place: Place,
    file: Arc<File>,
    /// Offset in the file of `buf[from]`.
    at: u64,
    end: u64,
    buf: Vec<u8>,
    from: usize,
}

/// What stands at the current place.
pub(super) enum Step<'a> {
    /// The part is read to its end.
    End,
    /// A whole record, and its bytes with everything around the message.
    Record { record: Record<'a>, bytes: &'a [u8] },
    /// No whole record begins here.
    Bad(&'static str),
}

impl Walk {
    pub(super) fn new(place: Place, file: Arc<File>, part: Range<u64>) -> Walk {
        Walk {
            place,
            file,
            at: part.start,
            end: part.end,
            buf: Vec::new(),
            from: 0,
        }
    }

    /// Memory behind the walk, in bytes.
    pub(super) fn held_bytes(&self) -> usize {
        self.buf.capacity()
    }

    /// Offset of the current place.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// The part ends there now: the segment has grown, or lost what could not be written wholly.
    pub(super) fn set_end(&mut self, end: u64) {
        self.end = end;
    }

    /// What stands at the current place.
    pub(super) fn step(&mut self) -> Result<Step<'_>, StoreError> {
        if self.at >= self.end {
            return Ok(Step::End);
        }
        let len = loop {
            let needed = match Record::extent(&self.buf[self.from..]) {
                Extent::Whole(len) => break len,
                Extent::Bad(why) => return Ok(Step::Bad(why)),
                Extent::Short(needed) => needed,
            };
            if needed as u64 > self.end - self.at {
                return Ok(Step::Bad("it ends in the middle"));
            }
            self.fill(needed)?;
        };
        let bytes = &self.buf[self.from..self.from + len];
        Ok(match Record::read(bytes) {
            Ok(record) => Step::Record { record, bytes },
            Err(why) => Step::Bad(why),
        })
    }

    /// That what stands here is not what was written.
    pub(super) fn damaged(&self, why: &str) -> StoreError {
        self.place.damaged(self.at, why)
    }

    /// Goes on behind the next `len` bytes.
    pub(super) fn advance(&mut self, len: usize) {
        self.from += len;
        self.at += len as u64;
    }

    /// Reads until `needed` bytes are there.
    fn fill(&mut self, needed: usize) -> Result<(), StoreError> {
        self.buf.drain(..self.from);
        self.from = 0;
        let have = self.buf.len();
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        let want = needed.max(PIECE).min(left).max(have);
        self.buf.resize(want, 0);
        let read = self
            .file
            .read_exact_at(&mut self.buf[have..], self.at + have as u64);
        if read.is_err() {
            self.buf.truncate(have);
        }
        self.place.act("read", read)
    }

    /// Whether a whole record with these low bits of the incarnation begins anywhere behind the current place.
    pub(super) fn finds_another(&mut self, incarnation_low: u16) -> Result<bool, StoreError> {
        while self.at + (record::OVERHEAD as u64) < self.end {
            self.advance(1);
            if self.buf.len() - self.from < record::OVERHEAD {
                self.fill(record::OVERHEAD)?;
            }
            if record::incarnation_low(&self.buf[self.from..]) == incarnation_low
                && let Step::Record { .. } = self.step()?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

//! Segments come and go: sealing the one that is written and beginning the next, a reset, removing what need not be
//! kept. Each change is a row of steps, and the store is whole after each of them:
//!
//! | step | the process ends here: the next open |
//! |---|---|
//! | the index is written behind the last record | cuts it off again |
//! | the segment is synced | as before |
//! | the next segment is made, its header written and synced, its name synced | does not know it, and removes it |
//! | the store's header names it | goes on with it |
//! | segments that need not be kept are removed, oldest first | removes the rest |
//!
//! A reset is the same without the first two steps.

use std::fs::File;
use std::sync::Arc;

use crate::io::file_store::disk;
use crate::io::file_store::index::Index;
use crate::io::file_store::place::Place;
use crate::io::file_store::record::{Kind, Record};
use crate::io::file_store::recovery::{Numbers, Sealed};
use crate::io::file_store::segment::{Ends, RECORDS_AT, SegmentHeader};
use crate::io::file_store::{FileStore, RESERVED_BLOCK};
use crate::session::store::StoreError;
use crate::time::Timestamp;

/// Sealed segments of a store: with more, the oldest is removed whatever should be kept.
pub const SEGMENTS_MAX: usize = 1024;
/// Bytes that a segment has at least before a new day seals it: a session that only beats does not make a file a day.
pub const DAY_BYTES_MIN: u64 = 256 * 1024;

const NANOS_PER_DAY: i64 = 86_400_000_000_000;

impl FileStore {
    /// Seals the segment and begins another, now. Removes the segments that need not be kept. The store does so by
    /// itself when a segment is full and on each new day (UTC).
    ///
    /// # Errors
    /// Whatever the medium says; the store goes on with the segment it has.
    pub fn roll(&mut self, now: Timestamp) -> Result<(), StoreError> {
        self.write_pending()?;
        self.seal(now)
    }

    /// Rolls where it is due; called before a commit writes.
    pub(super) fn turn_page(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let today = day(now);
        let is_new_day = self.day.is_some_and(|day| day < today);
        let is_worth_it = self.len >= RECORDS_AT + DAY_BYTES_MIN;
        if self.len >= self.config.segment_bytes() || is_new_day && is_worth_it {
            self.seal(now)?;
        } else if is_new_day {
            self.expire(now)?;
        }
        if is_new_day || self.day.is_none() {
            self.day = Some(today);
        }
        Ok(())
    }

    /// Everything that is committed is in sealed segments afterwards.
    fn seal(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if self.is_stopped {
            return Err(StoreError::Stopped);
        }
        let begun = self.write_index().and_then(|before| {
            let next = SegmentHeader {
                number: self.segment.number + 1,
                incarnation: self.header.incarnation,
                numbers: self.committed,
                begun: Some(now),
                before,
            };
            Ok((next, begin_segment(&self.place, &next)?))
        });
        let (next, file) = begun.inspect_err(|_| self.cut_back())?;
        let kept = self.header;
        self.header.last_segment = next.number;
        self.header.synced_len = RECORDS_AT;
        self.segments.push(Sealed {
            header: self.segment,
            ends: next.before,
        });
        self.header.first_segment = self.oldest_kept(&next, now);
        if let Err(error) = self.write_header() {
            // Which header the disk has is unknown: the next open finds out.
            self.is_stopped = true;
            self.header = kept;
            self.segments.pop();
            return Err(error);
        }
        self.go_on_with(next, file);
        self.remove_expired(kept.first_segment);
        Ok(())
    }

    /// Both numbers are 1 again, in a new segment.
    pub(super) fn begin_anew(&mut self, at: Timestamp) -> Result<(), StoreError> {
        if self.is_stopped {
            return Err(StoreError::Stopped);
        }
        let next = SegmentHeader {
            number: self.segment.number + 1,
            incarnation: self.header.incarnation + 1,
            numbers: Numbers::FIRST,
            begun: Some(at),
            before: Ends::default(),
        };
        let file = begin_segment(&self.place, &next)?;
        let kept = self.header;
        self.header.incarnation = next.incarnation;
        self.header.first_segment = next.number;
        self.header.last_segment = next.number;
        self.header.synced_len = RECORDS_AT;
        self.header.reserved_out = 1 + RESERVED_BLOCK;
        self.header.began = Some(at);
        if let Err(error) = self.write_header() {
            self.is_stopped = true;
            self.header = kept;
            return Err(error);
        }
        self.forget_pending();
        self.reading = None;
        self.segments.clear();
        self.go_on_with(next, file);
        self.now = Numbers::FIRST;
        self.committed = Numbers::FIRST;
        self.recorded_next_in = self.now.next_in;
        self.day = Some(day(at));
        self.remove(kept.first_segment..next.number);
        Ok(())
    }

    /// Removes what the header does not name: steps that a killed process did not come to.
    pub(super) fn remove_strays(&self) -> Result<(), StoreError> {
        disk::remove(&self.place.segment(self.header.last_segment + 1))?;
        let mut number = self.header.first_segment;
        while number > 1 && disk::remove(&self.place.segment(number - 1))? {
            number -= 1;
        }
        Ok(())
    }

    /// Writes the index behind the records and syncs the segment.
    fn write_index(&mut self) -> Result<Ends, StoreError> {
        let mut bytes = Vec::new();
        let record = Record {
            kind: Kind::Index,
            number: self.committed.next_out - 1,
            next_in: self.committed.next_in,
            cause: None,
            bytes: &self.index.encode(),
        };
        record.encode(self.header.incarnation, &mut bytes);
        let place = self.place.segment(self.segment.number);
        disk::write(&place, &self.file, self.len, &bytes)?;
        disk::sync(&place, &self.file)?;
        Ok(Ends {
            records: self.len,
            file: self.len + bytes.len() as u64,
        })
    }

    fn go_on_with(&mut self, segment: SegmentHeader, file: File) {
        self.segment = segment;
        self.file = Arc::new(file);
        self.len = RECORDS_AT;
        self.index = Index::default();
    }

    fn expire(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let kept = self.header;
        self.header.first_segment = self.oldest_kept(&self.segment, now);
        if self.header.first_segment == kept.first_segment {
            return Ok(());
        }
        self.write_header().inspect_err(|_| self.header = kept)?;
        self.remove_expired(kept.first_segment);
        Ok(())
    }

    /// The oldest segment that must stay when `last` is the one that is written.
    fn oldest_kept(&self, last: &SegmentHeader, now: Timestamp) -> u64 {
        let seconds = i64::from(self.config.keep_days) * 86_400;
        let oldest_time = now.plus_secs(-seconds);
        let oldest_number = self
            .committed
            .next_out
            .saturating_sub(self.config.keep_numbers);
        let surplus = self.segments.len().saturating_sub(SEGMENTS_MAX);
        let mut next = self.segments.iter().map(|sealed| &sealed.header).skip(1);
        let mut gone = 0;
        // A segment ends where and when the next one begins.
        while gone < self.segments.len() {
            let end = next.next().unwrap_or(last);
            let is_old = end.begun.is_some_and(|ended| ended <= oldest_time);
            let is_behind = end.numbers.next_out <= oldest_number;
            if !is_old && !is_behind && gone >= surplus {
                break;
            }
            gone += 1;
        }
        self.header.first_segment + gone as u64
    }

    fn remove_expired(&mut self, first_before: u64) {
        let gone = self.header.first_segment - first_before;
        let gone = usize::try_from(gone).unwrap_or(usize::MAX);
        self.segments.drain(..gone.min(self.segments.len()));
        self.remove(first_before..self.header.first_segment);
    }

    /// What cannot be removed stays until the next open tries again: nothing reads it.
    fn remove(&self, segments: std::ops::Range<u64>) {
        for number in segments {
            if disk::remove(&self.place.segment(number)).is_err() {
                break;
            }
        }
    }
}

/// Makes a segment, with its header and its name durable. Where that fails nothing stays.
pub(super) fn begin_segment(place: &Place, header: &SegmentHeader) -> Result<File, StoreError> {
    let place = place.segment(header.number);
    let file = disk::create(&place)?;
    let made = disk::write(&place, &file, 0, &header.encode())
        .and_then(|()| disk::sync(&place, &file))
        .and_then(|()| disk::sync_folder(&place));
    match made {
        Ok(()) => Ok(file),
        Err(error) => {
            let _ = disk::remove(&place);
            Err(error)
        }
    }
}

/// The day (UTC) of a time, counted from 1970.
pub(super) fn day(at: Timestamp) -> i64 {
    at.nanos().div_euclid(NANOS_PER_DAY)
}

//! What a store takes in: records of a turn, written at once by its commit; numbers, reserved before they are used. In:
//! numbers and bytes. Out: bytes behind the last record, a header. When a write fails the store is as it was before.

use std::ops::{ControlFlow, RangeInclusive};

use crate::io::file_store::record::{self, Kind, Record};
use crate::io::file_store::{FileStore, RESERVED_BLOCK, disk};
use crate::session::input::Cause;
use crate::session::store::{MAX_MSG_SEQ_NUM, Store, StoreError, Stored};
use crate::time::Timestamp;

/// Records of one turn that are kept in memory, in bytes; more are written before the turn ends.
const PENDING_MAX: usize = 1024 * 1024;
/// Room that stays for the next turn's records, in bytes.
const PENDING_ROOM: usize = 64 * 1024;

impl FileStore {
    /// Reserves outgoing numbers from `next_out` on and syncs.
    fn reserve(&mut self, next_out: u64) -> Result<(), StoreError> {
        let kept = self.header;
        self.header.reserved_out = next_out.saturating_add(RESERVED_BLOCK).min(MAX_MSG_SEQ_NUM);
        self.write_header().inspect_err(|_| self.header = kept)
    }

    /// Writes the header into the older slot and syncs it. Where that fails the newer slot still counts.
    pub(super) fn write_header(&mut self) -> Result<(), StoreError> {
        let generation = self.header.generation;
        self.header.generation = generation + 1;
        let (at, bytes) = (self.header.slot_at() as u64, self.header.encode());
        disk::write(&self.place, &self.head, at, &bytes)
            .and_then(|()| disk::sync(&self.place, &self.head))
            .inspect_err(|_| self.header.generation = generation)
    }

    fn push(&mut self, record: &Record<'_>) -> Result<(), StoreError> {
        if self.is_stopped {
            return Err(StoreError::Stopped);
        }
        if record.bytes.len() > record::BYTES_MAX {
            return Err(StoreError::TooLong {
                len: record.bytes.len(),
                max: record::BYTES_MAX,
            });
        }
        if self.pending.len() >= PENDING_MAX {
            self.write_pending()?;
        }
        if record.kind != Kind::Inbound {
            self.pending_index
                .note(record.number, self.pending.len() as u64);
        }
        record.encode(self.header.incarnation, &mut self.pending);
        self.recorded_next_in = record.next_in;
        Ok(())
    }

    /// Numbers from here on need a reserved block.
    fn ensure_reserved(&mut self, number: u64) -> Result<(), StoreError> {
        if self.is_stopped {
            return Err(StoreError::Stopped);
        }
        if number < self.header.reserved_out {
            return Ok(());
        }
        self.reserve(number)
    }

    /// Writes the records of the turn, and the inbound number where none of them says it.
    pub(super) fn write_pending(&mut self) -> Result<(), StoreError> {
        if self.now.next_in != self.recorded_next_in {
            let record = Record {
                kind: Kind::Inbound,
                number: self.now.next_out - 1,
                next_in: self.now.next_in,
                cause: None,
                bytes: &[],
            };
            record.encode(self.header.incarnation, &mut self.pending);
            self.recorded_next_in = self.now.next_in;
        }
        if self.pending.is_empty() {
            return Ok(());
        }
        if self.is_stopped {
            return Err(StoreError::Stopped);
        }
        let place = self.place.segment(self.segment.number);
        let mut written = disk::write(&place, &self.file, self.len, &self.pending);
        if self.config.sync_commits {
            written = written.and_then(|()| disk::sync(&place, &self.file));
        }
        if let Err(error) = written {
            self.cut_back();
            self.forget_pending();
            return Err(error);
        }
        self.index.extend(&self.pending_index, self.len);
        self.len += self.pending.len() as u64;
        self.pending.clear();
        self.pending.shrink_to(PENDING_ROOM);
        self.pending_index.clear();
        self.committed = self.now;
        Ok(())
    }

    /// A write failed: the segment goes back to its last whole record.
    pub(super) fn cut_back(&mut self) {
        let place = self.place.segment(self.segment.number);
        self.is_stopped |= disk::cut(&place, &self.file, self.len).is_err();
    }

    /// What the turn wanted to write is gone: the numbers go back to what the files hold.
    pub(super) fn forget_pending(&mut self) {
        self.pending.clear();
        self.pending_index.clear();
        self.now = self.committed;
        self.recorded_next_in = self.committed.next_in;
    }

    pub(super) fn settle(&mut self) -> Result<(), StoreError> {
        self.write_pending()?;
        disk::sync(&self.place.segment(self.segment.number), &self.file)?;
        let kept = self.header;
        self.header.reserved_out = self.now.next_out;
        self.header.synced_len = self.len;
        self.write_header().inspect_err(|_| self.header = kept)
    }

    fn check_next_out(&self, number: u64, is_right: bool) -> Result<(), StoreError> {
        if !is_right {
            return Err(StoreError::OutOfOrder {
                given: number,
                expected: self.now.next_out,
            });
        }
        if number >= MAX_MSG_SEQ_NUM {
            return Err(StoreError::Exhausted);
        }
        Ok(())
    }
}

impl Store for FileStore {
    fn next_out(&self) -> u64 {
        self.now.next_out
    }

    fn next_in(&self) -> u64 {
        self.now.next_in
    }

    fn append(
        &mut self,
        msg_seq_num: u64,
        cause: Option<Cause>,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        self.check_next_out(msg_seq_num, msg_seq_num == self.now.next_out)?;
        self.ensure_reserved(msg_seq_num)?;
        let next_in = self.now.next_in;
        self.push(&Record {
            kind: Kind::Message,
            number: msg_seq_num,
            next_in,
            cause,
            bytes,
        })?;
        self.now.next_out = msg_seq_num + 1;
        self.now.last_cause = cause.or(self.now.last_cause);
        Ok(())
    }

    fn skip(&mut self, msg_seq_num: u64) -> Result<(), StoreError> {
        self.check_next_out(msg_seq_num, msg_seq_num >= self.now.next_out)?;
        self.ensure_reserved(msg_seq_num)?;
        let next_in = self.now.next_in;
        self.push(&Record {
            kind: Kind::Skip,
            number: msg_seq_num,
            next_in,
            cause: None,
            bytes: &[],
        })?;
        self.now.next_out = msg_seq_num + 1;
        Ok(())
    }

    fn set_next_in(&mut self, msg_seq_num: u64) -> Result<(), StoreError> {
        if self.is_stopped {
            return Err(StoreError::Stopped);
        }
        self.now.next_in = msg_seq_num;
        Ok(())
    }

    fn commit(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if self.pending.is_empty() && self.now.next_in == self.recorded_next_in {
            return Ok(());
        }
        self.turn_page(now).inspect_err(|_| self.forget_pending())?;
        self.write_pending()
    }

    fn read(
        &mut self,
        range: RangeInclusive<u64>,
        visit: &mut dyn FnMut(Stored<'_>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.write_pending()?;
        if range.is_empty() {
            return Ok(());
        }
        self.show(&range, visit)
    }

    fn reset(&mut self, at: Timestamp) -> Result<(), StoreError> {
        self.begin_anew(at)
    }

    fn begin(&mut self, at: Timestamp) -> Result<(), StoreError> {
        if self.header.began.is_some() {
            return Ok(());
        }
        let kept = self.header;
        self.header.began = Some(at);
        self.write_header().inspect_err(|_| self.header = kept)
    }

    fn began(&self) -> Option<Timestamp> {
        self.header.began
    }

    fn last_cause(&self) -> Option<Cause> {
        self.now.last_cause
    }

    fn incarnation(&self) -> u64 {
        self.header.incarnation
    }
}

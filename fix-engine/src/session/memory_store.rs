//! A store that forgets everything with the process. In: numbers, bytes. Out: the same. For tests, load generators
//! and sessions that reset at every logon. Its memory grows with what is sent: it is bounded by what its owner sends.

use std::collections::BTreeMap;
use std::ops::{ControlFlow, RangeInclusive};

use bytes::Bytes;

use crate::session::input::Cause;
use crate::session::store::{MAX_MSG_SEQ_NUM, Store, StoreError, Stored};
use crate::time::Timestamp;

/// Keeps numbers and messages in memory.
#[derive(Debug, Clone)]
pub struct MemoryStore {
    next_out: u64,
    next_in: u64,
    incarnation: u64,
    began: Option<Timestamp>,
    last_cause: Option<Cause>,
    messages: BTreeMap<u64, (Option<Cause>, Bytes)>,
    /// How many of the latest messages are kept.
    kept_max: usize,
}

impl MemoryStore {
    /// An empty store that keeps every message.
    #[must_use]
    pub fn new() -> MemoryStore {
        MemoryStore::with_kept_max(usize::MAX)
    }

    /// An empty store that keeps the latest `kept_max` messages; older ones count as skipped.
    #[must_use]
    pub fn with_kept_max(kept_max: usize) -> MemoryStore {
        MemoryStore {
            next_out: 1,
            next_in: 1,
            incarnation: 1,
            began: None,
            last_cause: None,
            messages: BTreeMap::new(),
            kept_max,
        }
    }
}

impl Default for MemoryStore {
    fn default() -> MemoryStore {
        MemoryStore::new()
    }
}

impl Store for MemoryStore {
    fn next_out(&self) -> u64 {
        self.next_out
    }

    fn next_in(&self) -> u64 {
        self.next_in
    }

    fn append(
        &mut self,
        msg_seq_num: u64,
        cause: Option<Cause>,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        if msg_seq_num != self.next_out {
            return Err(StoreError::OutOfOrder {
                given: msg_seq_num,
                expected: self.next_out,
            });
        }
        if msg_seq_num >= MAX_MSG_SEQ_NUM {
            return Err(StoreError::Exhausted);
        }
        if self.kept_max > 0 {
            if self.messages.len() >= self.kept_max {
                self.messages.pop_first();
            }
            self.messages
                .insert(msg_seq_num, (cause, Bytes::copy_from_slice(bytes)));
        }
        self.next_out = msg_seq_num + 1;
        self.last_cause = cause.or(self.last_cause);
        Ok(())
    }

    fn skip(&mut self, msg_seq_num: u64) -> Result<(), StoreError> {
        if msg_seq_num < self.next_out {
            return Err(StoreError::OutOfOrder {
                given: msg_seq_num,
                expected: self.next_out,
            });
        }
        if msg_seq_num >= MAX_MSG_SEQ_NUM {
            return Err(StoreError::Exhausted);
        }
        self.next_out = msg_seq_num + 1;
        Ok(())
    }

    fn set_next_in(&mut self, msg_seq_num: u64) -> Result<(), StoreError> {
        self.next_in = msg_seq_num;
        Ok(())
    }

    fn commit(&mut self, _now: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }

    fn read(
        &mut self,
        range: RangeInclusive<u64>,
        visit: &mut dyn FnMut(Stored<'_>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        if range.is_empty() {
            return Ok(());
        }
        for (msg_seq_num, (cause, bytes)) in self.messages.range(range) {
            if visit(Stored {
                msg_seq_num: *msg_seq_num,
                cause: *cause,
                bytes,
            })
            .is_break()
            {
                break;
            }
        }
        Ok(())
    }

    fn reset(&mut self, at: Timestamp) -> Result<(), StoreError> {
        self.messages.clear();
        self.next_out = 1;
        self.next_in = 1;
        self.last_cause = None;
        self.incarnation += 1;
        self.began = Some(at);
        Ok(())
    }

    fn begin(&mut self, at: Timestamp) -> Result<(), StoreError> {
        self.began.get_or_insert(at);
        Ok(())
    }

    fn began(&self) -> Option<Timestamp> {
        self.began
    }

    fn last_cause(&self) -> Option<Cause> {
        self.last_cause
    }

    fn incarnation(&self) -> u64 {
        self.incarnation
    }
}

//! What a session needs from the place where it keeps its numbers and messages. In: numbers, bytes. Out: the same,
//! later. Does not know files nor the meaning of the bytes.
//!
//! Every implementation passes one suite (`tests/it/store.rs`).

use std::ops::{ControlFlow, RangeInclusive};

use thiserror::Error;

use crate::session::input::Cause;
use crate::time::Timestamp;

/// The largest MsgSeqNum (34) that is used or taken: 2^63 - 1.
pub const MAX_MSG_SEQ_NUM: u64 = i64::MAX as u64;

/// Keeps a session's numbers and its outgoing application messages.
///
/// Numbers begin at 1. Outgoing numbers are used one after the other: each is either appended or skipped.
/// After an error the store still answers what it answered before the failed call; it may refuse further writes
/// with [`StoreError::Stopped`].
pub trait Store {
    /// The next outgoing MsgSeqNum (34).
    fn next_out(&self) -> u64;

    /// The next incoming MsgSeqNum (34) that is not yet durable in the application.
    fn next_in(&self) -> u64;

    /// Keeps the outgoing message `msg_seq_num`, which must be [`Store::next_out`].
    ///
    /// # Errors
    /// [`StoreError::OutOfOrder`] for another number, and whatever the medium says.
    fn append(
        &mut self,
        msg_seq_num: u64,
        cause: Option<Cause>,
        bytes: &[u8],
    ) -> Result<(), StoreError>;

    /// Marks every outgoing number from [`Store::next_out`] to `msg_seq_num` as used; nothing is kept for them.
    ///
    /// # Errors
    /// [`StoreError::OutOfOrder`] when `msg_seq_num` is already used, and whatever the medium says.
    fn skip(&mut self, msg_seq_num: u64) -> Result<(), StoreError>;

    /// Sets the next incoming number, up or down.
    ///
    /// # Errors
    /// Whatever the medium says.
    fn set_next_in(&mut self, msg_seq_num: u64) -> Result<(), StoreError>;

    /// Makes everything since the last commit survive the end of the process. The session calls it once a turn,
    /// however many inputs that has, before the driver sees the actions. `now` is the turn's time: a store may go on
    /// in another file on another day.
    ///
    /// # Errors
    /// Whatever the medium says.
    fn commit(&mut self, now: Timestamp) -> Result<(), StoreError>;

    /// Shows the kept messages of a range, in order, until the visitor breaks. Skipped numbers are left out, and
    /// messages that are not kept any more. The next read goes on cheaply where the visitor broke.
    ///
    /// # Errors
    /// Whatever the medium says; the messages before it have been shown.
    fn read(
        &mut self,
        range: RangeInclusive<u64>,
        visit: &mut dyn FnMut(Stored<'_>) -> ControlFlow<()>,
    ) -> Result<(), StoreError>;

    /// Forgets everything: both numbers are 1 again, [`Store::incarnation`] one higher, [`Store::began`] is `at`.
    ///
    /// # Errors
    /// Whatever the medium says.
    fn reset(&mut self, at: Timestamp) -> Result<(), StoreError>;

    /// Notes when the numbering began where that is not known: the session says so when it uses the first number.
    /// Survives what [`Store::reset`] survives. Changes nothing once [`Store::began`] is known.
    ///
    /// # Errors
    /// Whatever the medium says.
    fn begin(&mut self, at: Timestamp) -> Result<(), StoreError>;

    /// When the numbering began: the time of the last reset, or else of the first use; `None` before it.
    fn began(&self) -> Option<Timestamp>;

    /// The cause of the last message that had one, since the last reset.
    fn last_cause(&self) -> Option<Cause>;

    /// How many resets the store has seen, plus one.
    fn incarnation(&self) -> u64;
}

/// One kept message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored<'a> {
    /// Its MsgSeqNum (34).
    pub msg_seq_num: u64,
    /// What caused it.
    pub cause: Option<Cause>,
    /// The whole message as it was first sent.
    pub bytes: &'a [u8],
}

/// Why a store refuses. Ordered by who is to blame: the caller, the medium, the bytes on it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StoreError {
    /// The number is not the next one.
    #[error("message number {given} given to the store, the next one is {expected}")]
    OutOfOrder {
        /// The number that was given.
        given: u64,
        /// The number that is next.
        expected: u64,
    },
    /// The message is longer than a record can be.
    #[error("message of {len} bytes is longer than a record of the store can be ({max} bytes)")]
    TooLong {
        /// Length of the message in bytes.
        len: usize,
        /// The longest one in bytes.
        max: usize,
    },
    /// All numbers up to [`MAX_MSG_SEQ_NUM`] are used.
    #[error("all message numbers are used up: reset the session")]
    Exhausted,
    /// The store is in use by another process.
    #[error("the store {place} is in use by another process")]
    InUse {
        /// Where the store lies.
        place: String,
    },
    /// No room is left.
    #[error("no room left for the store {place}")]
    Full {
        /// Where the store lies.
        place: String,
    },
    /// The medium failed otherwise.
    #[error("the store {place} cannot be {act}: {why}")]
    Medium {
        /// Where the store lies.
        place: String,
        /// What was tried: `read`, `written`, …
        act: &'static str,
        /// What the operating system said.
        why: String,
    },
    /// An earlier write failed; the store has to be opened again.
    #[error("the store stopped after an earlier failure; open it again")]
    Stopped,
    /// The medium holds something else than what was written.
    #[error("the store {place} is damaged at byte {offset}: {why}")]
    Damaged {
        /// Where the store lies.
        place: String,
        /// Offset of the first wrong record, in bytes.
        offset: u64,
        /// What is wrong there.
        why: String,
    },
    /// The store was written by another version of this program.
    #[error("the store {place} has format version {found}, this program reads version {known}")]
    Version {
        /// Where the store lies.
        place: String,
        /// The version in the file.
        found: u16,
        /// The version that is read.
        known: u16,
    },
}

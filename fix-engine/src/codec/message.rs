//! A whole message, owned and indexed. In: the bytes of one frame. Out: its fields by tag, typed.
//! Cloning shares the bytes. Does not know which fields belong in which message: see [`crate::dictionary`].

use std::fmt;
use std::str;

use bytes::Bytes;

use crate::codec::field::{Field, FieldError, FieldErrorKind};
use crate::codec::garbled::Garbled;
use crate::codec::group::GroupIter;
use crate::codec::index::CheckSum;
use crate::codec::view::View;
use crate::codec::{index, pipe};
use crate::tag;
use crate::time::Timestamp;

/// One message: bytes and the index of their fields. Its debug text is [`Message::to_pipe`]: no secret is in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    bytes: Bytes,
    fields: Vec<Field>,
}

impl Message {
    /// Reads one whole frame: CheckSum, BodyLength, the order of the first three fields, data fields by their
    /// Length fields.
    ///
    /// # Errors
    /// [`Garbled`] says what is wrong with the bytes.
    pub fn parse(bytes: Bytes) -> Result<Message, Garbled> {
        Message::parse_with(bytes, Vec::with_capacity(FIELDS_EXPECTED))
    }

    /// As [`Message::parse`], with the memory of an index that is no longer needed ([`Message::into_index`]).
    ///
    /// # Errors
    /// [`Garbled`] says what is wrong with the bytes.
    pub fn parse_with(bytes: Bytes, spare: Vec<Field>) -> Result<Message, Garbled> {
        Message::parse_choosing(bytes, spare, CheckSum::Checked)
    }

    /// As [`Message::parse_with`], with a choice about the value of CheckSum (10).
    ///
    /// # Errors
    /// [`Garbled`] says what is wrong with the bytes.
    pub fn parse_choosing(
        bytes: Bytes,
        mut spare: Vec<Field>,
        check_sum: CheckSum,
    ) -> Result<Message, Garbled> {
        index::read_with(&bytes, &mut spare, check_sum)?;
        Ok(Message {
            bytes,
            fields: spare,
        })
    }

    /// Reads a message written with `|`, `^A` or SOH between its fields; BodyLength and CheckSum are computed where
    /// they are absent and kept where they are there.
    ///
    /// # Errors
    /// [`Garbled`] says what is wrong with the resulting bytes.
    pub fn from_pipe(text: &str) -> Result<Message, Garbled> {
        Message::parse(pipe::to_bytes(text))
    }

    /// The same message in memory of its own: one cut from a larger buffer keeps all of that buffer alive.
    #[must_use]
    pub fn detached(self) -> Message {
        Message {
            bytes: Bytes::copy_from_slice(&self.bytes),
            fields: self.fields,
        }
    }

    /// Gives up the message and keeps the memory of its index for the next.
    #[must_use]
    pub fn into_index(self) -> Vec<Field> {
        self.fields
    }

    /// MsgType (35).
    #[must_use]
    pub fn msg_type(&self) -> &str {
        let value = self
            .fields
            .get(2)
            .map(|field| field.value(&self.bytes))
            .unwrap_or_default();
        str::from_utf8(value).unwrap_or_default()
    }

    /// The bytes as they came.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// All fields, to read or to pass on.
    #[must_use]
    #[inline]
    pub fn view(&self) -> View<'_> {
        View::new(&self.bytes, &self.fields)
    }

    /// Tag and value of every field, in order of appearance.
    pub fn fields(&self) -> impl Iterator<Item = (u32, &[u8])> {
        self.view().fields()
    }

    /// Value of the first field with this tag.
    #[must_use]
    pub fn value(&self, tag: u32) -> Option<&[u8]> {
        self.view().value(tag)
    }

    /// Whether a field with this tag is there.
    #[must_use]
    pub fn has(&self, tag: u32) -> bool {
        self.view().has(tag)
    }

    /// Value of the first field with this tag, as text; `None` also where it is not UTF-8.
    #[must_use]
    pub fn text(&self, tag: u32) -> Option<&str> {
        self.view().text(tag)
    }

    /// See [`View::require`].
    ///
    /// # Errors
    /// `Missing` or `Empty`.
    pub fn require(&self, tag: u32) -> Result<&[u8], FieldError> {
        self.view().require(tag)
    }

    /// See [`View::require_text`].
    ///
    /// # Errors
    /// `Missing`, `Empty` or `Format`.
    pub fn require_text(&self, tag: u32) -> Result<&str, FieldError> {
        self.view().require_text(tag)
    }

    /// See [`View::uint`].
    ///
    /// # Errors
    /// `Empty`, `Format` or `OutOfRange`.
    pub fn uint(&self, tag: u32) -> Result<Option<u64>, FieldError> {
        self.view().uint(tag)
    }

    /// See [`View::int`].
    ///
    /// # Errors
    /// `Empty`, `Format` or `OutOfRange`.
    pub fn int(&self, tag: u32) -> Result<Option<i64>, FieldError> {
        self.view().int(tag)
    }

    /// See [`View::char`].
    ///
    /// # Errors
    /// `Empty` or `Format`.
    pub fn char(&self, tag: u32) -> Result<Option<u8>, FieldError> {
        self.view().char(tag)
    }

    /// See [`View::bool`].
    ///
    /// # Errors
    /// `Empty` or `Format`.
    pub fn bool(&self, tag: u32) -> Result<Option<bool>, FieldError> {
        self.view().bool(tag)
    }

    /// See [`View::timestamp`].
    ///
    /// # Errors
    /// `Empty`, `Format` or `OutOfRange`.
    pub fn timestamp(&self, tag: u32) -> Result<Option<Timestamp>, FieldError> {
        self.view().timestamp(tag)
    }

    /// MsgSeqNum (34).
    ///
    /// # Errors
    /// `Missing`, `Empty`, `Format` or `OutOfRange`.
    pub fn msg_seq_num(&self) -> Result<u64, FieldError> {
        self.uint(tag::MSG_SEQ_NUM)?
            .ok_or(FieldError::new(tag::MSG_SEQ_NUM, FieldErrorKind::Missing))
    }

    /// Entries of the repeating group counted by `count_tag`: see [`GroupIter`].
    #[must_use]
    pub fn group(&self, count_tag: u32) -> GroupIter<'_> {
        self.view().group(count_tag)
    }

    /// The message for a log: `|` for SOH, passwords and raw data masked, control characters escaped.
    #[must_use]
    pub fn to_pipe(&self) -> String {
        pipe::to_text(self.view())
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Message({})", self.to_pipe())
    }
}

/// Fields for which a new index has room: more than an order has, fewer than a market data snapshot.
const FIELDS_EXPECTED: usize = 40;

//! One record of a store's file. In: its values or its bytes. Out: the other. All numbers are little endian.
//!
//! ```text
//! 0     4   length of the record, these four bytes and the checksum included
//! 4     1   kind: 1 message, 2 numbers used without a message, 3 inbound number, 4 index of a segment
//! 5     1   1 where there is a cause, else 0
//! 6     2   the low 16 bits of the incarnation
//! 8     8   the last outgoing number used, this record included
//! 16    8   the next inbound number, this record included
//! 24    8   cause: entry of the application's log
//! 32    4   cause: index within the entry
//! 36    n   the message's bytes
//! 36+n  4   CRC-32 of everything before it
//! ```

use crate::session::input::Cause;

/// Bytes of a record around the message.
pub(super) const OVERHEAD: usize = HEAD_LEN + 4;
/// Longest message that a record takes, in bytes.
pub(super) const BYTES_MAX: usize = 16 * 1024 * 1024;

const HEAD_LEN: usize = 36;

/// What a record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A message that is kept.
    Message,
    /// Numbers up to this one are used; nothing is kept for them.
    Skip,
    /// Only the inbound number moved.
    Inbound,
    /// Where records stand in the segment that ends here.
    Index,
}

/// One record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record<'a> {
    pub(super) kind: Kind,
    pub(super) number: u64,
    pub(super) next_in: u64,
    pub(super) cause: Option<Cause>,
    pub(super) bytes: &'a [u8],
}

/// How long the record at some place of the file is, as its first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// So many bytes, all there.
    Whole(usize),
    /// The beginning of one that needs so many bytes in all.
    Short(usize),
    /// No record.
    Bad(&'static str),
}

impl<'a> Record<'a> {
    /// Appends the record's bytes.
    pub(super) fn encode(&self, incarnation: u64, out: &mut Vec<u8>) {
        let start = out.len();
        let len =
            u32::try_from(OVERHEAD + self.bytes.len()).expect("the store refuses longer messages");
        out.extend_from_slice(&len.to_le_bytes());
        out.push(self.kind as u8 + 1);
        out.push(u8::from(self.cause.is_some()));
        out.extend_from_slice(&incarnation.to_le_bytes()[..2]);
        out.extend_from_slice(&self.number.to_le_bytes());
        out.extend_from_slice(&self.next_in.to_le_bytes());
        let cause = self.cause.unwrap_or_default();
        out.extend_from_slice(&cause.entry.to_le_bytes());
        out.extend_from_slice(&cause.index.to_le_bytes());
        out.extend_from_slice(self.bytes);
        let sum = crc32fast::hash(&out[start..]);
        out.extend_from_slice(&sum.to_le_bytes());
    }

    /// Length of the record at the start of `bytes`; its content is not looked at.
    pub(super) fn extent(bytes: &[u8]) -> Extent {
        if bytes.len() < HEAD_LEN {
            return Extent::Short(OVERHEAD);
        }
        let len = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize;
        if !(OVERHEAD..=OVERHEAD + BYTES_MAX).contains(&len) {
            Extent::Bad("the length is impossible")
        } else if bytes.len() < len {
            Extent::Short(len)
        } else {
            Extent::Whole(len)
        }
    }

    /// Reads a record of exactly these bytes.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Record<'a>, &'static str> {
        let Extent::Whole(len) = Record::extent(bytes) else {
            return Err("the length is wrong");
        };
        if crc32fast::hash(&bytes[..len - 4]).to_le_bytes() != bytes[len - 4..len] {
            return Err("the checksum is wrong");
        }
        let kind = match bytes[4] {
            1 => Kind::Message,
            2 => Kind::Skip,
            3 => Kind::Inbound,
            4 => Kind::Index,
            _ => return Err("the kind is unknown"),
        };
        let cause = Cause {
            entry: number(bytes, 24),
            index: u32::from_le_bytes([bytes[32], bytes[33], bytes[34], bytes[35]]),
        };
        Ok(Record {
            kind,
            number: number(bytes, 8),
            next_in: number(bytes, 16),
            cause: Some(cause).filter(|_| bytes[5] == 1),
            bytes: &bytes[HEAD_LEN..len - 4],
        })
    }
}

/// The low 16 bits of the incarnation that wrote the record at the start of `bytes`.
pub(super) fn incarnation_low(bytes: &[u8]) -> u16 {
    u16::from_le_bytes([bytes[6], bytes[7]])
}

fn number(bytes: &[u8], at: usize) -> u64 {
    let mut number = [0; 8];
    number.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(number)
}

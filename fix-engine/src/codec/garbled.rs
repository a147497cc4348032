//! What can be wrong with bytes that claim to be a FIX message. Plain data: the bytes are to blame, nobody answers
//! them, they use up no sequence number (FIX 4.4 vol. 2, «Garbled messages»).

use thiserror::Error;

use crate::codec::{SOH, grammar};

/// Bytes that are no message, and what can be read of them all the same where they have a beginning and an end. None of
/// it is certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// What is wrong.
    pub why: Garbled,
    /// MsgSeqNum (34), if there is one.
    pub msg_seq_num: Option<u64>,
    /// MsgType (35), if there is one that looks like one.
    pub msg_type: Option<String>,
}

impl Unreadable {
    /// Reads what can be read of the bytes of a frame.
    #[must_use]
    pub fn read(why: Garbled, frame: &[u8]) -> Unreadable {
        let value = |start: &[u8]| {
            frame
                .split(|byte| *byte == SOH)
                .find_map(|field| field.strip_prefix(start))
        };
        let msg_type = value(b"35=").filter(|text| {
            (1..=MSG_TYPE_MAX).contains(&text.len()) && text.iter().all(u8::is_ascii_alphanumeric)
        });
        Unreadable {
            why,
            msg_seq_num: value(b"34=").and_then(grammar::number),
            msg_type: msg_type.map(|text| String::from_utf8_lossy(text).into_owned()),
        }
    }
}

impl From<Garbled> for Unreadable {
    /// Bytes without a beginning or without an end: nothing can be read of them.
    fn from(why: Garbled) -> Unreadable {
        Unreadable {
            why,
            msg_seq_num: None,
            msg_type: None,
        }
    }
}

/// Longest MsgType that is shown to the peer, in bytes.
const MSG_TYPE_MAX: usize = 4;

/// Why bytes are not a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Garbled {
    /// The bytes do not begin with `8=FIX`.
    #[error("no BeginString (8=FIX) at the start")]
    NoBeginString,
    /// BeginString (8) is longer than any version of the standard.
    #[error("BeginString (8) is malformed")]
    BeginString,
    /// BodyLength (9) is not the second field, or is not a plain number.
    #[error("BodyLength (9) is absent or malformed")]
    BodyLength,
    /// The announced message is longer than what the receiver takes.
    #[error("message of {announced} bytes is longer than the limit of {limit}")]
    TooLong {
        /// Bytes that BodyLength (9) announces, header and trailer included.
        announced: u64,
        /// The receiver's limit in bytes.
        limit: u64,
    },
    /// No end of the message within the receiver's limit.
    #[error("no CheckSum (10) within {limit} bytes")]
    NoEnd {
        /// The receiver's limit in bytes.
        limit: u64,
    },
    /// CheckSum (10) does not stand where BodyLength (9) says.
    #[error("BodyLength (9) does not lead to CheckSum (10)")]
    BodyLengthMismatch,
    /// CheckSum (10) is not three digits.
    #[error("CheckSum (10) is not three digits")]
    CheckSumFormat,
    /// CheckSum (10) is not the sum of the bytes.
    #[error("CheckSum (10) says {stated}, the bytes sum to {computed}")]
    CheckSum {
        /// The number in the message.
        stated: u16,
        /// The sum of the bytes modulo 256.
        computed: u8,
    },
    /// The third field is not MsgType (35), or MsgType is not ASCII text.
    #[error("MsgType (35) is not the third field")]
    MsgType,
    /// A field has no `tag=` in front, or its tag is no number.
    #[error("no tag=value at byte {at}")]
    Field {
        /// Offset of the field from the start of the message, in bytes.
        at: u32,
    },
    /// The length in front of a data field does not lead to the end of that field.
    #[error("length field {tag} at byte {at} does not fit its data")]
    DataLength {
        /// Tag of the Length field.
        tag: u32,
        /// Offset of the data field from the start of the message, in bytes.
        at: u32,
    },
}

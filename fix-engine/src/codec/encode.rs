//! Puts a message together. In: header values and a [`Body`]. Out: bytes with BodyLength and CheckSum.
//! Order of the header: 8, 9, 35, 34, 49, 56, 52, then what is there of 43, 97, 122, 369, routing and added fields.
//! Does not know where the numbers come from, nor whether the body is complete.

use bytes::{BufMut, BytesMut};

use crate::codec::SOH;
use crate::codec::body::{Body, decimal_digits, put_field};
use crate::codec::checksum;
use crate::tag;
use crate::time::{Precision, Timestamp};

/// The standard header's values for one message.
#[derive(Debug, Clone, Copy)]
pub struct Header<'a> {
    /// BeginString (8), for example `FIX.4.4`.
    pub begin_string: &'a str,
    /// SenderCompID (49): our side.
    pub sender_comp_id: &'a str,
    /// TargetCompID (56): the other side.
    pub target_comp_id: &'a str,
    /// MsgSeqNum (34).
    pub msg_seq_num: u64,
    /// SendingTime (52).
    pub sending_time: Timestamp,
    /// Digits of a second that SendingTime and OrigSendingTime show.
    pub precision: Precision,
    /// PossDupFlag (43), written only when set.
    pub poss_dup_flag: bool,
    /// PossResend (97), written only when set.
    pub poss_resend: bool,
    /// OrigSendingTime (122).
    pub orig_sending_time: Option<Timestamp>,
    /// LastMsgSeqNumProcessed (369).
    pub last_msg_seq_num_processed: Option<u64>,
    /// Further header fields: routing tags as 50, 57, 115, 128.
    pub routing: &'a [(u32, &'a str)],
}

impl<'a> Header<'a> {
    /// A header with the fields that every message must have.
    #[must_use]
    pub fn new(
        begin_string: &'a str,
        sender_comp_id: &'a str,
        target_comp_id: &'a str,
        msg_seq_num: u64,
        sending_time: Timestamp,
    ) -> Header<'a> {
        Header {
            begin_string,
            sender_comp_id,
            target_comp_id,
            msg_seq_num,
            sending_time,
            precision: Precision::Millis,
            poss_dup_flag: false,
            poss_resend: false,
            orig_sending_time: None,
            last_msg_seq_num_processed: None,
            routing: &[],
        }
    }
}

/// Appends the whole message to `out`. Needs no memory but what `out` lacks.
pub fn encode(header: &Header<'_>, body: &Body, out: &mut BytesMut) {
    let start = out.len();
    out.put_slice(b"8=");
    out.put_slice(header.begin_string.as_bytes());
    out.put_slice(b"\x019=");
    let digits_at = out.len();
    let guess = count_digits(body.bytes().len() + body.head().len() + HEADER_LEN_GUESS);
    out.put_bytes(b'0', guess);
    out.put_u8(SOH);
    let body_at = out.len();
    put_header(header, body, out);
    out.put_slice(body.head());
    out.put_slice(body.bytes());
    put_length(digits_at, guess, out.len() - body_at, out);
    let sum = checksum::sum(&out[start..]);
    out.put_slice(b"10=");
    out.put_slice(&checksum::digits(sum));
    out.put_u8(SOH);
}

/// Whether `tag` belongs to the standard header (FIX 4.4 vol. 2, «Standard message header»).
#[must_use]
pub const fn is_header(tag: u32) -> bool {
    matches!(
        tag,
        8 | 9 | 34 | 35 | 43 | 49 | 50 | 52 | 56 | 57 | 90 | 91 | 97 | 115 | 116 | 122 | 128 | 129 | 142..=145
            | 212 | 213 | 347 | 369 | 627..=630
    )
}

/// Whether `tag` belongs to the standard trailer.
#[must_use]
pub const fn is_trailer(tag: u32) -> bool {
    matches!(tag, 10 | 89 | 93)
}

/// Length of the fields from MsgType to SendingTime in most messages; only a guess, to write BodyLength in place.
const HEADER_LEN_GUESS: usize = 60;

fn put_header(header: &Header<'_>, body: &Body, out: &mut BytesMut) {
    put_field(tag::MSG_TYPE, body.msg_type(), out);
    put_field(tag::MSG_SEQ_NUM, header.msg_seq_num, out);
    put_field(tag::SENDER_COMP_ID, header.sender_comp_id, out);
    put_field(tag::TARGET_COMP_ID, header.target_comp_id, out);
    put_field(
        tag::SENDING_TIME,
        (header.sending_time, header.precision),
        out,
    );
    if header.poss_dup_flag {
        put_field(tag::POSS_DUP_FLAG, true, out);
    }
    if header.poss_resend {
        put_field(tag::POSS_RESEND, true, out);
    }
    if let Some(time) = header.orig_sending_time {
        put_field(tag::ORIG_SENDING_TIME, (time, header.precision), out);
    }
    if let Some(number) = header.last_msg_seq_num_processed {
        put_field(tag::LAST_MSG_SEQ_NUM_PROCESSED, number, out);
    }
    for (tag, value) in header.routing {
        put_field(*tag, *value, out);
    }
}

/// Writes BodyLength at its place and moves what follows if the guess of its digits was wrong.
fn put_length(digits_at: usize, guess: usize, body_len: usize, out: &mut BytesMut) {
    let mut room = [0; 20];
    let digits = decimal_digits(body_len as u64, &mut room);
    let (from, to) = (digits_at + guess, digits_at + digits.len());
    let end = out.len();
    if to > from {
        out.put_bytes(0, to - from);
    }
    if to != from {
        out.copy_within(from..end, to);
        out.truncate(end + to - from);
    }
    out[digits_at..to].copy_from_slice(digits);
}

fn count_digits(value: usize) -> usize {
    value.checked_ilog10().unwrap_or(0) as usize + 1
}

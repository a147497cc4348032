//! Finds the messages in a stream of bytes. In: what a socket has read so far. Out: how many bytes are a frame, how
//! many are garbage, or that more are needed.
//!
//! A frame is `8=FIX…|9=n|` + n bytes + `10=ddd|`. Too few bytes are no error ([`Framing::Incomplete`]); bad bytes
//! are ([`Framing::Garbage`]): a garbled message is skipped whole, up to its own CheckSum. A BodyLength that is too
//! large swallows what it covers, as FIX 4.4 test case 2m has it. Does not look at the sum nor at the fields
//! inside: see [`crate::codec::message`].

use memchr::memchr;
use memchr::memmem;

use crate::codec::SOH;
use crate::codec::garbled::Garbled;
use crate::codec::grammar;

/// What the start of a buffer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// The start of a message: more bytes are needed.
    Incomplete,
    /// A whole message of so many bytes.
    Frame(usize),
    /// So many bytes that belong to no message; go on behind them.
    Garbage {
        /// Bytes to drop, at least 1 and at most what is in the buffer.
        skip: usize,
        /// What is wrong with them.
        why: Garbled,
    },
}

/// Shortest part of a frame behind its body: `10=ddd<SOH>`.
const TRAILER_LEN: usize = 7;
/// What every message begins with.
const START: &[u8] = b"8=FIX";

/// Splits the first message, or the first garbage, off `buf`.
///
/// `limit` is the longest message taken, in bytes; nothing behind it is looked at, so that a peer without an end
/// costs at most `limit` bytes. Calling it again with the same bytes and more of them never takes back an answer
/// other than `Incomplete`.
#[must_use]
pub fn split(buf: &[u8], limit: usize) -> Framing {
    let buf = &buf[..buf.len().min(limit.max(START.len()))];
    if !buf.starts_with(START) {
        return before_start(buf);
    }
    let (body_at, body_len) = match head(buf) {
        Ok(found) => found,
        Err(None) if buf.len() < limit => return Framing::Incomplete,
        Err(None) => {
            return skip_to_start(
                buf,
                Garbled::NoEnd {
                    limit: limit as u64,
                },
            );
        }
        Err(Some(why)) => return skip_to_start(buf, why),
    };
    let announced = (body_at as u64)
        .saturating_add(body_len)
        .saturating_add(TRAILER_LEN as u64);
    match usize::try_from(announced)
        .ok()
        .filter(|total| *total <= limit)
    {
        Some(total) => tail(buf, total, limit),
        None => skip_to_start(
            buf,
            Garbled::TooLong {
                announced,
                limit: limit as u64,
            },
        ),
    }
}

/// Where the body begins and how long it is said to be; `Err(None)` when more bytes are needed.
fn head(buf: &[u8]) -> Result<(usize, u64), Option<Garbled>> {
    let fault = |error: &nom::Err<_>, why| {
        if error.is_incomplete() {
            None
        } else {
            Some(why)
        }
    };
    let (rest, _) =
        grammar::begin_string(buf).map_err(|error| fault(&error, Garbled::BeginString))?;
    let (rest, len) =
        grammar::body_length(rest).map_err(|error| fault(&error, Garbled::BodyLength))?;
    Ok((buf.len() - rest.len(), len))
}

/// Looks for the CheckSum where BodyLength says, and if it is not there, behind it.
fn tail(buf: &[u8], total: usize, limit: usize) -> Framing {
    let trailer_at = total - TRAILER_LEN;
    if let Some(trailer) = buf.get(trailer_at..total)
        && buf[trailer_at - 1] == SOH
        && grammar::check_sum(trailer).is_ok()
    {
        return Framing::Frame(total);
    }
    let from = trailer_at - 1;
    let end = buf.get(from..).and_then(|rest| {
        let found = from + memmem::find(rest, b"\x0110=")?;
        let end = found + 4 + memchr(SOH, &buf[found + 4..])? + 1;
        Some((found, end))
    });
    match end {
        Some((found, end)) if found == from => Framing::Garbage {
            skip: end,
            why: Garbled::CheckSumFormat,
        },
        Some((_, end)) => Framing::Garbage {
            skip: end,
            why: Garbled::BodyLengthMismatch,
        },
        None if buf.len() < limit => Framing::Incomplete,
        None => skip_to_start(
            buf,
            Garbled::NoEnd {
                limit: limit as u64,
            },
        ),
    }
}

/// Bytes that do not begin a message: skip to where one may begin.
fn before_start(buf: &[u8]) -> Framing {
    if START.starts_with(buf) {
        return Framing::Incomplete;
    }
    skip_to_start(buf, Garbled::NoBeginString)
}

/// Drops at least one byte and everything up to the next `8=FIX`, or up to what may become one.
fn skip_to_start(buf: &[u8], why: Garbled) -> Framing {
    let rest = &buf[1..];
    let skip = match memmem::find(rest, START) {
        Some(at) => 1 + at,
        None => buf.len() - unfinished_start(rest),
    };
    Framing::Garbage { skip, why }
}

/// Length of the longest end of `buf` that `8=FIX` begins with.
fn unfinished_start(buf: &[u8]) -> usize {
    (1..START.len().min(buf.len() + 1))
        .rev()
        .find(|len| START.starts_with(&buf[buf.len() - len..]))
        .unwrap_or(0)
}

//! The grammar of FIX's tag=value form, in nom. In: bytes. Out: numbers and slices of them.
//! `complete` parsers work on a whole message, `streaming` ones on what a socket has read so far and say `Incomplete`
//! where more bytes could still make it right.

use nom::branch::alt;
use nom::bytes::{complete, streaming};
use nom::combinator::{map, map_opt};
use nom::error::{Error, ErrorKind};
use nom::sequence::{delimited, preceded, terminated};
use nom::{Err, IResult, Needed, Parser};

use crate::codec::SOH;

/// Longest BeginString taken, in bytes (`FIXT.1.1` has 8).
const BEGIN_STRING_MAX: usize = 8;
/// Most digits of BodyLength taken, leading zeros included.
const BODY_LENGTH_DIGITS_MAX: usize = 10;

/// `8=FIX…<SOH>`: the BeginString.
pub(crate) fn begin_string(input: &[u8]) -> IResult<&[u8], &[u8]> {
    map_opt(
        terminated(
            streaming::take_while_m_n(0, BEGIN_STRING_MAX + 2, |byte| byte != SOH),
            streaming::tag(&[SOH][..]),
        ),
        |field: &[u8]| {
            field
                .strip_prefix(b"8=")
                .filter(|text| text.starts_with(b"FIX"))
        },
    )
    .parse(input)
}

/// `9=digits<SOH>`: the BodyLength.
pub(crate) fn body_length(input: &[u8]) -> IResult<&[u8], u64> {
    delimited(
        streaming::tag(&b"9="[..]),
        body_length_digits,
        streaming::tag(&[SOH][..]),
    )
    .parse(input)
}

/// One to [`BODY_LENGTH_DIGITS_MAX`] digits.
fn body_length_digits(input: &[u8]) -> IResult<&[u8], u64> {
    let mut value = 0;
    for (at, byte) in input.iter().take(BODY_LENGTH_DIGITS_MAX).enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            value = value * 10 + u64::from(digit);
        } else if at > 0 {
            return Ok((&input[at..], value));
        } else {
            return Err(Err::Error(Error::new(input, ErrorKind::Digit)));
        }
    }
    match input.get(BODY_LENGTH_DIGITS_MAX..) {
        Some(rest) => Ok((rest, value)),
        None => Err(Err::Incomplete(Needed::new(1))),
    }
}

/// `10=ddd<SOH>` and nothing else: the CheckSum.
pub(crate) fn check_sum(input: &[u8]) -> IResult<&[u8], u16> {
    delimited(
        complete::tag(&b"10="[..]),
        map_opt(complete::take(3_usize), three_digits),
        complete::tag(&[SOH][..]),
    )
    .parse(input)
}

fn three_digits(text: &[u8]) -> Option<u16> {
    let text = text.first_chunk::<3>()?;
    let digits = text.map(|byte| u16::from(byte.wrapping_sub(b'0')));
    let plain = digits.iter().all(|digit| *digit < 10);
    plain.then(|| digits.iter().fold(0, |value, digit| value * 10 + digit))
}

/// `tag=`: a number that can be a tag, or 0 for one that cannot be (sign, leading zero, too large).
#[inline]
pub(crate) fn tag_equals(input: &[u8]) -> IResult<&[u8], u32> {
    match short_tag(input) {
        Some((tag, len)) => Ok((&input[len as usize..], tag)),
        None => any_tag(input),
    }
}

/// Nearly every tag: one to seven digits, the first of them no zero. Also the length of `tag=`.
#[inline(always)]
pub(crate) fn short_tag(input: &[u8]) -> Option<(u32, u32)> {
    let bytes = match input.first_chunk::<8>() {
        Some(bytes) => *bytes,
        None => last_bytes(input),
    };
    let mut tag = 0;
    for (byte, len) in bytes.iter().zip(1..) {
        let digit = u32::from(byte.wrapping_sub(b'0'));
        if digit < 10 {
            tag = tag * 10 + digit;
            if tag == 0 {
                return None;
            }
        } else {
            return (*byte == b'=' && tag > 0).then_some((tag, len));
        }
    }
    None
}

#[cold]
fn last_bytes(input: &[u8]) -> [u8; 8] {
    let mut bytes = [0; 8];
    bytes
        .iter_mut()
        .zip(input)
        .for_each(|(to, from)| *to = *from);
    bytes
}

/// A tag of more digits, up to 2^31 - 1, or 0 for what cannot be a tag.
#[cold]
fn any_tag(input: &[u8]) -> IResult<&[u8], u32> {
    let plain = input
        .first()
        .is_some_and(|byte| (b'1'..=b'9').contains(byte));
    map(written_number, |number| {
        let tag = i32::try_from(number).ok().filter(|_| plain);
        tag.and_then(|tag| u32::try_from(tag).ok()).unwrap_or(0)
    })
    .parse(input)
}

/// `[sign]digits=`: what a peer wrote in the place of a tag, as a number of at most 18 digits.
pub(crate) fn written_number(input: &[u8]) -> IResult<&[u8], i64> {
    let digits = |input| {
        map_opt(
            complete::take_while_m_n(1, 18, |byte: u8| byte.is_ascii_digit()),
            |text| number(text).and_then(|value| i64::try_from(value).ok()),
        )
        .parse(input)
    };
    terminated(
        alt((
            map(preceded(complete::tag(&b"-"[..]), digits), |value: i64| {
                -value
            }),
            preceded(complete::tag(&b"+"[..]), digits),
            digits,
        )),
        complete::tag(&b"="[..]),
    )
    .parse(input)
}

/// All of `digits` as a number; `None` for an empty text, a byte that is no digit, and above 2^64 - 1.
#[inline]
pub(crate) fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |value, byte| {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

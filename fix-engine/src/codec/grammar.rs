//! The grammar of FIX's tag=value form, in nom. In: bytes. Out: numbers and slices of them.
//! `complete` parsers work on a whole message, `streaming` ones on what a socket has read so far and say `Incomplete`
//! where more bytes could still make it right.

use nom::branch::alt;
use nom::bytes::{complete, streaming};
use nom::combinator::{map, map_opt, recognize};
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

use crate::codec::SOH;

/// Longest BeginString taken, in bytes (`FIXT.1.1` has 8).
const BEGIN_STRING_MAX: usize = 8;
/// Most digits of BodyLength taken, leading zeros included.
const BODY_LENGTH_DIGITS_MAX: usize = 10;

/// `8=FIX…<SOH>`: the BeginString.
pub(crate) fn begin_string(input: &[u8]) -> IResult<&[u8], &[u8]> {
    delimited(
        streaming::tag(&b"8="[..]),
        recognize((
            streaming::tag(&b"FIX"[..]),
            streaming::take_while_m_n(0, BEGIN_STRING_MAX - 3, |byte| byte != SOH),
        )),
        streaming::tag(&[SOH][..]),
    )
    .parse(input)
}

/// `9=digits<SOH>`: the BodyLength.
pub(crate) fn body_length(input: &[u8]) -> IResult<&[u8], u64> {
    delimited(
        streaming::tag(&b"9="[..]),
        map_opt(
            streaming::take_while_m_n(1, BODY_LENGTH_DIGITS_MAX, |byte: u8| byte.is_ascii_digit()),
            number,
        ),
        streaming::tag(&[SOH][..]),
    )
    .parse(input)
}

/// `10=ddd<SOH>` and nothing else: the CheckSum.
pub(crate) fn check_sum(input: &[u8]) -> IResult<&[u8], u16> {
    delimited(
        complete::tag(&b"10="[..]),
        map_opt(
            complete::take_while_m_n(3, 3, |byte: u8| byte.is_ascii_digit()),
            |digits| number(digits).and_then(|value| u16::try_from(value).ok()),
        ),
        complete::tag(&[SOH][..]),
    )
    .parse(input)
}

/// `tag=`: a number that can be a tag, or 0 for one that cannot be (sign, leading zero, too large).
#[inline]
pub(crate) fn tag_equals(input: &[u8]) -> IResult<&[u8], u32> {
    match plain_tag(input) {
        Some((rest, tag)) => Ok((rest, tag)),
        None => map(written_number, |_| 0).parse(input),
    }
}

/// The quick way for nearly every tag: up to nine digits, the first of them no zero.
#[inline]
fn plain_tag(input: &[u8]) -> Option<(&[u8], u32)> {
    let mut tag = 0_u32;
    for (at, byte) in input.iter().take(10).enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 && at < 9 {
            tag = tag * 10 + u32::from(digit);
            if tag == 0 {
                return None;
            }
        } else if *byte == b'=' && at > 0 {
            return Some((&input[at + 1..], tag));
        } else {
            break;
        }
    }
    large_tag(input)
}

/// A tag of ten digits up to 2^31 - 1.
#[cold]
fn large_tag(input: &[u8]) -> Option<(&[u8], u32)> {
    let (rest, value) = written_number(input).ok()?;
    let plain = input
        .first()
        .is_some_and(|byte| (b'1'..=b'9').contains(byte));
    let tag = u32::try_from(value)
        .ok()
        .filter(|tag| plain && i32::try_from(*tag).is_ok())?;
    Some((rest, tag))
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

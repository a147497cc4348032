//! Reads the fields of one whole frame into an index. In: bytes of a frame. Out: entries (tag, start, length), or
//! what is garbled. The index can be used again for the next message, so that steady traffic needs no memory.
//! Does not know which fields a message should have.

use crate::codec::SOH;
use crate::codec::checksum;
use crate::codec::data_fields::data_tag;
use crate::codec::field::Field;
use crate::codec::field_ends::FieldEnds;
use crate::codec::garbled::Garbled;
use crate::codec::grammar;

/// Length of `10=ddd<SOH>`.
const TRAILER_LEN: usize = 7;

/// Reads all fields of `frame` into `fields` (cleared first) and checks form, BodyLength, CheckSum, the order of
/// the first three fields and the lengths of data fields.
///
/// # Errors
/// [`Garbled`] says what is wrong; `fields` is then of no use.
pub fn read(frame: &[u8], fields: &mut Vec<Field>) -> Result<(), Garbled> {
    read_with(frame, fields, CheckSum::Checked)
}

/// What is done with the value of CheckSum (10). Its place and its form are always checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CheckSum {
    /// It must be the sum of the bytes.
    #[default]
    Checked,
    /// It may be any, for counterparties that compute it wrongly behind a transport that protects the bytes itself.
    Ignored,
}

/// As [`read`], with a choice about CheckSum.
///
/// # Errors
/// [`Garbled`] says what is wrong; `fields` is then of no use.
pub fn read_with(
    frame: &[u8],
    fields: &mut Vec<Field>,
    check_sum: CheckSum,
) -> Result<(), Garbled> {
    fields.clear();
    let limit = u64::from(u32::MAX);
    let announced = frame.len() as u64;
    if announced > limit {
        return Err(Garbled::TooLong { announced, limit });
    }
    check_head(frame)?;
    check_trailer(frame, check_sum)?;
    read_fields(frame, fields)?;
    match fields.get(2) {
        Some(field) if field.tag == 35 && field.value(frame).is_ascii() => Ok(()),
        _ => Err(Garbled::MsgType),
    }
}

/// BeginString, BodyLength, and that the latter leads to the trailer.
fn check_head(frame: &[u8]) -> Result<(), Garbled> {
    if !frame.starts_with(b"8=FIX") {
        return Err(Garbled::NoBeginString);
    }
    let (rest, _) = grammar::begin_string(frame).map_err(|_| Garbled::BeginString)?;
    let (body, len) = grammar::body_length(rest).map_err(|_| Garbled::BodyLength)?;
    let there = body
        .len()
        .checked_sub(TRAILER_LEN)
        .ok_or(Garbled::BodyLengthMismatch)?;
    if len != there as u64 || frame[frame.len() - TRAILER_LEN - 1] != SOH {
        return Err(Garbled::BodyLengthMismatch);
    }
    Ok(())
}

/// CheckSum: three digits, the sum of what stands before.
fn check_trailer(frame: &[u8], check_sum: CheckSum) -> Result<(), Garbled> {
    let (summed, trailer) = frame.split_at(frame.len() - TRAILER_LEN);
    let (_, stated) = grammar::check_sum(trailer).map_err(|_| Garbled::CheckSumFormat)?;
    if check_sum == CheckSum::Ignored {
        return Ok(());
    }
    let computed = checksum::sum(summed);
    if stated == u16::from(computed) {
        Ok(())
    } else {
        Err(Garbled::CheckSum { stated, computed })
    }
}

/// The fields one after the other. A data field ends where the Length field before it says.
fn read_fields(frame: &[u8], fields: &mut Vec<Field>) -> Result<(), Garbled> {
    let mut at = 0;
    let mut ends = FieldEnds::of(frame);
    while let Some(end) = ends.next() {
        let (tag, start) = tag_at(frame, at).ok_or(Garbled::Field { at })?;
        fields.push(Field {
            tag,
            start,
            len: end - start,
        });
        at = end + 1;
        if let Some(data_tag) = data_tag(tag) {
            (at, ends) = read_data(frame, data_tag, at, ends, fields)?;
        }
    }
    Ok(())
}

/// The tag that begins at `at`, and where its value begins.
#[inline(always)]
fn tag_at(frame: &[u8], at: u32) -> Option<(u32, u32)> {
    let rest = frame.get(at as usize..).unwrap_or_default();
    match grammar::short_tag(rest) {
        Some((tag, len)) => Some((tag, at + len)),
        None => any_tag(rest, at),
    }
}

#[cold]
fn any_tag(rest: &[u8], at: u32) -> Option<(u32, u32)> {
    let (value, tag) = grammar::tag_equals(rest).ok()?;
    Some((tag, at + offset(rest.len() - value.len())))
}

/// The data field at `at`, if there is one: its length is the value of the field read last. Where that is no number
/// or another field stands there, nothing is read. Out: where the next field begins, and the ends that are left.
#[cold]
fn read_data<'a>(
    frame: &[u8],
    data_tag: u32,
    at: u32,
    ends: FieldEnds<'a>,
    fields: &mut Vec<Field>,
) -> Result<(u32, FieldEnds<'a>), Garbled> {
    let announced = fields.last().and_then(|length| {
        let len = grammar::number(length.value(frame))?;
        Some((length.tag, len))
    });
    let (Some((len_tag, len)), false) = (announced, at as usize == frame.len()) else {
        return Ok((at, ends));
    };
    let (tag, start) = tag_at(frame, at).ok_or(Garbled::Field { at })?;
    if tag != data_tag {
        return Ok((at, ends));
    }
    let data_end = u64::from(start).saturating_add(len);
    let mut left = ends;
    let end = left.find(|end| u64::from(*end) >= data_end);
    let end = end
        .filter(|end| u64::from(*end) == data_end)
        .ok_or(Garbled::DataLength { tag: len_tag, at })?;
    fields.push(Field {
        tag,
        start,
        len: end - start,
    });
    Ok((end + 1, left))
}

/// A length inside a frame, which [`read`] has bounded by `u32::MAX`.
#[inline]
pub(crate) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

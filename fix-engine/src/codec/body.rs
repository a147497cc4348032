//! What an application sends: a MsgType and the fields of the body. In: tags and values. Out: their bytes, ready for
//! [`crate::codec::encode`], which adds the header and the trailer. Does not know a sequence number or a time.
//!
//! A value cannot forge a field: an SOH inside one becomes a space. FIX has no empty value: pushing one leaves the
//! field out.

use std::borrow::Cow;
use std::fmt;

use bytes::{BufMut, Bytes, BytesMut};

use crate::codec::SOH;
use crate::codec::digits;
use crate::codec::encode::{is_header, is_trailer};
use crate::codec::field::FieldErrorKind;
use crate::codec::view::View;
use crate::time::{Precision, Timestamp};

/// MsgType and body fields of a message to send. Its debug text shows no value: a password may be among them.
#[derive(Clone, PartialEq, Eq)]
pub struct Body {
    msg_type: Cow<'static, str>,
    /// Header fields that the application adds (routing tags, PossResend), encoded.
    head: BytesMut,
    buf: BytesMut,
}

impl Body {
    /// An empty body of this MsgType (see [`crate::msg_type`]).
    #[must_use]
    pub fn new(msg_type: &'static str) -> Body {
        Body {
            msg_type: Cow::Borrowed(msg_type),
            head: BytesMut::new(),
            buf: BytesMut::with_capacity(256),
        }
    }

    /// The body of a message that was received or stored: its fields without the standard header and trailer.
    #[must_use]
    pub fn of(msg_type: &str, message: View<'_>) -> Body {
        let mut body = Body {
            msg_type: Cow::Owned(msg_type.to_owned()),
            head: BytesMut::new(),
            buf: BytesMut::with_capacity(message.bytes().len()),
        };
        for (tag, value) in message
            .fields()
            .filter(|(tag, _)| !is_header(*tag) && !is_trailer(*tag))
        {
            put_tag(tag, &mut body.buf);
            body.buf.put_slice(value);
            body.buf.put_u8(SOH);
        }
        body
    }

    /// Makes it an empty body of another MsgType and keeps its memory.
    pub fn start(&mut self, msg_type: &'static str) -> &mut Body {
        self.msg_type = Cow::Borrowed(msg_type);
        self.head.clear();
        self.buf.clear();
        self
    }

    /// The MsgType (35).
    #[must_use]
    pub fn msg_type(&self) -> &str {
        &self.msg_type
    }

    /// The encoded body fields.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.buf
    }

    /// The encoded header fields that the application added.
    #[must_use]
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// Appends a field. An empty value leaves the field out.
    #[inline]
    pub fn push(&mut self, tag: u32, value: impl FieldValue) -> &mut Body {
        put_field(tag, value, &mut self.buf);
        self
    }

    /// Appends a field without a value, for counterparties that have agreed to such.
    pub fn push_empty(&mut self, tag: u32) -> &mut Body {
        put_tag(tag, &mut self.buf);
        self.buf.put_u8(SOH);
        self
    }

    /// Appends a field if there is a value.
    #[inline]
    pub fn push_some(&mut self, tag: u32, value: Option<impl FieldValue>) -> &mut Body {
        if let Some(value) = value {
            put_field(tag, value, &mut self.buf);
        }
        self
    }

    /// Appends a field to the header, for example TargetSubID (57) or PossResend (97).
    pub fn push_head(&mut self, tag: u32, value: impl FieldValue) -> &mut Body {
        put_field(tag, value, &mut self.head);
        self
    }

    /// Appends a data field of any bytes with its Length field in front. No bytes leave both out.
    pub fn data(&mut self, len_tag: u32, data_tag: u32, data: &[u8]) -> &mut Body {
        if !data.is_empty() {
            self.push(len_tag, data.len() as u64);
            put_tag(data_tag, &mut self.buf);
            self.buf.put_slice(data);
            self.buf.put_u8(SOH);
        }
        self
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.head.len() + self.buf.len();
        write!(out, "Body(35={}, {bytes} bytes)", self.msg_type)
    }
}

/// A value that can be written into a field.
pub trait FieldValue {
    /// Whether `write` never writes an SOH, as for numbers: what it wrote is then not searched for one.
    const NEVER_SOH: bool = false;

    /// Appends the value's text, without tag and SOH.
    fn write(&self, buf: &mut BytesMut);
}

/// An exact decimal: `mantissa / 10^scale`. Written without exponent, without trailing zeros behind the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    /// The digits, with the sign.
    pub mantissa: i64,
    /// How many of the digits stand behind the point.
    pub scale: u8,
}

impl Decimal {
    /// Reads a FIX float: an optional minus sign, digits, optionally a point (FIX 4.4 vol. 1, float). Leading and
    /// trailing zeros are allowed. Exact: nothing is rounded, trailing zeros behind the point are dropped.
    ///
    /// # Errors
    /// `Format`, or `OutOfRange` where the digits do not fit 64 bits.
    pub fn parse(text: &[u8]) -> Result<Decimal, FieldErrorKind> {
        let unsigned = text.strip_prefix(b"-").unwrap_or(text);
        let point = unsigned
            .iter()
            .position(|byte| *byte == b'.')
            .unwrap_or(unsigned.len());
        let whole = &unsigned[..point];
        let fraction = unsigned.get(point + 1..).unwrap_or_default();
        let mut digits = whole.iter().chain(fraction);
        if whole.is_empty() && fraction.is_empty() || !digits.clone().all(u8::is_ascii_digit) {
            return Err(FieldErrorKind::Format);
        }
        let kept = fraction
            .iter()
            .rposition(|byte| *byte != b'0')
            .map_or(0, |at| at + 1);
        let scale = u8::try_from(kept).map_err(|_| FieldErrorKind::OutOfRange)?;
        let magnitude = digits
            .by_ref()
            .take(whole.len() + kept)
            .try_fold(0_i64, |value, byte| {
                value.checked_mul(10)?.checked_sub(i64::from(byte - b'0'))
            })
            .ok_or(FieldErrorKind::OutOfRange)?;
        let mantissa = if unsigned.len() == text.len() {
            magnitude.checked_neg()
        } else {
            Some(magnitude)
        };
        mantissa
            .map(|mantissa| Decimal { mantissa, scale })
            .ok_or(FieldErrorKind::OutOfRange)
    }
}

impl FieldValue for Decimal {
    const NEVER_SOH: bool = true;

    fn write(&self, buf: &mut BytesMut) {
        if self.mantissa < 0 {
            buf.put_u8(b'-');
        }
        let magnitude = self.mantissa.unsigned_abs();
        let unit = POWERS_OF_TEN.get(usize::from(self.scale));
        let (whole, fraction) =
            unit.map_or((0, magnitude), |unit| (magnitude / unit, magnitude % unit));
        digits::put_number(whole, buf);
        if fraction > 0 {
            buf.put_u8(b'.');
            digits::put_fraction(fraction, self.scale, buf);
        }
    }
}

/// All that 64 bits hold.
const POWERS_OF_TEN: [u64; 20] = {
    let mut powers = [1; 20];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

impl FieldValue for &str {
    const NEVER_SOH: bool = true;

    fn write(&self, buf: &mut BytesMut) {
        put_text(self.as_bytes(), buf);
    }
}

impl FieldValue for &String {
    const NEVER_SOH: bool = true;

    fn write(&self, buf: &mut BytesMut) {
        put_text(self.as_bytes(), buf);
    }
}

impl FieldValue for String {
    const NEVER_SOH: bool = true;

    fn write(&self, buf: &mut BytesMut) {
        put_text(self.as_bytes(), buf);
    }
}

impl FieldValue for &[u8] {
    const NEVER_SOH: bool = true;

    fn write(&self, buf: &mut BytesMut) {
        put_text(self, buf);
    }
}

impl FieldValue for char {
    fn write(&self, buf: &mut BytesMut) {
        match u8::try_from(*self) {
            Ok(byte) if byte.is_ascii() => buf.put_u8(byte),
            _ => buf.put_slice(self.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

impl FieldValue for bool {
    const NEVER_SOH: bool = true;

    fn write(&self, buf: &mut BytesMut) {
        buf.put_u8(if *self { b'Y' } else { b'N' });
    }
}

impl FieldValue for u64 {
    const NEVER_SOH: bool = true;

    fn write(&self, buf: &mut BytesMut) {
        digits::put_number(*self, buf);
    }
}

impl FieldValue for u32 {
    const NEVER_SOH: bool = true;

    fn write(&self, buf: &mut BytesMut) {
        u64::from(*self).write(buf);
    }
}

impl FieldValue for usize {
    const NEVER_SOH: bool = true;

    fn write(&self, buf: &mut BytesMut) {
        (*self as u64).write(buf);
    }
}

impl FieldValue for i64 {
    const NEVER_SOH: bool = true;

    fn write(&self, buf: &mut BytesMut) {
        if *self < 0 {
            buf.put_u8(b'-');
        }
        self.unsigned_abs().write(buf);
    }
}

impl FieldValue for i32 {
    const NEVER_SOH: bool = true;

    fn write(&self, buf: &mut BytesMut) {
        i64::from(*self).write(buf);
    }
}

impl FieldValue for i128 {
    const NEVER_SOH: bool = true;

    fn write(&self, buf: &mut BytesMut) {
        const HALF: u128 = 10_u128.pow(19);
        if *self < 0 {
            buf.put_u8(b'-');
        }
        let mut parts = [0_u64; 3];
        let mut rest = self.unsigned_abs();
        for part in &mut parts {
            *part = u64::try_from(rest % HALF).unwrap_or_default();
            rest /= HALF;
        }
        let first = parts.iter().rposition(|part| *part != 0).unwrap_or(0);
        parts[first].write(buf);
        for part in parts[..first].iter().rev() {
            let mut room = [0; 20];
            let digits = decimal_digits(*part, &mut room);
            buf.put_bytes(b'0', 19 - digits.len());
            buf.put_slice(digits);
        }
    }
}

/// With milliseconds, as FIX 4.4 has it; pair it with a [`Precision`] for another.
impl FieldValue for Timestamp {
    const NEVER_SOH: bool = true;

    fn write(&self, buf: &mut BytesMut) {
        Timestamp::write(*self, Precision::Millis, buf);
    }
}

impl FieldValue for (Timestamp, Precision) {
    const NEVER_SOH: bool = true;

    fn write(&self, buf: &mut BytesMut) {
        self.0.write(self.1, buf);
    }
}

impl FieldValue for &Bytes {
    const NEVER_SOH: bool = true;

    fn write(&self, buf: &mut BytesMut) {
        put_text(self, buf);
    }
}

/// Appends `tag=value<SOH>`; nothing for an empty value.
#[inline]
pub(crate) fn put_field<V: FieldValue>(tag: u32, value: V, buf: &mut BytesMut) {
    let before = buf.len();
    put_tag(tag, buf);
    let start = buf.len();
    value.write(buf);
    if buf.len() == start {
        buf.truncate(before);
        return;
    }
    if !V::NEVER_SOH {
        blank_soh(&mut buf[start..]);
    }
    buf.put_u8(SOH);
}

/// Appends a text in which every SOH becomes a space.
#[inline]
fn put_text(text: &[u8], buf: &mut BytesMut) {
    let start = buf.len();
    buf.put_slice(text);
    if holds_soh(text) {
        blank_soh(&mut buf[start..]);
    }
}

#[inline]
fn holds_soh(text: &[u8]) -> bool {
    let (words, tail) = text.as_chunks::<8>();
    words.iter().any(|word| word.contains(&SOH)) || tail.contains(&SOH)
}

#[cold]
fn blank_soh(value: &mut [u8]) {
    for byte in value.iter_mut().filter(|byte| **byte == SOH) {
        *byte = b' ';
    }
}

/// Appends `tag=`. For a tag that the compiler knows, which is nearly every one, these are four bytes at once.
#[inline(always)]
pub(crate) fn put_tag(tag: u32, buf: &mut BytesMut) {
    let digit = |unit: u32| b'0' + u8::try_from(tag / unit % 10).unwrap_or_default();
    let (text, len) = match tag {
        0..10 => ([digit(1), b'=', 0, 0], 2),
        10..100 => ([digit(10), digit(1), b'=', 0], 3),
        100..1000 => ([digit(100), digit(10), digit(1), b'='], 4),
        _ => return put_long_tag(tag, buf),
    };
    let before = buf.len();
    buf.put_slice(&text);
    buf.truncate(before + len);
}

fn put_long_tag(tag: u32, buf: &mut BytesMut) {
    digits::put_number(u64::from(tag), buf);
    buf.put_u8(b'=');
}

/// The digits of `value`, written into the end of `room`.
#[inline]
pub(crate) fn decimal_digits(mut value: u64, room: &mut [u8; 20]) -> &[u8] {
    let mut at = room.len();
    loop {
        at -= 1;
        room[at] = b'0' + u8::try_from(value % 10).unwrap_or_default();
        value /= 10;
        if value == 0 {
            return &room[at..];
        }
    }
}

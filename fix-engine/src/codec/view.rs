//! A message, or one entry of a repeating group, as fields to read. In: bytes and a slice of their index. Out: values
//! by tag, typed. The first occurrence of a tag counts. Does not know which fields belong there.

use std::str;

use crate::codec::body::Decimal;
use crate::codec::field::{Field, FieldError, FieldErrorKind};
use crate::codec::grammar;
use crate::codec::group::GroupIter;
use crate::time::Timestamp;

/// Fields of a message, or of one entry of a repeating group. Copying it copies two references.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    bytes: &'a [u8],
    fields: &'a [Field],
}

impl<'a> View<'a> {
    /// A view of `fields`, which were indexed in `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8], fields: &'a [Field]) -> View<'a> {
        View { bytes, fields }
    }

    /// The bytes of the whole message.
    #[must_use]
    pub fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// The entries of the index, in order of appearance.
    #[must_use]
    pub fn index(self) -> &'a [Field] {
        self.fields
    }

    /// Tag and value of every field, in order of appearance.
    pub fn fields(self) -> impl Iterator<Item = (u32, &'a [u8])> {
        self.fields
            .iter()
            .map(move |field| (field.tag, field.value(self.bytes)))
    }

    /// What the message writes in the place of the tag, as a number: equals `field.tag` except where that is 0.
    #[must_use]
    pub fn written_tag(self, field: &Field) -> i64 {
        if field.tag != 0 {
            return i64::from(field.tag);
        }
        let before = &self.bytes[..(field.start as usize).min(self.bytes.len())];
        let start = before
            .iter()
            .rposition(|byte| *byte == super::SOH)
            .map_or(0, |at| at + 1);
        grammar::written_number(&before[start..]).map_or(0, |(_, number)| number)
    }

    /// Value of the first field with this tag.
    #[must_use]
    #[inline]
    pub fn value(self, tag: u32) -> Option<&'a [u8]> {
        self.fields
            .iter()
            .find(|field| field.tag == tag)
            .map(|field| field.value(self.bytes))
    }

    /// Whether a field with this tag is there.
    #[must_use]
    pub fn has(self, tag: u32) -> bool {
        self.fields.iter().any(|field| field.tag == tag)
    }

    /// Value of the first field with this tag, as text; `None` also where it is not UTF-8.
    #[must_use]
    pub fn text(self, tag: u32) -> Option<&'a str> {
        self.value(tag).and_then(|value| str::from_utf8(value).ok())
    }

    /// Value of a field that must be there and have a value.
    ///
    /// # Errors
    /// `Missing` or `Empty`.
    pub fn require(self, tag: u32) -> Result<&'a [u8], FieldError> {
        self.filled(tag)?
            .ok_or(FieldError::new(tag, FieldErrorKind::Missing))
    }

    /// Text of a field that must be there and have a value.
    ///
    /// # Errors
    /// `Missing`, `Empty`, or `Format` where it is not UTF-8.
    pub fn require_text(self, tag: u32) -> Result<&'a str, FieldError> {
        str::from_utf8(self.require(tag)?).map_err(|_| FieldError::new(tag, FieldErrorKind::Format))
    }

    /// A number without sign; leading zeros are allowed.
    ///
    /// # Errors
    /// `Empty`, `Format`, or `OutOfRange` above 2^64 - 1.
    pub fn uint(self, tag: u32) -> Result<Option<u64>, FieldError> {
        self.read(tag, |value| {
            if !value.iter().all(u8::is_ascii_digit) {
                return Err(FieldErrorKind::Format);
            }
            grammar::number(value).ok_or(FieldErrorKind::OutOfRange)
        })
    }

    /// A number with an optional minus sign; leading zeros are allowed (FIX type int).
    ///
    /// # Errors
    /// `Empty`, `Format`, or `OutOfRange` outside 64 bits.
    pub fn int(self, tag: u32) -> Result<Option<i64>, FieldError> {
        self.read(tag, |value| {
            let digits = value.strip_prefix(b"-").unwrap_or(value);
            if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
                return Err(FieldErrorKind::Format);
            }
            let number = grammar::number(digits).and_then(|number| i64::try_from(number).ok());
            let number = number.ok_or(FieldErrorKind::OutOfRange)?;
            Ok(if digits.len() == value.len() {
                number
            } else {
                -number
            })
        })
    }

    /// One ASCII character other than a control character (FIX type char).
    ///
    /// # Errors
    /// `Empty`, or `Format` for anything but one character.
    pub fn char(self, tag: u32) -> Result<Option<u8>, FieldError> {
        self.read(tag, |value| match value {
            [one] if one.is_ascii_graphic() || *one == b' ' => Ok(*one),
            _ => Err(FieldErrorKind::Format),
        })
    }

    /// `Y` or `N` (FIX type Boolean).
    ///
    /// # Errors
    /// `Empty`, or `Format` for anything else.
    pub fn bool(self, tag: u32) -> Result<Option<bool>, FieldError> {
        self.read(tag, |value| match value {
            b"Y" => Ok(true),
            b"N" => Ok(false),
            _ => Err(FieldErrorKind::Format),
        })
    }

    /// A UTCTimestamp; what is finer than a nanosecond is cut off.
    ///
    /// # Errors
    /// `Empty`, `Format`, or `OutOfRange` before 1678 and after 2261.
    pub fn timestamp(self, tag: u32) -> Result<Option<Timestamp>, FieldError> {
        self.read(tag, Timestamp::read)
    }

    /// A float as an exact decimal: no exponent, no rounding (FIX types float, Price, Qty, Amt).
    ///
    /// # Errors
    /// `Empty`, `Format`, or `OutOfRange` where the digits do not fit 64 bits.
    pub fn decimal(self, tag: u32) -> Result<Option<Decimal>, FieldError> {
        self.read(tag, Decimal::parse)
    }

    /// Entries of the repeating group counted by `count_tag`: see [`GroupIter`].
    #[must_use]
    pub fn group(self, count_tag: u32) -> GroupIter<'a> {
        GroupIter::new(self, count_tag)
    }

    fn filled(self, tag: u32) -> Result<Option<&'a [u8]>, FieldError> {
        match self.value(tag) {
            Some([]) => Err(FieldError::new(tag, FieldErrorKind::Empty)),
            value => Ok(value),
        }
    }

    fn read<T>(
        self,
        tag: u32,
        parse: impl FnOnce(&'a [u8]) -> Result<T, FieldErrorKind>,
    ) -> Result<Option<T>, FieldError> {
        let Some(value) = self.filled(tag)? else {
            return Ok(None);
        };
        parse(value)
            .map(Some)
            .map_err(|kind| FieldError::new(tag, kind))
    }
}

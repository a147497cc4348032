//! One field of a message's index, and what can be wrong with a field's value. In: offsets. Out: slices.
//! Does not know what a tag means.

use thiserror::Error;

/// One entry of the index of a message, in order of appearance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The tag, 1 to 2^31 - 1; 0 where the message wrote a number that cannot be a tag (0, a sign, a leading
    /// zero, above 2^31 - 1): see [`crate::codec::view::View::written_tag`].
    pub tag: u32,
    /// Offset of the value's first byte from the start of the message.
    pub(crate) start: u32,
    /// Length of the value in bytes.
    pub(crate) len: u32,
}

impl Field {
    /// The value inside the message that this field was indexed in; empty for any other.
    #[must_use]
    #[inline]
    pub fn value<'a>(&self, message: &'a [u8]) -> &'a [u8] {
        let start = self.start as usize;
        message
            .get(start..start + self.len as usize)
            .unwrap_or_default()
    }

    /// Offset of the value's first byte from the start of the message.
    #[must_use]
    pub fn offset(&self) -> u32 {
        self.start
    }
}

/// What is wrong with a field's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldErrorKind {
    /// The field is not there.
    Missing,
    /// The field has no value.
    Empty,
    /// The value is not of the field's type.
    Format,
    /// The value is of the type and too large or too small for it.
    OutOfRange,
}

/// A field that could not be read; the peer is to blame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("field {tag}: {}", self.kind.text())]
pub struct FieldError {
    /// The field's tag.
    pub tag: u32,
    /// What is wrong with it.
    pub kind: FieldErrorKind,
}

impl FieldError {
    /// An error of `kind` in field `tag`.
    #[must_use]
    pub fn new(tag: u32, kind: FieldErrorKind) -> FieldError {
        FieldError { tag, kind }
    }
}

impl FieldErrorKind {
    fn text(self) -> &'static str {
        match self {
            FieldErrorKind::Missing => "missing",
            FieldErrorKind::Empty => "without a value",
            FieldErrorKind::Format => "not of its type",
            FieldErrorKind::OutOfRange => "out of range",
        }
    }
}

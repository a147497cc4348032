//! [`Text`]: short identifiers kept in place, without the heap.

use core::{fmt, str::FromStr};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error, de::Visitor};

/// Printable ASCII of 1 to `N` bytes (`N` ≤ 255), held in place and `Copy`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<const N: usize> {
    bytes: [u8; N],
    len: u8,
}

/// Why a text cannot be an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextError {
    /// No character.
    Empty,
    /// Longer than the field holds.
    TooLong {
        /// The most bytes it may have.
        limit: usize,
    },
    /// A character outside printable ASCII (0x20 to 0x7E).
    Character,
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("empty"),
            Self::TooLong { limit } => write!(f, "longer than {limit} characters"),
            Self::Character => f.write_str("has a character outside printable ASCII"),
        }
    }
}

impl core::error::Error for TextError {}

impl<const N: usize> Text<N> {
    /// The identifier with this text.
    ///
    /// # Errors
    /// A [`TextError`] when empty, longer than `N` bytes, or not printable ASCII.
    pub fn new(text: &str) -> Result<Self, TextError> {
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        if text.len() > N {
            return Err(TextError::TooLong { limit: N });
        }
        if !text.bytes().all(|b| (0x20..=0x7e).contains(&b)) {
            return Err(TextError::Character);
        }
        let mut bytes = [0; N];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        let len = u8::try_from(text.len()).map_err(|_| TextError::TooLong { limit: 255 })?;
        Ok(Self { bytes, len })
    }

    /// The bytes, zeros behind them: for what packs identifiers.
    pub(crate) const fn padded(&self) -> &[u8; N] {
        &self.bytes
    }

    /// How many bytes it has.
    pub(crate) const fn len(&self) -> usize {
        self.len as usize
    }

    /// An identifier again from what [`Text::padded`] and [`Text::len`] told of it.
    pub(crate) const fn from_padded(bytes: [u8; N], len: u8) -> Self {
        Self { bytes, len }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.bytes[..usize::from(self.len)])
            .expect("checked to be ASCII when made")
    }
}

impl<const N: usize> FromStr for Text<N> {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        Self::new(text)
    }
}

impl<const N: usize> fmt::Display for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl<const N: usize> fmt::Debug for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl<const N: usize> Serialize for Text<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, const N: usize> Deserialize<'de> for Text<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Printable)
    }
}

/// Reads a [`Text`] in place: one is read with every entry of a journal, so it must not cost an allocation.
struct Printable<const N: usize>;

impl<const N: usize> Visitor<'_> for Printable<N> {
    type Value = Text<N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1 to {N} printable ASCII characters")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text<N>, E> {
        Text::new(text).map_err(E::custom)
    }
}

//! A field of a change: absent it stays as it is, `null` switches it off, anything else is what holds from now on. For serde's
//! `deserialize_with`, beside `default` and `skip_serializing_if`.

use serde::{Deserialize, Deserializer};

/// A field of a change that may be switched off.
pub type Setting<T> = Option<Option<T>>;

/// Reads a field that is there: `null` is `Some(None)`.
pub(crate) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Setting<T>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Reads a field that must be there: `null` is `None`, and what is absent is an error that names it. Without `default` beside it.
pub(crate) fn said<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}

/// What holds after a change.
pub(crate) fn changed<T>(change: Setting<T>, before: Option<T>) -> Option<T> {
    change.unwrap_or(before)
}

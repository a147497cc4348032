//! [`Password`]: a secret that does not show itself.

use serde::{Deserialize, Deserializer, de::Error as _};
use std::fmt;

/// A password of 1 to 128 bytes; a new one needs at least 10. Its `Debug` is redacted and it has no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// Least bytes of a new password.
pub const NEW_BYTES_MIN: usize = 10;
/// Most bytes of a password: hashing cost stays bounded.
pub const BYTES_MAX: usize = 128;

impl Password {
    /// The password with this text, or nothing when it is empty or too long.
    pub fn new(text: String) -> Option<Self> {
        (1..=BYTES_MAX).contains(&text.len()).then_some(Self(text))
    }

    /// Whether it is long enough to be chosen as a new one.
    pub const fn is_long_enough(&self) -> bool {
        self.0.len() >= NEW_BYTES_MIN
    }

    /// The bytes to hash.
    pub fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?)
            .ok_or_else(|| D::Error::custom(format!("a password has 1 to {BYTES_MAX} bytes")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_and_redaction() {
        assert!(Password::new(String::new()).is_none());
        assert!(!Password::new("123456789".into()).unwrap().is_long_enough());
        assert!(Password::new("x".repeat(129)).is_none());
        let password = Password::new("correct horse".into()).unwrap();
        assert_eq!(format!("{password:?}"), "Password(…)");
    }
}

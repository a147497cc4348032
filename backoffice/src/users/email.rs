//! [`Email`]: an address in one spelling, so that one person is one user.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use std::fmt;
use std::str::FromStr;

/// An e-mail address: trimmed, lower case, one `@`, a dot in the domain, at most 254 bytes, printable ASCII without blanks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Email(String);

/// Why a text is no e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address (NAME@DOMAIN.TLD, ASCII, at most 254 characters)")]
pub struct NoEmail;

/// RFC 5321: the longest path.
const BYTES_MAX: usize = 254;

impl Email {
    /// The normalised address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = NoEmail;

    fn from_str(text: &str) -> Result<Self, NoEmail> {
        let text = text.trim().to_ascii_lowercase();
        let (local, domain) = text.split_once('@').ok_or(NoEmail)?;
        let labels = domain.split('.').collect::<Vec<_>>();
        let label = |l: &&str| {
            !l.is_empty()
                && !l.starts_with('-')
                && !l.ends_with('-')
                && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        let good = (1..=64).contains(&local.len())
            && local
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b))
            && labels.len() >= 2
            && labels.iter().all(label)
            && text.len() <= BYTES_MAX;
        if good { Ok(Self(text)) } else { Err(NoEmail) }
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Email {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling() {
        let email: Email = "  Ada.Lovelace+x@Example.ORG ".parse().unwrap();
        assert_eq!(email.as_str(), "ada.lovelace+x@example.org");
    }

    #[test]
    fn what_is_no_address() {
        for text in [
            "",
            "a",
            "@b.c",
            "a@b",
            "a@b@c.d",
            "a b@c.d",
            "a@b..c",
            "a@-b.c",
            "ä@b.c",
            "a@b.c\n.d",
        ] {
            assert_eq!(text.parse::<Email>(), Err(NoEmail), "{text:?}");
        }
        assert!(
            format!("{}@example.org", "a".repeat(65))
                .parse::<Email>()
                .is_err()
        );
    }
}

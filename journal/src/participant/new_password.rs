//! Which passwords a participant may have, whoever sets them: itself by UserRequest (BE), an operator over the control port, or the
//! configuration. In: the password. Out: nothing, or why not, in plain words that do not repeat it. Pure.

use market::id::CompId;

/// Characters of a password at least.
pub const MIN_CHARS: usize = 12;
/// Bytes of a password at most.
pub const MAX_BYTES: usize = 128;
/// Different characters of a password at least.
const MIN_DIFFERENT: usize = 5;

/// Characters of a CompID from which on it must not be a part of the password. A shorter one is a part of many by chance.
const NAME_MIN_CHARS: usize = 4;

/// Why a new password is not taken. Who sets it is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPassword {
    /// Too few characters.
    #[error("at least {MIN_CHARS} characters, this one has {0}")]
    TooShort(usize),
    /// Too many bytes.
    #[error("at most {MAX_BYTES} bytes, this one has {0}")]
    TooLong(usize),
    /// A control character.
    #[error("no control characters")]
    Control,
    /// A space at its beginning or end: it gets lost in configuration files.
    #[error("no space at the beginning or end")]
    Space,
    /// The same few characters again and again.
    #[error("at least {MIN_DIFFERENT} different characters")]
    Monotonous,
    /// The CompID is a part of it.
    #[error("must not contain the CompID")]
    Named,
    /// The old one again.
    #[error("must differ from the old one")]
    Old,
}

/// Checks a new password; `old` is the one before, where it is known.
///
/// # Errors
/// [`BadPassword`] says why it is not taken.
pub fn check(new: &str, old: Option<&str>, comp_id: CompId) -> Result<(), BadPassword> {
    let chars = new.chars().count();
    if chars < MIN_CHARS {
        return Err(BadPassword::TooShort(chars));
    }
    if new.len() > MAX_BYTES {
        return Err(BadPassword::TooLong(new.len()));
    }
    if new.chars().any(char::is_control) {
        return Err(BadPassword::Control);
    }
    if new.trim() != new {
        return Err(BadPassword::Space);
    }
    let mut different: Vec<char> = new.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < MIN_DIFFERENT {
        return Err(BadPassword::Monotonous);
    }
    let name = comp_id.as_str().to_lowercase();
    if name.len() >= NAME_MIN_CHARS && new.to_lowercase().contains(&name) {
        return Err(BadPassword::Named);
    }
    if old == Some(new) {
        return Err(BadPassword::Old);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_has_its_reason() {
        let comp_id = "BOT01".parse().expect("a CompID");
        let long = "abcdefg".repeat(19);
        for (new, expected) in [
            ("correct horse battery", Ok(())),
            ("åäöüßéèêøæñç", Ok(())),
            ("short", Err(BadPassword::TooShort(5))),
            ("åäöüßéèêøæñ", Err(BadPassword::TooShort(11))),
            (&long, Err(BadPassword::TooLong(133))),
            ("correct\nhorse battery", Err(BadPassword::Control)),
            (" correct horse battery", Err(BadPassword::Space)),
            ("abcdabcdabcdabcd", Err(BadPassword::Monotonous)),
            ("my bot01 and its horse", Err(BadPassword::Named)),
            ("the present password", Err(BadPassword::Old)),
        ] {
            let checked = check(new, Some("the present password"), comp_id);
            assert_eq!(checked, expected, "{new}");
        }
        assert_eq!(check("the present password", None, comp_id), Ok(()));
        let short = "BOT".parse().expect("a CompID");
        assert_eq!(check("a robot and its horse", None, short), Ok(()));
    }
}

//! [`Passwords`]: the passwords that the development profile made up, kept so that the second start finds them. A file in the data
//! folder (0600); the journal holds only their hashes. It does not know whom they are for.

use crate::failure::Failure;
use crate::private_file;
use journal::participant::Password;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Characters of a password that is made up: about 119 bits.
const LENGTH: usize = 20;
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Passwords by name.
#[derive(Debug)]
pub struct Passwords {
    path: PathBuf,
    by_name: BTreeMap<String, Password>,
    changed: bool,
}

impl Passwords {
    /// Reads the file, or begins an empty one.
    ///
    /// # Errors
    /// [`Failure`] when it is there and cannot be read.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let by_name = match std::fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|e| {
                let path = path.display();
                Failure::Data(format!(
                    "{path}: not a file of passwords ({e}); delete it to have new ones made"
                ))
            })?,
            Err(error) if error.kind() == ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(Failure::io(path, &error)),
        };
        Ok(Self {
            path: path.to_owned(),
            by_name,
            changed: false,
        })
    }

    /// The password of `name`: the one that is kept, else a new one that is made up.
    ///
    /// # Errors
    /// [`Failure::Internal`] when the system has no randomness.
    pub fn of(&mut self, name: &str) -> Result<Password, Failure> {
        if let Some(password) = self.by_name.get(name) {
            return Ok(password.clone());
        }
        let password = random()?;
        self.by_name.insert(name.to_owned(), password.clone());
        self.changed = true;
        Ok(password)
    }

    /// Whether a password was made up that the file does not have yet.
    pub const fn has_new(&self) -> bool {
        self.changed
    }

    /// Writes the file when something is new. To be called before anybody is told a new password.
    ///
    /// # Errors
    /// [`Failure`] when it cannot be written.
    pub fn save(&mut self) -> Result<(), Failure> {
        if !self.changed {
            return Ok(());
        }
        let json = serde_json::to_vec_pretty(&self.by_name)
            .map_err(|e| Failure::Internal(e.to_string()))?;
        private_file::write(&self.path, &json).map_err(|e| Failure::io(&self.path, &e))?;
        self.changed = false;
        Ok(())
    }
}

/// Letters and digits, each as likely as the others.
fn random() -> Result<Password, Failure> {
    let mut text = String::with_capacity(LENGTH);
    // Bytes above the greatest multiple of 62 are thrown away; each round leaves a whole password with near certainty.
    while text.len() < LENGTH {
        let mut bytes = [0; 2 * LENGTH];
        getrandom::fill(&mut bytes).map_err(|e| Failure::Internal(e.to_string()))?;
        let fair = bytes.iter().filter(|b| **b < 248).take(LENGTH - text.len());
        text.extend(fair.map(|b| char::from(ALPHABET[usize::from(*b % 62)])));
    }
    Ok(Password::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_once_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("passwords.json");
        let mut passwords = Passwords::open(&path).unwrap();
        let first = passwords.of("BOT01").unwrap();
        assert!(passwords.has_new());
        assert_ne!(passwords.of("BOT02").unwrap(), first);
        assert_eq!(first.reveal().len(), LENGTH);
        assert!(first.reveal().bytes().all(|b| ALPHABET.contains(&b)));
        passwords.save().unwrap();
        let mut again = Passwords::open(&path).unwrap();
        assert_eq!(again.of("BOT01").unwrap(), first);
        assert!(!again.has_new());
    }

    #[test]
    fn a_damaged_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("passwords.json");
        std::fs::write(&path, "[").unwrap();
        let error = Passwords::open(&path).unwrap_err();
        assert_eq!(error.code(), 74);
        assert!(error.to_string().contains("passwords.json"), "{error}");
    }
}

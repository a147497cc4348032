//! argon2id, off the async threads and a few at a time: hashing is dear on purpose, and must not starve everybody else.

use crate::error::Error;
use crate::users::password::Password;
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Hashes and verifies passwords: argon2id version 19 with 19 MiB, two passes, one lane, random salt.
#[derive(Clone, Debug)]
pub struct Hasher {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    nobody: Arc<str>,
}

/// How many hashes run at a time.
const RUNNING_MAX: usize = 2;
/// How many more may wait; beyond it the answer is 503.
const WAITING_MAX: usize = 64;
/// How long one waits for its turn, in seconds; beyond it the answer is 503.
const WAIT_MAX_SECS: u64 = 10;

impl Hasher {
    /// A hasher. Hashes once, for the user that does not exist.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub async fn new() -> Result<Self, Error> {
        let mut hasher = Self {
            running: Arc::new(Semaphore::new(RUNNING_MAX)),
            waiting: Arc::new(Semaphore::new(RUNNING_MAX + WAITING_MAX)),
            nobody: Arc::from(""),
        };
        let nobody = Password::new("nobody's password".into())
            .ok_or(Error::Internal("the stand-in password is too short"))?;
        hasher.nobody = hasher.hash(nobody).await?.into();
        Ok(hasher)
    }

    /// The PHC string of a password.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when too many wait.
    pub async fn hash(&self, password: Password) -> Result<String, Error> {
        let turn = self.turn().await?;
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            Argon2::default()
                .hash_password(password.expose())
                .map(|hash| hash.to_string())
                .map_err(|_| Error::Internal("password hashing failed"))
        })
        .await
        .map_err(|_| Error::Internal("password hashing stopped"))?
    }

    /// Whether `password` is the one of `hash`; for `None`, always no, after the same work.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when too many wait.
    pub async fn verify(&self, password: Password, hash: Option<String>) -> Result<bool, Error> {
        let turn = self.turn().await?;
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.to_string());
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let same = Argon2::default().verify_password(password.expose(), hash.as_str());
            same.is_ok() && known
        })
        .await
        .map_err(|_| Error::Internal("password hashing stopped"))
    }

    async fn turn(&self) -> Result<(OwnedSemaphorePermit, OwnedSemaphorePermit), Error> {
        let busy = || Error::Unavailable { what: "the login" };
        let place = self
            .waiting
            .clone()
            .try_acquire_owned()
            .map_err(|_| busy())?;
        let wait = Duration::from_secs(WAIT_MAX_SECS);
        let turn = tokio::time::timeout(wait, self.running.clone().acquire_owned()).await;
        Ok((place, turn.map_err(|_| busy())?.map_err(|_| busy())?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn right_wrong_and_unknown() {
        let hasher = Hasher::new().await.unwrap();
        let password = Password::new("correct horse".into()).unwrap();
        let hash = hasher.hash(password.clone()).await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert!(
            hasher
                .verify(password.clone(), Some(hash.clone()))
                .await
                .unwrap()
        );
        let other = Password::new("wrong horse!".into()).unwrap();
        assert!(!hasher.verify(other, Some(hash)).await.unwrap());
        let nobody = Password::new("nobody's password".into()).unwrap();
        assert!(!hasher.verify(nobody, None).await.unwrap());
    }

    #[tokio::test]
    async fn too_many_at_once_are_told_so() {
        let hasher = Hasher::new().await.unwrap();
        let all = u32::try_from(RUNNING_MAX + WAITING_MAX).unwrap();
        let _taken = hasher
            .waiting
            .clone()
            .acquire_many_owned(all)
            .await
            .unwrap();
        let password = Password::new("correct horse".into()).unwrap();
        assert!(matches!(
            hasher.hash(password).await,
            Err(Error::Unavailable { .. })
        ));
    }
}

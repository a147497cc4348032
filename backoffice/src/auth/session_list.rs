//! [`SessionList`]: which sessions are open. Two implementations: in this process, and in Redis for several back offices.

use crate::error::Error;
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use uuid::Uuid;

/// What a list answers, later.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// A list of open sessions. Both implementations pass the same suite (`tests/it/sessions.rs`).
pub trait SessionList: Debug + Send + Sync {
    /// Adds a session of `user` that ends by itself at `until_secs` (seconds since the Unix epoch).
    fn add(&self, session: Uuid, user: Uuid, until_secs: u64) -> Answer<'_, ()>;

    /// Whose session it is, if it is open at `now_secs`.
    fn user_of(&self, session: Uuid, now_secs: u64) -> Answer<'_, Option<Uuid>>;

    /// Takes a session off the list; one that is not on it stays off.
    fn remove(&self, session: Uuid) -> Answer<'_, ()>;

    /// Whether the list answers.
    fn ping(&self) -> Answer<'_, ()>;
}

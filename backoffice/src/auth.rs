//! Login and logout: a short-lived signed token whose id stands in a list of sessions. A token counts while its signature is
//! right, its time is not over and its session is listed; logout takes the session off the list.

pub mod session_list;
pub mod session_memory;
pub mod session_redis;
pub mod token;

use crate::clock;
use crate::error::Error;
use session_list::SessionList;
use std::sync::Arc;
use token::{AccessToken, Claims, TokenKey};
use uuid::Uuid;

/// Who is logged in, on a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The user.
    pub user: Uuid,
    /// The session (the token's `jti`).
    pub session: Uuid,
}

/// Makes, checks and revokes tokens.
#[derive(Clone, Debug)]
pub struct Sessions {
    key: TokenKey,
    ttl_secs: u64,
    list: Arc<dyn SessionList>,
}

impl Sessions {
    /// With this key, tokens that live `ttl_secs`, and this list.
    pub fn new(key: TokenKey, ttl_secs: u64, list: Arc<dyn SessionList>) -> Self {
        Self {
            key,
            ttl_secs,
            list,
        }
    }

    /// How long a token lives, in seconds.
    pub const fn ttl_secs(&self) -> u64 {
        self.ttl_secs
    }

    /// Begins a session of a user whose password was right.
    ///
    /// # Errors
    /// When the list of sessions does not answer.
    pub async fn begin(&self, user: Uuid) -> Result<AccessToken, Error> {
        let session = Uuid::new_v4();
        let now_secs = now_secs();
        let claims = Claims::new(user, session, now_secs, self.ttl_secs);
        let token = self.key.sign(&claims)?;
        self.list
            .add(session, user, now_secs + self.ttl_secs)
            .await?;
        Ok(token)
    }

    /// Whose token this is.
    ///
    /// # Errors
    /// [`Error::NotLoggedIn`] when it is wrong, expired or revoked.
    pub async fn identify(&self, token: &str) -> Result<Identity, Error> {
        let claims = self.key.open(token, now_secs())?;
        let identity = Identity {
            user: claims.sub,
            session: claims.jti,
        };
        if self.list.user_of(identity.session, now_secs()).await? == Some(identity.user) {
            Ok(identity)
        } else {
            Err(Error::NotLoggedIn)
        }
    }

    /// Ends a session: its token is refused from now on.
    ///
    /// # Errors
    /// When the list of sessions does not answer.
    pub async fn end(&self, session: Uuid) -> Result<(), Error> {
        self.list.remove(session).await
    }

    /// Whether the list of sessions answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), Error> {
        self.list.ping().await
    }
}

fn now_secs() -> u64 {
    u64::try_from(clock::now_us() / 1_000_000).unwrap_or_default()
}

//! The list of sessions in Redis: `loggia:session:ID` → user id, with the token's time to live. When Redis does not answer, tokens
//! cannot be checked: the answer is 503, never "yes".

use crate::auth::session_list::{Answer, SessionList};
use crate::clock;
use crate::error::Error;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use std::fmt;
use std::time::Duration;
use uuid::Uuid;

/// Sessions in Redis, shared by several back offices.
#[derive(Clone)]
pub struct RedisSessions {
    connection: ConnectionManager,
}

impl fmt::Debug for RedisSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedisSessions")
    }
}

const UNAVAILABLE: Error = Error::Unavailable {
    what: "the list of sessions",
};
/// Longest time for one command or connection, in seconds.
const TIMEOUT_SECS: u64 = 2;

impl RedisSessions {
    /// Connects to the Redis at `url`.
    ///
    /// # Errors
    /// [`Error::Config`] when the address is none, [`Error::Unreachable`] when no Redis answers there.
    pub async fn connect(url: &str) -> Result<Self, Error> {
        let wrong = |why: redis::RedisError| Error::Config {
            key: "redis.url",
            why: why.category().to_owned(),
        };
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(2)
            .set_response_timeout(Some(Duration::from_secs(TIMEOUT_SECS)))
            .set_connection_timeout(Some(Duration::from_secs(TIMEOUT_SECS)));
        let client = redis::Client::open(url).map_err(wrong)?;
        let address = client.get_connection_info().addr().to_string();
        let connecting = ConnectionManager::new_with_config(client, config).await;
        let connection = connecting.map_err(|why| Error::Unreachable {
            key: "redis.url",
            address,
            why: why.to_string(),
        })?;
        Ok(Self { connection })
    }

    async fn run<T: redis::FromRedisValue>(&self, command: redis::Cmd) -> Result<T, Error> {
        let mut connection = self.connection.clone();
        command.query_async(&mut connection).await.map_err(|error| {
            tracing::warn!(kind = error.category(), "redis did not answer");
            UNAVAILABLE
        })
    }
}

fn key(session: Uuid) -> String {
    format!("loggia:session:{session}")
}

impl SessionList for RedisSessions {
    fn add(&self, session: Uuid, user: Uuid, until_secs: u64) -> Answer<'_, ()> {
        let now_secs = u64::try_from(clock::now_us() / 1_000_000).unwrap_or_default();
        let ttl_secs = until_secs.saturating_sub(now_secs).max(1);
        let mut command = redis::cmd("SET");
        command
            .arg(key(session))
            .arg(user.to_string())
            .arg("EX")
            .arg(ttl_secs);
        Box::pin(self.run(command))
    }

    fn user_of(&self, session: Uuid, _now_secs: u64) -> Answer<'_, Option<Uuid>> {
        let mut command = redis::cmd("GET");
        command.arg(key(session));
        Box::pin(async move {
            let user: Option<String> = self.run(command).await?;
            Ok(user.and_then(|text| text.parse().ok()))
        })
    }

    fn remove(&self, session: Uuid) -> Answer<'_, ()> {
        let mut command = redis::cmd("DEL");
        command.arg(key(session));
        Box::pin(async move {
            let _removed: i64 = self.run(command).await?;
            Ok(())
        })
    }

    fn ping(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            let _pong: String = self.run(redis::cmd("PING")).await?;
            Ok(())
        })
    }
}

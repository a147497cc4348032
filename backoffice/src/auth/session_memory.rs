//! The list of sessions in this process. Bounded: at [`SESSIONS_MAX`] the session that would end first makes room. A restart ends all.

use crate::auth::session_list::{Answer, SessionList};
use crate::error::Error;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// Most sessions at a time.
pub const SESSIONS_MAX: usize = 100_000;

/// Sessions by id, and by when they end.
#[derive(Debug)]
pub struct MemorySessions {
    limit: usize,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    by_id: BTreeMap<Uuid, (Uuid, u64)>,
    by_end: BTreeSet<(u64, Uuid)>,
}

impl Default for MemorySessions {
    fn default() -> Self {
        Self::with_limit(SESSIONS_MAX)
    }
}

impl MemorySessions {
    /// An empty list that holds at most `limit` sessions (at least one).
    pub fn with_limit(limit: usize) -> Self {
        Self {
            limit: limit.max(1),
            open: Mutex::default(),
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Open) -> T) -> Result<T, Error> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(act(&mut open))
    }
}

impl Open {
    fn add(&mut self, session: Uuid, user: Uuid, until_secs: u64, limit: usize) {
        self.remove(session);
        while self.by_id.len() >= limit {
            let Some(&(_, first)) = self.by_end.first() else {
                break;
            };
            self.remove(first);
        }
        self.by_id.insert(session, (user, until_secs));
        self.by_end.insert((until_secs, session));
    }

    fn remove(&mut self, session: Uuid) {
        if let Some((_, until_secs)) = self.by_id.remove(&session) {
            self.by_end.remove(&(until_secs, session));
        }
    }

    fn user_of(&mut self, session: Uuid, now_secs: u64) -> Option<Uuid> {
        while let Some(&(until_secs, first)) = self.by_end.first() {
            if until_secs > now_secs {
                break;
            }
            self.remove(first);
        }
        self.by_id.get(&session).map(|&(user, _)| user)
    }
}

impl SessionList for MemorySessions {
    fn add(&self, session: Uuid, user: Uuid, until_secs: u64) -> Answer<'_, ()> {
        let limit = self.limit;
        let done = self.with(|open| open.add(session, user, until_secs, limit));
        Box::pin(async { done })
    }

    fn user_of(&self, session: Uuid, now_secs: u64) -> Answer<'_, Option<Uuid>> {
        let found = self.with(|open| open.user_of(session, now_secs));
        Box::pin(async { found })
    }

    fn remove(&self, session: Uuid) -> Answer<'_, ()> {
        let done = self.with(|open| open.remove(session));
        Box::pin(async { done })
    }

    fn ping(&self) -> Answer<'_, ()> {
        Box::pin(async { Ok(()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_list_drops_the_session_that_ends_first() {
        let list = MemorySessions::with_limit(2);
        let [a, b, c, user] = std::array::from_fn(|_| Uuid::new_v4());
        list.add(a, user, 30).await.unwrap();
        list.add(b, user, 20).await.unwrap();
        list.add(c, user, 40).await.unwrap();
        assert_eq!(list.user_of(b, 0).await.unwrap(), None);
        assert_eq!(list.user_of(a, 0).await.unwrap(), Some(user));
        assert_eq!(list.user_of(c, 0).await.unwrap(), Some(user));
    }
}

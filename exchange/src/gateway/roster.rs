//! [`Roster`]: the sessions of all participants, connected or not. Who wants something of a session finds its mailbox here, and how
//! it stands. Sessions are added when their participant is defined, never removed.

use crate::entry::Entry;
use crate::gateway::connection::Peer;
use crate::gateway::outbound::Told;
use crate::gateway::passwords::Changed;
use fix_engine::codec::body::Body;
use fix_engine::codec::message::Message;
use fix_engine::session::input::Cause;
use market::control::SessionStatus;
use market::id::{CompId, ParticipantId};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

/// Reports and connections that wait for a session task; then the dispatcher waits.
pub(crate) const MAILBOX: usize = 1024;
/// How long a new connection waits for the former one to give the session back. One that lives does not, and the new one is dropped.
const ENDING_WAIT: Duration = Duration::from_millis(500);

/// What a session task is sent.
pub(crate) enum Mail {
    /// The participant is to be told something.
    Told {
        /// The entry that caused it.
        entry: Arc<Entry>,
        /// Which event of the entry.
        event: usize,
        /// Its place in the journal.
        cause: Cause,
        /// The message.
        body: Body,
    },
    /// The entry that a delivered message became is durable, and what it caused has been told.
    Confirm {
        /// MsgSeqNum (34) of the delivered message.
        msg_seq_num: u64,
    },
    /// Everything up to this entry has been told.
    Mark {
        /// The entry.
        seq: u64,
    },
    /// What became of a wish for another password.
    Password(Changed),
    /// Certificates have been revoked: perhaps that of the connection.
    Revoked,
    /// Somebody has logged on, password and all.
    Attach(Box<Attachment>),
}

impl Mail {
    /// What a participant is told about an entry.
    pub(crate) fn told(entry: &Arc<Entry>, told: Told) -> Self {
        Self::Told {
            entry: Arc::clone(entry),
            event: told.event,
            cause: told.cause,
            body: told.body,
        }
    }
}

/// A connection for a session, with the Logon that it began with.
pub(crate) struct Attachment {
    /// The connection.
    pub(crate) peer: Peer,
    /// Its Logon (A).
    pub(crate) logon: Message,
    /// The session is taken while this lives.
    pub(crate) claim: Claim,
}

/// How a session stands. Written by its task, read by everybody.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    is_claimed: watch::Sender<bool>,
    pub(crate) is_logged_on: AtomicBool,
    pub(crate) next_in: AtomicU64,
    pub(crate) next_out: AtomicU64,
    /// When the peer was last heard: nanoseconds since the Unix epoch.
    pub(crate) heard_nanos: AtomicI64,
    pub(crate) peer: Mutex<Option<(SocketAddr, bool)>>,
}

/// The right to be the one connection of a session; given back when dropped.
#[derive(Debug)]
pub(crate) struct Claim(Arc<Standing>);

impl Drop for Claim {
    fn drop(&mut self) {
        self.0.is_claimed.send_replace(false);
    }
}

/// A session as others see it.
#[derive(Clone, Debug)]
pub(crate) struct SessionHandle {
    /// The participant's CompID.
    pub(crate) comp_id: CompId,
    /// Its mailbox.
    pub(crate) mailbox: mpsc::Sender<Mail>,
    /// How it stands.
    pub(crate) standing: Arc<Standing>,
}

impl SessionHandle {
    /// Whether no connection has the session, now or in a moment: one that has just ended, at either end, is still being put away
    /// when its peer comes back.
    pub(crate) async fn is_free(&self) -> bool {
        let mut is_claimed = self.standing.is_claimed.subscribe();
        let freed = is_claimed.wait_for(|is_claimed| !is_claimed);
        matches!(timeout(ENDING_WAIT, freed).await, Ok(Ok(_)))
    }

    /// The session for a new connection, unless one has it.
    pub(crate) fn claim(&self) -> Option<Claim> {
        let was_claimed = self.standing.is_claimed.send_replace(true);
        (!was_claimed).then(|| Claim(Arc::clone(&self.standing)))
    }

    fn status(&self, now_nanos: i64) -> SessionStatus {
        let standing = &self.standing;
        let peer = *standing.peer.lock().unwrap_or_else(PoisonError::into_inner);
        let idle_nanos = now_nanos.saturating_sub(standing.heard_nanos.load(Ordering::Relaxed));
        SessionStatus {
            comp_id: self.comp_id,
            logged_on: standing.is_logged_on.load(Ordering::Relaxed),
            peer: peer.map(|(address, _)| address.to_string()),
            tls: peer.is_some_and(|(_, is_tls)| is_tls),
            next_in: standing.next_in.load(Ordering::Relaxed),
            next_out: standing.next_out.load(Ordering::Relaxed),
            idle_secs: peer.and_then(|_| u64::try_from(idle_nanos / 1_000_000_000).ok()),
        }
    }
}

/// All sessions; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Roster(Arc<RwLock<BTreeMap<ParticipantId, SessionHandle>>>);

impl Roster {
    /// How every session stands, by participant number.
    pub fn statuses(&self) -> Vec<SessionStatus> {
        let now = fix_engine::io::clock::now().nanos();
        let sessions = self.0.read().unwrap_or_else(PoisonError::into_inner);
        sessions
            .values()
            .map(|session| session.status(now))
            .collect()
    }

    pub(crate) fn add(&self, participant: ParticipantId, session: SessionHandle) {
        let mut sessions = self.0.write().unwrap_or_else(PoisonError::into_inner);
        sessions.insert(participant, session);
    }

    pub(crate) fn session(&self, participant: ParticipantId) -> Option<SessionHandle> {
        let sessions = self.0.read().unwrap_or_else(PoisonError::into_inner);
        sessions.get(&participant).cloned()
    }

    pub(crate) fn all(&self) -> Vec<(ParticipantId, SessionHandle)> {
        let sessions = self.0.read().unwrap_or_else(PoisonError::into_inner);
        sessions
            .iter()
            .map(|(participant, session)| (*participant, session.clone()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    fn session() -> SessionHandle {
        SessionHandle {
            comp_id: "BOT01".parse().expect("a CompID"),
            mailbox: mpsc::channel(1).0,
            standing: Arc::default(),
        }
    }

    #[tokio::test]
    async fn a_live_connection_keeps_its_session_and_an_ending_one_is_waited_for() {
        let session = session();
        let first = session.claim().expect("nobody has it");
        assert!(session.claim().is_none());
        assert!(!session.is_free().await, "a live connection has it");
        let mut next = pin!(session.is_free());
        let mut context = Context::from_waker(Waker::noop());
        assert_eq!(next.as_mut().poll(&mut context), Poll::Pending);
        drop(first);
        assert!(next.await, "it is given back");
        let _second = session.claim().expect("nobody has it");
        assert!(session.claim().is_none());
    }
}

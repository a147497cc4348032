//! [`Roster`]: the sessions of all participants, connected or not. Who wants something of a session finds its mailbox here, and how
//! it stands. A session is added when its participant is defined, and taken out when the participant is removed.

use crate::gateway::connection::Peer;
use crate::gateway::outbound::Told;
use crate::gateway::passwords::Changed;
use crate::gateway::tap::Tap;
use fix_engine::codec::body::Body;
use fix_engine::codec::message::Message;
use fix_engine::session::input::Cause;
use journal::entry::Entry;
use market::control::SessionStatus;
use market::id::{CompId, ParticipantId};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

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
    /// The reports of an operator's kill are in front of this: who waits for them is told once they are written.
    Pass {
        /// The entry.
        seq: u64,
    },
    /// What became of a wish for another password.
    Password(Changed),
    /// Certificates have been revoked: perhaps that of the connection.
    Revoked,
    /// Somebody has logged on, password and all.
    Attach(Box<Attachment>),
    /// An operator wants something of the session.
    Bid {
        /// The entry that says so; what was obeyed before is not obeyed again.
        seq: u64,
        /// What.
        bidding: Bidding,
    },
}

/// What an operator wants of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Bidding {
    /// That it ends its connection.
    LogOut {
        /// Text (58) of the Logout.
        text: String,
    },
    /// That both numbers go back to 1: now, or at the next logon.
    ResetNumbers,
    /// Other numbers.
    SetNumbers {
        next_in: Option<u64>,
        next_out: Option<u64>,
    },
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
    /// Whether both numbers go back to 1 at the next logon.
    pub(crate) is_reset_due: AtomicBool,
    /// The last entry in which an operator wanted something that is done.
    pub(crate) obeyed: watch::Sender<u64>,
    /// The last entry with the reports of a kill that were all written to the connection, or to the store while nobody is logged on.
    pub(crate) passed: watch::Sender<u64>,
    /// Whether its store has failed: nothing more is told through it until the next start.
    pub(crate) has_failed: AtomicBool,
    /// Its messages, for those who follow it.
    pub(crate) tap: Tap,
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
    /// Which life of the participant: see [`ParticipantRecord::life`](crate::directory::record::ParticipantRecord::life).
    pub(crate) life: u32,
    /// The entry that began the participant's life: what is before it concerns a session that is gone.
    pub(crate) since: u64,
    /// Its mailbox.
    pub(crate) mailbox: mpsc::Sender<Mail>,
    /// How it stands.
    pub(crate) standing: Arc<Standing>,
    /// Ends the session in good order.
    pub(crate) end: CancellationToken,
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

    /// Waits until the reports of a kill are written, until `deadline` at most; whether they are. A session that ends has told what it could.
    pub(crate) async fn passed(&self, seq: u64, deadline: Instant) -> bool {
        let mut passed = self.standing.passed.subscribe();
        let written = async {
            tokio::select! {
                _ = passed.wait_for(|passed| *passed >= seq) => {}
                () = self.mailbox.closed() => {}
            }
        };
        timeout_at(deadline, written).await.is_ok()
    }

    /// Waits until what the operator wanted in entry `seq` is done, or the session has ended. Whether it was so in time.
    pub(crate) async fn obeyed(&self, seq: u64, patience: Duration) -> bool {
        let mut obeyed = self.standing.obeyed.subscribe();
        let done = async {
            tokio::select! {
                _ = obeyed.wait_for(|obeyed| *obeyed >= seq) => {}
                () = self.mailbox.closed() => {}
            }
        };
        timeout(patience, done).await.is_ok()
    }

    /// Waits until no connection has the session, or patience.
    pub(crate) async fn released(&self, patience: Duration) {
        let mut is_claimed = self.standing.is_claimed.subscribe();
        let released = is_claimed.wait_for(|is_claimed| !is_claimed);
        let _in_time = timeout(patience, released).await;
    }

    /// Waits until the session has ended: its task is gone and its store closed. Whether it has, in time.
    pub(crate) async fn ended(&self, patience: Duration) -> bool {
        timeout(patience, self.mailbox.closed()).await.is_ok()
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
            disabled: false,
        }
    }
}

/// All sessions; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    sessions: Arc<RwLock<BTreeMap<ParticipantId, SessionHandle>>>,
    /// Wakes those who wait for a session to begin.
    added: watch::Sender<()>,
}

impl Roster {
    /// How every session stands, by participant number.
    pub fn statuses(&self) -> Vec<SessionStatus> {
        let now = fix_engine::io::clock::now().nanos();
        let sessions = self.read();
        sessions
            .values()
            .map(|session| session.status(now))
            .collect()
    }

    pub(crate) fn add(&self, participant: ParticipantId, session: SessionHandle) {
        let mut sessions = self
            .sessions
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        sessions.insert(participant, session);
        drop(sessions);
        self.added.send_replace(());
    }

    /// Takes a session out; whoever holds its handle still has it.
    pub(crate) fn remove(&self, participant: ParticipantId) {
        let mut sessions = self
            .sessions
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        sessions.remove(&participant);
    }

    pub(crate) fn session(&self, participant: ParticipantId) -> Option<SessionHandle> {
        self.read().get(&participant).cloned()
    }

    /// Waits until the session of the participant's life since entry `since` is there. Whether it is, in time.
    pub(crate) async fn appears(
        &self,
        participant: ParticipantId,
        since: u64,
        patience: Duration,
    ) -> bool {
        let mut added = self.added.subscribe();
        let is_there = || {
            let session = self.session(participant);
            session.is_some_and(|session| session.since == since)
        };
        let appeared = added.wait_for(|_| is_there());
        timeout(patience, appeared).await.is_ok()
    }

    pub(crate) fn all(&self) -> Vec<(ParticipantId, SessionHandle)> {
        let sessions = self.read();
        sessions
            .iter()
            .map(|(participant, session)| (*participant, session.clone()))
            .collect()
    }

    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<ParticipantId, SessionHandle>> {
        self.sessions.read().unwrap_or_else(PoisonError::into_inner)
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
            life: 1,
            since: 0,
            mailbox: mpsc::channel(1).0,
            standing: Arc::default(),
            end: CancellationToken::new(),
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

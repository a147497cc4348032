//! [`SessionHandle`]: a session as other tasks see it. In: what they want sent or done, and questions. Out: the session's mailbox.
//! Bounded: who sends faster than the session can take waits.

use std::sync::Arc;

use thiserror::Error;
use tokio::sync::{Semaphore, mpsc, oneshot};

use crate::codec::body::Body;
use crate::codec::message::Message;
use crate::io::application::SessionId;
use crate::io::link::Peer;
use crate::schedule::State as Hours;
use crate::session::input::{Cause, Input, Send};
use crate::time::Timestamp;

/// Letters that wait for a session; then whoever sends has to wait.
pub(crate) const MAILBOX: usize = 256;

/// A session that other tasks speak to. Cheap to clone.
#[derive(Debug, Clone)]
pub struct SessionHandle {
    pub(crate) id: Arc<SessionId>,
    pub(crate) mailbox: mpsc::Sender<Box<Mail>>,
    /// One place: whoever has it may give the session a connection.
    pub(crate) place: Arc<Semaphore>,
}

/// How a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionStatus {
    /// Whether a connection belongs to it.
    pub is_connected: bool,
    /// Whether both sides are logged on.
    pub is_logged_on: bool,
    /// Whether messages are read: `false` while too many wait for the application.
    pub wants_messages: bool,
    /// The next MsgSeqNum (34) expected from the peer.
    pub next_in: u64,
    /// The next MsgSeqNum (34) of ours.
    pub next_out: u64,
    /// The first MsgSeqNum (34) of the peer's whose effect is not durable.
    pub durable_in: u64,
    /// How many resets the store has seen, plus one.
    pub incarnation: u64,
    /// When the session wants to wake up next.
    pub next_timeout: Option<Timestamp>,
    /// Bytes that came over this connection; 0 without one.
    pub bytes_in: u64,
    /// Bytes that were given to this connection, written or waiting to be.
    pub bytes_out: u64,
    /// Logons since the session was opened.
    pub logons: u64,
    /// Whether its schedule is open, and when that changes.
    pub hours: Hours,
}

/// The session has ended: it was removed, or its acceptor or initiator was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the session has ended")]
pub struct Ended;

/// What comes into a mailbox.
#[derive(Debug)]
pub(crate) enum Mail {
    /// For the session as it is.
    Input(Input),
    /// A message to send and keep; the task numbers its cause.
    Send(Body),
    /// A connection, and the Logon that came over it to an acceptor.
    Attach {
        peer: Box<Peer>,
        logon: Option<Message>,
        claim: Claim,
    },
    /// How does it stand?
    Status(oneshot::Sender<SessionStatus>),
    /// Log out, close the store, end. Answered by the mailbox's end.
    Stop { text: String },
}

/// The right to be the session's connection, given back when dropped.
pub(crate) type Claim = tokio::sync::OwnedSemaphorePermit;

impl SessionHandle {
    /// Which session it is.
    #[must_use]
    pub fn id(&self) -> &SessionId {
        &self.id
    }

    /// Sends a message. It is stored first, is numbered even while the peer is away, and is sent again when the peer asks for it.
    ///
    /// # Errors
    /// The session has ended.
    pub async fn send(&self, body: Body) -> Result<(), Ended> {
        self.post(Mail::Send(body)).await
    }

    /// [`SessionHandle::send`] with the position in the program's own log that caused the message.
    ///
    /// # Errors
    /// The session has ended.
    pub async fn send_caused(&self, body: Body, cause: Cause) -> Result<(), Ended> {
        self.post(Mail::Input(Input::Send(body, Send::Durable(cause))))
            .await
    }

    /// Sends a message once, if the peer is logged on; a resend leaves it out (market data).
    ///
    /// # Errors
    /// The session has ended.
    pub async fn send_transient(&self, body: Body) -> Result<(), Ended> {
        self.post(Mail::Input(Input::Send(body, Send::Transient)))
            .await
    }

    /// The effect of a message that the application took for later is durable.
    ///
    /// # Errors
    /// The session has ended.
    pub async fn confirm(&self, msg_seq_num: u64) -> Result<(), Ended> {
        self.post(Mail::Input(Input::Confirm { msg_seq_num })).await
    }

    /// Logs out in good order; `text` (58) is for the peer and may be empty. An acceptor's peer may come again, an initiator
    /// connects again: to stay away use `stop` or `remove`.
    ///
    /// # Errors
    /// The session has ended.
    pub async fn log_out(&self, text: impl Into<String>) -> Result<(), Ended> {
        let text = text.into();
        self.post(Mail::Input(Input::Logout { text })).await
    }

    /// Both numbers go back to 1; while logged on this is agreed with the peer.
    ///
    /// # Errors
    /// The session has ended.
    pub async fn reset(&self) -> Result<(), Ended> {
        self.post(Mail::Input(Input::Reset)).await
    }

    /// Sets numbers: the next one expected of the peer, and the next one of ours (not below what the store holds).
    ///
    /// # Errors
    /// The session has ended.
    pub async fn set_numbers(
        &self,
        next_in: Option<u64>,
        next_out: Option<u64>,
    ) -> Result<(), Ended> {
        self.post(Mail::Input(Input::SetNumbers { next_in, next_out }))
            .await
    }

    /// How the session stands, after everything that was asked of it before.
    ///
    /// # Errors
    /// The session has ended.
    pub async fn status(&self) -> Result<SessionStatus, Ended> {
        let (ask, answer) = oneshot::channel();
        self.post(Mail::Status(ask)).await?;
        answer.await.map_err(|_| Ended)
    }

    /// Logs out, closes the store and waits for the session's end.
    pub(crate) async fn stop(&self, text: &str) {
        let text = text.to_owned();
        let _ended = self.post(Mail::Stop { text }).await;
        self.mailbox.closed().await;
    }

    pub(crate) async fn post(&self, mail: Mail) -> Result<(), Ended> {
        self.mailbox.send(Box::new(mail)).await.map_err(|_| Ended)
    }
}

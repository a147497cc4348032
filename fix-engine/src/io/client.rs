//! A small FIX initiator: connect, log on, send, receive, log out. In: bodies and bytes. Out: messages. One task, no
//! threads of its own: time passes for the session while the owner waits in [`Client::next`].
//!
//! Session and store outlive a connection: [`Client::connect`] again goes on with the same numbers.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use thiserror::Error;

use crate::codec::body::Body;
use crate::codec::message::Message;
use crate::io::clock;
use crate::io::frames::{Frame, Frames};
use crate::io::link::{CROWDED_WAIT_SECS, Link, LinkLimits};
pub use crate::io::target::Target;
use crate::schedule::State as Hours;
use crate::session::Session;
use crate::session::action::{Action, DisconnectReason};
use crate::session::config::SessionConfig;
use crate::session::input::{Cause, Input, Send};
use crate::session::memory_store::MemoryStore;
use crate::session::store::{Store, StoreError};
use crate::time::Timestamp;

/// Refused messages kept for [`Client::next_rejected`]; the oldest go first.
const REJECTED_MAX: usize = 1024;
/// What waits to be written is what the owner enqueues: the owner bounds it.
const OWNERS_LIMITS: LinkLimits = LinkLimits {
    message_max_bytes: Frames::MESSAGE_MAX_BYTES,
    outbound_max_messages: usize::MAX,
    outbound_max_bytes: usize::MAX,
};

/// Why a client cannot go on. The client itself stays good: connect again.
#[derive(Debug, Error)]
pub enum ClientError {
    /// No connection could be made.
    #[error("cannot connect to {target}: {why}")]
    Connect {
        /// Where it tried.
        target: String,
        /// What the operating system or TLS says.
        why: io::Error,
    },
    /// The connection broke.
    #[error("the connection was lost: {0}")]
    Lost(io::Error),
    /// The session ended the connection, or the peer logged out.
    #[error("{text}")]
    Ended {
        /// Why the session closed the connection.
        why: DisconnectReason,
        /// The peer's words where it said some, else the same as `why`.
        text: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no connection.
    #[error("not connected")]
    NotConnected,
}

/// A FIX initiator.
pub struct Client {
    target: Target,
    session: Session,
    store: Box<dyn Store + core::marker::Send>,
    link: Option<Link>,
    /// Messages for the owner, not yet asked for.
    inbox: VecDeque<Message>,
    /// Messages of ours that the peer refused with Reject (3).
    rejected: VecDeque<Message>,
    actions: Vec<Action>,
    frames: Vec<Frame>,
    /// Until when a crowded connection holds up the session's timers.
    held_up: Option<Timestamp>,
    /// Why the connection ended, while messages that came before wait to be given out.
    ended: Option<ClientError>,
    /// How many messages were sent: the cause of each in its store.
    sent: u64,
}

impl Client {
    /// A client that keeps its numbers and messages in memory. Not yet connected.
    #[must_use]
    pub fn new(target: Target, config: SessionConfig) -> Client {
        Client::with_store(target, config, Box::new(MemoryStore::new()))
    }

    /// A client with a store of its own. Not yet connected.
    #[must_use]
    pub fn with_store(
        target: Target,
        config: SessionConfig,
        store: Box<dyn Store + core::marker::Send>,
    ) -> Client {
        Client {
            target,
            session: Session::new(config),
            sent: store.last_cause().map_or(0, |cause| cause.entry),
            store,
            link: None,
            frames: Vec::new(),
            held_up: None,
            ended: None,
            inbox: VecDeque::new(),
            rejected: VecDeque::new(),
            actions: Vec::new(),
        }
    }

    /// Connects and logs on. An older connection is given up first.
    ///
    /// # Errors
    /// `Connect`, or `Ended` where the Logon is refused or not answered, or the session's schedule is closed (nothing is sent then).
    pub async fn connect(&mut self) -> Result<(), ClientError> {
        self.abandon();
        if let Hours::Closed { .. } = self.session.hours(clock::now()) {
            return self.turn([Input::Connected]).await;
        }
        let peer = self.target.connect().await.map_err(|why| {
            let target = self.target.to_string();
            ClientError::Connect { target, why }
        })?;
        let mut link = Link::new(peer, OWNERS_LIMITS);
        link.set_check_sum(self.session.config().check_sum);
        self.link = Some(link);
        self.turn([Input::Connected]).await?;
        while !self.session.is_logged_on() {
            self.wait().await?;
        }
        Ok(())
    }

    /// Connects to another address from the next [`Client::connect`] on.
    pub fn set_target(&mut self, target: Target) {
        self.target = target;
    }

    /// Sends a message. It is stored first: if the connection breaks, the peer can ask for it again.
    ///
    /// # Errors
    /// `Lost`, `Ended`, `Store`, `NotConnected`.
    pub async fn send(&mut self, body: Body) -> Result<u64, ClientError> {
        let msg_seq_num = self.enqueue(body)?;
        self.flush().await?;
        Ok(msg_seq_num)
    }

    /// Numbers and stores a message and leaves it to the next [`Client::flush`], [`Client::send`] or
    /// [`Client::next`] to send it: many messages, one write.
    ///
    /// # Errors
    /// `Store`, `NotConnected`.
    pub fn enqueue(&mut self, body: Body) -> Result<u64, ClientError> {
        if self.link.is_none() {
            return Err(ClientError::NotConnected);
        }
        let msg_seq_num = self.store.next_out();
        self.sent += 1;
        self.handle(Input::Send(
            body,
            Send::Durable(Cause {
                entry: self.sent,
                index: 0,
            }),
        ));
        self.carry_out()?;
        Ok(msg_seq_num)
    }

    /// Gives everything enqueued to the socket.
    ///
    /// # Errors
    /// `Lost`, `NotConnected`.
    pub async fn flush(&mut self) -> Result<(), ClientError> {
        let Some(link) = &mut self.link else {
            return Err(ClientError::NotConnected);
        };
        let flushed = link.flush().await;
        flushed.map_err(|error| self.lost(error))
    }

    /// The next application message. Waiting may be given up at any time: no message is lost by that.
    ///
    /// # Errors
    /// `Lost`, `Ended`, `Store`, `NotConnected`; messages that came before are given out first.
    pub async fn next(&mut self) -> Result<Message, ClientError> {
        loop {
            if let Some(message) = self.inbox.pop_front() {
                if let Ok(msg_seq_num) = message.msg_seq_num() {
                    self.handle(Input::Confirm { msg_seq_num });
                    self.carry_out()?;
                }
                return Ok(message);
            }
            self.wait().await?;
        }
    }

    /// A message of ours that the peer refused with Reject (3), if there is one.
    pub fn next_rejected(&mut self) -> Option<Message> {
        self.rejected.pop_front()
    }

    /// Logs out and waits for the answer. Application messages that come meanwhile are kept for [`Client::next`].
    ///
    /// # Errors
    /// `Lost`, or `Ended` where the peer does not answer; an answered Logout is no error.
    pub async fn logout(&mut self) -> Result<(), ClientError> {
        if self.link.is_none() {
            return Err(ClientError::NotConnected);
        }
        let mut ended = self
            .turn([Input::Logout {
                text: String::new(),
            }])
            .await;
        while ended.is_ok() {
            ended = self.wait().await;
        }
        match ended {
            Err(ClientError::Ended {
                why: DisconnectReason::LogoutAnswered,
                ..
            }) => Ok(()),
            other => other,
        }
    }

    /// Drops the connection without a word.
    pub fn abandon(&mut self) {
        self.ended = None;
        if self.link.take().is_some() {
            self.handle(Input::Disconnected);
            self.actions.clear();
        }
    }

    /// The session, to ask how it stands.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Waits for the first of: room to send, a frame, the session's next timeout. Cancelling it loses nothing.
    async fn wait(&mut self) -> Result<(), ClientError> {
        let Some(link) = &mut self.link else {
            return Err(self.ended.take().unwrap_or(ClientError::NotConnected));
        };
        let now = clock::now();
        let latest = now.plus_secs(3600);
        let mut deadline = self.session.next_timeout().unwrap_or(latest);
        if link.is_crowded() {
            let held_up = self.held_up;
            let held_up = held_up.unwrap_or_else(|| now.plus_secs(CROWDED_WAIT_SECS));
            self.held_up = Some(held_up);
            deadline = deadline.max(held_up);
        } else {
            self.held_up = None;
        }
        let rest = Duration::from_nanos(u64::try_from(deadline.nanos_since(now)).unwrap_or(0));
        tokio::select! {
            biased;
            read = link.progress(true, &mut self.frames) => match read {
                Ok(()) => self.take_frames().await,
                Err(error) => Err(self.lost(error)),
            },
            () = clock::rest(rest) => {
                self.held_up = None;
                self.turn([Input::Tick]).await
            }
        }
    }

    async fn take_frames(&mut self) -> Result<(), ClientError> {
        let mut frames = std::mem::take(&mut self.frames);
        let done = self.turn(frames.drain(..).map(Input::from)).await;
        self.frames = frames;
        match done {
            // what came before the end is given out first
            Err(ended) if !self.inbox.is_empty() => {
                self.ended = Some(ended);
                Ok(())
            }
            done => done,
        }
    }

    async fn turn(&mut self, inputs: impl IntoIterator<Item = Input>) -> Result<(), ClientError> {
        let store = self.store.as_mut();
        self.session
            .handle_batch(clock::now(), inputs, store, &mut self.actions);
        match self.carry_out() {
            Ok(()) => Ok(()),
            Err(error) => {
                if let Some(link) = self.link.take() {
                    link.say_goodbye().await;
                }
                Err(error)
            }
        }
    }

    fn handle(&mut self, input: Input) {
        self.session
            .handle(clock::now(), input, self.store.as_mut(), &mut self.actions);
    }

    /// Carries out the actions of a turn; what is to be sent waits in the connection's buffer.
    fn carry_out(&mut self) -> Result<(), ClientError> {
        let mut said = None;
        let mut ended = Ok(());
        for action in self.actions.drain(..) {
            match action {
                Action::Transmit(bytes) => {
                    if let Some(link) = &mut self.link {
                        let _never_full = link.put(&bytes);
                    }
                }
                Action::Deliver(message) => self.inbox.push_back(message),
                Action::PeerRejected(message) => {
                    if self.rejected.len() >= REJECTED_MAX {
                        self.rejected.pop_front();
                    }
                    self.rejected.push_back(message);
                }
                Action::LoggedOut { text } => said = Some(text),
                Action::Disconnect { why } => {
                    if ended.is_ok() {
                        let text = said.take().unwrap_or_else(|| why.to_string());
                        ended = Err(ClientError::Ended { why, text });
                    }
                }
                Action::StoreFailed(error) => ended = Err(ClientError::Store(error)),
                Action::LoggedOn | Action::WasReset | Action::Noted(_) => {}
            }
        }
        ended
    }

    fn lost(&mut self, error: io::Error) -> ClientError {
        self.link = None;
        self.handle(Input::Disconnected);
        self.actions.clear();
        ClientError::Lost(error)
    }
}

#[cfg(test)]
mod resend;

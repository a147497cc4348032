//! [`Application`]: what a program does with a session's messages. In: messages and what happens to the session. Out: answers
//! through [`Turn`]. And [`Observer`]: the same for those who only look on, for logs and counters.

use std::fmt;
use std::net::SocketAddr;

use crate::codec::body::Body;
use crate::codec::message::Message;
use crate::session::action::{DisconnectReason, Note};
use crate::session::input::{Cause, Input, Send};
use crate::session::store::StoreError;
use crate::time::Timestamp;

/// What a program does with one session. Called within the session's task: it must not block, and what it says goes out with the
/// turn that it was called in.
pub trait Application: core::marker::Send + 'static {
    /// A message that the dictionary has found good, each exactly once and in order. Says when its effect is durable.
    fn on_message(&mut self, message: &Message, turn: &mut Turn<'_>) -> Taken;

    /// Both sides are logged on.
    fn on_logon(&mut self, _turn: &mut Turn<'_>) {}

    /// The session was logged on and is not any more; `text` says why in plain words.
    fn on_logout(&mut self, _text: &str, _turn: &mut Turn<'_>) {}

    /// The peer refused a message of ours with Reject (3).
    fn on_reject(&mut self, _message: &Message, _turn: &mut Turn<'_>) {}
}

/// When the effect of a message is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Now: the peer will not be asked for it again.
    Done,
    /// Later: [`Turn::confirm`] or `SessionHandle::confirm` will tell. After a crash before that the peer is asked for it again.
    Later,
}

/// What an application can do while it is called.
#[derive(Debug)]
pub struct Turn<'a> {
    now: Timestamp,
    next_cause: &'a mut Cause,
    inputs: &'a mut Vec<Input>,
}

impl Turn<'_> {
    pub(crate) fn new<'a>(
        now: Timestamp,
        next_cause: &'a mut Cause,
        inputs: &'a mut Vec<Input>,
    ) -> Turn<'a> {
        Turn {
            now,
            next_cause,
            inputs,
        }
    }

    /// The time of this turn.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Sends a message. It is stored first, is numbered even while the peer is away, and is sent again when the peer asks for it.
    pub fn send(&mut self, body: Body) {
        let cause = *self.next_cause;
        self.send_caused(body, cause);
    }

    /// [`Turn::send`] with the position in the program's own log that caused the message; the store remembers the last one
    /// ([`crate::session::store::Store::last_cause`]), so that after a crash the program knows what it need not say again.
    pub fn send_caused(&mut self, body: Body, cause: Cause) {
        *self.next_cause = Cause {
            entry: cause.entry.saturating_add(1),
            index: 0,
        };
        self.inputs.push(Input::Send(body, Send::Durable(cause)));
    }

    /// Sends a message once, if the peer is logged on; a resend leaves it out (market data).
    pub fn send_transient(&mut self, body: Body) {
        self.inputs.push(Input::Send(body, Send::Transient));
    }

    /// The effect of an earlier message ([`Taken::Later`]) is durable.
    pub fn confirm(&mut self, msg_seq_num: u64) {
        self.inputs.push(Input::Confirm { msg_seq_num });
    }

    /// Ends the session in good order; `text` (58) is for the peer and may be empty.
    pub fn log_out(&mut self, text: impl Into<String>) {
        self.inputs.push(Input::Logout { text: text.into() });
    }
}

/// A session by the CompIDs of both sides.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId {
    /// Our CompID: SenderCompID (49) of what we send.
    pub ours: String,
    /// The peer's: TargetCompID (56) of what we send.
    pub theirs: String,
}

impl fmt::Display for SessionId {
    /// `OURS->THEIRS`, on one line whatever a peer calls itself.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{}->{}",
            self.ours.escape_debug(),
            self.theirs.escape_debug()
        )
    }
}

/// What happens to a session, for logs and counters. Passwords are in none of it.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A connection has the session; the Logon is being answered.
    Connected(SocketAddr),
    /// Logon is complete.
    LoggedOn,
    /// The session was logged on and is not any more, and why.
    LoggedOut(&'a str),
    /// Both numbers are 1 again.
    WasReset,
    /// Something of the peer's was ignored or refused.
    Noted(&'a Note),
    /// The peer refused a message of ours.
    PeerRejected(&'a Message),
    /// The session closed the connection.
    Disconnected(&'a DisconnectReason),
    /// The connection broke, or did not take what was written.
    Lost(&'a str),
    /// An initiator could not connect, and waits before it tries again.
    NotConnected {
        /// Where it tried.
        host: &'a str,
        /// Why not.
        why: &'a str,
    },
    /// The store failed: nothing of the turn was sent, the connection is closed.
    StoreFailed(&'a StoreError),
}

/// Looks on. Called within tasks that move messages: it must not block.
pub trait Observer: core::marker::Send + Sync + 'static {
    /// Something happened to a session.
    fn session(&self, _session: &SessionId, _event: &Event<'_>) {}

    /// A whole message came in: for message logs: [`Message::to_pipe`] masks its passwords.
    fn received(&self, _session: &SessionId, _message: &Message) {}

    /// A message goes out: for message logs. The bytes are as they are sent, an initiator's password included:
    /// [`Message::to_pipe`] masks it.
    fn sent(&self, _session: &SessionId, _bytes: &[u8]) {}

    /// A peer was turned away before it was a session, and why in plain words.
    fn turned_away(&self, _peer: SocketAddr, _why: &str) {}

    /// The operating system gives no connection (for instance for want of file descriptors).
    fn not_accepted(&self, _why: &str) {}
}

/// Looks away.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {}

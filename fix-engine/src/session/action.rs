//! What a session wants done. Plain data for the driver; nothing flows back.

use std::fmt;

use bytes::Bytes;
use thiserror::Error;

use crate::codec::message::Message;
use crate::session::store::StoreError;

/// One thing the driver has to do. Actions are carried out in the order they come. Its debug text shows no secret.
#[derive(Clone)]
#[non_exhaustive]
pub enum Action {
    /// Send these bytes: one whole message.
    Transmit(Bytes),
    /// Give this application message to the application, which answers with
    /// [`super::input::Input::Confirm`] once its effect is durable.
    Deliver(Message),
    /// The peer refused a message of ours with a Reject (3). For logs; it needs no Confirm.
    PeerRejected(Message),
    /// Logon is complete: application messages may flow.
    LoggedOn,
    /// The session was logged on and is not any more.
    LoggedOut {
        /// Why, in plain words: the peer's Text (58) or our reason.
        text: String,
    },
    /// Numbers of both sides are 1 again, the store is empty.
    WasReset,
    /// Something of the peer's was ignored or refused; for logs and counters.
    Noted(Note),
    /// Close the connection once what is to be transmitted is out. The session is disconnected already.
    Disconnect {
        /// Why.
        why: DisconnectReason,
    },
    /// The store failed: nothing of this turn was sent.
    StoreFailed(StoreError),
}

impl fmt::Debug for Action {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::Transmit(bytes) => match Message::parse(bytes.clone()) {
                Ok(message) => write!(out, "Transmit({})", message.to_pipe()),
                Err(_) => write!(out, "Transmit({} bytes)", bytes.len()),
            },
            Action::Deliver(message) => write!(out, "Deliver({message:?})"),
            Action::PeerRejected(message) => write!(out, "PeerRejected({message:?})"),
            Action::LoggedOn => out.write_str("LoggedOn"),
            Action::LoggedOut { text } => write!(out, "LoggedOut({text:?})"),
            Action::WasReset => out.write_str("WasReset"),
            Action::Noted(note) => write!(out, "Noted({note:?})"),
            Action::Disconnect { why } => write!(out, "Disconnect({why:?})"),
            Action::StoreFailed(error) => write!(out, "StoreFailed({error:?})"),
        }
    }
}

/// Why a connection ends. Ordered by who is to blame: nobody, the peer, this side.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DisconnectReason {
    /// The peer sent Logout (5) and got its answer.
    #[error("the peer logged out")]
    PeerLoggedOut,
    /// The peer answered our Logout (5).
    #[error("logged out")]
    LogoutAnswered,
    /// The peer did not answer our Logout (5) in time.
    #[error("the peer did not answer our Logout")]
    LogoutTimeout,
    /// No Logon (A) came in time.
    #[error("no Logon came in time")]
    LogonTimeout,
    /// The first message was no Logon (A).
    #[error("the first message was not a Logon")]
    NotLogon,
    /// The Logon (A) was refused.
    #[error("Logon refused: {0}")]
    LogonRefused(String),
    /// MsgSeqNum (34) below the expected one without PossDupFlag (43).
    #[error("MsgSeqNum too low, expecting {expected} but received {received}")]
    MsgSeqNumTooLow {
        /// The number that was expected.
        expected: u64,
        /// The number that came.
        received: u64,
    },
    /// MsgSeqNum (34) absent or no number.
    #[error("MsgSeqNum missing or not a number")]
    MsgSeqNumMissing,
    /// BeginString, CompID or SendingTime did not fit; the text was in our Logout.
    #[error("{0}")]
    Fault(String),
    /// Nothing came for too long, not even an answer to our TestRequest (1).
    #[error("the peer is silent: nothing for {silent_secs} s, TestRequest unanswered")]
    Silent {
        /// Seconds since the last message.
        silent_secs: u64,
    },
    /// The peer did not send again what was asked for.
    #[error("the peer did not resend messages from {from} on")]
    ResendUnanswered {
        /// First number that was asked for.
        from: u64,
    },
    /// The peer asked for too many resends at once.
    #[error("too many ResendRequests at once")]
    TooManyResendRequests,
    /// The same ResendRequest (2) came too often in a row.
    #[error("the same ResendRequest (7={begin}, 16={end}) came more than {max} times in a row")]
    SameResendRequest {
        /// Its BeginSeqNo (7).
        begin: u64,
        /// Its EndSeqNo (16).
        end: u64,
        /// How often it may come.
        max: u32,
    },
    /// A message longer than what this side takes; it would never get through.
    #[error("message of {announced} bytes is longer than the limit of {limit} bytes")]
    MessageTooLong {
        /// Bytes that BodyLength (9) announced, header and trailer included.
        announced: u64,
        /// This side's limit in bytes.
        limit: u64,
    },
    /// More messages than may wait for the application.
    #[error("more messages than may wait for the application")]
    Overrun,
    /// An initiator was to connect while its schedule is closed, or the window has ended.
    #[error("{0}")]
    OutsideHours(String),
    /// The store failed.
    #[error("the session's store failed")]
    StoreFailed,
}

/// Something of the peer's that had no effect, or only an answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Note {
    /// A message that was seen already came again with PossDupFlag (43).
    #[error("duplicate of message {msg_seq_num} ignored")]
    Duplicate {
        /// Its MsgSeqNum (34).
        msg_seq_num: u64,
    },
    /// Bytes that are no message.
    #[error("garbled message ignored: {0}")]
    Garbled(crate::codec::garbled::Garbled),
    /// A message refused with Reject (3).
    #[error("message {msg_seq_num} rejected: {text}")]
    Rejected {
        /// Its MsgSeqNum (34).
        msg_seq_num: u64,
        /// The Text (58) of our Reject.
        text: String,
    },
    /// A gap in the peer's numbers; messages were asked for again.
    #[error("messages from {from} on are missing (message {received} came): asked for again")]
    GapFound {
        /// First missing number.
        from: u64,
        /// The number that showed the gap.
        received: u64,
    },
    /// The gap is closed.
    #[error("the gap is closed, next message is {next}")]
    GapClosed {
        /// The next number expected.
        next: u64,
    },
    /// The peer asked for messages again.
    #[error("the peer asked for messages {begin} to {end} again")]
    ResendServed {
        /// First number asked for.
        begin: u64,
        /// Last number served.
        end: u64,
    },
    /// A kept message that the peer asked for is too old to be sent again: gap-filled. Whether the peer had it from
    /// the first time is not known.
    #[error("message {msg_seq_num} (35={msg_type}) is too old to be sent again: gap-filled")]
    NotSentAgain {
        /// Its MsgSeqNum (34).
        msg_seq_num: u64,
        /// Its MsgType (35).
        msg_type: String,
    },
    /// A message came before its turn and there was no room to keep it; it will be asked for again.
    #[error("message {msg_seq_num} came before its turn and was dropped: no room to keep it")]
    EarlyDropped {
        /// Its MsgSeqNum (34).
        msg_seq_num: u64,
    },
    /// An application message was not sent because nobody is logged on.
    #[error("transient message not sent: not logged on")]
    TransientDropped,
    /// A number for this side's next message that is below the current one, or beyond all bounds.
    #[error("the next outgoing number stays {current}: {given} is below it or too large")]
    NextOutRefused {
        /// The number that was given.
        given: u64,
        /// The number that stays.
        current: u64,
    },
    /// A confirmation for a message that was not waiting for one.
    #[error("confirmation of message {msg_seq_num}, which was not waiting for one")]
    UnknownConfirm {
        /// The number in the confirmation.
        msg_seq_num: u64,
    },
}

//! What can happen to a session. Plain data: nothing flows out of it.

use crate::codec::body::Body;
use crate::codec::garbled::Unreadable;
use crate::codec::message::Message;

/// A position in the application's own log that caused an outgoing message. The session only keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Cause {
    /// Which entry of the log.
    pub entry: u64,
    /// Which of the messages that this entry caused, from 0.
    pub index: u32,
}

/// How long an outgoing application message lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Send {
    /// Kept in the store and sent again when the peer asks; numbered even while the peer is away.
    Durable(Cause),
    /// Sent once, if the peer is logged on; a resend fills its number with a gap (market data).
    Transient,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Input {
    /// A connection stands. The acceptor waits for the Logon now, the initiator sends it.
    Connected,
    /// A whole message from the peer.
    Message(Message),
    /// Bytes from the peer that are no message. They use up no number, unless the session refuses garbled messages
    /// ([`super::config::SessionConfig::reject_garbled`]).
    Garbled(Unreadable),
    /// [`super::Session::next_timeout`] is reached. Harmless at any other time.
    Tick,
    /// The application sends a message.
    Send(Body, Send),
    /// The effect of a delivered message is durable. One for each delivered message, in any order.
    Confirm {
        /// MsgSeqNum (34) of the delivered message.
        msg_seq_num: u64,
    },
    /// This side ends the session in good order.
    Logout {
        /// Text (58) for the peer; may be empty.
        text: String,
    },
    /// The connection is gone.
    Disconnected,
    /// Both numbers go back to 1. While logged on this is agreed with the peer by a Logon with ResetSeqNumFlag (141).
    Reset,
    /// An operator, or the application's own log at start, sets numbers.
    SetNumbers {
        /// The next number expected from the peer.
        next_in: Option<u64>,
        /// The next number of this side: at least what the store holds; those left out are gap-filled.
        next_out: Option<u64>,
    },
}

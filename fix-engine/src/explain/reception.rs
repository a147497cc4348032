//! What a session does with a message. In: what was agreed, a message or bytes that are none. Out: its steps, plain
//! data. No rule stands here: a real session is made for this message alone, logged on with the message's own CompIDs at
//! the message's own time, and expects its number; what that session does is told.
//!
//! So it is the answer for a message that comes in its turn and in time. Who may log on with which password is not the
//! session's affair.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use crate::codec::garbled::Unreadable;
use crate::codec::message::Message;
use crate::dictionary::Dictionary;
use crate::dictionary::rules::Rules;
use crate::msg_type;
use crate::session::Session;
use crate::session::action::{Action, Note};
use crate::session::config::SessionConfig;
use crate::session::input::Input;
use crate::session::memory_store::MemoryStore;
use crate::session::store::{MAX_MSG_SEQ_NUM, Store};
use crate::tag;
use crate::time::Timestamp;

/// One thing that the session does.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// The message goes to the application.
    Delivered,
    /// The message is the session's own affair; it needs no answer.
    Taken,
    /// The session is logged on now.
    LoggedOn,
    /// The numbers of both sides are 1 again.
    NumbersReset,
    /// A message without effect, and why; it uses up no number when it is garbled.
    Ignored(String),
    /// Something else that it tells its log.
    Noted(String),
    /// Reject (3).
    Rejected {
        /// SessionRejectReason (373).
        reason: Option<u32>,
        /// RefTagID (371).
        ref_tag: Option<i64>,
        /// Text (58).
        text: String,
    },
    /// Another message in answer.
    Answered {
        /// Its MsgType (35).
        msg_type: String,
    },
    /// Logout (5), with its Text (58).
    LoggedOut {
        /// Text (58); empty in answer to the peer's Logout.
        text: String,
    },
    /// The connection ends, and why.
    Disconnected(String),
}

impl fmt::Display for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Delivered => write!(out, "accepted: goes to the application"),
            Step::Taken => write!(out, "accepted: taken by the session"),
            Step::LoggedOn => write!(out, "logged on"),
            Step::NumbersReset => write!(out, "numbers begin at 1 again"),
            Step::Ignored(why) => write!(out, "ignored: {why}"),
            Step::Noted(text) => write!(out, "{text}"),
            Step::Rejected {
                reason,
                ref_tag,
                text,
            } => {
                write!(out, "Reject (3)")?;
                if let Some(reason) = reason {
                    write!(out, " 373={reason}")?;
                }
                if let Some(tag) = ref_tag {
                    write!(out, " 371={tag}")?;
                }
                write!(out, ": {text}")
            }
            Step::Answered { msg_type } => match name(msg_type) {
                Some(name) => write!(out, "answered by {name} ({msg_type})"),
                None => write!(out, "answered by MsgType (35) {msg_type}"),
            },
            Step::LoggedOut { text } if text.is_empty() => write!(out, "Logout (5)"),
            Step::LoggedOut { text } => write!(out, "Logout (5): {text}"),
            Step::Disconnected(why) => write!(out, "disconnected: {why}"),
        }
    }
}

/// The name of a message that a session sends by itself.
fn name(msg_type: &str) -> Option<&'static str> {
    Some(match msg_type {
        msg_type::HEARTBEAT => "Heartbeat",
        msg_type::TEST_REQUEST => "TestRequest",
        msg_type::RESEND_REQUEST => "ResendRequest",
        msg_type::SEQUENCE_RESET => "SequenceReset",
        msg_type::LOGON => "Logon",
        _ => return None,
    })
}

/// What an acceptor's session with the default settings does with these bytes.
#[must_use]
pub fn of_bytes(dictionary: &Arc<Dictionary>, rules: &Rules, bytes: &Bytes) -> Vec<Step> {
    match Message::parse(bytes.clone()) {
        Ok(message) => of_message(dictionary, rules, &message),
        Err(why) => of_garbled(Unreadable::read(why, bytes)),
    }
}

/// What an acceptor's session with the default settings does with `message`.
#[must_use]
pub fn of_message(dictionary: &Arc<Dictionary>, rules: &Rules, message: &Message) -> Vec<Step> {
    let comp_id = |tag, absent: &str| {
        let value = message.text(tag).filter(|value| !value.is_empty());
        value.unwrap_or(absent).to_owned()
    };
    let mut config = SessionConfig::acceptor(
        comp_id(tag::TARGET_COMP_ID, "TARGET"),
        comp_id(tag::SENDER_COMP_ID, "SENDER"),
    )
    .with_dictionary(Arc::clone(dictionary));
    config.rules = *rules;
    let number = message.msg_seq_num().ok();
    let number = number.filter(|number| (1..MAX_MSG_SEQ_NUM).contains(number));
    let now = message.timestamp(tag::SENDING_TIME).ok().flatten();
    let input = Input::Message(message.clone());
    turn(
        config,
        message.msg_type() == msg_type::LOGON,
        number.unwrap_or(1),
        now.unwrap_or_default(),
        asked_for(message),
        input,
    )
}

/// What it does with bytes that are no message.
#[must_use]
pub fn of_garbled(bytes: Unreadable) -> Vec<Step> {
    let config = SessionConfig::acceptor("TARGET", "SENDER");
    let now = Timestamp::default();
    turn(config, false, 1, now, 0, Input::Garbled(bytes))
}

/// One turn of a session that expects the message `number` and has sent messages up to `last_sent`.
fn turn(
    config: SessionConfig,
    is_logon: bool,
    number: u64,
    now: Timestamp,
    last_sent: u64,
    input: Input,
) -> Vec<Step> {
    let mut store = MemoryStore::with_kept_max(0);
    let mut actions = Vec::new();
    let prepared = store.set_next_in(number).and_then(|()| {
        if last_sent == 0 {
            Ok(())
        } else {
            store.skip(last_sent)
        }
    });
    if let Err(error) = prepared {
        return vec![Step::Ignored(error.to_string())];
    }
    let mut session = if is_logon {
        let mut session = Session::new(config);
        session.handle(now, Input::Connected, &mut store, &mut actions);
        session
    } else {
        Session::logged_on(config, number)
    };
    session.handle(now, input, &mut store, &mut actions);
    let mut steps: Vec<Step> = actions.into_iter().filter_map(step).collect();
    if steps.is_empty() {
        steps.push(Step::Taken);
    }
    steps
}

/// The last of our messages that a ResendRequest (2) asks for: it was sent.
fn asked_for(message: &Message) -> u64 {
    if message.msg_type() != msg_type::RESEND_REQUEST {
        return 0;
    }
    let number = |tag| message.uint(tag).ok().flatten().unwrap_or(0);
    let last = number(tag::BEGIN_SEQ_NO).max(number(tag::END_SEQ_NO));
    last.min(MAX_MSG_SEQ_NUM - 2)
}

fn step(action: Action) -> Option<Step> {
    Some(match action {
        Action::Transmit(bytes) => sent(&Message::parse(bytes).ok()?),
        Action::Deliver(_) => Step::Delivered,
        Action::PeerRejected(_) => Step::Taken,
        Action::LoggedOn => Step::LoggedOn,
        Action::WasReset => Step::NumbersReset,
        // The Reject itself tells it.
        Action::Noted(Note::Rejected { .. } | Note::ResendServed { .. }) => return None,
        Action::Noted(Note::Garbled(why)) => Step::Ignored(why.to_string()),
        Action::Noted(note) => Step::Noted(note.to_string()),
        Action::Disconnect { why } => Step::Disconnected(why.to_string()),
        // The Logout or the end of the connection tells it.
        Action::LoggedOut { .. } | Action::StoreFailed(_) => return None,
    })
}

fn sent(message: &Message) -> Step {
    let text = message.text(tag::TEXT).unwrap_or_default().to_owned();
    match message.msg_type() {
        msg_type::REJECT => Step::Rejected {
            reason: message
                .uint(tag::SESSION_REJECT_REASON)
                .ok()
                .flatten()
                .and_then(|reason| u32::try_from(reason).ok()),
            ref_tag: message
                .text(tag::REF_TAG_ID)
                .and_then(|ref_tag| ref_tag.parse().ok()),
            text,
        },
        msg_type::LOGOUT => Step::LoggedOut { text },
        msg_type => Step::Answered {
            msg_type: msg_type.to_owned(),
        },
    }
}

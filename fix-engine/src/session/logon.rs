//! The Logon (A) as the acceptor's application reads it before there is a session: who is it, and with what password?
//! In: the first message of a connection. Out: a request to authenticate, or why it cannot be one. Decides nothing
//! and answers nobody.

use std::fmt;

use thiserror::Error;

use crate::codec::field::{FieldError, FieldErrorKind};
use crate::codec::message::Message;
use crate::msg_type;
use crate::tag;

/// A secret text that no log shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Wraps a secret.
    #[must_use]
    pub fn new(secret: impl Into<String>) -> Password {
        Password(secret.into())
    }

    /// The secret itself, to check it or to send it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Password(***)")
    }
}

/// What a Logon (A) asks for (FIX 4.4 vol. 2, Logon).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogonRequest {
    /// BeginString (8).
    pub begin_string: String,
    /// SenderCompID (49): the peer.
    pub sender: String,
    /// TargetCompID (56): this side.
    pub target: String,
    /// Username (553).
    pub username: Option<String>,
    /// Password (554).
    pub password: Option<Password>,
    /// HeartBtInt (108) in seconds; `None` where it is absent or no such number, which the session refuses in words.
    pub heart_bt_int: Option<u64>,
    /// ResetSeqNumFlag (141).
    pub reset: bool,
    /// EncryptMethod (98); `None` where it is absent or no number. The session refuses anything but 0 in words.
    pub encrypt_method: Option<u64>,
}

/// Why a first message is no request. Nothing is answered: the connection is closed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LogonRefusal {
    /// Another message came first.
    #[error("the first message must be a Logon (35=A) but is 35={msg_type:?}")]
    NotLogon {
        /// Its MsgType (35).
        msg_type: String,
    },
    /// A field that the Logon needs is not there or has no value.
    #[error("the Logon has no field {tag}")]
    Missing {
        /// The field's tag.
        tag: u32,
    },
    /// A field's value is not of its type.
    #[error("field {tag} of the Logon has a value that is not of its type")]
    Malformed {
        /// The field's tag.
        tag: u32,
    },
}

impl LogonRequest {
    /// Reads the first message of a connection.
    ///
    /// # Errors
    /// [`LogonRefusal`] says what is wrong with it.
    pub fn read(message: &Message) -> Result<LogonRequest, LogonRefusal> {
        if message.msg_type() != msg_type::LOGON {
            return Err(LogonRefusal::NotLogon {
                msg_type: message.msg_type().to_owned(),
            });
        }
        Ok(LogonRequest {
            begin_string: message.require_text(tag::BEGIN_STRING)?.to_owned(),
            sender: message.require_text(tag::SENDER_COMP_ID)?.to_owned(),
            target: message.require_text(tag::TARGET_COMP_ID)?.to_owned(),
            username: optional_text(message, tag::USERNAME)?,
            password: optional_text(message, tag::PASSWORD)?.map(Password::new),
            heart_bt_int: message.uint(tag::HEART_BT_INT).ok().flatten(),
            reset: message.bool(tag::RESET_SEQ_NUM_FLAG)?.unwrap_or(false),
            encrypt_method: message.uint(tag::ENCRYPT_METHOD).ok().flatten(),
        })
    }
}

impl From<FieldError> for LogonRefusal {
    fn from(error: FieldError) -> LogonRefusal {
        match error.kind {
            FieldErrorKind::Missing | FieldErrorKind::Empty => {
                LogonRefusal::Missing { tag: error.tag }
            }
            FieldErrorKind::Format | FieldErrorKind::OutOfRange => {
                LogonRefusal::Malformed { tag: error.tag }
            }
        }
    }
}

fn optional_text(message: &Message, tag: u32) -> Result<Option<String>, LogonRefusal> {
    if !message.has(tag) {
        return Ok(None);
    }
    Ok(Some(message.require_text(tag)?.to_owned()))
}

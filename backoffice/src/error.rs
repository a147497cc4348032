//! What can go wrong in the back office, ordered by who is to blame: the request, the user's rights, the state of things, the
//! exchange, the operator, us. What goes on the wire follows from it in one place (`http::response`).

use sqlx::error::ErrorKind;
use thiserror::Error as ThisError;

/// Any failure of the back office.
#[derive(Debug, ThisError)]
pub enum Error {
    /// The request does not say what it must say (HTTP 400).
    #[error("{message}")]
    BadRequest {
        /// The field to blame, where one is.
        field: Option<String>,
        /// For people.
        message: String,
    },
    /// The body is larger than the limit (HTTP 413).
    #[error("the body is larger than {limit} bytes")]
    TooLarge {
        /// The most bytes a body may have.
        limit: usize,
    },
    /// The body is not JSON by its Content-Type (HTTP 415).
    #[error("send the body as application/json")]
    NotJson,
    /// Well said, but not acceptable (HTTP 422).
    #[error("{message}")]
    Unprocessable {
        /// For programs.
        code: &'static str,
        /// The field to blame, where one is.
        field: Option<&'static str>,
        /// For people.
        message: String,
    },
    /// No token, or one that is wrong, expired or revoked (HTTP 401).
    #[error("log in first: the token is missing, wrong, expired or revoked")]
    NotLoggedIn,
    /// Unknown user or wrong password; the two are not told apart (HTTP 401).
    #[error("e-mail or password is wrong")]
    BadCredentials,
    /// There is no such thing, or it is not this user's (the two are not told apart; HTTP 404).
    #[error("no such {what}")]
    NotFound {
        /// What was looked for.
        what: &'static str,
    },
    /// It contradicts what is there already (HTTP 409).
    #[error("{message}")]
    Conflict {
        /// For programs.
        code: &'static str,
        /// For people.
        message: String,
    },
    /// Too much at once, or something that is needed does not answer (HTTP 503).
    #[error("{what} is not available now; try again")]
    Unavailable {
        /// What is not available.
        what: &'static str,
    },
    /// The exchange does not answer, or not in the words of the control port.
    #[error("the exchange does not answer: {why}")]
    Exchange {
        /// What was seen instead; never a secret.
        why: String,
    },
    /// The exchange has answered that it will not do it, and never will: it was not done, by no earlier attempt either.
    #[error("the exchange refuses: {why}")]
    ExchangeRefused {
        /// In its words.
        why: String,
    },
    /// The source of events failed; reading starts again from the stored position.
    #[error("the source of events failed: {why}")]
    Source {
        /// What it said.
        why: String,
    },
    /// The events are of another history than the one that this database follows: an operator must decide.
    #[error(
        "the exchange's history is {told}, but this database follows {followed}: the journal was replaced. Give the back office an \
         empty database to follow the new history, or restore the old journal"
    )]
    OtherEpoch {
        /// The epoch in the database.
        followed: String,
        /// The epoch of the event.
        told: String,
    },
    /// The journal ends before what this database has seen of it: it is an older copy. An operator must decide.
    #[error(
        "this database has seen entry {seen} of the exchange's journal, but the journal ends at entry {end}: an older journal was \
         restored. Restore the newer journal, or give the back office an empty database (what users own here is lost with it)"
    )]
    JournalBehind {
        /// The last entry whose events the database has.
        seen: i64,
        /// The last entry of the journal.
        end: u64,
    },
    /// An event says something that cannot be.
    #[error("event {seq}/{index} cannot be applied: {why}")]
    BadEvent {
        /// Journal entry.
        seq: u64,
        /// Envelope of that entry.
        index: u32,
        /// What is wrong.
        why: String,
    },
    /// A message of the source is no event of this schema.
    #[error("{place} is not understood: {why}")]
    Unreadable {
        /// Partition and offset.
        place: String,
        /// What is wrong.
        why: String,
    },
    /// An amount does not fit the database.
    #[error("{what} of {value} does not fit the database (at most 92233720368.54775807)")]
    OutOfRange {
        /// Which amount.
        what: &'static str,
        /// Its text.
        value: String,
    },
    /// A setting cannot be used.
    #[error("{key}: {why}")]
    Config {
        /// The key.
        key: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// Something that a setting names cannot be reached.
    #[error("{key}: {address}: {why}")]
    Unreachable {
        /// The key.
        key: &'static str,
        /// Where it should be; without its password.
        address: String,
        /// What was seen instead.
        why: String,
    },
    /// The database refused or failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A fault of our own.
    #[error("internal fault: {0}")]
    Internal(&'static str),
}

impl Error {
    /// A request whose `field` is wrong.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::BadRequest {
            field: Some(field.to_owned()),
            message: message.into(),
        }
    }

    /// Whether the consumer may try the same batch again: the outside failed, not the event. A rule of a table that is broken is the
    /// event's fault, or ours, and would break again.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::Database(error)) => {
                matches!(error.kind(), ErrorKind::Other)
            }
            Self::Database(_) | Self::Source { .. } | Self::Unavailable { .. } => true,
            _ => false,
        }
    }
}

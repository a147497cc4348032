//! [`Fault`]: why there are no figures.

use std::io;
use std::path::Path;

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// An answer is wrong, or one that nobody asked for.
    #[error("{comp_id}: {what}")]
    Answer {
        /// Whose session.
        comp_id: String,
        /// What came, and what was due.
        what: String,
    },
    /// Nothing came for too long.
    #[error("{comp_id}: no answer for {secs} s; {state}")]
    Stalled {
        /// Whose session.
        comp_id: String,
        /// How long.
        secs: u64,
        /// What was waited for.
        state: String,
    },
    /// The connection broke.
    #[error("{comp_id}: {error}")]
    Lost {
        /// Whose session.
        comp_id: String,
        /// What the system says.
        error: io::Error,
    },
    /// The server does not start, run or stop as it should.
    #[error("loggia {0}")]
    Server(String),
    /// This machine does not do what the bench needs.
    #[error("{0}")]
    Machine(String),
}

impl Fault {
    /// A file that cannot be used.
    pub(crate) fn file(path: &Path, error: impl std::fmt::Display) -> Self {
        Self::Machine(format!("{}: {error}", path.display()))
    }
}

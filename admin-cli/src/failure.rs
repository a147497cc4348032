//! [`Failure`]: why a command did not do what was asked, by who is to blame, and the exit code that says so to scripts.

use std::path::PathBuf;
use std::process::ExitCode;

/// The table of exit codes, shown under `--help`.
pub const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  the exchange refused it
  2  wrong usage: flags, arguments, the credentials file
  3  the exchange cannot be reached, or did not answer in time
  4  TLS failed, or a certificate was refused
  5  there is no such thing (symbol, path)
  6  the answer of the exchange cannot be understood
  7  an input or output file cannot be used, or a message is not FIX
  8  a session's files or a journal have a torn tail: the next start cuts it off
  9  a session's files, a journal or a snapshot are damaged
 10  a journal replays to other events than the stored ones";

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Flags or arguments that do not fit together.
    #[error("{0}")]
    Usage(String),
    /// A file that was named cannot be read or written.
    #[error("{}: {why}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// Input that was read is not what it should be.
    #[error("{0}")]
    Input(String),
    /// A session's files or a journal end with bytes that are no whole record.
    #[error("{}: torn tail at byte {offset}: {why}", path.display())]
    TornTail {
        /// Which.
        path: PathBuf,
        /// Where it begins.
        offset: u64,
        /// What it is.
        why: String,
    },
    /// A session's files, a journal or a snapshot are not what was written.
    #[error("{}: damaged at byte {offset}: {why}", path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// Where.
        offset: u64,
        /// What is wrong there.
        why: String,
    },
    /// An entry of a journal replays to other events than the stored ones.
    #[error("{}: entry {seq} replays to other events than the stored ones", path.display())]
    Diverged {
        /// Which file.
        path: PathBuf,
        /// Which entry.
        seq: u64,
    },
    /// Nobody answers there.
    #[error("cannot reach the exchange at {server}: {why}; is it running, and is --server right?")]
    Unreachable {
        /// Where.
        server: String,
        /// What the network said.
        why: String,
    },
    /// It was asked to do something, and nobody knows whether it did.
    #[error(
        "the exchange at {server} was asked, but: {why}; it may still be done: see loggiactl audit"
    )]
    NoAnswer {
        /// Where.
        server: String,
        /// What was waited for, or what the network said.
        why: String,
    },
    /// The TLS handshake failed.
    #[error("TLS with {server} failed: {why}; check --ca, --cert and --key")]
    Tls {
        /// Where.
        server: String,
        /// What TLS said.
        why: String,
    },
    /// The exchange knows no such thing.
    #[error("{message} ({code})")]
    NotFound {
        /// The word for programs.
        code: String,
        /// The sentence for people.
        message: String,
    },
    /// The exchange refused.
    #[error("refused: {message} ({code})")]
    Refused {
        /// The word for programs.
        code: String,
        /// The sentence for people.
        message: String,
    },
    /// An answer that this program does not understand.
    #[error("the answer of {server} cannot be understood: {why}; are both of the same version?")]
    Answer {
        /// Where.
        server: String,
        /// What is wrong with it.
        why: String,
    },
}

impl Failure {
    /// The number that the process ends with; see [`EXIT_CODES`].
    pub const fn code(&self) -> u8 {
        match self {
            Self::Refused { .. } => 1,
            Self::Usage(_) => 2,
            Self::Unreachable { .. } | Self::NoAnswer { .. } => 3,
            Self::Tls { .. } => 4,
            Self::NotFound { .. } => 5,
            Self::Answer { .. } => 6,
            Self::File { .. } | Self::Input(_) => 7,
            Self::TornTail { .. } => 8,
            Self::Damaged { .. } => 9,
            Self::Diverged { .. } => 10,
        }
    }

    /// [`Self::code`] as the process's own type.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code())
    }

    /// A file that cannot be used.
    pub fn file(path: impl Into<PathBuf>, why: impl ToString) -> Self {
        Self::File {
            path: path.into(),
            why: why.to_string(),
        }
    }
}

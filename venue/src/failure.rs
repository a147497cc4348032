//! [`Failure`]: why the venue does not start or had to stop, by who can mend it, and the exit code that says so to scripts.

use crate::config::layers::Misconfigured;
use crate::pki::PkiError;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The table of exit codes, shown under `--help`.
pub const EXIT_CODES: &str = "\
Exit codes:
   0  stopped as asked (SIGINT, SIGTERM)
   2  wrong flags
  69  something outside cannot be had: a port, a database, Redis, Kafka
  70  a fault of this program
  73  the data folder cannot be used: rights, or another process holds it
  74  data cannot be read or written: no room, damage
  78  the configuration: an unknown key, a wrong value";

/// Why the venue does not run.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A key or value of the configuration.
    #[error("{0}")]
    Config(#[from] Misconfigured),
    /// An address cannot be listened on.
    #[error(
        "cannot listen on {address} ({key}): {why}; stop what uses it, or set another address (port 0 is any free one)"
    )]
    Port {
        /// The configuration's key.
        key: String,
        /// The address.
        address: String,
        /// What the system said.
        why: String,
    },
    /// Something that the venue needs does not answer.
    #[error("{0}")]
    Outside(String),
    /// The data folder cannot be used.
    #[error("data folder {}: {why}", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// What is wrong, and what to do.
        why: String,
    },
    /// Data cannot be read or written.
    #[error("{0}")]
    Data(String),
    /// A fault of our own.
    #[error("internal fault: {0}; please report it")]
    Internal(String),
}

impl Failure {
    /// The number that the process ends with; see [`EXIT_CODES`].
    pub const fn code(&self) -> u8 {
        match self {
            Self::Port { .. } | Self::Outside(_) => 69,
            Self::Internal(_) => 70,
            Self::Folder { .. } => 73,
            Self::Data(_) => 74,
            Self::Config(_) => 78,
        }
    }

    /// [`Self::code`] as the process's own type.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code())
    }

    /// Another process has the data folder.
    pub fn in_use(path: &Path, pid: &str) -> Self {
        Self::Folder {
            path: path.to_owned(),
            why: format!(
                "in use by process {pid}; stop that one, or name another folder with --data"
            ),
        }
    }

    /// What an operation on a file under the data folder said: rights are the folder's, everything else the data's.
    pub fn io(path: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::Folder {
                path: path.to_owned(),
                why: format!(
                    "{error}; give this user the right to write there, or name another with --data"
                ),
            },
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => Self::Folder {
                path: path.to_owned(),
                why: format!("{error}; name a folder with --data"),
            },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Data(format!(
                "{}: {error}; make room on that disk and start again: nothing is lost",
                path.display()
            )),
            _ => Self::Data(format!("{}: {error}", path.display())),
        }
    }
}

impl From<PkiError> for Failure {
    fn from(error: PkiError) -> Self {
        match &error {
            PkiError::File { path, source } => Self::io(path, source),
            PkiError::Damaged { .. } => Self::Data(error.to_string()),
            PkiError::Make(_) => Self::Internal(error.to_string()),
        }
    }
}

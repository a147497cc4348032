//! [`Soundness`]: what `verify` says of files that a program wrote: they are sound, torn at the end, or damaged, and where.

use crate::failure::Failure;
use serde::Serialize;
use std::path::PathBuf;

/// The verdicts.
#[derive(Debug, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Soundness {
    /// They are what was written.
    Sound,
    /// The end of the last file is no whole record.
    TornTail {
        /// Which file.
        file: PathBuf,
        /// Where in it.
        offset: u64,
        /// What is wrong there.
        why: String,
    },
    /// The end of the last file is no whole record while a program writes it: nothing can be said of it yet. All else is sound.
    BeingWritten {
        /// Which file.
        file: PathBuf,
        /// Where in it.
        offset: u64,
        /// What is wrong there, and who writes.
        why: String,
    },
    /// They are not what was written.
    Damaged {
        /// The file to blame.
        file: PathBuf,
        /// Where in it.
        offset: u64,
        /// What is wrong there.
        why: String,
    },
}

impl Soundness {
    /// Damage is a verdict; every other failure stays one.
    ///
    /// # Errors
    /// All but [`Failure::Damaged`].
    pub fn of(failure: Failure) -> Result<Self, Failure> {
        match failure {
            Failure::Damaged { path, offset, why } => Ok(Self::Damaged {
                file: path,
                offset,
                why,
            }),
            other => Err(other),
        }
    }

    /// The verdict in a word or two.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Sound => "sound",
            Self::TornTail { .. } => "torn tail",
            Self::BeingWritten { .. } => "sound up to what is being written",
            Self::Damaged { .. } => "damaged",
        }
    }

    /// Rows of a table: where and why.
    pub fn rows(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Sound => Vec::new(),
            Self::TornTail { file, offset, why }
            | Self::BeingWritten { file, offset, why }
            | Self::Damaged { file, offset, why } => vec![
                ("file", file.display().to_string()),
                ("offset", offset.to_string()),
                ("why", why.clone()),
            ],
        }
    }

    /// Why the process must not end with 0.
    pub fn failure(&self) -> Option<Failure> {
        match self {
            Self::Sound | Self::BeingWritten { .. } => None,
            Self::TornTail { file, offset, why } => Some(Failure::TornTail {
                path: file.clone(),
                offset: *offset,
                why: why.clone(),
            }),
            Self::Damaged { file, offset, why } => Some(Failure::Damaged {
                path: file.clone(),
                offset: *offset,
                why: why.clone(),
            }),
        }
    }
}

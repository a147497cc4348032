//! Where a store's file lies, and what the operating system says about it. In: results of calls. Out: [`StoreError`].

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::session::store::StoreError;

/// The file's path, for errors.
#[derive(Debug, Clone)]
pub(super) struct Place(PathBuf);

impl Place {
    pub(super) fn new(path: &Path) -> Place {
        Place(path.to_owned())
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Names what was tried where it failed.
    pub(super) fn act<T>(&self, act: &'static str, result: io::Result<T>) -> Result<T, StoreError> {
        result.map_err(|error| self.error(act, &error))
    }

    pub(super) fn error(&self, act: &'static str, error: &io::Error) -> StoreError {
        match error.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => StoreError::Full {
                place: self.to_string(),
            },
            _ => StoreError::Medium {
                place: self.to_string(),
                act,
                why: error.to_string(),
            },
        }
    }

    pub(super) fn damaged(&self, offset: u64, why: impl Into<String>) -> StoreError {
        StoreError::Damaged {
            place: self.to_string(),
            offset,
            why: why.into(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.0.display())
    }
}
